import type { KeptFile } from './experiment.ts'
import { isInside } from './snapshot.ts'

/** Whether a value from outside is a file that may be looked for in the store and brought back. */
export const isKeptFile = (value: unknown): value is KeptFile => {
  const { path, sha256, bytes } = (value ?? {}) as Partial<KeptFile>
  return (
    typeof path === 'string' &&
    path !== '' &&
    isInside(path) &&
    !/(?:^|\/)\.git(?:\/|$)/i.test(path) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    typeof bytes === 'number' &&
    bytes >= 0
  )
}
