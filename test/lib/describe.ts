import t from 'tap'
import { commandText, durationText, overridesText, stateText } from '../../lib/describe.ts'
import type { State } from '../../lib/experiment.ts'

t.test('a duration has the unit that fits it', async (t) => {
  for (const [ms, text] of [
    [-5000, '0.0 s'],
    [0, '0.0 s'],
    [440, '0.4 s'],
    [9_900, '9.9 s'],
    [12_400, '12 s'],
    [60_000, '1 min 0 s'],
    [185_900, '3 min 5 s'],
    [3_599_000, '59 min 59 s'],
    [3_600_000, '1 h 0 min'],
    [7_440_000, '2 h 4 min'],
    [360_000_000, '100 h 0 min'],
  ] as const) {
    t.equal(durationText(ms), text)
  }
})

t.test('a state is told in a few words', async (t) => {
  const end = { attempt: 1, startedAt: 1000, endedAt: 3500, exitCode: 0, signal: null }
  const states: [State, string][] = [
    [{ is: 'queued' }, 'queued'],
    [{ is: 'queued', retryAt: new Date(2026, 0, 2, 10, 32).getTime() }, 'queued: retries at 10:32'],
    [{ is: 'held' }, 'held'],
    [{ is: 'running', phase: 'materializing', attempt: 1, startedAt: null }, 'materializing'],
    [{ is: 'running', phase: 'running', attempt: 1, startedAt: 8000 }, 'running 2.0 s'],
    [{ is: 'succeeded', result: 'a', ...end }, 'succeeded in 2.5 s'],
    [
      { is: 'failed', result: null, reason: { code: 'exit', text: 'exited with 3' }, ...end },
      'failed: exited with 3',
    ],
    [
      { is: 'lost', result: null, reason: { code: 'lost-reboot', text: 'a reboot' }, ...end },
      'lost: a reboot',
    ],
  ]
  for (const [state, text] of states) t.equal(stateText(state, 10_000), text)
})

t.test('a clock that was set back makes no negative duration', async (t) => {
  t.equal(
    stateText({ is: 'running', phase: 'running', attempt: 1, startedAt: 8000 }, 1000),
    'running 0.0 s',
  )
})

t.test('a command is shown as a shell would take it', async (t) => {
  t.equal(commandText('python train.py | tee log'), 'python train.py | tee log')
  t.equal(
    commandText(['python', 'train.py', '--lr=0.1', 'a@b:c%d+e,f']),
    'python train.py --lr=0.1 a@b:c%d+e,f',
  )
  t.equal(
    commandText(['echo', "it's", '', 'a b', '$HOME', '*']),
    "echo 'it'\\''s' '' 'a b' '$HOME' '*'",
  )
})

t.test('overrides of one file are shown without it', async (t) => {
  t.equal(overridesText([]), '')
  t.equal(overridesText(['params.yaml:lr=0.1', 'params.yaml:depth=3']), 'lr=0.1 depth=3')
  t.equal(overridesText(['a.yaml:lr=0.1', 'b.yaml:lr=0.2']), 'a.yaml:lr=0.1 b.yaml:lr=0.2')
})
