import { parseCommit, readObjects, resolveNames } from '../cat-file.ts'
import { UserError } from '../errors.ts'
import { foldName, nameProblem } from '../names.ts'
import { resultRef, snapshotRef } from '../refs.ts'
import { parseSnapshotMessage } from '../snapshot.ts'
import type { SharedRef } from './remote-refs.ts'

/** What is to become of the refs that one fetch brought. */
export interface Settled {
  /** Not here yet. */
  fresh: SharedRef[]
  /** Here under the same name, with the same commit. */
  upToDate: SharedRef[]
  /** Here is another experiment of that name. */
  diverged: SharedRef[]
  /** Snapshots that are none, or whose name we do not take. */
  wrong: SharedRef[]
  /** The snapshots of `fresh` and `upToDate`, with the ids that they tell. */
  snapshots: { oid: string; id: string; name: string }[]
}

/** Holds what a remote has against what is here. A remote may have anything under these names. */
export const settlePulled = async (commonDir: string, pulled: SharedRef[]): Promise<Settled> => {
  const settled: Settled = { fresh: [], upToDate: [], diverged: [], wrong: [], snapshots: [] }
  const snapshots = pulled.filter(({ kind }) => kind === 'snapshot')
  const ids = await snapshotIds(commonDir, snapshots)
  const mine = await resolveNames(
    commonDir,
    pulled.flatMap((one) => [localRef(one), localRef({ ...one, kind: otherOf(one) })]),
  )
  const theirs = new Map(pulled.map((one) => [`${one.kind} ${localName(one)}`, one.oid]))
  for (const [i, one] of pulled.entries()) {
    const [own = null, other = null] = mine.slice(2 * i, 2 * i + 2)
    const id = one.kind === 'snapshot' ? (ids.get(one.oid) ?? null) : null
    const sibling = theirs.get(`${otherOf(one)} ${localName(one)}`) ?? null
    const isWrong = one.kind === 'snapshot' && (id === null || nameProblem(one.name) !== null)
    // A name is one experiment's: its snapshot and its result come from the same one.
    const isTaken = own === null && other !== null && other !== sibling
    const verdict = isWrong
      ? 'wrong'
      : own === one.oid
        ? 'upToDate'
        : own === null && !isTaken
          ? 'fresh'
          : 'diverged'
    settled[verdict].push(one)
    if (id !== null && (verdict === 'fresh' || verdict === 'upToDate')) {
      settled.snapshots.push({ oid: one.oid, id, name: one.name })
    }
  }
  return settled
}

export const localRef = ({ kind, baseline, name }: SharedRef): string =>
  kind === 'result' ? resultRef(baseline, name) : snapshotRef(baseline, name)

const otherOf = ({ kind }: SharedRef): SharedRef['kind'] =>
  kind === 'result' ? 'snapshot' : 'result'

const localName = ({ baseline, name }: SharedRef): string => `${baseline} ${foldName(name)}`

/** The id of each commit that is a snapshot of the baseline that its ref says. */
const snapshotIds = async (
  commonDir: string,
  snapshots: SharedRef[],
): Promise<Map<string, string>> => {
  const objects = await readObjects(
    commonDir,
    snapshots.map(({ oid }) => oid),
  )
  const ids = new Map<string, string>()
  for (const [i, { oid, baseline }] of snapshots.entries()) {
    const object = objects[i]
    if (object?.type !== 'commit') continue
    try {
      const { parents, message } = parseCommit(object.content)
      const facts = parseSnapshotMessage(message)
      if (facts.baseline === baseline && parents[0] === baseline) ids.set(oid, facts.id)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
    }
  }
  return ids
}
