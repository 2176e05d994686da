import type { Node } from 'yaml'
import { UserError } from '../errors.ts'

/** A YAML file taken apart, with what it takes to say where something in it is wrong. */
export interface YamlFile {
  /** Null for a file that says nothing. */
  top: Node | null
  /** The error `PATH:LINE:COL: …`. */
  fail(at: Node, what: string): UserError
  /** Undefined for a list or a mapping. */
  scalar(node: Node): unknown
  /** A scalar as it was written, so that `1.0` stays `1.0`; null for anything else. */
  word(node: Node): string | null
  items(node: Node): Node[] | null
  pairs(node: Node): Pair[] | null
  /** All of it as plain values, for a file whose form is not ours to check. */
  plain(): unknown
}

export interface Pair {
  key: string
  keyNode: Node
  node: Node
}

export const openYaml = async (text: string, path: string): Promise<YamlFile> => {
  // It takes some 17 ms to load, which an `add` without such a file shall not pay.
  const yaml = await import('yaml')
  const lineCounter = new yaml.LineCounter()
  const fail = (offset: number, what: string): UserError => {
    const { line, col } = lineCounter.linePos(offset)
    return new UserError('bad-config', `${path}:${line}:${col}: ${what}`)
  }
  // Made to be hostile, a file can exhaust the stack, or stand for more than memory holds.
  const guarded = <T>(read: () => T): T => {
    try {
      return read()
    } catch (error) {
      throw new UserError('bad-config', `${path} cannot be read: ${String(error)}`)
    }
  }
  // Its own search for repeated keys compares each with each: 60,000 keys took 90 seconds.
  const options = { lineCounter, prettyErrors: false, merge: true, uniqueKeys: false }
  const document = guarded(() => yaml.parseDocument(text, options))
  const [error] = document.errors
  if (error !== undefined) throw fail(error.pos[0], error.message)

  const resolved = (node: unknown): Node => {
    if (!yaml.isAlias(node)) return yaml.isNode(node) ? node : new yaml.Scalar(null)
    const found = node.resolve(document)
    if (found === undefined) throw fail(node.range?.[0] ?? 0, `*${node.source} stands for nothing`)
    return found
  }
  const scalar = (node: Node): unknown => (yaml.isScalar(node) ? node.value : undefined)
  const word = (node: Node): string | null => {
    const value = scalar(node)
    if (typeof value === 'string') return value
    if (!yaml.isScalar(node) || !['number', 'bigint', 'boolean'].includes(typeof value)) return null
    return node.source ?? String(value)
  }
  const top = resolved(document.contents)
  return {
    top: scalar(top) === null ? null : top,
    fail: (at, what) => fail(at.range?.[0] ?? 0, what),
    scalar,
    word,
    items: (node) => (yaml.isSeq(node) ? node.items.map(resolved) : null),
    pairs: (node) =>
      yaml.isMap(node)
        ? node.items.map(({ key, value }) => {
            const keyNode = resolved(key)
            return { key: word(keyNode) ?? '', keyNode, node: resolved(value) }
          })
        : null,
    plain: () => guarded((): unknown => document.toJS()),
  }
}
