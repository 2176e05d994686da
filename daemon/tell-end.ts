import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { stateText } from '../lib/describe.ts'
import { type Environment, environmentForRuns, readEnvironment } from '../lib/environment.ts'
import { exitCodeOf } from '../lib/exit-code.ts'
import { type Experiment, isEnded } from '../lib/experiment.ts'
import { openHistory } from '../lib/history.ts'
import { loadConfig } from '../lib/load-config.ts'
import { logFile } from '../lib/log-follower.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { findExecutable } from './find-executable.ts'
import type { Notice } from './records.ts'

const LIMIT_MS = 60_000

/**
 * Tells of an experiment that has ended: runs its `on_finish`, and shows a notice where the user
 * asked for it and there is a desktop. Whatever becomes of either changes nothing.
 */
export const tellEnd = async (daemon: Daemon, { id, env, onFinish }: Notice): Promise<void> => {
  const shell = env === null ? environmentForRuns(process.env) : readEnvironment(daemon.places, env)
  const hasDesktop = Boolean(shell.DISPLAY || shell.WAYLAND_DISPLAY)
  // Most often, at night or on a server: opening the history takes longer than all the rest of this.
  if (onFinish === null && !hasDesktop) return
  const history = openHistory(daemon.places)
  const experiment = history?.byId(id) ?? null
  history?.close()
  if (experiment === null || !isEnded(experiment.state)) return
  const own = { ...shell, ...facts(daemon, experiment) }
  const { worktree, name } = experiment
  const cwd = worktree !== null && existsSync(worktree) ? worktree : '/'
  if (onFinish !== null) {
    const exit = await start(['/bin/sh', '-c', onFinish], cwd, own)
    note('on_finish', { name, id, exit })
  }
  const notifier = findExecutable('notify-send', cwd, shell.PATH)
  if (!hasDesktop || 'problem' in notifier) return
  const { config } = await loadConfig('/', { gitDir: experiment.repository })
  if (!config.notify) return
  const text = stateText(experiment.state, daemon.clock())
  const exit = await start([notifier.path, '--', `git exp: ${name}`, text], cwd, own)
  note('notice', { name, id, exit })
}

/** All values go by the environment: none becomes part of a shell's line. */
const facts = (daemon: Daemon, experiment: Experiment): Environment => {
  const { state } = experiment
  const attempt = 'attempt' in state ? state.attempt : 0
  return {
    GIT_EXP_ID: experiment.id,
    GIT_EXP_NAME: experiment.name,
    GIT_EXP_BASELINE: experiment.baseline,
    GIT_EXP_WORKSPACE: experiment.worktree ?? '',
    GIT_EXP_ATTEMPT: String(attempt),
    GIT_EXP_STATE: state.is,
    GIT_EXP_REASON: 'reason' in state ? state.reason.text : '',
    GIT_EXP_EXIT_CODE: String(exitCodeOf(state)),
    GIT_EXP_RESULT: ('result' in state && state.result) || '',
    GIT_EXP_METRICS: printPlain(experiment.metrics),
    GIT_EXP_LOG: logFile(daemon.places, experiment.id, attempt),
  }
}

/** Runs a command for a minute at most, in a session of its own that ends with it; says how. */
const start = async (argv: string[], cwd: string, env: Environment): Promise<string> => {
  const [file = '', ...args] = argv
  const child = spawn(file, args, { cwd, env, detached: true, stdio: 'ignore' })
  const limit = new AbortController()
  const isOver = wait(LIMIT_MS, 'it took longer than 60 s', { signal: limit.signal, ref: false })
  const how = await Promise.race([
    new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(String(code ?? signal)))
    }),
    isOver.catch(() => 'it was no longer waited for'),
  ])
  limit.abort()
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nothing of it is left.
  }
  return how
}
