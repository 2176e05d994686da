import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { randomFrom } from '../test/fixture/random-workspace.ts'
import { Ledger } from './ledger.ts'
import { playRound } from './round.ts'
import { readRows } from './rows.ts'
import { makeWorld, type World } from './world.ts'

// Rounds in which things happen at random and everything breaks, and after each what must hold
// whoever dies. `--rounds N --seed S`: each world of so many rounds has a seed of its own, the first
// S, so that a fault of seed S + 3 is looked for again with `--rounds 20 --seed S + 3`. The seed says
// what is done, and the machine when. Runs of even seeds are in overlays.
const ROUNDS_A_WORLD = 20
/** Most of a round is waiting. */
const WORLDS_AT_ONCE = 3

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
const ending = { passed: 0, failed: 0 }
/** How many attempts ended how, to see that something did happen. */
const attempts = new Map<string, number>()

const playWorld = async (own: number, count: number): Promise<void> => {
  const random = randomFrom(own)
  const ledger = new Ledger()
  const world = await makeWorld(own % 2 === 0 ? 'overlay' : 'checkout')
  try {
    for (let number = 1; number <= count; number++) {
      const { round, problems } = await playRound(world, ledger, random, number)
      if (problems.length === 0) ending.passed++
      else {
        ending.failed++
        report(world, `seed ${own}, round ${number}`, round, problems)
        return
      }
    }
  } catch (error) {
    ending.failed++
    console.log(`not ok - seed ${own}: ${(error as Error).stack}`)
  } finally {
    for (const { state } of readRows(world.places).flatMap(({ runs }) => runs)) {
      attempts.set(`${state}`, (attempts.get(`${state}`) ?? 0) + 1)
    }
    await world.end()
  }
}

/** What comes after a round that failed would say nothing, so its world ends there. */
const report = (world: World, where: string, round: object, problems: string[]): void => {
  console.log(`not ok - ${where}`)
  for (const problem of problems) console.log(`  ${problem}`)
  console.log(`  ${JSON.stringify(round)}`)
  const log = readFileSync(world.places.daemonLog, 'utf8').trimEnd().split('\n')
  for (const line of log.slice(-60)) console.log(`  | ${line}`)
}

const begun = performance.now()
const worlds = Array.from({ length: Math.ceil(rounds / ROUNDS_A_WORLD) }, (_, i) => i)
await Promise.all(
  Array.from({ length: WORLDS_AT_ONCE }, async () => {
    for (let i = worlds.shift(); i !== undefined; i = worlds.shift()) {
      await playWorld(seed + i, Math.min(ROUNDS_A_WORLD, rounds - i * ROUNDS_A_WORLD))
    }
  }),
)
const seconds = Math.round((performance.now() - begun) / 1000)
const ended = [...attempts].map(([state, count]) => `${count} ${state}`).join(', ')
console.log(`seed ${seed}, ${rounds} rounds in ${seconds} s; of the attempts ${ended}`)
console.log(`${ending.passed} passed, ${ending.failed} failed`)
process.exitCode = ending.failed === 0 ? 0 : 1
