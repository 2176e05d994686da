import type { Exact } from './exact.ts'
import type { Value } from './override.ts'

/** What stands after the `=`, worked out. */
export type Element = Value | Sweep | Extension

/** Several values for one key; `tags` are for samplers (`log`) and keep their order. */
export type Sweep = Choice | Range | Interval | Glob

/** `a,b` (simple) or `choice(a,b)`. */
export interface Choice {
  kind: 'choice'
  values: Value[]
  simple: boolean
  shuffle: boolean
  tags: string[]
}

/** From `start` up to `stop` but without it; exact decimals, so that steps of 0.1 stay that. */
export interface Range {
  kind: 'range'
  start: Exact
  stop: Exact
  step: Exact
  shuffle: boolean
  tags: string[]
}

/** Any number from `start` up to `end`: only sampling can choose one. */
export interface Interval {
  kind: 'interval'
  start: number
  end: number
  isInt: boolean
  tags: string[]
}

/** Picks among the options of a config group. */
export interface Glob {
  kind: 'glob'
  include: string[]
  exclude: string[]
}

/** `extend_list(…)`: items for the end of a list. */
export interface Extension {
  kind: 'extension'
  items: Value[]
}

export const isValue = (element: Element | null): element is Value =>
  element !== null && 'type' in element

export const isSweep = (element: Element | null): element is Sweep =>
  element !== null && 'kind' in element && element.kind !== 'extension'

/** What an element is called in a message. */
export const nameOf = (element: Element): string => {
  if (!isValue(element)) return element.kind === 'extension' ? 'extend_list' : element.kind
  if (element.type === 'null') return 'null'
  return {
    bool: 'a bool',
    int: 'an int',
    float: 'a float',
    string: 'text',
    list: 'a list',
    dict: 'a dict',
  }[element.type]
}
