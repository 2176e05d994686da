import { compare, type Row } from './measure.ts'
import type { World } from './world.ts'

const TURNS = 25
const BAR_MS = 15

/** `git commit` with the hook that queues it, against the same where no hook is run. */
export const benchCommit = async (world: World, path: string, size: string): Promise<Row> => {
  await world.call(path, 'git', 'exp', 'hooks', 'install')
  await world.call(path, 'git', 'config', 'exp.autoqueue', 'true')
  const commit = async (...config: string[]): Promise<void> => {
    const args = ['commit', '--quiet', '--allow-empty', '--message', 'Next']
    await world.call(path, 'git', ...config, ...args, '--trailer', 'Exp-Command: true')
  }
  const times = await compare(TURNS, {
    with: () => commit(),
    // The run of what was queued is not part of the commit.
    settle: async () => {
      await world.call(path, 'git', 'exp', 'wait')
    },
    without: () => commit('-c', 'core.hooksPath=/dev/null'),
  })
  const ours = times.get('with')?.median ?? Number.NaN
  const reference = times.get('without')?.median ?? Number.NaN
  await world.call(path, 'git', 'exp', 'hooks', 'uninstall')
  return {
    what: `git commit that queues itself, ${size}`,
    ours: `${ours.toFixed(1)} ms`,
    reference: `${reference.toFixed(1)} ms: without the hook; at most ${BAR_MS} ms more`,
    ofBar: (ours - reference) / BAR_MS,
  }
}
