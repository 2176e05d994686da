import type { Range } from '../tree.ts'

/** Whether a line begins with what begins or ends a document. */
export const hasMarks = (text: string): boolean => /^(?:---|\.\.\.|%)/m.test(text)

const PIECE = 64 * 1024

/**
 * Cuts a long block map before keys at the left margin. Nothing before such a key goes on behind
 * it, so each piece is a document of its own, if it is a block map at all. A short text, and one
 * with signs of other structure, is one piece.
 */
export const piecesOf = (text: string): Range[] => {
  if (text.length < 2 * PIECE || hasMarks(text)) return [[0, text.length]]
  const pieces: Range[] = []
  const key = /^(?=[A-Za-z_])/gm
  let start = 0
  while (start < text.length) {
    key.lastIndex = start + PIECE
    const end = key.exec(text)?.index ?? text.length
    pieces.push([start, end])
    start = end
  }
  return pieces
}
