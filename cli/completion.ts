import type { Command } from 'commander'
import { expandPaths } from '../lib/expand-paths.ts'
import { flattenFiles } from '../lib/flatten.ts'
import { ignoredPaths } from '../lib/ignored.ts'
import type { Plain } from '../lib/params/plain.ts'
import { readParams } from '../lib/params/read.ts'
import { resolveSpec } from '../lib/spec/resolve.ts'
import { workspaceTree } from '../lib/spec/tree.ts'
import { candidates } from './completion/candidates.ts'
import { completionScripts, type Shell } from './completion/scripts.ts'
import { openSession, withHistory } from './session.ts'

/** Of a long list, the newest so many are offered. */
const MOST_NAMES = 1000

/** Prints a shell's completion script, or what some words may become, one a line. */
export const completion = async (
  what: Shell | 'words',
  words: string[],
  program: Command,
): Promise<number> => {
  if (what !== 'words') {
    process.stdout.write(completionScripts[what])
    return 0
  }
  // Asked at a key stroke: where there is no repository there is nothing to offer and to say.
  const offers = {
    names: () => names().catch(() => []),
    parameters: () => parameters().catch(() => []),
  }
  const found = await candidates(program, words, offers)
  process.stdout.write(found.map((one) => `${one}\n`).join(''))
  return 0
}

const names = async (): Promise<string[]> => {
  const { places, repository } = await openSession()
  const all = await withHistory(places, (history) =>
    history?.list(repository.commonDir, MOST_NAMES),
  )
  return [...new Set((all ?? []).map(({ name }) => name))]
}

/** The keys of the parameter files that an override would look into. */
const parameters = async (): Promise<string[]> => {
  const { repository } = await openSession()
  const tree = workspaceTree(repository.worktree, ignoredPaths(repository.worktree))
  const { spec } = await resolveSpec({
    tree,
    workdir: repository.workdir,
    commandLine: { argv: ['true'] },
    flags: {},
  })
  const files: Record<string, Plain> = {}
  for (const file of expandPaths(repository.worktree, spec.params)) {
    const text = await tree.read(file)
    if (text !== null) files[file] = await readParams(file, text)
  }
  return [...flattenFiles(files).keys()]
}
