import { resolveNames } from '../cat-file.ts'
import { UserError } from '../errors.ts'
import { changeRefs } from '../refs.ts'
import { fetchInto } from '../remote/fetch-into.ts'
import { portions } from '../remote/remote-git.ts'
import { refsUnder } from '../remote/remote-refs.ts'

/** What an attempt left on the remote: its ref there, and the commit that its outcome names. */
export interface Left {
  id: string
  ref: string
  oid: string
}

/**
 * Fetches what attempts left, all at once, so that their objects are here. Gives back the ids of those
 * whose ref names the commit that it should. Whoever gives them refs of their own calls `drop` then.
 */
export const fetchResults = async (
  gitDir: string,
  { remote, key }: { remote: string; key: string },
  wanted: Left[],
): Promise<{ found: Set<string>; drop: () => Promise<void> }> => {
  const into = `refs/git-exp/seen/${key}.ended/`
  const fetch = (some: Left[]) =>
    fetchInto(gitDir, {
      remote,
      refspecs: some.map(({ id, ref }) => `+${ref}:${into}${id}`),
    })
  const byRef = new Map(wanted.map((one) => [one.ref, one]))
  for (const part of portions([...byRef.keys()])) {
    const some = part.flatMap((ref) => byRef.get(ref) ?? [])
    try {
      await fetch(some)
    } catch (error) {
      if (!isMissing(error)) throw error
      // One that is gone keeps all from being fetched.
      for (const one of some) await fetch([one]).catch(passIfMissing)
    }
  }
  const oids = await resolveNames(
    gitDir,
    wanted.map(({ id }) => `${into}${id}`),
  )
  const drop = async (): Promise<void> => {
    const refs = await refsUnder(gitDir, into)
    await changeRefs(
      gitDir,
      refs.map(({ ref, oid }) => ({ to: 'delete', ref, oid })),
    )
  }
  return {
    found: new Set(wanted.filter(({ oid }, i) => oids[i] === oid).map(({ id }) => id)),
    drop,
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof UserError && /couldn't find remote ref/.test(error.message)

const passIfMissing = (error: unknown): void => {
  if (!isMissing(error)) throw error
}
