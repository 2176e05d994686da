import { resolveNames } from '../lib/cat-file.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import { listRemote } from '../lib/remote/remote-refs.ts'
import { localRef } from '../lib/remote/settle-pulled.ts'
import { openSession } from './session.ts'
import { plainText, printTable, terminalWidth } from './table.ts'

/** What a remote has of experiments, and whether it is here too. */
export const list = async (options: {
  remote: string
  names: string[]
  json?: boolean
}): Promise<number> => {
  const { repository } = await openSession()
  const all = await listRemote(repository.commonDir, options.remote)
  const wanted = new Set(options.names)
  const found = options.names.length === 0 ? all : all.filter(({ name }) => wanted.has(name))
  const here = await resolveNames(repository.commonDir, found.map(localRef))
  const lines = found.map((one, i) => ({ ...one, here: compare(one.oid, here[i] ?? null) }))
  if (options.json === true) {
    process.stdout.write(`${printPlain(lines)}\n`)
    return 0
  }
  if (lines.length === 0) {
    process.stderr.write('the remote has no such experiment\n')
    return 0
  }
  process.stdout.write(
    printTable(
      [
        { head: 'name', cells: lines.map(({ name }) => plainText(name)) },
        { head: 'what', cells: lines.map(({ kind }) => kind) },
        { head: 'base', cells: lines.map(({ baseline }) => baseline.slice(0, 8)) },
        { head: 'here', cells: lines.map(({ here }) => here) },
      ],
      terminalWidth(),
    ),
  )
  return 0
}

const compare = (theirs: string, ours: string | null): 'no' | 'yes' | 'differs' =>
  ours === null ? 'no' : ours === theirs ? 'yes' : 'differs'
