import { randomBytes } from 'node:crypto'
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
  /** The id of the experiment that then ran in the workspace itself; null for none. */
  ran: string | null
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
      const ran = trailers.get('Exp-Id')?.[0]
      return {
        ref,
        oid,
        savedAt: Number(seconds) * 1000,
        before: typeof before === 'string' ? before : '',
        brought: (trailers.get('Exp-Brought') ?? []).filter(isOid),
        ran: typeof ran === 'string' ? ran : null,
      }
    })
}

/** Keeps a saved workspace from gc under a name of its own. */
export const createUndoRef = async (
  repository: Repository,
  oid: string,
  nowMs: number,
): Promise<string> => {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')
  const ref = `${undoPrefix(repository)}${time}-${randomBytes(2).toString('hex')}`
  if (await changeRefs(repository.commonDir, [{ to: 'create', ref, oid }])) return ref
  throw new UserError('git', `the ref ${ref} could not be made`, 'try again')
}

/** A ref from elsewhere may hold anything where an oid should be. */
const isOid = (value: unknown): value is string =>
  typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)

const undoPrefix = ({ gitDir, commonDir }: Repository): string =>
  `refs/git-exp/undo/${gitDir === commonDir ? 'main' : basename(gitDir)}/`
