/** The same order for the same seed and name, on every machine. */
export const shuffled = <T>(items: readonly T[], seed: number, name: string): T[] => {
  const random = randomFrom(`${seed}:${name}`)
  const keyed = items.map((item) => ({ item, key: random() }))
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item)
}

/** Numbers from 0 up to 1. Mulberry32, seeded with an FNV-1a hash: small, and good enough here. */
export const randomFrom = (name: string): (() => number) => {
  let state = 0x811c9dc5
  for (const byte of new TextEncoder().encode(name)) {
    state = Math.imul(state ^ byte, 0x01000193)
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
