import { posix } from 'node:path'
import { readSmallBlobs, type SmallBlob } from '../cat-file.ts'
import { UserError } from '../errors.ts'
import type { Experiment } from '../experiment.ts'
import { readParams } from '../params/read.ts'
import { folderOf, inFolders, metricsNames, paramsNames, upward } from '../spec/conventions.ts'
import { readDvcYaml } from '../spec/dvc-yaml.ts'
import { readExpYaml } from '../spec/exp-yaml.ts'
import { isGlob } from '../spec/repository-path.ts'

/** What the files of a result say. */
export type ResultFiles = Pick<Experiment, 'params' | 'metrics' | 'goal'>

/** Which files to read, and which way its metrics are better. */
type Said = { params: string[]; metrics: string[]; goal: Experiment['goal'] }

/**
 * Reads the parameters and metrics of any number of commits by a few git processes in all. Which files
 * they are in the commit's own dvc.yaml says, else its exp.yaml, else their names do; looked for from
 * a folder of the repository upward. What cannot be read is left out.
 */
export const readResultFiles = async (
  commonDir: string,
  commits: string[],
  folder: string,
): Promise<ResultFiles[]> => {
  const folders = upward(folder)
  const dvcYamls = inFolders(folders, ['dvc.yaml', 'dvclive/dvc.yaml'])
  const expYamls = inFolders(folders, ['exp.yaml'])
  const said = await readAll(commonDir, commits, () => [...dvcYamls, ...expYamls])
  const settings = await Promise.all(
    said.map(async (blobs) => {
      const dvc = await sayings(blobs, dvcYamls, dvcSaying)
      const [exp = nothing] = await sayings(blobs, expYamls, expSaying)
      return {
        params: someOr(distinct(dvc.flatMap(({ params }) => params)), exp.params),
        metrics: someOr(distinct(dvc.flatMap(({ metrics }) => metrics)), exp.metrics),
        goal: exp.goal,
      }
    }),
  )
  const usual = {
    params: inFolders(folders, paramsNames),
    metrics: inFolders(folders, metricsNames),
  }
  const wanted = ({ params, metrics }: Said) => ({
    params: someOr(params, usual.params),
    metrics: someOr(metrics, usual.metrics),
  })
  const files = await readAll(commonDir, commits, (i) => {
    const { params, metrics } = wanted(settings[i] ?? nothing)
    return [...params, ...metrics]
  })
  const read = reader()
  return Promise.all(
    files.map(async (blobs, i) => {
      const own = settings[i] ?? nothing
      const { params, metrics } = wanted(own)
      return {
        params: await read(blobs, own.params.length > 0 ? params : nearest(blobs, params)),
        metrics: await read(blobs, metrics),
        goal: own.goal,
      }
    }),
  )
}

const nothing: Said = { params: [], metrics: [], goal: {} }

const someOr = (some: string[], others: string[]): string[] => (some.length > 0 ? some : others)

const distinct = (items: string[]): string[] => [...new Set(items)]

/** Paths of many commits at once; for each commit the blobs that are there, by path. */
const readAll = async (
  commonDir: string,
  commits: string[],
  pathsOf: (i: number) => string[],
): Promise<Map<string, SmallBlob>[]> => {
  const paths = commits.map((_, i) => pathsOf(i))
  const names = commits.flatMap((commit, i) => (paths[i] ?? []).map((path) => `${commit}:${path}`))
  const blobs = await readSmallBlobs(commonDir, names)
  return commits.map(
    (commit, i) =>
      new Map(
        (paths[i] ?? []).flatMap((path) => {
          const blob = blobs.get(`${commit}:${path}`)
          return blob === undefined ? [] : [[path, blob] as const]
        }),
      ),
  )
}

/** The values in files of many commits, for each commit by path; what is no plain path finds nothing. */
export const readValues = async (
  commonDir: string,
  commits: string[],
  pathsOf: (i: number) => string[],
): Promise<Experiment['params'][]> => {
  const read = reader()
  const files = await readAll(commonDir, commits, pathsOf)
  return Promise.all(files.map((blobs) => read(blobs, [...blobs.keys()])))
}

/** What the files of one kind say in the nearest folder that has any. */
const sayings = async (
  blobs: Map<string, SmallBlob>,
  paths: string[],
  say: (text: string, path: string) => Promise<Said>,
): Promise<Said[]> => {
  const there = paths.filter((path) => blobs.has(path))
  const home = (path: string): string => folderOf(path.replace(/(^|\/)dvclive\/(?=[^/]*$)/, '$1'))
  const [first] = there
  if (first === undefined) return []
  return Promise.all(
    there
      .filter((path) => home(path) === home(first))
      .map((path) => say(blobs.get(path)?.text ?? '', path).catch(passOver)),
  )
}

const passOver = (error: unknown): Said => {
  if (error instanceof UserError) return nothing
  throw error
}

const dvcSaying = async (text: string, path: string): Promise<Said> => ({
  ...(await readDvcYaml(text, path)),
  goal: {},
})

/** A glob would need a look at the tree; a path stands for itself. */
const expSaying = async (text: string, path: string): Promise<Said> => {
  const { params = [], metrics = [], goal = {} } = await readExpYaml(text, path)
  const plain = (paths: string[]): string[] => paths.filter((one) => !isGlob(one))
  return { params: plain(params), metrics: plain(metrics), goal }
}

/** Of conventional names those of one folder: two folders' would leave `lr` unclear. */
const nearest = (blobs: Map<string, SmallBlob>, paths: string[]): string[] => {
  const there = paths.filter((path) => blobs.has(path))
  return there.filter((path) => posix.dirname(path) === posix.dirname(there[0] ?? ''))
}

/** Reads values, of equal files only once. */
const reader = () => {
  const known = new Map<string, ReturnType<typeof readParams>>()
  return async (blobs: Map<string, SmallBlob>, paths: string[]): Promise<Experiment['params']> => {
    const values: Experiment['params'] = {}
    for (const path of paths) {
      const blob = blobs.get(path)
      if (blob === undefined) continue
      const key = `${blob.oid} ${path}`
      const reading = known.get(key) ?? readParams(path, blob.text)
      known.set(key, reading)
      try {
        values[path] = await reading
      } catch (error) {
        if (!(error instanceof UserError)) throw error
      }
    }
    return values
  }
}
