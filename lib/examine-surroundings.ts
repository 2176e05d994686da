import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import type { Config } from './config.ts'
import { defaultWorkplaces } from './default-workplaces.ts'
import type { Finding } from './examine.ts'
import { gitText } from './git.ts'
import { openHistory } from './history.ts'
import { findHooks } from './hooks.ts'
import { isNewer } from './newer-version.ts'
import { tryOverlay } from './overlay/try-overlay.ts'
import type { Places } from './places.ts'
import type { Repository } from './repository.ts'
import { installedFile, serviceText } from './service/installed.ts'
import { daemonService, type Manager, serviceFile } from './service/service.ts'

/** What it is tested with; older ones lack what captures are made of. */
const TESTED_GIT = '2.39.0'
const LITTLE_POOL_BYTES = 1024 ** 3
const CLOCK_STEP_MS = 60_000

export const examineGit = async (): Promise<Finding> => {
  const text = await gitText(['--version'])
  const version = /\d+\.\d+\.\d+/.exec(text)?.[0] ?? ''
  return isNewer(TESTED_GIT, version)
    ? {
        is: 'note',
        what: 'git',
        text: `${text} is older than what this is tested with`,
        fix: `install git ${TESTED_GIT} or newer`,
      }
    : { is: 'ok', what: 'git', text, fix: null }
}

/** The hooks of this repository, and whether what they call is still there and somebody runs them. */
export const examineHook = async (
  places: Places,
  repository: Repository,
  { autoqueue }: Config,
): Promise<Finding> => {
  const what = 'hook'
  const hooks = await findHooks(repository, places)
  const isOn = autoqueue !== false
  const file = hooks.map(({ ours }) => ours).join(', ')
  const missing = hooks.filter(({ state }) => state.is !== 'ours')
  if (missing.length === 0) {
    const old = hooks.find(({ state }) => state.is === 'ours' && !state.isCurrent)
    if (old !== undefined) {
      return {
        is: 'fault',
        what,
        text: `${old.ours} is of another installation`,
        fix: 'git exp hooks install',
        remedy: 'install-hook',
      }
    }
    const idle = hooks.find(({ state }) => state.is === 'ours' && !state.isRun)
    if (idle !== undefined) {
      const text = `${idle.manager?.name} does not run ${idle.ours} yet`
      return {
        is: isOn ? 'fault' : 'note',
        what,
        text,
        fix: 'git exp hooks status tells what to add',
      }
    }
    return isOn
      ? { is: 'ok', what, text: file, fix: null }
      : {
          is: 'note',
          what,
          text: 'is there, and exp.autoqueue is off',
          fix: 'git config exp.autoqueue true',
        }
  }
  return isOn
    ? {
        is: 'fault',
        what,
        text: `exp.autoqueue is on and ${missing[0]?.name} has no hook of ours`,
        fix: 'git exp hooks install',
        ...(missing.every(({ state }) => state.is === 'absent')
          ? { remedy: 'install-hook' as const }
          : {}),
      }
    : { is: 'ok', what, text: 'is not installed', fix: null }
}

/** The folder of the workplaces, which may lie on another disk than the state. */
export const examinePool = ({ workplaces }: Config): Finding => {
  const what = 'workplaces'
  const folder = workplaces ?? defaultWorkplaces(process.env)
  const there = nearestThere(folder)
  try {
    accessSync(there, constants.W_OK | constants.X_OK)
  } catch {
    return {
      is: 'fault',
      what,
      text: `${there} cannot be written to`,
      fix: 'make it yours, or: git config --global exp.workplaces FOLDER',
    }
  }
  const { bavail, bsize } = statfsSync(there)
  const text = `${((bavail * bsize) / 1024 ** 3).toFixed(1)} GB free for ${folder}`
  return bavail * bsize >= LITTLE_POOL_BYTES
    ? { is: 'ok', what, text, fix: null }
    : { is: 'fault', what, text, fix: 'make room, or: git config --global exp.workplaces FOLDER' }
}

/** Whether overlays can be mounted where they are wanted: each run says so too, when it does without. */
export const examineOverlay = async ({ isolation, workplaces }: Config): Promise<Finding[]> => {
  if (isolation !== 'overlay') return []
  const what = 'overlay'
  const folder = workplaces ?? defaultWorkplaces(process.env)
  const problem = await tryOverlay(nearestThere(folder))
  if (problem === null) return [{ is: 'ok', what, text: `can be mounted in ${folder}`, fix: null }]
  return [
    {
      is: 'fault',
      what,
      text: `cannot be mounted in ${folder}, and runs have checkouts: ${problem}`,
      fix: 'git config --global exp.isolation checkout',
    },
  ]
}

const nearestThere = (folder: string): string =>
  existsSync(folder) || folder === '/' ? folder : nearestThere(dirname(folder))

/** A clock that was set back breaks the order of what is queued, and file times. */
export const examineClock = (found: Places, nowMs: number): Finding => {
  const what = 'clock'
  const history = openHistoryOrNull(found)
  const started = history?.daemon()?.startedAt ?? 0
  history?.close()
  const latest = Math.max(started, statSync(found.spool.new).mtimeMs)
  if (latest <= nowMs + CLOCK_STEP_MS)
    return { is: 'ok', what, text: new Date(nowMs).toISOString(), fix: null }
  return {
    is: 'fault',
    what,
    text: `it is ${new Date(nowMs).toISOString()}, and there are traces of ${new Date(latest).toISOString()}`,
    fix: 'set the clock right, best by NTP',
  }
}

/** What is wrong with the database is another finding's to say. */
const openHistoryOrNull = (found: Places) => {
  try {
    return openHistory(found)
  } catch {
    return null
  }
}

/** A service file of ours that names a Node or a package which is no longer there. */
export const examineService = (found: Places): Finding[] => {
  const manager: Manager = process.platform === 'darwin' ? 'launchd' : 'systemd'
  const file = serviceFile(manager, { ...process.env, HOME: process.env.HOME || homedir() })
  const installed = installedFile(file)
  if (installed.is !== 'ours') return []
  const isSame = installed.text === serviceText(manager, daemonService(found, process.env))
  return [
    isSame
      ? { is: 'ok', what: 'service', text: file, fix: null }
      : {
          is: 'note',
          what: 'service',
          text: `${file} is not what this shell would write`,
          fix: 'git exp service install',
        },
  ]
}
