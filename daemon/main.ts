import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Bell } from '../lib/bell.ts'
import { systemClock } from '../lib/clock.ts'
import { defaultWorkplaces } from '../lib/default-workplaces.ts'
import { UserError } from '../lib/errors.ts'
import { replaceFile } from '../lib/files.ts'
import { loadConfig } from '../lib/load-config.ts'
import { tryOverlay } from '../lib/overlay/try-overlay.ts'
import { packageVersion } from '../lib/package.ts'
import { makePlaces, places, queueId } from '../lib/places.ts'
import { identify } from '../lib/process-identity.ts'
import { spooled } from '../lib/spool.ts'
import { ensureDaemon, printHint } from '../lib/start-daemon.ts'
import { Cluster } from './cluster/cluster.ts'
import type { Daemon } from './daemon.ts'
import { markBuilt, openDatabase } from './database.ts'
import { note } from './events.ts'
import { LiveRuns } from './live-runs.ts'
import { takeLock } from './lock.ts'
import { loop } from './loop.ts'
import { knowMachine } from './machine.ts'
import { OneAtATime } from './one-at-a-time.ts'
import { openQueue } from './queue.ts'
import { quietHeap } from './quiet-heap.ts'
import { rebuild } from './rebuild.ts'
import { openRecords } from './records.ts'
import { Supervisors } from './start-supervisor.ts'
import { watchSpool } from './watch-spool.ts'

/** Runs the daemon until TERM or INT. Runs go on without it. */
const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      jobs: { type: 'string', short: 'j' },
      rebuild: { type: 'boolean' },
      // A service manager, or a person at a terminal, decides when it ends.
      stay: { type: 'boolean' },
    },
  })
  process.title = 'git-exp daemon'
  quietHeap()
  const found = makePlaces(places())
  const lock = takeLock(found.lock)
  if (lock === null) {
    note('another daemon is running')
    return 0
  }
  const lockInode = statSync(found.lock).ino
  const { config, problems } = await loadConfig('/')
  for (const problem of problems) note('config', { problem })
  const { db, isToRebuild } = openDatabase(found, values.rebuild === true)
  const self = identify(process.pid)
  if (self === null) throw new Error('a process that cannot see itself')
  const queue = openQueue(db)
  const jobs = values.jobs === undefined ? config.jobs : Number(values.jobs)
  const workplaces = join(
    config.workplaces ?? defaultWorkplaces(process.env),
    // Another queue of this user, with a state folder of its own, has other slots.
    queueId(found).slice(0, 8),
  )
  const daemon: Daemon = {
    places: found,
    queue,
    records: openRecords(db),
    cluster: new Cluster(db, config.broker),
    oneAtATime: new OneAtATime(),
    runs: new LiveRuns(),
    supervisors: new Supervisors(),
    config,
    jobs,
    machine: knowMachine(config, jobs, systemClock, (machine) => queue.recordMachine(machine)),
    workplaces,
    overlayProblem: once(() => tryOverlay(workplaces)),
    clock: systemClock,
    idleExitMs: values.stay === true ? null : config.idleExitMs,
    announce: () => replaceFile(found.hint, printHint(self, packageVersion())),
    isDeposed: () => statSync(found.lock, { throwIfNoEntry: false })?.ino !== lockInode,
    bell: new Bell(),
  }
  // Before anybody can know of this daemon: without it the signal would end it.
  process.on('SIGHUP', () => {
    daemon.cluster.ask()
    daemon.bell.ring()
  })
  if (isToRebuild) {
    await rebuild(daemon)
    markBuilt(db)
  }
  daemon.queue.recordDaemon(self, packageVersion(), daemon.jobs, daemon.clock())
  daemon.announce()
  note('up', { pid: self.pid, jobs: daemon.jobs, version: packageVersion() })
  let isStopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      isStopping = true
      // Who looks for a daemon from now on must start another one.
      rmSync(found.hint, { force: true })
      daemon.bell.ring()
    })
  }
  watchSpool(daemon)
  await loop(daemon, () => isStopping)
  note('down', { live: daemon.runs.size })
  db.close()
  lock.close()
  // A daemon that was started for a ticket of the last moment may have met our lock and gone.
  if (!isStopping && !daemon.isDeposed() && spooled(found).length > 0) await ensureDaemon(found)
  return 0
}

const once = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let answer: Promise<T> | null = null
  return () => (answer ??= ask())
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    note('failed', {
      error: error instanceof UserError ? error.message : String((error as Error).stack),
    })
    process.exit(error instanceof UserError ? 1 : 3)
  },
)
