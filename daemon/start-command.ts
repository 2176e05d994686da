import { type ChildProcess, spawn } from 'node:child_process'
import { entering } from '../lib/overlay/enter.ts'
import type { Orders } from './supervision.ts'

/**
 * Starts a command in its workplace, in a session of its own. The shell joins both outputs in one pipe,
 * which keeps their order, and becomes the command, by way of what mounts an overlay where there is one.
 */
export const startCommand = (
  { layers, cwd, env }: Pick<Orders, 'layers' | 'cwd' | 'env'>,
  argv: string[],
  stdout: number | 'pipe',
): ChildProcess => {
  const words = [...(layers === null ? [] : entering(layers, cwd)), ...argv]
  return spawn('/bin/sh', ['-c', 'exec "$0" "$@" 2>&1', ...words], {
    // Outside of the overlay there may be no such folder.
    cwd: layers === null ? cwd : '/',
    env,
    detached: true,
    stdio: ['ignore', stdout, 'ignore'],
  })
}
