import { UserError } from '../lib/errors.ts'
import { ask } from './ask.ts'

/** More than these are asked about: most likely a range was mistyped. */
const MANY = 10_000
/** What surely fits into one ticket, which makes a sweep all or nothing. */
const MOST = 20_000

/** Asks before a very large sweep is queued; refuses where there is nobody to ask. */
export const confirmSize = async (count: number, isConfirmed: boolean): Promise<void> => {
  if (count <= MANY || (count <= MOST && isConfirmed)) return
  const amount = count.toLocaleString('en')
  if (count > MOST) {
    throw new UserError(
      'too-large',
      `these would be ${amount} experiments: ${MOST.toLocaleString('en')} is the most at once`,
      'queue them in parts, or draw some of them: --sample 100',
    )
  }
  const answer = await ask(`queue ${amount} experiments?`)
  if (answer === true) return
  if (answer === false) throw new UserError('too-large', 'nothing was queued')
  throw new UserError(
    'too-large',
    `these would be ${amount} experiments, and more than ${MANY.toLocaleString('en')} are only queued on demand`,
    'if you mean it: --yes',
  )
}
