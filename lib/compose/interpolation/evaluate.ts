import { UserError } from '../../errors.ts'
import { scalarOf } from '../../overrides/scalar.ts'
import {
  type Data,
  dataOf,
  isContainer,
  isMapping,
  type Key,
  keyNamed,
  type Mapping,
  MISSING,
} from '../data.ts'
import { parseText } from './parse.ts'
import {
  type Argument,
  hasInterpolation,
  type Interpolation,
  InterpolationError,
  type Part,
} from './parts.ts'
import { pythonText } from './python-text.ts'
import { callResolver } from './resolvers.ts'
import type { Found, Path, Scope } from './scope.ts'

export interface Surroundings {
  env: NodeJS.ProcessEnv
  /** Who said the value at a path: `conf/db.yaml:3`. */
  blame: (path: Path) => string
}

/** The interpolations of one config. All of them throw `UserError` with the place of the value. */
export interface Evaluator {
  /** What the text at a path says. */
  evaluate: (text: string, path: Path) => Data
  /** As `evaluate`, if it is a list or a mapping that does not depend on what is missing yet. */
  containerAt: (text: string, path: Path) => Data | null
  /** All of the config, with nothing left to resolve. */
  resolveAll: () => Mapping
}

/** An interpolation that leads to a value which is still to be given. */
class MissingValue extends InterpolationError {}

// A few lines of interpolations that repeat each other can stand for more than any memory.
const MOST_VALUES = 1_000_000
const MOST_TEXT = 1_000_000
const MOST_DEPTH = 500

export const openInterpolation = (root: Mapping, { env, blame }: Surroundings): Evaluator => {
  const known = new Map<string, Data>()
  const open = new Set<string>()
  let values = 0

  const read = (text: string, path: Path): Found => {
    const place = path.join('\0')
    if (open.has(place)) throw new InterpolationError('it leads back to itself')
    if (open.size > MOST_DEPTH) throw new InterpolationError('it leads through too many others')
    open.add(place)
    try {
      const parts = parseText(text)
      const [only] = parts
      if (parts.length === 1 && typeof only === 'object') return interpolated(only, path)
      return { data: joined(parts, path), path }
    } catch (error) {
      if (error instanceof InterpolationError) error.at ??= { text, path }
      throw error
    } finally {
      open.delete(place)
    }
  }

  const joined = (parts: Part[], path: Path): string => {
    let text = ''
    for (const part of parts) {
      text += typeof part === 'string' ? part : pythonText(resolved(interpolated(part, path)))
      if (text.length > MOST_TEXT) throw new InterpolationError('its text gets too long')
    }
    return text
  }

  const interpolated = (one: Interpolation, path: Path): Found => {
    if (one.is === 'resolver') {
      const name = joined(one.name, path)
      const data = callResolver(name, one.args, scopeAt(path))
      return { data, path }
    }
    const keys = one.keys.map((key) => joined(key, path))
    const found = select(keys, one.dots, path)
    if (found === null) throw new InterpolationError(`there is no ${one.text.slice(2, -1)}`)
    if (found.data === MISSING) throw new MissingValue(`${found.path.join('.')} has no value yet`)
    return found
  }

  /** Follows keys from the root, or from the holder of a value: one dot is the mapping it stands in. */
  const select = (keys: string[], dots: number, path: Path): Found | null => {
    if (dots > path.length) return null
    let found: Found | null = follow(dots === 0 ? [] : path.slice(0, path.length - dots))
    for (const key of keys) {
      if (found === null) return null
      found = stepInto(found, key)
    }
    return found
  }

  const follow = (path: Path): Found | null => {
    let found: Found | null = { data: root, path: [] }
    for (const key of path) found = found === null ? null : stepInto(found, key)
    return found
  }

  const stepInto = ({ data, path }: Found, key: string): Found | null => {
    const next = childOf(data, key)
    if (next === undefined) return null
    const at = [...path, key]
    return typeof next === 'string' && hasInterpolation(next)
      ? read(next, at)
      : { data: next, path: at }
  }

  const scopeAt = (path: Path): Scope => ({
    env,
    select: (key) => {
      const dots = /^\.*/.exec(key)?.[0].length ?? 0
      const keys = key.slice(dots).split(/[.[\]]/)
      return select(
        keys.filter((part) => part !== ''),
        dots,
        path,
      )
    },
    decode: (argument) => argumentOf(argument, path),
    resolved,
  })

  const argumentOf = (argument: Argument, path: Path): Data => {
    if (argument.is === 'list') return argument.items.map((item) => argumentOf(item, path))
    if (argument.is === 'dict') {
      return new Map(
        argument.entries.map(([key, item]) => [
          asKey(argumentOf(key, path)),
          argumentOf(item, path),
        ]),
      )
    }
    const [only] = argument.parts
    if (argument.is === 'quoted') return joined(argument.parts, path)
    if (argument.parts.length > 1 || only === undefined) return joined(argument.parts, path)
    return typeof only === 'string' ? dataOf(scalarOf(only)) : resolved(interpolated(only, path))
  }

  const resolved = ({ data, path }: Found): Data => {
    if (++values > MOST_VALUES) throw new InterpolationError('it stands for too many values')
    if (!isContainer(data)) return data
    const place = path.join('\0')
    const done = known.get(place)
    if (done !== undefined) return done
    if (open.has(`${place}\0`)) throw new InterpolationError('it holds itself')
    open.add(`${place}\0`)
    const result = isMapping(data)
      ? new Map(data.entries().map(([key, item]) => [key, inside(item, [...path, String(key)])]))
      : data.map((item, at) => inside(item, [...path, String(at)]))
    open.delete(`${place}\0`)
    known.set(place, result)
    return result
  }

  /** A value within a container; what leads to a missing value is missing itself. */
  const inside = (data: Data, path: Path): Data => {
    try {
      const isRead = typeof data === 'string' && hasInterpolation(data)
      return resolved(isRead ? read(data, path) : { data, path })
    } catch (error) {
      if (error instanceof MissingValue) return MISSING
      throw blamed(error, path)
    }
  }

  const blamed = (error: unknown, path: Path): unknown => {
    if (!(error instanceof InterpolationError)) return error
    const at = error.at ?? { text: path.join('.'), path }
    return new UserError(
      'bad-config',
      `${blame(at.path)}: cannot resolve ${at.text}: ${error.message}`,
    )
  }

  return {
    evaluate: (text, path) => {
      try {
        return resolved(read(text, path))
      } catch (error) {
        throw blamed(error, path)
      }
    },
    containerAt: (text, path) => {
      if (!hasInterpolation(text)) return null
      try {
        const { data } = read(text, path)
        return isContainer(data) ? data : null
      } catch (error) {
        if (error instanceof InterpolationError) return null
        throw error
      }
    },
    resolveAll: () => {
      const all = resolved({ data: root, path: [] })
      return isMapping(all) ? all : root
    },
  }
}

const asKey = (data: Data): Key => (isContainer(data) ? pythonText(data) : data)

const childOf = (data: Data, key: string): Data | undefined => {
  if (Array.isArray(data)) return /^\d+$/.test(key) ? data[Number(key)] : undefined
  if (!isMapping(data)) return undefined
  const name = keyNamed(data, key)
  return name === undefined ? undefined : data.get(name)
}
