import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { git, gitText } from '../lib/git.ts'

/** Git's own gc begins at 6,700 loose objects; ours must never be what brings it there. */
const MANY_OBJECTS = 500

/** What Git sets in a partial clone: the first of old, the second nowadays. */
const PROMISES = String.raw`^(extensions\.partialclone|remote\..*\.promisor)$`

/** Packs our objects and refs in a repository where it has many loose objects. */
export const packIfMany = async (commonDir: string, many: number = MANY_OBJECTS): Promise<void> => {
  const objects = join(commonDir, 'objects')
  if (countLoose(objects) < many) return
  const place = { gitDir: commonDir }
  // A promisor's objects are better left alone than packed beside what it promises.
  const isPartial = await git(['config', '--get-regexp', PROMISES], { place, okExits: [1] })
  if (isPartial.exitCode === 0) return
  const pack = await packOurs(commonDir, objects)
  if (pack !== null) await removeLoose(commonDir, objects, pack)
  await git(['pack-refs', '--all'], { place })
}

/** Only what our refs alone need and is loose. Gives back the pack's name; null if there is none. */
const packOurs = async (commonDir: string, objects: string): Promise<string | null> => {
  const place = { gitDir: commonDir }
  const refs = await gitText(['for-each-ref', '--format=%(objectname) %(refname)'], { place })
  const lines = refs.split('\n').filter((line) => line !== '')
  const oidsOf = (isOurs: boolean): string[] =>
    lines
      .filter((line) => / refs\/(?:git-exp|exps)\//.test(line) === isOurs)
      .map((line) => line.slice(0, line.indexOf(' ')))
  const ours = oidsOf(true)
  if (ours.length === 0) return null
  const input = [...ours, '--not', ...oidsOf(false), ''].join('\n')
  const base = join(objects, 'pack', 'pack')
  const name = await gitText(
    ['pack-objects', '--revs', '--unpacked', '--local', '--non-empty', '--quiet', base],
    { place, input },
  )
  return name === '' ? null : `${base}-${name}`
}

/** Removes just the loose copies of what lies in this pack, whose index git has written last. */
const removeLoose = async (commonDir: string, objects: string, pack: string): Promise<void> => {
  const listing = await gitText(['show-index'], {
    place: { gitDir: commonDir },
    input: readFileSync(`${pack}.idx`),
  })
  for (const [, oid = ''] of listing.matchAll(/^\d+ ([0-9a-f]+)/gm)) {
    rmSync(join(objects, oid.slice(0, 2), oid.slice(2)), { force: true })
  }
}

const countLoose = (objects: string): number =>
  readdirSync(objects)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .reduce((count, name) => count + readdirSync(join(objects, name)).length, 0)
