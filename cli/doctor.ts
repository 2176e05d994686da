import { chmodSync, rmSync } from 'node:fs'
import { UserError } from '../lib/errors.ts'
import { examine, type Finding } from '../lib/examine.ts'
import { makePlaces, type Places, places } from '../lib/places.ts'
import { findRepository, type Repository } from '../lib/repository.ts'
import { daemonsLastWords, ensureDaemon } from '../lib/start-daemon.ts'
import { daemon } from './daemon.ts'
import { hooks } from './hooks.ts'

const REBUILD_MS = 60_000

/** Looks for faults and prints each with its fix; exit 1 if there is one. */
export const doctor = async (options: {
  json?: boolean
  rebuild?: boolean
  fix?: boolean
}): Promise<number> => {
  if (options.rebuild === true) await rebuild()
  const found = places()
  const repository = await repositoryHere()
  if (options.fix === true) {
    for (const finding of await examine(found, repository)) await remedy(found, finding)
  }
  const findings = await examine(found, repository)
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(findings)}\n`)
  } else {
    process.stdout.write(findings.map(line).join(''))
  }
  return findings.some(({ is }) => is === 'fault') ? 1 : 0
}

/** Doctor works anywhere; only the hook is of a repository. */
const repositoryHere = (): Promise<Repository | null> =>
  findRepository(process.cwd(), process.env).catch((error: unknown) => {
    if (error instanceof UserError) return null
    throw error
  })

/** Puts right what can be put right without harm, and says so. */
const remedy = async (found: Places, finding: Finding): Promise<void> => {
  switch (finding.remedy) {
    case undefined:
      return
    case 'close-folder':
      chmodSync(found.home, 0o700)
      break
    case 'remove-hint':
      rmSync(found.hint, { force: true })
      break
    case 'start-daemon':
      await daemon({ what: 'start' })
      break
    case 'install-hook':
      await hooks({ what: 'install' })
      break
  }
  process.stderr.write(`fixed: ${finding.what}: ${finding.text}\n`)
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
