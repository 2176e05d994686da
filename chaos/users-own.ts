import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listing } from '../test/fixture/listing.ts'
import type { World } from './world.ts'

/** All that is the user's and that nothing of ours may change, as text to compare. */
export const usersOwn = async ({ repo }: World): Promise<Record<string, string>> => ({
  ...Object.fromEntries(
    Object.entries(listing(repo.path)).map(([path, text]) => [`workspace ${path}`, text]),
  ),
  index: readFileSync(join(repo.path, '.git/index'), 'latin1'),
  HEAD: readFileSync(join(repo.path, '.git/HEAD'), 'utf8'),
  config: readFileSync(join(repo.path, '.git/config'), 'utf8'),
  refs: await repo.git('for-each-ref', 'refs/heads', 'refs/tags', 'refs/stash', 'refs/remotes'),
})

/** Names what is no longer as it was. */
export const changed = (before: Record<string, string>, now: Record<string, string>): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (key) => before[key] !== now[key],
  )
