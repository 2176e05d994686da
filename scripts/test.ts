import { type StdioOptions, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const checkout = join(import.meta.dirname, '..')

// Root may read and write anything, so for root no test of permissions could fail.
// Node drops the supplementary groups too when it is given a uid.
const isRoot = process.getuid?.() === 0
const user = isRoot ? { uid: 65534, gid: 65534 } : {}

// By itself tap takes every `test.ts` for a test, so also this very file.
// What takes long is a suite of its own, so that the everyday one stays under five minutes.
const longer = ['test/long/**/*.ts', 'test/faults/**/*.ts']
// Those of the cluster start brokers, which not every machine has.
const celery = 'test/celery/**/*.ts'
const suites = {
  short: [
    '--include=test/**/*.ts',
    ...['**/fixture/**', ...longer, celery].map((one) => `--exclude=${one}`),
  ],
  long: longer.map((one) => `--include=${one}`),
  celery: [`--include=${celery}`, '--exclude=**/fixture/**', '--jobs=2'],
}

const main = async (operands: string[]): Promise<number> => {
  const name = operands[0] === '--long' ? 'long' : operands[0] === '--celery' ? 'celery' : 'short'
  const args = [...suites[name], ...operands.filter((operand) => operand !== `--${name}`)]
  if (name === 'short' && operands.length === 0) {
    console.error('skipped: tests of the cluster need brokers; npm run test:celery runs them')
  }
  // Root's own TMPDIR may be closed to the user who runs the tests.
  const scratch = fs.mkdtempSync(join(isRoot ? '/tmp' : tmpdir(), 'git-exp-test-'))
  const small = join(scratch, 'small')
  let mounted = false
  try {
    for (const folder of ['home', 'tmp', 'small']) fs.mkdirSync(join(scratch, folder))
    give(scratch, user)
    mounted = isRoot && mountSmallDisk(small)
    if (!mounted) console.error('no small disk: only root can mount one; full-disk tests skip')
    const where = isReadable() ? checkout : copyTo(join(scratch, 'checkout'))
    return await runTap(args, where, scratch, mounted ? { GIT_EXP_TEST_SMALL_DISK: small } : {})
  } finally {
    if (mounted) spawnSync('umount', ['--lazy', small], { stdio: 'inherit' })
    // Tests make folders that nobody may write to, and those cannot be emptied.
    spawnSync('chmod', ['-R', 'u+rwX', scratch])
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

const runTap = async (args: string[], where: string, scratch: string, extra: object) => {
  const mark = `GIT_EXP_TEST_RUN=${randomUUID()}`
  const report = join(scratch, 'home/report.tap')
  // Reporters for a terminal redraw their screen, which fills a log file with control codes.
  const reporter = process.stdout.isTTY ? 'base' : 'min'
  const tap = ['node_modules/.bin/tap', `-R${reporter}`, `--output-file=${report}`]
  fs.mkdirSync(join(where, '.tap'), { recursive: true })
  give(join(where, '.tap'), user)
  const code = await exitCode([...tap, ...args], where, environment(where, scratch, mark, extra))
  // Not to root, or a second run beside this one could write there no more.
  const owner = fs.statSync(where)
  if (owner.uid !== 0) give(join(where, '.tap'), owner)

  const output = fs.existsSync(report) ? fs.readFileSync(report, 'utf8') : ''
  // Tap's reporters name what was skipped and why, but not every file nor each one's time.
  for (const [line] of output.matchAll(/^(not )?ok .*/gm)) console.log(line)
  // Nor do they always say what failed where nobody watches.
  for (const [block] of output.matchAll(/^ *not ok [\s\S]*?^ *\.\.\.$/gm)) console.log(block)
  const { passed, failed } = totals(output)
  const problems = await leaks(mark)
  if (passed + failed === 0) problems.push('no tests ran')
  else if (code !== 0 && failed === 0) problems.push(`tap ended with ${code}`)
  for (const problem of problems) console.log(`not ok - ${problem}`)
  console.log(`${passed} passed, ${failed + problems.length} failed`)
  return code === 0 && failed + problems.length === 0 ? 0 : 1
}

/** Nothing of the caller's git, of its folders, or of a run of ours that it may itself be part of. */
const environment = (where: string, scratch: string, mark: string, extra: object) => {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:GIT|XDG)_/.test(name) || name.startsWith('GIT_EXP_TEST_'),
  )
  return {
    ...Object.fromEntries([...own, mark.split('=')]),
    PATH: `${join(where, 'node_modules/.bin')}:${process.env.PATH}`,
    HOME: join(scratch, 'home'),
    TMPDIR: join(scratch, 'tmp'),
    ...extra,
  }
}

const exitCode = (args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<number> =>
  new Promise((resolve, reject) => {
    const node = join(cwd, 'node_modules/.bin/node')
    const stdio: StdioOptions = ['ignore', 'inherit', 'inherit']
    const child = spawn(node, args, { cwd, env, stdio, ...user })
    // ^C reaches tap and its tests too: we stay to clean up. TERM comes to us alone, and tap
    // does not end at it; what tap had started is then found by its mark.
    process.on('SIGINT', () => {})
    process.on('SIGTERM', () => child.kill('SIGKILL'))
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })

/** What tap counted, from the comment that closes its report; nothing if it never got there. */
const totals = (output: string): { passed: number; failed: number } => {
  const closing = output.match(/^# \{ total: .*\}$/gm)?.at(-1) ?? ''
  const count = (word: string) => Number(new RegExp(`\\b${word}: (\\d+)`).exec(closing)?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail') }
}

const give = (path: string, { uid, gid }: { uid?: number; gid?: number }): void => {
  if (isRoot) spawnSync('chown', ['-R', `${uid}:${gid}`, path], { stdio: 'inherit' })
}

const mountSmallDisk = (path: string): boolean => {
  const options = `size=1m,mode=0700,uid=${user.uid},gid=${user.gid}`
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'git-exp-test', path])
  if (mount.status !== 0) console.error(mount.error?.message ?? mount.stderr.toString().trimEnd())
  return mount.status === 0
}

const isLeftOut = (name: string): boolean => name === '.git' || name === '.tap'

// By absolute path and as the very user: a folder above the checkout may be what keeps them out.
const readEverything = `
  const below = (path) => fs.readdirSync(path, { recursive: true }).map((name) => path + '/' + name)
  for (const path of process.argv.slice(1))
    for (const each of [path, ...(fs.statSync(path).isDirectory() ? below(path) : [])])
      if (!fs.lstatSync(each).isSymbolicLink()) fs.accessSync(each, fs.constants.R_OK)`

const isReadable = (): boolean => {
  const paths = fs.readdirSync(checkout).filter((name) => !isLeftOut(name))
  const args = ['-e', readEverything, ...paths.map((name) => join(checkout, name))]
  return spawnSync(join(checkout, 'node_modules/.bin/node'), args, user).status === 0
}

const copyTo = (path: string): string => {
  console.error('the ordinary user cannot read this checkout: the tests run in a copy of it')
  const filter = (source: string) => !isLeftOut(relative(checkout, source))
  fs.cpSync(checkout, path, { recursive: true, verbatimSymlinks: true, filter })
  give(path, user)
  return path
}

/** The run's processes that outlived it, killed; each gets a second to end by itself. */
const leaks = async (mark: string): Promise<string[]> => {
  for (let tries = 0; tries < 20 && processesMarked(mark).length > 0; tries++) await sleep(50)
  return processesMarked(mark).map(({ pid, command }) => {
    spawnSync('kill', ['-KILL', `${pid}`])
    return `left running: ${pid} ${command}`
  })
}

/** Who was started with this `NAME=value` in the environment. Nobody where there is no /proc. */
export const processesMarked = (mark: string): { pid: number; command: string }[] =>
  (fs.existsSync('/proc/self/environ') ? fs.readdirSync('/proc') : []).flatMap((pid) => {
    try {
      if (!fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)) return []
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return /^\d+$/.test(pid) ? [{ pid: Number(pid), command: command.trim() }] : []
    } catch {
      return [] // Not a process, not ours, or gone meanwhile.
    }
  })

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
