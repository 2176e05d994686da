import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  forbiddenImports,
  importCycles,
  importsOf,
  importsWithoutSuffix,
  namelessExports,
  packagesOutside,
  type Source,
  sourcesBelow,
  sqlWrites,
  tooLong,
  vagueNames,
} from './fixture/imports.ts'

const MAY_IMPORT = { cli: ['lib'], daemon: ['lib'], lib: [] }
const MAY_START_PROCESSES = [
  'lib/git.ts',
  // Both ask ps and sysctl, where there is no /proc.
  'daemon/process-table.ts',
  'lib/host.ts',
  'lib/process-identity.ts',
  'lib/start-daemon.ts',
  // Both ask nvidia-smi.
  'daemon/gpu-memory.ts',
  'lib/list-gpus.ts',
  'lib/service/ask-manager.ts',
  'daemon/start-supervisor.ts',
  'daemon/start-command.ts',
  // Mounts one to see whether that goes.
  'lib/overlay/try-overlay.ts',
  // Asks mkfifo.
  'daemon/run-pipe.ts',
  'daemon/tell-end.ts',
  'lib/worker/find-python.ts',
  'lib/worker/start-celery.ts',
  'lib/worker/keep-workers.ts',
]
// The last only runs `schema.sql`.
const MAY_WRITE_SQL = [
  ...['daemon/queue.ts', 'daemon/claim.ts', 'daemon/records.ts', 'daemon/dependencies.ts'],
  'daemon/forget-rows.ts',
  'daemon/cluster/cluster-rows.ts',
  'daemon/database.ts',
]
const MAX_LINES = 250
const VAGUE_NAMES = ['common', 'helpers', 'index', 'types', 'utils']

const root = join(import.meta.dirname, '..')
const folders = Object.keys(MAY_IMPORT)
const sources = sourcesBelow(root, folders)

const file = (path: string, text: string): Source => ({ path, text })
const mayStart = (path: string): boolean => MAY_START_PROCESSES.includes(path)
const isDaemons = (path: string): boolean => path.startsWith('daemon/')

t.test('every folder of the program has files to check', async (t) => {
  for (const folder of folders) {
    t.ok(
      sources.some(({ path }) => path.startsWith(`${folder}/`)),
      folder,
    )
  }
})

t.test('cli and daemon import lib, and lib nothing of ours but itself', async (t) => {
  t.strictSame(
    sources.flatMap((source) => forbiddenImports(source, MAY_IMPORT)),
    [],
  )
})

t.test('no file imports itself by way of others', async (t) => {
  t.strictSame(importCycles(sources), [])
})

t.test('relative imports end in .ts', async (t) => {
  t.strictSame(sources.flatMap(importsWithoutSuffix), [])
})

t.test('only the queue and the records write SQL', async (t) => {
  t.strictSame(sources.filter(({ path }) => !MAY_WRITE_SQL.includes(path)).flatMap(sqlWrites), [])
})

t.test('processes are started only where they may be, and execa is the daemon’s', async (t) => {
  t.strictSame(
    sources.flatMap((source) => [
      ...packagesOutside(source, ['child_process', 'execa'], mayStart),
      ...packagesOutside(source, ['execa'], isDaemons),
    ]),
    [],
  )
})

t.test(
  'files are small, say in their name what they are for, and name what they export',
  async (t) => {
    t.strictSame(
      sources.flatMap((source) => [
        ...tooLong(source, MAX_LINES),
        ...vagueNames(source, VAGUE_NAMES),
        ...namelessExports(source),
      ]),
      [],
    )
  },
)

t.test('hooks are POSIX sh and nothing else', async (t) => {
  const hooks = readdirSync(join(root, 'hooks'))
  t.not(hooks.length, 0)
  for (const name of hooks) {
    const path = join(root, 'hooks', name)
    t.match(readFileSync(path, 'utf8'), /^#!\/bin\/sh\n/, name)
    for (const shell of [['dash'], ['busybox', 'sh'], ['shellcheck', '--shell=sh']]) {
      const [command = '', ...args] = shell
      const isLinter = command === 'shellcheck'
      const run = spawnSync(command, [...args, ...(isLinter ? [] : ['-n']), path])
      t.equal(run.status, 0, `${name}: ${shell.join(' ')}`, {
        skip: run.error !== undefined && `no ${command} here`,
        output: `${run.stdout}${run.stderr}`,
      })
    }
  }
})

t.test('imports are found in every form, and not in comments or text', async (t) => {
  const text = `
    // import a from './comment.ts'
    const text = \`import b from './text.ts' \${await import('./in-template.ts')} '\`
    const slash = /['"\`{]/.test(text) || 4 / 2 / 1
export type { Kind }
import one from './one.ts'
import {
  two,
  type Three,
} from './two.ts'
import type { Four } from './four.ts'
import './five.ts'
export { six } from './six.ts' /* import x from './x.ts' */
    const seven = await import('./seven.ts')
    type Eight = typeof import('./eight.ts')
    const nine = require("./nine.ts")
    await import(\`./\${name}.ts\`)
    await import(name)
`
  const found = importsOf(text)
  t.strictSame(
    found.map(({ to }) => to),
    [
      ...['./one.ts', './two.ts', './four.ts', './five.ts', './six.ts'],
      ...['./in-template.ts', './seven.ts', './eight.ts', './nine.ts', '?', '?'],
    ],
  )
  t.strictSame(
    found.filter(({ typeOnly }) => typeOnly).map(({ to }) => to),
    ['./four.ts', './eight.ts'],
  )
  t.throws(() => importsOf('}\n'), { message: /braces do not match/ })
})

t.test('an import across the table, or one that cannot be read, is told', async (t) => {
  const found = (path: string, to: string) =>
    forbiddenImports(file(path, `import x from '${to}'\n`), MAY_IMPORT)
  t.strictSame(found('cli/add.ts', '../daemon/queue.ts'), [
    'cli/add.ts: imports ../daemon/queue.ts',
  ])
  t.strictSame(found('daemon/main.ts', '../cli/main.ts'), [
    'daemon/main.ts: imports ../cli/main.ts',
  ])
  t.strictSame(found('lib/a/b.ts', '../../cli/main.ts'), ['lib/a/b.ts: imports ../../cli/main.ts'])
  t.strictSame(found('lib/a.ts', '../scripts/build.ts'), ['lib/a.ts: imports ../scripts/build.ts'])
  t.strictSame(found('cli/add.ts', '../lib/git.ts'), [])
  t.strictSame(found('lib/a/b.ts', '../git.ts'), [])
  t.strictSame(found('lib/git.ts', 'yaml'), [])
  t.equal(forbiddenImports(file('cli/main.ts', 'await import(verb)'), MAY_IMPORT).length, 1)
})

t.test('a cycle of values is told once, and one of types is none', async (t) => {
  const a = file('lib/a.ts', "import { b } from './b/b.ts'\n")
  const c = file('lib/c.ts', "export const a = () => import('./a.ts')\n")
  const b = (kind: string) => file('lib/b/b.ts', `import ${kind}{ c } from '../c.ts'\n`)
  t.strictSame(importCycles([a, b(''), c]), ['lib/a.ts → lib/b/b.ts → lib/c.ts → lib/a.ts'])
  t.strictSame(importCycles([a, b('type '), c]), [])
  t.strictSame(importCycles([file('lib/a.ts', "import './a.ts'\n")]), ['lib/a.ts → lib/a.ts'])
})

t.test('SQL that writes is told from SQL that reads and from prose', async (t) => {
  for (const sql of [
    'insert into experiment values (1)',
    'with x as (select 1) insert or ignore into run select * from x',
    'update experiment set state = 1',
    `update $\{table} set state = 1`,
    'DELETE FROM run',
    'replace into run values (1)',
    'create unique index i on run (id)',
    'drop table run',
    'alter table run add note text',
  ]) {
    t.equal(sqlWrites(file('lib/a.ts', `db.prepare(\`\n  ${sql}\`)`)).length, 1, sql)
  }
  const harmless =
    "// insert into x\nupdate('the params', set); f('select * from run', 'updated')\n"
  t.strictSame(sqlWrites(file('lib/a.ts', harmless)), [])
})

t.test('each of the small rules can be broken', async (t) => {
  const starts = file('cli/a.ts', "import { spawn } from 'node:child_process'\nimport 'execa'\n")
  t.equal(packagesOutside(starts, ['child_process', 'execa'], mayStart).length, 2)
  t.equal(packagesOutside(starts, ['child_process'], () => true).length, 0)
  t.equal(importsWithoutSuffix(file('lib/a.ts', "import './b'\nimport './c.js'\n")).length, 2)
  t.equal(tooLong(file('lib/a.ts', 'x\n'.repeat(251)), MAX_LINES).length, 1)
  t.equal(tooLong(file('lib/a.ts', 'x\n'.repeat(250)), MAX_LINES).length, 0)
  t.equal(vagueNames(file('lib/utils/a.ts', ''), VAGUE_NAMES).length, 1)
  t.equal(vagueNames(file('lib/types.ts', ''), VAGUE_NAMES).length, 1)
  t.equal(vagueNames(file('lib/indexed.ts', ''), VAGUE_NAMES).length, 0)
  for (const text of ['export default 1', "export * from './a.ts'", 'export { a as default }']) {
    t.equal(namelessExports(file('lib/a.ts', text)).length, 1, text)
  }
  t.equal(namelessExports(file('lib/a.ts', 'export const a = 1\nexport { b }\n')).length, 0)
})
