/** What a parameters or metrics file says: integers beyond 2^53 are bigints, objects have no prototype. */
export type Plain = null | boolean | number | bigint | string | Plain[] | { [key: string]: Plain }

/** An object in which `__proto__` is a key like any other. */
export const emptyObject = (): { [key: string]: Plain } => Object.create(null)

/** Remembers that the whole number at `key` was written as a float, so that 1.0 prints as 1.0. */
export const noteFloat = (holder: object, key: string): void => {
  const keys = floats.get(holder)
  if (keys === undefined) floats.set(holder, new Set([key]))
  else keys.add(key)
}

export const isFloat = (holder: object, key: string): boolean =>
  floats.get(holder)?.has(key) ?? false

// Beside the values, not in them: 1.0 and 1 are one number to whoever compares or plots them.
const floats = new WeakMap<object, Set<string>>()
