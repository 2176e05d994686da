/** Milliseconds since 1970. Passed in where a test wants another time. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** ISO 8601 UTC, as `--json` prints times. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()
