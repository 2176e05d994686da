import { UserError } from '../errors.ts'
import { nearestName } from '../nearest-name.ts'
import {
  type Choices,
  isDeleted,
  isHydrasOwn,
  noteKnown,
  noteOverride,
  withChoice,
} from './choices.ts'
import type { ConfigFolder } from './config-folder.ts'
import { MISSING } from './data.ts'
import type { Entry, GroupEntry } from './entry.ts'
import {
  configPath,
  finalPackage,
  groupPath,
  overrideKey,
  type Placed,
  placed,
  withHeader,
} from './placed.ts'
import type { Config } from './read-config.ts'
import { resolveName } from './resolve-name.ts'

/** One config of the composed one, and the package its content goes to. */
export interface Part {
  config: Config
  package: string
}

/** The configs that a primary config's defaults lists name, in the order they are merged. */
export const listParts = (
  folder: ConfigFolder,
  primary: string,
  choices: Choices,
  env: NodeJS.ProcessEnv,
): Part[] => {
  const said = `${folder.path}/${primary}.yaml`
  const entry = placed({ is: 'file', path: primary, package: null, optional: false, said }, '', '')
  const world = { folder, choices, env, left: MOST_PARTS }
  const parts = expand(world, entry, { primary: true, depth: 0 })
  const keys = new Set<string>()
  for (const { key, said } of parts) {
    if (key === null) continue
    if (keys.has(key)) throw bad(said, `${key} is chosen more than once`)
    keys.add(key)
  }
  return parts
}

interface World {
  folder: ConfigFolder
  choices: Choices
  env: NodeJS.ProcessEnv
  /** How many more configs may be taken. */
  left: number
}

interface Way {
  primary: boolean
  /** Below an item that an interpolation named: overrides come too late there. */
  interpolated?: boolean
  depth: number
}

/** A part with the override key of the item that named it, if that was a group's. */
interface Named extends Part {
  key: string | null
  said: string
}

// Far more than anyone has: a config that names itself, or two that name each other twice, end here.
const MOST_DEPTH = 64
const MOST_PARTS = 10_000

const expand = (world: World, item: Placed, way: Way): Named[] => {
  const { folder, choices } = world
  const choice = choiceOf(item)
  const config = choice === null || choice === MISSING ? null : load(folder, item, choice)
  const entry = withHeader(item, config?.header ?? null)
  if (isDeleted(choices, entry)) return []
  noteKnown(choices, entry)
  if (choice === null) return []
  if (choice === MISSING) throw unchosen(folder, entry)
  if (config === null) {
    if (entry.optional) return []
    throw notFound(folder, entry, choice)
  }
  if (way.depth > MOST_DEPTH || world.left-- === 0)
    throw bad(entry.said, 'the defaults lists lead in a circle, or to thousands of configs')
  const list = listOf(config, way.primary ? choices.appended : [])
  noteOverrides(world, entry, list, way)
  const self: Named = {
    config,
    package: finalPackage(entry),
    key: null,
    said: entry.said,
  }
  // From the last to the first, as what stands later may choose for what stands before it.
  const slots = list
    .filter((one) => one.is !== 'group' || !one.override)
    .toReversed()
    .map((one): (() => Named[]) => {
      if (one.is === 'self') return () => [self]
      return below(world, entry, one, way)
    })
  const parts = slots.map((slot) => slot()).toReversed()
  if (parts.length > 0) return parts.flat()
  return [{ ...self, key: entry.is === 'group' ? overrideKey(entry) : null }]
}

/** The configs of an item; those that an interpolation names are found when all others are known. */
const below = (world: World, parent: Placed, item: Exclude<Entry, { is: 'self' }>, way: Way) => {
  const entry = withChoice(world.choices, placed(item, groupPath(parent), finalPackage(parent)))
  const next = { primary: false, interpolated: way.interpolated ?? false, depth: way.depth + 1 }
  if (entry.is === 'group' && Array.isArray(entry.choice)) {
    const parts = entry.choice
      .toReversed()
      .map((option) => expand(world, optionOf(parent, entry, option), next))
      .toReversed()
      .flat()
    return () => parts
  }
  if (!choiceOf(entry)?.includes('${')) {
    const parts = expand(world, entry, next)
    return () => parts
  }
  return () =>
    expand(world, resolveName(entry, world.choices.known, world.env), {
      ...next,
      interpolated: true,
    })
}

const optionOf = (parent: Placed, entry: Placed & GroupEntry, option: string): Placed => {
  if (option.includes('${')) throw bad(entry.said, 'a list of options cannot hold an interpolation')
  const { package: pkg, optional, said } = entry
  return placed(
    { is: 'file', path: `${entry.group}/${option}`, package: pkg, optional, said },
    groupPath(parent),
    finalPackage(parent),
  )
}

/** The defaults list with `_self_` in it, which stands last where nobody says otherwise. */
const listOf = ({ file, defaults }: Config, appended: GroupEntry[]): Entry[] => {
  if (defaults.length === 0 && appended.length === 0) return []
  const selves = defaults.filter(({ is }) => is === 'self')
  const [, second] = selves
  if (second !== undefined) throw bad(second.said, `_self_ stands twice in ${file}`)
  const isPlain = defaults.some((one) => one.is !== 'group' || !one.override)
  const isMissing = selves.length === 0 && (isPlain || defaults.length === 0)
  const self: Entry = { is: 'self', said: file }
  return [...defaults, ...(isMissing ? [self] : []), ...appended]
}

const noteOverrides = (world: World, parent: Placed, list: Entry[], way: Way): void => {
  let last: Placed | null = null
  for (const item of list) {
    if (item.is === 'self') continue
    const entry = placed(item, groupPath(parent), finalPackage(parent))
    const isOverride = entry.is === 'group' && entry.override
    if (last !== null && !isOverride && !(entry.is === 'group' && entry.appended)) {
      throw bad(entry.said, 'overrides must stand at the end of the defaults list')
    }
    if (!isOverride) continue
    last = entry
    if (way.interpolated === true) {
      const where = 'below a config that an interpolation names'
      throw bad(entry.said, `nothing can be overridden ${where}`)
    }
    noteOverride(world.choices, entry)
  }
}

/** The name of the one config that an entry means. */
const choiceOf = (entry: Placed): string | null => {
  if (entry.is === 'group') return Array.isArray(entry.choice) ? null : entry.choice
  return entry.path.slice(entry.path.lastIndexOf('/') + 1) === MISSING ? MISSING : entry.path
}

const load = (folder: ConfigFolder, entry: Placed, choice: string): Config | null =>
  folder.load(configPath(entry, choice))

const unchosen = (folder: ConfigFolder, entry: Placed): UserError => {
  const key = overrideKey(entry)
  const options = folder.options(groupPath(entry))
  return new UserError(
    'bad-override',
    `${entry.said}: an option of ${key} must be chosen`,
    `-S ${key}=OPTION, of ${options.length === 0 ? 'none so far' : options.join(', ')}`,
  )
}

const notFound = (folder: ConfigFolder, entry: Placed, choice: string): UserError => {
  const path = configPath(entry, choice)
  if (isHydrasOwn(path)) return bad(entry.said, `${path} is a config of Hydra itself`)
  const group = groupPath(entry)
  const options = folder.options(group)
  const name = path.slice(path.lastIndexOf('/') + 1)
  const meant = nearestName(name, options)
  const where = group === '' ? folder.path : `the group ${group}`
  return new UserError(
    'bad-config',
    `${entry.said}: there is no ${folder.path}/${path}.yaml${meant === null ? '' : `; did you mean ${meant}?`}`,
    options.length === 0 ? `${where} has no options` : `${where} has ${options.join(', ')}`,
  )
}

const bad = (said: string, what: string): UserError =>
  new UserError('bad-config', `${said}: ${what}`)
