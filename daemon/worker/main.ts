import { join } from 'node:path'
import { loadProgram } from '../../lib/load-program.ts'

// Started for each job of a cluster.
const { run } = loadProgram(
  join(import.meta.dirname, 'program.cjs'),
  'job',
) as typeof import('./program.ts')
void run()
