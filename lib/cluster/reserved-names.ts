import { foldName } from '../names.ts'
import { changeRefs, resultRef, snapshotRef } from '../refs.ts'
import { fetchInto } from '../remote/fetch-into.ts'
import { pulledFolder, refsUnder } from '../remote/remote-refs.ts'

/**
 * The names in use under a baseline on a remote, folded → the name itself, by one fetch to a folder of
 * its own, which is removed again. Throws `UserError` when the remote does not answer in time.
 */
export const reservedNames = async (
  gitDir: string,
  { remote, baseline, folder, limitMs }: Wanted,
): Promise<Map<string, string>> => {
  const into = pulledFolder(folder)
  try {
    await fetchInto(gitDir, {
      remote,
      refspecs: [
        `+${snapshotRef(baseline, '*')}:${into}snapshots/*`,
        `+${resultRef(baseline, '*')}:${into}results/*`,
      ],
      timeoutMs: limitMs,
    })
    const names = (await refsUnder(gitDir, into)).map(({ ref }) => ref.split('/').at(-1) ?? '')
    return new Map(names.map((name) => [foldName(name), name]))
  } finally {
    const refs = await refsUnder(gitDir, into)
    await changeRefs(
      gitDir,
      refs.map(({ ref, oid }) => ({ to: 'delete', ref, oid })),
    )
  }
}

interface Wanted {
  remote: string
  baseline: string
  /** A name that no other call uses. */
  folder: string
  limitMs: number
}
