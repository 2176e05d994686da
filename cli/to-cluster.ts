import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseBrokerUrls } from '../lib/cluster/broker-url.ts'
import { noBroker } from '../lib/cluster/open-broker.ts'
import { declarationOf } from '../lib/cluster/queues.ts'
import { reservedNames } from '../lib/cluster/reserved-names.ts'
import { findSharedRemote } from '../lib/cluster/shared-remote.ts'
import { readClusterKey } from '../lib/cluster/sign.ts'
import type { Config } from '../lib/config.ts'
import { UserError } from '../lib/errors.ts'
import { submodulesNotSent } from '../lib/remote/beside-git.ts'
import type { Repository } from '../lib/repository.ts'
import { uuid7 } from '../lib/uuid.ts'

/** A remote that takes longer is asked later, by the daemon. */
const PATIENCE_MS = 5000

/** What is known of the remote before something is queued for the cluster. */
export interface ToCluster {
  /** The names that are in use there, folded → the name itself. */
  taken: Map<string, string>
  /** What is to be said of what was captured. */
  notes: (snapshots: string[]) => Promise<string[]>
}

/**
 * Looks whether something can be sent to the cluster: throws `UserError` where a setting is missing or
 * wrong. A remote that does not answer is no error, as what is queued is kept until it does.
 */
export const readyForCluster = async (
  config: Config,
  repository: Repository,
): Promise<ToCluster> => {
  if (config.broker === null) throw noBroker()
  parseBrokerUrls(config.broker)
  declarationOf(config.queueName)
  readClusterKey(config.clusterKey)
  const { commonDir, head } = repository
  const { remote } = await findSharedRemote(commonDir, config.remote)
  try {
    const taken = await reservedNames(commonDir, {
      remote,
      baseline: head,
      folder: uuid7(Date.now()),
      limitMs: PATIENCE_MS,
    })
    return { taken, notes: (snapshots) => notForWorkers(repository, snapshots) }
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'remote') throw error
    return {
      taken: new Map(),
      notes: async (snapshots) => [
        `${error.message}: it is sent, and its name looked for there, when ${remote} answers`,
        ...(await notForWorkers(repository, snapshots)),
      ],
    }
  }
}

/** What workers will lack of what was captured, in sentences. */
const notForWorkers = async (repository: Repository, snapshots: string[]): Promise<string[]> => [
  ...(await submodulesNotSent(repository, snapshots.slice(0, 1))),
  ...(existsSync(join(repository.worktree, '.dvc'))
    ? ['what DVC keeps in its cache is not in Git: dvc push sends it']
    : []),
]
