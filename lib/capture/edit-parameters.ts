import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { Composition } from '../compose/composition.ts'
import { UserError } from '../errors.ts'
import { git, gitList } from '../git.ts'
import type { Override } from '../overrides/override.ts'
import { openParams } from '../params/edit.ts'
import type { Repository } from '../repository.ts'
import { isInside } from '../snapshot.ts'
import type { EditedFile } from './commit-snapshots.ts'
import type { Trees } from './trees.ts'

/**
 * Gives each override the file it means, relative to the root: as typed, seen from the folder it
 * was typed in, or the experiment's first parameter file.
 */
export const placeOverrides = (
  overrides: Override[],
  workdir: string,
  params: string[],
): Override[] =>
  overrides.map((override) => {
    if (override.file !== null) {
      const file = posix.normalize(posix.join(workdir, override.file))
      if (posix.isAbsolute(override.file) || !isInside(file)) {
        throw new UserError('bad-override', `${override.file} lies outside of this repository`)
      }
      return { ...override, file }
    }
    const [file] = params
    if (file === undefined) {
      throw new UserError(
        'bad-params-file',
        'there is no parameter file: looked for params.yaml, .yml, .json, .toml and .py',
        `name it: -S FILE:${override.text}`,
      )
    }
    return { ...override, file }
  })

/**
 * Applies each experiment's overrides to the snapshot's own copies of the files. Each is edited when
 * it is asked for, so that a sweep of thousands is never in memory at once; then it may throw.
 * A composed file is written for every experiment, whether something overrides it or not.
 */
export const editParameters = async (
  repository: Repository,
  trees: Trees,
  sweep: Override[][],
  composition: Composition | null,
): Promise<(() => EditedFile[])[]> => {
  const composed = composition?.params ?? null
  const names = overriddenFiles(sweep).filter((name) => name !== composed)
  const open = await openFiles(await readFiles(repository, trees, names))
  if (composition !== null) {
    const file = await composedFile(repository, trees, composition.params)
    open.set(composition.params, { file, edit: composition.compose })
  }
  return sweep.map((overrides) => () => editOne(open, overrides, composed))
}

export const overriddenFiles = (sweep: Override[][]): string[] => [
  ...new Set(sweep.flatMap((overrides) => overrides.map(({ file }) => file ?? ''))),
]

/** Where a composed config is written: a file that need not be there. */
const composedFile = async (
  repository: Repository,
  trees: Trees,
  name: string,
): Promise<EditedFile> => {
  for (const folder of foldersAbove(name)) {
    const found = await entry(repository, trees.tracked, folder)
    if (found !== null && found.mode !== '040000') throw notComposable(name, folder)
  }
  const tracked = await entry(repository, trees.tracked, name)
  const found =
    tracked ?? (trees.untracked === null ? null : await entry(repository, trees.untracked, name))
  const mode = found?.mode ?? '100644'
  if (mode !== '100644' && mode !== '100755') throw notComposable(name, name)
  return {
    path: name,
    mode,
    content: Buffer.alloc(0),
    original: found?.oid ?? null,
    isTracked: tracked !== null || found === null,
  }
}

const foldersAbove = (path: string): string[] => {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'))
}

const notComposable = (name: string, what: string): UserError =>
  new UserError(
    'bad-params-file',
    `the composed config cannot be written to ${name}: ${what} is a link or no file`,
    '`hydra: {params: FILE}` in exp.yaml names another one',
  )

/** A parameter file that was read once, for all experiments of a sweep. */
export interface OpenFile {
  file: EditedFile
  edit: (overrides: Override[]) => string
}

export const openFiles = async (files: Map<string, EditedFile>): Promise<Map<string, OpenFile>> => {
  const open = new Map<string, OpenFile>()
  for (const [name, file] of files) {
    open.set(name, { file, edit: await openParams(name, file.content.toString()) })
  }
  return open
}

/** The files of one experiment with its overrides applied. */
export const editOne = (
  open: Map<string, OpenFile>,
  overrides: Override[],
  composed: string | null,
): EditedFile[] => {
  const byFile = Map.groupBy(overrides, ({ file }) => file ?? '')
  if (composed !== null && !byFile.has(composed)) byFile.set(composed, [])
  return [...byFile].map(([name, own]) => {
    const found = open.get(name)
    if (found === undefined) throw new Error(`${name} was not read`)
    return { ...found.file, content: Buffer.from(found.edit(own)) }
  })
}

const readFiles = async (
  repository: Repository,
  trees: Trees,
  names: string[],
): Promise<Map<string, EditedFile>> => {
  const files = new Map<string, EditedFile>()
  for (const name of names) {
    const tracked = await entry(repository, trees.tracked, name)
    const found =
      tracked ?? (trees.untracked === null ? null : await entry(repository, trees.untracked, name))
    if (found === null) throw missing(repository, name)
    const { mode, oid } = found
    if (mode !== '100644' && mode !== '100755') throw notAFile(name, mode === '120000')
    const { stdout } = await git(['cat-file', 'blob', oid], {
      place: { gitDir: repository.gitDir },
    })
    refuseBinary(name, stdout)
    files.set(name, {
      path: name,
      mode,
      content: stdout,
      original: oid,
      isTracked: tracked !== null,
    })
  }
  return files
}

const entry = async (
  repository: Repository,
  tree: string,
  path: string,
): Promise<{ mode: string; oid: string } | null> => {
  const [line] = await gitList(['ls-tree', '-z', '--full-tree', tree, '--', path], {
    place: { gitDir: repository.gitDir },
  })
  const match = /^(\d{6}) \w+ ([0-9a-f]+)\t/.exec(line ?? '')
  return match === null ? null : { mode: match[1] ?? '', oid: match[2] ?? '' }
}

export const missing = ({ worktree }: Repository, name: string): UserError =>
  existsSync(join(worktree, name))
    ? new UserError(
        'bad-params-file',
        `${name} is ignored by Git, so no snapshot carries it`,
        `take it out of .gitignore, or git add -f '${name}'`,
      )
    : new UserError('bad-params-file', `there is no file ${name} in this repository`)

export const notAFile = (name: string, isLink: boolean): UserError =>
  new UserError(
    'bad-params-file',
    `${name} is ${isLink ? 'a symbolic link' : 'no file'}`,
    'name the file itself: -S FILE:key=value',
  )

export const refuseBinary = (name: string, content: Buffer): void => {
  if (Buffer.from(content.toString()).equals(content)) return
  throw new UserError('bad-params-file', `${name} is not UTF-8 text`)
}
