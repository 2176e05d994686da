import { OverrideError } from './override-error.ts'
import { shellQuote } from './shell-quote.ts'

/**
 * Refuses arguments that a shell has changed on the way: bash, zsh and fish make two words of
 * `a={x:1,y:2}`, blanks split a list, `~a` becomes a home directory. `args` are in the order typed.
 */
export const refuseSplitArguments = (args: string[]): void => {
  refuseBraces(args)
  refuseBlanks(args)
  refuseTilde(args)
}

const refuseBraces = (args: string[]): void => {
  const pairs = args.map((arg) => /^([^=]+)=([A-Za-z_][\w.-]*:[^[\]{}]*)$/.exec(arg))
  const byKey = Map.groupBy(
    pairs.filter((pair) => pair !== null),
    ([, key]) => key,
  )
  for (const [key, found] of byKey) {
    if (found.length < 2) continue
    const whole = `${key}={${found.map(([, , entry]) => entry).join(',')}}`
    const rule = `your shell made ${found.length} arguments of one: it takes braces for its own`
    throw split(
      found.map(([argument]) => argument),
      rule,
      `type ${shellQuote(whole)}`,
    )
  }
}

const refuseBlanks = (args: string[]): void => {
  for (const [index, arg] of args.entries()) {
    if (!arg.includes('=') || openBrackets(arg) <= 0) continue
    for (let end = index + 2; end <= args.length; end++) {
      const parts = args.slice(index, end)
      if (openBrackets(parts.join(' ')) > 0) continue
      const rule = `your shell made ${parts.length} arguments of one: blanks need quotes`
      throw split(parts, rule, `type ${shellQuote(parts.join(' '))}`)
    }
  }
}

const refuseTilde = (args: string[]): void => {
  const home = args.find((arg) => /^\/[^=:]*$/.test(arg))
  if (home === undefined) return
  const rule = 'this is a path and no override: your shell may have made it of a ~'
  const hint = `type '~KEY' in single quotes, or --unset KEY`
  throw new OverrideError({ argument: home, position: 0, fault: 'split', rule, hint })
}

/** The caret points to where the second argument begins. */
const split = (parts: string[], rule: string, hint: string): OverrideError => {
  const position = (parts[0] ?? '').length + 1
  return new OverrideError({
    argument: parts.join(' '),
    position,
    fault: 'split',
    rule,
    hint,
  })
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
