import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isEnvironmentName } from '../lib/environment.ts'
import { spooled } from '../lib/spool.ts'
import type { Daemon } from './daemon.ts'

const WEEK_MS = 7 * 86_400_000
/** A ticket may still be on its way that names a younger one. */
const YOUNG_MS = 3_600_000

/** Removes environments that no experiment needs: all that had them are gone, or ended a week ago. */
export const pruneEnvironments = ({ places, queue, clock }: Daemon): void => {
  if (spooled(places).length > 0) return
  const used = queue.usedEnvironments(clock() - WEEK_MS)
  for (const name of readdirSync(places.spool.env)) {
    const file = join(places.spool.env, name)
    const isYoung = statSync(file).mtimeMs > clock() - YOUNG_MS
    if (isEnvironmentName(name) && !used.has(name) && !isYoung) rmSync(file, { force: true })
  }
}
