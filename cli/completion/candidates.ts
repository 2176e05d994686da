import type { Argument, Command, Option } from 'commander'

/** What the repository has to offer; asked for only when it is wanted. */
export interface Offers {
  names: () => Promise<string[]>
  parameters: () => Promise<string[]>
}

/**
 * What the last of some words may become. The words stand behind `git exp`; the last is the one
 * that is being typed and may be empty. Nothing behind `--` is ours to complete.
 */
export const candidates = async (
  program: Command,
  words: string[],
  offers: Offers,
): Promise<string[]> => {
  const before = words.slice(0, -1)
  const typed = words.at(-1) ?? ''
  if (before.includes('--')) return []
  const { command, operands, isOptionOpen } = walk(program, before)
  const all = isOptionOpen
    ? await valuesOf(before.at(-1) ?? '', command, offers)
    : typed.startsWith('-')
      ? optionsOf(command)
      : await operandsOf(command, operands, offers)
  return all.filter((one) => one.startsWith(typed) && one !== typed && HARMLESS.test(one))
}

/** What a shell takes as it stands: keys and names come from files that anybody may have written. */
const HARMLESS = /^[\w.,:/@+=-]+$/

interface Walked {
  command: Command
  /** How many operands of that command stand there. */
  operands: number
  /** Whether the last word is an option that wants a value. */
  isOptionOpen: boolean
}

const walk = (program: Command, words: string[]): Walked =>
  words.reduce<Walked>(
    ({ command, operands, isOptionOpen }, word) => {
      if (isOptionOpen) return { command, operands, isOptionOpen: false }
      if (word.startsWith('-'))
        return { command, operands, isOptionOpen: wantsValue(command, word) }
      const sub = command.commands.find((one) => [one.name(), ...one.aliases()].includes(word))
      return sub === undefined
        ? { command, operands: operands + 1, isOptionOpen: false }
        : { command: sub, operands: 0, isOptionOpen: false }
    },
    { command: program, operands: 0, isOptionOpen: false },
  )

const wantsValue = (command: Command, word: string): boolean =>
  optionCalled(command, word)?.required === true

const optionCalled = (command: Command, word: string): Option | undefined =>
  command.options.find(({ short, long }) => word === short || word === long)

const valuesOf = async (word: string, command: Command, offers: Offers): Promise<string[]> => {
  const option = optionCalled(command, word)
  if (option?.long === '--set-param') return (await offers.parameters()).map((key) => `${key}=`)
  return option?.argChoices ?? []
}

const optionsOf = (command: Command): string[] => [
  ...command.options.filter(({ hidden }) => !hidden).map(({ long, short }) => long ?? short ?? ''),
  '--help',
]

const operandsOf = async (
  command: Command,
  operands: number,
  offers: Offers,
): Promise<string[]> => {
  if (command.commands.length > 0) return command.commands.map((one) => one.name())
  const argument = argumentAt(command.registeredArguments, operands)
  if (argument?.argChoices !== undefined) return argument.argChoices
  return /^names?$/.test(argument?.name() ?? '') ? ['@last', ...(await offers.names())] : []
}

const argumentAt = (all: readonly Argument[], index: number): Argument | undefined => {
  const last = all.at(-1)
  return all[index] ?? (last?.variadic === true ? last : undefined)
}
