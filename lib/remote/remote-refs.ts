import { UserError } from '../errors.ts'
import { gitText } from '../git.ts'
import { fetchInto } from './fetch-into.ts'
import { remoteGit } from './remote-git.ts'

/** A result or a snapshot as a remote, or a fetch from it, has it. */
export interface SharedRef {
  kind: 'result' | 'snapshot'
  baseline: string
  name: string
  oid: string
}

/** Below the folder of one fetch. */
const FOLDERS = { result: 'results', snapshot: 'snapshots' } as const

/** Asks a remote what experiments it has. */
export const listRemote = async (gitDir: string, remote: string): Promise<SharedRef[]> => {
  const { stdout } = await remoteGit(gitDir, {
    args: ['ls-remote', '--quiet', '--refs'],
    remote,
    operands: ['refs/exps/*', 'refs/git-exp/snapshots/*'],
  })
  return stdout
    .toString()
    .split('\n')
    .flatMap((line) => {
      const [oid = '', ref = ''] = line.split('\t')
      if (ref.startsWith('refs/exps/')) return sharedRef('result', oid, ref.slice(10))
      return sharedRef('snapshot', oid, ref.slice('refs/git-exp/snapshots/'.length))
    })
}

/**
 * Fetches results, and snapshots if wanted, in one transfer to `refs/git-exp/pulled/<folder>/`, where
 * they are in nobody's way. Without names all of the remote.
 */
export const fetchRefs = async (
  gitDir: string,
  remote: string,
  wanted: { names: string[]; withSnapshots: boolean; folder: string },
): Promise<SharedRef[]> => {
  const into = pulledFolder(wanted.folder)
  const endings = wanted.names.length === 0 ? ['*'] : wanted.names.map((name) => `*/${known(name)}`)
  const operands = endings.flatMap((ending) => [
    `+refs/exps/${ending}:${into}${FOLDERS.result}/${ending}`,
    ...(wanted.withSnapshots
      ? [`+refs/git-exp/snapshots/${ending}:${into}${FOLDERS.snapshot}/${ending}`]
      : []),
  ])
  await fetchInto(gitDir, {
    remote,
    refspecs: [...operands, ...OF_DVC_ALONE.map((ref) => `^refs/exps/${ref}`)],
  })
  return (await refsUnder(gitDir, into)).flatMap(({ oid, ref }) => {
    const [family, ...rest] = ref.slice(into.length).split('/')
    const kind = family === FOLDERS.result ? 'result' : 'snapshot'
    return sharedRef(kind, oid, rest.join('/'))
  })
}

/** Every ref below some folders, also such as are no experiment's. */
export const refsUnder = async (
  gitDir: string,
  ...under: string[]
): Promise<{ oid: string; ref: string }[]> =>
  (
    await gitText(['for-each-ref', '--format=%(objectname) %(refname)', ...under], {
      place: { gitDir },
    })
  )
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [oid = '', ref = ''] = line.split(' ')
      return { oid, ref }
    })

export const pulledFolder = (folder: string): string => `refs/git-exp/pulled/${folder}/`

/** What DVC keeps beside its results. */
const OF_DVC_ALONE = ['stash', 'celery/*', 'exec/*', 'apply/*', 'temp/*']

/** A name as a part of a ref: the remote may have any that Git takes. */
const known = (name: string): string => {
  if (/^[^\s~^:?*[\\/\p{Cc}]+$/u.test(name) && !name.includes('..')) return name
  throw new UserError('bad-name', `“${name}” is no experiment's name`, 'git exp list REMOTE')
}

const sharedRef = (kind: SharedRef['kind'], oid: string, path: string): SharedRef[] => {
  const match = /^([0-9a-f]{2})\/([0-9a-f]{38}(?:[0-9a-f]{24})?)\/([^/]+)$/.exec(path)
  if (match === null || !/^[0-9a-f]{40,64}$/.test(oid)) return []
  const [, two = '', rest = '', name = ''] = match
  return [{ kind, baseline: two + rest, name, oid }]
}
