import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { failureRef, parseRef, resultRef, snapshotRef } from '../lib/refs.ts'
import type { Ledger } from './ledger.ts'
import type { ExperimentRow } from './rows.ts'
import type { World } from './world.ts'

/** Refs and rows say the same, and no lock is left. */
export const checkRefs = async (
  { repo }: World,
  { unheard }: Ledger,
  rows: ExperimentRow[],
): Promise<string[]> => {
  const text = await repo.git('for-each-ref', '--format=%(refname) %(objectname)')
  const refs = new Map(text.split('\n').map((line) => line.split(' ') as [string, string]))
  const problems: string[] = []
  const expect = (ref: string, oid: string): void => {
    const is = refs.get(ref)
    if (is !== oid) problems.push(`${ref} is ${is ?? 'not there'} and not ${oid}`)
    refs.delete(ref)
  }
  for (const row of rows) {
    expect(snapshotRef(row.baseline, row.name), row.snapshot)
    for (const run of row.runs) {
      if (run.result === null) continue
      if (run.state !== 'succeeded') {
        expect(failureRef(row.baseline, row.name, run.attempt), run.result)
      } else if (run.attempt === row.attempt && row.state === 'succeeded') {
        expect(resultRef(row.baseline, row.name), run.result)
      } else {
        const kept = [...refs].find(
          ([ref, oid]) => oid === run.result && ref.startsWith(resultRef(row.baseline, '')),
        )
        if (kept === undefined) problems.push(`${row.name} lost the result of ${run.attempt}`)
        else refs.delete(kept[0])
      }
    }
  }
  for (const ref of refs.keys()) {
    if (!/^refs\/(exps|git-exp\/(snapshots|failures))\//.test(ref)) continue
    // An add that was killed before its ticket leaves refs that are nobody's.
    const name = parseRef(ref)?.name ?? ''
    const isNobodys = [...unheard.keys()].some((add) => name === add || name.startsWith(`${add}-`))
    if (!isNobodys) problems.push(`${ref} is of no experiment`)
  }
  return [...problems, ...locks(join(repo.path, '.git'))]
}

const locks = (folder: string): string[] => {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.lock'))
    .map((path) => `a lock is left: ${path}`)
}
