import { changeRecords, say } from './change-records.ts'

/** Removes experiments and all that came of them. */
export const rm = async ({ names }: { names: string[] }): Promise<number> => {
  say('removed', await changeRecords('remove', names))
  return 0
}
