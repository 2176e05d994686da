import { parseCommit } from '../lib/cat-file.ts'
import { git, gitText } from '../lib/git.ts'
import { foldName, freeName } from '../lib/names.ts'
import { changeRefs, failureRef, resultRef, snapshotRef, takenNames } from '../lib/refs.ts'
import { parseTrailers, printMessage } from '../lib/trailers.ts'
import type { Collected } from './collect.ts'
import { writeCommit } from './commit-writer.ts'
import type { Job } from './job.ts'
import { readFromOpen } from './object-reader.ts'
import { createRef } from './ref-creator.ts'

export interface Published {
  result: string
  /** Another one than before if somebody made a result of that name meanwhile. */
  name: string
}

/** Whose result it is: of a run, or of none, which is attempt 0. */
export type Attempt = Pick<Job, 'id' | 'name' | 'baseline' | 'snapshot' | 'commonDir' | 'attempt'>

/** What the result's message says of the run. */
export interface RunFacts {
  isSuccess: boolean
  endedAt: number
  exitCode: number | null
  signal: string | null
  durationSeconds: number | null
}

/**
 * Makes the commit that holds what a run left behind, and its ref: `refs/exps/…` for a success, in
 * DVC's exact form, `refs/git-exp/failures/…` for anything else. Does nothing twice: a result that a
 * daemon published before it died is found and taken.
 */
export const publish = async (
  scratch: string,
  job: Attempt,
  collected: Collected,
  run: RunFacts,
): Promise<Published> => {
  const result = await commitResult(scratch, job, collected, run)
  const ref = refOf(job, run.isSuccess)
  if (await createRef(job.commonDir, ref, result)) {
    return { result, name: job.name }
  }
  const earlier = await publishedBefore(job, run.isSuccess)
  if (earlier !== null) return { result: earlier, name: job.name }
  if (run.isSuccess) return (await renamedBefore(job)) ?? publishUnderFreeName(job, result)
  await publishFailureBeside(job, result)
  return { result, name: job.name }
}

const refOf = (job: Attempt, isSuccess: boolean): string =>
  isSuccess ? resultRef(job.baseline, job.name) : failureRef(job.baseline, job.name, job.attempt)

/** A ref that somebody else has put in its place keeps no failure from having one. */
const publishFailureBeside = async (job: Attempt, oid: string): Promise<void> => {
  for (let n = 2; ; n++) {
    const ref = `${refOf(job, false)}-${n}`
    if (await createRef(job.commonDir, ref, oid)) return
  }
}

/** Makes the commit alone, the same whenever it is made of the same. `scratch` is a folder of ours. */
export const commitResult = async (
  scratch: string,
  job: Attempt,
  collected: Collected,
  run: RunFacts,
): Promise<string> => {
  const message = printMessage(`exp: result of ${job.name}`, [
    ['Exp-Id', job.id],
    ['Exp-Snapshot', job.snapshot],
    ['Exp-Attempt', job.attempt],
    ['Exp-Exit', run.exitCode ?? run.signal],
    ['Exp-Duration', run.durationSeconds],
    ['Exp-Files', collected.kept],
  ])
  const [snapshot, held] = await readFromOpen(job.commonDir, [
    job.snapshot,
    snapshotRef(job.baseline, job.name),
  ])
  if (snapshot?.type !== 'commit') throw new Error(`${job.commonDir} has no ${job.snapshot}`)
  const { author, tree } = parseCommit(snapshot.content)
  const result = await writeCommit(scratch, job.commonDir, {
    tree: collected.tree,
    parent: job.baseline,
    who: author,
    at: Math.floor(run.endedAt / 1000),
    message,
  })
  // The files of a run that changed none are the snapshot's, which its own ref holds.
  const isHeld = collected.tree === tree && held?.oid === job.snapshot
  if (!isHeld) {
    const args = ['rev-list', '--objects', '--quiet', result, '--not', job.baseline]
    await git(args, { place: { gitDir: job.commonDir } })
  }
  return result
}

/** The result of this very attempt, if its ref is there already. */
const publishedBefore = async (job: Attempt, isSuccess: boolean): Promise<string | null> => {
  const format = '--format=%(objectname)%00%(contents)'
  const { stdout } = await git(['for-each-ref', format, refOf(job, isSuccess)], {
    place: { gitDir: job.commonDir },
  })
  const [oid = '', message = ''] = stdout.toString().split('\0')
  const trailers = parseTrailers(message)
  const isOurs =
    trailers.get('Exp-Id')?.[0] === job.id && trailers.get('Exp-Attempt')?.[0] === job.attempt
  return isOurs ? oid : null
}

/** The result that got another name, of which the daemon that gave it died before it said so. */
const renamedBefore = async (job: Attempt): Promise<Published | null> => {
  const names = await gitText(
    [
      'for-each-ref',
      `--points-at=${job.snapshot}`,
      '--format=%(refname:lstrip=-1)',
      snapshotRef(job.baseline, ''),
    ],
    { place: { gitDir: job.commonDir } },
  )
  for (const name of names.split('\n').filter((one) => one !== '' && one !== job.name)) {
    const result = await publishedBefore({ ...job, name }, true)
    if (result !== null) return { result, name }
  }
  return null
}

/** Nothing computed is ever discarded: the result gets the next free name, its snapshot with it. */
const publishUnderFreeName = async (job: Attempt, result: string): Promise<Published> => {
  for (;;) {
    const taken = new Set((await takenNames(job.commonDir, job.baseline)).keys())
    taken.add(foldName(job.name))
    const name = freeName(job.name, taken)
    const isDone = await changeRefs(job.commonDir, [
      { to: 'create', ref: resultRef(job.baseline, name), oid: result },
      { to: 'create', ref: snapshotRef(job.baseline, name), oid: job.snapshot },
      { to: 'delete', ref: snapshotRef(job.baseline, job.name), oid: job.snapshot },
    ])
    if (isDone) return { result, name }
  }
}
