import type { Resources } from './spec/spec.ts'

// Who runs next, and with what: a function of what waits, what runs and what the machine has.

/** What the machine has to give, over all repositories. */
export interface Machine {
  /** How many may run at once. */
  jobs: number
  /** The indices of its GPUs. */
  gpus: number[]
  cpus: number
  memoryBytes: number
  /** What `exp.slots.NAME` counts. */
  slots: Record<string, number>
}

/** The first in line of those that wait alike: of one repository and priority, with equal needs. */
export interface Candidate {
  number: number
  priority: number
  repository: number
  /** The higher, the later something of its repository was claimed. */
  turn: number
  /** Set by the claim that first passed it over; the lower, the longer ago. */
  reserved: number | null
  needs: Resources
}

/** What a live run has until it ends. */
export interface Holding {
  /** Null for one that was given none and may see all. */
  gpus: number[] | null
  needs: Resources
}

/** Something that is asked for and cannot be given now. */
export interface Lack {
  /** `gpus`, `cpus`, `memory`, or the name of slots. */
  of: string
  asked: number
  free: number
  total: number
}

export type Verdict =
  | { is: 'start'; gpus: number[] | null }
  /** As many run as may at once. */
  | { is: 'full' }
  /** `behind` is the number of one before it that waits for the same, or null. */
  | { is: 'lacks'; lacks: Lack[]; behind: number | null }
  /** The machine does not have as much, whoever ends. */
  | { is: 'too-much'; lacks: Lack[] }

export interface Decision {
  candidate: Candidate
  verdict: Verdict
  /** Whether it keeps what it waits for from all who come after it. */
  reserves: boolean
}

/**
 * Decides on each candidate, in the order in which they are served: the highest priority first; among
 * equals those that were passed over before, then the repository whose turn was longest ago, and
 * within it the lowest number.
 *
 * The first that lacks something keeps its place: nothing of that is given to those after it, and of
 * the rest that it needs its part is put by. So what it waits for can only become more, and it starts
 * when those that run now have ended. Those after it that need none of that may start before.
 */
export const schedule = (
  candidates: Candidate[],
  holdings: Holding[],
  machine: Machine,
): Decision[] => {
  const totals = totalsOf(machine)
  const freeGpus = gpusLeft(holdings, machine)
  const free = new Map(totals)
  free.set('gpus', freeGpus.length)
  for (const { needs } of holdings) {
    for (const [name, amount] of asked(needs, machine)) {
      if (name !== 'gpus') free.set(name, (free.get(name) ?? 0) - amount)
    }
  }
  /** Who closed it: none of it is given to those after. */
  const closed = new Map<string, number>()
  let jobs = machine.jobs - holdings.length
  return candidates.toSorted(byOrder).map((candidate): Decision => {
    const wanted = [...asked(candidate.needs, machine)].filter(([, amount]) => amount > 0)
    const lack = ([name, amount]: [string, number]): Lack => ({
      of: name,
      asked: amount,
      free: Math.max(0, free.get(name) ?? 0),
      total: totals.get(name) ?? 0,
    })
    const never = wanted.map(lack).filter((one) => exceeds(one.asked, one.total))
    if (never.length > 0) {
      return { candidate, verdict: { is: 'too-much', lacks: never }, reserves: false }
    }
    const lacks = wanted
      .map(lack)
      .filter((one) => closed.has(one.of) || exceeds(one.asked, one.free))
    if (lacks.length === 0 && jobs <= 0) {
      return { candidate, verdict: { is: 'full' }, reserves: false }
    }
    const before = lacks.map(({ of }) => closed.get(of)).find((number) => number !== undefined)
    if (before !== undefined) {
      return { candidate, verdict: { is: 'lacks', lacks, behind: before }, reserves: false }
    }
    for (const [name, amount] of wanted) free.set(name, (free.get(name) ?? 0) - amount)
    for (const { of } of lacks) closed.set(of, candidate.number)
    if (lacks.length > 0) {
      return { candidate, verdict: { is: 'lacks', lacks, behind: null }, reserves: true }
    }
    jobs--
    const count = gpusFor(candidate.needs, machine)
    const gpus = count === null ? null : freeGpus.splice(0, count)
    return { candidate, verdict: { is: 'start', gpus }, reserves: false }
  })
}

/**
 * How many GPUs a run gets of its own; null where it is left to see all: it asked for none, and
 * nothing runs beside it or there are none.
 */
const gpusFor = (needs: Resources, machine: Machine): number | null => {
  if (machine.gpus.length === 0) return needs.gpus || null
  return needs.gpus ?? (machine.jobs > 1 ? 1 : null)
}

const asked = (needs: Resources, machine: Machine): Map<string, number> =>
  new Map([
    ...Object.entries(needs.slots),
    ['gpus', gpusFor(needs, machine) ?? 0],
    ['cpus', needs.cpus ?? 0],
    ['memory', needs.memoryBytes ?? 0],
  ])

const totalsOf = (machine: Machine): Map<string, number> =>
  new Map([
    ...Object.entries(machine.slots),
    ['gpus', machine.gpus.length],
    ['cpus', machine.cpus],
    ['memory', machine.memoryBytes],
  ])

const gpusLeft = (holdings: Holding[], machine: Machine): number[] => {
  if (holdings.some(({ gpus }) => gpus === null)) return []
  const taken = new Set(holdings.flatMap(({ gpus }) => gpus ?? []))
  return machine.gpus.filter((index) => !taken.has(index))
}

/** Parts of a CPU do not add up exactly. */
const exceeds = (amount: number, limit: number): boolean => amount > limit + 1e-9

const byOrder = (a: Candidate, b: Candidate): number =>
  b.priority - a.priority ||
  (a.reserved ?? Number.POSITIVE_INFINITY) - (b.reserved ?? Number.POSITIVE_INFINITY) ||
  a.turn - b.turn ||
  a.number - b.number
