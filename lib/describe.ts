import type { Experiment, State } from './experiment.ts'

/** `running 12 s`, `failed: exited with 3`: a state in a few words. */
export const stateText = (state: State, nowMs: number): string => {
  switch (state.is) {
    case 'queued':
      return state.retryAt === undefined ? state.is : `${state.is}: ${retryText(state.retryAt)}`
    case 'held':
      return state.is
    case 'running':
      if (state.pausedAt !== undefined) return `paused for ${durationText(nowMs - state.pausedAt)}`
      return state.startedAt === null
        ? state.phase
        : `${state.phase} ${durationText(nowMs - state.startedAt)}`
    case 'succeeded':
      return state.startedAt === null
        ? state.is
        : `${state.is} in ${durationText(state.endedAt - state.startedAt)}`
    default:
      return `${state.is}: ${state.reason.text}`
  }
}

/** `retries at 10:32`, by this machine's clock. */
export const retryText = (atMs: number): string => {
  const at = new Date(atMs)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `retries at ${two(at.getHours())}:${two(at.getMinutes())}`
}

/** Milliseconds as `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`. */
export const durationText = (ms: number): string => {
  const seconds = Math.max(0, ms) / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export const commandText = (command: Experiment['command']): string =>
  typeof command === 'string'
    ? command
    : command
        .map((word) =>
          /^[\w./=:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
        )
        .join(' ')

/** The overrides as typed, without their file where all are of one. */
export const overridesText = (overrides: string[]): string => {
  const files = new Set(overrides.map((text) => text.slice(0, text.indexOf(':') + 1)))
  const [only = ''] = files
  return overrides.map((text) => (files.size === 1 ? text.slice(only.length) : text)).join(' ')
}
