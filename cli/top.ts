import { emitKeypressEvents } from 'node:readline'
import { UserError } from '../lib/errors.ts'
import { logFile } from '../lib/log-follower.ts'
import { pendingExperiments } from '../lib/pending.ts'
import { readTail, withProgress } from '../lib/progress.ts'
import { recordTicket } from '../lib/record-ticket.ts'
import { request } from '../lib/request.ts'
import { openSession, type Session, withHistory } from './session.ts'
import { daemonText, summaryText } from './status.ts'
import { frame, type Surroundings } from './top/frame.ts'
import { takeScreen } from './top/screen.ts'
import {
  inOrder,
  press,
  START,
  type TopAction,
  type TopState,
  withExperiments,
} from './top/state.ts'
import { whyWaiting } from './why-waiting.ts'

const LOOK_MS = 500
/** Of what has ended, the newest so many are listed. */
const ENDED = 100

/** A live view of the queue: what runs, waits and has ended, latest metrics, the end of a log. */
export const top = async (): Promise<number> => {
  const { stdin, stdout } = process
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    throw new UserError('usage', 'git exp top needs a terminal', 'git exp status prints once')
  }
  const session = await openSession()
  const screen = takeScreen(stdin, stdout)
  try {
    await watch(session, screen)
    return 0
  } finally {
    screen.leave()
  }
}

const watch = (session: Session, screen: ReturnType<typeof takeScreen>): Promise<void> =>
  new Promise((resolve, reject) => {
    let state = START
    let around: Surroundings = { log: '', summary: [], why: () => null, nowMs: Date.now() }
    let isLooking = false
    const draw = (): void => screen.draw(frame(state, around, screen.size()))
    const look = async (): Promise<void> => {
      if (isLooking) return
      isLooking = true
      const seen = await read(session, state).finally(() => {
        isLooking = false
      })
      state = withExperiments(state, seen.experiments)
      around = seen.around
      draw()
    }
    const end = (how: () => void): void => {
      clearInterval(timer)
      process.stdin.off('keypress', onKey)
      how()
    }
    const act = async (action: TopAction): Promise<void> => {
      if (action.is === 'quit') return end(resolve)
      state = { ...state, message: await changed(session, state, action) }
      await look()
    }
    const onKey = (text: string | undefined, key: { name?: string; ctrl?: boolean }): void => {
      const pressed = press(state, keyName(text, key))
      state = pressed.state
      draw()
      const next = pressed.action === null ? look() : act(pressed.action)
      next.catch((error: unknown) => end(() => reject(error)))
    }
    const lookAgain = (): void => {
      look().catch((error: unknown) => end(() => reject(error)))
    }
    const timer = setInterval(lookAgain, LOOK_MS)
    emitKeypressEvents(process.stdin)
    process.stdin.on('keypress', onKey)
    lookAgain()
  })

const NAMED = new Set(['up', 'down', 'return', 'escape', 'backspace'])

const keyName = (
  text: string | undefined,
  { name = '', ctrl }: { name?: string; ctrl?: boolean },
) => (ctrl === true ? `ctrl+${name}` : NAMED.has(name) ? name : (text ?? name))

/** One look: never at git but for what is still in the spool, and never at the daemon. */
const read = ({ places, repository }: Session, { chosen }: TopState) =>
  withHistory(places, async (history) => {
    const pending = await pendingExperiments(places, repository.commonDir, history)
    const overview = history?.overview(repository.commonDir, ENDED)
    const running = await Promise.all(
      (overview?.running ?? []).map((one) => withProgress(places, one)),
    )
    const experiments = inOrder([
      ...running,
      ...(overview?.queued ?? []),
      ...pending,
      ...(overview?.ended ?? []),
    ])
    const state = (experiments.find(({ id }) => id === chosen) ?? experiments[0])?.state
    const id = chosen ?? experiments[0]?.id ?? ''
    const log =
      state !== undefined && 'attempt' in state
        ? Buffer.from(readTail(logFile(places, id, state.attempt)), 'latin1').toString()
        : ''
    const around: Surroundings = {
      log,
      summary: [summaryText(history, repository.commonDir, pending), daemonText(places, history)],
      why: whyWaiting(places, history),
      nowMs: Date.now(),
    }
    return { experiments, around: { ...around, why: asked(experiments, around.why) } }
  })

/** Asked now, while the history is open. */
const asked = (
  experiments: Parameters<Surroundings['why']>[0][],
  why: Surroundings['why'],
): Surroundings['why'] => {
  const answers = new Map(experiments.map((one) => [one.id, why(one)]))
  return ({ id }) => answers.get(id) ?? null
}

/** Does what a key asked for, and says so; what the daemon refuses is said too. */
const changed = async (
  { places, repository }: Session,
  { experiments }: TopState,
  action: TopAction & { is: 'change' },
): Promise<string> => {
  const one = experiments.find(({ id }) => id === action.id)
  if (one === undefined) return ''
  const value = action.verb === 'star' ? { value: one.starred ? 'off' : 'on' } : {}
  try {
    const ticket = recordTicket(action.verb, repository.commonDir, [one], value)
    await request(places, ticket, Date.now())
    return `${action.verb}: ${one.name}`
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}
