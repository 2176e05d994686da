import { basename, extname } from 'node:path'
import { UserError } from '../errors.ts'
import type { Value } from '../overrides/override.ts'
import { tooBig } from './bad-file.ts'
import type { Splice } from './splice.ts'
import type { Content, Node, Slot, View } from './tree.ts'

/** A file that was read, and how its text changes. `chain` leads from the root to the place meant. */
export interface Opened {
  root: Slot
  /** Nothing if the text already says the value, and says it clearly. */
  set: (chain: Slot[], path: string[], value: Value) => Splice[]
  insert: (chain: Slot[], path: string[], entry: Entry) => Splice[]
  append: (chain: Slot[], path: string[], items: Value[]) => Splice[]
  remove: (chain: Slot[], path: string[]) => Splice[]
  /** Whether the changed text is sure to say what was meant; false where all of it must be read. */
  recheck?: (changes: Changes) => boolean
  /** What a value is in a file that knows only text; `said` names it in an error. */
  textual?: (said: string, value: Value) => Value
}

/** What is put into a map: the maps that all but the last of `keys` name are made on the way. */
export interface Entry {
  keys: string[]
  /** The last key with its type, which YAML and Python keep. */
  key: Value
  value: Value
}

/** Changes to a text, and what its nodes hold after them. */
export interface Changes {
  splices: Splice[]
  changed: Map<Node, Content>
  view: View
}

export type Open = (file: string, text: string) => Opened

// Once read a file takes up to eighty times the memory of its text, and an edit reads it twice.
const MOST = 16_000_000

/** How to read such a file; each kind's parser is loaded only when a file of that kind is met. */
export const openerFor = async (file: string, text: string): Promise<Open> => {
  if (text.length > MOST) throw tooBig(file, text)
  const kind = kindOf(file)
  if (kind === 'yaml') return (await import('./yaml/open.ts')).openYaml
  if (kind === 'json') return (await import('./json/open.ts')).openJson
  if (kind === 'jsonc') return (await import('./json/open.ts')).openJsonc
  if (kind === 'toml') return (await import('./toml/open.ts')).openToml
  if (kind === 'python') return (await import('./python/open.ts')).openPython
  if (kind === 'ini') return (await import('./lines/open-ini.ts')).openIni
  if (kind === 'env') return (await import('./lines/open-env.ts')).openEnv
  throw new UserError(
    'bad-params-file',
    `${file}: not a kind of file that parameters can be set in`,
    'YAML, JSON, TOML, INI, .env and Python files can',
  )
}

export type Kind = 'yaml' | 'json' | 'jsonc' | 'toml' | 'python' | 'ini' | 'env' | 'rows' | 'jsonl'

export const kindOf = (file: string): Kind | null => {
  const name = basename(file).toLowerCase()
  if (name === '.env' || name.startsWith('.env.')) return 'env'
  return KINDS.get(extname(name)) ?? null
}

const KINDS = new Map<string, Kind>([
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.json', 'json'],
  ['.jsonc', 'jsonc'],
  ['.toml', 'toml'],
  ['.py', 'python'],
  ['.ini', 'ini'],
  ['.cfg', 'ini'],
  ['.env', 'env'],
  ['.csv', 'rows'],
  ['.tsv', 'rows'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
])
