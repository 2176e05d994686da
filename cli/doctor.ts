import { UserError } from '../lib/errors.ts'
import { examine, type Finding } from '../lib/examine.ts'
import { makePlaces, places } from '../lib/places.ts'
import { daemonsLastWords, ensureDaemon } from '../lib/start-daemon.ts'
import { daemon } from './daemon.ts'

const REBUILD_MS = 60_000

/** Looks for faults and prints each with its fix; exit 1 if there is one. */
export const doctor = async (options: { json?: boolean; rebuild?: boolean }): Promise<number> => {
  if (options.rebuild === true) await rebuild()
  const findings = await examine(places())
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(findings)}\n`)
  } else {
    process.stdout.write(findings.map(line).join(''))
  }
  return findings.some(({ is }) => is === 'fault') ? 1 : 0
}

/** Lets a new daemon keep the database aside and build it anew. Runs go on meanwhile. */
const rebuild = async (): Promise<void> => {
  const found = makePlaces(places())
  await daemon({ what: 'stop' })
  const state = await ensureDaemon(found, { isToRebuild: true, waitMs: REBUILD_MS })
  if (state !== 'up') {
    throw new UserError('daemon', `it could not be built anew: ${daemonsLastWords(found)}`)
  }
  process.stderr.write('the database was built anew; the old one is beside it\n')
}

const line = ({ is, what, text, fix }: Finding): string =>
  `${is === 'ok' ? 'ok   ' : is === 'note' ? 'note ' : 'FAULT'}  ${what}: ${text}${fix === null ? '' : `\n         ${fix}`}\n`
