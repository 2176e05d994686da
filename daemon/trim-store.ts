import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { KeptFile } from '../lib/experiment.ts'
import { appendLine } from '../lib/files.ts'
import { attemptFolder } from '../lib/places.ts'
import { isInside } from '../lib/snapshot.ts'
import type { Daemon } from './daemon.ts'
import { OUR_PREFIX } from './run-log.ts'
import { readEnd, writeEnd } from './run-records.ts'

/** A run that was just collected may not have its row yet. */
const YOUNG_MS = 60_000

interface Keeper {
  id: string
  attempt: number
  kept: KeptFile[]
}

/** Drops ignored files of the oldest runs where all of them are too much, and what nobody owns. */
export const trimStore = (daemon: Daemon): void => {
  const losers = filesToDrop(daemon.queue.kept(), daemon.config.keepIgnoredTotalBytes)
  for (const loser of losers) {
    dropFiles(daemon, loser, 'no longer kept, as exp.keepIgnoredTotal is reached')
  }
  removeUnowned(daemon, YOUNG_MS)
}

/** Removes those of an experiment's files that are marked so, and says in its log why. */
export const dropFiles = (daemon: Daemon, { id, attempt, kept }: Keeper, why: string): void => {
  const folder = attemptFolder(daemon.places, id, attempt)
  const dropped = kept.filter((file) => file.dropped === true)
  for (const { path } of dropped) {
    if (isInside(path)) rmSync(join(folder, 'outputs', path), { force: true })
  }
  daemon.queue.setKept(id, kept)
  const end = readEnd(daemon.places, id)
  if (end !== null) writeEnd(daemon.places, id, { ...end, kept })
  const names = dropped.map(({ path }) => path).join(', ')
  appendLine(join(folder, 'log'), `${OUR_PREFIX}${why}: ${names}`)
}

/** The experiments, oldest first, that lose files, each with all its files as they are from then on. */
export const filesToDrop = (keepers: Keeper[], mostBytes: number): Keeper[] => {
  const isCounted = (file: KeptFile): boolean => file.ignored === true && file.dropped !== true
  const holders = new Map<string, number>()
  let bytes = 0
  for (const file of keepers.flatMap(({ kept }) => kept).filter(isCounted)) {
    const before = holders.get(file.sha256) ?? 0
    if (before === 0) bytes += file.bytes
    holders.set(file.sha256, before + 1)
  }
  const losers: Keeper[] = []
  for (const keeper of keepers) {
    if (bytes <= mostBytes) break
    if (!keeper.kept.some(isCounted)) continue
    for (const { sha256, bytes: own } of keeper.kept.filter(isCounted)) {
      const left = (holders.get(sha256) ?? 1) - 1
      holders.set(sha256, left)
      if (left === 0) bytes -= own
    }
    const kept = keeper.kept.map((file) =>
      isCounted(file) ? { ...file, dropped: true as const } : file,
    )
    losers.push({ ...keeper, kept })
  }
  return losers
}

/** Removes files of the store that no experiment has, and that are older than so many ms. */
export const removeUnowned = ({ places, queue, clock }: Daemon, youngMs: number): void => {
  const owned = new Set(
    queue
      .kept()
      .flatMap(({ kept }) => kept)
      .filter(({ dropped }) => dropped !== true)
      .map(({ sha256 }) => sha256),
  )
  for (const name of readdirSync(places.store)) {
    if (owned.has(name)) continue
    const file = join(places.store, name)
    // An earlier attempt of an experiment has it among its outputs.
    const { nlink, ctimeMs } = lstatSync(file)
    if (nlink === 1 && (youngMs === 0 || ctimeMs < clock() - youngMs)) rmSync(file, { force: true })
  }
}
