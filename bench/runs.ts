import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { privateMegabytes } from './daemon-facts.ts'
import { compare, type Figure, figureOf, mapFigure, type Row } from './measure.ts'
import type { World } from './world.ts'

const SUPERVISOR_BAR_MB = 12
const LOG_BYTES = 1e9
const LOG_BAR = 2
const LOG_TURNS = 3

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
  const megabytes = privateMegabytes(String(pid))
  await world.call(path, 'git', 'exp', 'stop', name)
  await world.call(path, 'sh', '-c', 'git exp wait "$0" || :', name)
  return {
    what: 'memory of a supervisor, private',
    unit: 'MB',
    ours: figureOf([megabytes]),
    beside: [],
    bar: `${SUPERVISOR_BAR_MB} MB`,
    ofBar: megabytes / SUPERVISOR_BAR_MB,
  }
}

/** A run that prints a gigabyte, against the same through a pipe into a file. */
export const benchLog = async (world: World, path: string): Promise<Row> => {
  const print = `yes 'a line of some length, as logs have them' | head -c ${LOG_BYTES}`
  const of = await compare(LOG_TURNS, {
    reference: async () => {
      const file = join(world.folder, 'gigabyte')
      await world.call(path, 'sh', '-c', `${print} | cat >"$0"; rm "$0"`, file)
    },
    ours: async () => {
      await world.call(path, 'git', 'exp', 'run', '--json', '-c', print)
    },
  })
  const seconds = (name: string): Figure => mapFigure(of(name), (ms) => ms / 1000)
  return {
    what: 'a run that prints 1 GB',
    unit: 's',
    ours: seconds('ours'),
    beside: [{ what: 'the same by cat into a file', figure: seconds('reference') }],
    bar: `${LOG_BAR} × cat`,
    ofBar: of('ours').median / of('reference').median / LOG_BAR,
  }
}
