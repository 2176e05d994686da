import type { Plain } from '../params/plain.ts'
import { printPlain } from '../params/plain-json.ts'

/** A value as it is compared and written where only text can stand: texts bare, all else as JSON. */
export const textOf = (value: Plain): string =>
  typeof value === 'string' ? value : printPlain(value)
