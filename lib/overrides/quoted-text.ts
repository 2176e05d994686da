/**
 * Inside quotes a backslash is itself, but for a run of them directly before a quote of that kind
 * or the closing one: there each stands for half of two, and an odd one escapes the quote.
 */
export const quoteText = (text: string, quote: string): string => {
  const doubled = text.replace(/\\+/g, (run, at: number) => {
    const next = text[at + run.length]
    return next === undefined || next === quote ? run + run : run
  })
  return quote + doubled.replaceAll(quote, `\\${quote}`) + quote
}

/** Where the quoted text that begins at `start` ends, its closing quote included; null if it doesn't. */
export const quotedEnd = (text: string, start: number): number | null => {
  const quote = text[start] ?? ''
  for (let at = text.indexOf(quote, start + 1); at !== -1; at = text.indexOf(quote, at + 1)) {
    let run = 0
    while (text[at - 1 - run] === '\\') run++
    if (run % 2 === 0) return at + 1
  }
  return null
}

/** What stands between the quotes, given both. */
export const unquoteText = (quoted: string): string => {
  const quote = quoted[0]
  const content = quoted.slice(1, -1)
  return content.replace(/\\+/g, (run, at: number) => {
    const next = content[at + run.length]
    return next === undefined || next === quote ? run.slice(Math.ceil(run.length / 2)) : run
  })
}
