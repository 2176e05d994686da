import { floatText } from '../overrides/float-text.ts'
import type { Content } from './tree.ts'

/** A value as a message names it. */
export const shown = (content: Content): string => {
  if (content.is === 'list') return `a list of ${content.items.length}`
  if (content.is === 'map') return 'a map'
  const { atom } = content
  if (atom.type === 'null') return 'null'
  if (atom.type === 'other' || atom.type === 'code') return atom.text
  if (atom.type === 'float') return floatText(atom.value)
  return atom.type === 'string' ? `'${atom.value}'` : String(atom.value)
}
