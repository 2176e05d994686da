import { changeRecords, say } from './change-records.ts'

/** Asks the daemon to end experiments, and says so when it has taken that in. */
export const stop = async ({ names }: { names: string[] }): Promise<number> => {
  say('stopping', await changeRecords('stop', names))
  return 0
}
