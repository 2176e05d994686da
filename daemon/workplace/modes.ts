import { chmodSync, lstatSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Gives the right to read back to all that a run took it from. Follows no link. */
export const makeReadable = (folder: string): void => {
  makeWritable(folder)
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const mode = lstatSync(file, { throwIfNoEntry: false })?.mode ?? 0o400
    if ((mode & 0o400) === 0) chmodSync(file, mode | 0o400)
  }
}

/** Gives the right to write back to folders that a run took it from. Follows no link. */
export const makeWritable = (folder: string): void => {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(join(folder, entry.name))
  }
}

/** Removes a folder, also where a run took the right to write from what is in it. */
export const removeWritable = async (folder: string): Promise<void> => {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch {
    makeWritable(folder)
    await rm(folder, { recursive: true, force: true })
  }
}
