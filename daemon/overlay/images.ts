import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { GitError } from '../../lib/git.ts'
import type { Work } from '../job.ts'
import { lookAtFiles } from '../look-at-files.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import { slotPlace } from '../workplace/checkout.ts'
import { materializeImage } from '../workplace/materialize.ts'
import { daemonsOwn, type Slot } from '../workplace/slot.ts'
import { prepareSlotGit } from '../workplace/slot-git.ts'
import { changedFiles, readHeld, type TreeFile, type Trees, treeOf } from '../workplace/trees.ts'
import type { UserConfig } from '../workplace/user-config.ts'

/** Files that overlays show and nothing writes to while one does, and how a snapshot differs from them. */
export interface Image {
  slot: Slot
  held: Trees
  /** What the snapshot has otherwise or besides; paths have a latin1 character a byte. */
  changes: Map<string, TreeFile>
}

/** What an image is wanted for. */
export interface Wish {
  work: Work
  trees: Trees
  config: UserConfig
  /** The slot that will show it. */
  slot: Slot
  /** The folders of images and slots that runs have. */
  inUse: () => Set<string>
  signal: AbortSignal
}

/** More changes than these are worth an image of their own. */
const MANY_CHANGES = 500
/** Nothing of ours writes to an image; what somebody else does to it is looked for this often. */
const LOOK_MS = 600_000

const choosing = new OneAtATime()
const lookedAt = new Map<string, number>()

/**
 * Finds the image of a pool that is nearest to a snapshot, or lays one out: of the baseline, which all
 * that is queued on it can share, or of the snapshot itself where that lacks files. What a slot shows
 * stands in its folder before another run may choose. Throws `MissingObjects`.
 */
export const chooseImage = (pool: string, wish: Wish): Promise<Image> =>
  choosing.run(pool, async () => {
    // What this slot showed to its last run nobody sees any more.
    const shown = join(wish.slot.folder, OVERLAY, SHOWN)
    rmSync(shown, { force: true })
    const image = (await nearest(pool, wish)) ?? (await layImage(pool, wish))
    const now = new Date()
    utimesSync(image.slot.folder, now, now)
    mkdirSync(join(wish.slot.folder, OVERLAY), { recursive: true, mode: 0o700 })
    writeFileSync(shown, image.slot.folder)
    return image
  })

/** The folder in a slot's that has what is needed for an overlay. */
export const OVERLAY = 'overlay'
const SHOWN = 'image'

/** The folder of the image that a slot last showed; null if it never did. */
export const imageShownBy = (slot: Pick<Slot, 'folder'>): string | null => {
  const file = join(slot.folder, OVERLAY, SHOWN)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

const nearest = async (pool: string, wish: Wish): Promise<Image | null> => {
  const found: Image[] = []
  for (const slot of imagesIn(pool)) {
    await prepareSlotGit(slot, wish.work.commonDir, wish.work.worktree, wish.config)
    const held = existsSync(slot.dirtyMark) ? null : readHeld(slot)
    const changes = held === null ? null : await changesFrom(wish.work.commonDir, held, wish.trees)
    if (held !== null && changes !== null) found.push({ slot, held, changes })
  }
  for (const image of found.sort((a, b) => a.changes.size - b.changes.size)) {
    if (await isIntact(image.slot)) return image
  }
  return null
}

const layImage = async (pool: string, wish: Wish): Promise<Image> => {
  const { work, trees, signal } = wish
  const inUse = wish.inUse()
  const there = imagesIn(pool)
  const slot =
    there.find(({ folder }) => !inUse.has(folder)) ??
    imageSlot(pool, Math.max(0, ...there.map(({ number }) => number)) + 1)
  const base = { tracked: await treeOf(work.commonDir, work.baseline), untracked: null }
  const changes = await changesFrom(work.commonDir, base, trees)
  const snapshot = changes === null ? work.snapshot : work.baseline
  const spec = { ...work.spec, link: [], copy: [], keep: [] }
  await materializeImage(slot, { ...work, snapshot, spec }, signal)
  lookedAt.set(slot.folder, performance.now())
  return changes === null
    ? { slot, held: trees, changes: new Map() }
    : { slot, held: base, changes }
}

/**
 * What must be laid above an image's files to show others; null where that would take more than files
 * in their places: nothing can be taken away, and no attribute may change what is there already.
 */
const changesFrom = async (
  commonDir: string,
  held: Trees,
  trees: Trees,
): Promise<Map<string, TreeFile> | null> => {
  const all = new Map<string, TreeFile | null>()
  try {
    for (const part of ['tracked', 'untracked'] as const) {
      for (const { path, now } of await changedFiles(commonDir, held[part], trees[part])) {
        // What was tracked may be untracked now, and the other way round.
        all.set(path, now ?? all.get(path) ?? null)
      }
    }
  } catch (error) {
    // What an experiment had that was removed since may be gone.
    if (error instanceof GitError) return null
    throw error
  }
  const changes = new Map<string, TreeFile>()
  for (const [path, file] of all) {
    if (file === null || file.mode === SUBMODULE || ATTRIBUTES.test(path)) return null
    changes.set(path, file)
  }
  return changes.size > MANY_CHANGES ? null : changes
}

const SUBMODULE = '160000'
const ATTRIBUTES = /(?:^|\/)\.gitattributes$/

/** Whether an image's files are what they were laid out as, as far as that was looked at of late. */
const isIntact = async (slot: Slot): Promise<boolean> => {
  const last = lookedAt.get(slot.folder)
  if (last !== undefined && performance.now() - last < LOOK_MS) return existsSync(slot.workplace)
  try {
    const look = await lookAtFiles({ cwd: slot.workplace, place: slotPlace(slot) })
    // It is laid out anew once nobody uses it.
    if (look.changed.length + look.untracked.length + look.ignored.length > 0) return false
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    return false
  }
  lookedAt.set(slot.folder, performance.now())
  return true
}

const imagesIn = (pool: string): Slot[] =>
  (existsSync(pool) ? readdirSync(pool) : [])
    .flatMap((name) => /^image-(\d{1,6})$/.exec(name)?.[1] ?? [])
    .map((number) => imageSlot(pool, Number(number)))

/** No character of its path below the pool means anything to `mount`. */
const imageSlot = (pool: string, number: number): Slot => {
  const folder = join(pool, `image-${number}`)
  return {
    number,
    ...daemonsOwn(folder),
    workplace: join(folder, 'work', 'files'),
    outermost: folder,
  }
}
