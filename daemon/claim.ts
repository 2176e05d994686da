import type Database from 'better-sqlite3'
import { type Machine, schedule } from '../lib/schedule.ts'
import { openWaitingRoom } from '../lib/waiting-room.ts'
import { JOB, type Job, type JobRow, toJob } from './job.ts'

/**
 * Takes the next experiment that the machine has room for, GPUs of its own and the lowest free
 * slot of its repository, or null. Those passed over by it keep their place from now on.
 */
export const openClaim = (
  db: Database.Database,
): ((now: number, machine: Machine) => Job | null) => {
  const claim = db.prepare(`
    update experiment set state = 'running', phase = 'materializing', attempt = attempt + 1,
      reserved = null, retry_at = null
    where number = ? returning number, repository, attempt`)
  const takeTurn = db
    .prepare<[number], number>(`
      update repository set turn = (select max(turn) + 1 from repository) where id = ?
      returning turn`)
    .pluck()
  const reserve = db.prepare('update experiment set reserved = ? where number = ?')
  const waitingRoom = openWaitingRoom(db)
  const slots = db
    .prepare('select slot from run where repository = ? and ended_at is null order by slot')
    .pluck()
  const putRun = db.prepare(`
    insert into run (experiment, attempt, repository, slot, gpus, claimed_at)
    values (?, ?, ?, ?, ?, ?)`)
  const claimed = db.prepare<[number], JobRow>(`${JOB} where experiment.number = ?`)

  return db.transaction((now: number, machine: Machine): Job | null => {
    const decisions = schedule(waitingRoom.candidates(now), waitingRoom.holdings(), machine)
    const next = decisions.findIndex(({ verdict }) => verdict.is === 'start')
    const { candidate, verdict } = decisions[next] ?? {}
    if (candidate === undefined || verdict?.is !== 'start') return null
    const row = claim.get(candidate.number) as ClaimedRow
    const turn = takeTurn.get(row.repository) ?? 0
    for (const passed of decisions.slice(0, next)) {
      if (passed.reserves && passed.candidate.reserved === null) {
        reserve.run(turn, passed.candidate.number)
      }
    }
    const taken = new Set(slots.all(row.repository))
    let slot = 1
    while (taken.has(slot)) slot++
    const gpus = verdict.gpus === null ? null : JSON.stringify(verdict.gpus)
    putRun.run(row.number, row.attempt, row.repository, slot, gpus, now)
    const found = claimed.get(row.number)
    return found === undefined ? null : toJob(found)
  })
}

interface ClaimedRow {
  number: number
  repository: number
  attempt: number
}
