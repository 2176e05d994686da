import { existsSync, linkSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { trimRuns } from '../../../daemon/worker/trim-runs.ts'
import { openWorker } from '../../../daemon/worker/worker.ts'
import { sandbox } from '../../fixture/sandbox.ts'

t.test('what is oldest of a worker’s runs goes, and what nobody names any more', async (t) => {
  const opened = await openWorker('w1', sandbox(t).env)
  const { places } = opened
  const day = 86_400_000
  const now = Date.now() + 100 * day
  const made = (id: string, ageDays: number, bytes: number): string => {
    const attempt = join(places.runs, id, '1')
    mkdirSync(join(attempt, 'outputs'), { recursive: true })
    writeFileSync(join(attempt, 'log'), 'log\n')
    if (bytes > 0) {
      writeFileSync(join(places.store, id), 'x'.repeat(bytes))
      linkSync(join(places.store, id), join(attempt, 'outputs', 'model'))
    }
    const at = new Date(now - ageDays * day)
    utimesSync(join(places.runs, id), at, at)
    return join(places.runs, id)
  }
  const [old, newer] = [made('old', 50, 60), made('newer', 40, 60)]
  const [oldLog, newLog] = [made('old-log', 31, 0), made('new-log', 29, 0)]
  const config = { ...opened.config, keepIgnoredTotalBytes: 100 }
  const worker = { ...opened, config, clock: () => now }
  trimRuns(worker)
  t.strictSame(
    [old, newer, oldLog, newLog].map((one) => existsSync(one)),
    [false, true, false, true],
  )
  t.strictSame(
    ['old', 'newer'].map((one) => existsSync(join(places.store, one))),
    [false, true],
  )
})
