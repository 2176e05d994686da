import { UserError } from '../errors.ts'

/** The error of a file that cannot be read, with the line and column that say where. */
export const badFile = (file: string, text: string, at: number, reason: string): UserError => {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const column = at - before.lastIndexOf('\n')
  return new UserError('bad-params-file', `${file}:${line}:${column}: ${reason}`)
}

/** The error of a file that its parser would need too much memory for. */
export const tooBig = (file: string, text: string): UserError => {
  const size = (text.length / 1e6).toFixed(1)
  return new UserError(
    'bad-params-file',
    `${file}: ${size} MB is too much to be read as parameters`,
  )
}
