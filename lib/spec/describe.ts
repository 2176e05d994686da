import { shellWord } from './shell-word.ts'
import type { Spec } from './spec.ts'

/** The one line that says at each `add` what was detected. */
export const describeSpec = (spec: Spec, metrics: string): string =>
  [
    `command ${printCommand(spec.command)}`,
    spec.params.length === 0 ? 'no params file' : `params ${listPaths(spec.params)}`,
    metrics === '' ? 'no metrics' : `metrics ${metrics}`,
    ...(['outputs', 'link', 'copy'] as const)
      .filter((key) => spec[key].length > 0)
      .map((key) => `${key} ${listPaths(spec[key])}`),
  ].join(' · ')

export const listPaths = (paths: string[]): string => {
  const rest = paths.length - mostPaths
  const shown = paths.slice(0, rest > 1 ? mostPaths : paths.length).map(printable)
  return rest > 1 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}

const mostPaths = 4
const longestCommand = 80

const printCommand = (command: string | string[]): string => {
  const line = printable(typeof command === 'string' ? command : command.map(shellWord).join(' '))
  const letters = Array.from(line)
  return letters.length <= longestCommand
    ? line
    : `${letters.slice(0, longestCommand - 1).join('')}…`
}

/** What comes from a file must not steer the terminal, nor break the line. */
const printable = (text: string): string => text.trim().replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
