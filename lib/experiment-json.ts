import { join } from 'node:path'
import { isoTime } from './clock.ts'
import type { Experiment } from './experiment.ts'
import type { Plain } from './params/plain.ts'
import { attemptFolder, type Places } from './places.ts'

/** The one shape of an experiment in `--json`: design section 8. */
export const experimentJson = (
  places: Places,
  experiment: Experiment,
): { [key: string]: Plain } => {
  const { state } = experiment
  const run = 'attempt' in state ? state : null
  const end = 'endedAt' in state ? state : null
  const startedAt = run?.startedAt ?? null
  return {
    id: experiment.id,
    number: experiment.number,
    name: experiment.name,
    repository: experiment.repository,
    baseline: experiment.baseline,
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
    duration: end === null || startedAt === null ? null : (end.endedAt - startedAt) / 1000,
    exit_code: end?.exitCode ?? null,
    signal: end?.signal ?? null,
    attempt: run?.attempt ?? 0,
    log: run === null ? null : join(attemptFolder(places, experiment.id, run.attempt), 'log'),
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
  }
}

const idsOf = ({ after }: Experiment, must: 'succeed' | 'end'): string[] =>
  after.filter((one) => one.must === must).map(({ id }) => id)
