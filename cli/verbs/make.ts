import { UserError } from '../../lib/errors.ts'
import type { Verbs } from '../program.ts'

const HELP = {
  add: 'queue the workspace as it is this second: git exp add [options] [-- COMMAND…]',
  run: 'queue it, follow its log, and exit with its code: git exp run [options] [-- COMMAND…]',
}

export const makeVerbs = ({ verb, command, done }: Verbs): void => {
  for (const name of ['add', 'run'] as const) {
    const make = verb(name, HELP[name])
      .usage('[options] [-- COMMAND…]')
      .argument('[words...]')
      .option(
        '-S, --set-param <[file:]key=value>',
        'override a parameter; a,b,c makes a sweep',
        many,
      )
      .option('-n, --name <name>', 'name it; a sweep gets NAME-1, NAME-2 …')
      .option('-f, --force', 'take the name from whoever has it, who is then NAME.1')
      .option('-c, --shell <line>', 'a command line for the shell, in place of -- COMMAND…')
      .option('--setup <line>', 'a shell command that is run before')
      .option('--timeout <duration>', 'end it after so long, such as 90s, 15m, 2h, 1d')
      .option('--link <path>', 'an ignored path to link from the workspace', many)
      .option('--copy <path>', 'an ignored path to copy from the workspace', many)
      .option('--untracked <which>', 'all: also large files and what looks like a secret')
      .option('--keep', 'keep the workplace after the run')
      .option('--in-place', 'run it in this workspace, which git exp undo then brings back')
      .option('--no-in-place', 'run it in a workplace, whatever exp.executor says')
      .option('--nested', 'queue from inside a run')
      .option('--json', 'print what was queued as JSON')
      .action(async (words: string[], options: object) => {
        refuseWords(name, words)
        if (name === 'add') {
          const { add } = await import('../add.ts')
          done(await add({ command, ...options }))
        } else {
          const { run } = await import('../run.ts')
          done(await run({ command, ...options }))
        }
      })
    if (name === 'add') make.alias('queue')
  }
}

const many = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

/** Words that are no option are nearly always a command whose `--` was forgotten. */
const refuseWords = (verb: string, words: string[]): void => {
  if (words.length === 0) return
  throw new UserError(
    'usage',
    `“${words.join(' ')}” is no option`,
    `a command goes behind --: git exp ${verb} -- ${words.join(' ')}`,
  )
}
