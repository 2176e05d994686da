import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from './measure.ts'
import type { World } from './world.ts'

const SUPERVISOR_BAR_MB = 12
const LOG_BYTES = 1e9
const LOG_BAR = 2

/** The private memory of a supervisor while its command runs. */
export const benchSupervisor = async (world: World, path: string): Promise<Row> => {
  const begun = join(world.folder, 'begun')
  const text = await world.call(path, 'git', 'exp', 'add', '--json', '-c', `:>${begun}; sleep 600`)
  const [experiment] = JSON.parse(text) as { id: string; name: string }[]
  const { id = '', name = '' } = experiment ?? {}
  const wait = 'while [ ! -e "$0" ]; do sleep 0.05; done; sleep 1'
  await world.call(path, 'sh', '-c', wait, begun)
  const file = join(world.env.GIT_EXP_HOME ?? '', 'runs', id, '1', 'supervisor')
  const { pid } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number }
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]) / 1024
  await world.call(path, 'git', 'exp', 'stop', name)
  await world.call(path, 'sh', '-c', 'git exp wait "$0" || :', name)
  return {
    what: 'memory of a supervisor',
    ours: `${megabytes.toFixed(1)} MB`,
    reference: `${SUPERVISOR_BAR_MB} MB: the bar itself`,
    ofBar: megabytes / SUPERVISOR_BAR_MB,
  }
}

/** A run that prints a gigabyte, against the same through a pipe into a file. */
export const benchLog = async (world: World, path: string): Promise<Row> => {
  const print = `yes 'a line of some length, as logs have them' | head -c ${LOG_BYTES}`
  const time = async (...args: string[]): Promise<number> => {
    const before = performance.now()
    await world.call(path, ...(args as [string, ...string[]]))
    return (performance.now() - before) / 1000
  }
  const reference = await time(
    'sh',
    '-c',
    `${print} | cat >"$0"; rm "$0"`,
    join(world.folder, 'gigabyte'),
  )
  const ours = await time('git', 'exp', 'run', '--json', '-c', print)
  return {
    what: 'a run that prints 1 GB',
    ours: `${ours.toFixed(1)} s`,
    reference: `${reference.toFixed(1)} s: the same by cat into a file; twice that is the bar`,
    ofBar: ours / reference / LOG_BAR,
  }
}
