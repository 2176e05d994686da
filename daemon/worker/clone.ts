import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { git, gitText } from '../../lib/git.ts'
import { changeRefs } from '../../lib/refs.ts'
import { ABANDONED_MS } from '../../lib/stale-locks.ts'
import type { Worker } from './worker.ts'

/** So many baselines are remembered of a remote: what they hold need not be fetched again. */
const MOST_KNOWN = 50

/** From so many loose objects on a clone is tidied. */
const MANY_OBJECTS = 2000

/**
 * A bare repository of ours for what a remote's jobs need, the same for all workers here; made at first
 * use. An oid of the job tells how long the remote's are. Workplaces are named like its folder.
 */
export const openClone = async (
  { clones }: Pick<Worker, 'clones'>,
  url: string,
  oid: string,
): Promise<string> => {
  const hash = createHash('sha256').update(url).digest('hex').slice(0, 16)
  const clone = join(clones, hash, folderName(url), 'git')
  if (existsSync(join(clone, 'HEAD'))) return clone
  mkdirSync(dirname(clone), { recursive: true, mode: 0o700 })
  const draft = `${clone}-${randomUUID()}`
  const format = oid.length === 64 ? 'sha256' : 'sha1'
  await git(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, draft])
  try {
    renameSync(draft, clone)
  } catch (error) {
    // Another worker was first.
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(join(clone, 'HEAD'))) throw error
  }
  return clone
}

const folderName = (url: string): string =>
  basename(url.replace(/\/+$/, ''))
    .replace(/\.git$/, '')
    .replace(/[^\w.-]/g, '-')
    .slice(0, 64) || 'workspace'

/** Keeps a baseline, so that no later fetch brings its history again; the oldest of many go. */
export const rememberBaseline = async (clone: string, baseline: string): Promise<void> => {
  const place = { gitDir: clone }
  await git(['update-ref', `${KNOWN}${baseline}`, baseline], { place })
  const refs = await gitText(
    ['for-each-ref', '--sort=-creatordate', '--format=%(refname) %(objectname)', KNOWN],
    { place },
  )
  const old = refs.split('\n').slice(MOST_KNOWN)
  await changeRefs(
    clone,
    old.map((line) => {
      const [ref = '', oid = ''] = line.split(' ')
      return { to: 'delete', ref, oid }
    }),
  )
}

const KNOWN = 'refs/git-exp/known/'

/** Packs what many jobs have left loose. Nothing younger than two weeks is removed. */
export const tidyClone = async (clone: string): Promise<void> => {
  const settings = [`gc.auto=${MANY_OBJECTS}`, 'gc.autoDetach=false']
  const args = [...settings.flatMap((one) => ['-c', one]), 'gc', '--auto', '--quiet']
  await git(args, { place: { gitDir: clone }, timeoutMs: 10 * ABANDONED_MS })
}
