import { importDvcQueue, readDvcQueue } from '../lib/elsewhere/dvc-queue.ts'
import { environmentForRuns, keepEnvironment } from '../lib/environment.ts'
import { UserError } from '../lib/errors.ts'
import { changeRefs, snapshotRef } from '../lib/refs.ts'
import { request } from '../lib/request.ts'
import { newTicket } from '../lib/ticket.ts'
import { openSession, refuseInsideRun } from './session.ts'

/** Queues here what waits in DVC's queue, which stays as it is. */
export const importQueue = async ({ what }: { what: string }): Promise<number> => {
  if (what !== 'dvc-queue') {
    throw new UserError('usage', `nothing is known of “${what}”`, 'git exp import dvc-queue')
  }
  refuseInsideRun(false)
  const { places, repository } = await openSession()
  const queued = await readDvcQueue(repository.commonDir)
  const { imported, taken } = await importDvcQueue(repository, places, queued)
  if (taken.length > 0) {
    process.stderr.write(`these names are taken, and were left: ${taken.join(', ')}\n`)
  }
  if (imported.length === 0) {
    process.stderr.write('nothing else waits in DVC’s queue\n')
    return 0
  }
  const refs = imported.map(({ oid, baseline, name }) => ({
    oid,
    ref: snapshotRef(baseline, name),
  }))
  if (
    !(await changeRefs(
      repository.commonDir,
      refs.map((one) => ({ to: 'create', ...one })),
    ))
  ) {
    throw new UserError('name-taken', 'another process took one of these names', 'import again')
  }
  const ticket = newTicket(
    {
      verb: 'enqueue',
      repository: repository.commonDir,
      worktree: repository.worktree,
      env: keepEnvironment(places, environmentForRuns(process.env)),
      items: imported.map(({ oid, id, name }) => ({ oid, id, name })),
    },
    Date.now(),
  )
  await request(places, ticket, Date.now())
  process.stdout.write(imported.map(({ name }) => `${name}\n`).join(''))
  process.stderr.write(
    'queued as dvc.yaml says, without targets and options of dvc exp run; ' +
      'DVC has them still: dvc queue remove --queued\n',
  )
  return 0
}
