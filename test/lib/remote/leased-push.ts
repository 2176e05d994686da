import { chmodSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { printCancel, printClaim } from '../../../lib/cluster/claim.ts'
import { boundedLog, commitLog, commitMessage } from '../../../lib/cluster/job-commits.ts'
import { jobRef } from '../../../lib/cluster/job-refs.ts'
import { readJobs } from '../../../lib/cluster/read-jobs.ts'
import { leasedPush } from '../../../lib/remote/leased-push.ts'
import { sandbox } from '../../fixture/sandbox.ts'

const id = '0198d3a1-0000-7000-8000-000000000001'
const other = '0198d3a1-0000-7000-8000-000000000002'
const at = '2026-01-02T03:04:05Z'

t.test('a job’s refs are changed all or none, and read by one fetch', async (t) => {
  const box = sandbox(t)
  const [gitDir, second, origin] = ['a.git', 'b.git', 'origin.git'].map((name) =>
    join(box.folder, name),
  ) as [string, string, string]
  for (const path of [gitDir, second, origin]) {
    await box.run('git', ['init', '--quiet', '--bare', path])
  }
  const commit = (message: string, parents: string[] = []) =>
    commitMessage(gitDir, message, { parents, atMs: 1000 })
  const claim = (attempt: number) =>
    printClaim({ attempt, worker: `w${attempt}@h`, host: 'h', at, nonce: 'n' })
  const snapshot = await commit('snapshot')
  const submit = { ref: jobRef(id, 'snapshot'), to: snapshot, expect: null }
  t.strictSame(await leasedPush(gitDir, origin, [submit]), { is: 'done' })
  t.strictSame(await leasedPush(gitDir, origin, [submit]), { is: 'done' }, 'again')

  const first = await commit(claim(1))
  const next = await commit(claim(2), [first])
  const take = (to: string, expect: string | null) =>
    leasedPush(gitDir, origin, [{ ref: jobRef(id, 'claim'), to, expect }])
  t.strictSame(await take(first, null), { is: 'done' })
  t.strictSame(await take(next, null), { is: 'stale', refs: [jobRef(id, 'claim')] })
  t.strictSame(await take(next, first), { is: 'done' })
  const cancel = await commit(printCancel({ by: 'ann', at }))
  await leasedPush(gitDir, origin, [{ ref: jobRef(other, 'cancel'), to: cancel, expect: null }])

  const remote = { remote: origin, key: 'key' }
  const jobs = await readJobs(second, remote, '*')
  t.match(jobs.get(id), { state: { is: 'running', claims: [{ attempt: 1 }, { attempt: 2 }] } })
  t.match(jobs.get(other), { state: { is: 'absent' }, cancel: { by: 'ann' } })
  t.equal((await readJobs(second, remote, [other])).has(id), false)

  const outcome = {
    ...{ attempt: 2, state: 'stopped' as const, exit_code: null, signal: null },
    ...{ reason: { code: 'user' as const, text: 'stopped' }, started: null, ended: at },
    ...{ worker: null, host: null, result: null, failure: null, resources: null },
  }
  const log = await commitLog(gitDir, { log: Buffer.from('out'), outcome }, 1000)
  t.equal(await commitLog(gitDir, { log: Buffer.from('out'), outcome }, 1000), log)
  const publish = (claimed: string) =>
    leasedPush(gitDir, origin, [
      { ref: jobRef(id, 'log'), to: log, expect: null },
      { ref: jobRef(id, 'claim'), to: null, expect: claimed },
      { ref: jobRef(id, 'snapshot'), to: null, expect: snapshot },
    ])
  t.strictSame(await publish(first), { is: 'stale', refs: [jobRef(id, 'claim')] })
  t.match((await readJobs(second, remote, [id])).get(id), { oids: { log: null, snapshot } })
  t.strictSame(await publish(next), { is: 'done' })
  t.match((await readJobs(second, remote, [id])).get(id), { state: { is: 'ended', outcome } })
  t.match(await publish(next), { is: 'stale' }, 'what is gone cannot be removed again')

  const forged = await commit('{"attempt": "many"}')
  await leasedPush(gitDir, origin, [
    { ref: jobRef(other, 'snapshot'), to: snapshot, expect: null },
    { ref: jobRef(other, 'claim'), to: forged, expect: null },
  ])
  const found = (await readJobs(second, remote, [other])).get(other)
  t.match(found, { state: { is: 'absent' }, problem: /malformed/ })

  await t.test('a remote that will not is told apart from one that is away', async (t) => {
    const update = { ref: jobRef(id, 'cancel'), to: cancel, expect: null }
    const git = (...args: string[]) => box.run('git', ['--git-dir', origin, ...args])
    await git('config', 'receive.advertiseAtomic', 'false')
    await t.rejects(leasedPush(gitDir, origin, [update]), /several refs at once/)
    await git('config', '--unset', 'receive.advertiseAtomic')
    const hook = join(origin, 'hooks', 'pre-receive')
    writeFileSync(hook, '#!/bin/sh\nexit 1\n')
    chmodSync(hook, 0o755)
    await t.rejects(leasedPush(gitDir, origin, [update]), /it refused refs\/git-exp\/jobs/)
    renameSync(origin, `${origin}.away`)
    await t.rejects(leasedPush(gitDir, origin, [update]), { code: 'remote' })
  })
})

t.test('of a long log its beginning and its end are kept', async (t) => {
  const log = Buffer.alloc(3 * 2 ** 20, 'x')
  const kept = boundedLog(log).toString()
  t.ok(kept.length < 1.1 * 2 ** 20)
  t.match(kept, /^x+\n\[git exp\] 2097152 bytes of the log are left out here\nx+$/)
  t.equal(boundedLog(Buffer.from('short')).toString(), 'short')
})
