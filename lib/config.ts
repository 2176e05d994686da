import { homedir } from 'node:os'
import { type Config, type ConfigKey, configKeys, SLOTS, slotsKey } from './config-keys.ts'
import { type ListedSetting, parseListing } from './config-listing.ts'
import { nearestName } from './nearest-name.ts'
import { shellWord } from './spec/shell-word.ts'

export type { Config } from './config-keys.ts'

/** A setting as `git exp config` prints it. */
export interface ConfigValue {
  key: string
  /** As written, passwords masked; null where there is none. */
  value: string | null
  /** `default`, or Git's scope and the file. */
  source: string
}

export interface ConfigReading {
  config: Config
  values: ConfigValue[]
  /** Each says what is wrong and how to put it right. The config stands without what is wrong. */
  problems: string[]
  /** All that was read, of whatever section. */
  listed: ListedSetting[]
}

/** Reads what `git config --list -z --show-scope --show-origin` prints. */
export const readConfig = (listing: Buffer, home: string = homedir()): ConfigReading => {
  const listed = parseListing(listing)
  const entries = listed.filter(({ key }) => key.startsWith('exp.'))
  const values: ConfigValue[] = []
  const problems = unknownKeys(entries)
  const read = <T>(key: ConfigKey<T>): T => readKey(key, { entries, home, values, problems })
  const config: Config = {
    jobs: read(configKeys.jobs),
    gpus: read(configKeys.gpus),
    slots: Object.fromEntries(slotNames(entries).map((name) => [name, read(slotsKey(name))])),
    graceMs: read(configKeys.graceMs),
    poolSize: read(configKeys.poolSize),
    workplaces: read(configKeys.workplaces),
    maxLogBytes: read(configKeys.maxLogBytes),
    keepIgnoredBytes: read(configKeys.keepIgnoredBytes),
    keepIgnoredTotalBytes: read(configKeys.keepIgnoredTotalBytes),
    autoqueue: read(configKeys.autoqueue),
    notify: read(configKeys.notify),
    maxUntrackedBytes: read(configKeys.maxUntrackedBytes),
    maxBlobBytes: read(configKeys.maxBlobBytes),
    onRewrite: read(configKeys.onRewrite),
    executor: read(configKeys.executor),
    remote: read(configKeys.remote),
    broker: read(configKeys.broker),
    clusterKey: read(configKeys.clusterKey),
    queueName: read(configKeys.queueName),
    workerRemotes: read(configKeys.workerRemotes),
    python: read(configKeys.python),
    isolation: read(configKeys.isolation),
    idleExitMs: read(configKeys.idleExitMs),
  }
  return { config, values, problems, listed }
}

const slotNames = (entries: ListedSetting[]): string[] => [
  ...new Set(entries.filter(isSlots).map(({ key }) => key.slice(SLOTS.length))),
]

/** A name with a dot would be a section of its own in Git's eyes. */
const isSlots = ({ key }: ListedSetting): boolean =>
  key.startsWith(SLOTS) && !key.slice(SLOTS.length).includes('.')

const unknownKeys = (entries: ListedSetting[]): string[] => {
  const names = Object.values(configKeys).map(({ name }) => name)
  const known = new Set(names.map((name) => name.toLowerCase()))
  return entries
    .filter((entry) => !known.has(entry.key) && !isSlots(entry))
    .map((entry) => {
      const nearest = nearestName(entry.key, names)
      const next =
        nearest === null ? 'git exp config lists the known ones' : `did you mean ${nearest}?`
      return `unknown key ${entry.key} (${sourceOf(entry)}): ${next}`
    })
}

interface Reading {
  entries: ListedSetting[]
  home: string
  values: ConfigValue[]
  problems: string[]
}

/** The value that holds; where it came from and what is wrong is added to the reading. */
const readKey = <T>(key: ConfigKey<T>, { entries, home, values, problems }: Reading): T => {
  const ours = entries.filter((entry) => entry.key === key.name.toLowerCase())
  problems.push(...misplaced(key, ours, home))
  const last = key.joins === true ? joined(key, ours) : lastOf(key, ours)
  const given = last && readEntry(key, last, home)
  if (last !== undefined && given !== undefined) {
    const text = last.value ?? String(given)
    values.push({ key: key.name, value: maskPassword(text) || null, source: sourceOf(last) })
    return given
  }
  if (last !== undefined) problems.push(wrongValue(key, last))
  values.push({ key: key.name, value: key.fallback || null, source: 'default' })
  const fallback = key.read(key.fallback, home)
  if (fallback === undefined) throw new Error(`${key.name} has a fallback that it cannot read`)
  return fallback
}

const isRead = <T>({ scope: where }: ConfigKey<T>, { scope }: ListedSetting): boolean =>
  where === 'any' || isOfMachine(scope)

const lastOf = <T>(key: ConfigKey<T>, entries: ListedSetting[]): ListedSetting | undefined =>
  entries.findLast((entry) => isRead(key, entry))

/** One entry with the words of all. */
const joined = <T>(key: ConfigKey<T>, entries: ListedSetting[]): ListedSetting | undefined => {
  const last = lastOf(key, entries)
  const all = entries.filter((entry) => isRead(key, entry)).map(({ value }) => value ?? '')
  return last && { ...last, value: all.join(' ') }
}

const isOfMachine = (scope: string): boolean => scope === 'global' || scope === 'system'

const readEntry = <T>(key: ConfigKey<T>, entry: ListedSetting, home: string): T | undefined =>
  entry.value === null ? key.bare : key.read(entry.value, home)

const misplaced = <T>(key: ConfigKey<T>, entries: ListedSetting[], home: string): string[] => {
  if (key.scope === 'any') return []
  const isSet = entries.some(({ scope }) => isOfMachine(scope))
  const wrong = Map.groupBy(
    entries.filter(({ scope }) => !isOfMachine(scope)),
    ({ scope }) => scope,
  )
  return [...wrong].map(([scope, found]) => {
    const unset = `git config ${option(scope)}--unset${found.length > 1 ? '-all' : ''} ${key.name}`
    const moved = isSet
      ? undefined
      : found.findLast((entry) => readEntry(key, entry, home) !== undefined)
    const fix = [
      ...(scope === 'command' ? [] : [unset]),
      ...(moved ? [`git config --global ${key.name} ${pasteable(moved.value ?? '')}`] : []),
    ].join('; ')
    const what = `${key.name} is about this machine and read from the global config only`
    return `${what}, not from ${found.map(sourceOf).at(-1)}${fix === '' ? '' : `: ${fix}`}`
  })
}

/** A value as it may be typed again; one with a password is the user's to fill in. */
const pasteable = (value: string): string =>
  maskPassword(value) === value ? shellWord(value) : 'VALUE'

const wrongValue = <T>(key: ConfigKey<T>, entry: ListedSetting): string => {
  const found = entry.value === null ? 'empty' : JSON.stringify(maskPassword(entry.value))
  const change = key.fallback === '' ? '--unset ' : ''
  const fix = `git config ${option(entry.scope)}${change}${key.name} ${key.fallback}`.trim()
  return `${key.name} must be ${key.expected}, not ${found} (${sourceOf(entry)}): ${fix}`
}

/** What makes `git config` write where a value of that scope stands. */
const option = (scope: string): string =>
  scope === 'local' || scope === 'command' ? '' : `--${scope} `

const sourceOf = ({ scope, origin }: ListedSetting): string =>
  scope === 'command' ? 'the command line' : `${scope} ${origin.replace(/^file:/, '')}`

/** Greedy, as a password may hold any of `: / @`; rather too much is hidden than too little. */
const maskPassword = (text: string): string =>
  text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)(?:([^:@/]*):)?.*@/is, (_, scheme: string, user?: string) =>
      user === undefined ? `${scheme}***@` : `${scheme}${user}:***@`,
    )
    .replace(/([?&][^=&]*(?:pass|pwd|secret|token|key)[^=&]*=)[^&]*/gi, '$1***')
