import t from 'tap'
import { type Question, resolveSpec } from '../../../lib/spec/resolve.ts'
import type { Tree } from '../../../lib/spec/tree.ts'

/** A tree of named files; those under an ignored name are folders of data. */
const tree = (files: Record<string, string>, ignored: string[] = []): Tree => ({
  read: async (path) => files[path] ?? null,
  exists: async (path) => path in files || ignored.includes(path),
  isIgnored: async (paths) => new Set(paths.filter((path) => ignored.includes(path))),
})

const resolve = (
  files: Record<string, string>,
  more: Partial<Question> & { ignored?: string[] } = {},
) =>
  resolveSpec({
    tree: tree(files, more.ignored),
    workdir: '',
    commandLine: null,
    flags: {},
    ...more,
  })

const argv = ['python', 'train.py']

t.test('with nothing but a command, the rest is found by name', async (t) => {
  const files = { 'params.yaml': '', 'params.json': '', 'metrics.json': '' }
  const ignored = ['data', '.venv']
  const { spec, detected, notes } = await resolve(files, { commandLine: { argv }, ignored })
  t.match(spec, { command: argv, params: ['params.yaml', 'params.json'], link: ['data', '.venv'] })
  t.same(spec.metrics, [
    'metrics.json',
    'metrics.yaml',
    'metrics.yml',
    'metrics.toml',
    'summary.json',
    'dvclive/metrics.json',
  ])
  t.equal(
    detected,
    'command python train.py · params params.yaml, params.json · metrics metrics.json · link data, .venv',
  )
  t.same(notes, [])
})

t.test('what is not there is said too', async (t) => {
  const { detected } = await resolve({}, { commandLine: { shell: 'make run' } })
  t.equal(
    detected,
    'command make run · no params file · metrics metrics.json or the like, once written',
  )
})

t.test('without a command it is said what was looked for and what to type', async (t) => {
  const hint = /git exp add -- CMD/
  for (const commandLine of [null, { argv: [] }, { shell: '' }]) {
    await t.rejects(resolve({}, { commandLine }), {
      code: 'no-command',
      hint,
      message: /exp\.yaml nor dvc\.yaml/,
    })
  }
  await t.rejects(resolve({ 'exp.yaml': 'link: []' }), {
    code: 'no-command',
    message: /exp\.yaml has no `cmd`/,
  })
  await t.rejects(resolve({ 'other/exp.yaml': 'cmd: a' }, { workdir: 'a/b' }), {
    code: 'no-command',
    message: /in a\/b or a folder above it/,
  })
})

t.test('a flag is before exp.yaml, exp.yaml before dvc.yaml, dvc.yaml before names', async (t) => {
  const files = {
    'params.yaml': '',
    'from-dvc.yaml': '',
    'from-exp.yaml': '',
    'from-flag.yaml': '',
    'exp.yaml': 'cmd: exp\nparams: [from-exp.yaml]\nenv: {A: 1, B: 1}\ntimeout: 1h',
    'dvc.yaml': 'params: [from-dvc.yaml]\nmetrics: [dvc.json]',
  }
  const { 'exp.yaml': _, ...withoutExp } = files
  const { 'dvc.yaml': __, ...withoutBoth } = withoutExp
  const commandLine = { argv }

  const flags = { params: ['from-flag.yaml'], env: { B: '2' }, timeout: '90s', setup: 'make' }
  t.match((await resolve(files, { commandLine, flags })).spec, {
    command: argv,
    params: ['from-flag.yaml'],
    metrics: ['dvc.json'],
    env: { A: '1', B: '2' },
    timeoutSeconds: 90,
    setup: 'make',
  })
  t.match((await resolve(files)).spec, {
    command: 'exp',
    params: ['from-exp.yaml'],
    timeoutSeconds: 3600,
  })
  t.match((await resolve(withoutExp)).spec, { command: 'dvc repro', params: ['from-dvc.yaml'] })
  t.same((await resolve(withoutBoth, { commandLine })).spec.params, ['params.yaml'])
})

t.test('exp.yaml is found from the workdir upward, and its paths start at the root', async (t) => {
  const files = {
    'exp.yaml': 'cmd: root',
    'models/exp.yaml': 'cmd: models\noutputs: [out]',
    'models/params.toml': '',
    'params.yaml': '',
  }
  const deep = await resolve(files, { workdir: 'models/a/b' })
  t.match(deep.spec, {
    command: 'models',
    outputs: ['models/out'],
    params: ['models/params.toml'],
  })
  t.ok(deep.spec.metrics.includes('models/metrics.json'))
  t.ok(deep.spec.metrics.includes('models/a/b/metrics.json'))
  const other = await resolve(files, { workdir: 'other/' })
  t.match(other.spec, { command: 'root', params: ['params.yaml'] })
})

t.test('a typed command takes parameters of its folder before those of the root', async (t) => {
  const files = { 'params.yaml': '', 'sub/params.json': '' }
  const commandLine = { argv }
  t.same((await resolve(files, { workdir: 'sub', commandLine })).spec.params, ['sub/params.json'])
  t.same((await resolve(files, { workdir: 'x/y', commandLine })).spec.params, ['params.yaml'])
})

t.test('only ignored folders are linked, of the root and of the file', async (t) => {
  const files = { 'exp.yaml': 'cmd: a', venv: 'tracked', 'sub/exp.yaml': 'cmd: b' }
  const ignored = ['data', 'sub/node_modules', 'other/data']
  t.same((await resolve(files, { ignored })).spec.link, ['data'])
  t.same((await resolve(files, { ignored, workdir: 'sub' })).spec.link, [
    'sub/node_modules',
    'data',
  ])
})

t.test('named links replace the usual ones, and an empty list turns them off', async (t) => {
  const ignored = ['data', '.venv', 'cache']
  const linked = async (yaml: string, flags: Question['flags'] = {}) =>
    (await resolve({ 'exp.yaml': yaml }, { ignored, flags })).spec.link
  t.same(await linked('cmd: a\nlink: [cache]'), ['cache'])
  t.same(await linked('cmd: a\nlink: []'), [])
  t.same(await linked('cmd: a', { link: [''] }), [])
  t.same(await linked('cmd: a\nlink: []', { link: ['data'] }), ['data'])
})

t.test('Git is not asked what is ignored where there is nothing to link', async (t) => {
  const asked = { ...tree({}), isIgnored: async () => t.fail('asked') as never }
  await t.resolves(resolveSpec({ tree: asked, workdir: '', commandLine: { argv }, flags: {} }))
})

t.test('dvc repro is told where its file is when that is further up', async (t) => {
  const files = { 'a/dvc.yaml': 'metrics: [m.json]' }
  t.equal((await resolve(files, { workdir: 'a' })).spec.command, 'dvc repro')
  const deeper = await resolve(files, { workdir: 'a/b/c' })
  t.match(deeper.spec, { command: 'dvc repro ../../dvc.yaml', metrics: ['a/m.json'] })
})

t.test('a dvc.yaml brings what DVC does not cache, and says what is left out', async (t) => {
  const dvc = `stages: {a: {cmd: x, outs: [model, {log: {cache: false}}, "\${p}/x"]}}`
  const { spec, notes, detected } = await resolve({ 'dvc.yaml': dvc })
  t.same(spec.outputs, ['log'])
  t.match(detected, /outputs log/)
  t.same(notes, [`dvc.yaml: left out "\${p}/x", as it is no fixed path inside the repository.`])
})

t.test('a broken dvc.yaml stops only who needs its command', async (t) => {
  const files = { 'dvc.yaml': 'stages: [' }
  await t.rejects(resolve(files), { code: 'bad-config', message: /^dvc\.yaml:1:10: / })
  const { notes } = await resolve(files, { commandLine: { argv } })
  t.match(notes, [/^dvc\.yaml:1:10: .*; the file is left aside\.$/])
})

t.test('a broken exp.yaml stops every experiment', async (t) => {
  await t.rejects(resolve({ 'exp.yaml': 'cmb: x' }, { commandLine: { argv } }), {
    code: 'bad-config',
    message: 'exp.yaml:1:1: unknown key "cmb": did you mean `cmd`?',
  })
})

t.test('what a flag asks of the machine holds, for the rest what exp.yaml asks', async (t) => {
  const yaml = 'cmd: a\nresources: {gpus: 1, cpus: 4, memory: 16G, disk: 1, license: 1}'
  const flags = { gpus: '0', cpus: '0.5', memory: '2g', slots: ['License=2'] }
  t.same((await resolve({ 'exp.yaml': yaml }, { flags })).spec.resources, {
    ...{ gpus: 0, cpus: 0.5, memoryBytes: 2 ** 31, slots: { disk: 1, license: 2 } },
  })
  const { spec } = await resolve({ 'exp.yaml': yaml }, { flags: { gpus: '2' } })
  t.match(spec.resources, { gpus: 2, cpus: 4, slots: { disk: 1 } })
  t.equal((await resolve({ 'exp.yaml': 'cmd: a' })).spec.resources, null)
})

t.test('a params file that is named but absent is said', async (t) => {
  const { spec, notes } = await resolve({ 'exp.yaml': 'cmd: a\nparams: [no.yaml, "conf/*.yaml"]' })
  t.same(spec.params, ['no.yaml', 'conf/*.yaml'])
  t.same(notes, ['The params file no.yaml does not exist.'])
})

t.test("a flag's paths are relative to where it was typed, and stay inside", async (t) => {
  const commandLine = { argv }
  const flags = { outputs: ['out', '../shared'] }
  const { spec } = await resolve({}, { commandLine, flags, workdir: 'a/b' })
  t.same(spec.outputs, ['a/b/out', 'a/shared'])
  for (const wrong of [
    { copy: ['../../../etc'] },
    { link: ['/etc'] },
    { timeout: '7200' },
    { retries: 'many' },
    { retries: '' },
    { env: { 'A-B': '1' } },
    { setup: ' ' },
    { gpus: 'one' },
    { gpus: '-1' },
    { cpus: '0' },
    { memory: '16' },
    { slots: ['license'] },
    { slots: ['license=x'] },
    { slots: ['gpus=1'] },
    { slots: ['a b=1'] },
  ]) {
    const refused = resolve({}, { commandLine, flags: wrong, workdir: 'a/b' })
    await t.rejects(refused, { code: 'bad-config', message: /^--/ }, JSON.stringify(wrong))
  }
})

t.test('the line shows a command on one line, quoted, without steering the terminal', async (t) => {
  const detected = async (commandLine: Question['commandLine']) =>
    (await resolve({}, { commandLine })).detected.split(' · ')[0]
  t.equal(await detected({ argv: ['a b', "it's", ''] }), `command 'a b' 'it'\\''s' ''`)
  t.equal(await detected({ shell: 'a\n\u001b[31mb\u009bc' }), 'command a [31mb c')
  const long = await detected({ shell: 'x'.repeat(500) })
  t.equal(long, `command ${'x'.repeat(79)}…`)
})

t.test('a long list of paths is cut', async (t) => {
  const yaml = 'cmd: a\noutputs: [a, b, c, d, e, f]'
  t.match((await resolve({ 'exp.yaml': yaml })).detected, /outputs a, b, c, d and 2 more$/)
})

t.test('what would not fit a snapshot is refused at once', async (t) => {
  await t.rejects(resolve({}, { commandLine: { argv: ['a', 'b'.repeat(200_000)] } }), {
    code: 'bad-config',
  })
})
