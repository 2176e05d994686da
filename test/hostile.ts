import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { placeOverrides } from '../lib/capture/edit-parameters.ts'
import { UserError } from '../lib/errors.ts'
import { nameProblem } from '../lib/names.ts'
import { expandSweep } from '../lib/overrides/expand.ts'
import { parseOverride } from '../lib/overrides/parse.ts'
import { parseRef } from '../lib/refs.ts'
import { parseSnapshotMessage } from '../lib/snapshot.ts'
import { parseSpec } from '../lib/spec/spec.ts'
import { parseTicket } from '../lib/ticket.ts'
import { parseTrailers, printMessage } from '../lib/trailers.ts'
import { bringKeptFiles } from '../lib/workspace/kept-files.ts'
import { sandbox } from './fixture/sandbox.ts'

// Whatever comes from outside is refused or harmless: no path leaves the repository, no word becomes
// an option, no text forges a trailer or reaches a shell.

const refuses = (work: () => unknown): boolean => {
  try {
    work()
    return false
  } catch (error) {
    return error instanceof UserError
  }
}

const NAMES = [
  '',
  '.',
  '..',
  '.hidden',
  '-n',
  '--force',
  '@',
  '@last',
  '#7',
  '7',
  '0123456',
  'deadbeef',
  'HEAD',
  'head',
  'a/b',
  '../x',
  'a..b',
  'a.',
  'a.lock',
  'A.LOCK',
  'a b',
  'a\nb',
  'a\0b',
  'a:b',
  'a~1',
  'a^',
  'a?',
  'a*',
  'a[',
  'a\\b',
  '$(id)',
  '`id`',
  'a;id',
  'ä',
  'a\u202eb',
  'x'.repeat(101),
]
for (const name of NAMES) {
  t.test(`the name ${JSON.stringify(name.slice(0, 20))} is refused`, async (t) => {
    t.not(nameProblem(name), null)
  })
}

const REFS = [
  'refs/exps/aa/../../../config',
  `refs/exps/aa/${'b'.repeat(38)}/../x`,
  `refs/exps/aa/${'b'.repeat(38)}/-x`,
  `refs/exps/aa/${'b'.repeat(38)}/x/y`,
  `refs/exps/zz/${'b'.repeat(38)}/x`,
  'refs/exps/exec/EXEC_HEAD',
  'refs/heads/main',
]
for (const ref of REFS) {
  t.test(`the ref ${ref.replace(/b{10,}/, 'b…')} is none of ours`, async (t) => {
    t.equal(parseRef(ref), null)
  })
}

const PATHS = ['/etc/passwd', '../up', 'a/../../up', 'a\0b', '..', './../..', 'a/b/../../../c']
for (const path of PATHS) {
  t.test(`a spec whose link is ${JSON.stringify(path)} is refused`, async (t) => {
    t.ok(refuses(() => parseSpec(JSON.stringify({ command: 'x', link: [path] }))))
    t.ok(refuses(() => parseSpec(JSON.stringify({ command: 'x', copy: [path] }))))
    t.ok(refuses(() => parseSpec(JSON.stringify({ command: 'x', params: [path] }))))
  })
}

for (const text of ['/etc/passwd:a=1', '../../up.yaml:a=1', 'a/../../../up.yaml:a=1']) {
  t.test(`the override ${text} is refused`, async (t) => {
    const [overrides = []] = expandSweep([parseOverride(text)])
    t.equal(overrides.length, 1)
    t.ok(refuses(() => placeOverrides(overrides, 'sub', [])))
  })
}

const head = (lines: string[]): string => `git-exp-ticket 1\n${lines.join('\n')}\n\n`
const whole = ['ticket 01a207ad-9055-748e-aba3-b655b5e69e9f', 'verb enqueue', 'repository /r']
const item = `${'a'.repeat(40)} 01a207ad-9055-748e-aba3-b655b5e69e9f`
const TICKETS: Record<string, string> = {
  'a relative repository': head([...whole.slice(0, 2), 'repository r']),
  'a repository with a NUL': head([...whole.slice(0, 2), 'repository "/r\0"']),
  'an environment that is a path': head([...whole, 'env ../../../etc/passwd']),
  'an unknown verb': head([whole[0] ?? '', 'verb exec', 'repository /r']),
  'an id that is a path': head(['ticket ../../x', 'verb stop', 'repository /r']),
  'a line twice': head([...whole, 'repository /other']),
  'an unknown line': head([...whole, 'command rm -rf /']),
  'a priority beyond the bounds': head([...whole, 'priority 101']),
  'a quoted value that is cut off': head([...whole, 'worktree "/w']),
  'a name that is a path': `${head(whole)}${item} ../x\n`,
  'a name that is an option': `${head(whole)}${item} --x\n`,
  'an oid that is an option': `${head(whole)}--upload-pack=x 01a207ad-9055-748e-aba3-b655b5e69e9f x\n`,
  'an oid that is a revision': `${head(whole)}HEAD~1 01a207ad-9055-748e-aba3-b655b5e69e9f x\n`,
  'more words than it should have': `${head(whole)}${item} x y\n`,
}
for (const [what, text] of Object.entries(TICKETS)) {
  t.test(`a ticket with ${what} is refused`, async (t) => {
    t.ok('problem' in parseTicket(text))
  })
}

const FORGERIES = [
  'x\nExp-Name: "forged"',
  'x\r\nExp-Id: "forged"',
  'x\n\nExp-Command: "forged"',
  'x\u2028Exp-Name: "forged"',
  '"\nExp-Spec: {}',
]
for (const [i, text] of FORGERIES.entries()) {
  t.test(`text ${i + 1} forges no trailer, wherever it stands`, async (t) => {
    const message = printMessage(`exp: ${text}`, [
      ['Exp-Version', 1],
      ['Exp-Command', [text]],
      ['Exp-Override', text],
    ])
    const trailers = parseTrailers(message)
    t.strictSame([...trailers.keys()], ['Exp-Version', 'Exp-Command', 'Exp-Override'])
    t.strictSame(trailers.get('Exp-Command'), [[text]])
    t.ok(
      refuses(() => parseSnapshotMessage(message)),
      'and makes no snapshot',
    )
  })
}

t.test('a kept file goes nowhere but into the workspace', async (t) => {
  const { folder, places } = sandbox(t)
  const worktree = join(folder, 'worktree')
  for (const path of [worktree, join(folder, 'outside'), places.store]) {
    mkdirSync(path, { recursive: true })
  }
  symlinkSync(join(folder, 'outside'), join(worktree, 'out'))
  const sha256 = 'a'.repeat(64)
  writeFileSync(join(places.store, sha256), 'hostile')
  const bring = (path: string, hash = sha256): unknown =>
    bringKeptFiles(places, worktree, [{ path, sha256: hash, bytes: 7 }])
  t.strictSame(bring('../up'), ['../up'])
  t.strictSame(bring('/tmp/absolute'), ['/tmp/absolute'])
  t.strictSame(bring('x', '../queue.db'), ['x'])
  t.ok(
    refuses(() => bring('out/x')),
    'nor through a link',
  )
  t.notOk(existsSync(join(folder, 'outside', 'x')))
})

t.test('a repository made to escape itself is refused or harmless', async (t) => {
  const box = sandbox(t)
  const repo = await box.repository({ 'params.yaml': 'a: 1\n', '-S.yaml': 'x: 1\n' })
  const outside = join(box.folder, 'outside.yaml')
  writeFileSync(outside, 'a: 1\n')
  symlinkSync(outside, join(repo.path, 'link.yaml'))
  await repo.git('config', 'core.fsmonitor', '')
  const refused = [
    ['add', '-S', 'link.yaml:a=2', '--', 'true'],
    ['add', '-S', '../outside.yaml:a=2', '--', 'true'],
    ['add', '-S', `${outside}:a=2`, '--', 'true'],
    ['add', '--link', '../..', '--', 'true'],
    ['add', '--copy', '/etc', '--', 'true'],
    ['add', '-n', '--upload-pack=x', '--', 'true'],
    ['apply', '--output=x'],
    ['log', '../../x'],
    ['show', '$(touch pwned)'],
    ['stop', '`touch pwned`'],
  ]
  for (const args of refused) {
    const { exitCode, stderr } = await repo.exp(...args)
    t.ok(exitCode === 1 || exitCode === 129, args.join(' '))
    t.notMatch(stderr, /fault of git exp/, args.join(' '))
  }
  t.equal(await repo.git('for-each-ref', 'refs/git-exp'), '')

  const odd = ['$(touch pwned)', '; touch pwned', '`touch pwned`', '-e', "'", '"', '\n']
  const ran = await repo.exp('run', '-S', '-S.yaml:x=2', '--', 'printf', '%s|', ...odd)
  t.equal(ran.exitCode, 0, ran.stderr)
  t.match(ran.stdout, odd.join('|'), 'words reach the command as they are')
  t.notOk(existsSync(join(repo.path, 'pwned')))
  t.equal((await repo.shown())[0]?.params['params.yaml']?.a, 1)
})
