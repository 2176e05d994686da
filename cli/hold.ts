import { changeRecords, say } from './change-records.ts'

/** Keeps queued experiments from starting until they are released. */
export const hold = async ({ names }: { names: string[] }): Promise<number> => {
  say('held', await changeRecords('hold', names))
  return 0
}

export const release = async ({ names }: { names: string[] }): Promise<number> => {
  say('released', await changeRecords('release', names))
  return 0
}
