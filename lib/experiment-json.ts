import { join } from 'node:path'
import { isoTime } from './clock.ts'
import type { AnyExperiment, Attempt } from './experiment.ts'
import type { Plain } from './params/plain.ts'
import { attemptFolder, type Places } from './places.ts'

/** The one shape of an experiment in `--json`: design section 8. */
export const experimentJson = (
  places: Places,
  experiment: AnyExperiment,
): { [key: string]: Plain } => {
  const { state } = experiment
  const run = 'attempt' in state ? state : null
  const end = 'endedAt' in state ? state : null
  const startedAt = run?.startedAt ?? null
  const last = experiment.attempts.at(-1) ?? null
  const attempt = run?.attempt ?? last?.attempt ?? 0
  const retryAt = state.is === 'queued' ? (state.retryAt ?? null) : null
  return {
    id: experiment.id,
    number: experiment.number,
    name: experiment.name,
    repository: experiment.repository,
    baseline: experiment.baseline,
    rewritten: experiment.rewritten,
    branch: experiment.branch,
    snapshot: experiment.snapshot,
    result: end?.result ?? null,
    state: state.is,
    phase: state.is === 'running' ? state.phase : null,
    reason: 'reason' in state ? { code: state.reason.code, text: state.reason.text } : null,
    executor: experiment.executor,
    command: experiment.command,
    workdir: experiment.workdir,
    overrides: experiment.overrides,
    params: experiment.params,
    metrics: experiment.metrics,
    priority: experiment.priority,
    after: idsOf(experiment, 'succeed'),
    after_any: idsOf(experiment, 'end'),
    queued: isoTime(experiment.queuedAt),
    started: startedAt === null ? null : isoTime(startedAt),
    ended: end === null ? null : isoTime(end.endedAt),
    duration:
      end === null || startedAt === null ? null : durationSeconds(startedAt, end.endedAt, last),
    exit_code: end?.exitCode ?? null,
    signal: end?.signal ?? null,
    attempt,
    worker: last?.worker ?? null,
    host: last?.host ?? null,
    log: logOf(places, experiment.id, attempt),
    workplace: experiment.workplace,
    starred: experiment.starred,
    tags: experiment.tags,
    note: experiment.note,
    kept: experiment.kept.map(({ path, sha256, bytes, dropped }) => ({
      path,
      sha256,
      bytes,
      ...(dropped === true ? { dropped } : {}),
    })),
    retry_at: retryAt === null ? null : isoTime(retryAt),
    paused: state.is === 'running' && state.pausedAt !== undefined,
    progress: experiment.progress ?? {},
    usage: usageJson(end === null ? null : last),
    attempts: experiment.attempts.map((one) => ({
      attempt: one.attempt,
      state: one.state ?? 'running',
      reason: one.reason === null ? null : { code: one.reason.code, text: one.reason.text },
      started: one.startedAt === null ? null : isoTime(one.startedAt),
      ended: one.endedAt === null ? null : isoTime(one.endedAt),
      exit_code: one.exitCode,
      signal: one.signal,
      result: one.result,
      worker: one.worker,
      host: one.host,
      log: logOf(places, experiment.id, one.attempt),
      usage: usageJson(one),
    })),
  }
}

const idsOf = ({ after }: AnyExperiment, must: 'succeed' | 'end'): string[] =>
  after.filter((one) => one.must === must).map(({ id }) => id)

const logOf = (places: Places, id: string | null, attempt: number): string | null =>
  id === null || attempt === 0 ? null : join(attemptFolder(places, id, attempt), 'log')

/** By the run's own clock where it told: the machine's may have been set meanwhile. */
const durationSeconds = (startedAt: number, endedAt: number, run: Attempt | null): number =>
  Math.max(0, run?.usage?.ranMs ?? endedAt - startedAt) / 1000

const usageJson = (run: Attempt | null): Plain =>
  run === null || run.usage === null
    ? null
    : {
        seconds: run.usage.ranMs / 1000,
        cpu_seconds: run.usage.cpuMs === null ? null : run.usage.cpuMs / 1000,
        peak_memory: run.usage.peakBytes,
        peak_gpu_memory: run.usage.peakGpuBytes,
      }
