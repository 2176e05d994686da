/** The candidate that `word` was most likely meant to be, or null when none is close. */
export const nearestName = (word: string, candidates: Iterable<string>): string | null => {
  if (word.length > longestWord) return null
  const meant = word.toLowerCase()
  let nearest: string | null = null
  let best = Math.max(1, Math.floor(meant.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - meant.length) >= best) continue
    const distance = editDistance(meant, candidate.toLowerCase())
    if (distance >= best) continue
    best = distance
    nearest = candidate
  }
  return nearest
}

// Words come from outside, and the work grows with the product of two lengths.
const longestWord = 200

/** Insertions, deletions, changes and swaps of neighbours that lead from one word to the other. */
const editDistance = (from: string, to: string): number => {
  let twoBack: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const change = from[row - 1] === to[column - 1] ? 0 : 1
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + change,
      )
      if (from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, at(twoBack, column - 2) + 1)
      }
      current.push(cost)
    }
    twoBack = previous
    previous = current
  }
  return at(previous, to.length)
}

const at = (row: number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY
