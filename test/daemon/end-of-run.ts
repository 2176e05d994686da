import t from 'tap'
import { endOf } from '../../daemon/end-of-run.ts'
import { oomKills } from '../../daemon/oom-kills.ts'
import type { Outcome } from '../../daemon/supervision.ts'

type Ended = Extract<Outcome, { is: 'exited' | 'stopped' | 'timed-out' }>

const ended = (own: Partial<Ended>): Ended => ({
  ...{
    is: 'exited',
    phase: 'running',
    exitCode: null,
    signal: 'SIGKILL',
    startedAt: 1,
    endedAt: 2,
  },
  ...{ isOutOfMemory: true, usage: { ranMs: 1, cpuMs: 1, peakBytes: 1, peakGpuBytes: null } },
  ...own,
})

t.test('a run that the system killed for want of memory is told from any other', async (t) => {
  const codeOf = (own: Partial<Ended>) => endOf(ended(own), null).reason?.code
  t.equal(codeOf({}), 'oom')
  t.equal(codeOf({ exitCode: 137, signal: null }), 'oom', 'a child of its shell')
  t.equal(codeOf({ isOutOfMemory: false }), 'signal')
  t.equal(codeOf({ exitCode: 1, signal: null }), 'exit', 'it failed while another was killed')
  t.equal(codeOf({ is: 'stopped' }), 'user')
  t.match(endOf(ended({ phase: 'setup' }), null).reason?.text, /^setup was killed/)
  t.ok(Number.isInteger(oomKills() ?? 0))
})
