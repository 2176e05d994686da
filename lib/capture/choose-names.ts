import { UserError } from '../errors.ts'
import { foldName, freeName, proposeNames } from '../names.ts'
import type { Override } from '../overrides/override.ts'
import type { Places } from '../places.ts'
import type { Repository } from '../repository.ts'
import { findOrphans } from './orphans.ts'

/** Whose names they are to be. */
export interface Naming {
  repository: Repository
  places: Places
  /** The name the user gave, or null. */
  name: string | null
  nowMs: number
}

/**
 * A name for each experiment of a sweep, and the refs that nobody owns and that must go before the
 * names are free. `taken` is what `takenNames` found; generated names get no number below `from`.
 * Throws `UserError` when a given name is taken.
 */
export const chooseNames = async (
  { name, repository, places, nowMs }: Naming,
  sweep: Override[][],
  taken: Map<string, string>,
  from = 2,
): Promise<{ names: string[]; orphans: Awaited<ReturnType<typeof findOrphans>> }> => {
  const proposed = proposeNames(name, sweep)
  if (name === null) return { names: freeNames(proposed, taken, from), orphans: [] }
  const clashing = proposed
    .map((own) => taken.get(foldName(own)))
    .filter((own) => own !== undefined)
  if (clashing.length === 0) return { names: proposed, orphans: [] }
  const orphans = await findOrphans(repository, places, clashing, nowMs)
  const owned = clashing.find((own) => !orphans.some((orphan) => orphan.name === own))
  if (owned !== undefined) {
    throw new UserError(
      'name-taken',
      `there is an experiment “${owned}” under this commit already`,
      'choose another name with -n, leave -n out, or take it over with --force',
    )
  }
  return { names: proposed, orphans }
}

/** A name that the user did not give never clashes: it gets the next free number. */
const freeNames = (proposed: string[], taken: Map<string, string>, from: number): string[] => {
  const used = new Set(taken.keys())
  return proposed.map((own) => {
    const free = freeName(own, used, from)
    used.add(foldName(free))
    return free
  })
}
