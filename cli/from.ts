import { openSource, type Source } from '../lib/capture/source.ts'
import { findHydra } from '../lib/compose/settings.ts'
import { UserError } from '../lib/errors.ts'
import type { Override } from '../lib/overrides/override.ts'
import { commitSpec } from '../lib/spec/commit-spec.ts'
import { commitTree } from '../lib/spec/commit-tree.ts'
import { describeSpec, listPaths } from '../lib/spec/describe.ts'
import { type Answer, changeSpec, type Question } from '../lib/spec/resolve.ts'
import type { Spec } from '../lib/spec/spec.ts'
import { findAll } from './find-named.ts'
import type { Session } from './session.ts'

/** The experiment that others are made of, by what the user typed. */
export const findSource = async (session: Session, name: string): Promise<Source> => {
  const [found] = await findAll(session, [name])
  return openSource(session.repository, found?.snapshot ?? '')
}

/** What an experiment made of another is: what that one was, but for what is said now. */
export const answerFrom = async (
  { oid, repository, facts }: Source,
  said: Pick<Question, 'commandLine' | 'flags'>,
): Promise<Answer> => {
  const former = facts.spec ?? (await commitSpec(repository.commonDir, repository.worktree, oid))
  const spec: Spec = changeSpec(former, { ...said, workdir: facts.workdir })
  return {
    spec,
    detected: `as ${facts.name}: ${describeSpec(spec, listPaths(spec.metrics))}`,
    notes: [],
  }
}

/** A composed file is edited as it was composed: another option of a group is more than an edit. */
export const refuseGroups = async (
  { oid, repository }: Source,
  sweep: Override[][],
): Promise<void> => {
  const tree = commitTree(repository.commonDir, oid)
  const hydra = await findHydra({ ...tree, isIgnored: async () => new Set() }, repository.workdir)
  if (hydra === null) return
  const paths = new Set(sweep.flat().map(({ path }) => path.join('/')))
  for (const path of paths) {
    if (!(await tree.exists(`${hydra.configDir}/${path}`))) continue
    throw new UserError(
      'bad-override',
      `${path} is a config group, and the snapshot holds what was composed of its options then`,
      'override single keys, or compose anew: git exp apply --input NAME, then add without --from',
    )
  }
}
