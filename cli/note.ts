import { UserError } from '../lib/errors.ts'
import { changeRecords, say } from './change-records.ts'

const MAX_NOTE = 4000

/** Writes a note on an experiment. */
export const note = async ({ name, text }: { name: string; text: string }): Promise<number> => {
  if (text.length > MAX_NOTE) {
    throw new UserError('too-large', `a note is at most ${MAX_NOTE} characters long`)
  }
  const found = await changeRecords('note', [name], () => ({ value: text }))
  say(text === '' ? 'no note on' : 'noted on', found)
  return 0
}
