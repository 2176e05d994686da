/** Times in milliseconds of the same work done several times, or a size in whatever its row says. */
export interface Figure {
  median: number
  fastest: number
  slowest: number
}

/**
 * Times several pieces of work in turns, so that whatever else the machine does meets all alike. The
 * first turn warms caches and is not counted.
 */
export const compare = async (
  turns: number,
  work: Record<string, () => Promise<void>>,
): Promise<(name: string) => Figure> => {
  const times = new Map<string, number[]>(Object.keys(work).map((name) => [name, []]))
  for (let turn = 0; turn <= turns; turn++) {
    for (const [name, task] of Object.entries(work)) {
      const before = performance.now()
      await task()
      if (turn > 0) times.get(name)?.push(performance.now() - before)
    }
  }
  return (name) => figureOf(times.get(name) ?? [])
}

/** What was measured several times; of an even number of times the later middle. */
export const figureOf = (values: number[]): Figure => {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    fastest: sorted[0] ?? Number.NaN,
    slowest: sorted.at(-1) ?? Number.NaN,
  }
}

/** Each time of a figure changed in the same way. */
export const mapFigure = (figure: Figure, change: (value: number) => number): Figure =>
  figureOf([figure.median, figure.fastest, figure.slowest].map(change))

/** What a row is held against; null where it is not installed here, or `what` says why it has none. */
export interface Beside {
  what: string
  figure: Figure | null
}

/** One measured row: our figure, what it is held against in the same run, and the bar. */
export interface Row {
  what: string
  unit: 'ms' | 's' | 'MB' | 'a second' | 'times' | '%'
  ours: Figure
  beside: Beside[]
  /** The bar in words; null where there is none. */
  bar: string | null
  /** Ours as a multiple of what the bar allows: 1 and less is within it. */
  ofBar: number | null
}
