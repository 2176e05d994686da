import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Composition } from '../compose/composition.ts'
import { gitList } from '../git.ts'
import type { Override } from '../overrides/override.ts'
import type { Repository } from '../repository.ts'
import type { EditedFile } from './commit-snapshots.ts'
import {
  editOne,
  missing,
  notAFile,
  openFiles,
  overriddenFiles,
  refuseBinary,
} from './edit-parameters.ts'

/**
 * Applies a sweep's overrides to the workspace's own files and drops what comes of it: throws the
 * `UserError` that `editParameters` would, and writes nothing at all.
 */
export const previewParameters = async (
  repository: Repository,
  sweep: Override[][],
  composition: Composition | null,
): Promise<void> => {
  const composed = composition?.params ?? null
  const files = new Map<string, EditedFile>()
  for (const name of overriddenFiles(sweep)) {
    if (name !== composed) files.set(name, await read(repository, name))
  }
  const open = await openFiles(files)
  if (composition !== null) {
    open.set(composition.params, { file: unread(composition.params), edit: composition.compose })
  }
  for (const overrides of sweep) editOne(open, overrides, composed)
}

const read = async (repository: Repository, name: string): Promise<EditedFile> => {
  const { worktree, gitDir } = repository
  const carried = await gitList(
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', `:(top,literal)${name}`],
    { cwd: worktree, place: { gitDir, worktree } },
  )
  if (!carried.some((path) => Buffer.from(path, 'latin1').toString() === name)) {
    throw missing(repository, name)
  }
  const path = join(worktree, name)
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) throw missing(repository, name)
  if (!stat.isFile()) throw notAFile(name, stat.isSymbolicLink())
  const content = readFileSync(path)
  refuseBinary(name, content)
  return { ...unread(name), content }
}

/** Nothing is written, so nothing asks for the object that the file is. */
const unread = (path: string): EditedFile => ({
  path,
  mode: '100644',
  content: Buffer.alloc(0),
  original: null,
  isTracked: true,
})
