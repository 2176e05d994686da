import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Reason } from '../lib/experiment.ts'

/** Why no result can be put into a repository, which may be moved, removed or made read-only; or null. */
export const repositoryProblem = (commonDir: string): Reason | null => {
  const repository = `its repository ${commonDir}`
  if (!existsSync(commonDir)) return { code: 'missing-object', text: `${repository} is gone` }
  try {
    accessSync(join(commonDir, 'objects'), constants.W_OK)
    return null
  } catch {
    return { code: 'disk', text: `${repository} cannot be written` }
  }
}
