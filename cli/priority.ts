import { readPriority } from '../lib/priority.ts'
import { changeRecords, say } from './change-records.ts'

/** Lets experiments be served before others, or after them. */
export const priority = async (options: { priority: string; names: string[] }): Promise<number> => {
  const value = readPriority(options.priority)
  say(
    `priority ${value}:`,
    await changeRecords('priority', options.names, () => ({ priority: value })),
  )
  return 0
}
