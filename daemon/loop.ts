import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { isIdle, retire } from './idle.ts'
import { ingest } from './ingest.ts'
import type { Job } from './job.ts'
import { takeOver } from './recover.ts'
import { runJob } from './run-job.ts'
import { skipDependents } from './skip-dependents.ts'
import { tellEnd } from './tell-end.ts'
import { tidying } from './tidy.ts'

/** The watcher is a hint; a look at least this often is the truth. */
const SCAN_MS = 60_000

/** Turns, then waits for the bell, until `isStopping` or until it was without work for long enough. */
export const loop = async (daemon: Daemon, isStopping: () => boolean): Promise<void> => {
  const tidy = tidying(daemon)
  let idleSince: number | null = null
  const leftMs = (): number =>
    idleSince === null || daemon.idleExitMs === null
      ? Number.POSITIVE_INFINITY
      : daemon.idleExitMs - (daemon.clock() - idleSince)
  while (!isStopping()) {
    if (daemon.isDeposed()) {
      note('deposed: the state folder is gone or another one')
      return
    }
    try {
      await turn(daemon)
      idleSince = isIdle(daemon) ? (idleSince ?? daemon.clock()) : null
      if (leftMs() <= 0 && retire(daemon)) {
        note('idle', { minutes: Math.round((daemon.idleExitMs ?? 0) / 60_000) })
        return
      }
      tidy()
    } catch (error) {
      idleSince = null
      // A full disk, a folder gone: runs live on, and the next turn tries again.
      note('trouble', { error: String((error as Error).stack) })
    }
    if (!isStopping()) await daemon.bell.wait(Math.max(0, Math.min(untilNext(daemon), leftMs())))
  }
}

/** The minute's look, or the next retry if that is due before. */
const untilNext = ({ queue, clock }: Daemon): number => {
  const now = clock()
  return Math.min(SCAN_MS, (queue.nextRetryAt(now) ?? Infinity) - now)
}

/** Takes in what was spooled, takes over what was left, starts what is ready. */
export const turn = async (daemon: Daemon): Promise<void> => {
  await ingest(daemon)
  for (const job of daemon.queue.running()) {
    if (!daemon.runs.has(job.id)) look(daemon, job, takeOver)
  }
  skipDependents(daemon)
  for (const notice of daemon.records.takeNotices()) {
    tellEnd(daemon, notice).catch((error: unknown) => {
      note('trouble', { id: notice.id, error: String((error as Error).stack) })
    })
  }
  daemon.cluster.turn(daemon)
  await startReady(daemon)
}

const startReady = async (daemon: Daemon): Promise<void> => {
  if (!daemon.queue.hasReady()) {
    daemon.supervisors.restSpare()
    return
  }
  const machine = await daemon.machine.look()
  while (daemon.runs.size < daemon.jobs) {
    const job = daemon.queue.claim(daemon.clock(), machine)
    if (job === null) break
    look(daemon, job, runJob)
  }
}

/**
 * Looks after a run beside the loop. Trouble of ours, a full disk for one, ends no run: it stays as
 * it is recorded and is taken over again at the next turn.
 */
const look = (
  daemon: Daemon,
  job: Job,
  step: (daemon: Daemon, job: Job) => Promise<void>,
): void => {
  const release = daemon.runs.add(job)
  step(daemon, job)
    .then(
      () => daemon.bell.ring(),
      (error: unknown) => {
        note('trouble', { name: job.name, id: job.id, error: String((error as Error).stack) })
      },
    )
    .finally(release)
    .catch(() => {})
}
