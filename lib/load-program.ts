import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'

/** So long after it was written a cache may be removed; who still uses it writes it again. */
const STALE_MS = 30 * 24 * 3600 * 1000

/** What Node gives a file of CommonJS. */
const SCOPE = 'exports, require, module, __filename, __dirname'

/**
 * Loads a program of ours, one file of CommonJS, with what V8 had compiled of it at the end of the
 * last one that did the same work. Node's own compile cache is made before anything has run, and so
 * holds none of the functions that a start needs: to compile them took some 25 ms of each command.
 * `work` is a file name, such as a verb.
 */
export const loadProgram = (file: string, work: string): unknown => {
  const stat = statSync(file, { bigint: true })
  const folder = join(cacheHome(), 'git-exp', 'compiled')
  // Another one for each Node, its flags, and each file that is put in the place of the last, be it as
  // long and as old as that.
  const key = [cachedDataVersionTag(), stat.ino, stat.ctimeNs, stat.size, work]
  const cache = join(folder, key.join('-'))
  const cachedData = readIfThere(cache)
  // What esbuild writes is ASCII.
  const source = `(function (${SCOPE}) {${readFileSync(file, 'latin1')}\n})`
  const script = new Script(source, { filename: file, cachedData })
  if (cachedData === undefined || script.cachedDataRejected === true) {
    process.once('exit', (code) => {
      // A verb that there is not must not leave a file.
      if (code === 0) keep(folder, cache, script.createCachedData())
    })
  }
  const loaded = { exports: {} as unknown }
  const start = script.runInThisContext() as (...scope: unknown[]) => void
  start(loaded.exports, createRequire(file), loaded, file, dirname(file))
  return loaded.exports
}

const cacheHome = (): string =>
  process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache')

const readIfThere = (file: string): Buffer | undefined => {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

/** Whole or not at all: V8 looks at little of a cache before it runs what is in it. */
const keep = (folder: string, file: string, data: Buffer): void => {
  const draft = `${file}.${process.pid}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(folder)) {
      const other = join(folder, name)
      if (Date.now() - statSync(other).mtimeMs < STALE_MS) continue
      rmSync(other, { recursive: true, force: true })
    }
    const fd = openSync(draft, 'wx', 0o600)
    writeSync(fd, data)
    fsyncSync(fd)
    closeSync(fd)
    renameSync(draft, file)
  } catch {
    // The next one is slower, and that is all.
    rmSync(draft, { force: true })
  }
}
