import { changeRecords, say } from './change-records.ts'

/** Marks experiments, or takes the mark away. */
export const star = async (options: { names: string[]; off?: boolean }): Promise<number> => {
  const value = options.off === true ? 'off' : 'on'
  say(`star ${value}:`, await changeRecords('star', options.names, () => ({ value })))
  return 0
}
