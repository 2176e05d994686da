import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { findProcesses } from '../../daemon/end-processes.ts'
import { identify } from '../../lib/process-identity.ts'

const skip = process.platform !== 'linux' && 'ps, which is asked here, says no age'

t.test('what is older than its supervisor is of no run, whatever it has', { skip }, async (t) => {
  const mark = 'GIT_EXP_ID=test-of-age'
  const env = { ...process.env, GIT_EXP_ID: 'test-of-age' }
  const child = spawn('sleep', ['60'], { env })
  await once(child, 'spawn')
  const start = identify(child.pid ?? 0)?.start ?? ''
  const found = (since: string | null): number[] =>
    findProcesses({ session: -1, mark, output: null, since, seen: () => [] }).map(({ pid }) => pid)
  t.strictSame(found(null), [child.pid], 'where nothing is known of its age')
  t.strictSame(found(start), [child.pid], 'as old as the supervisor')
  t.strictSame(found(String(Number(start) + 1)), [], 'older')
  child.kill('SIGKILL')
  await once(child, 'exit')
})
