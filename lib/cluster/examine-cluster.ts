import { randomUUID } from 'node:crypto'
import type { Config } from '../config.ts'
import { UserError } from '../errors.ts'
import type { Finding } from '../examine.ts'
import { leasedPush } from '../remote/leased-push.ts'
import { commitMessage } from './job-commits.ts'
import { openBroker } from './open-broker.ts'
import { findSharedRemote } from './shared-remote.ts'
import { readClusterKey } from './sign.ts'

/**
 * Looks at all that a cluster needs of this machine, where one is set up: the key, the broker, and, for a
 * repository, the remote, which is asked to take refs of ours and to let go of them again.
 */
export const examineCluster = async (
  config: Config,
  repository: { commonDir: string } | null,
): Promise<Finding[]> => {
  if (config.broker === null) return []
  const { broker, queueName, clusterKey, remote } = config
  return [
    await examineKey(clusterKey),
    ...(await examineBroker(broker, queueName)),
    ...(repository === null ? [] : [await examineRemote(repository.commonDir, remote)]),
  ]
}

const examineKey = (file: string | null): Promise<Finding> =>
  orFault('cluster key', async () => {
    readClusterKey(file)
    return { is: 'ok', what: 'cluster key', text: file ?? '', fix: null }
  })

const examineBroker = async (setting: string, queue: string): Promise<Finding[]> => {
  const what = 'broker'
  try {
    const broker = await openBroker(setting)
    try {
      return (await broker.examine(queue)).map((one) => ({ what, ...one }))
    } finally {
      await broker.close()
    }
  } catch (error) {
    return [faultOf(what, error)]
  }
}

/** Two refs at once, made and removed again: just what a job's claim and its result need. */
const examineRemote = (commonDir: string, name: string): Promise<Finding> =>
  orFault('cluster remote', async () => {
    const { remote, url } = await findSharedRemote(commonDir, name)
    const to = await commitMessage(commonDir, 'exp: a probe\n', { parents: [], atMs: Date.now() })
    const probe = `refs/git-exp/probe/${randomUUID()}`
    const refs = [`${probe}/a`, `${probe}/b`]
    await leasedPush(
      commonDir,
      remote,
      refs.map((ref) => ({ ref, to, expect: null })),
    )
    await leasedPush(
      commonDir,
      remote,
      refs.map((ref) => ({ ref, to: null, expect: to })),
    )
    return { is: 'ok', what: 'cluster remote', text: `${url} takes refs of experiments`, fix: null }
  })

const orFault = async (what: string, look: () => Promise<Finding>): Promise<Finding> => {
  try {
    return await look()
  } catch (error) {
    return faultOf(what, error)
  }
}

const faultOf = (what: string, error: unknown): Finding => {
  if (!(error instanceof UserError)) throw error
  return { is: 'fault', what, text: error.message, fix: error.hint }
}
