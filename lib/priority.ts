import { UserError } from './errors.ts'

/** Throws `UserError` for what is no priority. */
export const readPriority = (text: string): number => {
  if (isPriority(text)) return Number(text)
  throw new UserError('usage', `a priority is a whole number from -100 to 100, not “${text}”`)
}

export const isPriority = (text: string): boolean =>
  /^-?\d{1,3}$/.test(text) && Math.abs(Number(text)) <= 100
