import t from 'tap'
import { randomRuns } from '../fixture/random-runs.ts'
import { randomFrom } from '../fixture/random-workspace.ts'

const SEED = Number(process.env.GIT_EXP_TEST_SEED ?? 20_260_104)
const REPOSITORIES = Number(process.env.GIT_EXP_TEST_REPOSITORIES ?? 4)

t.setTimeout(900_000)

for (let seed = SEED; seed < SEED + REPOSITORIES; seed++) {
  t.test(`random runs in one slot, seed ${seed}`, async (t) => {
    t.strictSame(await randomRuns(t, randomFrom(seed), 100), [])
  })
}
