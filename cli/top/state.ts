import { type Experiment, isEnded } from '../../lib/experiment.ts'

/** What the view shows, and what its keys change. */
export interface TopState {
  /** Running ones first, then what waits, then what has ended, the newest in front. */
  experiments: Experiment[]
  /** The id of the chosen one. */
  chosen: string | null
  mode: 'list' | 'log' | 'filter' | 'help' | 'confirm-stop'
  filter: string
  /** The last thing that was done, or why it was not. */
  message: string
}

/** What a key asks for beyond the view itself. */
export type TopAction =
  | { is: 'quit' }
  | { is: 'change'; verb: 'stop' | 'hold' | 'release' | 'retry' | 'star'; id: string }

export const START: TopState = {
  experiments: [],
  chosen: null,
  mode: 'list',
  filter: '',
  message: '',
}

/** Those that the filter lets through: a part of the name, the state or a tag. */
export const visible = ({ experiments, filter }: TopState): Experiment[] => {
  const wanted = filter.toLowerCase()
  return experiments.filter(({ name, state, tags }) =>
    [name, state.is, ...tags].some((text) => text.toLowerCase().includes(wanted)),
  )
}

/** Newly read experiments; the chosen one stays chosen as long as it is there. */
export const withExperiments = (state: TopState, experiments: Experiment[]): TopState => {
  const next = { ...state, experiments }
  const shown = visible(next)
  const isThere = shown.some(({ id }) => id === state.chosen)
  return { ...next, chosen: isThere ? state.chosen : (shown[0]?.id ?? null) }
}

/** What a key does. Keys are as `readline` names them, or the character itself. */
export const press = (
  state: TopState,
  key: string,
): { state: TopState; action: TopAction | null } => {
  if (key === 'ctrl+c') return { state, action: { is: 'quit' } }
  if (state.mode === 'filter') return { state: typed(state, key), action: null }
  if (state.mode === 'confirm-stop') {
    const back: TopState = { ...state, mode: 'list', message: '' }
    if (key !== 'y' || state.chosen === null) return { state: back, action: null }
    return { state: back, action: { is: 'change', verb: 'stop', id: state.chosen } }
  }
  if (state.mode === 'help') return { state: { ...state, mode: 'list' }, action: null }
  return inList({ ...state, message: '' }, key)
}

const inList = (state: TopState, key: string): { state: TopState; action: TopAction | null } => {
  const to = (next: Partial<TopState>) => ({ state: { ...state, ...next }, action: null })
  switch (key) {
    case 'q':
      return { state, action: { is: 'quit' } }
    case 'j':
    case 'down':
      return to({ chosen: neighbour(state, 1) })
    case 'k':
    case 'up':
      return to({ chosen: neighbour(state, -1) })
    case 'return':
    case 'l':
      return to({ mode: state.mode === 'log' ? 'list' : 'log' })
    case 'escape':
      return to({ mode: 'list', filter: '' })
    case '/':
      return to({ mode: 'filter' })
    case '?':
      return to({ mode: 'help' })
    case 'K':
      return to(state.chosen === null ? {} : { mode: 'confirm-stop' })
    case 'r':
      return { state, action: change(state, 'retry') }
    case 'p':
      return { state, action: change(state, 'star') }
    case 'h':
      return { state, action: change(state, isHeld(state) ? 'release' : 'hold') }
    default:
      return { state, action: null }
  }
}

const change = (
  { chosen }: TopState,
  verb: 'hold' | 'release' | 'retry' | 'star',
): TopAction | null => (chosen === null ? null : { is: 'change', verb, id: chosen })

const isHeld = ({ experiments, chosen }: TopState): boolean => {
  const state = experiments.find(({ id }) => id === chosen)?.state
  return state?.is === 'held' || (state?.is === 'running' && state.pausedAt !== undefined)
}

const typed = (state: TopState, key: string): TopState => {
  if (key === 'return') return { ...state, mode: 'list' }
  if (key === 'escape') return { ...state, mode: 'list', filter: '' }
  const filter =
    key === 'backspace'
      ? state.filter.slice(0, -1)
      : state.filter + (Array.from(key).length === 1 ? key : '')
  return withExperiments({ ...state, filter }, state.experiments)
}

const neighbour = (state: TopState, step: number): string | null => {
  const shown = visible(state)
  const at = shown.findIndex(({ id }) => id === state.chosen)
  return shown[Math.min(Math.max(at + step, 0), shown.length - 1)]?.id ?? null
}

/** The order of the list. */
export const inOrder = (experiments: Experiment[]): Experiment[] => {
  const rank = ({ state }: Experiment): number =>
    state.is === 'running' ? 0 : isEnded(state) ? 2 : 1
  return experiments.toSorted((a, b) => rank(a) - rank(b))
}
