import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
for (let depth = 1; depth < 12; depth++) {
  const [name, before] = [String.fromCharCode(97 + depth), String.fromCharCode(96 + depth)]
  bomb.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`)
}

const deep = 100_000
const FILES: Record<string, string> = {
  'params.yaml': 'lr: 1\n',
  'bomb.yaml': `${bomb.join('\n')}\nlr: 1\n`,
  'deep.yaml': `lr: ${'['.repeat(deep)}1${']'.repeat(deep)}\n`,
  'deep.json': `{"lr": ${'['.repeat(deep)}1${']'.repeat(deep)}}\n`,
  'deep.toml': `lr = ${'['.repeat(deep)}1${']'.repeat(deep)}\n`,
  'deep.py': `lr = ${'['.repeat(deep)}1${']'.repeat(deep)}\n`,
  'proto.yaml': '__proto__:\n  lr: 1\nconstructor: 2\n',
  'twice.yaml': 'lr: 1\nlr: 2\n',
  'tabs.yaml': 'a:\n\tlr: 1\n',
  'two.yaml': 'lr: 1\n---\nlr: 2\n',
  'large.yaml': `lr: 1\nrows:\n${'  - {name: a row of text, value: 1.5}\n'.repeat(280_000)}`,
  'large.json': `{\n"lr": 1,\n"rows": [${'{"name": "a row of text", "value": 1.5},\n'.repeat(250_000)}0]}\n`,
  'huge.yaml': `lr: 1\n${'# filled\n'.repeat(2_000_000)}`,
}

t.test('parameter files made to harm are refused or rightly changed, soon', async (t) => {
  const box = sandbox(t)
  const { exp, git, path } = await box.repository(FILES)
  symlinkSync('/etc', join(path, 'outside'))
  symlinkSync('params.yaml', join(path, 'link.yaml'))
  for (const [override, words] of [
    ['bomb.yaml:lr=2', /bomb\.yaml: its aliases repeat too much/],
    ['deep.yaml:lr=2', /deep\.yaml/],
    ['deep.json:lr=2', /deep\.json/],
    ['deep.toml:lr=2', /deep\.toml/],
    ['deep.py:lr=2', /deep\.py/],
    ['twice.yaml:lr=3', /twice\.yaml/],
    ['tabs.yaml:a.lr=3', /tabs\.yaml:2:1/],
    ['two.yaml:lr=3', /two\.yaml/],
    ['large.yaml:lr=3', /large\.yaml: 10\.\d MB is too much/],
    ['huge.yaml:lr=3', /huge\.yaml/],
    ['link.yaml:lr=2', /link\.yaml is a symbolic link/],
    ['outside/hostname.yaml:lr=2', /no file outside\/hostname\.yaml/],
    ['../params.yaml:lr=2', /outside of this repository/],
    ['/etc/hostname:lr=2', /outside of this repository/],
    ['params.yaml:__proto__.x=2', /no parameter __proto__/],
  ] as const) {
    const refused = await exp('add', '-S', override, '--', 'true')
    t.match(refused, { exitCode: 1, stdout: /^$/, stderr: words }, override)
    t.notMatch(refused.stderr, /^ {4}at /m, `${override}: no stack`)
  }
  t.equal(await git('for-each-ref', 'refs/git-exp'), '', 'nothing was queued')
  const right = ['proto.yaml:__proto__.lr=2', 'large.json:lr=2', 'params.yaml:+__proto__=2']
  const args = right.flatMap((override) => ['-S', override])
  const added = await exp('add', '--json', ...args, '--', 'true')
  t.equal(added.exitCode, 0, added.stderr)
  const [{ snapshot }] = JSON.parse(added.stdout)
  t.match(await git('show', `${snapshot}:proto.yaml`), /^__proto__:\n {2}lr: 2\nconstructor: 2$/)
  t.match(await git('show', `${snapshot}:params.yaml`), /^lr: 1\n__proto__: 2$/)
  t.equal(
    await git('diff', '--shortstat', 'HEAD', snapshot, '--', 'large.json'),
    ' 1 file changed, 1 insertion(+), 1 deletion(-)',
  )
})
