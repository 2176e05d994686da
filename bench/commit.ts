import { compare, type Row } from './measure.ts'
import type { World } from './world.ts'

const TURNS = 15
const BAR_MS = 15

/** `git commit` with the hook that queues it, against the same where no hook is run. */
export const benchCommit = async (world: World, path: string, size: string): Promise<Row> => {
  await world.call(path, 'git', 'exp', 'hooks', 'install')
  await world.call(path, 'git', 'config', 'exp.autoqueue', 'true')
  const commit = async (...config: string[]): Promise<void> => {
    const args = ['commit', '--quiet', '--allow-empty', '--message', 'Next']
    await world.call(path, 'git', ...config, ...args, '--trailer', 'Exp-Command: true')
  }
  const of = await compare(TURNS, {
    with: () => commit(),
    // The run of what was queued is not part of the commit.
    settle: async () => {
      await world.call(path, 'git', 'exp', 'wait')
    },
    without: () => commit('-c', 'core.hooksPath=/dev/null'),
  })
  await world.call(path, 'git', 'exp', 'hooks', 'uninstall')
  return {
    what: `git commit that queues itself, ${size}`,
    unit: 'ms',
    ours: of('with'),
    beside: [{ what: 'git commit without the hook', figure: of('without') }],
    bar: `${BAR_MS} ms more`,
    ofBar: (of('with').median - of('without').median) / BAR_MS,
  }
}
