import { foreignResults } from './elsewhere/foreign-results.ts'
import { UserError } from './errors.ts'
import { type AnyExperiment, type Experiment, isForeign } from './experiment.ts'
import { GitError, gitText } from './git.ts'
import type { History } from './history.ts'
import { foldName } from './names.ts'
import { nearestName } from './nearest-name.ts'
import { pendingExperiments } from './pending.ts'
import type { Places } from './places.ts'
import type { Repository } from './repository.ts'
import { bestRows, declaredGoals } from './view/best.ts'
import { rowOf } from './view/row.ts'

/**
 * Whatever a user means: `@last`, `@best`, a number or `#7`, a name under HEAD's baseline, a name
 * elsewhere in the repository, `<commit-ish>:<name>`, or the beginning of an id, snapshot or result.
 */
export const findAny = async (
  places: Places,
  history: History | null,
  repository: Repository,
  text: string,
): Promise<AnyExperiment> =>
  findAmong(await everyExperiment(places, history, repository), repository, text)

/** The same, of the queue's own: a verb on records has nothing to change for a result from elsewhere. */
export const findExperiment = async (
  places: Places,
  history: History | null,
  repository: Repository,
  text: string,
): Promise<Experiment> => requireRecord(await findAny(places, history, repository, text))

/** The one of some experiments that a text means; none or several are an error. */
export const findAmong = async (
  all: AnyExperiment[],
  repository: Repository,
  text: string,
): Promise<AnyExperiment> => {
  const [found, ...others] = await candidates(all, repository, text)
  if (found === undefined) throw unknown(all, text)
  if (others.length > 0) {
    throw new UserError(
      'ambiguous-experiment',
      `“${text}” names ${others.length + 1} experiments`,
      `say which: ${[found, ...others].map(longName).join(', ')}`,
    )
  }
  return found
}

export const requireRecord = (found: AnyExperiment): Experiment => {
  if (!isForeign(found)) return found
  throw new UserError(
    'unknown-experiment',
    `“${found.name}” came from elsewhere: there is its result, and no record of it here`,
    'git exp show, diff, apply, branch, rename and rm take it',
  )
}

/** All experiments of a repository, newest first; those still in the spool are in front. */
export const listExperiments = async (
  places: Places,
  history: History | null,
  { commonDir }: Repository,
): Promise<Experiment[]> => [
  ...(await pendingExperiments(places, commonDir, history)).reverse(),
  ...(history?.list(commonDir) ?? []),
]

/** The same, and behind them results from elsewhere. */
export const everyExperiment = async (
  places: Places,
  history: History | null,
  repository: Repository,
): Promise<AnyExperiment[]> => {
  const own = await listExperiments(places, history, repository)
  return [...own, ...(await foreignResults(repository, own))]
}

/** A form that names an experiment whatever HEAD is. */
const longName = (experiment: AnyExperiment): string => {
  if (isForeign(experiment)) return experiment.state.result.slice(0, 12)
  return experiment.number === null
    ? `${experiment.baseline.slice(0, 8)}:${experiment.name}`
    : `#${experiment.number}`
}

const candidates = async (
  all: AnyExperiment[],
  repository: Repository,
  text: string,
): Promise<AnyExperiment[]> => {
  if (text === '@last') return all.slice(0, 1)
  if (text === '@best') {
    return bestRows(all.map(rowOf), declaredGoals(all[0]?.goal ?? {}), (row, metric) =>
      row.metrics.get(metric),
    ).map(({ experiment }) => experiment)
  }
  const number = /^#?(\d+)$/.exec(text)?.[1]
  if (number !== undefined) return all.filter((one) => one.number === Number(number))
  const colon = text.lastIndexOf(':')
  if (colon > 0) {
    const baseline = await commitOf(repository, text.slice(0, colon))
    const named = all.filter((one) => isNamed(one, text.slice(colon + 1)))
    return standingOn(named, baseline)
  }
  const named = all.filter((one) => isNamed(one, text))
  const here = standingOn(named, repository.head)
  if (here.length > 0) return here
  if (named.length > 0) return named
  if (!/^[0-9a-f-]{7,64}$/.test(text)) return []
  return all.filter((one) => {
    const result = 'result' in one.state ? one.state.result : null
    return [one.id, one.snapshot, result].some((id) => id?.startsWith(text) === true)
  })
}

/** Those of a commit itself, else those of what an amend or a rebase has made it of. */
const standingOn = (named: AnyExperiment[], commit: string): AnyExperiment[] => {
  const own = named.filter((one) => one.baseline === commit)
  return own.length > 0 ? own : named.filter((one) => one.rewritten === commit)
}

const isNamed = (experiment: AnyExperiment, name: string): boolean =>
  foldName(experiment.name) === foldName(name)

const commitOf = async ({ commonDir }: Repository, text: string): Promise<string> => {
  try {
    return await gitText(
      ['rev-parse', '--verify', '--quiet', '--end-of-options', `${text}^{commit}`],
      {
        place: { gitDir: commonDir },
      },
    )
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    throw new UserError('unknown-experiment', `“${text}” names no commit`)
  }
}

const unknown = (all: AnyExperiment[], text: string): UserError => {
  const nearest = nearestName(
    text,
    all.map(({ name }) => name),
  )
  return new UserError(
    'unknown-experiment',
    `there is no experiment “${text}” in this repository`,
    nearest === null ? 'git exp status lists them' : `did you mean ${nearest}?`,
  )
}
