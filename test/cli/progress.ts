import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

const skip =
  spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0
    ? false
    : 'there is no script(1) to make a terminal'

/** A sandbox whose git stops before it hashes untracked files. */
const slowWorld = async (t: Parameters<typeof sandbox>[0]) => {
  const world = sandbox(t)
  const repo = await world.repository({ a: '1' })
  repo.write('new', 'new')
  const { wait, open, reached } = gate(world)
  const bin = join(world.folder, 'bin')
  mkdirSync(bin)
  const git = execFileSync('sh', ['-c', 'command -v git'], { env: world.env }).toString().trim()
  const script = `#!/bin/sh\ncase " $* " in *' update-index '*) ${wait} ;; esac\nexec ${git} "$@"\n`
  writeFileSync(join(bin, 'git'), script, { mode: 0o755 })
  return { world, repo, open, reached, env: { ...world.env, PATH: `${bin}:${world.env.PATH}` } }
}

t.test('a capture that takes long shows how far it is on a terminal', { skip }, async (t) => {
  const { repo, env, open } = await slowWorld(t)
  const line = `'${process.execPath}' '${cliProgram}' add -n slow -- true`
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: repo.path,
    env: { ...env, TERM: 'xterm' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let seen = ''
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString()
  })
  await until('it tells', () => seen.includes('capturing 0 of 1 untracked files'))
  open()
  await new Promise((resolve) => child.once('close', resolve))
  t.notMatch(seen.slice(seen.lastIndexOf('\r\u001b[K')), /capturing/, 'and takes the line away')
})

t.test('in a pipe nothing is shown of it', async (t) => {
  const { world, repo, env, open, reached } = await slowWorld(t)
  const adding = world.exp(['add', '-n', 'slow', '--', 'true'], { cwd: repo.path, env })
  await reached()
  open()
  const { stdout, stderr } = await adding
  t.equal(stdout, 'slow\n')
  t.notMatch(stderr, /capturing/)
})
