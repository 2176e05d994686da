import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { spooled } from '../../lib/spool.ts'
import { type Call, type Sandbox, sandbox, type TestRepository } from '../fixture/sandbox.ts'

/** Asks for an experiment that is refused, as JSON; gives back the error. */
const refusal = async (
  t: Test,
  { places }: Sandbox,
  { exp, git }: TestRepository,
  args: string[],
): Promise<{ code: string; message: string; hint: string | null }> => {
  const { exitCode, stdout, stderr } = await exp('add', '--json', ...args)
  const { error, ...more } = JSON.parse(stderr)
  t.match({ exitCode, stdout, more }, { exitCode: error.code === 'usage' ? 129 : 1, stdout: /^$/ })
  t.strictSame(more, {})
  t.strictSame(Object.keys(error), ['code', 'message', 'hint'])
  t.equal(await git('for-each-ref', 'refs/git-exp'), '', 'no name is taken')
  t.strictSame(spooled(places), [], 'nothing is queued')
  return error
}

t.test('without a command it is said what was looked for', async (t) => {
  const box = sandbox(t)
  const repository = await box.repository({ 'src/a.py': '' })
  t.match(await refusal(t, box, repository, []), {
    code: 'no-command',
    message: /neither exp\.yaml nor dvc\.yaml/,
    hint: /git exp add -- CMD.*cmd: CMD.*exp\.yaml/,
  })
  const below = await box.exp(['add'], { cwd: join(repository.path, 'src') })
  t.match(below, { exitCode: 1, stdout: /^$/, stderr: /in src or a folder above it/ })
  repository.write('exp.yaml', 'params: [params.yaml]\n')
  t.match(await refusal(t, box, repository, []), { message: /exp\.yaml has no `cmd`/ })
})

t.test('an exp.yaml that is wrong is refused with line, column and the nearest key', async (t) => {
  const box = sandbox(t)
  const repository = await box.repository({ 'exp.yaml': 'cmd: true\ntimeot: 2h\n' })
  t.match(await refusal(t, box, repository, []), {
    code: 'bad-config',
    message: /exp\.yaml:2:1: .*timeot.*timeout/,
  })
  repository.write('exp.yaml', 'cmd: "true"\nretries: many\n')
  t.match(await refusal(t, box, repository, []), { message: /exp\.yaml:2:10: .*retries/ })
})

t.test('a setting that is wrong is refused with the command that puts it right', async (t) => {
  const box = sandbox(t)
  const repository = await box.repository({})
  await repository.git('config', 'exp.maxUntracked', 'a lot')
  const { code, message } = await refusal(t, box, repository, ['--', 'true'])
  t.equal(code, 'bad-config')
  t.match(message, /exp\.maxUntracked.*"a lot".*: git config exp\.maxUntracked 500/)
  await repository.git('config', 'exp.maxUntracked', '500MB')
  await repository.git('config', 'exp.jobs', '2')
  t.match(await refusal(t, box, repository, ['--', 'true']), {
    message: /global config only.*git config --unset exp\.jobs; git config --global exp\.jobs 2/,
  })
})

t.test('an unknown parameter is refused with the nearest one', async (t) => {
  const box = sandbox(t)
  const repository = await box.repository({ 'params.yaml': 'lr: 0.1\nmodel:\n  depth: 18\n' })
  for (const [argument, words] of [
    ['model.dept=3', /no parameter model\.dept in params\.yaml; did you mean model\.depth\?/],
    ['depth=1,2,3', /no parameter depth in params\.yaml; did you mean model\.depth\?/],
    ['lr.deep=1', /params\.yaml/],
    ['other.yaml:lr=1', /no file other\.yaml/],
  ] as const) {
    const error = await refusal(t, box, repository, ['-S', 'lr=0.5', '-S', argument, '--', 'true'])
    t.match(error.message, words)
  }
  t.match(await refusal(t, box, repository, ['-S', 'model.dept=3', '--', 'true']), {
    code: 'unknown-parameter',
    hint: /\+model\.dept=/,
  })
  t.equal(repository.read('params.yaml'), 'lr: 0.1\nmodel:\n  depth: 18\n')
})

t.test('a parameter file that does not parse is refused with file, line and column', async (t) => {
  const box = sandbox(t)
  const repository = await box.repository({
    'a.yaml': 'lr: 0.1\nmodel: [1, 2\nx: 1\n',
    'b.json': '{\n  "lr": 0.1,\n  "x" 1\n}\n',
    'c.toml': 'lr = 0.1\nx = = 1\n',
  })
  for (const [file, words] of [
    ['a.yaml', /a\.yaml:[23]:\d+: /],
    ['b.json', /b\.json:3:\d+: /],
    ['c.toml', /c\.toml:2:\d+: /],
  ] as const) {
    const error = await refusal(t, box, repository, ['-S', `${file}:lr=1`, '--', 'true'])
    t.match(error, { code: 'bad-params-file', message: words })
  }
})

t.test('a parameter file that Git ignores, links or holds no text is refused', async (t) => {
  const box = sandbox(t)
  const repository = await box.repository({ '.gitignore': 'ignored.yaml\n', 'a.yaml': 'lr: 1\n' })
  repository.write('ignored.yaml', 'lr: 1\n')
  repository.write('binary.yaml', Buffer.from([0xff, 0xfe, 0x00]))
  await box.run('ln', ['-s', 'a.yaml', 'link.yaml'], { cwd: repository.path })
  for (const [file, words] of [
    ['ignored.yaml', /is ignored by Git/],
    ['link.yaml', /is a symbolic link/],
    ['binary.yaml', /is not UTF-8/],
    ['../outside.yaml', /outside of this repository/],
    ['/etc/hostname', /outside of this repository/],
  ] as const) {
    const error = await refusal(t, box, repository, ['-S', `${file}:lr=2`, '--', 'true'])
    t.match(error.message, words)
  }
})

t.test('an override that is none is refused', async (t) => {
  const box = sandbox(t)
  const repository = await box.repository({ 'params.yaml': 'lr: 0.1\n' })
  for (const argument of ['lr', '=1', 'lr=[1', 'lr=choice(', '']) {
    const error = await refusal(t, box, repository, ['-S', argument, '--', 'true'])
    t.equal(error.code, 'bad-override', JSON.stringify(argument))
  }
})

t.test('every rule of a name is kept', async (t) => {
  const box = sandbox(t)
  const repository = await box.repository({})
  const refused = [
    ...['', 'a b', 'a/b', 'ä', 'a:b', 'a~b', 'a\nb', '-x', '.x', '@x', '#7', '123', 'HEAD', 'head'],
    ...['abcdef0', 'ABCDEF0', '0'.repeat(64), 'a..b', 'a.', 'x.lock', 'X.LOCK', 'x'.repeat(101)],
  ]
  for (const name of refused) {
    const error = await refusal(t, box, repository, [`--name=${name}`, '--', 'true'])
    t.match(error, { code: 'bad-name', hint: /-n/ }, JSON.stringify(name))
  }
  for (const name of ['abcdef', 'lr=0.1,x+1', '1.5', 'x'.repeat(100), 'f'.repeat(65)]) {
    t.match(await repository.exp('add', '-n', name, '--', 'true'), { stdout: `${name}\n` })
  }
  const sweep = ['-n', 'x'.repeat(99), '-S', '+new=1,2', '--', 'true']
  t.match(await repository.exp('add', ...sweep), { exitCode: 1, stderr: /name|params/ })
})

t.test('a name that is taken is refused, also in another case', async (t) => {
  const { repository } = sandbox(t)
  const { exp } = await repository({ 'params.yaml': 'lr: 1\n' })
  t.match(await exp('add', '-n', 'Mine', '--', 'true'), { exitCode: 0, stdout: 'Mine\n' })
  for (const args of [
    ['-n', 'Mine'],
    ['-n', 'mine'],
  ]) {
    const again = await exp('add', ...args, '--', 'true')
    t.match(again, { exitCode: 1, stdout: /^$/, stderr: /“Mine” under this commit.*\n.*-n/ })
  }
  t.match(await exp('add', '-n', 'one-2', '--', 'true'), { exitCode: 0 })
  const sweep = await exp('add', '-n', 'one', '-S', 'lr=1,2,3', '--', 'true')
  t.match(sweep, { exitCode: 1, stdout: /^$/, stderr: /“one-2”/ }, 'a sweep is queued whole or not')
  const { stdout } = await exp('status', '--json')
  t.equal(JSON.parse(stdout).experiments.length, 2)
})

t.test('a command without its -- is refused, with the line to type', async (t) => {
  const box = sandbox(t)
  const repository = await box.repository({})
  for (const verb of ['add', 'run']) {
    const refused: Call = await repository.exp(verb, 'python', 'train.py')
    t.match(refused, { exitCode: 129, stdout: /^$/ })
    t.match(refused.stderr, `a command goes behind --: git exp ${verb} -- python train.py`)
  }
  t.match(await refusal(t, box, repository, ['python', 'train.py']), { code: 'usage' })
})

t.test('a call that contradicts itself is refused', async (t) => {
  const box = sandbox(t)
  const repository = await box.repository({})
  for (const [args, words] of [
    [['--'], /no command behind --/],
    [['-c', 'true', '--', 'true'], /two commands/],
    [['--untracked=some', '--', 'true'], /all or normal, not “some”/],
    [['--timeout=soon', '--', 'true'], /timeout/],
    [['--link=../other', '--', 'true'], /link/],
  ] as const) {
    t.match((await refusal(t, box, repository, [...args])).message, words)
  }
})

const isRoot = process.getuid?.() === 0 && 'root may read anything'

t.test(
  'a file that may not be read is named, and nothing is queued',
  { skip: isRoot },
  async (t) => {
    const box = sandbox(t)
    const repository = await box.repository({})
    for (const [name, code] of [
      ['exp.yaml', 'bad-config'],
      ['mine.txt', 'git'],
    ] as const) {
      repository.write(name, '')
      chmodSync(join(repository.path, name), 0)
      t.match(await refusal(t, box, repository, ['--', 'true']), { code, message: name })
      rmSync(join(repository.path, name), { force: true })
    }
  },
)
