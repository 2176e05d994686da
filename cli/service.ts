import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from '../lib/errors.ts'
import { logReader } from '../lib/log-reader.ts'
import { makePlaces, type Places, places } from '../lib/places.ts'
import { endService, endsAtLogout, serviceState, startService } from '../lib/service/ask-manager.ts'
import {
  installedFile,
  removeServiceFile,
  serviceText,
  writeServiceFile,
} from '../lib/service/installed.ts'
import { daemonService, type Manager, serviceFile } from '../lib/service/service.ts'
import { endDaemon, findDaemon } from '../lib/start-daemon.ts'

export interface ServiceOptions {
  what: 'install' | 'uninstall' | 'status' | 'logs'
  follow?: boolean
}

const PATIENCE_MS = 10_000
const LOOK_MS = 250

/** Keeps the daemon running from login on, by systemd or launchd. */
export const service = async ({ what, follow }: ServiceOptions): Promise<number> => {
  const found = makePlaces(places())
  const manager: Manager = process.platform === 'darwin' ? 'launchd' : 'systemd'
  switch (what) {
    case 'install':
      return install(found, manager)
    case 'uninstall':
      return uninstall(manager)
    case 'status':
      return status(found, manager)
    case 'logs':
      return logs(found, follow === true)
  }
}

const install = async (found: Places, manager: Manager): Promise<number> => {
  const file = serviceFile(manager, process.env)
  const isInstalled = installedFile(file).is === 'ours'
  writeServiceFile(manager, file, daemonService(found, process.env))
  process.stderr.write(`wrote ${file}\n`)
  // Launchd keeps what it once read.
  if (isInstalled && manager === 'launchd') endService(manager)
  const running = findDaemon(found)
  if (running !== null) await endDaemon(running, PATIENCE_MS)
  const { ok, text } = startService(manager, file)
  if (!ok) {
    throw new UserError(
      'daemon',
      `${manager} did not start it: ${text}`,
      'the file stays for your next login; until then the daemon starts itself on need',
    )
  }
  process.stderr.write(`${manager} runs the daemon now and at each login\n`)
  tellOfLinger(manager)
  return 0
}

const tellOfLinger = (manager: Manager): void => {
  if (manager === 'systemd' && endsAtLogout() === true) {
    process.stderr.write('it ends when you log out, until: sudo loginctl enable-linger "$USER"\n')
  }
}

const uninstall = (manager: Manager): number => {
  const file = serviceFile(manager, process.env)
  if (installedFile(file).is !== 'ours') {
    process.stderr.write('there is no service of ours\n')
    return 0
  }
  const { ok, text } = endService(manager)
  if (!ok) process.stderr.write(`${manager} could not be told to end it: ${text}\n`)
  removeServiceFile(file)
  process.stderr.write(`removed ${file}; runs go on, and the daemon starts itself on need\n`)
  return 0
}

/** Exit 0 only if it is installed and runs. */
const status = (found: Places, manager: Manager): number => {
  const file = serviceFile(manager, process.env)
  const installed = installedFile(file)
  if (installed.is !== 'ours') {
    process.stdout.write('no service is installed; the daemon starts itself on need\n')
    return 1
  }
  const { ok, text } = serviceState(manager)
  process.stdout.write(`${file}\n${manager}: ${ok ? 'it runs' : text}\n`)
  if (installed.text !== serviceText(manager, daemonService(found, process.env))) {
    process.stdout.write(
      'this shell would write another one (Node, package or PATH): git exp service install\n',
    )
  }
  tellOfLinger(manager)
  return ok ? 0 : 1
}

/** The daemon's log, with or without a service. */
const logs = async ({ daemonLog }: Places, isFollowing: boolean): Promise<number> => {
  const read = logReader((chunk) => process.stdout.write(chunk))
  read(daemonLog)
  while (isFollowing) {
    await wait(LOOK_MS)
    read(daemonLog)
  }
  return 0
}
