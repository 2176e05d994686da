import { DEFAULT_QUEUE, declarationOf, GPU_QUEUE } from '../../lib/cluster/queues.ts'
import { findSharedRemote, type SharedRemote } from '../../lib/cluster/shared-remote.ts'
import { readClusterKey } from '../../lib/cluster/sign.ts'
import { loadConfig } from '../../lib/load-config.ts'
import type { Spec } from '../../lib/spec/spec.ts'

/** What a repository says of the cluster that runs its experiments. */
export interface ClusterSettings {
  shared: SharedRemote
  /** Reads the key, which is needed only to send. */
  key: () => Buffer
  queueOf: (spec: Spec) => string
}

/** Throws `UserError` where something is missing or wrong. */
export const clusterSettings = async (commonDir: string): Promise<ClusterSettings> => {
  const { config } = await loadConfig('/', { gitDir: commonDir })
  return {
    shared: await findSharedRemote(commonDir, config.remote),
    key: () => readClusterKey(config.clusterKey),
    queueOf: (spec) => queueOf(config.queueName, spec),
  }
}

/** What asks for GPUs goes where they are, unless another queue was chosen. */
const queueOf = (chosen: string, { resources }: Spec): string => {
  declarationOf(chosen)
  return chosen === DEFAULT_QUEUE && (resources?.gpus ?? 0) > 0 ? GPU_QUEUE : chosen
}
