import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import {
  cliProgram,
  markedProcesses,
  type Sandbox,
  sandbox,
  type TestRepository,
} from '../test/fixture/sandbox.ts'
import { until } from '../test/fixture/until.ts'

/** A user's world in which everything may break, and what stands outside of it to tell. */
export interface World extends Sandbox {
  repo: TestRepository
  /** What runs call; it writes to `ran` when it begins and ends. */
  script: string
  /** A line each time that a run begins or ends: `start|end|twice <id> <attempt> [<code>]`. */
  ran: string
  /** While it is there, runs that wait end. */
  open: string
  /** Milliseconds by which the clock of our programs is off. */
  clock: string
  /** Whether the state folder has a small disk of its own, which only root can give it. */
  hasSmallDisk: boolean
  ballast: string
  /** `git exp …`, killed after so many milliseconds where that is asked for. */
  call: (args: string[], killAfterMs?: number | null) => Promise<Called>
  end: () => Promise<void>
}

export interface Called {
  exitCode: number | null
  isKilled: boolean
  stdout: string
  stderr: string
  ms: number
}

/** A small disk is still large enough for all that a world of runs leaves. */
const DISK_MB = 24

export const makeWorld = async (isolation: 'checkout' | 'overlay'): Promise<World> => {
  const ends: (() => Promise<void>)[] = []
  const own = sandbox({ teardown: (end) => ends.push(end) })
  const at = (name: string): string => join(own.folder, name)
  mkdirSync(at('alive'))
  mkdirSync(at('state'), { mode: 0o700 })
  const hasSmallDisk = process.getuid?.() === 0 && mount(at('state'))
  await own.config('exp.jobs', '3')
  await own.config('exp.grace', '200ms')
  await own.config('exp.isolation', isolation)
  writeFileSync(at('run.sh'), runScript(own.folder))
  writeFileSync(at('clock.mjs'), clockScript(at('clock')))
  const env = { ...own.env, NODE_OPTIONS: `--import=${at('clock.mjs')}` }
  const repo = await own.repository({
    'params.yaml': 'lr: 0.1 # rate\n',
    'code/main.txt': 'one\n',
    'code/part.txt': 'two\n',
    '.gitignore': 'ignored\n',
  })
  repo.write('code/main.txt', 'edited\n')
  repo.write('code/part.txt', 'staged\n')
  await repo.git('add', 'code/part.txt')
  repo.write('code/part.txt', 'staged and edited\n')
  repo.write('untracked.txt', 'untracked\n')
  repo.write('ignored', 'ignored\n')
  symlinkSync('code', join(repo.path, 'link'))
  const call: World['call'] = async (args, killAfterMs = null) => {
    const before = performance.now()
    const child = execa(process.execPath, [cliProgram, ...args], {
      cwd: repo.path,
      env,
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    })
    const timer =
      killAfterMs === null ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    const { exitCode, stdout, stderr, signal } = await child
    clearTimeout(timer)
    const ms = performance.now() - before
    return { exitCode: exitCode ?? null, isKilled: signal === 'SIGKILL', stdout, stderr, ms }
  }
  const end = async (): Promise<void> => {
    writeFileSync(at('open'), '')
    rmSync(at('state/ballast'), { force: true })
    await call(['daemon', 'stop', '--kill'])
    const mark = own.env.GIT_EXP_TEST_SANDBOX ?? ''
    await until('all are dead', () => {
      const left = markedProcesses(mark)
      for (const pid of left) endOne(pid)
      return left.length === 0
    })
    if (hasSmallDisk) spawnSync('umount', ['--lazy', at('state')])
    for (const one of ends) await one()
  }
  return {
    ...own,
    repo,
    call,
    end,
    hasSmallDisk,
    script: at('run.sh'),
    ran: at('ran'),
    open: at('open'),
    clock: at('clock'),
    ballast: at('state/ballast'),
  }
}

const endOne = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

const mount = (folder: string): boolean => {
  const options = `size=${DISK_MB}m,mode=0700`
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'git-exp-chaos', folder]).status === 0
}

/** Only our own programs are in another time: files keep their real ones. */
const clockScript = (file: string): string => `import { readFileSync } from 'node:fs'
const real = Date.now.bind(Date)
const off = () => { try { return Number(readFileSync('${file}', 'utf8')) } catch { return 0 } }
Date.now = () => real() + off()
`

/** Who holds an experiment's place writes its number there; a number may be another's by now. */
const runScript = (folder: string): string => `
ran='${folder}/ran' own="${folder}/alive/$GIT_EXP_ID" open='${folder}/open'
other=$(cat "$own" 2>/dev/null) && grep -qs run.sh "/proc/$other/cmdline" &&
  echo "twice $GIT_EXP_ID $GIT_EXP_ATTEMPT" >>"$ran"
echo $$ >"$own"
echo "start $GIT_EXP_ID $GIT_EXP_ATTEMPT" >>"$ran"
code=0
wait_open() { while [ ! -e "$open" ]; do sleep 0.05; done; }
case $1 in
  fails) code=7 ;;
  flaky) [ "$GIT_EXP_ATTEMPT" -gt 1 ] || code=1 ;;
  waits) wait_open ;;
  stubborn) trap '' TERM; wait_open ;;
  leaves) sleep 300 & setsid sleep 300 & wait_open ;;
  prints) seq 1 20000 ;;
  slow) sleep 0.3 ;;
esac
rm -f "$own"
echo "end $GIT_EXP_ID $GIT_EXP_ATTEMPT $code" >>"$ran"
exit $code
`

/** What runs wrote so far. */
export const readRan = ({ ran }: World): Ran[] =>
  (existsSync(ran) ? readFileSync(ran, 'utf8') : '')
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [what = '', id = '', attempt = '', code] = line.split(' ')
      return { what, id, attempt: Number(attempt), code: code === undefined ? null : Number(code) }
    })

export interface Ran {
  what: string
  id: string
  attempt: number
  code: number | null
}
