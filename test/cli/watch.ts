import { spawnSync } from 'node:child_process'
import t from 'tap'
import { repaint } from '../../cli/repaint.ts'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'

t.test('a text is written over the one before it and never cleared first', async (t) => {
  let written = ''
  const write = (text: string | Uint8Array): boolean => {
    written += String(text)
    return true
  }
  const screen = repaint({ write, rows: 4, columns: 10 })
  const next = (text: string): string => {
    written = ''
    screen.show(text)
    return written
  }
  t.equal(next('one\ntwo\n'), '\x1b[?2026hone\x1b[K\r\ntwo\x1b[K\r\n\x1b[J\x1b[?2026l')
  t.equal(next('one\ntwo\n'), '', 'nothing is written where nothing changed')
  t.ok(next('one\n').startsWith('\x1b[?2026h\x1b[2A\rone\x1b[K\r\n\x1b[J'))
  t.ok(next('a\nb\nc\nd\ne\n').includes('c\x1b[K\r\n\x1b[J'), 'no more than there is room for')
  t.ok(next('12345678901\n').includes('1234567890\x1b[K'))
  screen.end()
  t.ok(written.endsWith('\x1b[?25h'))
})

t.test('show --watch ends when all have ended, and gives the cursor back', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ a: '1' })
  t.match((await repo.exp('show', '--watch')).stderr, /on a terminal/)
  const hasScript = spawnSync('script', ['--version']).status === 0
  if (!hasScript) {
    t.pass('there is no script(1) here that makes a terminal')
    return
  }
  await repo.exp(
    'add',
    '-n',
    'slow',
    '--',
    'sh',
    '-c',
    'while [ ! -e "$GIT_EXP_WORKSPACE/go" ]; do sleep 0.05; done',
  )
  const line = `'${process.execPath}' '${cliProgram}' show --watch`
  const watching = world.run('script', ['-qec', line, '/dev/null'], { cwd: repo.path })
  repo.write('go', '')
  const { stdout, exitCode } = await watching
  t.equal(exitCode, 0)
  t.ok(stdout.includes('\x1b[?25l') && stdout.trimEnd().endsWith('\x1b[?25h'))
  t.match(stdout, /slow +succeeded in/)
})
