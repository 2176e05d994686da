import { existsSync, readFileSync } from 'node:fs'

/** What a worker's log says last of what is wrong; its last line where it says nothing of that kind. */
export const lastWords = (file: string): string => {
  if (!existsSync(file)) return 'it has said nothing'
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.findLast((line) => PROBLEM.test(line)) ?? lines.at(-1) ?? ''
}

const PROBLEM = /\b(?:ERROR|CRITICAL)\b|^[\w.]*(?:Error|Failed|Refused)\b|^no such option/i
