import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { enter } from '../fixture/capturing.ts'
import { makeTemplates, makeWorkspace } from '../fixture/random-workspace.ts'
import { sandbox } from '../fixture/sandbox.ts'
import { checkCapture } from '../fixture/snapshot-problems.ts'
import { folderChanges, newcomers, trackedChanges } from '../fixture/workspace-changes.ts'

const WORKSPACES = Number(process.env.GIT_EXP_TEST_WORKSPACES ?? 500)
const SEED = Number(process.env.GIT_EXP_TEST_SEED ?? 20_260_102)
const AT_ONCE = 3
/** Folders are removed so many at a time: ext4 is slow to make files where some were just removed. */
const SWEEP = 500

const removeAll = (folder: string): void => rmSync(folder, { recursive: true, force: true })

t.setTimeout(60_000 + WORKSPACES * 2_000)

t.test('a snapshot holds exactly the workspace, and the workspace stays as it was', async (t) => {
  const box = enter(sandbox(t))
  const excludes = join(box.folder, 'excludes')
  writeFileSync(excludes, '*.glob\n')
  await box.config('core.excludesFile', excludes)
  const templates = await makeTemplates(box.folder)

  const problems: string[] = []
  const seen = new Map<string, number>()
  let compared = 0
  let next = 0
  const finished: string[] = []
  const worker = async (): Promise<void> => {
    while (next < WORKSPACES && problems.length < 50) {
      const seed = SEED + next++
      const folder = join(box.folder, `${seed}`)
      try {
        const workspace = await makeWorkspace(templates, folder, seed)
        for (const change of workspace.changes) seen.set(change, (seen.get(change) ?? 0) + 1)
        const verdict = await checkCapture(box, templates, workspace)
        compared += Number(verdict.isCompared)
        problems.push(...verdict.problems.map((problem) => `seed ${seed}: ${problem}`))
      } catch (error) {
        problems.push(`seed ${seed}: ${(error as Error).stack}`)
      }
      finished.push(folder, `${folder}-copy`)
      if (finished.length >= SWEEP) for (const own of finished.splice(0)) removeAll(own)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))

  t.comment(`seed ${SEED}: ${next} workspaces, ${compared} compared with git stash push -u`)
  t.strictSame(problems, [], 'of no workspace anything is lost, added or changed')
  if (WORKSPACES < 100) return
  const kinds = [trackedChanges, folderChanges, newcomers].flatMap((changes) =>
    Object.keys(changes),
  )
  t.strictSame(
    [
      ...kinds,
      'racy',
      'linked worktree',
      'detached HEAD',
      'sub-directory',
      'attributes',
      'autocrlf',
    ].filter((change) => !seen.has(change)),
    [],
    'every kind of change came up',
  )
  t.ok(compared > WORKSPACES / 20, 'git’s own stash could often be compared with')
})
