import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { findInLayers, type Layers } from '../lib/overlay/layers.ts'

/**
 * Finds a command as a shell would, but tells in words why there is none, which an exit code of 127
 * cannot: a command may end with that itself.
 */
export const findExecutable = (
  name: string,
  cwd: string,
  path = '/usr/local/bin:/usr/bin:/bin',
  layers: Layers | null = null,
): { path: string } | { problem: 'not-found' | 'not-executable'; text: string } => {
  const problemOf = (file: string): Problem | null => {
    const found = layers === null ? file : findInLayers(layers, file)
    return found === null ? 'missing' : problemWith(found)
  }
  if (name.includes('/')) {
    const file = isAbsolute(name) ? name : join(cwd, name)
    const problem = problemOf(file)
    if (problem === null) return { path: file }
    return problem === 'missing'
      ? { problem: 'not-found', text: `${name}: there is no such file` }
      : { problem, text: `${name}: it is not executable` }
  }
  const found = path
    .split(delimiter)
    .map((folder) => (isAbsolute(folder) ? join(folder, name) : join(cwd, folder, name)))
    .find((file) => problemOf(file) === null)
  if (name !== '' && found !== undefined) return { path: found }
  const text = `${name || 'the command'}: there is no such command on the PATH`
  return { problem: 'not-found', text }
}

type Problem = 'missing' | 'not-executable'

const problemWith = (file: string): Problem | null => {
  try {
    if (!statSync(file).isFile()) return 'not-executable'
  } catch {
    return 'missing'
  }
  try {
    accessSync(file, constants.X_OK)
    return null
  } catch {
    return 'not-executable'
  }
}
