import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from './errors.ts'
import { openHistory } from './history.ts'
import type { Places } from './places.ts'
import { putTicket } from './spool.ts'
import { daemonsLastWords, ensureDaemon } from './start-daemon.ts'
import type { Ticket } from './ticket.ts'

const ANSWER_MS = 5000
const LOOK_MS = 10

/** Puts a ticket and waits for the daemon's receipt. Throws when the daemon refuses or is busy. */
export const request = async (places: Places, ticket: Ticket, nowMs: number): Promise<void> => {
  putTicket(places, ticket, nowMs)
  await awaitAnswer(places, ticket)
}

/** Waits for the receipt of a ticket that is in the spool. */
export const awaitAnswer = async (places: Places, ticket: Ticket): Promise<void> => {
  if ((await ensureDaemon(places)) === 'failed') {
    throw new UserError(
      'daemon',
      `the daemon does not start: ${daemonsLastWords(places)}`,
      'what you asked for waits in the spool; git exp doctor tells what to do',
    )
  }
  const deadline = performance.now() + ANSWER_MS
  while (performance.now() < deadline) {
    const history = openHistory(places)
    const receipt = history?.receipt(ticket.ticket) ?? null
    history?.close()
    if (receipt?.refused) throw new UserError('refused-by-daemon', receipt.refused)
    if (receipt !== null) return
    await wait(LOOK_MS)
  }
  throw new UserError(
    'daemon',
    'the daemon is busy and has not answered yet; what you asked for waits in the spool',
    'git exp doctor',
  )
}
