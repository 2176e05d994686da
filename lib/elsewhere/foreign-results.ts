import { parseCommit, readObjects } from '../cat-file.ts'
import type { Experiment, ForeignResult } from '../experiment.ts'
import { isKeptFile } from '../kept-file.ts'
import { foldName } from '../names.ts'
import type { Repository } from '../repository.ts'
import { parseTrailers } from '../trailers.ts'
import {
  type ResultFacts,
  readResultCache,
  resultCacheFile,
  writeResultCache,
} from './result-cache.ts'
import { readResultFiles } from './result-files.ts'
import { listResultRefs, type ResultRef } from './result-refs.ts'

/**
 * The results of a repository that no experiment of ours left, newest first; also what DVC has given
 * another name, since that is what it is called there.
 */
export const foreignResults = async (
  { commonDir, workdir }: Repository,
  own: Experiment[],
): Promise<ForeignResult[]> => {
  const owners = new Map(
    own.flatMap((one) =>
      [...one.attempts.map(({ result }) => result), resultOf(one)].map((oid) => [oid, one]),
    ),
  )
  const refs = (await listResultRefs(commonDir)).filter((ref) => {
    const owner = owners.get(ref.oid)
    return owner === undefined || !isNameOf(owner, ref)
  })
  if (refs.length === 0) return []
  const facts = await factsOf(commonDir, workdir, [...new Set(refs.map(({ oid }) => oid))])
  const running = new Set(own.flatMap(({ id, state }) => (state.is === 'running' ? [id] : [])))
  const found = refs.flatMap((ref) => {
    const known = facts.get(ref.oid)
    // A run is published a moment before its row says so.
    const isOurs = known === undefined || running.has(known.experiment ?? '')
    return isOurs ? [] : [foreignResult(commonDir, ref, known)]
  })
  return found.toSorted((a, b) => b.queuedAt - a.queuedAt)
}

const resultOf = ({ state }: Experiment): string | null => ('result' in state ? state.result : null)

/** An earlier attempt's result is `NAME.2`; any other name somebody else gave it. */
const isNameOf = (owner: Experiment, { baseline, name }: ResultRef): boolean =>
  owner.baseline === baseline &&
  (foldName(name) === foldName(owner.name) || name.startsWith(`${owner.name}.`))

/** From the cache, and of new ones from Git; the cache then has what there is and no more. */
const factsOf = async (
  commonDir: string,
  folder: string,
  oids: string[],
): Promise<Map<string, ResultFacts>> => {
  const file = resultCacheFile(commonDir, process.env)
  const cached = readResultCache(file)
  const key = (oid: string): string => `${oid} ${folder}`
  const fresh = oids.filter((oid) => !cached.has(key(oid)))
  const read = await readFacts(commonDir, folder, fresh)
  const facts = new Map(
    oids.flatMap((oid) => {
      const known = cached.get(key(oid)) ?? read.get(oid)
      return known === undefined ? [] : [[oid, known] as const]
    }),
  )
  if (fresh.length > 0) {
    writeResultCache(file, new Map([...facts].map(([oid, known]) => [key(oid), known])))
  }
  return facts
}

const readFacts = async (
  commonDir: string,
  folder: string,
  commits: string[],
): Promise<Map<string, ResultFacts>> => {
  const objects = await readObjects(commonDir, commits)
  const files = await readResultFiles(commonDir, commits, folder)
  return new Map(
    commits.flatMap((oid, i) => {
      const object = objects[i]
      // A ref may name anything.
      if (object?.type !== 'commit') return []
      const { message, committedMs } = parseCommit(object.content)
      return [[oid, { ...trailerFacts(message), committedMs, ...(files[i] ?? NO_FILES) }] as const]
    }),
  )
}

const NO_FILES = { params: {}, metrics: {}, goal: {} }

/** What a result of another queue says of itself; it may be forged, and DVC's says nothing. */
export const trailerFacts = (
  message: string,
): Pick<ResultFacts, 'experiment' | 'durationSeconds' | 'kept'> => {
  const trailers = parseTrailers(message)
  const id = trailers.get('Exp-Id')?.[0]
  const seconds = trailers.get('Exp-Duration')?.[0]
  const files = trailers.get('Exp-Files')?.[0]
  return {
    experiment: typeof id === 'string' ? id : null,
    durationSeconds: typeof seconds === 'number' && seconds >= 0 ? seconds : null,
    kept: Array.isArray(files) ? files.filter(isKeptFile) : [],
  }
}

const foreignResult = (
  repository: string,
  { oid, baseline, name }: ResultRef,
  { params, metrics, goal, kept, durationSeconds, committedMs }: ResultFacts,
): ForeignResult => ({
  id: null,
  number: null,
  name,
  repository,
  worktree: null,
  baseline,
  branch: null,
  snapshot: null,
  executor: null,
  command: null,
  workdir: '',
  overrides: [],
  params,
  metrics,
  goal,
  priority: 0,
  after: [],
  queuedAt: committedMs,
  kept,
  workplace: null,
  starred: false,
  tags: [],
  note: null,
  rewritten: null,
  attempts: [],
  state: {
    is: 'succeeded',
    attempt: 0,
    result: oid,
    startedAt: durationSeconds === null ? null : committedMs - durationSeconds * 1000,
    endedAt: committedMs,
    exitCode: null,
    signal: null,
  },
})
