import { randomInt } from 'node:crypto'
import { basename } from 'node:path'
import { UserError } from '../errors.ts'
import { gitText } from '../git.ts'
import { changeRefs } from '../refs.ts'
import type { Repository } from '../repository.ts'
import { parseTrailers } from '../trailers.ts'

/** A saved workspace that can be brought back. */
export interface UndoEntry {
  ref: string
  oid: string
  savedAt: number
  /** What was about to happen, such as `apply brisk-otter`. */
  before: string
  /** The commits whose files were brought in then; theirs may be removed by an undo. */
  brought: string[]
  /** The run that was then made in the workspace itself. */
  ran: { id: string; attempt: number } | null
}

/** The saved workspaces of this worktree, newest first. */
export const listUndo = async (repository: Repository): Promise<UndoEntry[]> => {
  const text = await gitText(
    [
      'for-each-ref',
      '--sort=-refname',
      '--format=%(refname)%00%(objectname)%00%(committerdate:unix)%00%(contents)%01',
      undoPrefix(repository),
    ],
    { place: { gitDir: repository.commonDir } },
  )
  return text
    .split('\u0001')
    .map((entry) => entry.replace(/^\n/, '').split('\0'))
    .filter((fields) => fields.length === 4)
    .map(([ref = '', oid = '', seconds = '', message = '']) => {
      const trailers = parseTrailers(message)
      const before = trailers.get('Exp-Before')?.[0]
      const id = trailers.get('Exp-Id')?.[0]
      const attempt = trailers.get('Exp-Attempt')?.[0]
      return {
        ref,
        oid,
        savedAt: Number(seconds) * 1000,
        before: typeof before === 'string' ? before : '',
        brought: (trailers.get('Exp-Brought') ?? []).filter(isOid),
        ran: typeof id === 'string' && typeof attempt === 'number' ? { id, attempt } : null,
      }
    })
}

/** The saved workspaces of all worktrees that are older than a time. */
export const undoRefsBefore = async (
  commonDir: string,
  beforeMs: number,
): Promise<{ ref: string; oid: string }[]> => {
  const text = await gitText(
    ['for-each-ref', '--format=%(committerdate:unix) %(objectname) %(refname)', UNDO],
    { place: { gitDir: commonDir } },
  )
  return text
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([seconds = '']) => seconds !== '' && Number(seconds) * 1000 < beforeMs)
    .map(([, oid = '', ref = '']) => ({ ref, oid }))
}

/**
 * Keeps a saved workspace from gc under a name of its own. The first three of the four hex digits are
 * milliseconds, so that the names of one second are in order too.
 */
export const createUndoRef = async (
  repository: Repository,
  oid: string,
  nowMs: number,
): Promise<string> => {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')
  const thousandths = (nowMs % 1000).toString(16).padStart(3, '0')
  const ref = `${undoPrefix(repository)}${time}-${thousandths}${randomInt(16).toString(16)}`
  if (await changeRefs(repository.commonDir, [{ to: 'create', ref, oid }])) return ref
  throw new UserError('git', `the ref ${ref} could not be made`, 'try again')
}

/** A ref from elsewhere may hold anything where an oid should be. */
const isOid = (value: unknown): value is string =>
  typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)

const UNDO = 'refs/git-exp/undo/'

const undoPrefix = ({ gitDir, commonDir }: Repository): string =>
  `${UNDO}${gitDir === commonDir ? 'main' : basename(gitDir)}/`
