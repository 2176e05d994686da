import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { resolveNames } from '../lib/cat-file.ts'
import { UserError } from '../lib/errors.ts'
import { type AnyExperiment, isForeign } from '../lib/experiment.ts'
import { everyExperiment, findAmong } from '../lib/find-experiment.ts'
import { resultRef, snapshotRef } from '../lib/refs.ts'
import { submodulesNotSent, transferLfs } from '../lib/remote/beside-git.ts'
import { pushRefs } from '../lib/remote/push-refs.ts'
import { checkRemote } from '../lib/remote/remote-git.ts'
import { openSession, type Session, withHistory } from './session.ts'

/** Sends results to a remote, in DVC's own layout, and snapshots if wanted. */
export const push = async (options: {
  remote: string
  names: string[]
  snapshots?: boolean
  force?: boolean
}): Promise<number> => {
  checkRemote(options.remote)
  const session = await openSession()
  const { repository } = session
  const wanted = (await choose(session, options.names)).flatMap((one) =>
    refsOf(one, options.snapshots === true),
  )
  const oids = await resolveNames(repository.commonDir, wanted)
  const refs = wanted.filter((_, i) => oids[i] !== null)
  if (refs.length === 0) {
    throw new UserError(
      'unknown-experiment',
      'there is no result to send',
      options.snapshots === true ? null : '--snapshots sends what is queued, too',
    )
  }
  const commits = [...new Set(oids.filter((oid) => oid !== null))]
  const lfs = await transferLfs('push', repository, options.remote, commits)
  const pushed = await pushRefs(repository.commonDir, options.remote, refs, options.force === true)
  const notes = [
    ...(lfs === null ? [] : [lfs]),
    ...(await submodulesNotSent(repository, commits)),
    ...(existsSync(join(repository.worktree, '.dvc'))
      ? ['what DVC keeps in its cache is not in Git: dvc push sends it']
      : []),
  ]
  const names = pushed.diverged.map(nameOf)
  process.stderr.write(
    `sent: ${pushed.sent.length}, there already: ${pushed.upToDate.length}\n${notes
      .map((note) => `${note}\n`)
      .join('')}`,
  )
  if (names.length === 0) return 0
  throw new UserError(
    'diverged',
    `the remote has others of the same name, which were left alone: ${[...new Set(names)].join(', ')}`,
    'rename yours, or overwrite those with --force',
  )
}

const choose = ({ places, repository }: Session, names: string[]): Promise<AnyExperiment[]> =>
  withHistory(places, async (history) => {
    const all = await everyExperiment(places, history, repository)
    if (names.length === 0) return all
    return Promise.all(names.map((name) => findAmong(all, repository, name)))
  })

const refsOf = (one: AnyExperiment, withSnapshots: boolean): string[] => [
  ...(one.state.is === 'succeeded' ? [resultRef(one.baseline, one.name)] : []),
  ...(withSnapshots && !isForeign(one) ? [snapshotRef(one.baseline, one.name)] : []),
]

const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)
