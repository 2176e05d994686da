// The program that a Celery task holds on a leash: it does one job of a cluster and ends, and its exit
// code says what becomes of the message. With `--recover` it only ends what an earlier one has left, and
// publishes what waits; with `--send` it only publishes.
import { note } from '../events.ts'
import { doJob, type Verdict } from './do-job.ts'
import { openLeash } from './leash.ts'
import { endLeftovers } from './leftovers.ts'
import { sendLetter, waitingLetters } from './outbox.ts'
import { openWorker, type Worker } from './worker.ts'

/** `worker/gitexp_worker.py` reads them; anything else it takes for a crash. */
const EXITS: Record<Verdict, number> = {
  done: 0,
  'not-mine': 10,
  later: 11,
  'not-here': 12,
  'given-back': 13,
  lost: 14,
}
const FAULT = 3

const main = async (): Promise<number> => {
  process.title = 'git-exp worker'
  const worker = await openWorker(process.env.GIT_EXP_WORKER_NAME ?? '', process.env)
  const isToRecover = process.argv.includes('--recover')
  if (isToRecover) await endLeftovers(worker)
  if (isToRecover || process.argv.includes('--send')) {
    await sendWaiting(worker)
    return 0
  }
  const leash = openLeash(process.stdin, process.stdout)
  const order = await leash.order
  if (order === null) return EXITS['given-back']
  await endLeftovers(worker)
  await sendWaiting(worker)
  return EXITS[await doJob(worker, order, leash)]
}

const sendWaiting = async (worker: Worker): Promise<void> => {
  for (const letter of waitingLetters(worker)) await sendLetter(worker, letter)
}

export const run = (): Promise<never> =>
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      note('failed', { error: String((error as Error).stack) })
      process.exit(FAULT)
    },
  )
