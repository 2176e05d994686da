import t from 'tap'
import { randomRuns } from '../../fixture/random-runs.ts'
import { randomFrom } from '../../fixture/random-workspace.ts'

t.test('whatever runs did to a slot, the next one finds exactly its snapshot', async (t) => {
  const seed = Number(process.env.GIT_EXP_TEST_SEED ?? 20_260_103)
  t.strictSame(await randomRuns(t, randomFrom(seed), 40), [], `seed ${seed}`)
})
