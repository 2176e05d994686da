import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'

/** How much of a repository's bulk is in one file. */
const PIECE_MB = 10

const checkout = join(import.meta.dirname, '..')

/** A user's world in a temporary folder, with the real program first on its PATH. */
export interface World {
  folder: string
  env: Record<string, string>
  call: (cwd: string, file: string, ...args: string[]) => Promise<string>
  /** The same, with a text for the program to read. */
  pipe: (cwd: string, input: string, file: string, ...args: string[]) => Promise<string>
  end: () => Promise<void>
}

const ended: string[] = []

/** After all is measured: ext4 is slow for a while where many files were removed. */
export const removeEndedWorlds = (): void => {
  for (const folder of ended.splice(0)) rmSync(folder, { recursive: true, force: true })
}

export const makeWorld = (): World => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'git-exp-bench-')))
  mkdirSync(join(folder, 'home'))
  const env = {
    PATH: `${join(checkout, 'bin')}:${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
    HOME: join(folder, 'home'),
    GIT_EXP_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C.UTF-8',
    DVC_NO_ANALYTICS: '1',
  }
  writeFileSync(
    join(folder, 'home', '.gitconfig'),
    '[user]\n\tname = A Bench\n\temail = bench@example.org\n[exp]\n\tjobs = 2\n',
  )
  const call = async (cwd: string, file: string, ...args: string[]): Promise<string> => {
    const { stdout } = await execa(file, args, { cwd, env, extendEnv: false, stdin: 'ignore' })
    return stdout
  }
  const pipe = async (
    cwd: string,
    input: string,
    file: string,
    ...args: string[]
  ): Promise<string> => {
    const { stdout } = await execa(file, args, { cwd, env, extendEnv: false, input })
    return stdout
  }
  const end = async (): Promise<void> => {
    await stopped(() => call(folder, 'git', 'exp', 'daemon', 'stop', '--kill'))
    ended.push(folder)
  }
  return { folder, env, call, pipe, end }
}

/** A daemon that has just been given thousands may take longer than the one call waits. */
const stopped = async (stop: () => Promise<string>, tries = 20): Promise<void> => {
  try {
    await stop()
  } catch (error) {
    if (tries === 1) throw error
    await stopped(stop, tries - 1)
  }
}

/** What a repository has besides its files, in megabytes that no compression makes smaller. */
export interface Bulk {
  /** In commits before the first of its files. */
  history?: number
  /** Beside its files, neither tracked nor ignored. */
  untracked?: number
}

/** Makes a repository of so many small files in folders of a hundred, with one changed since. */
export const makeRepository = async (
  world: World,
  files: number,
  { history = 0, untracked = 0 }: Bulk = {},
): Promise<string> => {
  const path = join(world.folder, `repository-${files}`)
  mkdirSync(path)
  await world.call(path, 'git', 'init', '--quiet')
  for (let n = 0; n < history; n += PIECE_MB) {
    writeFileSync(join(path, 'data.bin'), randomBytes(PIECE_MB * 1e6))
    await world.call(path, 'git', 'add', '--all')
    await world.call(path, 'git', 'commit', '--quiet', '--message', `${n}`)
  }
  rmSync(join(path, 'data.bin'), { force: true })
  for (let n = 0; n < files; n++) {
    const file = join(path, 'src', String(Math.floor(n / 100)), `file-${n}.txt`)
    if (n % 100 === 0) mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `file ${n}\n${'text '.repeat(n % 50)}\n`)
  }
  writeFileSync(join(path, 'params.yaml'), 'n: 0 # the only parameter\n')
  await world.call(path, 'git', 'add', '--all')
  await world.call(path, 'git', 'commit', '--quiet', '--message', 'Start')
  writeFileSync(join(path, 'params.yaml'), 'n: 1 # the only parameter\n')
  for (let n = 0; n < untracked; n += PIECE_MB) {
    writeFileSync(join(path, `untracked-${n}.bin`), randomBytes(PIECE_MB * 1e6))
  }
  return path
}
