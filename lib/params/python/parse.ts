import { type Node, type Slot, slotOf } from '../tree.ts'
import { splitAt, valueOfTokens } from './literal.ts'
import { type Line, linesOf, type Token } from './tokens.ts'

/**
 * Reads what a Python file assigns to names of its own, to those of its classes, and to `self` in
 * their `__init__`. Of several assignments the last one counts, as it does to Python.
 */
export const parsePython = (file: string, text: string): Slot => {
  const root = newNames(0, text.length)
  let scopes: Scope[] = [{ kind: 'module', indent: -1, node: root }]
  for (const line of linesOf(file, text)) {
    scopes = scopes.filter(({ indent }) => indent < line.indent)
    const scope = scopes.at(-1)
    if (scope === undefined || scope.kind === 'other') continue
    const inner = opened(line, scope)
    if (inner !== null) scopes.push(inner)
    else for (const part of splitAt(line.tokens, ';')) assign(text, scope, part)
  }
  return slotOf(root)
}

/** What stands deeper than `indent` and belongs to a name, a class or neither. */
interface Scope {
  kind: 'module' | 'class' | 'init' | 'other'
  indent: number
  node: Node
}

const newNames = (start: number, end: number): Node => ({
  content: { is: 'map', entries: new Map(), merged: [] },
  start,
  end,
})

const opened = ({ indent, tokens }: Line, scope: Scope): Scope | null => {
  const [first, name] = tokens
  if (first === undefined || !OPENERS.has(first.text)) return null
  if (first.text === 'class' && name !== undefined && scope.kind !== 'init') {
    const node = newNames(first.start, name.end)
    enter(scope, name.text, slotOf(node))
    return { kind: 'class', indent, node }
  }
  const isInit = first.text === 'def' && name?.text === '__init__' && scope.kind === 'class'
  return { kind: isInit ? 'init' : 'other', indent, node: scope.node }
}

const OPENERS = new Set(
  'class def async if elif else for while with try except finally match'.split(' '),
)

const assign = (text: string, scope: Scope, tokens: Token[]): void => {
  const target = scope.kind === 'init' ? selfName(tokens) : tokens.slice(0, 1)
  const name = target?.at(-1)
  if (target === null || name?.type !== 'name') return
  const [sign, ...rest] = tokens.slice(target.length)
  if (sign?.type !== 'sign') return
  // After `+=` and the like nobody can say the value without running the file.
  const value = sign.text === ':' ? afterAnnotation(rest) : rest
  if (sign.text !== ':' && !/^(?:=|[-+*/%@&|^<>]+=)$/.test(sign.text)) return
  if (/^[<>]=$/.test(sign.text) || value.length === 0) return
  const node = valueOfTokens(text, value)
  const isPlain = sign.text === '=' || sign.text === ':'
  enter(scope, name.text, slotOf(isPlain ? node : asCode(text, node), name.start))
}

const selfName = ([self, dot, name]: Token[]): Token[] | null =>
  self?.text === 'self' && dot?.text === '.' && name !== undefined ? [self, dot, name] : null

const afterAnnotation = (tokens: Token[]): Token[] => {
  const [annotation = []] = splitAt(tokens, '=')
  return tokens.slice(annotation.length + 1)
}

const asCode = (text: string, { start, end }: Node): Node => ({
  content: { is: 'atom', atom: { type: 'code', text: text.slice(start, end) } },
  start,
  end,
})

const enter = ({ node: { content } }: Scope, name: string, slot: Slot): void => {
  if (content.is !== 'map') return
  content.entries.delete(name)
  content.entries.set(name, slot)
}
