import { UserError } from '../errors.ts'
import type { Override, Value } from '../overrides/override.ts'
import { find, lastOf } from './find.ts'
import { type Open, type Opened, openerFor } from './format.ts'
import { ownStep } from './inherit.ts'
import { refuseDangling } from './interpolation.ts'
import { sameTree, saysValue } from './same.ts'
import { type Splice, spliced } from './splice.ts'
import { type Step, stepsOf } from './steps.ts'
import { type Content, type Node, newContent, newSlot, type Slot, type View } from './tree.ts'
import { withinDepth } from './within-depth.ts'

/** The text of a parameters file with overrides applied, no other byte changed; or a UserError. */
export const editParams = async (
  file: string,
  text: string,
  overrides: readonly Override[],
): Promise<string> => (await openParams(file, text))(overrides)

/** As `editParams`, for many experiments on one file: it is read once. */
export const openParams = async (
  file: string,
  text: string,
): Promise<(overrides: readonly Override[]) => string> => {
  const open = await openerFor(file)
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  const body = text.slice(mark.length)
  const opened = withinDepth(file, () => open(file, body))
  return (overrides) =>
    mark + withinDepth(file, () => edited({ file, open }, draftOf(body, opened), overrides))
}

interface How {
  file: string
  open: Open
}

/** A text, and changes to it that are not made yet: what it will say, and the splices. */
interface Draft {
  text: string
  opened: Opened
  changes: Map<Node, Content>
  view: View
  splices: Splice[]
}

const draftOf = (text: string, opened: Opened): Draft => {
  const changes = new Map<Node, Content>()
  const view = (node: Node): Content => changes.get(node) ?? node.content
  return { text, opened, changes, view, splices: [] }
}

const edited = (how: How, first: Draft, overrides: readonly Override[]): string => {
  let draft = first
  for (const override of overrides) {
    const { textual } = draft.opened
    const value = override.value && textual ? textual(override.value) : override.value
    const said = { ...override, value }
    for (const step of stepsOf(how.file, draft.opened.root, said, draft.view)) {
      draft = taken(how, draft, step, override.text)
    }
  }
  const last = settled(how, draft, overrides.at(-1)?.text ?? '')
  if (last.opened.textual === undefined) refuseDangling(how.file, last.opened.root, overrides)
  return last.text
}

/** Several plain values are changed in one go; anything more is put in the text and read again at once. */
const taken = (how: How, before: Draft, step: Step, text: string): Draft => {
  const draft = isPlain(step) && !isChanged(before, step) ? before : settled(how, before, text)
  const { opened, view } = draft
  const found = find(opened.root, step.path, view)
  if (found.inheritedAt !== null) {
    const { node } = lastOf(found.chain)
    if (step.do === 'set' && saysValue(node, step.value, view)) return draft
    return taken(how, draft, ownStep(step, step.path, found, view), text)
  }
  const splices = splicesOf(opened, found.chain, step)
  if (splices.length === 0) return draft
  draft.splices.push(...splices)
  for (const [node, content] of changesOf(found.chain, step, view)) draft.changes.set(node, content)
  return isPlain(step) ? draft : settled(how, draft, text)
}

const isPlain = (step: Step): boolean =>
  step.do === 'set' && step.value.type !== 'dict' && step.value.type !== 'list'

/** Whether the text of what the step is about is already to be changed. */
const isChanged = ({ opened, view, changes }: Draft, { path }: Step): boolean => {
  const { node } = lastOf(find(opened.root, path, view).chain)
  return node.start < 0 || changes.has(node)
}

const splicesOf = (opened: Opened, chain: Slot[], step: Step): Splice[] => {
  if (step.do === 'set') return opened.set(chain, step.path, step.value)
  if (step.do === 'remove') return opened.remove(chain, step.path)
  if (step.do === 'append') return opened.append(chain, step.path, step.items)
  return opened.insert(chain, step.path, step.keys, step.value)
}

/** What nodes hold after the step. An alias is replaced in its own place, not in its anchor's. */
const changesOf = (chain: Slot[], step: Step, view: View): [Node, Content][] => {
  const { node, alias } = lastOf(chain)
  if (step.do === 'insert') return [[node, withKeys(view(node), step.keys, step.value)]]
  if (step.do === 'append') return [[node, withItems(view(node), step.items)]]
  if (step.do === 'set' && alias === null) return [[node, newContent(step.value)]]
  const holder = lastOf(chain.slice(0, -1)).node
  const slot = step.do === 'set' ? newSlot(step.value) : null
  return [[holder, withPart(view(holder), lastOf(step.path), slot)]]
}

const withKeys = (content: Content, keys: string[], value: Value): Content => {
  const [key, ...rest] = keys
  if (key === undefined || content.is !== 'map') throw new RangeError('only a map takes a new key')
  const inner = rest.reduceRight<Value>(
    (value, name) => ({
      type: 'dict',
      entries: [[{ type: 'string', value: name, quote: null }, value]],
    }),
    value,
  )
  return withPart(content, key, newSlot(inner))
}

const withItems = (content: Content, items: Value[]): Content => {
  if (content.is !== 'list') throw new RangeError('only a list takes items')
  return { is: 'list', items: [...content.items, ...items.map(newSlot)] }
}

const withPart = (content: Content, key: string, slot: Slot | null): Content => {
  if (content.is === 'atom') throw new RangeError('a plain value has no parts')
  if (content.is === 'list') {
    const items =
      slot === null
        ? content.items.toSpliced(Number(key), 1)
        : content.items.with(Number(key), slot)
    return { is: 'list', items }
  }
  const entries = new Map(content.entries)
  if (slot === null) entries.delete(key)
  else entries.set(key, slot)
  return { ...content, entries }
}

/** Makes the changes, and reads the text again: it must say just what was meant. */
const settled = (how: How, draft: Draft, said: string): Draft => {
  if (draft.splices.length === 0) return draft
  const text = spliced(draft.text, draft.splices)
  const opened = text === null ? null : reopened(how, text)
  if (
    text === null ||
    opened === null ||
    !sameTree(opened.root.node, draft.opened.root.node, draft.view)
  ) {
    throw new UserError(
      'bad-override',
      `${said}: this change cannot be made in ${how.file} without changing other text of it`,
      `change ${how.file} by hand`,
    )
  }
  return draftOf(text, opened)
}

const reopened = ({ file, open }: How, text: string): Opened | null => {
  try {
    return open(file, text)
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}
