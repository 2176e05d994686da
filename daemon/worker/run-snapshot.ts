import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseCommit, readObjects } from '../../lib/cat-file.ts'
import { type Brought, writeCommandFile } from '../../lib/command-file.ts'
import { environmentForRuns } from '../../lib/environment.ts'
import { UserError } from '../../lib/errors.ts'
import type { Reason } from '../../lib/experiment.ts'
import { appendLine } from '../../lib/files.ts'
import { attemptFolder } from '../../lib/places.ts'
import { isAlive } from '../../lib/process-identity.ts'
import { transferLfs } from '../../lib/remote/beside-git.ts'
import { settle } from '../../lib/settle.ts'
import { parseSnapshotMessage } from '../../lib/snapshot.ts'
import { commitSpec } from '../../lib/spec/commit-spec.ts'
import { type End, endOf } from '../end-of-run.ts'
import { note } from '../events.ts'
import type { Work } from '../job.ts'
import { endOfLost } from '../lost-run.ts'
import { commandFileOf, ordersFor } from '../orders.ts'
import { refusal } from '../refusal.ts'
import { OUR_PREFIX } from '../run-log.ts'
import { type Supervisor, Supervisors } from '../start-supervisor.ts'
import { type Orders, readOutcome } from '../supervision.ts'
import { endedWithoutRun } from '../without-run.ts'
import { materialize } from '../workplace/materialize.ts'
import { type Slot, slotOf } from '../workplace/slot.ts'
import type { Claimed } from './claim-job.ts'
import type { Leash } from './leash.ts'
import type { Watch } from './watch-claim.ts'
import type { Worker } from './worker.ts'

/** What came of an attempt, before its files are looked at. */
export type Ran =
  /** `brought` is null where no command was started. */
  | { is: 'ended'; end: End; brought: Brought | null }
  /** Its supervisor was killed. */
  | { is: 'lost'; end: End; brought: Brought }
  /** Ended before its time, for a reason that is the watch's; nothing is to be published. */
  | { is: 'given-up' }

/** A worker runs one at a time. */
const SLOT = 1

/** What is to be run, as the snapshot itself says it; the message only named it. Throws `UserError`. */
export const workOf = async (claimed: Claimed): Promise<Work> => {
  const [object] = await readObjects(claimed.clone, [claimed.snapshot])
  const { message, parents } = parseCommit(object?.content ?? Buffer.alloc(0))
  const { id, baseline, branch, workdir, spec } = parseSnapshotMessage(message)
  if (id !== claimed.exp || baseline !== claimed.baseline || parents[0] !== baseline) {
    throw new UserError('remote', 'the snapshot is another experiment’s than its message says')
  }
  return {
    id,
    name: claimed.name,
    baseline,
    branch,
    snapshot: claimed.snapshot,
    workdir,
    // What a hook queued says it in the commit's own files.
    spec: spec ?? (await commitSpec(claimed.clone, null, claimed.snapshot)),
    commonDir: claimed.clone,
    worktree: null,
    attempt: claimed.claim.attempt,
    slot: SLOT,
    // The worker's own environment says which GPUs it has.
    gpus: null,
  }
}

export const slotFor = ({ workplaces }: Worker, { commonDir }: Work): Slot =>
  slotOf(workplaces, commonDir, null, SLOT)

/** Runs one claimed job until its command has ended. */
export const runSnapshot = async (
  worker: Worker,
  work: Work,
  { watch, leash, remote }: { watch: Watch; leash: Pick<Leash, 'say'>; remote: string },
): Promise<Ran> => {
  const folder = attemptFolder(worker.places, work.id, work.attempt)
  // Of an attempt of this number that was given back.
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const log = join(folder, 'log')
  appendLine(
    log,
    `${OUR_PREFIX}${work.name}: snapshot ${work.snapshot.slice(0, 12)} on ${worker.host}`,
  )
  leash.say({ log, attempt: work.attempt })
  const starting = new Supervisors().start(folder)
  const [supervisor, prepared] = await settle<[Supervisor, Prepared]>([
    starting,
    prepare(worker, work, watch, remote),
  ]).catch(async (error: unknown) => {
    await starting.then(({ dismiss }) => dismiss()).catch(() => {})
    throw error
  })
  if ('refused' in prepared || watch.signal.aborted) {
    supervisor.dismiss()
    await supervisor.ended
    return notStarted(worker, watch, 'refused' in prepared ? prepared.refused : null)
  }
  const { orders, brought } = prepared
  const { workplace } = slotFor(worker, work)
  writeCommandFile(folder, commandFileOf(work, workplace, { brought, layers: null }))
  for (const text of brought.notes) appendLine(log, `${OUR_PREFIX}${text}`)
  note('start', { name: work.name, exp: work.id, attempt: work.attempt })
  supervisor.give({ ...orders, isLeashed: true })
  const stop = (): void => {
    if (isAlive(supervisor.progress)) process.kill(supervisor.progress.pid, 'SIGTERM')
  }
  if (watch.signal.aborted) stop()
  watch.signal.addEventListener('abort', stop)
  await supervisor.ended
  supervisor.dismiss()
  watch.signal.removeEventListener('abort', stop)
  const outcome = readOutcome(folder)
  if (outcome?.is === 'not-started') return notStarted(worker, watch, null)
  if (outcome !== null && outcome.is !== 'stopped') {
    return { is: 'ended', end: endOf(outcome, null), brought }
  }
  const word = watch.word()
  const by = word?.is === 'cancelled' ? word.by : null
  if (word !== null && by === null) return { is: 'given-up' }
  if (outcome !== null && by !== null) return { is: 'ended', end: endOf(outcome, by), brought }
  const { id } = work
  const end = await endOfLost(folder, id, worker.config.graceMs, worker.clock)
  return end === null ? notStarted(worker, watch, null) : { is: 'lost', end, brought }
}

/** Nothing ran: it was refused or cancelled, or is to run elsewhere. */
const notStarted = ({ clock }: Worker, watch: Watch, refused: Reason | null): Ran => {
  const word = watch.word()
  if (word?.is === 'cancelled') {
    return { is: 'ended', end: endedWithoutRun(null, clock(), word.by), brought: null }
  }
  if (word !== null || refused === null) return { is: 'given-up' }
  return { is: 'ended', end: endedWithoutRun(refused, clock(), null), brought: null }
}

type Prepared = { orders: Orders; brought: Brought } | { refused: Reason }

const prepare = async (
  worker: Worker,
  work: Work,
  watch: Watch,
  remote: string,
): Promise<Prepared> => {
  try {
    const slot = slotFor(worker, work)
    const clone = { commonDir: work.commonDir, worktree: work.commonDir }
    const problem = await transferLfs('fetch', clone, remote, [work.snapshot])
    const { brought } = await materialize(slot, work, watch.signal)
    brought.notes.push(...lacking(work), ...(problem === null ? [] : [problem]))
    const base = environmentForRuns(withoutCelerys(process.env))
    const hasGpus = !['', '-1'].includes(process.env.CUDA_VISIBLE_DEVICES ?? '')
    return {
      brought,
      orders: ordersFor(work, slot.workplace, { brought, layers: null }, base, {
        ...worker.config,
        hasGpus,
      }),
    }
  } catch (error) {
    if (watch.signal.aborted) return { refused: { code: 'user', text: 'it was ended' } }
    return { refused: refusal(error) }
  }
}

/** What the Celery task's process leaves behind in the environment. */
const withoutCelerys = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(?:CELERY_|_MP_|FORKED_BY_)/.test(name)),
  )

const lacking = ({ spec }: Work): string[] => {
  const paths = [...spec.link, ...spec.copy]
  if (paths.length === 0) return []
  return [
    `${paths.join(', ')} stayed in the workspace where this was queued: only a snapshot travels`,
  ]
}
