import t from 'tap'
import { places } from '../../../lib/places.ts'
import { isAllowedRemote } from '../../../lib/worker/allowed-remotes.ts'
import { workerHome } from '../../../lib/worker/worker-places.ts'
import { planWorkers } from '../../../lib/worker/worker-plan.ts'

t.test(
  'a remote is allowed by its address, or by a beginning that ends where a part ends',
  async (t) => {
    const allowed = ['https://host/a.git', 'ssh://git@host/team/', 'git@host:']
    for (const [url, is] of [
      ['https://host/a.git', true],
      ['https://host/a.git/more', false],
      ['https://host/a.gitx', false],
      ['ssh://git@host/team/b.git', true],
      ['ssh://git@host/teamster/b.git', false],
      ['ssh://git@host/team/../other.git', false],
      ['git@host:any.git', true],
      ['ext::sh', false],
    ] as const) {
      t.equal(isAllowedRemote(url, allowed), is, url)
    }
    t.notOk(isAllowedRemote('https://host/a.git', []))
  },
)

t.test('each GPU has a worker, and without queues it takes what it can do', async (t) => {
  t.strictSame(planWorkers('h1', { gpus: [0, 3], queues: null, name: null }), [
    { name: 'gpu0', queues: ['exp.gpu', 'exp.host.h1', 'exp.default'], gpus: '0' },
    { name: 'gpu3', queues: ['exp.gpu', 'exp.host.h1', 'exp.default'], gpus: '3' },
  ])
  t.strictSame(planWorkers('h1', { gpus: null, queues: ['exp.gpu'], name: 'big' }), [
    { name: 'big', queues: ['exp.gpu'], gpus: null },
  ])
  t.throws(() => planWorkers('h1', { gpus: null, queues: ['other'], name: null }), /no queue/)
  t.throws(() => planWorkers('h1', { gpus: [], queues: null, name: null }), /no GPU/)
  t.throws(() => workerHome(places({ GIT_EXP_HOME: '/state' }), '../up'), /no name for a worker/)
})
