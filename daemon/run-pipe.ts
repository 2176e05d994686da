import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, constants, openSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** What a command prints into, once. */
export interface RunPipe {
  /** For `spawn`. */
  stdout: number | 'pipe'
  /** Hands on what the child that was started with it prints; `take` must not keep the buffer. */
  read: (child: ChildProcess, take: (part: Buffer) => void) => Readable
  /** For one that nothing was started with. */
  drop: () => void
}

/**
 * Makes a pipe, by a name in a folder that is gone at once. What Node itself would make is a socket,
 * which is slower, and which a command cannot open as `/dev/stdout`; it has to do where there is no
 * room for a name or no `mkfifo`.
 */
export const openRunPipe = async (folder: string): Promise<RunPipe> => {
  const path = join(folder, 'pipe')
  try {
    rmSync(path, { force: true })
    await mkfifo(path)
    const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    return pipeOf(read, openSync(path, constants.O_WRONLY))
  } catch {
    return NODES_OWN
  } finally {
    rmSync(path, { force: true })
  }
}

const mkfifo = (path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('mkfifo', ['-m', '600', '--', path], { stdio: 'ignore' })
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error('no pipe'))))
  })

const CHUNK_BYTES = 65_536

const pipeOf = (read: number, write: number): RunPipe => ({
  stdout: write,
  read: (_, take) => {
    // The child's is another; while this one is open the pipe has no end.
    closeSync(write)
    const onread = {
      buffer: Buffer.allocUnsafeSlow(CHUNK_BYTES),
      callback: (bytes: number, { buffer, byteOffset }: Uint8Array): boolean => {
        take(Buffer.from(buffer, byteOffset, bytes))
        return true
      },
    }
    return new Socket({ fd: read, writable: false, onread }).resume()
  },
  drop: () => {
    closeSync(read)
    closeSync(write)
  },
})

const NODES_OWN: RunPipe = {
  stdout: 'pipe',
  read: ({ stdout }, take) => {
    if (stdout === null) throw new Error('it was started without a pipe')
    return stdout.on('data', take)
  },
  drop: () => {},
}
