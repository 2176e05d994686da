import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from './files.ts'
import type { Layers } from './overlay/layers.ts'

/** What was brought into a workplace beside the snapshot, relative to its root. */
export interface Brought {
  linked: string[]
  copied: string[]
  /** Sentences for the run's log. */
  notes: string[]
}

/** What must still be known when a run has ended, perhaps to another daemon: a file. */
export interface CommandFile {
  command: string | string[]
  workdir: string
  setup: string | null
  workplace: string
  /** Absent where the workplace's files lie in it. */
  layers?: Layers
  gpus: number[] | null
  /** Files and globs that it writes its metrics to, relative to the workplace. */
  metrics: string[]
  brought: Brought
}

/** Writes it into an attempt's folder. */
export const writeCommandFile = (folder: string, file: CommandFile): void =>
  replaceFile(join(folder, 'command'), `${JSON.stringify(file)}\n`)

/** Reads it from an attempt's folder; null if it was never written, or only half. */
export const readCommandFile = (folder: string): CommandFile | null => {
  try {
    return JSON.parse(readFileSync(join(folder, 'command'), 'utf8')) as CommandFile
  } catch {
    return null
  }
}
