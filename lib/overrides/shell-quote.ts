/** The text as one word of any shell: between single quotes nothing has a meaning but they. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
