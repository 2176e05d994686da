import { failureRef, resultRef, snapshotRef } from '../lib/refs.ts'
import type { Daemon } from './daemon.ts'
import type { RecordRow } from './records.ts'

/** The refs that an experiment may have, each as a function of its name; `listed` are the results under its baseline. */
export const refsOf = (
  daemon: Daemon,
  row: RecordRow,
  listed: { name: string; oid: string }[],
): ((name: string) => string)[] => {
  const attempts = daemon.records.attempts(row.number)
  const results = new Set(attempts.map(({ result }) => result))
  // A result that `retry --again` put beside: `NAME.2` may also be another experiment's name.
  const beside = listed
    .filter(({ name, oid }) => name.startsWith(`${row.name}.`) && results.has(oid))
    .map(({ name }) => name.slice(row.name.length))
  return [
    (name) => snapshotRef(row.baseline, name),
    (name) => resultRef(row.baseline, name),
    ...beside.map((suffix) => (name: string) => resultRef(row.baseline, `${name}${suffix}`)),
    ...Array.from(
      { length: row.attempt },
      (_, i) => (name: string) => failureRef(row.baseline, name, i + 1),
    ),
  ]
}
