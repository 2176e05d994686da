import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { dropIndex } from '../capture/private-index.ts'
import { parseCommit, readObjects } from '../cat-file.ts'
import { type GitPlace, git, gitList, gitText } from '../git.ts'
import { foldName, freeName, nameProblem, randomName } from '../names.ts'
import { type Places, queueId } from '../places.ts'
import { takenNames } from '../refs.ts'
import type { Repository } from '../repository.ts'
import { printSnapshotMessage } from '../snapshot.ts'
import { uuid7 } from '../uuid.ts'

/** What waits in DVC's queue, as its reflog tells. */
export interface DvcQueued {
  stash: string
  baseline: string
  name: string
}

/** A snapshot made of it. */
export interface Imported {
  oid: string
  id: string
  baseline: string
  name: string
}

/** The queue of DVC's, oldest first. Nothing of it is changed. */
export const readDvcQueue = async (commonDir: string): Promise<DvcQueued[]> => {
  const { stdout, exitCode } = await git(
    ['log', '--walk-reflogs', '--format=%H %gs', 'refs/exps/celery/stash', '--'],
    { place: { gitDir: commonDir }, okExits: [128] },
  )
  if (exitCode !== 0) return []
  const found = new Map<string, DvcQueued>()
  for (const line of stdout.toString().split('\n').toReversed()) {
    const match = ENTRY.exec(line)
    if (match === null) continue
    const [, stash = '', baseline = '', name = ''] = match
    found.set(stash, { stash, baseline, name })
  }
  const queued = [...found.values()]
  const commits = await readObjects(
    commonDir,
    queued.map(({ stash }) => stash),
  )
  return queued.filter(({ baseline }, i) => {
    const commit = commits[i]
    return commit?.type === 'commit' && parseCommit(commit.content).parents[0] === baseline
  })
}

const ENTRY = /^([0-9a-f]+) (?:commit: )?dvc-exp:[0-9a-f]+:([0-9a-f]+):([^~^:\\?[\]*]*)(?::.*)?$/

/**
 * Makes a snapshot of each that waits under a name that is not taken here, and leaves the others. What
 * DVC notes for itself in the stash stays out: it may hold a token of the user's.
 */
export const importDvcQueue = async (
  { commonDir, branch }: Repository,
  places: Places,
  queued: DvcQueued[],
): Promise<{ imported: Imported[]; taken: string[] }> => {
  const imported: Imported[] = []
  const taken: string[] = []
  const names = new Map<string, Set<string>>()
  for (const { stash, baseline, name: theirs } of queued) {
    const used = names.get(baseline) ?? new Set((await takenNames(commonDir, baseline)).keys())
    names.set(baseline, used)
    const isName = nameProblem(theirs) === null
    if (isName && used.has(foldName(theirs))) {
      taken.push(theirs)
      continue
    }
    const name = isName ? theirs : freeName(randomName(), used)
    used.add(foldName(name))
    const id = uuid7(Date.now())
    const message = printSnapshotMessage(
      {
        id,
        queue: queueId(places),
        name,
        baseline,
        branch,
        workdir: '',
        overrides: [],
        replaced: [],
        executor: 'temp-dir',
        // What it is its own dvc.yaml says; the daemon reads that.
        spec: null,
      },
      { short: baseline.slice(0, 8), subject: 'taken over from DVC' },
    )
    const oid = await snapshotOf(commonDir, places, { stash, baseline, message })
    imported.push({ oid, id, baseline, name })
  }
  return { imported, taken }
}

const snapshotOf = async (
  commonDir: string,
  places: Places,
  { stash, baseline, message }: { stash: string; baseline: string; message: string },
): Promise<string> => {
  const index = join(places.scratch, `dvc-${randomUUID()}`)
  const place: GitPlace = { gitDir: commonDir, index }
  try {
    const tree = await treeWithoutNotes(place, stash)
    const indexTree = await treeWithoutNotes(place, `${stash}^2`)
    const commit = (from: string, parents: string[], text: string): Promise<string> =>
      gitText(['commit-tree', ...parents.flatMap((parent) => ['-p', parent]), from], {
        place,
        input: text,
      })
    const staged = await commit(indexTree, [baseline], 'index of what DVC queued')
    return await commit(tree, [baseline, staged], message)
  } finally {
    dropIndex(index)
  }
}

const treeWithoutNotes = async (place: GitPlace, commit: string): Promise<string> => {
  await git(['read-tree', '--end-of-options', `${commit}^{tree}`], { place })
  const notes = await gitList(['ls-files', '-z', '--', ':(glob)**/.dvc/tmp/**'], { place })
  await git(['update-index', '-z', '--force-remove', '--stdin'], {
    place,
    input: Buffer.from(notes.map((path) => `${path}\0`).join(''), 'latin1'),
  })
  return gitText(['write-tree'], { place })
}
