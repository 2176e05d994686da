import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Whether something lives in a folder that must be left alone: a mounted file system, or a process
 * that works there, such as one that an earlier run left behind and that hid from its supervisor.
 * Where there is no /proc nothing is seen.
 */
export const isOccupied = (folder: string): boolean => hasMounts(folder) || hasProcesses(folder)

/** Whether a file system is mounted on a folder or below it, also one of the same disk. */
export const hasMounts = (folder: string): boolean =>
  (read('/proc/self/mountinfo') ?? '')
    .split('\n')
    .some((line) => isBelow(unescapeOctal(line.split(' ')[4] ?? ''), folder))

const hasProcesses = (folder: string): boolean =>
  pids().some((pid) => isBelow(linkOf(join('/proc', pid, 'cwd')), folder))

const pids = (): string[] => {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

/** Of others' processes it is unknown. */
const linkOf = (link: string): string => {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}

const isBelow = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`)

/** Spaces and the like stand in mountinfo as three octal digits. */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )

const read = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
