import { UserError } from '../errors.ts'

/** Runs what walks a file's nesting; nesting that no stack can hold is the file's fault, not ours. */
export const withinDepth = <T>(file: string, walk: () => T): T => {
  try {
    return walk()
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith('Maximum call stack')) {
      throw new UserError('bad-params-file', `${file}: nested too deeply to be read`)
    }
    throw error
  }
}
