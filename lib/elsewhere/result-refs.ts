import { gitText } from '../git.ts'

/** A ref that DVC, or another queue, may have made. */
export interface ResultRef {
  oid: string
  baseline: string
  /** Any that Git takes: DVC is less strict with names than we are. */
  name: string
  committedMs: number
}

/** Every result under `refs/exps/`, newest first; what DVC keeps there besides is none. */
export const listResultRefs = async (commonDir: string): Promise<ResultRef[]> => {
  const text = await gitText(
    [
      'for-each-ref',
      '--sort=-committerdate',
      '--format=%(objecttype) %(objectname) %(committerdate:unix) %(refname)',
      'refs/exps/',
    ],
    { place: { gitDir: commonDir } },
  )
  return text.split('\n').flatMap((line) => {
    const match = LINE.exec(line)
    if (match === null) return []
    const [, oid = '', seconds, two = '', rest = '', name = ''] = match
    return [{ oid, baseline: two + rest, name, committedMs: Number(seconds) * 1000 }]
  })
}

const LINE =
  /^commit ([0-9a-f]+) (\d+) refs\/exps\/([0-9a-f]{2})\/([0-9a-f]{38}(?:[0-9a-f]{24})?)\/([^/]+)$/
