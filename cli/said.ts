import { UserError } from '../lib/errors.ts'
import type { Question } from '../lib/spec/resolve.ts'
import type { AddOptions } from './add.ts'

/** What the options say of what the experiment is. */
export const saidOf = (options: AddOptions): Pick<Question, 'commandLine' | 'flags'> => {
  const { setup, timeout, retries, link, copy, gpus, cpus, memory, slots } = options
  return {
    commandLine: commandLine(options),
    flags: { setup, timeout, retries, link, copy, gpus, cpus, memory, slots },
  }
}

const commandLine = (options: AddOptions): { argv: string[] } | { shell: string } | null => {
  if (options.command !== null && options.shell !== undefined) {
    throw new UserError('usage', 'there are two commands: one with -c and one behind --')
  }
  if (options.shell !== undefined) return { shell: options.shell }
  if (options.command === null) return null
  if (options.command.length === 0) {
    throw new UserError('usage', 'there is no command behind --', 'git exp add -- python train.py')
  }
  return { argv: options.command }
}
