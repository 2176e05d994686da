import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { environmentForRuns, keepEnvironment } from '../lib/environment.ts'
import { hookFile, hookState, installHook, removeHook } from '../lib/hooks.ts'
import { refuseProblems } from '../lib/load-config.ts'
import { request } from '../lib/request.ts'
import { newTicket } from '../lib/ticket.ts'
import { openConfiguredSession } from './session.ts'

/** Installs, removes or shows the post-commit hook of this repository. */
export const hooks = async ({
  what,
}: {
  what: 'install' | 'uninstall' | 'status'
}): Promise<number> => {
  const { places, repository, reading } = await openConfiguredSession()
  const file = await hookFile(repository)
  const { config } = refuseProblems(reading)
  const isOn = config.autoqueue !== false
  if (what === 'uninstall') {
    process.stderr.write(removeHook(file) ? `removed ${file}\n` : 'there is no hook of ours\n')
    return 0
  }
  if (what === 'status') {
    const { is } = hookState(file)
    const text = { absent: 'no hook', ours: 'the hook is there', foreign: 'another hook' }[is]
    process.stdout.write(`${text}; exp.autoqueue is ${isOn ? 'on' : 'off'}\n`)
    return is === 'ours' ? 0 : 1
  }
  mkdirSync(dirname(file), { recursive: true })
  installHook(file, places)
  // A commit from a GUI has no environment to speak of: its experiments run in this shell's.
  const ticket = newTicket(
    {
      verb: 'environment',
      repository: repository.commonDir,
      worktree: repository.worktree,
      env: keepEnvironment(places, environmentForRuns(process.env)),
    },
    Date.now(),
  )
  await request(places, ticket, Date.now())
  process.stderr.write(`installed ${file}\n`)
  if (!isOn) process.stderr.write('it does nothing until: git config exp.autoqueue true\n')
  return 0
}
