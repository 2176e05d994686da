/** Quotes a value as git config does, so that any text stands on one line. */
export const quoteValue = (text: string): string =>
  /^[A-Za-z0-9_./@=+:-]*$/.test(text)
    ? text
    : `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}"`

/** Reads what `quoteValue` wrote; null for what it would not write. */
export const unquoteValue = (text: string): string | null => {
  if (!text.startsWith('"')) return /["\\#;]/.test(text) ? null : text
  if (!/^"(?:[^"\\\n]|\\["\\nt])*"$/.test(text)) return null
  return text
    .slice(1, -1)
    .replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : c))
}
