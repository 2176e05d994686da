import { posix } from 'node:path'
import { upward } from './conventions.ts'
import type { Tree } from './tree.ts'

export interface NearestFile<T> {
  path: string
  said: T
}

/** The file of that name in a folder or the nearest above it, read; null when there is none. */
export const readNearest = async <T>(
  tree: Tree,
  { from, name }: { from: string; name: string },
  read: (text: string, path: string) => Promise<T>,
): Promise<NearestFile<T> | null> => {
  for (const folder of upward(from)) {
    const path = posix.join(folder, name)
    const text = await tree.read(path)
    if (text !== null) return { path, said: await read(text, path) }
  }
  return null
}
