import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { KeptFile } from '../lib/experiment.ts'
import { attemptFolder, type Places } from '../lib/places.ts'
import type { Limits } from './collect.ts'
import type { Site } from './executors/executor.ts'
import type { Work } from './job.ts'
import { keepInStore } from './store.ts'

/** Puts what Git does not take into the store, and says what is not kept; paths with a latin1 character a byte. */
export const keepFiles = async (
  places: Places,
  { files: site, usersSince }: Site,
  job: Work,
  files: { large: string[]; rest: string[]; sizes: Map<string, number> },
  limits: Limits,
): Promise<{ kept: KeptFile[]; left: string[] }> => {
  const outputs = join(attemptFolder(places, job.id, job.attempt), 'outputs')
  const kept: KeptFile[] = []
  const left: string[] = []
  let room = limits.keepIgnoredBytes
  for (const raw of [...files.large, ...files.rest]) {
    const bytes = files.sizes.get(raw) ?? 0
    const path = Buffer.from(raw, 'latin1').toString()
    const from = join(site, path)
    const isIgnored = !files.large.includes(raw)
    if (!lstatSync(from, { throwIfNoEntry: false })?.isFile()) {
      left.push(`${path} was not kept: it is a link, or its name is not UTF-8`)
      continue
    }
    if (isIgnored && bytes > room) {
      left.push(`${path} was not kept: exp.keepIgnored is reached`)
      continue
    }
    try {
      const { store } = places
      const file = { from, path, bytes, isOurs: usersSince === null }
      const stored = await keepInStore(store, outputs, file)
      kept.push(isIgnored ? { ...stored, ignored: true } : stored)
      if (isIgnored) room -= bytes
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error
      left.push(`${path} was not kept: it cannot be read`)
    }
  }
  return { kept, left }
}
