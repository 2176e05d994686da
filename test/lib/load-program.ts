import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const start = (folder: string, work: string, env: Record<string, string> = {}): string => {
  const script = `import { loadProgram } from '${join(import.meta.dirname, '../../lib/load-program.ts')}'
    process.stdout.write(loadProgram('${folder}/program.cjs', '${work}').say())`
  const args = ['--input-type=module-typescript', '--eval', script]
  const options = { env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), ...env } }
  return execFileSync(process.execPath, args, { ...options, stdio: 'pipe' }).toString()
}

t.test('a program is kept as it was compiled, until another is in its place', async (t) => {
  const folder = t.testdir({
    'program.cjs': "exports.say = () => 'one ' + require('node:path').basename(__filename)\n",
  })
  const program = join(folder, 'program.cjs')
  const compiled = join(folder, 'cache/git-exp/compiled')
  t.equal(start(folder, 'add'), 'one program.cjs')
  const [kept = '', ...more] = readdirSync(compiled)
  t.match(kept, /-add$/)
  t.strictSame(more, [])
  const before = statSync(join(compiled, kept))
  t.equal(start(folder, 'add'), 'one program.cjs')
  t.equal(statSync(join(compiled, kept)).mtimeMs, before.mtimeMs, 'it is not written again')
  t.equal(start(folder, 'show'), 'one program.cjs')
  t.equal(readdirSync(compiled).length, 2, 'each work has its own')

  // As packages are unpacked: as long and as old as what was there.
  const { atime, mtime } = statSync(program)
  writeFileSync(program, readFileSync(program, 'utf8').replace('one', 'two'))
  utimesSync(program, atime, mtime)
  t.equal(start(folder, 'add'), 'two program.cjs')

  const count = readdirSync(compiled).length
  t.equal(start(folder, 'add', { NODE_OPTIONS: '--stack-trace-limit=5' }), 'two program.cjs')
  t.equal(readdirSync(compiled).length, count + 1, 'other flags have their own')
})

t.test('a cache that is damaged, old, or cannot be written changes nothing', async (t) => {
  const folder = t.testdir({ 'program.cjs': "exports.say = () => 'said'\n" })
  const compiled = join(folder, 'cache/git-exp/compiled')
  t.equal(start(folder, 'add'), 'said')
  const kept = join(compiled, readdirSync(compiled)[0] ?? '')
  const { size } = statSync(kept)
  for (const damage of ['', 'x', '\0'.repeat(size)]) {
    writeFileSync(kept, damage)
    t.equal(start(folder, 'add'), 'said')
    t.equal(statSync(kept).size, size, 'it is made anew')
  }
  const foreign = join(compiled, 'a folder, as Node keeps what it compiles')
  mkdirSync(foreign)
  for (const old of [kept, foreign]) utimesSync(old, 1, 1)
  t.equal(start(folder, 'show'), 'said')
  t.match(readdirSync(compiled), [/-show$/], 'what is of long ago is gone')
  chmodSync(compiled, 0o500)
  t.equal(start(folder, 'list'), 'said')
  chmodSync(compiled, 0o700)
  t.equal(start(folder, 'list', { XDG_CACHE_HOME: '/dev/null/cache' }), 'said')
})
