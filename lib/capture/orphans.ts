import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseCommit, readObjects } from '../cat-file.ts'
import { UserError } from '../errors.ts'
import { openHistory } from '../history.ts'
import { type Places, queueId } from '../places.ts'
import { type RefChange, snapshotRef } from '../refs.ts'
import type { Repository } from '../repository.ts'
import { parseSnapshotMessage, type SnapshotFacts } from '../snapshot.ts'
import { namedInSpool } from '../spool.ts'
import { ABANDONED_MS } from '../stale-locks.ts'
import { uuidTime } from '../uuid.ts'

/**
 * The snapshots of these names that nobody owns: made by this queue more than a minute ago, by a
 * process that was killed before its ticket was in the spool. Their names may be taken over.
 */
export const findOrphans = async (
  repository: Repository,
  places: Places,
  names: string[],
  nowMs: number,
): Promise<(RefChange & { name: string })[]> => {
  const refs = names.map((name) => snapshotRef(repository.head, name))
  const commits = await readObjects(repository.commonDir, refs)
  const ours = queueId(places)
  const spooled = namedInSpool(places)
  const history = openHistory(places)
  try {
    return commits.flatMap((commit, i) => {
      const facts = commit === null ? null : factsOf(commit.content)
      if (commit === null || facts === null || facts.queue !== ours) return []
      const isOwned =
        nowMs - uuidTime(facts.id) < ABANDONED_MS ||
        spooled.has(facts.id) ||
        existsSync(join(places.runs, facts.id)) ||
        history?.byId(facts.id) != null
      if (isOwned) return []
      return [{ to: 'delete' as const, ref: refs[i] ?? '', oid: commit.oid, name: names[i] ?? '' }]
    })
  } finally {
    history?.close()
  }
}

const factsOf = (content: Buffer): SnapshotFacts | null => {
  try {
    return parseSnapshotMessage(parseCommit(content).message)
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}
