import { UserError } from '../lib/errors.ts'
import { changeRecords, say } from './change-records.ts'

/** Puts a tag on experiments, or takes it off. */
export const tag = async (options: {
  tag: string
  names: string[]
  remove?: boolean
}): Promise<number> => {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._/-]{0,49}$/u.test(options.tag)) {
    throw new UserError(
      'bad-name',
      `“${options.tag}” cannot be a tag`,
      'a tag is up to 50 letters, digits and . _ / -',
    )
  }
  const value = `${options.remove === true ? '-' : '+'}${options.tag}`
  say(`tag ${value}:`, await changeRecords('tag', options.names, () => ({ value })))
  return 0
}
