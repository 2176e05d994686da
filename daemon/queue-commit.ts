import { authorLine, commitSnapshots } from '../lib/capture/commit-snapshots.ts'
import { UserError } from '../lib/errors.ts'
import { GitError, gitText } from '../lib/git.ts'
import { queueId } from '../lib/places.ts'
import { changeRefs, resultRef, snapshotRef } from '../lib/refs.ts'
import { describeCommit, type Repository } from '../lib/repository.ts'
import { printSnapshotMessage, type SnapshotFacts } from '../lib/snapshot.ts'
import { putTicket } from '../lib/spool.ts'
import { newTicket, type Ticket } from '../lib/ticket.ts'
import { derivedUuid } from '../lib/uuid.ts'
import { readCommitTrailers } from './commit-trailers.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'

/**
 * Queues a commit as the hook would have, for one that replaced another in the midst of a rebase.
 * What has its ref is queued already. Its ids follow from the ticket that asks for it, so that a
 * second try changes nothing.
 */
export const queueCommit = async (
  { places, clock }: Daemon,
  asking: Ticket,
  commit: string,
  branch: string | null,
): Promise<void> => {
  const { repository: commonDir, worktree } = asking
  const place = { gitDir: commonDir }
  const head = await gitText(['rev-parse', '--verify', '--end-of-options', `${commit}^{commit}`], {
    place,
  })
  if (await isSkipped(commonDir, head)) return
  const repository: Repository = {
    commonDir,
    gitDir: commonDir,
    worktree: worktree ?? commonDir,
    workdir: '',
    head,
    branch,
  }
  const name = `commit-${head.slice(0, 8)}`
  const id = derivedUuid(asking.ticket, head)
  const facts: SnapshotFacts = {
    id,
    queue: queueId(places),
    name,
    baseline: head,
    branch,
    workdir: '',
    overrides: [],
    replaced: [],
    executor: 'temp-dir',
    spec: null,
  }
  const baseline = await describeCommit(repository)
  const tree = await gitText(['rev-parse', '--verify', `${head}^{tree}`], { place })
  const draft = { message: printSnapshotMessage(facts, baseline), files: [] }
  const author = await authorLine(repository, clock())
  const trees = { index: tree, tracked: tree, untracked: null, notes: [] }
  const [oid = ''] = await commitSnapshots(repository, trees, baseline, [draft], author)
  const isNew = await changeRefs(commonDir, [
    { to: 'create', ref: snapshotRef(head, name), oid },
    { to: 'verify-absent', ref: resultRef(head, name) },
  ])
  if (!isNew) return
  const ticket = newTicket({ verb: 'enqueue', repository: commonDir, worktree }, clock())
  putTicket(
    places,
    { ...ticket, ticket: derivedUuid(id, 'ticket'), hook: true, items: [{ oid, id, name }] },
    clock(),
  )
  note('queued-again', { commit: head, name })
}

/** Trailers that cannot be read are told of when the ticket is taken in. */
const isSkipped = async (commonDir: string, commit: string): Promise<boolean> => {
  try {
    return (await readCommitTrailers(commonDir, commit)).isSkipped
  } catch (error) {
    if (error instanceof UserError || error instanceof GitError) return false
    throw error
  }
}
