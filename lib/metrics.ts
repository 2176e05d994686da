import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from './errors.ts'
import { expandPaths } from './expand-paths.ts'
import type { Experiment } from './experiment.ts'
import { readParams } from './params/read.ts'

/** The metrics files that are there, but for `older` ones; what cannot be read is left out. */
export const readMetrics = async (
  workplace: string,
  files: string[],
  older: string[] = [],
): Promise<Experiment['metrics']> => {
  const metrics: Experiment['metrics'] = {}
  for (const file of expandPaths(workplace, files)) {
    if (older.includes(Buffer.from(file).toString('latin1'))) continue
    const path = join(workplace, file)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined || !stat.isFile() || stat.size > MAX_METRICS_BYTES) continue
    try {
      metrics[file] = await readParams(file, readFileSync(path, 'utf8'))
    } catch (error) {
      // Half-written or no metrics at all: the file itself is in the result.
      if (!(error instanceof UserError)) throw error
    }
  }
  return metrics
}

/** A larger file is no metrics file. */
export const MAX_METRICS_BYTES = 16 * 1024 * 1024
