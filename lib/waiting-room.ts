import type Database from 'better-sqlite3'
import type { Candidate, Holding } from './schedule.ts'
import type { Resources } from './spec/spec.ts'

/** The longest wait; also what tells a retry that is due late from one that a clock put back moved away. */
export const LONGEST_RETRY_MS = 600_000

/**
 * Reads what `schedule` decides on. Of ten thousand that wait alike one is read, and
 * none whose workspace another runs in.
 */
export interface WaitingRoom {
  candidates(nowMs: number): Candidate[]
  holdings(): Holding[]
}

export const openWaitingRoom = (db: Database.Database): WaitingRoom => {
  const candidates = db.prepare<{ now: number; latest: number }, CandidateRow>(`
    select number, priority, repository, repository.turn as turn, reserved, needs from (
      select min(number) as number, priority, repository, reserved, needs from experiment
      where state = 'queued' and gate = 'open'
        and executor <> 'celery'
        and (retry_at is null or retry_at <= :now or retry_at > :latest) and (executor <> 'in-place'
        or not exists (select 1 from experiment as other where other.state = 'running'
          and other.executor = 'in-place' and other.worktree = experiment.worktree))
      group by priority, repository, needs, reserved)
    join repository on repository.id = repository`)
  const holdings = db.prepare<[], HoldingRow>(`
    select run.gpus as gpus, needs from run join experiment on experiment.number = run.experiment
    where run.ended_at is null and run.slot is not null`)
  return {
    candidates: (now) =>
      candidates
        .all({ now, latest: now + LONGEST_RETRY_MS })
        .map((row) => ({ ...row, needs: JSON.parse(row.needs) as Resources })),
    holdings: () =>
      holdings.all().map(({ gpus, needs }) => ({
        gpus: gpus === null ? null : (JSON.parse(gpus) as number[]),
        needs: JSON.parse(needs) as Resources,
      })),
  }
}

interface CandidateRow extends Omit<Candidate, 'needs'> {
  needs: string
}

interface HoldingRow {
  gpus: string | null
  needs: string
}
