import { callFunction } from './call.ts'
import type { Value } from './override.ts'
import { OverrideError } from './override-error.ts'
import type { Node } from './parse-value.ts'
import { type Element, isValue, nameOf } from './sweep.ts'

/** Where the nodes come from, and the seed for a list that is shuffled where it stands. */
export interface Source {
  argument: string
  seed: number
}

/** Calls the functions of a value, from the inside out. */
export const evaluate = (node: Node, source: Source): Element => {
  switch (node.is) {
    case 'scalar':
      return node.value
    case 'list':
      return { type: 'list', items: node.items.map((item) => inside(item, source)) }
    case 'dict':
      return { type: 'dict', entries: lastOfEach(node.entries, source) }
    case 'sweep': {
      const values = node.items.map((item) => inside(item, source))
      return { kind: 'choice', values, simple: true, shuffle: false, tags: [] }
    }
    case 'call': {
      const args = node.args.map(({ name, node }) => ({
        name,
        at: node.at,
        value: unquoted(evaluate(node, source)),
      }))
      return callFunction({ ...source, at: node.at, name: node.name, args })
    }
  }
}

/** What must be a value as it stands inside of something else. */
const inside = (node: Node, source: Source): Value => {
  const element = evaluate(node, source)
  if (isValue(element)) return element
  throw new OverrideError({
    argument: source.argument,
    position: node.at,
    fault: 'nested_sweep',
    rule: `${nameOf(element)} can't stand inside of another value: it must be the whole value`,
  })
}

/** Of a key that is given twice the last value holds, in the place of the first. */
const lastOfEach = (entries: [Value, Node][], source: Source): [Value, Value][] => {
  const found = new Map<string, [Value, Value]>()
  for (const [key, node] of entries) {
    const name = 'value' in key ? `${key.type}:${key.value}` : key.type
    found.set(name, [key, inside(node, source)])
  }
  return [...found.values()]
}

// As in Hydra, a function sees text and not its quotes; printing adds them where they matter.
const unquoted = (element: Element): Element =>
  isValue(element) && element.type === 'string' ? { ...element, quote: null } : element
