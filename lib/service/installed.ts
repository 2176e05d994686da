import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../errors.ts'
import { replaceFile } from '../files.ts'
import { launchdAgent } from './launchd-agent.ts'
import { MARK, type Manager, type Service } from './service.ts'
import { systemdUnit } from './systemd-unit.ts'

/** What stands where our service file would. */
export type InstalledFile = { is: 'absent' } | { is: 'ours'; text: string } | { is: 'foreign' }

export const installedFile = (file: string): InstalledFile => {
  try {
    const text = readFileSync(file, 'utf8')
    return text.includes(MARK) ? { is: 'ours', text } : { is: 'foreign' }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { is: 'absent' }
    throw error
  }
}

/** Writes the service file, over one of ours only. */
export const writeServiceFile = (manager: Manager, file: string, service: Service): void => {
  if (installedFile(file).is === 'foreign') {
    throw new UserError('file', `${file} is not of git-exp`, 'look at it and move it away')
  }
  mkdirSync(dirname(file), { recursive: true })
  replaceFile(file, serviceText(manager, service), { mode: 0o644 })
}

export const serviceText = (manager: Manager, service: Service): string =>
  manager === 'systemd' ? systemdUnit(service) : launchdAgent(service)

/** Removes the service file; says whether there was one of ours. */
export const removeServiceFile = (file: string): boolean => {
  if (installedFile(file).is !== 'ours') return false
  rmSync(file)
  return true
}
