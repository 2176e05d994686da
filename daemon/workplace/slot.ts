import { createHash, randomUUID } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../../lib/errors.ts'
import { makeWritable, removeWritable } from './modes.ts'
import { hasMounts, isOccupied } from './occupied.ts'
import { endOrphans } from './orphans.ts'

/**
 * One slot of a repository's pool. What the daemon trusts, its own git dir and index, lies outside
 * of the folder that runs write to [R5].
 */
export interface Slot {
  number: number
  folder: string
  gitDir: string
  index: string
  /** There while the slot is changed: a slot that has it was left half-way. */
  dirtyMark: string
  /** The workplace itself, named like the workspace, since some tools look at that name. */
  workplace: string
  /** The folder of the whole slot, also where this is a submodule's part of it. */
  outermost: string
}

/** Names the parts of a slot; makes nothing. */
export const slotOf = (
  workplaces: string,
  commonDir: string,
  worktree: string | null,
  number: number,
): Slot => {
  const pool = createHash('sha256').update(commonDir).digest('hex').slice(0, 16)
  const folder = join(workplaces, pool, String(number))
  const name = basename(worktree ?? dirname(commonDir)) || 'workspace'
  return {
    number,
    ...daemonsOwn(folder),
    workplace: join(folder, 'work', name),
    outermost: folder,
  }
}

/** What the daemon keeps in a folder of what it knows of some workplace's files. */
export const daemonsOwn = (
  folder: string,
): Pick<Slot, 'folder' | 'gitDir' | 'index' | 'dirtyMark'> => ({
  folder,
  gitDir: join(folder, 'git'),
  index: join(folder, 'index'),
  dirtyMark: join(folder, 'dirty'),
})

/** What the daemon keeps of a submodule's files beside what it keeps of the slot's own. */
export const submodulePart = (slot: Slot, path: string): Slot => {
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16)
  const folder = join(slot.folder, 'modules', name)
  return {
    ...slot,
    ...daemonsOwn(folder),
    workplace: join(slot.workplace, path),
  }
}

/**
 * Makes the slot's folders, or checks that they are what they must be. A slot in which something
 * lives is left to it and a new one takes its place.
 */
export const openSlot = async (slot: Slot): Promise<void> => {
  if (existsSync(slot.dirtyMark)) await endOrphans(slot.folder)
  if (isOccupied(slot.folder)) setAside(slot.folder)
  mkdirSync(dirname(slot.workplace), { recursive: true, mode: 0o700 })
  const others = readdirSync(dirname(slot.workplace)).filter(
    (name) => name !== basename(slot.workplace),
  )
  for (const other of others) {
    const path = join(dirname(slot.workplace), other)
    // That of another worktree, or what a run left beside it.
    if (others.length === 1 && !existsSync(slot.workplace)) renameSync(path, slot.workplace)
    else removeTree(path)
  }
  mkdirSync(slot.workplace, { recursive: true, mode: 0o700 })
  for (const folder of [slot.folder, dirname(slot.workplace), slot.workplace]) {
    const stat = lstatSync(folder)
    const isOurs = stat.isDirectory() && stat.uid === (process.getuid?.() ?? stat.uid)
    if (!isOurs || stat.dev !== statSync(dirname(folder)).dev) {
      throw new UserError(
        'state-folder',
        `${folder} is not a folder of this user on the disk of its neighbours`,
        'remove it; workplaces may be deleted at any time',
      )
    }
  }
  chmodSync(slot.workplace, 0o700)
}

/** Marks a slot as being changed, and removes what is not believed or is another run's. */
export const beginChange = (slot: Slot): void => {
  // Left half-way by a crash: what its index says of its files is not believed.
  if (existsSync(slot.dirtyMark)) {
    rmSync(slot.index, { force: true })
    rmSync(join(slot.folder, 'modules'), { recursive: true, force: true })
  }
  writeFileSync(slot.dirtyMark, '')
  rmSync(`${slot.index}.lock`, { force: true })
  dropRunGit(slot)
}

/** How the folders begin that were a last run's and are only to be removed. */
const FORMER = 'former-'

/** Takes the last run's git out of the workplace; to remove its files too keeps nobody waiting. */
const dropRunGit = ({ folder, workplace }: Slot): void => {
  const runGit = join(workplace, '.git')
  const found = lstatSync(runGit, { throwIfNoEntry: false })
  if (found !== undefined) {
    refuseMounts(runGit)
    // What has no right to be written to cannot be moved either.
    makeWritable(runGit)
    leaveFormer(folder, runGit)
  }
  removeFormer(folder)
}

/** Moves what a last run left to where it is only to be removed. */
export const leaveFormer = (folder: string, path: string): void =>
  renameSync(path, join(folder, `${FORMER}${randomUUID()}`))

/** Removes all that was left so, beside whatever else is done. */
export const removeFormer = (folder: string): void => {
  for (const name of readdirSync(folder).filter((one) => one.startsWith(FORMER))) {
    // What stays is tried again by the next change of this slot.
    removeWritable(join(folder, name)).catch(() => {})
  }
}

export const endChange = (slot: Slot): void => rmSync(slot.dirtyMark, { force: true })

/** Gives a slot up: nothing of it is used again, also where files of another user stay. */
export const removeSlot = (slot: Slot): void => {
  if (!existsSync(slot.folder)) return
  const aside = setAside(slot.folder)
  try {
    removeTree(aside)
  } catch {
    // Looked at again whenever the pool is trimmed.
  }
}

/** Moves a slot's folder away, and what lives in it goes along; gives back where it is. */
export const setAside = (folder: string): string => {
  const aside = join(dirname(folder), `${ASIDE}${randomUUID()}`)
  renameSync(folder, aside)
  return aside
}

/** How the folders begin that were slots and are only to be removed. */
export const ASIDE = 'aside-'

/** Removes a folder of a pool, but never what is mounted in it: then it throws `EBUSY`. */
export const removeTree = (path: string): void => {
  refuseMounts(path)
  makeWritable(path)
  rmSync(path, { recursive: true, force: true })
}

const refuseMounts = (path: string): void => {
  if (!hasMounts(path)) return
  throw Object.assign(new Error(`something is mounted in ${path}`), { code: 'EBUSY' })
}

/** Makes a workplace that a run removed, or put something else in the place of, an empty folder. */
export const ensureWorkplace = ({ workplace }: Slot): void => {
  if (lstatSync(workplace, { throwIfNoEntry: false })?.isDirectory() === true) return
  rmSync(workplace, { force: true })
  mkdirSync(workplace, { recursive: true, mode: 0o700 })
}
