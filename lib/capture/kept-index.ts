import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { gitList } from '../git.ts'
import type { Repository } from '../repository.ts'

/**
 * The private index of a worktree's untracked files is kept from one capture to the next, so that
 * files which did not change are not hashed again [R17]. Its name says which worktree it is of and
 * under which attributes and filters it was written: under others the same files have other blobs.
 */
export const keptIndex = async (
  indexes: string,
  repository: Repository,
  paths: string[],
): Promise<string> =>
  join(indexes, `${owner(repository)}-${await attributesNow(repository, paths)}`)

/** Whether these untracked files are worth it; a few small ones are hashed sooner than looked up. */
export const isWorthKeeping = (files: number, bytes: number): boolean =>
  files > 500 || bytes > 4 * 1024 * 1024

/** Keeps an index that is no longer written to, in the place of the worktree's former one. */
export const keepIndex = (made: string, kept: string): void => {
  mkdirSync(dirname(kept), { recursive: true, mode: 0o700 })
  renameSync(made, kept)
  const [own = ''] = fileName(kept).split('-')
  for (const other of readdirSync(dirname(kept))) {
    if (other.startsWith(`${own}-`) && other !== fileName(kept)) {
      rmSync(join(dirname(kept), other), { force: true })
    }
  }
}

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const owner = ({ gitDir, worktree }: Repository): string => digest([gitDir, worktree])

const attributesNow = async (repository: Repository, paths: string[]): Promise<string> => {
  const settings = (
    await gitList(['config', '--list', '-z'], { cwd: repository.worktree, env: process.env })
  ).filter((line) => /^(?:core|filter)\./.test(line))
  const configured = settings.findLast((line) => line.startsWith('core.attributesfile\n'))
  const config = process.env.XDG_CONFIG_HOME || join(process.env.HOME || homedir(), '.config')
  const files = [
    '/etc/gitattributes',
    configured?.slice(configured.indexOf('\n') + 1) ?? join(config, 'git', 'attributes'),
    join(repository.commonDir, 'info', 'attributes'),
    ...foldersOf(paths).map((folder) =>
      Buffer.from(`${latin1(repository.worktree)}/${folder}.gitattributes`, 'latin1'),
    ),
  ]
  return digest([...settings, ...files.map(contentOf)])
}

/** Every folder that one of these paths lies in, with its slash; the root is the empty one. */
const foldersOf = (paths: string[]): string[] => {
  const folders = new Set([''])
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end + 1)
      if (folders.has(folder)) break
      folders.add(folder)
    }
  }
  return [...folders]
}

const contentOf = (file: string | Buffer): string => {
  try {
    return existsSync(file) ? readFileSync(file, 'latin1') : ''
  } catch {
    return 'unreadable'
  }
}

const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

/** No part can run into the next one. */
const digest = (parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
