import type { Data } from '../data.ts'
import type { Argument } from './parts.ts'

/** Where something stands: the keys from the root to it. */
export type Path = readonly string[]

/** A value that was looked up, and where it really stands: what is in it is relative to that. */
export interface Found {
  data: Data
  path: Path
}

/** What resolvers may ask for. */
export interface Scope {
  env: NodeJS.ProcessEnv
  select: (key: string) => Found | null
  decode: (argument: Argument) => Data
  resolved: (found: Found) => Data
}
