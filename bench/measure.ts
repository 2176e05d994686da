/** Times in milliseconds of the same work done several times. */
export interface Timing {
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
): Promise<Map<string, Timing>> => {
  const times = new Map<string, number[]>(Object.keys(work).map((name) => [name, []]))
  for (let turn = 0; turn <= turns; turn++) {
    for (const [name, task] of Object.entries(work)) {
      const before = performance.now()
      await task()
      if (turn > 0) times.get(name)?.push(performance.now() - before)
    }
  }
  return new Map([...times].map(([name, own]) => [name, timing(own)]))
}

export const timing = (times: number[]): Timing => {
  const sorted = times.toSorted((a, b) => a - b)
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    fastest: sorted[0] ?? Number.NaN,
    slowest: sorted.at(-1) ?? Number.NaN,
  }
}

/** A measured row of design section 9: our figure, what it is held against, and the bar. */
export interface Row {
  what: string
  ours: string
  reference: string
  /** Ours as a multiple of what the bar allows: 1 and less is within it. */
  ofBar: number
}
