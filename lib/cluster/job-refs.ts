import { isUuid } from '../uuid.ts'

/**
 * What a shared remote has of one experiment that a cluster runs, under `refs/git-exp/jobs/<id>/`:
 *
 * - `snapshot`: the snapshot's commit, from when it is submitted until its outcome is published;
 * - `claim`: a chain of empty commits, one an attempt of this submission, the newest in front;
 * - `cancel`: an empty commit: it is to be stopped;
 * - `log`: a commit with `log` and, once there is one, `outcome`. It outlives the job.
 *
 * With `snapshot` there it has not ended, whatever an earlier submission left in `log`.
 */
export const JOB_PARTS = ['snapshot', 'claim', 'cancel', 'log'] as const
export type JobPart = (typeof JOB_PARTS)[number]

const JOBS = 'refs/git-exp/jobs/'

export const jobRef = (id: string, part: JobPart): string => `${JOBS}${id}/${part}`

/** All refs of one job, as a pattern; of all jobs for `*`. */
export const jobPattern = (id: string): string => (id === '*' ? `${JOBS}*` : `${JOBS}${id}/*`)

/** Whose job a ref is, where its folder is `under`; null for one that is none. */
export const parseJobRef = (ref: string, under = JOBS): { id: string; part: JobPart } | null => {
  if (!ref.startsWith(under)) return null
  const [id = '', name, ...more] = ref.slice(under.length).split('/')
  const part = JOB_PARTS.find((known) => known === name)
  return part === undefined || more.length > 0 || !isUuid(id) ? null : { id, part }
}

/**
 * Where this repository keeps what it last saw of a remote's jobs, in place of `refs/git-exp/jobs/`;
 * `key` names the remote.
 */
export const seenJobs = (key: string): string => `refs/git-exp/seen/${key}/`
