import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const CHUNK = 64 * 1024

/** Gives a growing file to `write` from where the last call ended. The file may not be there yet. */
export const logReader = (write: (chunk: Buffer) => void): ((file: string) => void) => {
  let current = ''
  let at = 0
  return (file) => {
    if (file !== current) {
      current = file
      at = 0
    }
    let fd: number
    try {
      fd = openSync(file, 'r')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      throw error
    }
    try {
      const end = fstatSync(fd).size
      while (at < end) {
        const buffer = Buffer.alloc(Math.min(CHUNK, end - at))
        const bytes = readSync(fd, buffer, 0, buffer.length, at)
        if (bytes === 0) break
        at += bytes
        write(buffer.subarray(0, bytes))
      }
    } finally {
      closeSync(fd)
    }
  }
}
