import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { jobRef } from '../../lib/cluster/job-refs.ts'
import { UserError } from '../../lib/errors.ts'
import { replaceFile } from '../../lib/files.ts'
import { git } from '../../lib/git.ts'
import type { Places } from '../../lib/places.ts'
import { type LeasedUpdate, leasedPush } from '../../lib/remote/leased-push.ts'
import { remoteGit } from '../../lib/remote/remote-git.ts'
import { outboxFolder } from '../../lib/worker/worker-places.ts'
import { note } from '../events.ts'
import { lookAtJob } from './claim-job.ts'
import type { Worker } from './worker.ts'

/** What is to be published of a job, by one push: all of it or nothing. */
export interface Letter {
  exp: string
  remote: string
  clone: string
  updates: LeasedUpdate[]
}

/**
 * `published` is also what was published by an earlier try whose answer was lost. `fenced`: the job is
 * another's by now. `away`: the remote cannot be reached, or takes nothing now.
 */
export type Published = 'published' | 'fenced' | 'away'

/** Puts a letter where neither a crash nor a reboot takes it away; what it names is kept from gc. */
export const putLetter = async (
  { places }: Pick<Worker, 'places'>,
  letter: Letter,
): Promise<void> => {
  for (const [n, { to }] of letter.updates.entries()) {
    if (to === null) continue
    await git(['update-ref', `${held(letter)}/${n}`, to], { place: { gitDir: letter.clone } })
  }
  mkdirSync(folderOf(places), { recursive: true, mode: 0o700 })
  replaceFile(fileOf(places, letter), `${JSON.stringify(letter)}\n`)
}

/** Publishes a letter, once; it is gone from the outbox unless the remote was away. */
export const sendLetter = async (worker: Worker, letter: Letter): Promise<Published> => {
  const { clone, remote, updates, exp } = letter
  try {
    const pushed = await leasedPush(clone, remote, updates)
    const answer = pushed.is === 'done' ? 'published' : await whyStale(worker, letter, pushed.refs)
    note('publish', { exp, answer })
    if (answer !== 'away') await dropLetter(worker, letter)
    return answer
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    note('publish', { exp, problem: error.message })
    return 'away'
  }
}

/** The letters that were never sent, of a worker that died over them. */
export const waitingLetters = ({ places }: Pick<Worker, 'places'>): Letter[] => {
  try {
    return readdirSync(folderOf(places))
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(folderOf(places), name), 'utf8')) as Letter)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** A push that was accepted and whose answer was lost is found by its log. */
const whyStale = async (worker: Worker, letter: Letter, refs: string[]): Promise<Published> => {
  const { exp, updates } = letter
  const wanted = (part: 'log' | 'claim' | 'snapshot'): LeasedUpdate | undefined =>
    updates.find(({ ref }) => ref === jobRef(exp, part))
  const job = await lookAtJob(worker, letter)
  if (job !== null && job.oids.log === wanted('log')?.to) return 'published'
  const isOurs =
    job !== null &&
    job.oids.snapshot === wanted('snapshot')?.expect &&
    job.oids.claim === (wanted('claim')?.expect ?? null)
  if (!isOurs) return 'fenced'
  // Somebody has put another commit under the name of the result: it gets another name.
  const taken = updates.find(({ ref, to }) => to !== null && refs.includes(ref))
  if (taken === undefined) return 'away'
  if (taken.ref === jobRef(exp, 'log')) taken.expect = job.oids.log
  else if (await isThere(letter, taken.ref)) taken.ref = nextName(taken.ref)
  await putLetter(worker, letter)
  return 'away'
}

/** The server may also have been busy with it. */
const isThere = async ({ clone, remote }: Letter, ref: string): Promise<boolean> => {
  const args = ['ls-remote', '--quiet', '--refs']
  const { stdout } = await remoteGit(clone, { args, remote, operands: [ref] })
  return stdout.length > 0
}

const nextName = (ref: string): string => {
  const [, base = ref, n = '1'] = /^(.*)-(\d+)$/.exec(ref) ?? []
  return `${base}-${Number(n) + 1}`
}

const dropLetter = async ({ places }: Worker, letter: Letter): Promise<void> => {
  rmSync(fileOf(places, letter), { force: true })
  for (const n of letter.updates.keys()) {
    await git(['update-ref', '-d', `${held(letter)}/${n}`], { place: { gitDir: letter.clone } })
  }
}

const held = ({ exp }: Letter): string => `refs/git-exp/outbox/${exp}`

const folderOf = ({ home }: Places): string => outboxFolder(home)

const fileOf = (places: Places, { exp }: Letter): string => join(folderOf(places), `${exp}.json`)
