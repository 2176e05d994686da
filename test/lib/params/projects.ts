import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import type { Override, Value } from '../../../lib/overrides/override.ts'
import { openParams } from '../../../lib/params/edit.ts'
import type { Plain } from '../../../lib/params/plain.ts'
import { printPlain } from '../../../lib/params/plain-json.ts'
import { readParams } from '../../../lib/params/read.ts'

// Files as projects have them. Whatever value of theirs is set, nothing but its line changes, and
// nothing but it reads differently.
const folder = new URL('../../fixture/params/', import.meta.url)

const VALUES: Value[] = [
  { type: 'int', value: 7n },
  { type: 'float', value: 0.125 },
  { type: 'bool', value: true },
]

/** Each value without parts: its path, and what it says. */
const leavesOf = (plain: Plain, path: string[] = []): [path: string[], said: string][] => {
  if (plain === null || typeof plain !== 'object') return [[path, printPlain(plain)]]
  return Object.entries(plain).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
}

/** The lines that are not the same, without those around them that are. */
const changedLines = (before: string, after: string): [before: string[], after: string[]] => {
  const [old, now] = [before.split('\n'), after.split('\n')]
  while (old.length > 0 && now.length > 0 && old[0] === now[0]) {
    old.shift()
    now.shift()
  }
  while (old.length > 0 && now.length > 0 && old.at(-1) === now.at(-1)) {
    old.pop()
    now.pop()
  }
  return [old, now]
}

const textFor = (file: string): Value => ({
  type: 'string',
  value: /\.(cfg|env)$/.test(file) ? 'two words' : `it's "x": #1`,
  quote: 'single',
})

/** What a file that knows only text says of a value. */
const meant = (file: string, value: Value, old: string): string => {
  const said = 'value' in value ? (value.value as Plain) : null
  // What had quotes keeps them in a file where all is text.
  const isText = /\.env$/.test(file) && /^"(?:first try|a#b)"$/.test(old)
  return printPlain(isText ? String(said) : said)
}

for (const file of readdirSync(folder)) {
  t.test(`every value of ${file} can be set without harm to the others`, async (t) => {
    const text = readFileSync(new URL(file, folder), 'utf8')
    const before = await readParams(file, text)
    const edit = await openParams(file, text)
    const leaves = leavesOf(before)
    t.ok(leaves.length > 4)
    for (const [path, old] of leaves) {
      for (const value of [...VALUES, textFor(file)]) {
        const override: Override = { operation: 'change', file: null, path, value, text: 'x' }
        const name = `${path.join('.')} = ${'value' in value ? value.value : ''}`
        const after = edit([override])
        const [lost, won] = changedLines(text, after)
        const isBlock = lost.some((line) => /[>|]\s*$|"""|^ {4}(cat|dog)/.test(line))
        if (!isBlock && (lost.length > 1 || won.length > 1)) t.fail(`${name}: ${won.join('\n')}`)
        const said = new Map(
          leavesOf(await readParams(file, after)).map(([at, now]) => [at.join('\0'), now]),
        )
        t.equal(said.get(path.join('\0')), meant(file, value, old), name)
        for (const [at, was] of leaves) {
          const now = said.get(at.join('\0'))
          const isShared = at.at(-1) === path.at(-1) && was === old && file === 'dvc-stages.yaml'
          if (at !== path && now !== was && !isShared) t.fail(`${name} made ${at.join('.')} ${now}`)
        }
      }
    }
  })
}
