import { pick, type Random } from '../test/fixture/override-values.ts'

/** What a run does; `run.sh` of the world has a case for each. */
export type Kind = 'quick' | 'fails' | 'flaky' | 'waits' | 'stubborn' | 'leaves' | 'prints' | 'slow'

export type Steering = 'stop' | 'hold' | 'release' | 'retry' | 'rm' | 'rename' | 'priority'

export type Harm =
  | 'kill daemon'
  | 'kill supervisor'
  | 'end daemon'
  | 'clock'
  | 'full disk'
  | 'delete slots'
  | 'gc'

/** One thing that is done in a round; fractions choose among what there is when its time comes. */
export type Act =
  | {
      do: 'add'
      kind: Kind
      count: number
      hold: boolean
      inPlace: boolean
      after: number | null
      retries: number
      killAt: number | null
    }
  | { do: 'steer'; verb: Steering; target: number; killAt: number | null }
  | { do: 'harm'; harm: Harm; target: number }

export interface Round {
  /** What the user does in the quiet before it. */
  before: 'nothing' | 'edit' | 'commit' | 'delete spool'
  /** `at` is a multiple of what a call of the command line takes. */
  acts: { at: number; act: Act }[]
}

const KINDS: Kind[] = [
  'quick',
  'fails',
  'flaky',
  'waits',
  'waits',
  'waits',
  'stubborn',
  'leaves',
  'leaves',
  'prints',
  'slow',
]
const STEERING: Steering[] = [
  'stop',
  'stop',
  'hold',
  'hold',
  'release',
  'retry',
  'rm',
  'rename',
  'priority',
]
const HARMS: Harm[] = [
  'kill daemon',
  'kill daemon',
  'kill supervisor',
  'kill supervisor',
  'end daemon',
  'clock',
  'full disk',
  'delete slots',
  'gc',
]
const BEFORE = ['nothing', 'nothing', 'nothing', 'edit', 'commit', 'delete spool'] as const
/** When acts begin: most of what is to hit runs comes when those of the round are there. */
const TIMES = { add: [0, 0.4], steer: [0.9, 2.2], harm: [0.3, 2.6] } as const

/** Draws a round; the same numbers give the same one. */
export const drawRound = (random: Random): Round => {
  const maybe = (chance: number): boolean => random() < chance
  const killAt = (chance: number): number | null => (maybe(chance) ? random() * 1.2 : null)
  const times = (least: number, most: number): number[] =>
    Array.from({ length: least + Math.floor(random() * (most - least + 1)) }, (_, i) => i)
  const add = (): Act => ({
    do: 'add',
    kind: pick(random, KINDS),
    count: maybe(0.3) ? 3 : 1,
    hold: maybe(0.15),
    inPlace: maybe(0.25),
    after: maybe(0.2) ? random() : null,
    retries: maybe(0.2) ? 1 : 0,
    killAt: killAt(0.12),
  })
  const steer = (): Act => ({
    do: 'steer',
    verb: pick(random, STEERING),
    target: random(),
    killAt: killAt(0.1),
  })
  const harm = (): Act => ({ do: 'harm', harm: pick(random, HARMS), target: random() })
  const acts = [...times(1, 2).map(add), ...times(0, 2).map(steer), ...times(0, 2).map(harm)]
  return {
    before: pick(random, BEFORE),
    acts: acts.map((act) => {
      const [first, last] = TIMES[act.do]
      return { at: first + random() * (last - first), act }
    }),
  }
}
