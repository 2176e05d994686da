import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { compose } from '../../../lib/compose/compose.ts'
import { openConfigFolder } from '../../../lib/compose/config-folder.ts'
import type { Mapping } from '../../../lib/compose/data.ts'
import { printConfig } from '../../../lib/compose/print.ts'
import { nestedFiles } from '../../fixture/nested-files.ts'
import { overridesOf } from '../../fixture/overrides-of.ts'

const composeIn = (root: string, ...overrides: string[]): Mapping =>
  compose(openConfigFolder(root, 'conf'), 'config', overridesOf(...overrides), {})

const folder = (t: Test, files: Record<string, string>): string =>
  t.testdir(
    nestedFiles(
      Object.fromEntries(Object.entries(files).map(([at, text]) => [`conf/${at}`, text])),
    ),
  )

t.test('what leads out of the repository is refused', async (t) => {
  const outside = t.testdir({ 'secret.yaml': 'key: 1\n', repo: { conf: { db: {} } } })
  const root = join(outside, 'repo')
  const config = (text: string): void => writeFileSync(join(root, 'conf/config.yaml'), text)
  symlinkSync(join(outside, 'secret.yaml'), join(root, 'conf/db/link.yaml'))
  config('defaults:\n  - db: link\n')
  t.throws(() => composeIn(root), { code: 'bad-config', message: /leads out of the repository/ })
  for (const entry of ['- ../../secret', '- /../../secret', '- db: ../../../secret']) {
    config(`defaults:\n  ${entry}\n`)
    t.throws(
      () => composeIn(root),
      { code: 'bad-config', message: /out of the config folder/ },
      entry,
    )
  }
  mkdirSync(join(root, '.git'))
  writeFileSync(join(root, '.git/config.yaml'), 'a: 1\n')
  symlinkSync('../.git/config.yaml', join(root, 'conf/git.yaml'))
  config('defaults:\n  - git\n')
  t.throws(() => composeIn(root), { message: /out of the repository/ })
  symlinkSync('config.yaml', join(root, 'conf/other.yaml'))
  config('a: 1\n')
  t.ok(compose(openConfigFolder(root, 'conf'), 'other', [], {}), 'a link within it is followed')
  t.throws(() => openConfigFolder(root, 'nope'), { message: /no folder nope/, hint: /config_dir/ })
  symlinkSync(outside, join(root, 'away'))
  t.throws(() => openConfigFolder(root, 'away'), { message: /leads out/ })
})

t.test('small files that stand for more than any memory are refused', async (t) => {
  const refused = (files: Record<string, string>, message: RegExp): void => {
    const root = folder(t, files)
    const make = (): string => printConfig('params.yaml', composeIn(root))
    t.throws(make, { code: /^bad-(?:config|params-file)$/, message }, String(message))
  }
  const chain = (line: (at: number) => string): string =>
    `${Array.from({ length: 40 }, (_, at) => line(at)).join('\n')}\na40: xxxxxxxx\n`
  refused({ 'config.yaml': chain((at) => `a${at}: "\${a${at + 1}}\${a${at + 1}}"`) }, /too long/)
  refused(
    { 'config.yaml': chain((at) => `a${at}: ["\${a${at + 1}}", "\${a${at + 1}}"]`) },
    /longer than 16 MB/,
  )
  const alias = (at: number): string => `a${at}: &a${at} [*a${at - 1}, *a${at - 1}]`
  const aliases = Array.from({ length: 30 }, (_, at) => alias(at + 1)).join('\n')
  refused({ 'config.yaml': `a0: &a0 [1, 2]\n${aliases}\n` }, /aliases repeat too much/)
  const lists = Array.from({ length: 30 }, (_, at): [string, string] => [
    `c${at}.yaml`,
    `defaults: [c${at + 1}@x, c${at + 1}@y]\n`,
  ])
  refused(
    { 'config.yaml': 'defaults: [c0]\n', ...Object.fromEntries(lists), 'c30.yaml': 'a: 1\n' },
    /thousands of configs/,
  )
  refused({ 'config.yaml': 'defaults: [config]\n' }, /in a circle/)
  refused({ 'config.yaml': `a: ${'['.repeat(20_000)}` }, /nested too deeply/)
  refused({ 'config.yaml': `a: "${'${'.repeat(5000)}"\n` }, /nested too deeply/)
  refused({ 'config.yaml': `a: "${'x'.repeat(4_100_000)}"\n` }, /too much to be read/)
})

t.test('keys of JavaScript itself are keys like others', async (t) => {
  const root = folder(t, { 'config.yaml': '__proto__: {polluted: 1}\nconstructor: 2\n' })
  const text = printConfig('params.yaml', composeIn(root, '++toString.x=1', '__proto__.polluted=3'))
  t.equal(text, '__proto__:\n  polluted: 3\nconstructor: 2\ntoString:\n  x: 1\n')
  t.notOk('polluted' in {})
})
