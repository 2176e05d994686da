import { commandText, durationText, overridesText, stateText } from '../lib/describe.ts'
import { foreignResults } from '../lib/elsewhere/foreign-results.ts'
import type { Experiment } from '../lib/experiment.ts'
import { experimentJson } from '../lib/experiment-json.ts'
import { flattenFiles } from '../lib/flatten.ts'
import type { History } from '../lib/history.ts'
import { packageVersion } from '../lib/package.ts'
import type { Plain } from '../lib/params/plain.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { pendingExperiments } from '../lib/pending.ts'
import type { Places } from '../lib/places.ts'
import { withProgress } from '../lib/progress.ts'
import { findDaemon } from '../lib/start-daemon.ts'
import { askForNews } from './ask-for-news.ts'
import { openSession, withHistory } from './session.ts'
import { type Column, plainText, printTable, terminalWidth } from './table.ts'
import { valueText } from './value-text.ts'
import { whyWaiting } from './why-waiting.ts'

/** Of what ended and of what is queued, so many are shown. */
const SHOWN = 10
/** So many numbers tell how far a run is. */
const PROGRESS_VALUES = 4

/** What runs, the last that ended, the next that are queued, and counts. */
export const status = async (options: { json?: boolean }): Promise<number> => {
  const { places, repository } = await openSession()
  return withHistory(places, async (history) => {
    const pending = await pendingExperiments(places, repository.commonDir, history)
    if (options.json === true) {
      const own = [...pending.toReversed(), ...(history?.list(repository.commonDir) ?? [])]
      askForNews(places, own)
      const foreign = await foreignResults(repository, own)
      const why = whyWaiting(places, history)
      const now = await Promise.all(own.map((one) => withProgress(places, one)))
      const experiments = [
        ...now.map((one) => ({ ...experimentJson(places, one), waits: why(one) })),
        ...foreign.map((one) => ({ ...experimentJson(places, one), waits: null })),
      ]
      process.stdout.write(`${printPlain({ daemon: daemonJson(places, history), experiments })}\n`)
      return 0
    }
    const overview = history?.overview(repository.commonDir, SHOWN)
    const running = await Promise.all(
      (overview?.running ?? []).map((one) => withProgress(places, one)),
    )
    const queued = [...(overview?.queued ?? []), ...pending].slice(0, SHOWN)
    const ended = overview?.ended ?? []
    const shown = [...ended.toReversed(), ...running, ...queued]
    askForNews(places, shown)
    if (shown.length > 0) process.stdout.write(table(places, history, shown))
    process.stdout.write(`${summaryText(history, repository.commonDir, pending)}\n`)
    process.stdout.write(`${daemonText(places, history)}\n`)
    return 0
  })
}

const table = (places: Places, history: History | null, shown: Experiment[]): string => {
  const now = Date.now()
  const why = whyWaiting(places, history)
  return printTable(
    [
      { head: '#', cells: shown.map(({ number }) => String(number ?? '')), align: 'right' },
      { head: 'name', cells: shown.map(({ name }) => name) },
      {
        head: 'state',
        cells: shown.map((one) =>
          plainText(
            one.state.is === 'queued'
              ? `queued: ${why(one) ?? ''}`
              : `${stateText(one.state, now)}${placeText(one)}`,
          ),
        ),
      },
      ...progressColumn(shown),
      { head: 'overrides', cells: shown.map((one) => plainText(overridesText(one.overrides))) },
      { head: 'command', cells: shown.map((one) => plainText(commandText(one.command))) },
    ],
    terminalWidth(),
  )
}

/** Where a cluster runs it. */
const placeText = ({ state, attempts, cluster }: Experiment): string => {
  const host = attempts.at(-1)?.host ?? null
  const stopping = cluster?.isStopping === true ? ', is being stopped' : ''
  return state.is === 'running' && host !== null ? ` on ${host}${stopping}` : ''
}

/** What running ones told last; left out where none did. */
const progressColumn = (shown: Experiment[]): Column[] => {
  const cells = shown.map((one) => (one.state.is === 'running' ? progressText(one) : ''))
  return cells.every((cell) => cell === '') ? [] : [{ head: 'progress', cells }]
}

const progressText = ({ metrics, progress = {} }: Experiment): string =>
  [...new Map([...flattenFiles(metrics), ...Object.entries(progress)])]
    .slice(-PROGRESS_VALUES)
    .map(([key, value]) => `${plainText(key)} ${valueText(value)}`)
    .join(', ')

export const summaryText = (
  history: History | null,
  commonDir: string,
  pending: Experiment[],
): string => {
  const counts = history?.counts(commonDir) ?? new Map<string, number>()
  if (pending.length > 0) counts.set('queued', (counts.get('queued') ?? 0) + pending.length)
  if (counts.size === 0)
    return 'nothing is queued yet: git exp add -- COMMAND (git exp -h tells more)'
  return [...counts].map(([state, n]) => `${n} ${state}`).join(', ')
}

/** The daemon in one line. */
export const daemonText = (places: Places, history: History | null): string => {
  const identity = findDaemon(places)
  const row = history?.daemon() ?? null
  if (identity === null) return 'the daemon is not running; it starts with the next git exp add'
  if (row === null) return `the daemon is running (pid ${identity.pid})`
  const since = durationText(Date.now() - row.startedAt)
  return `the daemon is running for ${since} (pid ${identity.pid}, ${row.jobs} at once)`
}

export const daemonJson = (places: Places, history: History | null): { [key: string]: Plain } => {
  const identity = findDaemon(places)
  const row = history?.daemon() ?? null
  return {
    running: identity !== null,
    pid: identity?.pid ?? null,
    version: identity === null ? packageVersion() : (row?.version ?? null),
    jobs: row?.jobs ?? null,
    started: identity === null || row === null ? null : new Date(row.startedAt).toISOString(),
    home: places.home,
  }
}
