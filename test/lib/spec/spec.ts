import t from 'tap'
import { parseSpec, printSpec, type Spec } from '../../../lib/spec/spec.ts'

const spec: Spec = {
  command: 'python train.py',
  params: ['params.yaml'],
  metrics: ['metrics.json'],
  outputs: ['model.pt', 'plots/**'],
  link: ['data', '.venv'],
  copy: ['.env'],
  keep: ['build'],
  env: { OMP_NUM_THREADS: '4' },
  setup: 'uv sync',
  timeoutSeconds: 7200,
  retries: 2,
  resources: { gpus: 1, cpus: 0.5, memoryBytes: 2 ** 34, slots: { license: 2 } },
  onFinish: 'notify-send done',
  goal: { acc: 'max', loss: 'min' },
}

const parsed = (changes: object): Spec => parseSpec(JSON.stringify({ ...spec, ...changes }))

t.test('a printed spec reads back the same', async (t) => {
  t.same(parseSpec(printSpec(spec)), spec)
  const odd: Spec = {
    ...spec,
    command: ['sh', '-c', 'echo "é\u2028\u{1f600}"\nExp-Id: forged\u007f'],
    env: { EMPTY: '', __proto__x: '\ud800' },
    resources: null,
  }
  t.same(parseSpec(printSpec(odd)), odd)
})

t.test('a printed spec is one line of ASCII', async (t) => {
  const printed = printSpec({
    ...spec,
    command: 'echo é\r\nExp-Id: forged\u0085\u2028\u{1f600}\u007f',
  })
  t.match(printed, /^[\x20-\x7e]*$/)
})

t.test('a command is all that a spec must have', async (t) => {
  t.same(parseSpec('{"command":["make"],"of a later version":1}'), {
    command: ['make'],
    params: [],
    metrics: [],
    outputs: [],
    link: [],
    copy: [],
    keep: [],
    env: {},
    setup: null,
    timeoutSeconds: null,
    retries: 0,
    resources: null,
    onFinish: null,
    goal: {},
  })
})

t.test('what is not a spec is refused', async (t) => {
  for (const json of [
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '{}',
    '['.repeat(1_000_000),
    ' '.repeat(2 ** 21),
  ]) {
    t.throws(() => parseSpec(json), { code: 'bad-config' }, json.slice(0, 20))
  }
})

t.test('a value of the wrong type, or out of bounds, is refused', async (t) => {
  for (const changes of [
    { command: '' },
    { command: ' \n' },
    { command: [] },
    { command: [''] },
    { command: ['a', 1] },
    { command: 'a\0b' },
    { command: ['a', 'b\0'] },
    { command: 'x'.repeat(200_000) },
    { command: { 0: 'a' } },
    { command: null },
    { params: 'params.yaml' },
    { params: null },
    { params: { length: 1 } },
    { params: [['a']] },
    { params: Array.from({ length: 1001 }, (_, index) => `p${index}`) },
    { env: [] },
    { env: null },
    { env: { 'A=B': 'x' } },
    { env: { '': 'x' } },
    { env: { 'BASH_FUNC_f%%': '() { :; }' } },
    { env: { A: 1 } },
    { env: { A: 'x\0' } },
    { setup: '' },
    { setup: ['uv', 'sync'] },
    { timeoutSeconds: 0 },
    { timeoutSeconds: -1 },
    { timeoutSeconds: 1e12 },
    { timeoutSeconds: '2h' },
    { retries: 1.5 },
    { retries: -1 },
    { retries: 1e9 },
    { retries: null },
    { resources: [] },
    { resources: { gpus: '1' } },
    { resources: { gpus: -1 } },
    { resources: { cpus: 0 } },
    { resources: { memoryBytes: 1e300 } },
    { resources: { slots: { 'a b': 1 } } },
    { resources: { slots: { a: -1 } } },
    { onFinish: 7 },
    { goal: { acc: 'up' } },
    { goal: { ['x'.repeat(257)]: 'max' } },
    { goal: { 'a\nb': 'max' } },
  ]) {
    t.throws(() => parsed(changes), { code: 'bad-config' }, JSON.stringify(changes).slice(0, 60))
  }
})

t.test('no path of a spec leaves the repository', async (t) => {
  for (const key of ['params', 'metrics', 'outputs', 'link', 'copy', 'keep']) {
    for (const path of ['../x', '/etc', 'a/../../b', 'a\0', '', '.', '.git/hooks', '{..,a}/b']) {
      t.throws(() => parsed({ [key]: ['ok', path] }), { code: 'bad-config' }, `${key} ${path}`)
    }
  }
})

t.test('names that mean something to JavaScript are names like others', async (t) => {
  const read = parseSpec('{"command":"x","env":{"__proto__":"1","constructor":"2"}}')
  t.same(Object.entries(read.env), [
    ['__proto__', '1'],
    ['constructor', '2'],
  ])
  t.equal(Object.getPrototypeOf(read.env), Object.prototype)
  t.throws(() => parseSpec('{"__proto__":{"command":"x"}}'), { code: 'bad-config' })
})
