import t from 'tap'
import { withoutOverlays } from '../../fixture/overlays.ts'
import { randomOverlays } from '../../fixture/random-overlays.ts'
import { randomFrom } from '../../fixture/random-workspace.ts'

t.test(
  'an overlay shows exactly its snapshot, whatever there was before',
  { skip: withoutOverlays },
  async (t) => {
    const seed = Number(process.env.GIT_EXP_TEST_SEED ?? 20_261_128)
    t.strictSame(await randomOverlays(t, randomFrom(seed), 40), [], `seed ${seed}`)
  },
)
