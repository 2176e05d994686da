import t from 'tap'
import { exitCodeOf } from '../../lib/exit-code.ts'
import type { EndedBadly, State } from '../../lib/experiment.ts'

const ended = (is: EndedBadly, exitCode: number | null, signal: string | null): State => ({
  ...{ is, attempt: 1, startedAt: 1, endedAt: 2, exitCode, signal, result: null },
  reason: { code: 'exit', text: '' },
})

t.test('a failed run gives the code of its command, or 128 and its signal', async (t) => {
  t.equal(exitCodeOf(ended('failed', 3, null)), 3)
  t.equal(exitCodeOf(ended('failed', 255, null)), 255)
  t.equal(exitCodeOf(ended('failed', null, 'SIGKILL')), 137)
  t.equal(exitCodeOf(ended('failed', null, 'SIGSEGV')), 139)
  t.equal(exitCodeOf(ended('failed', null, 'SIGNEVER')), 143)
})

t.test('a run that did not fail by itself has a code that says how it ended', async (t) => {
  t.equal(exitCodeOf(ended('timed-out', null, 'SIGKILL')), 124)
  t.equal(exitCodeOf(ended('stopped', 0, null)), 143)
  for (const is of ['lost', 'refused', 'skipped'] as const) {
    t.equal(exitCodeOf(ended(is, null, null)), 125, is)
  }
})

t.test('only a success gives 0', async (t) => {
  const end = { attempt: 1, startedAt: 1, endedAt: 2, exitCode: 0, signal: null }
  t.equal(exitCodeOf({ is: 'succeeded', result: 'a'.repeat(40), ...end }), 0)
  t.equal(exitCodeOf({ is: 'queued' }), 125)
})
