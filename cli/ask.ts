import { createInterface } from 'node:readline/promises'

/** Asks on the terminal, no being the default; null where there is nobody to ask. */
export const ask = async (question: string): Promise<boolean | null> => {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return null
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}
