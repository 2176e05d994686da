import { gitText } from '../git.ts'

/** A ref that DVC, or another queue, may have made. */
export interface ResultRef {
  oid: string
  baseline: string
  /** Any that Git takes: DVC is less strict with names than we are. */
  name: string
}

/** Every result under `refs/exps/`; what DVC keeps there besides is none. No object is looked at. */
export const listResultRefs = async (commonDir: string): Promise<ResultRef[]> => {
  const text = await gitText(['for-each-ref', '--format=%(objectname) %(refname)', 'refs/exps/'], {
    place: { gitDir: commonDir },
  })
  return text.split('\n').flatMap((line) => {
    const match = LINE.exec(line)
    if (match === null) return []
    const [, oid = '', two = '', rest = '', name = ''] = match
    return [{ oid, baseline: two + rest, name }]
  })
}

const LINE = /^([0-9a-f]+) refs\/exps\/([0-9a-f]{2})\/([0-9a-f]{38}(?:[0-9a-f]{24})?)\/([^/]+)$/
