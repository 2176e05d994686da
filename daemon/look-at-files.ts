import { GitError, type GitOptions, type GitPlace, git, gitList, listItems } from '../lib/git.ts'

/** How the files of a folder differ from an index. Paths have a latin1 character a byte. */
export interface Look {
  /** Tracked ones that are other than in the index. */
  changed: string[]
  /** Whether those that changed are all still files, or links, of their own place. */
  isNoneGone: boolean
  untracked: string[]
  ignored: string[]
  /** The commit whose tree the index is, where Git has seen that it is. */
  sameAs: string | null
}

interface Where extends GitOptions {
  cwd: string
  place: GitPlace
}

/**
 * All of it at once, or only what some pathspecs name. Throws `GitError` if there is anything that Git
 * cannot look at.
 */
export const lookAtFiles = async (where: Where, pathspecs: string[] = []): Promise<Look> => {
  const { stdout, stderr } = await git([...STATUS, '--', ...pathspecs], where)
  // Folders that git cannot open it leaves out with a warning; filters may say anything there.
  if (stderr !== '') await listOthers(where, [])
  const look: Look = { changed: [], isNoneGone: true, untracked: [], ignored: [], sameAs: null }
  let isHead = true
  for (const line of listItems(stdout)) {
    const [kind, state = '', rest = ''] = line.split(' ', 3)
    const path = line.slice(2)
    if (kind === '?') look.untracked.push(path)
    else if (kind === '!') look.ignored.push(path)
    else if (kind === '#') look.sameAs = state === 'branch.oid' ? rest : look.sameAs
    else {
      isHead &&= state[0] === '.'
      if (state[1] === '.') continue
      look.changed.push(pathIn(line, kind === 'u' ? 10 : 8))
      look.isNoneGone &&= state[1] === 'M' && kind !== 'u'
    }
  }
  return { ...look, sameAs: isHead && /^[0-9a-f]+$/.test(look.sameAs ?? '') ? look.sameAs : null }
}

const STATUS = [
  'status',
  '--porcelain=v2',
  '-z',
  '--branch',
  '--no-renames',
  '--untracked-files=all',
  '--ignored=traditional',
  '--ignore-submodules=dirty',
  '--no-ahead-behind',
]

/** A path may have blanks; so many fields with none stand before it. */
const pathIn = (line: string, fields: number): string => {
  let at = 0
  for (let i = 0; i < fields; i++) at = line.indexOf(' ', at) + 1
  return line.slice(at)
}

/** What can be looked at, by the part. */
export const lookAtWhatCanBe = async (where: Where): Promise<Look> => ({
  changed: await gitList(['diff-files', '--name-only', '-z'], where),
  isNoneGone: false,
  untracked: listItems((await others(where, [])).stdout),
  ignored: listItems((await others(where, ['--ignored'])).stdout),
  sameAs: null,
})

/** Untracked paths; throws `GitError` also where git only warns. */
export const listOthers = async (where: Where, more: string[]): Promise<string[]> => {
  const { stdout, stderr } = await others(where, more)
  if (stderr !== '') throw new GitError(['ls-files'], 0, stderr, stdout)
  return listItems(stdout)
}

const others = (where: Where, more: string[]): ReturnType<typeof git> =>
  git(['ls-files', '--others', '--exclude-standard', '-z', ...more], where)
