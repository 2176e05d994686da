import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from './world.ts'

let copies = 0

/** Whether a program is installed here. */
export const isInstalled = (world: World, file: string): Promise<boolean> =>
  world.call(world.folder, 'sh', '-c', 'command -v -- "$0"', file).then(
    () => true,
    () => false,
  )

/** A copy of a repository that is a DVC project with a stage, by itself of nothing; null without DVC. */
export const dvcCopy = async (
  world: World,
  path: string,
  { path: copy, command } = { path: join(world.folder, `dvc-${copies++}`), command: 'true' },
): Promise<{ path: string; edit: () => void } | null> => {
  if (!(await isInstalled(world, 'dvc'))) return null
  await world.call(path, 'git', 'clone', '--quiet', path, copy)
  await world.call(copy, 'dvc', 'init', '--quiet')
  const file = join(copy, 'params.yaml')
  await world.call(copy, 'dvc', 'stage', 'add', '--quiet', '-n', 'run', '-p', 'n', command)
  await world.call(copy, 'git', 'add', '--all')
  await world.call(copy, 'git', 'commit', '--quiet', '--message', 'DVC')
  let n = 1000
  return { path: copy, edit: () => writeFileSync(file, `n: ${n++} # the only parameter\n`) }
}
