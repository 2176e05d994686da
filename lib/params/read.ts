import { UserError } from '../errors.ts'
import { type Kind, kindOf, openerFor } from './format.ts'
import { emptyObject, type Plain } from './plain.ts'
import { plainOf } from './plain-of.ts'
import { refuseBomb } from './refuse-bomb.ts'
import { withinDepth } from './within-depth.ts'

/** What a parameters or metrics file says; of CSV, TSV and JSON Lines, what their last row says. */
export const readParams = async (file: string, text: string): Promise<Plain> => {
  const kind = kindOf(file)
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (kind === null) {
    throw new UserError('bad-params-file', `${file}: not a kind of file that values are read from`)
  }
  if (kind === 'rows') return (await import('./lines/rows.ts')).lastRow(file, body)
  if (kind === 'jsonl') return lastJsonLine(file, body)
  return read(file, kind, body)
}

const read = async (file: string, kind: Kind, text: string): Promise<Plain> => {
  const open = await openerFor(file, text)
  const { guessedIn } = kind === 'ini' || kind === 'env' ? await import('./lines/textual.ts') : {}
  return withinDepth(file, () => {
    const { node } = open(file, text).root
    refuseBomb(file, node)
    return plainOf(node, guessedIn?.(text))
  })
}

/** The last whole line: one that is being written has no line break yet, and need not be JSON. */
const lastJsonLine = async (file: string, text: string): Promise<Plain> => {
  const open = await openerFor('a.json', '')
  const plain = (line: string): Plain =>
    withinDepth(file, () => plainOf(open(file, line).root.node))
  const whole = text.trimEnd()
  if (whole === '') return emptyObject()
  const start = whole.lastIndexOf('\n') + 1
  const before = whole.slice(0, start).trimEnd()
  if (text.length > whole.length || before === '') return plain(whole.slice(start))
  try {
    return plain(whole.slice(start))
  } catch {
    return plain(before.slice(before.lastIndexOf('\n') + 1))
  }
}
