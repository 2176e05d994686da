import { setTimeout as wait } from 'node:timers/promises'
import { harm } from './harm.ts'
import type { Accepted, Ledger } from './ledger.ts'
import type { Act, Round } from './plan.ts'
import type { Called, World } from './world.ts'

/** Does all of a round, each act at its time, and comes back when the last call has ended. */
export const act = async (
  world: World,
  ledger: Ledger,
  round: Round,
  number: number,
): Promise<void> => {
  await Promise.all(
    round.acts.map(async ({ at, act: one }, i) => {
      await wait(at * ledger.callMs)
      if (one.do === 'add') await add(world, ledger, one, `r${number}.${i}`)
      if (one.do === 'steer') await steer(world, ledger, one, `r${number}.${i}-renamed`)
      if (one.do === 'harm') {
        ledger.harms.add(one.harm)
        await harm(world, one.harm, one.target)
      }
    }),
  )
}

const add = async (
  world: World,
  ledger: Ledger,
  own: Act & { do: 'add' },
  name: string,
): Promise<void> => {
  const after = own.after === null ? undefined : choose(ledger, own.after)
  const called = await world.call(
    [
      'add',
      '--json',
      '-n',
      name,
      '-S',
      own.count === 1 ? 'lr=0.5' : 'lr=0.1,0.2,0.3',
      ...(own.hold ? ['--hold'] : []),
      ...(own.inPlace ? ['--in-place'] : []),
      ...(after === undefined ? [] : ['--after', after.name]),
      ...(own.retries > 0 ? ['--retries', String(own.retries)] : []),
      ...(own.kind === 'stubborn' ? ['--timeout', '500ms'] : []),
      '-c',
      `sh '${world.script}' ${own.kind}`,
    ],
    own.killAt === null ? null : own.killAt * ledger.callMs,
  )
  if (called.exitCode === 0) {
    if (own.killAt === null) ledger.callMs = called.ms
    const queued = JSON.parse(called.stdout) as { id: string; name: string }[]
    ledger.accepted.push(...queued.map((one) => ({ ...one, removed: 'no' as const })))
    if (queued.length !== own.count) ledger.faults.push(`${queued.length} were queued as ${name}`)
  } else if (called.isKilled) ledger.unheard.set(name, own.count)
  else {
    noteFault(ledger, 'add', called)
    ledger.refused.push(name)
  }
}

const steer = async (
  world: World,
  ledger: Ledger,
  { verb, target, killAt }: Act & { do: 'steer' },
  newName: string,
): Promise<void> => {
  const one = choose(ledger, target, newName.split('.')[0])
  if (one === undefined) return
  const words = {
    stop: ['stop', one.id],
    hold: ['hold', one.id],
    release: ['release', one.id],
    retry: ['retry', '--again', one.id],
    rm: ['rm', one.id],
    rename: ['rename', one.id, newName],
    priority: ['priority', '5', one.id],
  }[verb]
  const called = await world.call(words, killAt === null ? null : killAt * ledger.callMs)
  const isUnheard = called.isKilled || /busy|waits in the spool/.test(called.stderr)
  if (called.exitCode !== 0 && !isUnheard) noteFault(ledger, verb, called)
  if (verb !== 'rm') return
  if (called.exitCode === 0) one.removed = 'yes'
  else if (isUnheard && one.removed === 'no') one.removed = 'maybe'
}

/** Rather one of this round than of the last few, and rather of these than any. */
const choose = ({ accepted }: Ledger, fraction: number, round?: string): Accepted | undefined => {
  const present = accepted.filter(({ removed }) => removed === 'no')
  const fresh = present.filter(({ name }) => name.startsWith(`${round}.`))
  const among = fresh.length > 0 ? fresh : present.slice(-4)
  return among[Math.floor(fraction * among.length)]
}

/** A refusal is an answer; a fault of ours, or none that one can act on, is not. */
const noteFault = (ledger: Ledger, verb: string, { exitCode, stderr }: Called): void => {
  const isFault = exitCode === null || exitCode === 3 || /fault of git exp|\n {4}at /.test(stderr)
  if (isFault) ledger.faults.push(`${verb} ended with ${exitCode}: ${stderr}`)
}
