import { join } from 'node:path'
import t from 'tap'
import { claimJob, type Delivered, lookAtJob } from '../../../daemon/worker/claim-job.ts'
import { openClone } from '../../../daemon/worker/clone.ts'
import { letterOf } from '../../../daemon/worker/finish-job.ts'
import { putLetter, sendLetter, waitingLetters } from '../../../daemon/worker/outbox.ts'
import { openWorker } from '../../../daemon/worker/worker.ts'
import { jobRef } from '../../../lib/cluster/job-refs.ts'
import type { ClusterOutcome } from '../../../lib/cluster/outcome.ts'
import { gitText } from '../../../lib/git.ts'
import { resultRef } from '../../../lib/refs.ts'
import { makeSnapshot } from '../../fixture/queued.ts'
import { sandbox } from '../../fixture/sandbox.ts'

const outcome: ClusterOutcome = {
  attempt: 1,
  state: 'succeeded',
  exit_code: 0,
  signal: null,
  reason: null,
  started: '2026-01-02T03:04:05.000Z',
  ended: '2026-01-02T03:04:06.000Z',
  worker: 'w@h',
  host: 'h',
  result: 'a'.repeat(40),
  failure: null,
  resources: null,
}

t.test('of many claims one is made, and only its worker publishes, once', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const url = join(world.folder, 'shared.git')
  await world.run('git', ['init', '--quiet', '--bare', url])
  const { oid, id, name } = await makeSnapshot(world, repo, 'one')
  await repo.git('push', '--quiet', url, `${oid}:${jobRef(id, 'snapshot')}`)
  const workers = await Promise.all(
    ['w1', 'w2', 'w3', 'w4'].map((one) => openWorker(one, world.env)),
  )
  const baseline = await repo.git('rev-parse', 'HEAD')
  const facts = { exp: id, name, snapshot: oid, baseline, remote: url, timeout: null }
  const jobs = await Promise.all(
    workers.map(async (worker) => {
      const clone = await openClone(worker, url, oid)
      const delivered: Delivered = { ...facts, node: `${worker.name}@h`, clone }
      return { worker, delivered, job: await lookAtJob(worker, delivered) }
    }),
  )
  const claims = await Promise.all(
    jobs.map(({ worker, delivered, job }) => job && claimJob(worker, delivered, job)),
  )
  const winner = claims.findIndex((claim) => claim !== null)
  t.equal(claims.filter((claim) => claim !== null).length, 1)

  const [worker, claimed] = [workers[winner], claims[winner]]
  if (worker === undefined || !claimed) throw new Error('nobody won')
  const letter = async (claimOid: string) => {
    const made = await letterOf({ ...claimed, claimOid }, outcome, Buffer.from('log\n'))
    made.updates.unshift({ ref: resultRef(baseline, name), to: baseline, expect: null })
    return made
  }
  await gitText(['fetch', '--quiet', repo.path, baseline], { place: { gitDir: claimed.clone } })
  const stale = await letter('c'.repeat(40))
  await putLetter(worker, stale)
  t.equal(await sendLetter(worker, stale), 'fenced')
  t.strictSame(waitingLetters(worker), [])
  t.equal(await repo.git('ls-remote', url, 'refs/exps/*'), '')

  const own = await letter(claimed.claimOid)
  await putLetter(worker, own)
  t.equal(await sendLetter(worker, { ...own, remote: `${url}-away` }), 'away')
  t.strictSame(waitingLetters(worker), [own])
  t.equal(await sendLetter(worker, own), 'published')
  t.equal(await sendLetter(worker, own), 'published', 'as if the answer had been lost')
  t.strictSame(waitingLetters(worker), [])
  t.match(await lookAtJob(worker, claimed), { state: { is: 'ended' }, oids: { claim: null } })
})
