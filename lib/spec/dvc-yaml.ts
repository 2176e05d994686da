import { posix } from 'node:path'
import * as check from './checks.ts'
import { repositoryPath } from './repository-path.ts'
import { openYaml } from './yaml-file.ts'

/** What a dvc.yaml says of an experiment, paths relative to the root. */
export interface DvcFacts {
  params: string[]
  metrics: string[]
  /** Only what DVC does not cache: it refuses to work with a cached file that Git has too. */
  outputs: string[]
  /** What could not be made a path: templates, addresses, places outside the repository. */
  leftOut: string[]
}

export const readDvcYaml = async (text: string, path: string): Promise<DvcFacts> => {
  const file = await openYaml(text, path)
  const top = check.object(file.plain()) ?? {}
  const folder = posix.dirname(path)
  const claims = [...topClaims(top, folder), ...stages(top).flatMap((s) => stageClaims(s, folder))]
  return settle(claims)
}

/** One mention of a path: as what, and whether DVC keeps the file in its cache. */
interface Claim {
  as: 'params' | 'metrics' | 'output'
  folder: string
  path: string
  isCached: boolean
}

const topClaims = (top: Record<string, unknown>, folder: string): Claim[] => [
  ...paths(top.params).map((path) => claim('params', folder, path)),
  ...paths(top.metrics).flatMap((path) => [
    claim('metrics', folder, path),
    claim('output', folder, path),
  ]),
  ...plotFiles(top.plots).map((path) => claim('output', folder, path)),
]

const stageClaims = (stage: Record<string, unknown>, folder: string): Claim[] => {
  const given = check.text(stage.wdir) ?? '.'
  const wdir = posix.isAbsolute(given) ? given : posix.join(folder, given)
  const outs = ['outs', 'metrics', 'plots'].flatMap((key) => mentions(stage[key]))
  return [
    // A bare name is a key of the default file.
    ...mentions(stage.params).map(([name, keys]) =>
      claim('params', wdir, keys === undefined ? 'params.yaml' : name),
    ),
    ...paths(stage.metrics).map((path) => claim('metrics', wdir, path)),
    ...outs.map(([path, options]) =>
      claim('output', wdir, path, check.object(options)?.cache !== false),
    ),
  ]
}

const claim = (as: Claim['as'], folder: string, path: string, isCached = false): Claim => ({
  as,
  folder,
  path,
  isCached,
})

const stages = (top: Record<string, unknown>): Record<string, unknown>[] =>
  Object.values(check.object(top.stages) ?? {}).flatMap((stage) => {
    const body = check.object(stage)
    return body === undefined ? [] : [check.object(body.do) ?? body]
  })

/** A list's items are names, or mappings of a name to its options. */
const mentions = (value: unknown): [name: string, options: unknown][] =>
  (Array.isArray(value) ? value : [value]).flatMap((item) =>
    typeof item === 'string' ? [[item, undefined]] : Object.entries(check.object(item) ?? {}),
  )

const paths = (value: unknown): string[] => mentions(value).map(([name]) => name)

/** A plot is named for its file, unless its axes name files: then its name is a title. */
const plotFiles = (value: unknown): string[] =>
  mentions(value).flatMap(([name, options]) => {
    const { x, y } = check.object(options) ?? {}
    const files = [x, y].flatMap((axis) => Object.keys(check.object(axis) ?? {}))
    return files.length === 0 ? [name] : files
  })

const settle = (claims: Claim[]): DvcFacts => {
  const placed = claims.map((one) => ({ ...one, place: place(one) }))
  const cached = placed.filter((one) => one.isCached).map((one) => one.place)
  const isCached = (path: string): boolean =>
    cached.some((out) => out !== null && (path === out || path.startsWith(`${out}/`)))
  const all = (as: Claim['as']): string[] =>
    distinct(placed.flatMap((one) => (one.as === as && one.place !== null ? [one.place] : [])))
  return {
    params: all('params'),
    metrics: all('metrics'),
    outputs: all('output').filter((path) => !isCached(path)),
    leftOut: distinct(placed.filter((one) => one.place === null).map((one) => one.path)),
  }
}

const place = ({ folder, path }: Claim): string | null =>
  /\$\{|^[a-z][a-z0-9+.-]*:\/\//i.test(path) || folder.includes('${')
    ? null
    : repositoryPath(folder, path)

const distinct = (items: string[]): string[] => [...new Set(items)]
