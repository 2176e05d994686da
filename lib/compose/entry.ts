import { UserError } from '../errors.ts'
import type { Slot } from '../params/tree.ts'
import { type Data, isMapping } from './data.ts'

/** One item of a defaults list, as written. */
export type Entry = SelfEntry | FileEntry | GroupEntry

/** `_self_`: here comes the config's own content. */
export interface SelfEntry {
  is: 'self'
  said: Said
}

/** `- schema` or `- /base@pkg`: a config by its name. */
export interface FileEntry {
  is: 'file'
  path: string
  package: string | null
  optional: boolean
  said: Said
}

/** `- db: mysql`: an option of a group, several of them, or none. */
export interface GroupEntry {
  is: 'group'
  group: string
  package: string | null
  choice: string | string[] | null
  optional: boolean
  override: boolean
  /** Whether it was asked for by `+group=option`, not by a file. */
  appended: boolean
  said: Said
}

/** Who said it, for messages: `conf/config.yaml:3`, or an override as typed. */
export type Said = string

/** Reads a defaults list. Throws a `UserError` that names the file and the line. */
export const readEntries = (
  file: string,
  { node }: Slot,
  { read, lineAt }: { read: (slot: Slot) => Data; lineAt: (offset: number) => number },
): Entry[] => {
  const { content } = node
  if (content.is !== 'list') {
    throw new UserError(
      'bad-config',
      `${file}:${lineAt(Math.max(0, node.start))}: \`defaults\` must be a list`,
    )
  }
  return content.items.map((slot) =>
    entryOf(read(slot), `${file}:${lineAt(Math.max(0, slot.start))}`),
  )
}

const entryOf = (item: Data, said: Said): Entry => {
  if (typeof item === 'string') return fileEntry(item, said)
  if (!isMapping(item)) throw wrong(said, 'must be a name, or `group: option`')
  const [pair, ...more] = item
  if (pair === undefined || more.length > 0) throw wrong(said, 'must have one group each')
  const [key, choice] = pair
  if (typeof key !== 'string') throw wrong(said, 'must name a group by text')
  const words = key.split(' ')
  const [group = '', pkg] = splitPackage(words.pop() ?? '')
  const keyword = words.find((word) => word !== 'optional' && word !== 'override' && word !== '')
  if (keyword !== undefined) {
    throw wrong(
      said,
      `has “${keyword}” before the group: only optional and override may stand there`,
    )
  }
  if (group === '') throw wrong(said, 'must name a group')
  return {
    is: 'group',
    group,
    package: pkg,
    choice: choiceOf(choice, said),
    optional: words.includes('optional'),
    override: words.includes('override'),
    appended: false,
    said,
  }
}

const fileEntry = (text: string, said: Said): Entry => {
  const [path, pkg] = splitPackage(text)
  if (path !== '_self_') return { is: 'file', path, package: pkg, optional: false, said }
  if (pkg === null) return { is: 'self', said }
  throw wrong(said, 'cannot give _self_ a package')
}

/** `group@package`; `_here_` is the package of the config that holds the list. */
const splitPackage = (text: string): [string, string | null] => {
  const at = text.indexOf('@')
  if (at === -1) return [text, null]
  const [pkg = ''] = text.slice(at + 1).split(':')
  return [text.slice(0, at), pkg === '_here_' ? '' : pkg]
}

const choiceOf = (choice: Data, said: Said): string | string[] | null => {
  if (choice === null || typeof choice === 'string') return choice
  if (Array.isArray(choice)) {
    const names = choice.filter((name) => typeof name === 'string')
    if (names.length === choice.length) return names
  }
  throw wrong(said, 'must choose an option by its name, a list of names, or null')
}

const wrong = (said: Said, what: string): UserError =>
  new UserError('bad-config', `${said}: an item of the defaults list ${what}`)
