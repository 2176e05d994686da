import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

t.test('a worker that cannot work says what it lacks', async (t) => {
  const { exp, config, folder } = sandbox(t)
  const start = async (...args: string[]) => {
    const { exitCode, stderr } = await exp(['worker', 'start', ...args])
    t.equal(exitCode, args[0] === '--gpus' ? 129 : 1, stderr)
    return stderr
  }
  t.match(await start(), /no broker .*\n.*git config --global exp\.broker/)
  await config('exp.broker', 'amqp://me:hidden@127.0.0.1:1/')
  t.match(await start(), /no key .*\n.*openssl rand/)
  const key = join(folder, 'key')
  writeFileSync(key, `${'k'.repeat(64)}\n`, { mode: 0o600 })
  await config('exp.clusterKey', key)
  t.match(await start(), /none is allowed here\n.*exp\.workerRemotes/)
  await config('exp.workerRemotes', 'https://host/')
  await config('exp.python', join(folder, 'no-python'))
  const lacking = await start()
  t.match(lacking, /no-python: it is not there.*\n.*exp\.python/)
  t.notMatch(lacking, /hidden/)
  t.match(await start('--gpus', 'many'), /--gpus is a list/)
  t.match(await start('-Q', 'mine'), /no queue of git exp/)
  t.match((await exp(['worker', 'status'])).stdout, /no worker was ever started/)
  t.match((await exp(['worker', 'drain', 'gpu0'])).stderr, /no worker gpu0 here/)
})
