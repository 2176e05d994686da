import { createHash } from 'node:crypto'
import { createReadStream, existsSync, lstatSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import * as check from '../lib/spec/checks.ts'
import { openYaml } from '../lib/spec/yaml-file.ts'
import type { DvcProject } from './workplace/dvc-cache.ts'

/** A file as DVC noted it: its path relative to the workplace, and the hash of its content. */
interface Noted {
  path: string
  md5: string
}

export const isDvcNote = (path: string): boolean => /(?:^|\/)dvc\.lock$|\.dvc$/.test(path)

/**
 * Those of a run's files that DVC carries: a dvc.lock, or a .dvc file, names them with the content that
 * they have, and the user's cache has it. Neither Git nor the store needs them.
 */
export const carriedByDvc = async (
  workplace: string,
  { cache }: DvcProject,
  notes: string[],
  paths: string[],
): Promise<Set<string>> => {
  const noted = (await Promise.all(notes.map((note) => readNote(workplace, note)))).flat()
  const files = new Map<string, Set<string>>()
  for (const { path, md5 } of noted.flatMap((one) => expand(cache, one))) {
    files.set(path, (files.get(path) ?? new Set()).add(md5))
  }
  const carried = new Set<string>()
  for (const path of paths) {
    const known = files.get(Buffer.from(path, 'latin1').toString())
    if (known === undefined) continue
    const md5 = await md5Of(join(workplace, Buffer.from(path, 'latin1').toString()))
    if (md5 !== null && known.has(md5) && existsSync(cached(cache, md5))) carried.add(path)
  }
  return carried
}

/** A path is relative to the note's folder or, where a stage has one, to its working folder. */
const readNote = async (workplace: string, note: string): Promise<Noted[]> => {
  try {
    const text = readFileSync(join(workplace, note), 'utf8')
    const top = check.object((await openYaml(text, note)).plain()) ?? {}
    const stages = Object.values(check.object(top.stages) ?? {})
    return [top, ...stages].flatMap((stage) => {
      const outs = check.object(stage)?.outs
      return (Array.isArray(outs) ? outs : []).flatMap((out) => {
        const { path, md5 } = check.object(out) ?? {}
        if (typeof path !== 'string' || typeof md5 !== 'string') return []
        return /^[0-9a-f]{32}(?:\.dir)?$/.test(md5)
          ? [{ path: posix.join(posix.dirname(note), path), md5 }]
          : []
      })
    })
  } catch {
    // A note that cannot be read carries nothing.
    return []
  }
}

/** A folder stands in the cache as a list of its files. */
const expand = (cache: string, { path, md5 }: Noted): Noted[] => {
  if (!md5.endsWith('.dir')) return [{ path, md5 }]
  try {
    const list = JSON.parse(readFileSync(cached(cache, md5), 'utf8')) as Record<string, unknown>[]
    return list.map((file) => ({
      path: posix.join(path, String(file.relpath)),
      md5: String(file.md5),
    }))
  } catch {
    return []
  }
}

const cached = (cache: string, md5: string): string =>
  join(cache, 'files', 'md5', md5.slice(0, 2), md5.slice(2))

const md5Of = async (file: string): Promise<string | null> => {
  if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory() !== false) return null
  const hash = createHash('md5')
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
    return hash.digest('hex')
  } catch {
    return null
  }
}
