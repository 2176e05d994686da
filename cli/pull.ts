import { environmentForRuns, keepEnvironment } from '../lib/environment.ts'
import { UserError } from '../lib/errors.ts'
import { changeRefs } from '../lib/refs.ts'
import { transferLfs } from '../lib/remote/beside-git.ts'
import { checkRemote } from '../lib/remote/remote-git.ts'
import { fetchRefs, pulledFolder, refsUnder, type SharedRef } from '../lib/remote/remote-refs.ts'
import { localRef, type Settled, settlePulled } from '../lib/remote/settle-pulled.ts'
import { request } from '../lib/request.ts'
import { FOLLOW, newTicket } from '../lib/ticket.ts'
import { uuid7, uuidTime } from '../lib/uuid.ts'
import { openSession, type Session, withHistory } from './session.ts'
import { vacate } from './vacate-names.ts'

/** So long a pull may take before what it fetched is taken for left over. */
const LEFT_OVER_MS = 86_400_000

/**
 * Fetches results from a remote, and snapshots if wanted: these come into the queue, held. With `jobs`
 * what a cluster has comes into it instead, and is followed.
 */
export const pull = async (options: {
  remote: string
  names: string[]
  snapshots?: boolean
  jobs?: boolean
  force?: boolean
}): Promise<number> => {
  checkRemote(options.remote)
  const isOfCluster = options.jobs === true
  const session = await openSession()
  const { commonDir } = session.repository
  const folder = uuid7(Date.now())
  await dropLeftOvers(commonDir)
  try {
    const pulled = await fetchRefs(commonDir, options.remote, {
      names: options.names,
      withSnapshots: options.snapshots === true || isOfCluster,
      folder,
    })
    requireAll(options.names, pulled)
    const first = await settlePulled(commonDir, pulled)
    const all =
      options.force === true && first.diverged.length > 0
        ? await makeWay(session, pulled, first.diverged)
        : first
    const settled = isOfCluster
      ? await (await import('./pull-jobs.ts')).jobsAmong(commonDir, options.remote, all)
      : all
    await create(commonDir, settled.fresh)
    const snapshots = settled.snapshots.map(({ oid }) => oid)
    const lfs = await transferLfs('fetch', session.repository, options.remote, snapshots)
    const queued = await enqueue(session, settled, isOfCluster)
    tell(settled, { queued, isOfCluster, lfs })
    return 0
  } finally {
    await drop(commonDir, pulledFolder(folder))
  }
}

/** Whoever has a name that is wanted is renamed. */
const makeWay = async (
  session: Session,
  pulled: SharedRef[],
  diverged: SharedRef[],
): Promise<Settled> => {
  const holders = new Map(diverged.map((one) => [`${one.baseline}:${one.name}`, one]))
  for (const { baseline, name } of holders.values()) await vacate(session, baseline, [name])
  return settlePulled(session.repository.commonDir, pulled)
}

const requireAll = (names: string[], pulled: SharedRef[]): void => {
  const absent = names.filter((name) => pulled.every((one) => one.name !== name))
  if (absent.length === 0) return
  throw new UserError(
    'unknown-experiment',
    `the remote has no result ${absent.join(', ')}`,
    'git exp list REMOTE; what is only queued comes with --snapshots',
  )
}

const create = async (commonDir: string, fresh: SharedRef[]): Promise<void> => {
  if (fresh.length === 0) return
  const isDone = await changeRefs(
    commonDir,
    fresh.map((one) => ({ to: 'create', ref: localRef(one), oid: one.oid })),
  )
  if (!isDone) {
    throw new UserError('git', 'another process made experiments of these names', 'pull again')
  }
}

/** Asks the daemon for rows; those that it has it keeps. Gives back how many were asked for. */
const enqueue = async (
  { places, repository }: Session,
  { snapshots }: Settled,
  isOfCluster: boolean,
): Promise<number> => {
  const items = await withHistory(places, (history) =>
    snapshots.filter(({ id }) => (history?.byId(id) ?? null) === null),
  )
  if (items.length === 0) return 0
  const ticket = newTicket(
    {
      verb: 'pull',
      repository: repository.commonDir,
      worktree: repository.worktree,
      env: keepEnvironment(places, environmentForRuns(process.env)),
      hold: !isOfCluster,
      ...(isOfCluster ? { value: FOLLOW } : {}),
      items,
    },
    Date.now(),
  )
  await request(places, ticket, Date.now())
  return items.length
}

const tell = (
  { fresh, upToDate, diverged, wrong }: Settled,
  { queued, isOfCluster, lfs }: { queued: number; isOfCluster: boolean; lfs: string | null },
): void => {
  const results = fresh.filter(({ kind }) => kind === 'result').length
  const lines = [
    `results: ${results} new, there already: ${upToDate.filter(({ kind }) => kind === 'result').length}`,
    ...(queued === 0
      ? []
      : [
          isOfCluster
            ? `of the cluster: ${queued} new; git exp status, log -f and stop take them now`
            : `snapshots: ${queued} new; git exp release lets run what has no result, retry the others`,
        ]),
    ...(wrong.length === 0 ? [] : [`no snapshots of experiments: ${namesOf(wrong)}`]),
    ...(lfs === null ? [] : [lfs]),
  ]
  process.stderr.write(lines.map((line) => `${line}\n`).join(''))
  if (diverged.length === 0) return
  throw new UserError(
    'diverged',
    `others of the same name are here, and were left alone: ${namesOf(diverged)}`,
    '--force takes the names, and renames those that are here NAME.1',
  )
}

const namesOf = (refs: SharedRef[]): string => [...new Set(refs.map(({ name }) => name))].join(', ')

const drop = async (commonDir: string, under: string): Promise<void> => {
  const refs = await refsUnder(commonDir, under)
  if (refs.length > 0) {
    await changeRefs(
      commonDir,
      refs.map(({ ref, oid }) => ({ to: 'delete', ref, oid })),
    )
  }
}

/** Of a pull that was killed. */
const dropLeftOvers = async (commonDir: string): Promise<void> => {
  const refs = await refsUnder(commonDir, 'refs/git-exp/pulled/')
  const folders = new Set(refs.map(({ ref }) => ref.split('/')[3] ?? ''))
  for (const folder of folders) {
    if (Date.now() - uuidTime(folder) > LEFT_OVER_MS) await drop(commonDir, pulledFolder(folder))
  }
}
