import { randomUUID } from 'node:crypto'
import { existsSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { copyIndex, dropIndex } from '../lib/capture/private-index.ts'
import { pathText } from '../lib/capture/untracked.ts'
import type { Brought } from '../lib/command-file.ts'
import type { KeptFile } from '../lib/experiment.ts'
import { GitError, type GitPlace, git, gitList, gitText } from '../lib/git.ts'
import { readMetrics } from '../lib/metrics.ts'
import { entering } from '../lib/overlay/enter.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import type { Places } from '../lib/places.ts'
import { addFiles, addWhatCanBe } from './add-files.ts'
import { carriedByDvc, isDvcNote } from './dvc-outputs.ts'
import type { Site } from './executors/executor.ts'
import type { Work } from './job.ts'
import { keepFiles } from './keep-files.ts'
import { lookAtFiles, lookAtWhatCanBe } from './look-at-files.ts'
import { lookAtLayers, makeIndex, readLayersMetrics } from './overlay/look-at-layers.ts'
import { withoutUsersFiles } from './users-files.ts'
import { findDvcProject } from './workplace/dvc-cache.ts'
import { noteLeft } from './workplace/leftovers.ts'
import { makeReadable } from './workplace/modes.ts'
import { changedSubmodules, leaveSubmodules } from './workplace/submodules.ts'
import { treeOf } from './workplace/trees.ts'

export interface Limits {
  /** Untracked files above this go to the store and not into Git. */
  maxBlobBytes: number
  /** So much of ignored files is kept of one run. */
  keepIgnoredBytes: number
}

/** What a run left behind. */
export interface Collected {
  tree: string
  metrics: string
  kept: KeptFile[]
  /** Sentences for the log about what was not kept. */
  notes: string[]
}

/** Made anew by every run and of use to none. */
const CACHES =
  /(?:^|\/)(?:__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.ipynb_checkpoints|node_modules|\.venv|venv|\.tox|\.cache|\.git|\.dvc\/(?:tmp|cache))(?:\/|$)|\.py[co]$|(?:^|\/)\.DS_Store$/

/**
 * Gathers files, metrics and ignored outputs of a workplace after its run, whatever its outcome. A
 * run may have taken the right to read from what it made, or made files that Git refuses, by a
 * filter or an encoding of theirs: none of it keeps it from ending.
 */
export const collect = async (
  places: Places,
  site: Site,
  job: Work,
  brought: Brought,
  limits: Limits,
): Promise<Collected> => {
  try {
    return await gather(places, site, job, brought, limits, 'all')
  } catch (error) {
    // Workplaces may be deleted at any time.
    if (!(await isThere(site))) return nothingLeft(job)
    const { code } = error as NodeJS.ErrnoException
    if (!(error instanceof GitError) && code !== 'EACCES') throw error
    if (site.usersSince === null) makeReadable(site.files)
    return gather(places, site, job, brought, limits, 'what can be had')
  }
}

const isThere = async ({ workplace, files, gitDir }: Site): Promise<boolean> => {
  if (!existsSync(files)) return false
  try {
    await git(['rev-parse', '--git-dir'], { place: { gitDir, worktree: workplace } })
    return true
  } catch (error) {
    if (error instanceof GitError) return false
    throw error
  }
}

/** Of a run whose workplace is gone: what it was queued with. */
export const nothingLeft = async ({ commonDir, snapshot }: Work): Promise<Collected> => ({
  tree: await gitText(['rev-parse', `${snapshot}^{tree}`], { place: { gitDir: commonDir } }),
  metrics: '{}',
  kept: [],
  notes: ['the folder it ran in is gone, and all that it left there'],
})

const gather = async (
  places: Places,
  site: Site,
  job: Work,
  brought: Brought,
  limits: Limits,
  wanted: 'all' | 'what can be had',
): Promise<Collected> => {
  // The user's own index may be what git stumbled over; the snapshot makes another.
  const isFromSnapshot = site.usersSince !== null && wanted !== 'all'
  const { laid } = site
  const index =
    laid === null
      ? copyIndex(isFromSnapshot ? `${site.index}-none` : site.index, places.scratch)
      : join(places.scratch, `index-${randomUUID()}`)
  // What a slot keeps from run to run is none of this run's, and must stay writable.
  const ours = new Set([...brought.linked, ...brought.copied, ...job.spec.keep])
  const isOurs = (path: string): boolean =>
    ours.has(path) || [...ours].some((own) => path.startsWith(`${own}/`))
  try {
    // Objects are written where the result's ref will look for them: in the user's repository.
    const { gitDir, workplace } = site
    const objects = join(job.commonDir, 'objects')
    const place = { gitDir, worktree: workplace, index, objects }
    const options =
      laid === null
        ? { cwd: workplace, place }
        : { cwd: '/', place, entry: entering(laid.layers, workplace) }
    const refused: string[] = []
    if (isFromSnapshot) await git(['read-tree', job.snapshot], options)
    if (site.slot !== null) await leaveSubmodules(site.slot, options)
    if (laid !== null && wanted !== 'all') await makeIndex(laid, place)
    const look =
      wanted !== 'all'
        ? await lookAtWhatCanBe(options)
        : laid === null
          ? await lookAtFiles(options)
          : await lookAtLayers(laid, options, isOurs)
    if (site.slot !== null) {
      noteLeft(site.slot, look.isNoneGone && look.untracked.length + look.ignored.length === 0)
    }
    if (wanted !== 'all') refused.push(...(await addWhatCanBe(look.changed, options)))
    const notOurs = (paths: string[]): string[] => paths.filter((path) => !isOurs(path))
    const { fresh, secrets, isMade } = withoutUsersFiles(site, notOurs(look.untracked))
    const allIgnored = notOurs(look.ignored)
    const asked =
      job.spec.outputs.length === 0 || allIgnored.length === 0
        ? []
        : notOurs(await listIgnored(job.spec.outputs, options))
    const carried = await dvcsOwn(job, workplace, [...asked, ...allIgnored], async () => [
      ...(await gitList(
        ['ls-files', '-z', '--', ':/dvc.lock', ':/*.dvc', ':/*/dvc.lock'],
        options,
      )),
      ...fresh.filter(isDvcNote),
    ])
    const declared = asked.filter((path) => !carried.has(path))
    const older = allIgnored.filter((path) => !isMade(path))
    const ignored = allIgnored.filter(
      (path) => !CACHES.test(path) && isMade(path) && !carried.has(path),
    )
    const sizes = measure(site.files, [...refused, ...fresh, ...secrets, ...declared, ...ignored])
    const isSmall = (path: string): boolean => (sizes.get(path) ?? 0) <= limits.maxBlobBytes
    const nested = fresh.filter((path) => path.endsWith('/'))
    const files = [...fresh, ...declared].filter((path) => !path.endsWith('/'))
    const small = files.filter(isSmall)
    if (wanted !== 'all') refused.push(...(await addWhatCanBe(small, options)))
    else if (look.isNoneGone) await addFiles([...look.changed, ...small], options)
    else {
      await git(['add', '--update', '--', ':/'], options)
      await addFiles(small, options)
    }
    const isSame = look.changed.length === 0 && small.length === 0 && look.sameAs !== null
    const tree = isSame
      ? await treeOf(job.commonDir, look.sameAs ?? '')
      : await gitText(['write-tree'], options)
    const large = [...files.filter((path) => !isSmall(path)), ...refused, ...secrets]
    const rest = ignored.filter((path) => !declared.includes(path) && !path.endsWith('/'))
    const { kept, left } = await keepFiles(places, site, job, { large, rest, sizes }, limits)
    return {
      tree,
      metrics: printPlain(
        laid === null
          ? await readMetrics(workplace, job.spec.metrics, older)
          : await readLayersMetrics(laid, job.spec.metrics, look),
      ),
      kept,
      notes: [
        ...refused
          .filter((path) => kept.some((one) => one.path === pathText(path)))
          .map((path) => `${pathText(path)} is refused by Git and was put into the store`),
        ...(site.slot === null ? [] : await changedSubmodules(site.slot)).map(
          (path) => `${path} is a submodule: what the run changed in it was not kept`,
        ),
        ...nested.map((path) => `${path} is a repository of its own and was not kept`),
        ...left,
      ],
    }
  } finally {
    dropIndex(index)
  }
}

/** The ignored files among some globs from the root. */
const listIgnored = async (
  globs: string[],
  options: { cwd: string; place: GitPlace },
): Promise<string[]> => {
  const pathspecs = globs.map((glob) => `:(top,glob)${glob}`)
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '-z', '--', ...pathspecs]
  return gitList(args, options)
}

/** What DVC carries of these paths, in a project of DVC's. */
const dvcsOwn = async (
  { worktree, workdir }: Work,
  workplace: string,
  paths: string[],
  notes: () => Promise<string[]>,
): Promise<Set<string>> => {
  const project = worktree === null ? null : findDvcProject(worktree, workdir)
  return project === null || paths.length === 0
    ? new Set()
    : carriedByDvc(workplace, project, await notes(), paths)
}

/** The size of each regular file; paths with a latin1 character a byte. */
const measure = (workplace: string, paths: string[]): Map<string, number> =>
  new Map(
    paths.map((path) => {
      const stat = lstatSync(bytesOf(workplace, path), { throwIfNoEntry: false })
      return [path, stat?.isFile() ? stat.size : 0]
    }),
  )

const bytesOf = (folder: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')])
