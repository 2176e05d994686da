import { UserError } from '../../errors.ts'
import { tooBig } from '../bad-file.ts'
import { lineStart } from '../splice.ts'
import { type Node, type Slot, slotOf } from '../tree.ts'
import { isFlow, slotsIn } from './blocks.ts'
import { type Anchors, readDocument } from './document.ts'
import { move } from './move.ts'
import { hasMarks, piecesOf } from './pieces.ts'

/** What a YAML file says, and whether each of its keys could stand in a document of its own. */
export interface Parsed {
  root: Slot
  isDivisible: boolean
}

export const parseYaml = (file: string, text: string): Parsed => {
  const anchors: Anchors = new Map()
  const root = inPieces(file, text, anchors) ?? whole(file, text, anchors)
  const isDivisible = anchors.size === 0 && isBlockMap(text, root.node) && !hasMarks(text)
  return { root, isDivisible }
}

/** A map that begins at the left margin and has neither brackets nor merge keys. */
export const isBlockMap = (text: string, node: Node): boolean =>
  node.content.is === 'map' &&
  node.content.merged.length === 0 &&
  lineStart(text, node.start) === node.start &&
  !isFlow(text, node)

const whole = (file: string, text: string, anchors: Anchors): Slot => {
  anchors.clear()
  if (text.length <= MOST) return readDocument(file, text, anchors)
  throw tooBig(file, text)
}

// The parser takes some 200 bytes of memory for each letter.
const MOST = 4_000_000

/** A long text is read piece by piece, for time and memory; null if it is not made of pieces. */
const inPieces = (file: string, text: string, anchors: Anchors): Slot | null => {
  const pieces = piecesOf(text)
  if (pieces.length === 1) return null
  const root: Node = { content: { is: 'map', entries: new Map(), merged: [] }, start: 0, end: 0 }
  const moved = new Set<Node>()
  for (const [start, end] of pieces) {
    const piece = pieceOf(file, text.slice(start, end), anchors)
    if (piece === null || !taken(root, piece.node, start, moved)) return null
  }
  return slotOf(root)
}

const pieceOf = (file: string, text: string, anchors: Anchors): Slot | null => {
  try {
    const root = readDocument(file, text, anchors)
    return isBlockMap(text, root.node) ? root : null
  } catch (error) {
    // Reading the whole says where, or finds that the pieces belong together.
    if (error instanceof UserError) return null
    throw error
  }
}

const taken = (root: Node, piece: Node, by: number, moved: Set<Node>): boolean => {
  if (root.content.is !== 'map' || piece.content.is !== 'map') return false
  for (const slot of slotsIn(piece)) move(slot, by, moved)
  for (const [key, slot] of piece.content.entries) {
    if (root.content.entries.has(key)) return false
    root.content.entries.set(key, slot)
  }
  root.end = slotsIn(piece).at(-1)?.end ?? root.end
  return true
}
