import { checkName } from '../lib/names.ts'
import { changeRecords } from './change-records.ts'

/** Gives an experiment another name, in Git and in the queue. */
export const rename = async (options: { name: string; newName: string }): Promise<number> => {
  const value = checkName(options.newName)
  const [renamed] = await changeRecords('rename', [options.name], () => ({ value }))
  process.stderr.write(`${renamed?.name} is now ${value}\n`)
  return 0
}
