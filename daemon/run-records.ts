import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Dependency } from '../lib/dependency.ts'
import { appendLine, replaceFile } from '../lib/files.ts'
import type { Places } from '../lib/places.ts'
import type { Rewritten } from '../lib/ticket.ts'
import type { Finish } from './queue.ts'

// What the database knows and neither Git nor a run's own files do, kept beside them in `runs/`, so
// that a lost database can be built anew.

/** How an experiment ended last; also one that never began to run. */
export interface End extends Finish {
  attempt: number
}

/** How one attempt ended; `retryAt` if it is tried again by itself. */
export interface AttemptEnd extends End {
  retryAt: number | null
  retriesUsed: number
}

/** What users put on an experiment. */
export interface Marks {
  isHeld: boolean
  priority: number
  /** What it comes after. */
  after: Dependency[]
  starred: boolean
  tags: string[]
  note: string | null
}

export const writeEnd = (places: Places, id: string, end: End): void =>
  writeJson(places, id, 'end', end)

export const readEnd = (places: Places, id: string): End | null => readJson(places, id, 'end')

export const writeAttemptEnd = (places: Places, id: string, end: AttemptEnd): void =>
  writeJson(places, join(id, String(end.attempt)), 'end', end)

export const readAttemptEnd = (places: Places, id: string, attempt: number): AttemptEnd | null =>
  readJson(places, join(id, String(attempt)), 'end')

/** A retried experiment has not ended any more. */
export const removeEnd = (places: Places, id: string): void =>
  rmSync(join(places.runs, id, 'end'), { force: true })

export const writeMarks = (places: Places, id: string, marks: Marks): void =>
  writeJson(places, id, 'marks', marks)

export const readMarks = (places: Places, id: string): Marks | null => readJson(places, id, 'marks')

/** Notes which numbers were given out; they are never given again. */
export const appendNumbers = (places: Places, numbers: { number: number; id: string }[]): void => {
  if (numbers.length === 0) return
  appendLine(numbersFile(places), numbers.map(({ number, id }) => `${number} ${id}`).join('\n'))
}

export const readNumbers = (places: Places): Map<string, number> => {
  const text = readIfThere(numbersFile(places)) ?? ''
  const pairs = [...text.matchAll(/^(\d+) (\S+)$/gm)]
  return new Map(pairs.map(([, number, id]) => [id ?? '', Number(number)]))
}

/** Notes which commits were replaced, and by which, where experiments stand on them. */
export const appendRewrites = (places: Places, commonDir: string, rewritten: Rewritten[]): void => {
  const lines = rewritten.map((one) => `${one.old} ${one.new} ${commonDir}`)
  appendLine(rewritesFile(places), lines.join('\n'))
}

export const readRewrites = (places: Places): (Rewritten & { commonDir: string })[] =>
  [...(readIfThere(rewritesFile(places)) ?? '').matchAll(/^([0-9a-f]+) ([0-9a-f]+) (.+)$/gm)].map(
    ([, old = '', next = '', commonDir = '']) => ({ old, new: next, commonDir }),
  )

const rewritesFile = (places: Places): string => join(places.runs, '.rewrites')

const numbersFile = (places: Places): string => join(places.runs, '.numbers')

const writeJson = (places: Places, id: string, name: string, value: object): void => {
  mkdirSync(join(places.runs, id), { recursive: true, mode: 0o700 })
  replaceFile(join(places.runs, id, name), `${JSON.stringify(value)}\n`)
}

const readJson = <T>(places: Places, id: string, name: string): T | null => {
  const text = readIfThere(join(places.runs, id, name))
  return text === null ? null : (JSON.parse(text) as T)
}

const readIfThere = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
