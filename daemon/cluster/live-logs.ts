import { closeSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs'
import type { BrokerEvent } from '../../lib/cluster/broker.ts'
import { logFile } from '../../lib/log-follower.ts'
import { attemptFolder } from '../../lib/places.ts'
import { isUuid } from '../../lib/uuid.ts'
import type { Daemon } from '../daemon.ts'
import type { ClusterRow } from './cluster-rows.ts'

const MAX_TEXT = 1 << 20
/** How long workers have to send what is missing of a log. */
const TAIL_MS = 2000
const TAIL_BYTES = 256 * 1024
/** Of more at once nobody reads the logs. */
const MOST_WATCHED = 10

/** A part of a log, as a worker tells it. */
interface Piece {
  attempt: number
  offset: number
  text: Buffer
}

/**
 * Puts what workers tell of running logs where readers look for them. It may be lost: what is missing is
 * asked for while somebody looks, and the whole log comes with the outcome.
 */
export class LiveLogs {
  /** Takes in an event; false unless it is output of what is known to run. */
  write(daemon: Daemon, event: BrokerEvent): boolean {
    const { exp, type } = event
    if (type !== 'task-output' || typeof exp !== 'string' || !isUuid(exp)) return false
    const row = daemon.cluster.rows.find(exp)
    const piece = pieceOf(event)
    if (row?.state !== 'running' || piece?.attempt !== row.attempt) return false
    append(daemon, row, piece)
    return true
  }

  /** Asks workers for what is missing of the logs of all that runs. */
  async catchUp(daemon: Daemon): Promise<void> {
    const { rows, link } = daemon.cluster
    const running = rows
      .repositories()
      .flatMap((commonDir) => rows.onCluster(commonDir))
      .filter(({ state }) => state === 'running')
      .slice(0, MOST_WATCHED)
    if (running.length === 0) return
    const broker = await link.get().catch(() => null)
    if (broker === null) return
    await Promise.all(
      running.map(async (row) => {
        const offset = sizeOf(daemon, row)
        const given = { exp: row.id, offset, max: TAIL_BYTES }
        const word = { method: 'gitexp_tail', arguments: given, destination: nodeOf(row) }
        const answers = await broker.ask(word, TAIL_MS).catch(() => new Map<string, unknown>())
        for (const answer of answers.values()) {
          const piece = pieceOf(answer)
          if (piece?.attempt === row.attempt) append(daemon, row, piece)
        }
      }),
    )
  }
}

const pieceOf = (told: unknown): Piece | null => {
  if (typeof told !== 'object' || told === null) return null
  const { attempt, offset, text } = told as Record<string, unknown>
  const isWhole =
    Number.isSafeInteger(attempt) &&
    Number.isSafeInteger(offset) &&
    (offset as number) >= 0 &&
    typeof text === 'string' &&
    text.length <= MAX_TEXT
  return isWhole
    ? { attempt: attempt as number, offset: offset as number, text: Buffer.from(text as string) }
    : null
}

const nodeOf = ({ worker }: ClusterRow): string[] | null => (worker === null ? null : [worker])

const sizeOf = ({ places }: Daemon, { id, attempt }: ClusterRow): number =>
  statSync(logFile(places, id, attempt), { throwIfNoEntry: false })?.size ?? 0

/** Writes what is not there yet, where it follows what is. */
const append = (daemon: Daemon, row: ClusterRow, { offset, text }: Piece): void => {
  const size = sizeOf(daemon, row)
  const rest = text.subarray(Math.max(0, size - offset))
  if (offset > size || rest.length === 0) return
  if (size + rest.length > daemon.config.maxLogBytes) return
  mkdirSync(attemptFolder(daemon.places, row.id, row.attempt), { recursive: true, mode: 0o700 })
  const fd = openSync(logFile(daemon.places, row.id, row.attempt), 'a', 0o600)
  try {
    writeSync(fd, rest)
  } finally {
    closeSync(fd)
  }
}
