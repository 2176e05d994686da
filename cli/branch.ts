import { UserError } from '../lib/errors.ts'
import { GitError, git } from '../lib/git.ts'
import { findOne } from './find-named.ts'
import { openSession } from './session.ts'

/** Makes a branch of the user's at a result; an existing branch is never moved. */
export const branch = async (options: { name: string; branch: string | null }): Promise<number> => {
  const session = await openSession()
  const experiment = await findOne(session, options.name)
  const result = 'result' in experiment.state && experiment.state.result
  if (!result) {
    throw new UserError(
      'unknown-experiment',
      `“${options.name}” has no result to make a branch of`,
      'git exp apply brings its snapshot into the workspace',
    )
  }
  const name = options.branch ?? experiment.name
  try {
    await git(['branch', '--no-track', '--end-of-options', name, result], {
      place: { gitDir: session.repository.gitDir },
    })
  } catch (error) {
    if (!(error instanceof GitError) || error.exitCode === null) throw error
    throw new UserError('git', error.stderr.trim().replace(/^fatal: /, ''), 'give another name')
  }
  process.stderr.write(`branch ${name} is at the result of ${experiment.name}\n`)
  return 0
}
