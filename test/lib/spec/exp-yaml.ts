import t from 'tap'
import { readExpYaml } from '../../../lib/spec/exp-yaml.ts'

t.test('every key is read', async (t) => {
  const text = `
cmd: python train.py           # a comment
params:  [params.yaml]
metrics: [metrics.json]
outputs: [model.pt, "plots/**"]
link:    [data/, .venv]
copy:    [.env]
keep:    [build]
env:     {OMP_NUM_THREADS: 4, RATE: 1.0, DEBUG: true, HEX: 0x10, NAME: "a b"}
setup:   uv sync
timeout: 2h
retries: 3
resources: {gpus: 1, cpus: 4, memory: 16G, License: 2}
on_finish: notify-send "$GIT_EXP_NAME $GIT_EXP_STATE"
goal:    {acc: max, loss: min}
`
  t.same(await readExpYaml(text, 'exp.yaml'), {
    command: 'python train.py',
    params: ['params.yaml'],
    metrics: ['metrics.json'],
    outputs: ['model.pt', 'plots/**'],
    link: ['data', '.venv'],
    copy: ['.env'],
    keep: ['build'],
    env: { OMP_NUM_THREADS: '4', RATE: '1.0', DEBUG: 'true', HEX: '0x10', NAME: 'a b' },
    setup: 'uv sync',
    timeoutSeconds: 7200,
    retries: 3,
    resources: { gpus: 1, cpus: 4, memoryBytes: 2 ** 34, slots: { license: 2 } },
    onFinish: 'notify-send "$GIT_EXP_NAME $GIT_EXP_STATE"',
    goal: { acc: 'max', loss: 'min' },
  })
})

t.test('what the file leaves out is absent, and an empty list is not', async (t) => {
  t.same(await readExpYaml('', 'exp.yaml'), {})
  t.same(await readExpYaml('# nothing\n---\n', 'exp.yaml'), {})
  t.same(await readExpYaml('link: []\n', 'exp.yaml'), { link: [] })
})

t.test('a list is an argv, its numbers as they were written', async (t) => {
  const { command } = await readExpYaml('cmd: [python, train.py, --lr, 1e-3, "0.10"]', 'exp.yaml')
  t.same(command, ['python', 'train.py', '--lr', '1e-3', '0.10'])
})

t.test('paths are relative to the file', async (t) => {
  const text = 'params: [p.yaml, ../shared.yaml]\noutputs: ["plots/**", ./plots/**]\n'
  t.same(await readExpYaml(text, 'models/a/exp.yaml'), {
    params: ['models/a/p.yaml', 'models/shared.yaml'],
    outputs: ['models/a/plots/**'],
  })
})

t.test('anchors stand for what they name', async (t) => {
  const text = 'outputs: &made [model.pt]\nkeep: *made\n'
  t.same(await readExpYaml(text, 'exp.yaml'), { outputs: ['model.pt'], keep: ['model.pt'] })
})

const refusals: [text: string, message: string][] = [
  ['cmd: x\nparms: [a]\n', 'exp.yaml:2:1: unknown key "parms": did you mean `params`?'],
  ['command: x\n', 'exp.yaml:1:1: unknown key "command": did you mean `cmd`?'],
  ['resources: {gpu: 1}', 'exp.yaml:1:13: unknown key "gpu": did you mean `gpus`?'],
  ['resources:\n  zzz: x', 'exp.yaml:2:8: `resources.zzz` must be a whole number'],
  ['resources: {a_b: 1}', 'exp.yaml:1:13: "a_b" is no name for slots: letters, digits and dashes'],
  ['constructor: x', 'exp.yaml:1:1: unknown key "constructor": the keys are cmd, params, '],
  ['cmd:\n', 'exp.yaml:1:1: `cmd` has no value'],
  ['link: ~\n', 'exp.yaml:1:1: `link` has no value'],
  ['- cmd', 'exp.yaml:1:1: must hold `key: value` lines'],
  ['just text', 'exp.yaml:1:1: must hold `key: value` lines'],
  ['cmd: 7', 'exp.yaml:1:6: `cmd` must be a command line'],
  ['cmd: ""', 'exp.yaml:1:6: `cmd` must be a command line'],
  ['cmd: []', 'exp.yaml:1:6: `cmd` must name a program'],
  ['cmd: [a, [b]]', 'exp.yaml:1:10: `cmd` must be text or a number'],
  ['params: params.yaml', 'exp.yaml:1:9: `params` must be a list of paths'],
  ['params: [1]', 'exp.yaml:1:10: `params` must be a list of paths, each a string'],
  ['link:\n  - data\n  - ../x', 'exp.yaml:3:5: `link` names "../x", which is no path inside'],
  ['copy: [/etc/passwd]', 'exp.yaml:1:8: `copy` names "/etc/passwd", which is no path inside'],
  ['keep: [.git]', 'exp.yaml:1:8: `keep` names ".git", which is no path inside'],
  ['outputs: ["{..,a}/b"]', 'exp.yaml:1:11: `outputs` names "{..,a}/b", which is no path'],
  ['env: [A]', 'exp.yaml:1:6: `env` must hold `key: value` lines'],
  ['env: {"A B": x}', 'exp.yaml:1:14: `env.A B` is no name for a variable'],
  ['env: {A: 1, A: 2}', 'exp.yaml:1:13: `env.A` is said twice'],
  ['env:\n  A:\n', 'exp.yaml:2:5: `env.A` must be text or a number'],
  ['setup: [uv, sync]', 'exp.yaml:1:8: `setup` must be a command line'],
  ['timeout: 7200', 'exp.yaml:1:10: `timeout` must be a duration such as 90s, 15m, 2h or 1d'],
  ['timeout: 0s', 'exp.yaml:1:10: `timeout` must be a duration'],
  ['timeout: [2h]', 'exp.yaml:1:10: `timeout` must be a duration'],
  ['retries: "3"', 'exp.yaml:1:10: `retries` must be a whole number from 0 to 100'],
  ['retries: 1.5', 'exp.yaml:1:10: `retries` must be a whole number'],
  ['resources: {gpus: -1}', 'exp.yaml:1:19: `resources.gpus` must be a whole number'],
  ['resources: {cpus: none}', 'exp.yaml:1:19: `resources.cpus` must be a number above 0'],
  ['resources: {memory: 16}', 'exp.yaml:1:21: `resources.memory` must be a size such as 500M'],
  ['goal: {acc: up}', 'exp.yaml:1:13: `goal.acc` must be max or min'],
  ['cmd: a\ncmd: b', 'exp.yaml:2:1: `cmd` is said twice'],
  ['cmd: [a', 'exp.yaml:1:8: '],
  ['cmd: a\n---\ncmd: b\n', 'exp.yaml:2:1: '],
  ['cmd: *nowhere', 'exp.yaml:1:6: '],
]

t.test('what is wrong is said with its line and column', async (t) => {
  for (const [text, message] of refusals) {
    const error = await readExpYaml(text, 'exp.yaml').catch((error: unknown) => error)
    t.match(error, { code: 'bad-config' }, text)
    t.ok(String(error).startsWith(`UserError: ${message}`), `${message} | ${String(error)}`)
  }
})

t.test('a message names the file by its path', async (t) => {
  await t.rejects(readExpYaml('x: 1', 'models/exp.yaml'), { message: /^models\/exp\.yaml:1:1: / })
})

t.test('a file made to exhaust its reader is refused', async (t) => {
  await t.rejects(readExpYaml(`cmd: ${'['.repeat(20_000)}`, 'exp.yaml'), { code: 'bad-config' })
  await t.rejects(readExpYaml('link: &a [*a]', 'exp.yaml'), { code: 'bad-config' })
})
