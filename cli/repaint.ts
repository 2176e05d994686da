const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
/** A terminal that knows these shows all between them at once. */
const BEGIN = '\x1b[?2026h'
const END = '\x1b[?2026l'
const CLEAR_LINE_END = '\x1b[K'
const CLEAR_BELOW = '\x1b[J'

/** A part of a terminal that is written over again and again. */
export interface Screen {
  show: (text: string) => void
  /** Gives the cursor back; the last text stays. */
  end: () => void
}

/** Writes each text over the one before, line by line and never clearing first, so nothing flickers. */
export const repaint = (
  terminal: Pick<NodeJS.WriteStream, 'write' | 'rows' | 'columns'>,
): Screen => {
  let before = ''
  let height = 0
  terminal.write(HIDE_CURSOR)
  return {
    show: (text) => {
      if (text === before) return
      before = text
      // What has scrolled off cannot be written over, nor a line that takes two.
      const lines = text
        .replace(/\n$/, '')
        .split('\n')
        .slice(0, Math.max(1, (terminal.rows || 24) - 1))
        .map((line) =>
          Array.from(line)
            .slice(0, terminal.columns || 80)
            .join(''),
        )
      const up = height === 0 ? '' : `\x1b[${height}A\r`
      const body = lines.map((line) => `${line}${CLEAR_LINE_END}\r\n`).join('')
      terminal.write(`${BEGIN}${up}${body}${CLEAR_BELOW}${END}`)
      height = lines.length
    },
    end: () => {
      terminal.write(SHOW_CURSOR)
    },
  }
}
