import { UserError } from './errors.ts'
import { GitError, git, gitText } from './git.ts'

/** A repository as one of its worktrees shows it. All paths are absolute. */
export interface Repository {
  /** The git dir that all linked worktrees share: the repository's identity. */
  commonDir: string
  gitDir: string
  worktree: string
  /** The folder git exp was called in, relative to the worktree, without slashes around it. */
  workdir: string
  /** The commit that HEAD names. */
  head: string
  /** Null when HEAD is detached. */
  branch: string | null
}

/** Finds the repository of a folder as git does, the user's `GIT_DIR` included. */
export const findRepository = async (cwd: string, env: NodeJS.ProcessEnv): Promise<Repository> => {
  const place = {
    ...(env.GIT_DIR === undefined ? {} : { gitDir: env.GIT_DIR }),
    ...(env.GIT_WORK_TREE === undefined ? {} : { worktree: env.GIT_WORK_TREE }),
  }
  const [bare, inside, gitDir, commonDir, worktree, prefix, head, fullBranch, ...more] =
    await answers(QUESTIONS, { cwd, env, place })
  if (bare === 'true' && inside !== 'true') {
    throw new UserError(
      'bare-repository',
      'this is a bare repository: it has no workspace to capture',
      'make a worktree of it and work there: git worktree add ../work',
    )
  }
  if (gitDir === undefined || commonDir === undefined || worktree === undefined) {
    throw new UserError(
      'not-a-repository',
      bare === undefined ? 'this is not a Git repository' : 'this is not inside a worktree',
      bare === undefined ? 'go to one, or make one: git init' : 'go to the folder of your files',
    )
  }
  if (prefix === undefined || head === undefined) {
    throw new UserError(
      'no-commit',
      'this repository has no commit yet, and an experiment needs one to stand on',
      'make one: git commit --allow-empty -m "Start"',
    )
  }
  if (fullBranch === undefined || more.length > 0) {
    throw new UserError('git', 'the path of this repository has a line break in it', 'rename it')
  }
  return {
    commonDir,
    gitDir,
    worktree,
    workdir: prefix.replace(/\/$/, ''),
    head,
    branch: fullBranch === 'HEAD' ? null : fullBranch.replace(/^refs\/heads\//, ''),
  }
}

/** A commit's short name and subject, as messages cite it. */
export interface Baseline {
  short: string
  subject: string
}

export const describeCommit = async ({ gitDir, head }: Repository): Promise<Baseline> =>
  parseDescription(await gitText(askDescription(head), { place: { gitDir } }))

export const askDescription = (commit: string): string[] => [
  'show',
  '-s',
  '--no-show-signature',
  '--encoding=UTF-8',
  '--format=%h%n%s',
  commit,
]

export const parseDescription = (text: string): Baseline => {
  const [short = '', subject = ''] = text.split('\n')
  return { short, subject }
}

const QUESTIONS = [
  'rev-parse',
  '--path-format=absolute',
  '--is-bare-repository',
  '--is-inside-work-tree',
  '--absolute-git-dir',
  '--git-common-dir',
  '--show-toplevel',
  '--show-prefix',
  'HEAD',
  '--symbolic-full-name',
  'HEAD',
]

/** The answers git gave before one of the questions had none. */
const answers = async (args: string[], options: Parameters<typeof git>[1]): Promise<string[]> => {
  const stdout = await git(args, options).then(
    (answer) => answer.stdout,
    (error: unknown) => {
      if (!(error instanceof GitError) || error.exitCode === null) throw error
      if (/dubious ownership/.test(error.stderr)) throw dubious(error)
      return error.stdout
    },
  )
  const lines = stdout.toString().split('\n')
  lines.pop()
  // For an unborn HEAD git echoes the question.
  const unborn = lines.indexOf('HEAD')
  return unborn === 6 ? lines.slice(0, 6) : lines
}

const dubious = (error: GitError): UserError =>
  new UserError('git', error.stderr.trim().split('\n').slice(0, 2).join(' '), null)
