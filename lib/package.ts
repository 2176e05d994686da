import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder that holds our package.json, in a checkout as in an installed package. */
export const packageRoot = (): string => {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder)
    if (above === folder) throw new Error('git-exp lies outside of its package')
    folder = above
  }
  return folder
}

export const packageVersion = (): string =>
  (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string })
    .version

/** A compiled program of ours, such as `daemon/main`. */
export const program = (name: string): string => join(packageRoot(), 'dist', `${name}.cjs`)
