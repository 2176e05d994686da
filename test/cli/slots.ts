import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { crashDaemon } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { type Sandbox, sandbox, type TestRepository } from '../fixture/sandbox.ts'
import { until } from '../fixture/until.ts'

/** Puts a stand-in on the PATH that lists these GPUs, and counts how often it is asked. */
const withGpus = (box: Sandbox, ...indices: number[]): void => {
  const program = join(box.folder, 'bin/nvidia-smi')
  const asked = join(box.folder, 'asked')
  mkdirSync(join(box.folder, 'bin'))
  box.env.PATH = `${join(box.folder, 'bin')}:${box.env.PATH}`
  const list = `echo x >>'${asked}'; printf '${indices.join('\\n')}\\n'`
  writeProgram(program, `case "$1" in --query-gpu=*) ${list};; esac`)
}

const writeProgram = (path: string, text: string): void => {
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
}

interface Status {
  experiments: { name: string; state: string; waits: string | null }[]
}

const waits = async (repo: TestRepository): Promise<Record<string, string | null>> => {
  const { experiments } = JSON.parse((await repo.exp('status', '--json')).stdout) as Status
  return Object.fromEntries(experiments.map(({ name, state, waits }) => [name, waits ?? state]))
}

t.test('runs get GPUs of their own, and keep them while the daemon is gone', async (t) => {
  const box = sandbox(t)
  withGpus(box, 0, 1)
  await box.config('exp.jobs', '4')
  await box.config('exp.slots.license', '1')
  const repo = await box.repository({ 'a.txt': 'a\n' })
  const { wait, arrivals, open } = gate(box)
  const seen = `${box.folder}/seen`
  const script = `echo "$GIT_EXP_NAME $CUDA_VISIBLE_DEVICES $HIP_VISIBLE_DEVICES" >>'${seen}'; ${wait}`
  const add = async (name: string, ...flags: string[]): Promise<string> => {
    const { exitCode, stderr } = await repo.exp('add', '-n', name, ...flags, '-c', script)
    if (exitCode !== 0) throw new Error(stderr)
    return stderr
  }
  await add('one', '--slots', 'license=1')
  await until('the first runs', () => arrivals().length === 1)
  await add('two')
  await until('two run', () => arrivals().length === 2)
  await add('big', '--gpus', '2', '--hold')
  await add('small')
  await add('licensed', '--gpus', '0', '--slots', 'License=1')
  t.match(await add('huge', '--gpus', '3', '--memory', '900T'), /it needs .*3 GPUs.* has .*2 GPUs/)
  await repo.exp('release', 'big')
  await add('none', '--gpus', '0')
  await until('what needs no GPU runs', () => arrivals().length === 3)
  t.match(await waits(repo), {
    ...{ one: 'running', two: 'running', none: 'running', big: 'waits for 2 GPUs' },
    ...{ small: 'waits for 1 GPU: #3 comes first', licensed: 'waits for 1 license' },
    huge: /^waits for .*3 GPUs.*: this machine has .*2 GPUs/,
  })
  const shown = await repo.exp('status')
  t.match(shown.stdout, /big +queued: waits for 2 GPUs/)
  t.match((await repo.exp('log', 'small')).stderr, /^small waits for 1 GPU: #3 comes first$/m)

  await crashDaemon(box)
  t.match((await repo.exp('daemon', 'start')).exitCode, 0)
  t.match(await waits(repo), { two: 'running', big: 'waits for 2 GPUs' })
  open()
  t.equal((await repo.exp('wait', 'big', 'small', 'licensed')).exitCode, 0)
  const lines = readFileSync(seen, 'utf8').trimEnd().split('\n')
  t.strictSame(lines.slice(0, 3), ['one 0 0', 'two 1 1', 'none -1 -1'])
  t.ok(lines.indexOf('big 0,1 0,1') > 2)
  t.ok(lines.includes('licensed -1 -1'))
  t.match(lines.at(-1), /^small [01] [01]$/, 'the big one was before it')
  t.match(await waits(repo), { huge: /^waits for / })
  t.equal(readFileSync(`${box.folder}/asked`, 'utf8'), 'x\nx\n', 'each daemon asks once')
})

t.test('the memory that a run has of GPUs is recorded, and that of nobody else', async (t) => {
  const box = sandbox(t)
  withGpus(box, 0)
  const file = (name: string): string => join(box.folder, name)
  writeProgram(
    file('bin/nvidia-smi'),
    `case "$1" in
    --query-gpu=*) echo 0 ;;
    *) echo "1, 9999"; [ ! -e '${file('pid')}' ] || { echo "$(cat '${file('pid')}'), 512"; echo >>'${file('seen')}'; } ;;
    esac`,
  )
  const repo = await box.repository({ a: '1' })
  const script = `echo $$ >'${file('pid')}.new'; mv '${file('pid')}.new' '${file('pid')}'
    # Who asks a second time has read the first answer.
    until [ -e '${file('seen')}' ] && [ $(wc -l <'${file('seen')}') -gt 1 ]; do sleep 0.1; done`
  await repo.exp('run', '-c', script)
  const [shown] = await repo.shown()
  t.equal(shown?.usage?.peak_gpu_memory, 512 * 2 ** 20)
  await repo.exp('run', '--gpus', '0', '-c', 'true')
  t.equal((await repo.shown())[0]?.usage?.peak_gpu_memory, null)
})

t.test('exp.gpus says it without nvidia-smi, and a broken one is no GPU', async (t) => {
  const box = sandbox(t)
  withGpus(box)
  writeProgram(join(box.folder, 'bin/nvidia-smi'), 'echo "no driver"; exit 9')
  const repo = await box.repository({ a: '1' })
  const print = 'echo "[$CUDA_VISIBLE_DEVICES]"'
  const run = async (...flags: string[]): Promise<string> =>
    (await repo.exp('run', ...flags, '-c', print)).stdout
  t.match(await run(), /^\[\]$/m, 'without GPUs nothing is set')
  await repo.exp('add', '-n', 'waits', '--gpus', '1', '-c', print)
  await until('it waits', async () =>
    /this machine has no GPUs/.test((await waits(repo)).waits ?? ''),
  )
  await box.config('exp.gpus', '3,5')
  await repo.exp('daemon', 'restart')
  t.equal((await repo.exp('wait', 'waits')).exitCode, 0)
  t.match((await repo.exp('log', 'waits')).stdout, /^\[3\]$/m)
  t.match(await run(), /^\[\]$/m, 'one that runs alone may see all')
  t.match(await run('--gpus', '2'), /^\[3,5\]$/m)
  for (const flags of [
    ['--slots', 'license'],
    ['--priority', '101'],
    ['--after', 'nobody'],
  ]) {
    const { exitCode, stderr } = await repo.exp('add', ...flags, '-c', print)
    t.not(exitCode, 0, flags.join(' '))
    t.notMatch(stderr, /\n\s+at /, flags.join(' '))
  }
})
