import { git, gitText } from '../../lib/git.ts'

/** A snapshot needs objects that the repository does not have. */
export class MissingObjects extends Error {
  override readonly name = 'MissingObjects'
}

/**
 * Says which objects of a snapshot, or of a submodule's commit, a repository lacks; null if none.
 * Nothing is fetched.
 */
export const findMissing = async (
  commonDir: string,
  commit: string,
): Promise<MissingObjects | null> => {
  const place = { gitDir: commonDir }
  const exists = await git(['cat-file', '-e', commit], { place, okExits: [1, 128] })
  if (exists.exitCode !== 0) return new MissingObjects(`${commonDir} has no commit ${commit}`)
  const untracked = await git(['rev-parse', '--verify', '--quiet', `${commit}^3`], {
    place,
    okExits: [1, 128],
  })
  const commits = [
    commit,
    ...(untracked.exitCode === 0 ? [untracked.stdout.toString().trim()] : []),
  ]
  const { stdout } = await git(
    ['rev-list', '--objects', '--no-walk', '--missing=print', ...commits],
    { place, okExits: [128] },
  )
  const oids = stdout
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('?'))
    .map((line) => line.slice(1))
  if (oids.length === 0) return null
  const names = await pathsOf(commonDir, commits)
  const shown = oids.slice(0, SHOWN).map((oid) => `${oid} ${names.get(oid) ?? ''}`.trim())
  const more = oids.length > SHOWN ? `, and ${oids.length - SHOWN} more` : ''
  return new MissingObjects(`the repository lacks ${shown.join(', ')}${more}`)
}

const SHOWN = 3

/** The paths of a commit's files by their object, as far as its trees are there. */
const pathsOf = async (commonDir: string, commits: string[]): Promise<Map<string, string>> => {
  const names = new Map<string, string>()
  for (const commit of commits) {
    const place = { gitDir: commonDir }
    const text = await gitText(['ls-tree', '-r', commit], { place }).catch(() => '')
    for (const [, oid = '', path = ''] of text.matchAll(/^\d+ \w+ (\w+)\t(.*)$/gm))
      names.set(oid, path)
  }
  return names
}
