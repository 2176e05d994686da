import { posix } from 'node:path'
import t from 'tap'
import { repositoryPath } from '../../../lib/spec/repository-path.ts'

t.test('a path becomes relative to the root, in its simplest form', async (t) => {
  for (const [folder, entry, path] of [
    ['', 'a/b', 'a/b'],
    ['.', './a//b/', 'a/b'],
    ['sub', 'data', 'sub/data'],
    ['sub/deep', '../data', 'sub/data'],
    ['sub', '../{a,b}.json', '{a,b}.json'],
    ['', 'plots/**', 'plots/**'],
    ['', 'runs/{1..3}/*.{png,svg}', 'runs/{1..3}/*.{png,svg}'],
    ['', '..data', '..data'],
    ['', '.gitignore', '.gitignore'],
    ['', '--flag', '--flag'],
    ['', 'ü ñ/x', 'ü ñ/x'],
  ] as const) {
    t.equal(repositoryPath(folder, entry), path, `${folder} ${entry}`)
  }
})

t.test('a glob in a folder with brackets in its name still matches there', async (t) => {
  const glob = repositoryPath('app/[id]', 'plots/*.png') ?? ''
  t.ok(posix.matchesGlob('app/[id]/plots/a.png', glob))
  t.equal(repositoryPath('app/[id]', 'metrics.json'), 'app/[id]/metrics.json')
})

t.test('what leaves the repository is refused, however it is written', async (t) => {
  for (const [folder, entry] of [
    ['', '..'],
    ['', '../x'],
    ['', 'a/../../x'],
    ['sub', '../../x'],
    ['', '/etc/passwd'],
    ['', '//etc'],
    ['', '{..,a}/x'],
    ['', '{../x,a}'],
    ['', '{a,b/../../..}/x'],
    ['', '.{.,a}/x'],
    ['', '{.,a}{.,b}/x'],
    ['', '{{.,a},b}./x'],
    ['', '{a,.}./{b,.}./x'],
    ['', '{,a}/etc'],
    ['', '\\.\\./x'],
    ['', '..\\/x'],
    ['', '[.][.]/x'],
    ['', '[.]./x'],
    ['..', 'x'],
  ] as const) {
    t.equal(repositoryPath(folder, entry), null, `${folder} ${entry}`)
  }
})

t.test('the root itself, a .git and what is no path are refused', async (t) => {
  for (const entry of [
    '',
    '.',
    './',
    'a/..',
    'a\0b',
    '.git',
    '.git/hooks',
    '.GIT/config',
    'sub/.git/x',
    '.gi[t]/config',
    '.{git,x}/config',
    'x'.repeat(5000),
    '{a,b}'.repeat(30),
  ]) {
    t.equal(repositoryPath('', entry), null, entry.slice(0, 40))
  }
  t.equal(repositoryPath('sub', '..'), null)
})
