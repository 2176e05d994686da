import { cpus, totalmem } from 'node:os'
import { benchAdd } from './add.ts'
import { benchCommit } from './commit.ts'
import { benchMaterialize } from './materialize.ts'
import type { Row } from './measure.ts'
import { benchLog, benchSupervisor } from './runs.ts'
import { benchShow } from './show.ts'
import { benchStart } from './start.ts'
import { benchSweep } from './sweep.ts'
import { benchThroughput } from './throughput.ts'
import { makeRepository, makeWorld } from './world.ts'

// The figures of the design, each beside its reference in the same run. A row within its bar has a
// factor of 1 or less. Figures are for people: no test reads them.
const world = makeWorld()
const print = (row: Row): void => {
  const verdict = Number.isNaN(row.ofBar) ? 'no bar' : row.ofBar <= 1 ? 'within' : 'ABOVE '
  console.log(`${verdict} ${row.ofBar.toFixed(2)}  ${row.what}: ${row.ours}  (${row.reference})`)
}
console.log(
  `node ${process.version}, ${cpus().length} cores, ${(totalmem() / 1024 ** 3).toFixed(0)} GB`,
)
try {
  for (const [files, size] of [
    [20, 'small'],
    [20_000, '20,000 files'],
  ] as const) {
    const path = await makeRepository(world, files)
    print(await benchAdd(world, path, size))
    print(await benchStart(world, path, size))
    for (const row of await benchMaterialize(world, path, size)) print(row)
    print(await benchThroughput(world, path, size))
    print(await benchCommit(world, path, size))
    if (files > 20) continue
    for (const jobs of [1, 8]) print(await benchThroughput(world, path, size, jobs))
    print(await benchSupervisor(world, path))
    print(await benchLog(world, path))
  }
  for (const row of await benchSweep()) print(row)
  for (const row of await benchShow()) print(row)
} finally {
  await world.end()
}
