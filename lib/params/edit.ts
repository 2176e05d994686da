import { UserError } from '../errors.ts'
import type { Override } from '../overrides/override.ts'
import { changesOf } from './changes-of.ts'
import { find, lastOf } from './find.ts'
import { type Changes, type Open, type Opened, openerFor } from './format.ts'
import { ownStep } from './inherit.ts'
import { refuseDangling } from './interpolation.ts'
import { refuseBomb } from './refuse-bomb.ts'
import { sameTree, saysValue } from './same.ts'
import { type Splice, spliced } from './splice.ts'
import { type Step, stepsOf } from './steps.ts'
import type { Content, Node, Slot } from './tree.ts'
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
  const open = await openerFor(file, text)
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  const body = text.slice(mark.length)
  const opened = withinDepth(file, () => {
    const read = open(file, body)
    refuseBomb(file, read.root.node)
    return read
  })
  return (overrides) =>
    mark + withinDepth(file, () => edited({ file, open }, draftOf(body, opened), overrides))
}

interface How {
  file: string
  open: Open
}

/** A text, and changes to it that are not made yet. */
interface Draft extends Changes {
  text: string
  opened: Opened
  /** The override that asked for the last change. */
  said: string
  /** Whether what was read no longer tells where the next change goes. */
  isStale: boolean
}

const draftOf = (text: string, opened: Opened): Draft => {
  const changed = new Map<Node, Content>()
  const view = (node: Node): Content => changed.get(node) ?? node.content
  return { text, opened, changed, view, splices: [], said: '', isStale: false }
}

const edited = (how: How, first: Draft, overrides: readonly Override[]): string => {
  let draft = first
  for (const override of overrides) {
    const { textual } = draft.opened
    const value =
      override.value && textual ? textual(override.text, override.value) : override.value
    const said = { ...override, value }
    for (const step of stepsOf(how.file, draft.opened.root, said, draft.view)) {
      draft = taken(how, draft, step, override.text)
    }
  }
  const { root, textual } = draft.opened
  if (textual === undefined) refuseDangling(how.file, root, overrides, draft.view)
  const isSure = draft.opened.recheck?.(draft) ?? false
  return isSure ? changedText(how, draft) : settled(how, draft).text
}

/** Plain values are changed in one go; after anything more the text is read again for the next. */
const taken = (how: How, before: Draft, step: Step, text: string): Draft => {
  const isPlain = isPlainChange(before, step)
  const draft = isPlain ? before : settled(how, before)
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
  for (const [node, content] of changesOf(found.chain, step, view)) draft.changed.set(node, content)
  return { ...draft, said: text, isStale: !isPlain }
}

/** One plain value for another, where the text is still as it was read. */
const isPlainChange = ({ opened, view, changed, isStale }: Draft, step: Step): boolean => {
  if (isStale || step.do !== 'set') return false
  if (step.value.type === 'dict' || step.value.type === 'list') return false
  const { node } = lastOf(find(opened.root, step.path, view).chain)
  return node.content.is === 'atom' && node.start >= 0 && !changed.has(node)
}

const splicesOf = (opened: Opened, chain: Slot[], step: Step): Splice[] => {
  if (step.do === 'set') return opened.set(chain, step.path, step.value)
  if (step.do === 'remove') return opened.remove(chain, step.path)
  if (step.do === 'append') return opened.append(chain, step.path, step.items)
  return opened.insert(chain, step.path, step.entry)
}

/** Makes the changes, and reads the text again: it must say just what was meant. */
const settled = (how: How, draft: Draft): Draft => {
  if (draft.splices.length === 0) return draft
  const text = changedText(how, draft)
  const opened = reopened(how, text, draft.said)
  const isMeant = sameTree(opened.root.node, draft.opened.root.node, draft.view)
  if (!isMeant) throw harmful(how, draft.said, 'it would change other values')
  return draftOf(text, opened)
}

const changedText = (how: How, { text, splices, said }: Draft): string => {
  const after = spliced(text, splices)
  if (after === null) throw harmful(how, said, 'it would change other text')
  return after
}

const reopened = (how: How, text: string, said: string): Opened => {
  try {
    return how.open(how.file, text)
  } catch (error) {
    if (error instanceof UserError) throw harmful(how, said, error.message)
    throw error
  }
}

const harmful = ({ file }: How, said: string, reason: string): UserError =>
  new UserError(
    'bad-override',
    `${said}: cannot be written into ${file}: ${reason}`,
    `change ${file} by hand`,
  )
