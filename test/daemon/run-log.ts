import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { joinLog, RunLog } from '../../daemon/run-log.ts'
import { runScript } from '../fixture/run-script.ts'
import { sandbox } from '../fixture/sandbox.ts'

const logFile = (t: Test): string => {
  const folder = mkdtempSync(join(tmpdir(), 'run-log-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'log')
}

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `line ${String(from + i).padStart(6, '0')}\n`).join(
    '',
  )

const CUT = /\n\[git exp\] here (\d+) bytes of the log were cut out\n/

t.test('a log keeps its head and its tail, and tells how much is missing between', async (t) => {
  for (const pieces of [1, 7, 4096]) {
    const file = logFile(t)
    const log = new RunLog(file, 4000)
    const text = Buffer.from(lines(0, 5000))
    for (let at = 0; at < text.length; at += pieces) log.write(text.subarray(at, at + pieces))
    log.close()
    const kept = readFileSync(file, 'utf8')
    const [head = '', cut, tail = ''] = kept.split(CUT)
    t.ok(lines(0, 5000).startsWith(head))
    t.ok(lines(0, 5000).endsWith(tail))
    t.equal(head.length + Number(cut) + tail.length, text.length)
    t.ok(head.length >= 1500 && tail.length >= 1000, `${head.length} and ${tail.length}`)
    t.ok(kept.length <= 4100)
    t.strictSame(readdirSync(join(file, '..')), ['log'])
  }
})

t.test('a log that is not too long is whole, up to the last byte', async (t) => {
  for (const length of [0, 1999, 2000, 2001, 2999, 3000, 3001, 3999]) {
    const file = logFile(t)
    const log = new RunLog(file, 4000)
    const text = lines(0, 400).slice(0, length)
    log.write(Buffer.from(text))
    log.close()
    t.equal(readFileSync(file, 'utf8'), text, `${length}`)
  }
})

t.test('a log whose supervisor died is put together by the daemon', async (t) => {
  const file = logFile(t)
  writeFileSync(file, 'said before\n')
  const log = new RunLog(file, 4000)
  log.write(Buffer.from(lines(0, 5000)))
  log.say('a word of ours')
  joinLog(file)
  const kept = readFileSync(file, 'utf8')
  t.match(kept, /^said before\nline 000000\n/)
  t.match(kept, CUT)
  t.match(kept, /line 004999\n\[git exp\] a word of ours\n$/)
  joinLog(file)
  t.equal(readFileSync(file, 'utf8'), kept, 'and only once')
})

t.test('the log of a run is bounded by exp.maxLog', async (t) => {
  const world = sandbox(t)
  await world.config('exp.maxLog', '64K')
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { log } = await runScript(repo, 'echo first; seq 1 200000; echo error >&2; echo last')
  t.ok(log.length < 70_000, `${log.length}`)
  t.match(log, /^\[git exp\] .*\nfirst\n1\n2\n/)
  t.match(log, CUT)
  t.match(log, /199999\n200000\nerror\nlast\n/)
})

t.test(
  'bytes that are no text, and lines without an end, stand in the log as they came',
  async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({ 'a.txt': 'a\n' })
    const { experiment } = await runScript(
      repo,
      `head -c 5000000 /dev/urandom >b.bin; cat b.bin; tr -d '\\n' <b.bin | head -c 3000000 >c.bin; cat c.bin`,
    )
    const log = readFileSync(`${experiment.log}`)
    const start = log.indexOf('\n') + 1
    const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
    const first = log.subarray(start, start + 5_000_000)
    const withoutEnds = Buffer.from(first.filter((byte) => byte !== 10)).subarray(0, 3_000_000)
    t.equal(sha(log.subarray(start + 5_000_000, start + 8_000_000)), sha(withoutEnds))
    t.equal(log.subarray(start + 8_000_000).toString(), '[git exp] succeeded\n')
    t.match(experiment.state, 'succeeded')
  },
)

t.test('what a run says stands in order, at once and for its user alone', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const { output, experiment } = await runScript(
    repo,
    `for i in 1 2 3; do echo out $i; echo err $i >&2; done; printf 'no newline'; ls -l "$LOG"`,
  )
  t.match(output, /^out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\nno newline/)
  const { stdout } = await world.run('stat', ['-c', '%a', `${experiment.log}`])
  t.equal(stdout, '600\n')
})

t.test('a log is put together also where its supervisor died between two parts', async (t) => {
  const file = logFile(t)
  const log = new RunLog(file, 4000)
  log.write(Buffer.from(lines(0, 5000)))
  const [older, turns] = [`${file}.older`, readFileSync(`${file}.turns`).length]
  writeFileSync(`${file}.turns`, '.'.repeat(turns + 1))
  rmSync(older)
  joinLog(file)
  t.match(readFileSync(file, 'utf8'), CUT)
  t.strictSame(readdirSync(join(file, '..')), ['log'])
})
