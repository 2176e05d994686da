import t from 'tap'
import { type Candidate, type Holding, type Machine, schedule } from '../../lib/schedule.ts'
import { NO_RESOURCES, type Resources } from '../../lib/spec/spec.ts'

const needs = (own: Partial<Resources> = {}): Resources => ({ ...NO_RESOURCES, ...own })

const machine = (own: Partial<Machine> = {}): Machine => ({
  ...{ jobs: 4, gpus: [0, 1, 2, 3], cpus: 8, memoryBytes: 100, slots: { license: 1 } },
  ...own,
})

const waiting = (number: number, asks: Partial<Resources> = {}, own: Partial<Candidate> = {}) => ({
  ...{ number, priority: 0, repository: 1, turn: 0, reserved: null, needs: needs(asks) },
  ...own,
})

const decided = (candidates: Candidate[], holdings: Holding[] = [], own: Partial<Machine> = {}) =>
  schedule(candidates, holdings, machine(own)).map(({ candidate, verdict }) => [
    candidate.number,
    verdict.is === 'start' ? verdict.gpus : verdict.is,
  ])

const runs = (gpus: number[] | null, asks: Partial<Resources> = {}): Holding => ({
  gpus,
  needs: needs(asks),
})

t.test(
  'the highest priority is first, then who was passed over, then turns and numbers',
  async (t) => {
    const order = decided(
      [
        waiting(1),
        waiting(2, {}, { priority: 5, turn: 9 }),
        waiting(3, {}, { repository: 2, turn: 7 }),
        waiting(4, {}, { repository: 3, turn: 8, reserved: 2 }),
        waiting(5, {}, { repository: 3, turn: 8, reserved: 1 }),
        waiting(6),
      ],
      [],
      { jobs: 9, gpus: [] },
    )
    t.strictSame(
      order.map(([number]) => number),
      [2, 5, 4, 1, 6, 3],
    )
  },
)

t.test('GPUs are given by what was asked, and by the machine where nothing was', async (t) => {
  t.strictSame(
    decided([waiting(1, { gpus: 2 }), waiting(2), waiting(3, { gpus: 0 })]),
    [
      [1, [0, 1]],
      [2, [2]],
      [3, []],
    ],
    'one by one where several run',
  )
  t.strictSame(decided([waiting(1)], [], { jobs: 1 }), [[1, null]], 'alone it sees all')
  t.strictSame(decided([waiting(1, { gpus: 1 })], [], { jobs: 1 }), [[1, [0]]])
  t.strictSame(decided([waiting(1)], [], { gpus: [] }), [[1, null]])
  t.strictSame(decided([waiting(1)], [runs([0, 2])]), [[1, [1]]], 'the lowest that is free')
  t.strictSame(decided([waiting(1)], [runs([7])]), [[1, [0]]], 'one that is gone is no matter')
  t.strictSame(decided([waiting(1)], [runs(null)]), [[1, 'lacks']], 'one that sees all has all')
})

t.test('a big one keeps its place, and only what it waits for is kept from others', async (t) => {
  const big = waiting(1, { gpus: 4, cpus: 6 })
  const rest = [
    waiting(2, { gpus: 1 }),
    waiting(3, { gpus: 0, cpus: 3 }),
    waiting(4, { gpus: 0, cpus: 2 }),
    waiting(5, { gpus: 0 }),
  ]
  const decisions = schedule([big, ...rest], [runs([0])], machine({ jobs: 9 }))
  t.match(
    decisions.map(({ verdict, reserves }) => ({ ...verdict, reserves })),
    [
      { is: 'lacks', behind: null, reserves: true },
      { is: 'lacks', behind: 1, reserves: false },
      // Two CPUs are free beside the six that are put by.
      { is: 'lacks', behind: null, reserves: true },
      { is: 'lacks', behind: 3, reserves: false },
      { is: 'start', gpus: [], reserves: false },
    ],
  )
  t.match(decisions[0]?.verdict, {
    lacks: [{ of: 'gpus', asked: 4, free: 3, total: 4 }],
  })
})

t.test('what the machine can never give waits in nobody’s way', async (t) => {
  t.strictSame(
    decided([
      waiting(1, { gpus: 5 }),
      waiting(2, { memoryBytes: 101 }),
      waiting(3, { slots: { license: 2 } }),
      waiting(4, { slots: { unknown: 1 } }),
      waiting(5, { cpus: 8.5 }),
      waiting(6, { gpus: 4, cpus: 8, memoryBytes: 100, slots: { license: 1 } }),
    ]),
    [...[1, 2, 3, 4, 5].map((number) => [number, 'too-much']), [6, [0, 1, 2, 3]]],
  )
})

t.test('when as many run as may, the rest waits for that alone', async (t) => {
  t.strictSame(decided([waiting(1), waiting(2)], [runs([0])], { jobs: 2 }), [
    [1, [1]],
    [2, 'full'],
  ])
})

t.test('parts of CPUs add up', async (t) => {
  const tenths = Array.from({ length: 9 }, () => runs([], { cpus: 0.1 }))
  t.strictSame(decided([waiting(1, { gpus: 0, cpus: 0.1 })], tenths, { jobs: 20, cpus: 1 }), [
    [1, []],
  ])
})

/** Numbers that look random and are the same at every run. */
const random = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

interface Test {
  fail: (message: string) => void
}

interface Live extends Holding {
  endsAt: number
}

const REPOSITORIES = [1, 2, 3]
const TICKS = 150

/**
 * Plays the daemon: one start a decision, with the turns and reservations that a claim writes. Every
 * repository always has three that wait, so that there is always somebody small to prefer. Gives back
 * the longest that anybody waited, in ticks; a run takes at most six.
 */
const longestWait = (t: Test, seed: number): number => {
  const pick = random(seed)
  const own = machine({ jobs: 1 + pick(9), gpus: [0, 1, 4, 5].slice(0, pick(5)) })
  const everything = { gpus: own.gpus.length, cpus: own.cpus, slots: own.slots }
  const turns = new Map(REPOSITORIES.map((repository) => [repository, 0]))
  const arrivedAt = new Map<number, number>()
  let queue: Candidate[] = []
  let live: Live[] = []
  let clock = 0
  let longest = 0
  const arrive = (repository: number, now: number): void => {
    const some = {
      gpus: pick(3) === 0 ? null : Math.min(own.gpus.length, 1),
      cpus: pick(2) === 0 ? null : 1 + pick(2),
      slots: pick(4) === 0 ? { license: 1 } : {},
    }
    const number = arrivedAt.size + 1
    arrivedAt.set(number, now)
    queue.push(waiting(number, pick(20) === 0 ? everything : some, { repository }))
  }
  const startOne = (now: number): boolean => {
    const withTurns = queue.map((one) => ({ ...one, turn: turns.get(one.repository) ?? 0 }))
    const decisions = schedule(withTurns, live, own)
    const next = decisions.findIndex(({ verdict }) => verdict.is === 'start')
    const { candidate, verdict } = decisions[next] ?? {}
    if (candidate === undefined || verdict?.is !== 'start') return false
    clock++
    turns.set(candidate.repository, clock)
    const passed = decisions.slice(0, next).filter(({ reserves }) => reserves)
    const numbers = new Set(passed.map((one) => one.candidate.number))
    queue = queue
      .filter(({ number }) => number !== candidate.number)
      .map((one) => (numbers.has(one.number) ? { ...one, reserved: one.reserved ?? clock } : one))
    longest = Math.max(longest, now - (arrivedAt.get(candidate.number) ?? 0))
    live.push({ gpus: verdict.gpus, needs: candidate.needs, endsAt: now + 1 + pick(6) })
    check(t, live, own)
    return true
  }
  for (let now = 0; now < TICKS; now++) {
    live = live.filter(({ endsAt }) => endsAt > now)
    for (const repository of REPOSITORIES) {
      while (queue.filter((one) => one.repository === repository).length < 3)
        arrive(repository, now)
    }
    while (startOne(now));
  }
  const oldest = Math.min(...queue.map(({ number }) => arrivedAt.get(number) ?? 0))
  return Math.max(longest, TICKS - oldest)
}

/** Never more than there is, and no GPU twice. */
const check = (t: Test, live: Holding[], own: Machine): void => {
  const sum = (of: (needs: Resources) => number) =>
    live.reduce((total, one) => total + of(one.needs), 0)
  const gpus = live.flatMap((one) => one.gpus ?? [])
  const isWithin =
    live.length <= own.jobs &&
    sum(({ cpus }) => cpus ?? 0) <= own.cpus &&
    sum(({ slots }) => slots.license ?? 0) <= (own.slots.license ?? 0) &&
    new Set(gpus).size === gpus.length &&
    gpus.every((index) => own.gpus.includes(index)) &&
    live.every((one) => (one.gpus ?? []).length >= (one.needs.gpus ?? 0))
  if (!isWithin) t.fail(JSON.stringify(live))
}

t.test('nothing is given twice, and nobody waits for ever beside a stream of others', async (t) => {
  const longest = Array.from({ length: 60 }, (_, seed) => longestWait(t, seed + 1))
  // Nine wait at a time, each for at most six ticks; one of them may have to wait for all others.
  t.ok(Math.max(...longest) <= 80, `the longest waited ${Math.max(...longest)} ticks`)
})
