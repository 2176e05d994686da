import { forgetSeen, readJobs } from '../lib/cluster/read-jobs.ts'
import { findSharedRemote } from '../lib/cluster/shared-remote.ts'
import { UserError } from '../lib/errors.ts'
import { loadConfig } from '../lib/load-config.ts'
import type { SharedRef } from '../lib/remote/remote-refs.ts'
import type { Settled } from '../lib/remote/settle-pulled.ts'

/**
 * Of what was pulled, that which a cluster has run, runs or is to run. Throws `UserError` for another
 * remote than the one that this repository's daemon looks at.
 */
export const jobsAmong = async (
  commonDir: string,
  remote: string,
  settled: Settled,
): Promise<Settled> => {
  const { config } = await loadConfig(commonDir)
  const [shared, asked] = await Promise.all(
    [config.remote, remote].map((one) => findSharedRemote(commonDir, one)),
  )
  if (shared === undefined || shared.url !== asked?.url) {
    throw new UserError(
      'remote',
      `the daemon follows what is on ${config.remote}, which is not ${remote}`,
      `git config exp.remote ${remote}`,
    )
  }
  const jobs = await readJobs(commonDir, shared, '*')
  await forgetSeen(commonDir, shared.key, '*')
  const snapshots = settled.snapshots.filter(({ id }) => jobs.has(id))
  const oids = new Set(snapshots.map(({ oid }) => oid))
  const keyOf = ({ baseline, name }: SharedRef): string => `${baseline} ${name}`
  const all = [...settled.fresh, ...settled.upToDate]
  const chosen = new Set(all.filter(({ oid }) => oids.has(oid)).map(keyOf))
  const isChosen = (one: SharedRef): boolean => chosen.has(keyOf(one))
  return {
    fresh: settled.fresh.filter(isChosen),
    upToDate: settled.upToDate.filter(isChosen),
    // What clashes here is none of a cluster's business but where it is of a job.
    diverged: settled.diverged.filter(({ kind }) => kind === 'snapshot'),
    wrong: [],
    snapshots,
  }
}
