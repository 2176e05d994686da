import { UserError } from '../errors.ts'
import type { Override } from '../overrides/override.ts'
import type { ConfigFolder } from './config-folder.ts'
import type { GroupEntry } from './entry.ts'
import { overrideKey, type Placed } from './placed.ts'

/** What overrides say of the groups, and what is found out about them on the way. */
export interface Choices {
  /** `db=mysql` and `override db: mysql`, by override key; the first one holds. */
  chosen: Map<string, Chosen>
  /** `~db` and `~db=mysql`. */
  deleted: Map<string, Deleted>
  /** `+db=mysql`. */
  appended: GroupEntry[]
  /** The options taken so far, by override key. */
  known: Map<string, Known>
}

interface Known {
  choice: string | null
  said: string
}

interface Chosen {
  choice: string | string[] | null
  said: string
  isTyped: boolean
  isUsed: boolean
}

interface Deleted {
  option: string | null
  said: string
  isUsed: boolean
}

/** Parts the overrides that choose options of groups from those that change values. */
export const partOverrides = (
  folder: ConfigFolder,
  overrides: readonly Override[],
): { choices: Choices; values: Override[] } => {
  const choices: Choices = {
    chosen: new Map(),
    deleted: new Map(),
    appended: [],
    known: new Map(),
  }
  const values: Override[] = []
  for (const override of overrides) {
    if (isHydrasOwn(override.path.join('.'))) continue
    if (isGroupOverride(folder, override)) choose(choices, override)
    else values.push(override)
  }
  return { choices, values }
}

/** Hydra's own settings are no part of the composed config. */
export const isHydrasOwn = (key: string): boolean => /^hydra(?:[./@]|$)/.test(key)

const isGroupOverride = (
  folder: ConfigFolder,
  { path, value, text, package: pkg }: Override,
): boolean => {
  const name = path.join('.')
  if (value?.type === 'dict') return false
  if (folder.hasGroup(name)) return true
  if (!name.includes('/') && pkg === undefined) return false
  const groups = folder.groups('')
  const known = groups.length === 0 ? 'there is none' : `there are ${groups.join(', ')}`
  throw new UserError(
    'bad-override',
    `${text}: there is no config group ${name} in ${folder.path}`,
    `of groups ${known}`,
  )
}

const choose = (choices: Choices, override: Override): void => {
  const { operation, path, value, text, package: pkg } = override
  const group = path.join('.')
  const key = pkg === undefined ? group : `${group}@${pkg}`
  if (operation === 'force-add' || operation === 'extend-list') {
    throw refused(text, `${group} is a config group`, `${key}=… chooses an option, +${key}=… adds`)
  }
  if (operation === 'delete') {
    if (value !== null && value.type !== 'string') {
      throw refused(text, `~${key}=… names an option of the group`, `~${key} takes any away`)
    }
    choices.deleted.set(key, { option: value?.value ?? null, said: text, isUsed: false })
    return
  }
  const choice = optionsOf(override)
  if (operation === 'change') {
    choices.chosen.set(key, { choice, said: text, isTyped: true, isUsed: false })
    return
  }
  choices.appended.push({
    is: 'group',
    group,
    package: pkg ?? null,
    choice,
    optional: false,
    override: false,
    appended: true,
    said: text,
  })
}

const optionsOf = ({ value, path, text }: Override): string | string[] => {
  if (value?.type === 'null') {
    throw refused(text, 'null is no option', `~${path.join('.')} takes the group away`)
  }
  if (value?.type === 'string') return value.value
  if (value?.type === 'list') {
    const names = value.items.map((item) => (item.type === 'string' ? item.value : null))
    if (names.every((name) => name !== null)) return names
  }
  throw refused(text, 'an option of a config group is chosen by its name', null)
}

/** Notes `override db: mysql` of a config; what was said before it holds. */
export const noteOverride = (choices: Choices, entry: Placed & GroupEntry): void => {
  const key = overrideKey(entry)
  if (choices.chosen.has(key)) return
  const { choice, said } = entry
  choices.chosen.set(key, { choice, said, isTyped: false, isUsed: isHydrasOwn(key) })
}

/** The entry with the option that an override chose for it. */
export const withChoice = (choices: Choices, entry: Placed): Placed => {
  if (entry.is !== 'group') return entry
  const chosen = choices.chosen.get(overrideKey(entry))
  if (chosen === undefined) return entry
  chosen.isUsed = true
  return { ...entry, choice: chosen.choice, said: chosen.said }
}

export const isDeleted = (choices: Choices, entry: Placed): boolean => {
  if (entry.is !== 'group') return false
  const deleted = choices.deleted.get(overrideKey(entry))
  if (deleted === undefined) return false
  if (deleted.option !== null && deleted.option !== entry.choice) return false
  deleted.isUsed = true
  return true
}

/** Remembers an option that is taken; a group cannot have two without an override. */
export const noteKnown = (choices: Choices, entry: Placed): void => {
  if (entry.is !== 'group' || Array.isArray(entry.choice)) return
  const key = overrideKey(entry)
  const known = choices.known.get(key)
  const { choice, said } = entry
  if (known === undefined) choices.known.set(key, { choice, said })
  else if (known.choice !== choice) {
    throw new UserError(
      'bad-config',
      `${said} chooses ${key}: ${choice}, and ${known.said} ${key}: ${known.choice}`,
      `\`override ${key}: OPTION\` at the end of a defaults list replaces a choice`,
    )
  }
}

/** Refuses a choice or a deletion that met no item of any defaults list. */
export const refuseUnused = ({ chosen, deleted, known }: Choices): void => {
  for (const [key, { said, isTyped, isUsed }] of chosen) {
    if (isUsed) continue
    const group = key.split('@')[0] ?? key
    const alike = [...known.keys()].filter((one) => one.split('@')[0] === group)
    const meant = alike.length === 0 ? '' : `; did you mean ${alike.join(' or ')}?`
    throw new UserError(
      isTyped ? 'bad-override' : 'bad-config',
      `${said}: ${key} is in no defaults list${meant}`,
      isTyped ? `+${said} adds it` : 'without `override` the item adds it',
    )
  }
  for (const [key, { said, isUsed, option }] of deleted) {
    if (isUsed) continue
    const what = option === null ? key : `${key}: ${option}`
    throw new UserError('bad-override', `${said}: ${what} is in no defaults list`)
  }
}

const refused = (text: string, reason: string, hint: string | null): UserError =>
  new UserError('bad-override', `${text}: ${reason}`, hint)
