import type { CST, Pair, YAMLSeq } from 'yaml'
import type { Range } from '../tree.ts'

/** The signs around a value in its map or list: key, colon or dash, anchor, tag. */
export interface Signs {
  start: number
  gap: number
  tag: Range | null
}

export const pairSigns = ({ srcToken }: Pair): Signs => {
  const { start = [], key, sep = [] } = (srcToken ?? {}) as Partial<CST.CollectionItem>
  const first = start.find(isMark) ?? key ?? sep.find(isMark)
  return { start: first?.offset ?? -1, ...propsOf(sep) }
}

/** The signs of each item of a list. Within brackets the place of an item is that of its value. */
export const itemSigns = ({ srcToken }: YAMLSeq): Signs[] => {
  const items = srcToken !== undefined && 'items' in srcToken ? srcToken.items : []
  return items.filter(isItem).map(({ start, key, value }) => {
    const first = start.find(isMark) ?? key ?? value
    return { start: first?.offset ?? -1, ...propsOf(start) }
  })
}

const propsOf = (tokens: CST.SourceToken[]): Omit<Signs, 'start'> => {
  const last = tokens.findLast(({ type }) => BEFORE_VALUE.has(type))
  const tag = tokens.find(({ type }) => type === 'tag')
  return { gap: last === undefined ? -1 : endOf(last), tag: tag ? [tag.offset, endOf(tag)] : null }
}

const BEFORE_VALUE = new Set(['map-value-ind', 'seq-item-ind', 'anchor'])

const endOf = ({ offset, source }: CST.SourceToken): number => offset + source.length

const isItem = ({ start, key, value }: CST.CollectionItem): boolean =>
  value !== undefined || key !== undefined || start.some(isMark)

const isMark = ({ type }: CST.SourceToken): boolean =>
  type !== 'space' && type !== 'newline' && type !== 'comment' && type !== 'comma'
