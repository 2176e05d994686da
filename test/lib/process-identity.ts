import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { identify, isAlive, parseIdentity, printIdentity } from '../../lib/process-identity.ts'
import { until } from '../fixture/until.ts'

interface Test {
  teardown: (end: () => void) => void
}

const started = async (t: Test, file: string, args: string[]): Promise<ChildProcess> => {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child
}

t.test('a process is alive until it has ended', async (t) => {
  const child = await started(t, 'sleep', ['600'])
  const identity = identify(child.pid ?? 0)
  if (identity === null) throw new Error('it is not found')
  t.equal(identity.pid, child.pid)
  t.ok(isAlive(identity))
  t.ok(isAlive({ ...identity }))
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.notOk(isAlive(identity))
  t.equal(identify(identity.pid), null)
})

t.test(
  'a process of the same number is another one if it started at another time or boot',
  async (t) => {
    const self = identify(process.pid)
    if (self === null) throw new Error('it is not found')
    t.ok(isAlive(self))
    t.notOk(isAlive({ ...self, start: `${Number(self.start) + 1}` }))
    t.notOk(isAlive({ ...self, start: '' }))
    t.notOk(isAlive({ ...self, boot: 'another' }))
  },
)

t.test('a process that has ended and that nobody has waited for is not alive', async (t) => {
  // The shell becomes `sleep`, which never waits for the shell's child.
  const parent = await started(t, 'sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'])
  const [line] = (await once(parent.stdout ?? parent, 'data')) as [Buffer]
  const identity = await until('the child is there', () => identify(Number(line.toString())))
  t.ok(isAlive(identity))
  const name = `/proc/${parent.pid}/comm`
  await until('the shell is gone', () => readFileSync(name, 'utf8') === 'sleep\n')
  process.kill(identity.pid, 'SIGKILL')
  await until('it is told from a live one', () => !isAlive(identity))
  t.doesNotThrow(() => process.kill(identity.pid, 0), 'the kernel still has it')
})

t.test('a name with blanks and brackets hides no start time', async (t) => {
  const sleep = join(t.testdir(), 'a) Z 1 (2')
  copyFileSync('/bin/sleep', sleep)
  const plain = await started(t, 'sleep', ['600'])
  const odd = await started(t, sleep, ['600'])
  const [first, second] = [identify(plain.pid ?? 0), identify(odd.pid ?? 0)]
  t.match(second?.start, /^\d+$/)
  const apart = Number(second?.start) - Number(first?.start)
  t.ok(apart >= 0 && apart < 1000, `${apart} clock ticks apart`)
})

t.test('an identity is one line, whose first word is the pid', async (t) => {
  const identity = { pid: 4321, start: 'Mon Jan  5 10:00:00 2026', boot: 'b-1' }
  t.equal(printIdentity(identity), '4321 b-1 Mon Jan  5 10:00:00 2026')
  t.strictSame(parseIdentity(`${printIdentity(identity)}\n`), identity)
})

t.test('a line that is no identity is none', async (t) => {
  for (const line of [
    '',
    '\n',
    '1234',
    '1234 boot',
    '-1 boot 5',
    '12x boot 5',
    '99999999999 boot 5',
    'boot 1234 5',
    '1 boot 5\n2 boot 6',
    '\0\0\0\0',
  ]) {
    t.equal(parseIdentity(line), null, JSON.stringify(line))
  }
  t.equal(identify(0), null)
  t.equal(identify(4_194_305), null)
})
