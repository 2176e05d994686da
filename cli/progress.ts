import type { CaptureProgress } from '../lib/capture/trees.ts'

const AFTER_MS = 700
const EVERY_MS = 200

export interface ProgressLine {
  tell: (progress: CaptureProgress) => void
  /** Takes the line away. */
  end: () => void
}

/** One line about long work, on a terminal alone and only once it has proved to be long. */
export const progressLine = (stream: NodeJS.WriteStream): ProgressLine => {
  if (stream.isTTY !== true) return { tell: () => {}, end: () => {} }
  let text = 'capturing the workspace …'
  let isShown = false
  const draw = (): void => {
    stream.write(`\r\x1b[K${text.slice(0, Math.max(20, (stream.columns || 80) - 1))}`)
    isShown = true
  }
  let drawing: NodeJS.Timeout | undefined
  const start = setTimeout(() => {
    draw()
    drawing = setInterval(draw, EVERY_MS)
  }, AFTER_MS)
  return {
    tell: ({ files, ofFiles, ofBytes }) => {
      const megabytes = Math.ceil(ofBytes / 1024 / 1024)
      text = `capturing ${files} of ${ofFiles} untracked files (${megabytes} MB) …`
    },
    end: () => {
      clearTimeout(start)
      clearInterval(drawing)
      if (isShown) stream.write('\r\x1b[K')
    },
  }
}
