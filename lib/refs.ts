import { resolveNames } from './cat-file.ts'
import { UserError } from './errors.ts'
import { GitError, git, gitText } from './git.ts'
import { gitSteps } from './git-steps.ts'
import { inChunks } from './in-chunks.ts'
import { foldName, nameProblem } from './names.ts'
import { removeStaleLocks } from './stale-locks.ts'

/** `<2>/<38>`: how a baseline stands in a ref, longer in a SHA-256 repository. */
const split = (baseline: string): string => `${baseline.slice(0, 2)}/${baseline.slice(2)}`

export const snapshotRef = (baseline: string, name: string): string =>
  `refs/git-exp/snapshots/${split(baseline)}/${name}`

export const resultRef = (baseline: string, name: string): string =>
  `refs/exps/${split(baseline)}/${name}`

export const failureRef = (baseline: string, name: string, attempt: number): string =>
  `refs/git-exp/failures/${split(baseline)}/${name}.${attempt}`

/** What a snapshot's or a result's ref says, or null for any other ref. */
export const parseRef = (
  ref: string,
): { kind: 'snapshot' | 'result'; baseline: string; name: string } | null => {
  const match =
    /^refs\/(git-exp\/snapshots|exps)\/([0-9a-f]{2})\/([0-9a-f]{38}(?:[0-9a-f]{24})?)\/([^/]+)$/.exec(
      ref,
    )
  if (match === null) return null
  const [, family, two = '', rest = '', name = ''] = match
  if (nameProblem(name) !== null) return null
  return { kind: family === 'exps' ? 'result' : 'snapshot', baseline: two + rest, name }
}

/** The names in use under a baseline: folded name → the name itself. */
export const takenNames = async (
  commonDir: string,
  baseline: string,
): Promise<Map<string, string>> =>
  parseTakenNames(await gitText(askTakenNames(baseline), { place: { gitDir: commonDir } }))

export const askTakenNames = (baseline: string): string[] => [
  'for-each-ref',
  '--format=%(refname)',
  snapshotRef(baseline, ''),
  resultRef(baseline, ''),
]

export const parseTakenNames = (text: string): Map<string, string> => {
  const names = text
    .split('\n')
    .filter((ref) => ref !== '')
    .map((ref) => ref.slice(ref.lastIndexOf('/') + 1))
  return new Map(names.map((name) => [foldName(name), name]))
}

/** The results under a baseline, whoever made them. */
export const listResults = async (
  commonDir: string,
  baseline: string,
): Promise<{ name: string; oid: string }[]> => {
  const prefix = resultRef(baseline, '')
  const text = await gitText(['for-each-ref', '--format=%(objectname) %(refname)', prefix], {
    place: { gitDir: commonDir },
  })
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({
      oid: line.slice(0, line.indexOf(' ')),
      name: line.slice(line.indexOf(' ') + 1 + prefix.length),
    }))
}

export type RefChange =
  | { to: 'create'; ref: string; oid: string }
  | { to: 'verify-absent'; ref: string }
  | { to: 'delete'; ref: string; oid: string }
  | { to: 'replace'; ref: string; oid: string; by: string }

/** Gits that read no input, right before and after a change of refs: they take no start of their own. */
export interface Around {
  before?: string[][]
  after?: string[][]
}

/**
 * One transaction: every change or none. Gives back false if a ref is not as it was expected. Locks
 * that a killed git left on these refs are removed. What fails before or after throws its `GitError`.
 */
export const changeRefs = async (
  commonDir: string,
  changes: RefChange[],
  around: Around = {},
): Promise<boolean> => {
  try {
    await updateRefs(commonDir, changes, around)
    return true
  } catch (error) {
    if (!(error instanceof GitError) || error.args[0] !== 'update-ref') throw error
    if (await clash(commonDir, changes)) return false
    const refs = changes.map(({ ref }) => ref)
    const { removed, fresh } = removeStaleLocks(commonDir, refs, Date.now())
    if (fresh > 0) {
      throw new UserError(
        'git',
        'another git is changing refs of these names',
        'try again; if it was killed, its locks are removed when they are a minute old',
      )
    }
    if (removed === 0) throw error
    await updateRefs(commonDir, changes, { after: around.after ?? [] })
    return true
  }
}

const updateRefs = async (
  commonDir: string,
  changes: RefChange[],
  { before = [], after = [] }: Around,
): Promise<void> => {
  const options = { place: { gitDir: commonDir }, input: inChunks(transaction(changes)) }
  const update = ['update-ref', '--stdin']
  if (before.length + after.length === 0) await git(update, options)
  else await gitSteps([...before, update, ...after], options)
}

function* transaction(changes: RefChange[]): Generator<string> {
  yield 'start\n'
  for (const change of changes) yield `${changeLine(change)}\n`
  yield 'prepare\ncommit\n'
}

/**
 * Moves refs, or removes those that go nowhere, in one transaction. What is not there is left out,
 * so that a second call after a crash finds nothing to do.
 */
export const moveRefs = async (
  commonDir: string,
  moves: { from: string; to: string | null }[],
): Promise<void> => {
  const oids = await resolveNames(
    commonDir,
    moves.map(({ from }) => from),
  )
  const changes = moves.flatMap(({ from, to }, i): RefChange[] => {
    const oid = oids[i]
    if (oid === null || oid === undefined || from === to) return []
    const remove: RefChange = { to: 'delete', ref: from, oid }
    return to === null ? [remove] : [remove, { to: 'create', ref: to, oid }]
  })
  if (changes.length > 0 && !(await changeRefs(commonDir, changes))) {
    throw new UserError('refused-by-daemon', 'its refs were changed by another process meanwhile')
  }
}

const changeLine = (change: RefChange): string => {
  switch (change.to) {
    case 'create':
      return `create ${change.ref} ${change.oid}`
    case 'verify-absent':
      // No old value: the ref must not exist, whatever the length of this repository's ids.
      return `verify ${change.ref}`
    case 'delete':
      return `delete ${change.ref} ${change.oid}`
    case 'replace':
      return `update ${change.ref} ${change.by} ${change.oid}`
  }
}

/** Tells a ref that another process changed first from trouble with git or the disk. */
const clash = async (commonDir: string, changes: RefChange[]): Promise<boolean> => {
  const { stdout } = await git(['show-ref'], { place: { gitDir: commonDir }, okExits: [1] })
  const present = new Map(
    stdout
      .toString()
      .split('\n')
      .map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]),
  )
  return changes.some((change) =>
    change.to === 'delete' || change.to === 'replace'
      ? present.get(change.ref) !== change.oid
      : present.has(change.ref),
  )
}
