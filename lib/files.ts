import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'

/**
 * Writes a whole file or none: beside its place, synced, then renamed. With `keepExisting` a file
 * that another process made meanwhile stays. Throws what the file system throws, and leaves nothing.
 */
export const replaceFile = (
  file: string,
  content: string | Buffer,
  options: { keepExisting?: boolean; mode?: number } = {},
): void => {
  const draft = `${file}.${randomBytes(6).toString('hex')}~`
  try {
    writeSynced(draft, content, options.mode)
    if (options.keepExisting === true) linkUnlessThere(draft, file)
    else renameSync(draft, file)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Writes a new file and waits until the disk has it. */
export const writeSynced = (file: string, content: string | Buffer, mode = 0o600): void => {
  const fd = openSync(file, 'wx', mode)
  try {
    writeFileSync(fd, content)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Adds a line to a file that other processes add to as well. */
export const appendLine = (file: string, line: string): void => {
  const fd = openSync(file, 'a', 0o600)
  try {
    writeSync(fd, `${line}\n`)
  } finally {
    closeSync(fd)
  }
}

/** Waits until the disk has what a folder names. */
export const syncFolder = (folder: string): void => {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

const linkUnlessThere = (from: string, to: string): void => {
  try {
    linkSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
