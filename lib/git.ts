import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type ChildProcess,
  type ChildProcessByStdio,
  type ChildProcessWithoutNullStreams,
  spawn,
} from 'node:child_process'
import { Readable, type Writable } from 'node:stream'
import { NO_HOOKS } from './no-hooks.ts'

/** Where one git call works, when that is not what git would find by itself. */
export interface GitPlace {
  gitDir?: string
  worktree?: string
  /** A private index instead of the repository's own. */
  index?: string
  /** The folder that new objects are written to. */
  objects?: string
}

export interface GitOptions {
  cwd?: string
  place?: GitPlace
  env?: NodeJS.ProcessEnv
  /** An iterable is read as fast as git reads: what it makes need not be in memory together. */
  input?: string | Buffer | Iterable<Buffer>
  /** Exit codes that are an answer and no failure; 0 always is one. */
  okExits?: number[]
  timeoutMs?: number
  /** Told of what is printed as it comes. */
  onOutput?: (chunk: Buffer) => void
  /** To ask what the user's own git would do, without our settings. */
  isUsersOwn?: boolean
  /** What git is started by, such as what mounts the files that it is to see; that also sets the folder. */
  entry?: string[]
}

export interface GitAnswer {
  stdout: Buffer
  /** Warnings, where it did not fail. */
  stderr: string
  exitCode: number
}

/** Git itself failed: what was asked, how it ended and what it said. */
export class GitError extends Error {
  override readonly name = 'GitError'
  readonly args: string[]
  readonly exitCode: number | null
  readonly stderr: string
  /** What was printed before the failure; `rev-parse` answers part of a question so. */
  readonly stdout: Buffer

  constructor(args: string[], exitCode: number | null, stderr: string, stdout: Buffer) {
    super(`git ${args[0] ?? ''} failed (${exitCode ?? 'killed'}): ${stderr.trim() || 'no message'}`)
    this.args = args
    this.exitCode = exitCode
    this.stderr = stderr
    this.stdout = stdout
  }
}

/**
 * What `git rev-parse --local-env-vars` prints, and more of the kind that a hook or `git -c` leaves
 * behind: each would make our git look at another repository than the one it was told.
 */
export const LOCAL_GIT_VARIABLES = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_CONFIG',
  'GIT_CONFIG_PARAMETERS',
  'GIT_CONFIG_COUNT',
  'GIT_OBJECT_DIRECTORY',
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_PREFIX',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_COMMON_DIR',
  'GIT_QUARANTINE_PATH',
]

/**
 * Our own git runs no hook of the user's, writes no reflog of ours and starts no gc. Of a private
 * index it would write a split one's shared part into the user's git dir.
 */
export const OUR_GIT = [
  'git',
  '--no-replace-objects',
  ...NO_HOOKS.flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  '-c',
  'core.logAllRefUpdates=false',
  '-c',
  'core.safecrlf=false',
  '-c',
  'core.splitIndex=false',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
]

const abortSignal = new AsyncLocalStorage<AbortSignal>()

/** Does some work; every git that it starts is killed, with what git itself started, on the signal. */
export const gitUntil = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
  abortSignal.run(signal, work)

/** A group of its own, so that a filter of the user's that hangs goes with its git. */
const killGroupOn = (signal: AbortSignal, child: ChildProcess): void => {
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
  if (signal.aborted) kill()
  signal.addEventListener('abort', kill)
  child.once('exit', () => signal.removeEventListener('abort', kill))
}

/** Starts git, to be talked to through its pipes. Whoever starts it also ends it. */
export const startGit = (
  args: string[],
  options: StartOptions = {},
): ChildProcessWithoutNullStreams =>
  spawnGit(args, options, 'pipe') as ChildProcessWithoutNullStreams

interface StartOptions extends GitOptions {
  isGroup?: boolean
}

type Git = ChildProcessByStdio<Writable | null, Readable, Readable>

/** Without a pipe where it is told nothing: to make one takes longer than one would think. */
const spawnGit = (args: string[], options: StartOptions, stdin: 'pipe' | 'ignore'): Git => {
  const start = options.isUsersOwn === true ? ['git'] : OUR_GIT
  const [file = 'git', ...words] = [...(options.entry ?? []), ...start, ...args]
  return spawn(file, words, {
    cwd: options.cwd,
    env: environment(options),
    stdio: [stdin, 'pipe', 'pipe'],
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
    detached: options.isGroup === true,
  }) as Git
}

/** Runs git once. Throws `GitError` unless it exits with 0 or a code in `okExits`. */
export const git = (args: string[], options: GitOptions = {}): Promise<GitAnswer> =>
  new Promise((resolve, reject) => {
    const signal = abortSignal.getStore()
    const { input } = options
    const stdin = input === undefined ? 'ignore' : 'pipe'
    const child = spawnGit(args, { ...options, isGroup: signal !== undefined }, stdin)
    if (signal !== undefined) killGroupOn(signal, child)
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk)
      options.onOutput?.(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', (cause) => {
      reject(new GitError(args, null, cause.message, Buffer.alloc(0)))
    })
    child.on('close', (exitCode) => {
      const stdout = Buffer.concat(out)
      const stderr = Buffer.concat(err).toString()
      if (exitCode === 0 || (exitCode !== null && options.okExits?.includes(exitCode))) {
        resolve({ stdout, stderr, exitCode })
      } else {
        reject(new GitError(args, exitCode, stderr, stdout))
      }
    })
    if (child.stdin === null || input === undefined) return
    // Git may end before it has read its input; its exit code tells what that means.
    child.stdin.on('error', () => {})
    if (typeof input === 'string' || Buffer.isBuffer(input)) {
      child.stdin.end(input)
    } else {
      const source = Readable.from(input, { objectMode: false })
      source.on('error', (error) => {
        child.kill('SIGKILL')
        reject(error)
      })
      source.pipe(child.stdin)
    }
  })

/** What git printed, without the newline at its end. */
export const gitText = async (args: string[], options: GitOptions = {}): Promise<string> =>
  (await git(args, options)).stdout.toString().replace(/\n$/, '')

/**
 * A `-z` list. Each item is a latin1 string, one character a byte, since a path need not be UTF-8:
 * `Buffer.from(item, 'latin1')` is the path itself.
 */
export const gitList = async (args: string[], options: GitOptions = {}): Promise<string[]> =>
  listItems((await git(args, options)).stdout)

export const listItems = (stdout: Buffer): string[] => {
  const items = stdout.toString('latin1').split('\0')
  items.pop()
  return items
}

const environment = ({ env = process.env, place }: GitOptions): NodeJS.ProcessEnv => {
  const clean: NodeJS.ProcessEnv = { ...env }
  for (const name of LOCAL_GIT_VARIABLES) delete clean[name]
  clean.GIT_TERMINAL_PROMPT = '0'
  clean.GIT_OPTIONAL_LOCKS = '0'
  clean.GIT_EDITOR = 'true'
  if (place?.gitDir !== undefined) clean.GIT_DIR = place.gitDir
  if (place?.worktree !== undefined) clean.GIT_WORK_TREE = place.worktree
  if (place?.index !== undefined) clean.GIT_INDEX_FILE = place.index
  if (place?.objects !== undefined) clean.GIT_OBJECT_DIRECTORY = place.objects
  return clean
}
