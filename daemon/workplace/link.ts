import {
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join, sep } from 'node:path'
import type { Brought } from '../../lib/command-file.ts'

/**
 * Links and copies ignored paths of the workspace into the workplace. What the snapshot holds at
 * such a path stays; nothing is written through a link that leads out of the workplace. `has` tells of
 * what the snapshot holds where it does not lie in the workplace itself.
 */
export const bringPaths = (
  workspace: string | null,
  workplace: string,
  paths: { link: string[]; copy: string[] },
  has: (path: string) => boolean = () => false,
): Brought => {
  const brought: Brought = { linked: [], copied: [], notes: [] }
  if (workspace === null) return brought
  const inside = `${realpathSync(workplace)}${sep}`
  const place = (path: string, bring: (from: string, to: string) => void): boolean => {
    const from = join(workspace, path)
    const to = join(workplace, path)
    if (!existsSync(from)) {
      brought.notes.push(`${path} is not in the workspace and was not brought`)
      return false
    }
    if (isThere(to) || has(path)) {
      brought.notes.push(`${path} is part of the snapshot and was left as it is`)
      return false
    }
    if (leadsOut(dirname(to), inside)) {
      brought.notes.push(`${path} leads out of the workplace and was not brought`)
      return false
    }
    mkdirSync(dirname(to), { recursive: true })
    bring(from, to)
    return true
  }
  for (const path of paths.link) {
    if (place(path, (from, to) => symlinkSync(from, to))) brought.linked.push(path)
  }
  for (const path of paths.copy) {
    const copy = (from: string, to: string): void =>
      cpSync(from, to, {
        recursive: true,
        verbatimSymlinks: true,
        preserveTimestamps: true,
        mode: constants.COPYFILE_FICLONE,
      })
    if (place(path, copy)) brought.copied.push(path)
  }
  return brought
}

/** Asked before a folder is made, of what is there of its path. */
const leadsOut = (folder: string, inside: string): boolean => {
  if (!isThere(folder)) return leadsOut(dirname(folder), inside)
  try {
    return !`${realpathSync(folder)}${sep}`.startsWith(inside)
  } catch {
    // A link to nowhere.
    return true
  }
}

const isThere = (path: string): boolean => {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}
