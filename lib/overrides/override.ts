/** A value as the override grammar has it: integers and floats apart, quotes remembered. */
export type Value =
  | { type: 'null' }
  | { type: 'bool'; value: boolean }
  | { type: 'int'; value: bigint }
  | { type: 'float'; value: number }
  | { type: 'string'; value: string; quote: 'single' | 'double' | null }
  | { type: 'list'; items: Value[] }
  | { type: 'dict'; entries: [key: Value, value: Value][] }

/**
 * `key=v` changes, `+key=v` adds, `++key=v` does either, `~key` deletes, and
 * `key=extend_list(v, …)` puts the items of its value at the end of the list that is there.
 */
export type Operation = 'change' | 'add' | 'force-add' | 'delete' | 'extend-list'

/** One change to one key of one parameter file, its value decided. */
export interface Override {
  operation: Operation
  /** The parameter file as written before the first `:`, or null for the default one. */
  file: string | null
  /** The dotted key's parts; a part that is a whole number may name a list item. */
  path: string[]
  /** What stood after `@`; only composition has a use for it. */
  package?: string
  /** Null only in a deletion that names no value. */
  value: Value | null
  /** The argument that says this one change, such as `params.yaml:lr=0.1`. */
  text: string
}
