import { existsSync, linkSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { type GitOptions, git, gitList, gitUntil } from '../../lib/git.ts'
import { entryAt, isFolder, type Layers, lowerOf, upperOf } from '../../lib/overlay/layers.ts'
import { settle } from '../../lib/settle.ts'
import type { Prepared } from '../executors/executor.ts'
import type { Work } from '../job.ts'
import { optionsFor, slotPlace } from '../workplace/checkout.ts'
import { findDvcProject } from '../workplace/dvc-cache.ts'
import { bringPaths } from '../workplace/link.ts'
import { treesFor } from '../workplace/materialize.ts'
import { type IndexChanges, layRunGit, layRunIndex } from '../workplace/run-git.ts'
import { changeIndex } from '../workplace/run-index.ts'
import { daemonsOwn, leaveFormer, openSlot, removeFormer, type Slot } from '../workplace/slot.ts'
import { exclude, prepareSlotGit } from '../workplace/slot-git.ts'
import { listFolders, type TreeFile, towards, treeOf } from '../workplace/trees.ts'
import { readUserConfig, type UserConfig } from '../workplace/user-config.ts'
import { chooseImage, type Image, OVERLAY } from './images.ts'
import { LAID, type Laid, printOf } from './laid.ts'

/** The daemon's own of a slot's overlay; the workplace is the slot's. */
export const overlayPart = (slot: Slot): Slot => ({
  ...slot,
  ...daemonsOwn(join(slot.folder, OVERLAY)),
})

/**
 * Makes a slot show a snapshot through an overlay: nothing of an image's files is written or looked at,
 * however many they are. Gives back in words why, where that is not for this work.
 */
export const layOverlay = (
  slot: Slot,
  work: Work,
  inUse: () => Set<string>,
  signal: AbortSignal,
): Promise<Prepared | { why: string }> =>
  gitUntil(signal, async () => {
    const [config, trees] = await settle([readUserConfig(work.commonDir), treesFor(work)] as const)
    const why = whyNot(work, config) ?? (await whyNotTrees(work, trees))
    if (why !== null) return { why }
    const part = overlayPart(slot)
    await openSlot({ ...slot, dirtyMark: part.dirtyMark })
    const image = await chooseImage(dirname(slot.folder), {
      work,
      trees,
      config,
      slot,
      inUse,
      signal,
    })
    const layers = freshLayers(part, image)
    if (leadsElsewhere(layers, work))
      return { why: 'what is brought would go through a link or a file' }
    await prepareSlotGit(part, work.commonDir, work.worktree, config)
    writeFileSync(join(part.gitDir, 'HEAD'), `${work.snapshot}\n`)
    // What lies above the image is in a folder like any other until it is mounted.
    const above = { ...part, workplace: upperOf(layers) }
    const writing = writeAbove(above, image)
    const laying = layRunGit(above, work, config)
    const [changes] = await settle([indexChanges(work, image), writing, laying])
    await layRunIndex({ ...above, index: image.slot.index }, work, changes)
    noteLaid(part, layers, image, { snapshot: work.snapshot, trees })
    const isShown = (path: string): boolean => entryAt(join(lowerOf(layers), path)) !== null
    const brought = bringPaths(work.worktree, above.workplace, work.spec, isShown)
    exclude(above, work.commonDir, [...brought.linked, ...brought.copied])
    rmSync(part.dirtyMark)
    return { brought, layers }
  })

/** What the run's index is to have otherwise than the image's. */
const indexChanges = async (
  { commonDir, baseline }: Work,
  { held }: Image,
): Promise<IndexChanges> => towards(commonDir, held, await treeOf(commonDir, baseline))

/** What needs files that are the slot's own. */
const whyNot = (work: Work & { keep?: boolean }, config: UserConfig): string | null => {
  const isSparse = config.decidesBytes.some(
    ([key, value]) => /^core\.sparsecheckout$/i.test(key) && value === 'true',
  )
  if (isSparse) return 'the checkout is sparse'
  if (config.isPartial) return 'the clone is partial'
  if (work.keep === true) return 'its workplace is to be kept'
  if (work.spec.keep.length > 0) return 'exp.yaml keeps paths from run to run'
  if (work.worktree !== null && findDvcProject(work.worktree, work.workdir) !== null) {
    return 'it is a project of DVC'
  }
  return null
}

const whyNotTrees = async (work: Work, trees: Laid['trees']): Promise<string | null> =>
  (await listFolders(work.commonDir, trees)).submodules.length > 0 ? 'it has submodules' : null

/** Empty layers, and those of the last run out of the way. */
const freshLayers = (part: Slot, { slot }: Image): Layers => {
  const pool = dirname(slot.folder)
  writeFileSync(part.dirtyMark, '')
  for (const name of [LAID, 'image-index']) rmSync(join(part.folder, name), { force: true })
  for (const name of ['upper', 'scratch']) {
    const path = join(part.folder, name)
    if (existsSync(path)) leaveFormer(part.folder, path)
    mkdirSync(path, { mode: 0o700 })
  }
  removeFormer(part.folder)
  linkSync(slot.index, join(part.folder, 'image-index'))
  const within = (path: string): string => posix.relative(pool, path)
  return {
    workplace: part.workplace,
    pool,
    lower: within(slot.workplace),
    upper: within(join(part.folder, 'upper')),
    scratch: within(join(part.folder, 'scratch')),
  }
}

/** Whether a path that is made above the image goes through a link or a file of the image's. */
const leadsElsewhere = (layers: Layers, { spec, workdir }: Work): boolean =>
  [...[...spec.link, ...spec.copy].map((path) => posix.dirname(path)), workdir].some((folder) => {
    const lower = lowerOf(layers)
    let at = folder === '.' ? '' : folder
    while (at !== '' && entryAt(join(lower, at)) === null) {
      at = posix.dirname(at) === '.' ? '' : posix.dirname(at)
    }
    if (!isFolder(join(lower, at))) return true
    try {
      return realpathSync(join(lower, at)) !== join(realpathSync(lower), at)
    } catch {
      // A link to nowhere.
      return true
    }
  })

/**
 * Has Git write what the snapshot has otherwise than the image: through an index with these files
 * alone, and with what tells attributes, which Git looks for there where no file says them.
 */
const writeAbove = async (above: Slot, image: Image): Promise<void> => {
  const paths = [...image.changes.keys()]
  if (paths.length === 0) return
  const [, { oid = '' } = {}] = [...image.changes][0] ?? []
  const algorithm = oid.length === 40 ? 'sha1' : 'sha256'
  const files = new Map([...(await attributesOf(image)), ...image.changes])
  const none = Buffer.concat([
    Buffer.from('DIRC\0\0\0\x02\0\0\0\0', 'latin1'),
    Buffer.alloc(oid.length / 2),
  ])
  const content = changeIndex(none, [...files], algorithm)
  if (content === null) throw new Error('an index of ours is in no form of ours')
  const options: GitOptions = optionsFor({ ...above, index: join(above.folder, 'laying') })
  writeFileSync(join(above.folder, 'laying'), content)
  const input = Buffer.from(`${paths.join('\0')}\0`, 'latin1')
  await git(['checkout-index', '--force', '--quiet', '-z', '--stdin'], { ...options, input })
}

/** The files of an image that tell attributes, by the tree that it was laid out from. */
const attributesOf = async ({ slot, held }: Image): Promise<[string, TreeFile][]> => {
  const known = attributes.get(slot.folder)
  if (known?.tree === held.tracked && known.untracked === held.untracked) return known.files
  const listed = await gitList(['ls-files', '-s', '-z', '--', ':(glob)**/.gitattributes'], {
    place: slotPlace(slot),
  })
  const files = listed.map((line): [string, TreeFile] => {
    const [, mode = '', oid = '', path = ''] = /^(\d+) (\w+) \d\t(.*)$/s.exec(line) ?? []
    return [path, { mode, oid }]
  })
  attributes.set(slot.folder, { tree: held.tracked, untracked: held.untracked, files })
  return files
}

const attributes = new Map<
  string,
  { tree: string; untracked: string | null; files: [string, TreeFile][] }
>()

const noteLaid = (
  part: Slot,
  layers: Layers,
  image: Image,
  { snapshot, trees }: Pick<Laid, 'snapshot' | 'trees'>,
): void => {
  const prints: Laid['prints'] = {}
  const note = (path: string): void => {
    if (path === '.' || path in prints) return
    prints[path] = printOf(layers, path) ?? ''
    note(posix.dirname(path))
  }
  for (const path of image.changes.keys()) note(path)
  const imageIndex = join(part.folder, 'image-index')
  const laid: Laid = { layers, imageIndex, snapshot, trees, changes: [...image.changes], prints }
  writeFileSync(join(part.folder, LAID), JSON.stringify(laid))
}
