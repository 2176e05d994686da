import { UserError } from '../lib/errors.ts'
import { gitText } from '../lib/git.ts'
import { nearestName } from '../lib/nearest-name.ts'

/** What the trailers of a commit's message ask for, as written. */
export interface CommitTrailers {
  isSkipped: boolean
  name: string | null
  /** A line for the shell. */
  command: string | null
  /** Each as it would be typed behind `-S`. */
  params: string[]
}

/** Trailers of our own commits, which an amend or a pick of one carries along. */
const OURS = /^exp-(?:id|snapshot|attempt|exit|duration|files)$/

const KNOWN = ['Exp', 'Exp-Name', 'Exp-Command', 'Exp-Param']

/** Reads a commit's trailers as git does. Throws `UserError` for what it cannot mean. */
export const readCommitTrailers = async (
  commonDir: string,
  commit: string,
): Promise<CommitTrailers> => {
  const text = await gitText(
    [
      'log',
      '-1',
      '--no-show-signature',
      '--encoding=UTF-8',
      '--format=%(trailers:only,unfold,separator=%x00)',
      commit,
      '--',
    ],
    { place: { gitDir: commonDir } },
  )
  const found = new Map<string, string[]>(KNOWN.map((key) => [key.toLowerCase(), []]))
  for (const line of text.split('\0')) {
    const [, key = '', value = ''] = /^(exp(?:-[\w-]*)?):\s*(.*)$/is.exec(line) ?? []
    const name = key.toLowerCase()
    if (name === '' || OURS.test(name)) continue
    const values = found.get(name)
    if (values === undefined) throw unknown(key)
    values.push(value.trim())
  }
  const one = (key: string): string | null => {
    const values = found.get(key.toLowerCase()) ?? []
    if (values.length > 1) throw refusal(`says ${key} more than once`)
    if (values[0] === '') throw refusal(`says nothing behind ${key}`)
    return values[0] ?? null
  }
  const what = one('Exp')?.toLowerCase() ?? null
  if (what !== null && what !== 'skip') throw refusal(`says “Exp: ${what}”; it can only be skip`)
  return {
    isSkipped: what === 'skip',
    name: one('Exp-Name'),
    command: one('Exp-Command'),
    params: found.get('exp-param') ?? [],
  }
}

const refusal = (text: string): UserError =>
  new UserError('refused-by-daemon', `the commit's message ${text}`)

const unknown = (key: string): UserError => {
  const nearest = nearestName(key, KNOWN)
  return refusal(
    `has a trailer ${key}, which git exp does not know${nearest === null ? '' : `: did you mean ${nearest}?`}`,
  )
}
