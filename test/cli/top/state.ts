import t from 'tap'
import { frame } from '../../../cli/top/frame.ts'
import {
  inOrder,
  press,
  START,
  type TopState,
  visible,
  withExperiments,
} from '../../../cli/top/state.ts'
import { experiment, NOW } from '../../fixture/rows.ts'

const all = inOrder([
  experiment({ id: 'done', name: 'done', number: 1 }),
  experiment({ id: 'waits', name: 'waits', number: 3, state: { is: 'queued' }, tags: ['big'] }),
  experiment({
    ...{ id: 'runs', name: 'runs', number: 2, metrics: { 'm.json': { acc: 0.5 } } },
    state: { is: 'running', phase: 'running', attempt: 1, startedAt: NOW - 5000 },
  }),
])
const start = withExperiments(START, all)
const after = (...keys: string[]): TopState =>
  keys.reduce((state, key) => press(state, key).state, start)
const actionOf = (...keys: string[]) => press(after(...keys.slice(0, -1)), keys.at(-1) ?? '').action

t.test('running ones come first, then what waits, then what has ended', async (t) => {
  t.strictSame(
    all.map(({ id }) => id),
    ['runs', 'waits', 'done'],
  )
  t.equal(start.chosen, 'runs')
})

t.test('keys choose, and stay within the list', async (t) => {
  t.equal(after('j').chosen, 'waits')
  t.equal(after('down', 'down', 'down', 'down').chosen, 'done')
  t.equal(after('j', 'k', 'up', 'up').chosen, 'runs')
  t.equal(withExperiments(after('j'), all.slice(0, 1)).chosen, 'runs', 'what is gone is left')
})

t.test('a stop is asked for twice, other changes at once', async (t) => {
  t.equal(actionOf('K'), null)
  t.strictSame(actionOf('K', 'y'), { is: 'change', verb: 'stop', id: 'runs' })
  t.equal(actionOf('K', 'n'), null)
  t.equal(after('K', 'n').mode, 'list')
  t.strictSame(actionOf('j', 'h'), { is: 'change', verb: 'hold', id: 'waits' })
  t.strictSame(actionOf('j', 'j', 'r'), { is: 'change', verb: 'retry', id: 'done' })
  t.strictSame(actionOf('q'), { is: 'quit' })
  t.strictSame(actionOf('/', 'ctrl+c'), { is: 'quit' })
})

t.test('a filter narrows the list as it is typed', async (t) => {
  const names = (state: TopState) => visible(state).map(({ id }) => id)
  t.strictSame(names(after('/', 'q')), ['waits'], 'q is a letter there: “queued”')
  t.strictSame(names(after('/', 'b', 'i', 'g')), ['waits'])
  t.strictSame(names(after('/', 'x', 'backspace', 'd', 'o')), ['done'])
  t.equal(after('/', 'd', 'o', 'n', 'return').chosen, 'done')
  t.strictSame(names(after('/', 'd', 'o', 'n', 'return', 'escape')), ['runs', 'waits', 'done'])
})

t.test('a frame fills the screen and no more, whatever it shows', async (t) => {
  const around = {
    log: `one\r\nbar 1%\rbar 2%\n\x1b[31mred\x07\t${'x'.repeat(300)}\n`,
    summary: ['1 running', 'the daemon is running'],
    why: ({ state }: { state: { is: string } }) =>
      state.is === 'queued' ? 'waits for 1 GPU' : null,
    nowMs: NOW,
  }
  for (const keys of [[], ['l'], ['?'], ['/', 'nothing'], ['K']]) {
    for (const size of [
      { rows: 24, columns: 80 },
      { rows: 5, columns: 20 },
    ]) {
      const lines = frame(after(...keys), around, size)
      t.ok(lines.length <= size.rows, `${keys} in ${size.rows}: ${lines.length}`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these two are the frame's own.
      const bare = lines.map((line) => line.replace(/\x1b\[(?:7|0)m/g, ''))
      t.ok(bare.every((line) => [...line].length <= size.columns))
      t.notOk(bare.some((line) => line.includes('\x1b') || line.includes('\x07')))
    }
  }
  const text = frame(start, around, { rows: 24, columns: 80 }).join('\n')
  t.match(text, /runs +running 5\.0 s +acc 0\.5/)
  t.match(text, /waits for 1 GPU/)
  t.match(text, /\none\nbar 2%\n/)
})
