import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { capture } from '../lib/capture/capture.ts'
import { dropSnapshots } from '../lib/capture/hold-snapshots.ts'
import { findComposition } from '../lib/compose/composition.ts'
import { UserError } from '../lib/errors.ts'
import { expandPaths } from '../lib/expand-paths.ts'
import { experimentJson } from '../lib/experiment-json.ts'
import { identityIn } from '../lib/identity.ts'
import { ignoredPaths } from '../lib/ignored.ts'
import { refuseProblems } from '../lib/load-config.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import type { Repository } from '../lib/repository.ts'
import { awaitAnswer } from '../lib/request.ts'
import type { Answer } from '../lib/spec/resolve.ts'
import type { Spec } from '../lib/spec/spec.ts'
import { workspaceTree } from '../lib/spec/tree.ts'
import { putTicket } from '../lib/spool.ts'
import { newTicket } from '../lib/ticket.ts'
import { type AddOptions, resolveHere } from './add.ts'
import { openConfiguredSession, refuseInsideRun, withHistory } from './session.ts'
import { readUntracked } from './untracked-option.ts'
import { vacateNames } from './vacate-names.ts'

/** What `save` is told. */
export type SaveOptions = Pick<
  AddOptions,
  'command' | 'name' | 'force' | 'untracked' | 'nested' | 'json'
>

/** Records the workspace as it is, metrics and all, as an experiment that succeeded without a run. */
export const save = async (options: SaveOptions): Promise<number> => {
  const session = await openConfiguredSession()
  const { places, repository } = session
  const nowMs = Date.now()
  refuseInsideRun(options.nested === true)
  const { config } = refuseProblems(session.reading)
  const take = readUntracked(options.untracked)
  const { spec, detected, notes } = await whatItIs(repository, options)
  const { also, left } = await ignoredResults(repository, spec, config.maxBlobBytes)
  if (options.force === true) await vacateNames(session, options.name ?? null, [[]])
  const captured = await capture({
    repository,
    places,
    plan: Promise.resolve({ spec, sweep: [[]], sample: null, composition: null }),
    name: options.name ?? null,
    executor: 'temp-dir',
    identity: identityIn(session.reading.listed, process.env),
    untracked: { take, maxBytesTogether: config.maxUntrackedBytes, also },
    nowMs,
  })
  const items = captured.snapshots.map(({ oid, facts }) => ({
    oid,
    id: facts.id,
    name: facts.name,
  }))
  const { commonDir, worktree } = repository
  const ticket = newTicket({ verb: 'save', repository: commonDir, worktree, items }, nowMs)
  try {
    putTicket(places, ticket, nowMs)
  } catch (error) {
    await dropSnapshots(repository, captured.snapshots)
    throw error
  }
  const lines = [detected, ...notes, ...captured.notes, ...left]
  process.stderr.write(lines.map((line) => `${line}\n`).join(''))
  await awaitAnswer(places, ticket)
  const saved = await withHistory(places, (history) =>
    items.flatMap(({ id }) => history?.byId(id) ?? []),
  )
  process.stdout.write(
    options.json === true
      ? `${printPlain(saved.map((one) => experimentJson(places, one)))}\n`
      : saved.map(({ name }) => `${name}\n`).join(''),
  )
  return 0
}

/** What stands behind `--` says how it was made; nobody need know that. */
const whatItIs = async (repository: Repository, { command }: SaveOptions): Promise<Answer> => {
  const tree = workspaceTree(repository.worktree, ignoredPaths(repository.worktree))
  const composition = await findComposition(tree, repository, process.env)
  const found = { tree, composition }
  try {
    return await resolveHere(repository, found, { command })
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'no-command') throw error
    return resolveHere(repository, found, { command: null, shell: ':' })
  }
}

/** Metrics and declared outputs that Git ignores are what is to be recorded, and come along. */
const ignoredResults = async (
  { worktree }: Repository,
  spec: Spec,
  maxBytes: number,
): Promise<{ also: string[]; left: string[] }> => {
  const paths = expandPaths(worktree, [...spec.metrics, ...spec.outputs])
  const ignored = await ignoredPaths(worktree)(paths)
  const also: string[] = []
  const left: string[] = []
  for (const path of paths.filter((one) => ignored.has(one))) {
    const stat = lstatSync(join(worktree, path), { throwIfNoEntry: false })
    if (stat === undefined) continue
    if (stat.isFile() && stat.size <= maxBytes) also.push(path)
    else
      left.push(`left out ${path}: it is ${stat.isFile() ? 'larger than exp.maxBlob' : 'no file'}`)
  }
  return { also, left }
}
