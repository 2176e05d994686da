import { UserError } from '../../lib/errors.ts'
import { note } from '../events.ts'
import { type Claimed, lookAtJob } from './claim-job.ts'
import type { Leash } from './leash.ts'
import type { Worker } from './worker.ts'

/** Why a run must end before it does by itself. */
export type Word =
  /** Somebody asked for it. */
  | { is: 'cancelled'; by: string }
  /** The job is another worker's by now, or was ended: what this run makes is of no use. */
  | { is: 'fenced' }
  /** This worker is told to end its work: another one is to do it. */
  | { is: 'told' }
  /** The process that held the leash is gone. */
  | { is: 'cut' }

export interface Watch {
  /** Given once, with a `Word` as its reason. */
  signal: AbortSignal
  word: () => Word | null
  /** Looks now. */
  look: () => Promise<void>
  /** Without this its timer keeps the program alive. */
  rest: () => void
}

/** Looks at a claim and its cancellation now and then, and at once on SIGTERM. */
export const watchClaim = (worker: Worker, claimed: Claimed, leash: Pick<Leash, 'cut'>): Watch => {
  const stop = new AbortController()
  const say = (word: Word): void => {
    if (stop.signal.aborted) return
    note('end-early', { exp: claimed.exp, why: word.is })
    stop.abort(word)
  }
  let looking = Promise.resolve()
  const look = async (isTold: boolean): Promise<void> => {
    if (stop.signal.aborted) return
    const word = await verdict(worker, claimed)
    if (word !== null) say(word)
    else if (isTold) say({ is: 'told' })
  }
  const lookSoon = (isTold: boolean): Promise<void> => {
    looking = looking.then(() => look(isTold))
    return looking
  }
  const onTerm = (): void => {
    lookSoon(true).catch(() => say({ is: 'told' }))
  }
  const onCut = (): void => say({ is: 'cut' })
  process.on('SIGTERM', onTerm)
  if (leash.cut.aborted) onCut()
  leash.cut.addEventListener('abort', onCut)
  const timer = setInterval(() => {
    // A fault of ours must not end a healthy run.
    lookSoon(false).catch((error: unknown) => note('trouble', { error: String(error) }))
  }, worker.lookMs)
  return {
    signal: stop.signal,
    look: () => lookSoon(false),
    word: () => (stop.signal.aborted ? (stop.signal.reason as Word) : null),
    rest: () => {
      clearInterval(timer)
      process.off('SIGTERM', onTerm)
      leash.cut.removeEventListener('abort', onCut)
    },
  }
}

/** What the remote has to say of it; nothing while it is out of reach. */
const verdict = async (worker: Worker, claimed: Claimed): Promise<Word | null> => {
  try {
    const job = await lookAtJob(worker, claimed)
    if (job === null || job.oids.claim !== claimed.claimOid) return { is: 'fenced' }
    if (job.oids.snapshot !== claimed.snapshot) return { is: 'fenced' }
    return job.oids.cancel === null ? null : { is: 'cancelled', by: job.cancel?.by ?? 'somebody' }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    note('remote', { problem: error.message })
    return null
  }
}
