import { chooseNames } from '../lib/capture/choose-names.ts'
import { placeOverrides } from '../lib/capture/edit-parameters.ts'
import { previewParameters } from '../lib/capture/preview-parameters.ts'
import { findComposition } from '../lib/compose/composition.ts'
import { UserError } from '../lib/errors.ts'
import { ignoredPaths } from '../lib/ignored.ts'
import { refuseProblems } from '../lib/load-config.ts'
import { proposeNames } from '../lib/names.ts'
import { keyOf } from '../lib/overrides/expand.ts'
import type { Override } from '../lib/overrides/override.ts'
import { printOverride, printValue } from '../lib/overrides/print.ts'
import { takenNames } from '../lib/refs.ts'
import { workspaceTree } from '../lib/spec/tree.ts'
import { type AddOptions, resolveHere } from './add.ts'
import { describeSample, planSweep } from './plan-sweep.ts'
import { openUntouchedSession, refuseInsideRun } from './session.ts'
import { type Column, plainText, printTable, terminalWidth } from './table.ts'

/** Prints what `add` would queue, and refuses what it would refuse; makes and changes nothing. */
export const dryRun = async (options: AddOptions): Promise<number> => {
  const { places, repository, reading } = await openUntouchedSession()
  refuseInsideRun(options.nested === true)
  if (options.from !== undefined) {
    throw new UserError('usage', '--dry-run looks at the workspace, which --from does not take')
  }
  refuseProblems(reading)
  const tree = workspaceTree(repository.worktree, ignoredPaths(repository.worktree))
  const composition = await findComposition(tree, repository, process.env)
  const { sweep, sample } = await planSweep(options, composition)
  const { spec, detected, notes } = await resolveHere(repository, { tree, composition }, options)
  const placed = sweep.map((overrides) =>
    placeOverrides(overrides, repository.workdir, spec.params),
  )
  await previewParameters(repository, placed, composition)
  const taken = await takenNames(repository.commonDir, repository.head)
  const name = options.name ?? null
  const names =
    options.force === true && name !== null
      ? proposeNames(name, placed)
      : (await chooseNames({ repository, places, name, nowMs: Date.now() }, placed, taken)).names
  if (options.json === true) {
    const all = names.map((own, i) => ({
      name: own,
      baseline: repository.head,
      branch: repository.branch,
      command: spec.command,
      workdir: repository.workdir,
      overrides: (placed[i] ?? []).map(printOverride),
    }))
    process.stdout.write(`${JSON.stringify(all)}\n`)
    return 0
  }
  process.stdout.write(printTable(columnsOf(names, sweep), terminalWidth()))
  const count = names.length === 1 ? '1 experiment' : `${names.length} experiments`
  const lines = [detected, ...notes, ...(sample === null ? [] : [describeSample(sample)])]
  process.stderr.write(`${[...lines, `${count} would be queued`].join('\n')}\n`)
  return 0
}

/** The name, and a column for each key that any of them overrides. */
const columnsOf = (names: string[], sweep: Override[][]): Column[] => {
  const cells = sweep.map(
    (overrides) => new Map(overrides.map((one) => [keyOf(one), valueText(one)])),
  )
  const keys = new Set(cells.flatMap((row) => [...row.keys()]))
  return [
    { head: 'name', cells: names },
    ...[...keys].map((key) => ({
      head: plainText(key),
      cells: cells.map((row) => plainText(row.get(key) ?? '')),
      align: 'right' as const,
    })),
  ]
}

const valueText = ({ value }: Override): string => (value === null ? 'deleted' : printValue(value))
