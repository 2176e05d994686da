import { type ErrorCode, EXIT, UserError } from '../lib/errors.ts'
import { GitError } from '../lib/git.ts'
import { packageVersion } from '../lib/package.ts'
import { places } from '../lib/places.ts'

/** Tells an error in the words its reader needs; gives back the exit code it means. */
export const reportError = (error: unknown, asJson: boolean): number => {
  const { code, message, hint, exitCode } = describe(error)
  if (asJson) {
    process.stderr.write(`${JSON.stringify({ error: { code, message, hint } })}\n`)
  } else {
    process.stderr.write(`git exp: ${message}\n${hint === null ? '' : `  ${hint}\n`}`)
  }
  return exitCode
}

const describe = (
  error: unknown,
): { code: ErrorCode; message: string; hint: string | null; exitCode: number } => {
  if (error instanceof UserError) {
    const exitCode = error.code === 'usage' ? EXIT.usage : EXIT.refused
    return { code: error.code, message: error.message, hint: error.hint, exitCode }
  }
  if (error instanceof GitError) {
    return { code: 'git', message: error.message, hint: null, exitCode: EXIT.refused }
  }
  const { stack, code, message, path, dest } = error as NodeJS.ErrnoException & { dest?: string }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const text = `the disk is full: ${message}`
    return { code: 'disk', message: text, hint: 'make room', exitCode: EXIT.refused }
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const isOurs = [path, dest].some((own) => own?.startsWith(`${places().home}/`))
    return {
      code: isOurs ? 'state-folder' : 'file',
      message: `the file system does not allow it: ${message}`,
      hint: isOurs ? 'git exp doctor' : 'make it yours and readable',
      exitCode: EXIT.refused,
    }
  }
  return {
    code: 'bug',
    message: `this is a fault of git exp ${packageVersion()}: ${stack ?? String(error)}`,
    hint: 'please report it with what you typed',
    exitCode: EXIT.bug,
  }
}
