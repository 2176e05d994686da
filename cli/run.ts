import { EXIT } from '../lib/errors.ts'
import { exitCodeOf } from '../lib/exit-code.ts'
import type { Experiment } from '../lib/experiment.ts'
import { experimentJson } from '../lib/experiment-json.ts'
import { type Followed, followExperiments } from '../lib/follow.ts'
import { logFollower } from '../lib/log-follower.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { recordTicket } from '../lib/record-ticket.ts'
import { request } from '../lib/request.ts'
import { STOPPERS } from '../lib/ticket.ts'
import { type AddOptions, enqueue } from './add.ts'
import { describeEnd } from './describe-end.ts'
import { openConfiguredSession, type Session } from './session.ts'

/** Adds, follows the log, and exits as the command did. ^C stops this experiment and no other. */
export const run = async (options: AddOptions): Promise<number> => {
  const session = await openConfiguredSession()
  const experiments = await enqueue(session, options)
  let isInterrupted = false
  const interrupt = (): void => {
    if (isInterrupted) return
    isInterrupted = true
    process.stderr.write('\ngit exp: stopping…\n')
    const ticket = recordTicket('stop', session.repository.commonDir, experiments, {
      value: STOPPERS[1],
    })
    request(session.places, ticket, Date.now()).catch((error: unknown) => {
      process.stderr.write(`git exp: ${(error as Error).message}\n`)
    })
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  const ended = await followAll(session, experiments, options.json === true)
  if (options.json === true) {
    const all = ended.map((one) => experimentJson(session.places, one))
    process.stdout.write(`${printPlain(all)}\n`)
  } else {
    process.stderr.write(ended.map((one) => `${describeEnd(one)}\n`).join(''))
  }
  if (isInterrupted) return EXIT.interrupted
  const codes = ended.map(({ state }) => exitCodeOf(state))
  return codes.length === 1 ? (codes[0] ?? 0) : Number(codes.some((code) => code !== 0))
}

/** Shows the log of each experiment in turn, as it grows. */
const followAll = async (
  session: Session,
  experiments: Experiment[],
  isQuiet: boolean,
): Promise<Experiment[]> => {
  const ended: Experiment[] = []
  for (const { id, name } of experiments) {
    if (experiments.length > 1 && !isQuiet) process.stderr.write(`── ${name}\n`)
    const read = logFollower(session.places, (chunk) => process.stdout.write(chunk), 1)
    const show = ([now]: Followed[]): void => {
      if (now !== null && now !== undefined) read(now)
    }
    const [last] = isQuiet
      ? await followExperiments(session.places, [id], () => {})
      : await followExperiments(session.places, [id], show, { isGrowing: true })
    if (last !== null && last !== undefined) ended.push(last)
  }
  return ended
}
