/** How the steps of a metric become one value. */
const REDUCERS: Record<string, (values: number[]) => number | string> = {
  min: (values) => values.reduce((least, value) => (value < least ? value : least), Infinity),
  max: (values) => values.reduce((most, value) => (value > most ? value : most), -Infinity),
  first: (values) => values[0] ?? Number.NaN,
  last: (values) => values.at(-1) ?? Number.NaN,
  mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  count: (values) => values.length,
  spark: (values) => sparkline(values),
}

export const REDUCER_NAMES = Object.keys(REDUCERS)

/** Undefined where there is no step. `min` and `max` pass over NaN. */
export const reduceSteps = (reducer: string, values: number[]): number | string | undefined =>
  values.length === 0 ? undefined : REDUCERS[reducer]?.(values)

const BLOCKS = '▁▂▃▄▅▆▇█'
const SPARK_WIDTH = 16

/** A curve in sixteen characters at most; NaN and infinities leave a gap. */
export const sparkline = (values: number[]): string => {
  const width = Math.min(SPARK_WIDTH, values.length)
  const points = Array.from(
    { length: width },
    (_, i) => values[Math.floor(((i + 1) * values.length) / width) - 1] ?? Number.NaN,
  )
  const finite = points.filter(Number.isFinite)
  const [least, most] = [Math.min(...finite), Math.max(...finite)]
  return points
    .map((value) => {
      if (!Number.isFinite(value)) return ' '
      const height = most === least ? 0 : ((value - least) / (most - least)) * (BLOCKS.length - 1)
      return BLOCKS[Math.round(height)]
    })
    .join('')
}
