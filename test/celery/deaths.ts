import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isAlive } from '../fixture/daemon-process.ts'
import { gate } from '../fixture/gate.ts'
import { until } from '../fixture/until.ts'
import { brokersMissing, startRabbit } from './fixture/brokers.ts'
import { type Host, openCluster } from './fixture/cluster.ts'

const supervisor = ({ home }: Host, id: string, attempt = 1): number => {
  const text = readFileSync(join(home, 'runs', id, String(attempt), 'supervisor'), 'utf8')
  return (JSON.parse(text) as { pid: number }).pid
}

/** Whom a crash may take, and what is then found by the next attempt. */
const VICTIMS: [string, (host: Host, id: string) => number | Promise<number>][] = [
  ['pool-process', (host) => host.pool()],
  ['main-process', (host) => host.main()],
  ['program', (host) => host.program()],
  ['supervisor', supervisor],
]

t.test('whoever is killed', { skip: brokersMissing() }, async (t) => {
  const cluster = await openCluster(t, startRabbit)
  const host = await cluster.host(t, 'h1')
  for (const [what, find] of VICTIMS) {
    const { program, wait, arrivals } = gate(cluster.world, what)
    const second = '[ "$GIT_EXP_ATTEMPT" = 1 ] || { echo 2 >made; exit 0; }'
    const job = await cluster.submit(`killed-${what}`, `${second}; ${program} & ${wait}`)
    await until(`both processes run (${what})`, () => arrivals().length === 2)
    process.kill(await find(host, job.id), 'SIGKILL')
    const { state, oids } = await cluster.ended(job)
    t.match(state, { outcome: { state: 'succeeded', attempt: 2 } }, what)
    t.match(oids, { snapshot: null, claim: null })
    t.strictSame(arrivals().filter(isAlive), [], 'of the first attempt nothing lives')
    t.equal((await cluster.refs('refs/exps')).filter((ref) => ref.endsWith(job.name)).length, 1)
  }

  const { wait, arrivals } = gate(cluster.world, 'again')
  const job = await cluster.submit('killed-thrice', `echo $GIT_EXP_ATTEMPT; ${wait}`)
  for (const attempt of [1, 2, 3]) {
    await until(`attempt ${attempt} runs`, () => arrivals().length === attempt)
    process.kill(host.program(), 'SIGKILL')
  }
  const { state } = await cluster.ended(job)
  const reason = { code: 'lost-supervisor', text: '3 workers died over it' }
  t.match(state, { outcome: { state: 'lost', attempt: 3, reason, worker: host.node } })
  t.strictSame(arrivals().filter(isAlive), [])
  const last = await cluster.submit('after-all', 'true')
  t.match((await cluster.ended(last)).state, { outcome: { state: 'succeeded', attempt: 1 } })
})
