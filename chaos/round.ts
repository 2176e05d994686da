import { rmSync } from 'node:fs'
import type { Random } from '../test/fixture/override-values.ts'
import { act } from './act.ts'
import { calm } from './calm.ts'
import { check } from './check.ts'
import type { Ledger } from './ledger.ts'
import { drawRound, type Round } from './plan.ts'
import { usersOwn } from './users-own.ts'
import type { World } from './world.ts'

/** A round of chaos in a quiet world; gives back what did not hold afterwards. */
export const playRound = async (
  world: World,
  ledger: Ledger,
  random: Random,
  number: number,
): Promise<{ round: Round; problems: string[] }> => {
  const round = drawRound(random)
  await prepare(world, round, number)
  const before = await usersOwn(world)
  await act(world, ledger, round, number)
  const under = await calm(world, ledger)
  const problems = under === null ? [] : [`it did not come to rest: ${under}`]
  return { round, problems: [...problems, ...(await check(world, ledger, before))] }
}

const prepare = async ({ repo, places }: World, round: Round, number: number): Promise<void> => {
  switch (round.before) {
    case 'nothing':
      return
    case 'edit':
      repo.write('code/main.txt', `edited ${number}\n`)
      return
    case 'commit':
      await repo.git('commit', '--quiet', '--all', '--allow-empty', '--message', `${number}`)
      return
    case 'delete spool':
      // All that was in it has been taken in; environments are found again by the next add.
      rmSync(places.spool.new, { recursive: true, force: true })
      rmSync(places.spool.tmp, { recursive: true, force: true })
  }
}
