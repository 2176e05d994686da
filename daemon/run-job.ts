import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeCommandFile } from '../lib/command-file.ts'
import { environmentForRuns, readEnvironment } from '../lib/environment.ts'
import type { Reason } from '../lib/experiment.ts'
import { appendLine } from '../lib/files.ts'
import { attemptFolder } from '../lib/places.ts'
import { settle } from '../lib/settle.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import type { Executor, Prepared as PreparedPlace } from './executors/executor.ts'
import { executorOf } from './executors/executor-of.ts'
import { finishRun, notStarted } from './finish-run.ts'
import type { Job } from './job.ts'
import { commandFileOf, ordersFor } from './orders.ts'
import { refusal } from './refusal.ts'
import { repositoryProblem } from './repository-problem.ts'
import { OUR_PREFIX } from './run-log.ts'
import type { Supervisor } from './start-supervisor.ts'
import { type Orders, readProgress } from './supervision.ts'

/** Runs one claimed experiment from its snapshot to its recorded outcome. */
export const runJob = async (daemon: Daemon, job: Job): Promise<void> => {
  note('start', { name: job.name, id: job.id, attempt: job.attempt })
  const folder = attemptFolder(daemon.places, job.id, job.attempt)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const log = join(folder, 'log')
  appendLine(log, `${OUR_PREFIX}${job.name}: snapshot ${job.snapshot.slice(0, 12)}`)
  const executor = executorOf(daemon, job)
  const starting = daemon.supervisors.start(folder)
  const [supervisor, prepared] = await settle<[Supervisor, Prepared]>([
    starting,
    prepare(daemon, job, executor, log),
  ]).catch(async (error: unknown) => {
    await starting.then(({ dismiss }) => dismiss()).catch(() => {})
    throw error
  })
  if ('refused' in prepared || daemon.runs.isStopAsked(job.id)) {
    supervisor.dismiss()
    await supervisor.ended
    await notStarted(
      daemon,
      job,
      'refused' in prepared && !daemon.runs.isStopAsked(job.id)
        ? { is: 'refused', reason: prepared.refused }
        : { is: 'stopped' },
    )
    return
  }
  const { brought } = prepared.place
  try {
    begin(daemon, job, executor, supervisor, prepared)
  } catch (error) {
    // Its pipe is this daemon's, so that nobody else could ever send it away.
    supervisor.dismiss()
    throw error
  }
  await supervisor.ended
  if (daemon.runs.leave(job.id)) supervisor.release()
  else supervisor.dismiss()
  await finishRun(daemon, job, executor, brought)
}

/** All that the next daemon must find is on the disk before the orders are given. */
const begin = (
  daemon: Daemon,
  job: Job,
  { workplace }: Executor,
  supervisor: Supervisor,
  { place, orders }: ReadyToRun,
): void => {
  const folder = attemptFolder(daemon.places, job.id, job.attempt)
  writeCommandFile(folder, commandFileOf(job, workplace, place))
  for (const text of place.brought.notes) appendLine(join(folder, 'log'), `${OUR_PREFIX}${text}`)
  daemon.queue.supervise(job, supervisor.progress)
  daemon.runs.supervise(job.id, supervisor.progress)
  supervisor.onProgress(() => enterPhase(daemon, job, folder))
  supervisor.give(orders)
}

interface ReadyToRun {
  place: PreparedPlace
  orders: Orders
}

type Prepared = ReadyToRun | { refused: Reason }

const enterPhase = (daemon: Daemon, job: Job, folder: string): void => {
  const progress = readProgress(folder)
  if (progress === null || progress.phase === 'ready') return
  const startedAt = progress.phase === 'running' ? progress.startedAt : null
  daemon.queue.enter(job, progress.phase, startedAt)
}

const prepare = async (
  daemon: Daemon,
  job: Job,
  { workplace, materialize }: Executor,
  log: string,
): Promise<Prepared> => {
  const problem = repositoryProblem(job.commonDir)
  if (problem !== null) {
    appendLine(log, `${OUR_PREFIX}refused: ${problem.text}`)
    return { refused: problem }
  }
  try {
    const base =
      job.env === null ? environmentForRuns(process.env) : readEnvironment(daemon.places, job.env)
    const place = await materialize()
    const hasGpus = (job.gpus ?? (await daemon.machine.look()).gpus).length > 0
    const machine = { ...daemon.config, hasGpus }
    return { place, orders: ordersFor(job, workplace, place, base, machine) }
  } catch (error) {
    const refused = refusal(error)
    if (daemon.runs.isStopAsked(job.id)) return { refused }
    appendLine(log, `${OUR_PREFIX}refused: ${refused.text}`)
    return { refused }
  }
}
