import { createHash } from 'node:crypto'
import {
  chmodSync,
  constants,
  copyFileSync,
  createReadStream,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { KeptFile } from '../lib/experiment.ts'

/** A file to keep. */
interface KeptFrom {
  from: string
  /** As the experiment has it. */
  path: string
  bytes: number
  /** Whether nobody else has a use for it where it is. */
  isOurs: boolean
}

/**
 * Keeps a file in the store, once for all experiments that made the same, and under its own name
 * among the attempt's outputs. By hard link where the file system allows, else by copy.
 */
export const keepInStore = async (
  store: string,
  outputs: string,
  file: KeptFrom,
): Promise<KeptFile> => {
  const { from, path, bytes, isOurs } = file
  const hash = createHash('sha256')
  await pipeline(createReadStream(from), hash)
  const sha256 = hash.digest('hex')
  const stored = join(store, sha256)
  // Of a file that has another name already somebody may write to that one, and it keeps its mode.
  const isShared = !isOurs || lstatSync(from).nlink > 1
  if (!existsSync(stored)) (isShared ? copy : linkOrCopy)(from, stored)
  const named = join(outputs, path)
  mkdirSync(dirname(named), { recursive: true, mode: 0o700 })
  if (!existsSync(named)) linkOrCopy(stored, named)
  return { path, sha256, bytes }
}

const linkOrCopy = (from: string, to: string): void => {
  try {
    linkSync(from, to)
    // What is kept is never written again, by whatever name it is opened.
    chmodSync(to, 0o400)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'EMLINK') throw error
    copy(from, to)
  }
}

const copy = (from: string, to: string): void => {
  const draft = `${to}.part`
  try {
    copyFileSync(from, draft, constants.COPYFILE_FICLONE)
    chmodSync(draft, 0o400)
    renameSync(draft, to)
  } finally {
    rmSync(draft, { force: true })
  }
}
