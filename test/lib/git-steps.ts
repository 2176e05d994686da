import t from 'tap'
import { GitError } from '../../lib/git.ts'
import { gitSteps } from '../../lib/git-steps.ts'
import { sandbox } from '../fixture/sandbox.ts'

const failureOf = async (asked: Promise<unknown>): Promise<GitError> => {
  try {
    await asked
  } catch (error) {
    if (error instanceof GitError) return error
    throw error
  }
  throw new Error('nothing failed')
}

t.test('each git of a row runs, and what each printed is told apart', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': '1\n' })
  const options = { cwd: repo.path, input: 'blob\n' }
  const head = await repo.git('rev-parse', 'HEAD')
  const said = await gitSteps(
    [
      ['rev-parse', 'HEAD'],
      ['update-ref', 'refs/heads/other', head],
      ['hash-object', '-w', '--stdin'],
      ['log', '--format=%s', '--max-count=1', 'other'],
    ],
    options,
  )
  const blob = await repo.git('hash-object', '--', 'a.txt')
  const [first, second, third = '', last] = said
  t.equal(first, `${head}\n`)
  t.equal(second, '')
  t.equal(await repo.git('cat-file', 'blob', third.trim()), 'blob')
  t.not(third.trim(), blob)
  t.equal(last, 'Start\n')
  t.equal(said.length, 4)
})

t.test('no word of theirs means anything to the shell', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': '1\n' })
  const odd = ['$(touch x)', '`touch x`', "'; touch x; '", '$1', '"', '\\', 'a\nb', '*', '']
  const said = await gitSteps(
    [...odd.map((word) => ['rev-parse', '--sq-quote', word]), ['ls-files', '--others']],
    { cwd: repo.path },
  )
  t.strictSame(
    said.slice(0, -1),
    odd.map((word) => ` '${word.replaceAll("'", "'\\''")}'\n`),
  )
  t.equal(said.at(-1), '')
})

t.test('the first that fails is the last that runs, and is told of', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': '1\n' })
  const head = await repo.git('rev-parse', 'HEAD')
  const failure = gitSteps(
    [
      ['rev-parse', 'HEAD'],
      ['rev-parse', '--verify', 'none'],
      ['update-ref', 'refs/heads/other', head],
    ],
    { cwd: repo.path },
  )
  const error = await failureOf(failure)
  t.strictSame(error.args, ['rev-parse', '--verify', 'none'])
  t.equal(error.exitCode, 128)
  t.match(error.stderr, /Needed a single revision/)
  t.equal(await repo.git('for-each-ref', '--format=%(refname)'), 'refs/heads/main')
})

t.test('one that is killed has no exit code', async (t) => {
  const repo = await sandbox(t).repository({ 'a.txt': '1\n' })
  await repo.git('config', 'alias.end', '!kill -9 $PPID')
  const error = await failureOf(gitSteps([['rev-parse', 'HEAD'], ['end']], { cwd: repo.path }))
  t.strictSame(error.args, ['end'])
  t.equal(error.exitCode, null)
})
