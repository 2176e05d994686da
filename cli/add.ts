import { type Captures, capture } from '../lib/capture/capture.ts'
import { placeOverrides } from '../lib/capture/edit-parameters.ts'
import { dropSnapshots } from '../lib/capture/hold-snapshots.ts'
import type { Composition } from '../lib/compose/composition.ts'
import { findComposition } from '../lib/compose/composition.ts'
import { environmentForRuns, keepEnvironment } from '../lib/environment.ts'
import { UserError } from '../lib/errors.ts'
import { expandPaths } from '../lib/expand-paths.ts'
import type { Experiment } from '../lib/experiment.ts'
import { experimentJson } from '../lib/experiment-json.ts'
import { identityIn } from '../lib/identity.ts'
import { ignoredPaths } from '../lib/ignored.ts'
import { refuseProblems } from '../lib/load-config.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { queuedExperiment } from '../lib/pending.ts'
import type { Repository } from '../lib/repository.ts'
import { settle } from '../lib/settle.ts'
import { type Answer, resolveSpec } from '../lib/spec/resolve.ts'
import { type Tree, workspaceTree } from '../lib/spec/tree.ts'
import { putTicket } from '../lib/spool.ts'
import { daemonsLastWords, ensureDaemon } from '../lib/start-daemon.ts'
import { newTicket } from '../lib/ticket.ts'
import { readMark } from '../lib/workspace/in-place-mark.ts'
import { adviseOn } from './advice.ts'
import { chooseExecutor } from './choose-executor.ts'
import { answerFrom, findSource, refuseGroups } from './from.ts'
import { noteTooMuch } from './note-too-much.ts'
import { describeSample, planSweep } from './plan-sweep.ts'
import { progressLine } from './progress.ts'
import { type QueueingOptions, readQueueing } from './read-queueing.ts'
import { saidOf } from './said.ts'
import { type ConfiguredSession, openConfiguredSession, refuseInsideRun } from './session.ts'
import type { SweepOptions } from './sweep-options.ts'
import { readUntracked } from './untracked-option.ts'
import { vacateNames } from './vacate-names.ts'

/** What `add` and `run` are told. */
export interface AddOptions extends SweepOptions, QueueingOptions {
  /** What stood behind `--`, or null. */
  command: string[] | null
  name?: string
  /** The experiment whose snapshot is taken in place of the workspace. */
  from?: string
  force?: boolean
  /** `-c`: a line for the shell. */
  shell?: string
  setup?: string
  timeout?: string
  retries?: string
  link?: string[]
  copy?: string[]
  untracked?: string
  gpus?: string
  cpus?: string
  memory?: string
  slots?: string[]
  keep?: boolean
  inPlace?: boolean
  celery?: boolean
  nested?: boolean
  json?: boolean
}

/** Captures the workspace, queues it and says what was queued. */
export const add = async (options: AddOptions): Promise<number> => {
  const session = await openConfiguredSession()
  const experiments = await enqueue(session, options)
  if (options.json === true) {
    const all = experiments.map((one) => experimentJson(session.places, one))
    process.stdout.write(`${printPlain(all)}\n`)
  } else {
    process.stdout.write(experiments.map(({ name }) => `${name}\n`).join(''))
    if (experiments.length > 1) process.stderr.write(`${experiments.length} experiments queued\n`)
  }
  return 0
}

/** All of `add` but its last words. */
export const enqueue = async (
  session: ConfiguredSession,
  options: AddOptions,
): Promise<Experiment[]> => {
  const { places, repository } = session
  const nowMs = Date.now()
  refuseInsideRun(options.nested === true)
  const { config } = refuseProblems(session.reading)
  const take = untracked(options)
  const source = options.from === undefined ? null : await findSource(session, options.from)
  const base = source?.repository ?? repository
  const executor = chooseExecutor(options, source?.facts.executor ?? config.executor)
  const cluster =
    executor === 'celery'
      ? await (await import('./to-cluster.ts')).readyForCluster(config, base)
      : null
  const tree = workspaceTree(repository.worktree, ignoredPaths(repository.worktree))
  const composition = source === null ? await findComposition(tree, repository, process.env) : null
  const { sweep, sample } = await planSweep(options, composition)
  const queueing = await readQueueing(session, options)
  if (source !== null) await refuseGroups(source, sweep)
  const answer =
    source === null
      ? resolveHere(repository, { tree, composition }, options)
      : answerFrom(source, saidOf(options))
  if (options.force === true) {
    await vacateNames({ places, repository: base }, options.name ?? null, sweep)
  }
  const progress = progressLine(process.stderr)
  const capturing = capture({
    repository: base,
    places,
    source,
    plan: answer.then(({ spec }) => ({
      spec,
      sweep: sweep.map((overrides) => placeOverrides(overrides, base.workdir, spec.params)),
      sample,
      composition,
    })),
    name: options.name ?? null,
    executor,
    identity: identityIn(session.reading.listed, process.env),
    untracked: { take, maxBytesTogether: config.maxUntrackedBytes },
    ...(cluster === null ? {} : { alsoTaken: cluster.taken }),
    nowMs,
    tell: progress.tell,
  }).finally(progress.end)
  const destination = { repository, tree: source === null ? tree : null, executor }
  // Looked for while git works.
  const advising = answer.then(({ spec }) => adviseOn(destination, spec))
  const [captured] = await settle<[Captures, unknown]>([capturing, Promise.allSettled([advising])])
  const { spec, detected, notes } = await answer
  const ticket = newTicket(
    {
      verb: 'enqueue',
      repository: repository.commonDir,
      worktree: repository.worktree,
      keep: options.keep === true,
      ...queueing,
      items: captured.snapshots.map(({ oid, facts }) => ({ oid, id: facts.id, name: facts.name })),
    },
    nowMs,
  )
  try {
    ticket.env = keepEnvironment(places, environmentForRuns(process.env))
    putTicket(places, ticket, nowMs)
  } catch (error) {
    await dropSnapshots(repository, captured.snapshots)
    throw error
  }
  const advice = await advising
  const holder = source === null ? readMark(repository.gitDir) : null
  const lines = [
    detected,
    ...notes,
    ...advice.lacking,
    ...captured.notes,
    ...(cluster === null
      ? noteTooMuch(places, spec)
      : await cluster.notes(captured.snapshots.map(({ oid }) => oid))),
    ...(holder === null
      ? []
      : [`${holder.name} runs in this workspace now: what is queued has its overrides`]),
    ...advice.place,
    ...(sample === null ? [] : [describeSample(sample)]),
  ]
  process.stderr.write(lines.map((line) => `${line}\n`).join(''))
  const state = await ensureDaemon(places)
  if (state === 'starting') {
    process.stderr.write('the daemon is still starting; git exp daemon status tells of it\n')
  }
  if (state === 'failed') {
    process.stderr.write(`queued, but the daemon does not start: ${daemonsLastWords(places)}\n`)
    process.stderr.write('  git exp doctor tells what to do\n')
  }
  return captured.snapshots.map(({ oid, facts }) =>
    queuedExperiment(ticket, { oid, id: facts.id, name: facts.name }, facts),
  )
}

/** What the experiment is, with the paths that globs stand for. */
export const resolveHere = async (
  { worktree, workdir }: Repository,
  { tree, composition }: { tree: Tree; composition: Composition | null },
  options: AddOptions,
): Promise<Answer> => {
  const answer = await resolveSpec({
    tree,
    workdir,
    ...saidOf(options),
    composed: composition?.params ?? null,
  })
  const { spec } = answer
  return {
    ...answer,
    spec: {
      ...spec,
      params: expandPaths(worktree, spec.params),
      link: expandPaths(worktree, spec.link),
      copy: expandPaths(worktree, spec.copy),
    },
  }
}

const untracked = ({ untracked: which, from }: AddOptions): 'normal' | 'all' => {
  if (which !== undefined && from !== undefined) {
    throw new UserError(
      'usage',
      '--untracked is about the workspace, which --from does not look at',
    )
  }
  return readUntracked(which)
}
