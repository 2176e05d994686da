import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { describeProgram } from '../cli/program.ts'

const root = join(import.meta.dirname, '..')
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)]

/** Commands as they stand in indented lines, fenced ones and code spans, one a line of shell. */
const commandsIn = (text: string): string[] => {
  const blocks = [...text.matchAll(/^(?: {4}|\t)(?:\$ )?(.*)$/gm)].map(([, line = '']) => line)
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return [...blocks, ...spans]
    .flatMap((line) => line.replace(/\s{2,}#.*| # .*/, '').split(/; |&& | \| /))
    .map((line) => line.trim())
    .filter(
      (line) => /^git exp(?: [a-z-]|$)/.test(line) && !/[…]/.test(line.split(' -- ')[0] ?? ''),
    )
}

/** Words as a shell would have them; enough for what the pages hold. */
const words = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')

/** Whether the command line takes a command, as far as parsing goes: nothing is run. */
const problem = (line: string): string | null => {
  const all = words(line.replace(/^git exp ?/, '')).map((word) => word.replace(/^\[(.*)\]$/, '$1'))
  const own = all.includes('--') ? all.slice(0, all.indexOf('--')) : all
  let command = describeProgram()
  while (command.commands.length > 0 && own[0] !== undefined && !own[0].startsWith('-')) {
    const sub = command.commands.find((one) => [one.name(), ...one.aliases()].includes(`${own[0]}`))
    if (sub === undefined) return `there is no verb ${own[0]}`
    command = sub
    own.shift()
  }
  const { operands, unknown } = command.parseOptions(own)
  const wrong = unknown.filter((word) => word.startsWith('-') && !['-h', '--help'].includes(word))
  if (wrong.length > 0) return `there is no option ${wrong.join(' ')}`
  const most = command.registeredArguments.some(({ variadic }) => variadic)
    ? Number.POSITIVE_INFINITY
    : command.registeredArguments.length
  return operands.length > most ? `there are too many words: ${operands.join(' ')}` : null
}

t.test('every command of the pages is one that the program takes', async (t) => {
  let seen = 0
  for (const page of pages) {
    for (const line of commandsIn(readFileSync(join(root, page), 'utf8'))) {
      seen++
      t.equal(problem(line), null, `${page}: ${line}`)
    }
  }
  t.ok(seen > 30, `${seen} were looked at`)
})

t.test('a command that is wrong is told', async (t) => {
  t.strictSame(commandsIn('    git exp run -n x   # why\nand `git exp; git exp frobnicate`'), [
    'git exp run -n x',
    'git exp',
    'git exp frobnicate',
  ])
  t.match(problem('git exp frobnicate'), /no verb/)
  t.match(problem('git exp daemon stop --kil'), /no option --kil/)
  t.match(problem('git exp undo NAME'), /too many/)
  t.equal(problem("git exp add -S 'a=(1, 2)' -- python --any thing"), null)
})
