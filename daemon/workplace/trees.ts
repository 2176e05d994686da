import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseCommit } from '../../lib/cat-file.ts'
import { GitError } from '../../lib/git.ts'
import { readFromOpen } from '../object-reader.ts'
import type { Slot } from './slot.ts'

/** A snapshot's tracked files, and those of its untracked ones if there are any. */
export interface Trees {
  tracked: string
  untracked: string | null
}

/** What of a tree is no file. Paths have a latin1 character a byte. */
export interface TreeFolders {
  folders: string[]
  submodules: { path: string; commit: string }[]
}

/** How trees differ from those that a slot holds. */
export interface Difference {
  /** Whether the same blob may be other bytes now. */
  hasOtherAttributes: boolean
  /** The folders of files that are no more, as a latin1 character a byte. */
  leaving: string[]
  /** Whether each path has a file, or a link, in both. */
  isOfSamePaths: boolean
}

/** A commit's tree. Throws `GitError` where it is missing. */
export const treeOf = async (commonDir: string, commit: string): Promise<string> =>
  parseCommit(await contentOf(commonDir, commit)).tree

/** A snapshot's trees, the second from its third parent. Throws `GitError` where they are missing. */
export const treesOf = async (commonDir: string, snapshot: string): Promise<Trees> => {
  const { tree, parents } = parseCommit(await contentOf(commonDir, snapshot))
  const third = parents[2]
  return { tracked: tree, untracked: third === undefined ? null : await treeOf(commonDir, third) }
}

const contentOf = async (commonDir: string, oid: string): Promise<Buffer> => {
  const [object] = await readFromOpen(commonDir, [oid])
  return contentIn(object, oid)
}

const contentIn = (object: { content: Buffer } | null | undefined, oid: string): Buffer => {
  if (object !== null && object !== undefined) return object.content
  throw new GitError(['cat-file'], 128, `there is no ${oid}`, Buffer.alloc(0))
}

/** Folders and submodules below a snapshot's root, each folder before what is in it. */
export const listFolders = async (commonDir: string, trees: Trees): Promise<TreeFolders> => {
  const folders = new Set<string>()
  const submodules: TreeFolders['submodules'] = []
  let level = rootsOf(trees).map((oid) => ({ path: '', oid }))
  while (level.length > 0) {
    const inner = await innerOf(
      commonDir,
      level.map(({ oid }) => oid),
    )
    const next: typeof level = []
    for (const [i, { path }] of level.entries()) {
      for (const { mode, name, oid } of inner[i] ?? []) {
        const full = `${path}${name}`
        if (mode === FOLDER) {
          folders.add(full)
          next.push({ path: `${full}/`, oid })
        } else submodules.push({ path: full, commit: oid })
      }
    }
    level = next
  }
  return { folders: [...folders], submodules }
}

const rootsOf = ({ tracked, untracked }: Trees): string[] =>
  untracked === null ? [tracked] : [tracked, untracked]

interface TreeEntry {
  mode: string
  name: string
  oid: string
}

const FOLDER = '40000'
const SUBMODULE = '160000'

/** Of trees their folders and submodules: most of a snapshot's are those of the one before. */
const inners = new Map<string, TreeEntry[]>()
const MOST_INNERS = 20_000

const innerOf = async (commonDir: string, oids: string[]): Promise<TreeEntry[][]> => {
  const unknown = [...new Set(oids.filter((oid) => !inners.has(oid)))]
  const read = await readTrees(commonDir, unknown)
  if (inners.size > MOST_INNERS) inners.clear()
  const fresh = new Map(
    unknown.map((oid, i) => [
      oid,
      (read[i] ?? []).filter(({ mode }) => mode === FOLDER || mode === SUBMODULE),
    ]),
  )
  const found = oids.map((oid) => fresh.get(oid) ?? inners.get(oid) ?? [])
  for (const [oid, entries] of fresh) inners.set(oid, entries)
  return found
}

const readTrees = async (commonDir: string, oids: string[]): Promise<TreeEntry[][]> => {
  const objects = await readFromOpen(commonDir, oids)
  return oids.map((oid, i) => parseTree(contentIn(objects[i], oid), oid.length / 2))
}

/** `<mode> <name>`, a zero byte, and the id's bytes; again and again. */
const parseTree = (content: Buffer, idBytes: number): TreeEntry[] => {
  const entries: TreeEntry[] = []
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(32, at)
    const end = content.indexOf(0, space)
    const mode = content.toString('latin1', at, space)
    const name = content.toString('latin1', space + 1, end)
    at = end + 1 + idBytes
    entries.push({ mode, name, oid: content.toString('hex', end + 1, at) })
  }
  return entries
}

/** Notes what the index has, once all of it is written; for Git by the slot's HEAD. */
export const noteHeld = (slot: Slot, commit: string, trees: Trees): void => {
  writeFileSync(join(slot.gitDir, 'HEAD'), `${commit}\n`)
  writeFileSync(join(slot.folder, HELD), JSON.stringify(trees))
}

const HELD = 'held'

/** What a slot's index has; null where that is not known. */
export const readHeld = (slot: Slot): Trees | null => {
  const file = join(slot.folder, HELD)
  if (!existsSync(slot.index) || !existsSync(file)) return null
  return JSON.parse(readFileSync(file, 'utf8')) as Trees
}

/** How trees differ from what the slot's index has; null where that is not known. */
export const differenceFrom = async (
  slot: Slot,
  commonDir: string,
  after: Trees,
): Promise<Difference | null> => {
  const before = readHeld(slot)
  if (before === null) return null
  try {
    const changes = [
      ...(await changedFiles(commonDir, before.tracked, after.tracked)),
      ...(await changedFiles(commonDir, before.untracked, after.untracked)),
    ]
    return {
      hasOtherAttributes: changes.some(({ path }) => /(?:^|\/)\.gitattributes$/.test(path)),
      leaving: [
        ...new Set(
          changes.filter(({ now }) => now === null).map(({ path }) => posix.dirname(path)),
        ),
      ],
      isOfSamePaths: changes.every(({ was, now }) => isSameKind(was, now)),
    }
  } catch (error) {
    // What an experiment had that was removed since may be gone.
    if (error instanceof GitError) return null
    throw error
  }
}

const isSameKind = (was: TreeFile | null, now: TreeFile | null): boolean =>
  was !== null && was.mode !== SUBMODULE && was.mode.slice(0, 3) === now?.mode.slice(0, 3)

/** A file as a tree has it, its mode as `100644` and the like. */
export interface TreeFile {
  mode: string
  oid: string
}

/** A file that is another in one tree than in the other, or in one alone. */
export interface ChangedFile {
  path: string
  was: TreeFile | null
  now: TreeFile | null
}

/** Files, links and submodules that two trees do not have alike; null is a tree without any. */
export const changedFiles = async (
  commonDir: string,
  before: string | null,
  after: string | null,
  folder = '',
): Promise<ChangedFile[]> => {
  if (before === after) return []
  const oids = [before, after].filter((oid) => oid !== null)
  const trees = new Map((await readTrees(commonDir, oids)).map((entries, i) => [oids[i], entries]))
  const had = new Map(trees.get(before ?? '')?.map((entry) => [entry.name, entry]))
  const has = new Map(trees.get(after ?? '')?.map((entry) => [entry.name, entry]))
  const changed: ChangedFile[] = []
  for (const name of new Set([...had.keys(), ...has.keys()])) {
    const [old, own] = [had.get(name), has.get(name)]
    if (old?.oid === own?.oid && old?.mode === own?.mode) continue
    const path = `${folder}${name}`
    const [was, now] = [fileOf(old), fileOf(own)]
    if (was !== null || now !== null) changed.push({ path, was, now })
    changed.push(...(await changedFiles(commonDir, folderOf(old), folderOf(own), `${path}/`)))
  }
  return changed
}

const fileOf = (entry: TreeEntry | undefined): TreeFile | null =>
  entry === undefined || entry.mode === FOLDER ? null : { mode: entry.mode, oid: entry.oid }

const folderOf = (entry: TreeEntry | undefined): string | null =>
  entry?.mode === FOLDER ? entry.oid : null

/** What must change in an index of a snapshot's files to make it one of its baseline's. */
export const towards = async (
  commonDir: string,
  { tracked, untracked }: Trees,
  baseline: string,
): Promise<Map<string, TreeFile | null>> => {
  const changes = new Map(
    (await changedFiles(commonDir, tracked, baseline)).map(({ path, now }) => [path, now]),
  )
  for (const { path, now } of await changedFiles(commonDir, null, untracked)) {
    const file = changes.get(path) ?? null
    if (file !== null && file.oid === now?.oid && file.mode === now.mode) changes.delete(path)
    else changes.set(path, file)
  }
  return changes
}
