import t from 'tap'
import { readDvcYaml } from '../../../lib/spec/dvc-yaml.ts'

const text = `
vars: [config.json]
params: [extra.toml]
metrics:
  - eval/metrics.json
plots:
  - plots/loss.csv:
      x: step
  - Precision against recall:
      x: recall
      y:
        plots/pr.json: precision
        eval/pr.json: precision
stages:
  prepare:
    cmd: python prepare.py
    deps: [data/raw]
    params: [prepare.seed, prepare.split]
    outs: [data/prepared]
  train:
    wdir: src
    cmd: [python train.py, python check.py]
    params:
      - lr
      - conf.yaml:
      - ../shared.yaml: [depth]
    outs:
      - model.pt
      - report.html: {cache: false}
    metrics:
      - scores.json: {cache: false}
      - cached.json
    plots:
      - curve.csv: {cache: false, x: step}
  evaluate:
    cmd: python evaluate.py
    outs: [eval]
  each:
    foreach: [a, b]
    do:
      cmd: python each.py \${item}
      outs:
        - out/\${item}.bin: {cache: false}
        - s3://bucket/\${item}
        - /mnt/disk/x
        - ../outside
`

t.test('params, metrics and uncached outs of all stages are found', async (t) => {
  const facts = await readDvcYaml(text, 'dvc.yaml')
  t.same(facts.params, [
    'extra.toml',
    'params.yaml',
    'src/params.yaml',
    'src/conf.yaml',
    'shared.yaml',
  ])
  t.same(facts.metrics, ['eval/metrics.json', 'src/scores.json', 'src/cached.json'])
})

t.test('what DVC caches is no output, nor is anything inside of it', async (t) => {
  const { outputs } = await readDvcYaml(text, 'dvc.yaml')
  t.same(outputs, [
    'plots/loss.csv',
    'plots/pr.json',
    'src/report.html',
    'src/scores.json',
    'src/curve.csv',
  ])
})

t.test('what is no fixed path inside the repository is named', async (t) => {
  const { leftOut } = await readDvcYaml(text, 'dvc.yaml')
  t.same(leftOut, [`out/\${item}.bin`, `s3://bucket/\${item}`, '/mnt/disk/x', '../outside'])
})

t.test('paths are relative to the file', async (t) => {
  const facts = await readDvcYaml('metrics: [m.json, ../n.json]', 'a/b/dvc.yaml')
  t.same(facts.metrics, ['a/b/m.json', 'a/n.json'])
})

t.test('plots may be a mapping', async (t) => {
  const { outputs } = await readDvcYaml('plots:\n  a.csv:\n  Title: {y: {b.csv: acc}}', 'dvc.yaml')
  t.same(outputs, ['a.csv', 'b.csv'])
})

t.test('a file of another shape says nothing', async (t) => {
  for (const odd of [
    '',
    '[]',
    'x',
    'stages: 7',
    'stages: {a: null, b: [c]}',
    'params: {a: {b: c}}',
  ]) {
    const { metrics, outputs } = await readDvcYaml(odd, 'dvc.yaml')
    t.same([metrics, outputs], [[], []], odd)
  }
})

t.test('a file that does not parse is an error with line and column', async (t) => {
  await t.rejects(readDvcYaml('stages:\n  a: [', 'sub/dvc.yaml'), {
    code: 'bad-config',
    message: /^sub\/dvc\.yaml:2:7: /,
  })
})

t.test('a file that stands for more than memory holds is refused', async (t) => {
  const levels = Array.from({ length: 30 }, (_, n) => `k${n + 1}: &k${n + 1} [*k${n}, *k${n}]`)
  const bomb = ['k0: &k0 [x]', ...levels].join('\n')
  await t.rejects(readDvcYaml(bomb, 'dvc.yaml'), { code: 'bad-config' })
})
