import { isAbsolute } from 'node:path'
import { type Dependency, isIdList, printDependencies, readDependencies } from './dependency.ts'
import { isEnvironmentName } from './environment.ts'
import { nameProblem } from './names.ts'
import { isPriority } from './priority.ts'
import { quoteValue, unquoteValue } from './quote.ts'
import { isUuid, uuid7 } from './uuid.ts'

/** What a ticket can ask of the daemon. */
export const VERBS = [
  'enqueue',
  'commit',
  'save',
  'pull',
  'environment',
  'stop',
  'hold',
  'release',
  'priority',
  'retry',
  'rename',
  'remove',
  'free',
  'forget',
  'star',
  'tag',
  'note',
  'rewrite',
] as const
export type Verb = (typeof VERBS)[number]

/** The verbs that bring new experiments: queued or saved here, or pulled from a remote. */
export const MAKES_ROWS: ReadonlySet<Verb> = new Set(['enqueue', 'commit', 'save', 'pull'])

/** The verbs that queue: snapshots, or a commit of which the daemon makes them. */
export const QUEUES: ReadonlySet<Verb> = new Set(['enqueue', 'commit'])

/** Who a stop may come from, in the words that its outcome tells; the first one by default. */
export const STOPPERS = ['git exp stop', '^C of git exp run', 'git exp daemon stop --kill'] as const

/** The value of a `pull` of what a cluster runs, to be followed here and not to be run. */
export const FOLLOW = 'follow'

/** One experiment that a ticket is about: its snapshot (of `commit` the commit itself), id and name. */
export interface TicketItem {
  oid: string
  id: string
  name: string
}

/** A commit that an amend or a rebase replaced, and by which one. */
export interface Rewritten {
  old: string
  new: string
}

/** A request to the daemon, as it lies in the spool. */
export interface Ticket {
  ticket: string
  verb: Verb
  /** The absolute common git dir. */
  repository: string
  /** The workspace it came from; null from a hook that cannot know. */
  worktree: string | null
  /** The name of a file in `spool/env`; null stands for the repository's saved environment. */
  env: string | null
  priority: number
  /** Whether what it queues waits until it is released. */
  hold: boolean
  /** What that comes after. */
  after: Dependency[]
  /** Whether the workplace stays after the run. */
  keep: boolean
  /** Whether a Git hook queued it: its snapshots are of a commit. */
  hook?: true
  /** What `rewrite` is about; it has no items. */
  rewritten?: Rewritten[]
  /** What a verb needs besides: the commit's branch, the new name, the note, `on` or `off`, `+tag` or `-tag`. */
  value?: string
  items: TicketItem[]
}

/** A ticket with nothing but what its verb needs. */
export const newTicket = (
  facts: Pick<Ticket, 'verb' | 'repository'> & Partial<Ticket>,
  nowMs: number,
): Ticket => ({
  ticket: uuid7(nowMs),
  worktree: null,
  env: null,
  priority: 0,
  hold: false,
  after: [],
  keep: false,
  items: [],
  ...facts,
})

export const MAX_TICKET_BYTES = 4 * 1024 * 1024
const MAX_VALUE = 10_000
const FIRST_LINE = 'git-exp-ticket 1'

export const printTicket = (ticket: Ticket): string =>
  [
    FIRST_LINE,
    `ticket ${ticket.ticket}`,
    `verb ${ticket.verb}`,
    `repository ${quoteValue(ticket.repository)}`,
    ...(ticket.worktree === null ? [] : [`worktree ${quoteValue(ticket.worktree)}`]),
    ...(ticket.env === null ? [] : [`env ${ticket.env}`]),
    `priority ${ticket.priority}`,
    ...(ticket.hold ? ['hold true'] : []),
    ...printDependencies(ticket.after),
    `keep ${ticket.keep}`,
    ...(ticket.hook === undefined ? [] : [`hook ${ticket.hook}`]),
    ...(ticket.value === undefined ? [] : [`value ${quoteValue(ticket.value)}`]),
    // A ticket that was cut at the end of a line is known by it.
    `items ${ticket.items.length}`,
    '',
    ...(ticket.rewritten ?? []).map((one) => `${one.old} ${one.new}`),
    ...ticket.items.map(({ oid, id, name }) => `${oid} ${id} ${name}`),
    '',
  ].join('\n')

/** Reads a ticket, or says in words what is wrong with it. A ticket may come from anyone. */
export const parseTicket = (text: string): Ticket | { problem: string } => {
  const gap = text.indexOf('\n\n')
  if (!text.endsWith('\n') || gap < 0) return { problem: 'it is cut off' }
  const [first = '', ...lines] = text.slice(0, gap).split('\n')
  if (/^git-exp-ticket \d+$/.test(first) && first !== FIRST_LINE) {
    return { problem: `it is of another version of git-exp (“${first}”)` }
  }
  if (first !== FIRST_LINE) return { problem: `it does not begin with “${FIRST_LINE}”` }
  const head = parseHead(lines)
  if ('problem' in head) return head
  const { count, ...facts } = head
  const body = text.slice(gap + 2)
  if (facts.verb === 'rewrite') {
    const rewritten = parseRewritten(body)
    return 'problem' in rewritten ? rewritten : { ...facts, items: [], rewritten }
  }
  const items = parseItems(body)
  if ('problem' in items) return items
  if (count !== null && count !== items.length) return { problem: 'it is cut off' }
  return { ...facts, items }
}

const KEYS = [
  'ticket',
  'verb',
  'repository',
  'worktree',
  'env',
  'priority',
  'hold',
  'after',
  'after-any',
  'keep',
  'hook',
  'value',
  'items',
]

/** A ticket's head. A hook's does not count its items: it has one at most. */
type Head = Omit<Ticket, 'items'> & { count: number | null }

const parseHead = (lines: string[]): Head | { problem: string } => {
  const found = new Map<string, string>()
  for (const line of lines) {
    const blank = line.indexOf(' ')
    const key = line.slice(0, blank)
    const value = blank < 0 ? null : unquoteValue(line.slice(blank + 1))
    if (!KEYS.includes(key)) return { problem: `“${line.slice(0, 40)}” is no line of a ticket` }
    if (value === null || found.has(key)) return { problem: `its line “${key}” is malformed` }
    found.set(key, value)
  }
  const wrong = KEYS.find((key) => !isValid(key, found.get(key)))
  if (wrong !== undefined) return { problem: `its line “${wrong}” is missing or wrong` }
  return {
    ticket: found.get('ticket') ?? '',
    verb: found.get('verb') as Verb,
    repository: found.get('repository') ?? '',
    worktree: found.get('worktree') ?? null,
    env: found.get('env') ?? null,
    priority: Number(found.get('priority') ?? '0'),
    hold: found.get('hold') === 'true',
    after: readDependencies((key) => found.get(key)),
    keep: found.get('keep') === 'true',
    ...(found.get('hook') === 'true' ? { hook: true } : {}),
    count: found.has('items') ? Number(found.get('items')) : null,
    ...(found.has('value') ? { value: found.get('value') ?? '' } : {}),
  }
}

const isValid = (key: string, value: string | undefined): boolean => {
  switch (key) {
    case 'ticket':
      return value !== undefined && isUuid(value)
    case 'verb':
      return VERBS.some((verb) => verb === value)
    case 'repository':
      return value !== undefined && isPath(value)
    case 'worktree':
      return value === undefined || isPath(value)
    case 'env':
      return value === undefined || isEnvironmentName(value)
    case 'priority':
      return value === undefined || isPriority(value)
    case 'items':
      return value === undefined || /^\d{1,6}$/.test(value)
    case 'after':
    case 'after-any':
      return value === undefined || isIdList(value)
    case 'value':
      return value === undefined || value.length <= MAX_VALUE
    default:
      return value === undefined || value === 'true' || value === 'false'
  }
}

const isPath = (text: string): boolean => isAbsolute(text) && !text.includes('\0')

const parseItems = (body: string): TicketItem[] | { problem: string } => {
  const items: TicketItem[] = []
  for (const line of body.split('\n')) {
    if (line === '') continue
    const [oid = '', id = '', name = '', ...more] = line.split(' ')
    const whole = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(oid) && isUuid(id)
    if (!whole || nameProblem(name) !== null || more.length > 0) {
      return { problem: `its line “${line.slice(0, 80)}” names no experiment` }
    }
    items.push({ oid, id, name })
  }
  return items
}

/** Lines as git hands them to post-rewrite: the old commit, the new one, and perhaps more. */
const parseRewritten = (body: string): Rewritten[] | { problem: string } => {
  const rewritten: Rewritten[] = []
  for (const line of body.split('\n')) {
    if (line === '') continue
    const [old = '', next = ''] = line.split(' ')
    if (![old, next].every((oid) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(oid))) {
      return { problem: `its line “${line.slice(0, 80)}” names no rewritten commit` }
    }
    rewritten.push({ old, new: next })
  }
  return rewritten
}
