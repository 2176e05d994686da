import { join } from 'node:path'
import type { Brought } from '../lib/command-file.ts'
import type { Reason } from '../lib/experiment.ts'
import { appendLine } from '../lib/files.ts'
import { attemptFolder } from '../lib/places.ts'
import { type Collected, collect, nothingLeft } from './collect.ts'
import type { Daemon } from './daemon.ts'
import { type End, endOf } from './end-of-run.ts'
import { note } from './events.ts'
import type { Executor } from './executors/executor.ts'
import { executorOf } from './executors/executor-of.ts'
import type { Job } from './job.ts'
import { repositoryLimits } from './limits.ts'
import { endOfLost } from './lost-run.ts'
import { outliveGc } from './outlive-gc.ts'
import { commitResult, publish } from './publish.ts'
import { recordEnd } from './record-end.ts'
import { repositoryProblem } from './repository-problem.ts'
import { OUR_PREFIX } from './run-log.ts'
import { readOutcome } from './supervision.ts'
import { endedWithoutRun } from './without-run.ts'

/** Collects, publishes and records a run whose supervisor has ended, one way or the other. */
export const finishRun = async (
  daemon: Daemon,
  job: Job,
  executor: Executor,
  brought: Brought,
): Promise<void> => {
  const folder = attemptFolder(daemon.places, job.id, job.attempt)
  const outcome = readOutcome(folder)
  if (outcome?.is === 'not-started') {
    await notStarted(daemon, job, outcome.stopAsked ? { is: 'stopped' } : { is: 'not-run' })
    return
  }
  const end =
    outcome === null
      ? await endOfLost(folder, job.id, daemon.config.graceMs, daemon.clock)
      : endOf(outcome, daemon.records.stopAskedBy(job.id))
  if (end === null) {
    await notStarted(daemon, job, { is: 'not-run' })
    return
  }
  daemon.queue.enter(job, 'collecting', null)
  const log = join(folder, 'log')
  const problem = repositoryProblem(job.commonDir)
  if (problem !== null) {
    await homeless(daemon, job, executor, end, problem)
    return
  }
  const site = executor.site()
  const limits = await repositoryLimits(daemon, job)
  const gather = (): Promise<Collected> =>
    site === null ? nothingLeft(job) : collect(daemon.places, site, job, brought, limits)
  const collected = await gather()
  for (const text of collected.notes) appendLine(log, `${OUR_PREFIX}${text}`)
  await daemon.oneAtATime.run(job.id, () =>
    publishAndRecord(daemon, job, executor, end, { collected, gather }),
  )
}

/** Its repository takes no result any more, and others wait for what the run holds. */
const homeless = async (
  daemon: Daemon,
  job: Job,
  executor: Executor,
  end: End,
  problem: Reason,
): Promise<void> => {
  const log = join(attemptFolder(daemon.places, job.id, job.attempt), 'log')
  for (const text of await executor.putBack('it ran')) appendLine(log, `${OUR_PREFIX}${text}`)
  // The files that it left may be all there is of it.
  const workplace = executor.site() === null ? null : executor.keep()
  const kept = workplace === null ? '' : `; the files that it left are in ${workplace}`
  const text = `${problem.text}${kept}`
  appendLine(log, `${OUR_PREFIX}lost: ${text}`)
  const nothing = { result: null, metrics: '{}', kept: [] }
  recordEnd(daemon, job, {
    ...end,
    ...nothing,
    state: 'lost',
    reason: { ...problem, text },
    workplace,
  })
}

const publishAndRecord = async (
  daemon: Daemon,
  claimed: Job,
  executor: Executor,
  end: End,
  { collected, gather }: { collected: Collected; gather: () => Promise<Collected> },
): Promise<void> => {
  // It may have been renamed since it was claimed.
  const job = { ...claimed, name: daemon.records.find(claimed.id)?.name ?? claimed.name }
  const log = join(attemptFolder(daemon.places, job.id, job.attempt), 'log')
  const facts = {
    isSuccess: end.state === 'succeeded',
    endedAt: end.endedAt,
    exitCode: end.exitCode,
    signal: end.signal,
    durationSeconds: end.usage === null ? null : end.usage.ranMs / 1000,
  }
  const published = await publish(daemon.places.scratch, job, collected, facts)
  await outliveGc(job.commonDir, published.result, async () => {
    await commitResult(daemon.places.scratch, job, await gather(), facts)
  })
  if (published.name !== job.name) {
    daemon.records.rename(job.number, published.name)
    appendLine(log, `${OUR_PREFIX}“${job.name}” was taken meanwhile: this is “${published.name}”`)
  }
  // What is collected is safe, and whoever waits for the outcome finds the files put back.
  for (const text of await executor.putBack('it ran')) appendLine(log, `${OUR_PREFIX}${text}`)
  appendLine(log, `${OUR_PREFIX}${end.state}${end.reason === null ? '' : `: ${end.reason.text}`}`)
  record(daemon, job, executor, end, collected, published.result)
}

/** Records an attempt at which no command was started; `not-run` puts it back in the queue. */
export const notStarted = async (
  daemon: Daemon,
  job: Job,
  why: { is: 'refused'; reason: Reason } | { is: 'stopped' } | { is: 'not-run' },
): Promise<void> => {
  const log = join(attemptFolder(daemon.places, job.id, job.attempt), 'log')
  const left = await executorOf(daemon, job).putBack('nothing ran')
  for (const text of left) appendLine(log, `${OUR_PREFIX}${text}`)
  if (why.is === 'not-run') {
    note('requeue', { name: job.name, id: job.id })
    daemon.queue.requeue(job)
    return
  }
  const refused = why.is === 'refused' ? why.reason : null
  const end = endedWithoutRun(refused, daemon.clock(), daemon.records.stopAskedBy(job.id))
  recordEnd(daemon, job, end)
}

const record = (
  daemon: Daemon,
  job: Job,
  executor: Executor,
  end: End,
  collected: Collected,
  result: string,
): void =>
  recordEnd(daemon, job, {
    ...end,
    result,
    metrics: collected.metrics,
    kept: collected.kept,
    workplace: job.keep ? executor.keep() : null,
  })
