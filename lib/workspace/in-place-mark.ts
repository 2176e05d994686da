import { readFileSync, rmSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { replaceFile } from '../files.ts'
import { nameProblem } from '../names.ts'

/** Which run has a workspace for itself; a file in that workspace's git dir. */
export interface InPlaceMark {
  /** The attempt's own folder, in the state folder of the queue that it belongs to. */
  folder: string
  name: string
}

/** What an attempt replaced in the workspace it runs in: a file in its folder. */
export const replacementFile = (folder: string): string => join(folder, 'in-place')

/** The run that has this workspace now. A mark without a replacement that stands is nobody's. */
export const readMark = (gitDir: string): InPlaceMark | null => {
  const mark = parseMark(gitDir)
  if (mark === null) return null
  return readJson(replacementFile(mark.folder))?.isPutBack === false ? mark : null
}

/** Takes a workspace for a run; gives back the run that has it, which is this one if it could. */
export const putMark = (gitDir: string, mark: InPlaceMark): InPlaceMark => {
  const holder = readMark(gitDir)
  if (holder !== null && holder.folder !== mark.folder) return holder
  rmSync(markFile(gitDir), { force: true })
  replaceFile(markFile(gitDir), `${JSON.stringify(mark)}\n`, { keepExisting: true })
  return readMark(gitDir) ?? mark
}

export const dropMark = (gitDir: string, folder: string): void => {
  if (parseMark(gitDir)?.folder !== folder) return
  rmSync(markFile(gitDir), { force: true })
}

const markFile = (gitDir: string): string => join(gitDir, 'git-exp-in-place')

/** Null for what is not there, cannot be read or, written by whomever, is no such thing. */
const readJson = (file: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null
  } catch {
    return null
  }
}

const parseMark = (gitDir: string): InPlaceMark | null => {
  const { folder, name } = readJson(markFile(gitDir)) ?? {}
  if (typeof folder !== 'string' || typeof name !== 'string') return null
  return isAbsolute(folder) && nameProblem(name) === null ? { folder, name } : null
}
