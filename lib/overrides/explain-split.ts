import { shellQuote } from './shell-quote.ts'

/**
 * The hint for arguments that look as if a shell had changed them on the way, or null. Bash, zsh
 * and fish make two words of `a={x:1,y:2}`, blanks split a list, `~a` becomes a home directory.
 */
export const explainSplitArguments = (args: string[]): string | null =>
  explainBraces(args) ?? explainBlanks(args) ?? explainTilde(args)

const explainBraces = (args: string[]): string | null => {
  const pairs = args.map((arg) => /^([^=]+)=([A-Za-z_][\w.-]*:[^[\]{}]*)$/.exec(arg))
  const byKey = Map.groupBy(
    pairs.filter((pair) => pair !== null),
    ([, key]) => key,
  )
  for (const [key, found] of byKey) {
    if (found.length < 2) continue
    const whole = `${key}={${found.map(([, , entry]) => entry).join(',')}}`
    return `your shell split {…} into ${found.length} arguments; type ${shellQuote(whole)}`
  }
  return null
}

const explainBlanks = (args: string[]): string | null => {
  for (const [index, arg] of args.entries()) {
    if (!arg.includes('=') || openBrackets(arg) <= 0) continue
    let whole = arg
    for (const next of args.slice(index + 1)) {
      whole += ` ${next}`
      if (openBrackets(whole) <= 0) break
    }
    if (openBrackets(whole) > 0) {
      return `a bracket is never closed in ${arg}; put the whole argument in single quotes`
    }
    return `your shell split the argument at its blanks; type ${shellQuote(whole)}`
  }
  return null
}

const explainTilde = (args: string[]): string | null => {
  const home = args.find((arg) => /^\/[^=:]*$/.test(arg))
  return home === undefined
    ? null
    : `your shell may have made ${home} of a ~; type '~KEY' in single quotes, or --unset KEY`
}

/** Brackets opened and not closed, quoted text aside. */
const openBrackets = (text: string): number => {
  let open = 0
  for (const c of text.replace(/'[^']*'|"[^"]*"/g, '')) {
    if ('[{('.includes(c)) open++
    if (']})'.includes(c)) open--
  }
  return open
}
