import { parseCommit, readObjects, readSmallBlobs } from '../cat-file.ts'
import { UserError } from '../errors.ts'
import { changeRefs } from '../refs.ts'
import { fetchInto } from '../remote/fetch-into.ts'
import { portions } from '../remote/remote-git.ts'
import { refsUnder } from '../remote/remote-refs.ts'
import { type Cancel, type Claim, parseCancel, parseClaim } from './claim.ts'
import { type JobPart, jobPattern, parseJobRef, seenJobs } from './job-refs.ts'
import { type JobState, jobState } from './job-state.ts'
import { type ClusterOutcome, OUTCOME_FILE, parseOutcome } from './outcome.ts'

/** A job as a fetch found it. */
export interface SeenJob {
  id: string
  /** What the remote's refs name; null for those that are not there. */
  oids: Record<JobPart, string | null>
  state: JobState
  /** The outcome in `log`, be it of this submission or of an earlier one. */
  outcome: ClusterOutcome | null
  cancel: Cancel | null
  /** Why the job's refs cannot be believed, in words; its state is then `absent`. */
  problem: string | null
}

/** More ids than this are asked for by one pattern for all jobs. */
const MANY = 200

/** No chain of claims is longer, as attempts are limited. */
const LONGEST_CHAIN = 20

/**
 * Reads jobs of a remote, by one fetch into the refs that `key` names: of these ids, or, with `*`, all
 * that it has. What it has nothing of is not in the answer. Throws `UserError` where it is out of reach.
 */
export const readJobs = async (
  gitDir: string,
  { remote, key }: { remote: string; key: string },
  ids: string[] | '*',
): Promise<Map<string, SeenJob>> => {
  if (ids.length === 0) return new Map()
  const wanted = ids === '*' || ids.length > MANY ? ['*'] : ids
  const into = seenJobs(key)
  await fetchInto(gitDir, {
    prune: true,
    remote,
    refspecs: wanted.map((id) => `+${jobPattern(id)}:${into}${id === '*' ? '*' : `${id}/*`}`),
  })
  return seenBefore(gitDir, key, ids)
}

/** The same from what the last fetch left here. */
export const seenBefore = async (
  gitDir: string,
  key: string,
  ids: string[] | '*',
): Promise<Map<string, SeenJob>> => {
  const into = seenJobs(key)
  const only = ids === '*' ? null : new Set(ids)
  const found = new Map<string, SeenJob['oids']>()
  for (const { oid, ref } of await refsUnder(gitDir, into)) {
    const parsed = parseJobRef(ref, into)
    if (parsed === null || only?.has(parsed.id) === false) continue
    const oids = found.get(parsed.id) ?? { snapshot: null, claim: null, cancel: null, log: null }
    oids[parsed.part] = oid
    found.set(parsed.id, oids)
  }
  return look(gitDir, found)
}

/** Lets go of what was seen of some jobs, or of all: it is on the remote, and read again when needed. */
export const forgetSeen = async (
  gitDir: string,
  key: string,
  ids: string[] | '*',
): Promise<void> => {
  const into = seenJobs(key)
  const under = ids === '*' ? [into] : ids.map((id) => `${into}${id}/`)
  const refs = (await Promise.all(portions(under).map((some) => refsUnder(gitDir, ...some)))).flat()
  await changeRefs(
    gitDir,
    refs.map(({ ref, oid }) => ({ to: 'delete', ref, oid })),
  )
}

const look = async (
  gitDir: string,
  found: Map<string, SeenJob['oids']>,
): Promise<Map<string, SeenJob>> => {
  const all = [...found]
  const chains = await readChains(
    gitDir,
    all.map(([, { claim }]) => claim),
  )
  const cancels = await readObjects(
    gitDir,
    all.flatMap(([, { cancel }]) => cancel ?? []),
  )
  const cancelOf = new Map(cancels.map((object) => [object?.oid, object]))
  const files = await readSmallBlobs(
    gitDir,
    all.flatMap(([, { log }]) => (log === null ? [] : `${log}:${OUTCOME_FILE}`)),
  )
  const jobs = new Map<string, SeenJob>()
  for (const [i, [id, oids]] of all.entries()) {
    const text = files.get(`${oids.log}:${OUTCOME_FILE}`)?.text ?? null
    const cancel = oids.cancel === null ? null : cancelOf.get(oids.cancel)
    jobs.set(
      id,
      read(id, oids, {
        outcome: text,
        cancel: cancel?.type === 'commit' ? parseCommit(cancel.content).message : null,
        claims: chains[i] ?? [],
      }),
    )
  }
  return jobs
}

const read = (
  id: string,
  oids: SeenJob['oids'],
  texts: { outcome: string | null; cancel: string | null; claims: string[] },
): SeenJob => {
  try {
    const outcome = texts.outcome === null ? null : parseOutcome(texts.outcome)
    const cancel = texts.cancel === null ? null : parseCancel(texts.cancel)
    const claims: Claim[] = texts.claims.map(parseClaim)
    const state = jobState({ hasSnapshot: oids.snapshot !== null, claims, outcome })
    return { id, oids, state, outcome, cancel, problem: null }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const state = { is: 'absent' as const }
    return { id, oids, state, outcome: null, cancel: null, problem: error.message }
  }
}

/** The messages of each chain of claims, the oldest first. */
const readChains = async (gitDir: string, heads: (string | null)[]): Promise<string[][]> => {
  const chains = heads.map((): string[] => [])
  let next = heads
  for (let depth = 0; depth < LONGEST_CHAIN && next.some((oid) => oid !== null); depth++) {
    const objects = await readObjects(
      gitDir,
      next.filter((oid) => oid !== null),
    )
    let at = 0
    next = next.map((oid, i) => {
      if (oid === null) return null
      const object = objects[at++]
      if (object?.type !== 'commit') return null
      const { parents, message } = parseCommit(object.content)
      chains[i]?.unshift(message)
      return parents[0] ?? null
    })
  }
  return chains
}
