import { spawn, spawnSync } from 'node:child_process'
import t from 'tap'
import { gate } from '../fixture/gate.ts'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

const skip =
  spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0
    ? false
    : 'there is no script(1) to make a terminal'

t.test('the live view shows a run, stops it, and gives the terminal back', { skip }, async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ a: '1' })
  const { wait, reached } = gate(world)
  await repo.exp('add', '-n', 'endless', '-c', `echo hello; ${wait}`)
  await reached()
  const line = `stty rows 24 cols 100; '${process.execPath}' '${cliProgram}' top; echo "code $?"; stty -a`
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: repo.path,
    env: { ...world.env, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  let seen = ''
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString()
  })
  await until(
    'the run and its log are shown',
    () => /endless +running/.test(seen) && /hello/.test(seen),
  )
  child.stdin.write('K')
  await until('it asks', () => seen.includes('stop endless?'))
  child.stdin.write('y')
  await until('it has ended', () => /endless +stopped/.test(seen))
  child.stdin.write('q')
  await until('the terminal is back', () => seen.includes('code 0') && / icanon/.test(seen))
  t.ok(seen.lastIndexOf('\u001b[?1049l') > seen.lastIndexOf('\u001b[?1049h'))
  t.match(seen.slice(seen.indexOf('code 0')), / echo /)
  child.kill('SIGKILL')
})

t.test('without a terminal it says what to do instead', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ a: '1' })
  t.match(await repo.exp('top'), { exitCode: 129, stderr: /needs a terminal\n.*git exp status/ })
})
