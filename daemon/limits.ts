import { readConfig } from '../lib/config.ts'
import type { Limits } from './collect.ts'
import { configListing } from './config-listing.ts'
import type { Daemon } from './daemon.ts'
import type { Job } from './job.ts'

/** What may go into Git and into the store: the repository's own word for it, and the machine's. */
export const repositoryLimits = async (daemon: Daemon, job: Job): Promise<Limits> => {
  const { config } = readConfig(await configListing(job.commonDir))
  return {
    maxBlobBytes: config.maxBlobBytes,
    keepIgnoredBytes: daemon.config.keepIgnoredBytes,
  }
}
