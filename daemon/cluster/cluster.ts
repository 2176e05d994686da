import type Database from 'better-sqlite3'
import type { BrokerEvent } from '../../lib/cluster/broker.ts'
import { UserError } from '../../lib/errors.ts'
import { GitError } from '../../lib/git.ts'
import { isUuid } from '../../lib/uuid.ts'
import type { Daemon } from '../daemon.ts'
import { note } from '../events.ts'
import { BackOff } from './back-off.ts'
import { BrokerLink } from './broker-link.ts'
import { type ClusterRow, type ClusterRows, openClusterRows } from './cluster-rows.ts'
import { LiveLogs } from './live-logs.ts'
import { look, sendLost } from './look.ts'
import { send, taskId } from './send.ts'
import { type ClusterSettings, clusterSettings } from './settings.ts'
import { stop } from './stop.ts'
import { submit } from './submit.ts'

/** How often the remote is looked at whatever nobody says. */
const LOOK_MS = 60_000
/** The same while a person waits for it. */
const ASKED_MS = 1000
/** After an event: what it tells of is on the remote a moment later. */
const HEARD_MS = 1000

type Step = (daemon: Daemon, commonDir: string, settings: ClusterSettings) => Promise<boolean>

/** What this daemon has on a cluster: it works beside the loop, one turn at a time. */
export class Cluster {
  readonly rows: ClusterRows
  readonly link: BrokerLink
  readonly #logs = new LiveLogs()
  readonly #backOff = new BackOff()
  #isWorking = false
  #isAsked = false
  /** Whether a turn was asked for while one was going on. */
  #isWanted = false
  #timer: NodeJS.Timeout | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  #lookAt = Number.POSITIVE_INFINITY
  #daemon: Daemon | null = null

  constructor(db: Database.Database, broker: string | null) {
    this.rows = openClusterRows(db)
    this.link = new BrokerLink(broker, (event) => this.#hear(event))
  }

  /** A person looks: what the remote has is to be known soon. */
  ask(): void {
    this.#isAsked = true
  }

  /** Whether anything of this queue is on a cluster or on its way there. */
  isBusy(): boolean {
    return this.rows.repositories().length > 0
  }

  /** Begins what is to be done now, and rings the bell when something has changed, and when more is due. */
  turn(daemon: Daemon): void {
    this.#daemon = daemon
    this.#isWanted = this.#isWorking
    if (this.#isWorking) return
    this.#isWorking = true
    clearTimeout(this.#timer)
    this.#work(daemon)
      .catch((error: unknown) => {
        note('trouble', { error: String((error as Error).stack) })
        return false
      })
      .then((isChanged) => {
        this.#isWorking = false
        if (isChanged || this.#isWanted) daemon.bell.ring()
        else this.#ringWhenDue(daemon)
      })
      .catch(() => {})
  }

  #ringWhenDue(daemon: Daemon): void {
    if (this.rows.repositories().length === 0) return
    const now = daemon.clock()
    const next = Math.min(this.#nextLook(), this.#backOff.nextAt(now))
    this.#timer = setTimeout(() => daemon.bell.ring(), Math.max(1, next - now))
  }

  #nextLook(): number {
    return Math.min(this.#lookedAt + (this.#isAsked ? ASKED_MS : LOOK_MS), this.#lookAt)
  }

  async #work(daemon: Daemon): Promise<boolean> {
    const repositories = this.rows.repositories()
    if (repositories.length === 0) {
      await this.link.close()
      return false
    }
    const isToLook = this.#nextLook() <= daemon.clock()
    if (isToLook) {
      this.#lookedAt = daemon.clock()
      this.#lookAt = Number.POSITIVE_INFINITY
    }
    const isWatched = isToLook && this.#isAsked
    if (isToLook) {
      this.#isAsked = false
      // To hear what happens there until the next look.
      this.link.get().catch(() => {})
    }
    let isChanged = false
    for (const commonDir of repositories) {
      isChanged = (await this.#workFor(daemon, commonDir, isToLook)) || isChanged
    }
    if (isWatched) await this.#logs.catchUp(daemon)
    return isChanged
  }

  async #workFor(daemon: Daemon, commonDir: string, isToLook: boolean): Promise<boolean> {
    const now = daemon.clock()
    const { rows } = this
    const due = {
      remote:
        rows.toStop(commonDir).some(({ cancelledAt }) => cancelledAt === null) ||
        rows.toPush(commonDir, now, 1).length > 0,
      broker: rows.toSend(commonDir, 1).length > 0,
    }
    if (!due.remote && !due.broker && !isToLook) return false
    const isRemoteDone = await this.#try(daemon, commonDir, 'remote', [
      stop,
      submit,
      ...(isToLook || due.remote ? [look] : []),
    ])
    const isBrokerDone = await this.#try(daemon, commonDir, 'broker', [
      ...(isToLook ? [sendLost] : []),
      send,
    ])
    return isRemoteDone || isBrokerDone
  }

  /** Does some steps unless what they need failed a moment ago; what waits for it is told why. */
  async #try(
    daemon: Daemon,
    commonDir: string,
    what: 'remote' | 'broker',
    steps: Step[],
  ): Promise<boolean> {
    const key = `${what} ${commonDir}`
    if (!this.#backOff.mayTry(key, daemon.clock())) return false
    try {
      const settings = await clusterSettings(commonDir)
      let isChanged = false
      for (const step of steps) isChanged = (await step(daemon, commonDir, settings)) || isChanged
      if (this.#backOff.worked(key)) {
        this.rows.tellProblem(this.#waitingFor(commonDir, what, daemon.clock()), null)
      }
      return isChanged
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof GitError)) throw error
      this.#backOff.failed(key, daemon.clock())
      const waiting = this.#waitingFor(commonDir, what, daemon.clock())
      this.rows.tellProblem(waiting, waitingText(error))
      note('cluster-waits', { problem: error.message })
      return false
    }
  }

  #waitingFor(commonDir: string, what: 'remote' | 'broker', now: number): ClusterRow[] {
    const { rows } = this
    return what === 'broker'
      ? rows.toSend(commonDir, -1)
      : [...rows.toPush(commonDir, now, -1), ...rows.onCluster(commonDir)]
  }

  #hear(event: BrokerEvent): void {
    const daemon = this.#daemon
    if (daemon === null || !event.type.startsWith('task-')) return
    if (!this.#isOurs(event) || this.#logs.write(daemon, event)) return
    this.#lookAt = Math.min(this.#lookAt, daemon.clock() + HEARD_MS)
    daemon.bell.ring()
  }

  /** Others' experiments go by on the same channel. */
  #isOurs({ uuid }: BrokerEvent): boolean {
    if (typeof uuid !== 'string' || !isUuid(uuid)) return false
    if (this.rows.find(uuid) !== null) return true
    return this.rows.sentAgain().some(({ id, publications }) => taskId(id, publications) === uuid)
  }
}

const waitingText = (error: UserError | GitError): string => {
  if (error instanceof GitError) return `waits: ${error.message}`
  if (error.code === 'broker') return `waits for ${error.message}`
  return error.code === 'remote'
    ? `waits for the remote ${error.message}`
    : `waits: ${error.message}`
}
