import { existsSync, lstatSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { upward } from '../../lib/spec/conventions.ts'

/** A DVC project of the workspace: its folder relative to the root, and where its cache is. */
export interface DvcProject {
  folder: string
  cache: string
}

/** The DVC project that a folder of the workspace is in, as DVC finds it: from there upward. */
export const findDvcProject = (workspace: string, workdir: string): DvcProject | null => {
  const folder = upward(workdir).find((one) => isFolder(join(workspace, one, '.dvc')))
  return folder === undefined ? null : { folder, cache: cacheOf(join(workspace, folder, '.dvc')) }
}

/**
 * Lets DVC in the workplace use the user's own cache, by a `.dvc/config.local` of the user's with that
 * said in it. Gives back which files were made: they are not the run's.
 */
export const shareDvcCache = (
  workspace: string | null,
  workplace: string,
  workdir: string,
): string[] => {
  const project = workspace === null ? null : findDvcProject(workspace, workdir)
  if (workspace === null || project === null) return []
  const path = join(project.folder, '.dvc', 'config.local')
  const file = join(workplace, path)
  const folder = dirname(file)
  const inside = `${realpathSync(workplace)}${sep}`
  if (!isFolder(folder) || !realpathSync(folder).startsWith(inside)) return []
  // A path that an INI file cannot say.
  if (/["\n\r]/.test(project.cache)) return []
  const own = readIfThere(join(workspace, path)) ?? ''
  try {
    writeFileSync(file, withCache(own, project.cache), { flag: 'wx', mode: 0o600 })
    return [path]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return []
  }
}

/** An INI text in which `[cache]` has this `dir` and no other. */
export const withCache = (text: string, dir: string): string => {
  const lines: string[] = []
  let isCache = false
  let isSaid = false
  for (const line of text.split('\n')) {
    const section = SECTION.exec(line)?.[1]
    if (section !== undefined) isCache = section === 'cache'
    if (isCache && DIR.test(line)) continue
    lines.push(line)
    if (section !== 'cache' || isSaid) continue
    lines.push(`    dir = "${dir}"`)
    isSaid = true
  }
  const said = lines.join('\n')
  if (isSaid) return said
  return `${said}${said === '' || said.endsWith('\n') ? '' : '\n'}[cache]\n    dir = "${dir}"\n`
}

const SECTION = /^\s*\[\s*['"]?([^\]'"]+?)['"]?\s*\]/
const DIR = /^\s*dir\s*=\s*(['"]?)(.*?)\1\s*$/

/** Where DVC looks first, the later only where the earlier say nothing. */
const cacheOf = (dvcFolder: string): string => {
  const home = process.env.HOME || homedir()
  const configs = [
    join(dvcFolder, 'config.local'),
    join(dvcFolder, 'config'),
    join(process.env.XDG_CONFIG_HOME || join(home, '.config'), 'dvc', 'config'),
    '/etc/xdg/dvc/config',
  ]
  for (const config of configs) {
    const dir = dirIn(readIfThere(config) ?? '')
    if (dir !== null) return resolve(dirname(config), dir.replace(/^~(?=\/|$)/, home))
  }
  return join(dvcFolder, 'cache')
}

const dirIn = (text: string): string | null => {
  let isCache = false
  for (const line of text.split('\n')) {
    const section = SECTION.exec(line)?.[1]
    if (section !== undefined) isCache = section === 'cache'
    const dir = isCache ? DIR.exec(line)?.[2] : undefined
    if (dir !== undefined && dir !== '') return dir
  }
  return null
}

const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const readIfThere = (file: string): string | null =>
  existsSync(file) && lstatSync(file).isFile() ? readFileSync(file, 'utf8') : null
