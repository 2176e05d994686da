import type { ReadStream, WriteStream } from 'node:tty'

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[2J'
const LEAVE = '\x1b[?25h\x1b[?1049l'

/** A terminal that is ours for a while. */
export interface Screen {
  size: () => { rows: number; columns: number }
  /** Puts lines on the screen; only those that changed are written. */
  draw: (lines: string[]) => void
  /** Gives the terminal back as it was. May be called again. */
  leave: () => void
}

/** Takes the terminal over. It is given back also when this process ends in any way but KILL. */
export const takeScreen = (input: ReadStream, output: WriteStream): Screen => {
  let shown: string[] = []
  let isOurs = true
  const leave = (): void => {
    if (!isOurs) return
    isOurs = false
    input.setRawMode(false)
    input.pause()
    output.write(LEAVE)
  }
  input.setRawMode(true)
  input.resume()
  output.write(ENTER)
  process.on('exit', leave)
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
    process.once(signal, () => {
      leave()
      process.exit(130)
    })
  }
  output.on('resize', () => {
    shown = []
    output.write('\x1b[2J')
  })
  return {
    size: () => ({ rows: output.rows || 24, columns: output.columns || 80 }),
    draw: (lines) => {
      if (!isOurs) return
      const changed = lines.flatMap((line, i) =>
        line === shown[i] ? [] : [`\x1b[${i + 1};1H${line}\x1b[0m\x1b[K`],
      )
      const rest = lines.length < shown.length ? `\x1b[${lines.length + 1};1H\x1b[J` : ''
      if (changed.length > 0 || rest !== '') output.write(changed.join('') + rest)
      shown = lines
    },
    leave,
  }
}
