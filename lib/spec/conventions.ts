import { posix } from 'node:path'
import type { Tree } from './tree.ts'

export const paramsNames = ['params.yaml', 'params.yml', 'params.json', 'params.toml', 'params.py']

/** What DVCLive leaves. */
export const liveMetrics = 'dvclive/metrics.json'

/** A run may leave any of these; before it, none need exist. */
export const metricsNames = [
  'metrics.json',
  'metrics.yaml',
  'metrics.yml',
  'metrics.toml',
  'summary.json',
  liveMetrics,
]

export const linkNames = ['data', 'datasets', '.venv', 'venv', 'node_modules']

/** A folder and those above it, nearest first; the root is ''. */
export const upward = (folder: string): string[] => {
  const folders = ['']
  for (const part of folder.split('/').filter((part) => part !== '')) {
    folders.unshift(posix.join(folders[0] ?? '', part))
  }
  return folders
}

export const inFolders = (folders: string[], names: string[]): string[] =>
  [...new Set(folders)].flatMap((folder) => names.map((name) => posix.join(folder, name)))

export const existing = async (tree: Tree, paths: string[]): Promise<string[]> => {
  const exist = await Promise.all(paths.map((path) => tree.exists(path)))
  return paths.filter((_, index) => exist[index])
}

/** The parameter files of the first folder that has any: two folders' would leave `lr` unclear. */
export const findParams = async (tree: Tree, folders: string[]): Promise<string[]> => {
  const found = await existing(tree, inFolders(folders, paramsNames))
  const folder = folders.find((one) => found.some((path) => folderOf(path) === one))
  return found.filter((path) => folderOf(path) === folder)
}

/** Linked are only ignored ones: the snapshot carries the rest. */
export const findLinks = async (tree: Tree, folders: string[]): Promise<string[]> => {
  const found = await existing(tree, inFolders(folders, linkNames))
  const ignored = found.length === 0 ? new Set<string>() : await tree.isIgnored(found)
  return found.filter((path) => ignored.has(path))
}

/** The folder of a path as `upward` writes it. */
export const folderOf = (path: string): string => {
  const folder = posix.dirname(path)
  return folder === '.' ? '' : folder
}
