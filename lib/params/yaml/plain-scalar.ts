/** Whether a string may stand without quotes and is read as a string by YAML 1.1 and 1.2 alike. */
export const isPlainString = (text: string, inFlow: boolean): boolean =>
  isOnePlainLine(text) && !readsAsOther(text) && !(inFlow && breaksFlow(text))

/** Whether PyYAML, a YAML 1.1 reader, takes this plain text for the float that YAML 1.2 sees in it. */
export const isOldFloat = (text: string): boolean => OLD_FLOAT.test(text)

const OLD_FLOAT =
  /^[-+]?(?:[0-9]+\.[0-9]*(?:e[-+][0-9]+)?|\.[0-9]+(?:e[-+][0-9]+)?|\.inf)$|^\.nan$/i

const isOnePlainLine = (text: string): boolean =>
  text === text.trim() &&
  !/^(?:[,[\]{}#&*!|>'"%@`]|[-?:](?:\s|$)|---|\.\.\.)/.test(text) &&
  !/:(?:\s|$)|\s#|\n/.test(text)

const readsAsOther = (text: string): boolean =>
  text === '' || WORD.test(text) || NUMBER.test(text) || CLOCK.test(text) || DATE.test(text)

// The 1.1 words and `=`, `<<` too: Python's, Ruby's and most C readers still know them.
const WORD = /^(?:~|null|true|false|yes|no|on|off|y|n|=|<<|[-+]?\.inf|\.nan)$/i
const NUMBER =
  /^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:e[-+]?[0-9]+)?)$/i
const CLOCK = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const DATE = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\s].*)?$/

// By the rules `:` and `?` are safe within a word, but PyYAML and older readers stumble over them.
const breaksFlow = (text: string): boolean => /[,[\]{}:?]|^-[^\w.]/.test(text)
