import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesMarked } from '../../scripts/test.ts'

/** What this reads of an experiment in `git exp show --json`. */
interface Experiment {
  name: string
  state: string
  overrides: string[]
  metrics: { 'metrics.json'?: { accuracy: number; loss: number } }
}

const checkout = join(import.meta.dirname, '../..')
const scratch = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'git-exp-demo-')))
const project = join(scratch, 'iris')
// Not GIT_EXP_…: a daemon does not take those over from whoever starts it.
const mark = `IRIS_DEMO_RUN=${randomUUID()}`

// Whatever git and git-exp look for elsewhere is in the throwaway folder too.
const isForeign = (name: string): boolean => /^(GIT|XDG)_/.test(name) && !name.endsWith('_TEST_RUN')
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name))),
  ...Object.fromEntries([mark.split('=')]),
  PATH: `${join(checkout, 'bin')}:${process.env.PATH}`,
  HOME: join(scratch, 'home'),
  TMPDIR: join(scratch, 'tmp'),
  GIT_EXP_HOME: join(scratch, 'state'),
  XDG_CACHE_HOME: join(scratch, 'cache'),
  GIT_CONFIG_GLOBAL: join(scratch, 'home/.gitconfig'),
  GIT_CONFIG_NOSYSTEM: '1',
}

const demonstrate = async (): Promise<void> => {
  await makeProject()
  await git('config', '--global', 'exp.jobs', '2')
  await git('exp', 'add', '-S', 'lr=0.01,0.1,0.5', '-S', 'model.hidden=2,8', '-n', 'sweep')
  editParams(/^epochs: \d+/m, 'epochs: 1')
  await git('exp', 'status')
  // Its exit code can wait: below it is said which ones did not succeed, and why.
  await start(['exp', 'wait'], 'inherit')
  await git('exp', 'show')
  const experiments: Experiment[] = JSON.parse(await output('exp', 'show', '--json'))
  const failed = experiments.filter(({ state }) => state !== 'succeeded')
  for (const { name } of failed) await git('exp', 'log', name)
  expect(failed.length === 0, `not succeeded: ${failed.map(({ name }) => name).join(', ')}`)
  expect(experiments.length === 6, `the sweep has 6 experiments, not ${experiments.length}`)
  const best = bestOf(experiments)
  const log = await output('exp', 'log', best.name)
  process.stdout.write(log)
  expect(/^epoch (\d{2,})\/\1:/m.test(log), 'an edit made after queueing reached what was queued')
  await git('exp', 'daemon', 'stop')
  await expectNothingLeft()
  const { accuracy, loss } = best
  console.log(`\nBest of ${experiments.length}: ${best.name} (${best.overrides.join(', ')})`)
  console.log(`accuracy ${accuracy}, loss ${loss}`)
}

const makeProject = async (): Promise<void> => {
  for (const folder of ['home', 'tmp', 'iris']) fs.mkdirSync(join(scratch, folder))
  for (const name of ['iris.csv', 'train.mjs', 'params.yaml', 'exp.yaml']) {
    fs.copyFileSync(join(import.meta.dirname, name), join(project, name))
  }
  const identity = '[user]\n\tname = Iris\n\temail = iris@example.org\n'
  fs.writeFileSync(env.GIT_CONFIG_GLOBAL, `${identity}[init]\n\tdefaultBranch = main\n`)
  await git('init', '--quiet')
  await git('add', '.')
  await git('commit', '--quiet', '-m', 'Tell three species of iris apart')
}

const editParams = (line: RegExp, replacement: string): void => {
  const path = join(project, 'params.yaml')
  const before = fs.readFileSync(path, 'utf8')
  fs.writeFileSync(path, before.replace(line, replacement))
  console.log(`\n# params.yaml now says "${replacement}"; what is queued still runs as it was.`)
}

/** The most accurate, and of equals the one with the least loss, as exp.yaml's goal says. */
const bestOf = (experiments: Experiment[]): Experiment & { accuracy: number; loss: number } => {
  const [best] = experiments
    .map((one) => ({ accuracy: 0, loss: 0, ...one, ...one.metrics['metrics.json'] }))
    .toSorted((a, b) => b.accuracy - a.accuracy || a.loss - b.loss)
  expect(best?.metrics['metrics.json'] !== undefined, 'no experiment has metrics')
  return best
}

const git = async (...args: string[]): Promise<void> => {
  const { code } = await start(args, 'inherit')
  expect(code === 0, `git ${args.join(' ')} ended with ${code}`)
}

const output = async (...args: string[]): Promise<string> => {
  const { code, stdout } = await start(args, 'pipe')
  expect(code === 0, `git ${args.join(' ')} ended with ${code}`)
  return stdout
}

const interruption = new AbortController()

const start = async (args: string[], stdout: 'inherit' | 'pipe') => {
  console.log(
    `\n$ git ${args.map((arg) => (/^[\w.,=/-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ')}`,
  )
  const child = spawn('git', args, {
    cwd: project,
    env,
    stdio: ['ignore', stdout, 'inherit'],
    signal: interruption.signal,
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
  const printed = child.stdout === null ? '' : text(child.stdout)
  return { code: await ended, stdout: await printed }
}

/** Fails if a process that any of this started has not ended within five seconds. */
const expectNothingLeft = async (): Promise<void> => {
  for (let tries = 0; tries < 100 && processesMarked(mark).length > 0; tries++) await sleep(50)
  const left = processesMarked(mark).map(({ pid, command }) => `${pid} ${command}`)
  expect(left.length === 0, `left running: ${left.join('; ')}`)
  if (fs.existsSync('/proc')) console.log('\n# Nothing is left running.')
}

const killAll = async (): Promise<void> => {
  for (let left = processesMarked(mark); left.length > 0; left = processesMarked(mark)) {
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended meanwhile.
      }
    }
    await sleep(50)
  }
}

function expect(isTrue: boolean, message: string): asserts isTrue {
  if (!isTrue) throw new Error(message)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort())
try {
  await demonstrate()
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error)
  console.error(`demo: ${interruption.signal.aborted ? 'interrupted' : reason}`)
  process.exitCode = interruption.signal.aborted ? 130 : 1
} finally {
  await killAll()
  fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
  console.log(`\nRemoved ${scratch}`)
}
