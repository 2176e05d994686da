import { execFile } from 'node:child_process'

/** A driver that hangs must not hold up the daemon. */
const LIMIT_MS = 10_000

/**
 * The indices of the GPUs that `nvidia-smi` on the PATH lists; none where there is no such program.
 * Where it fails, which says nothing of how many there are, a problem in words.
 */
export const listGpus = (): Promise<number[] | { problem: string }> =>
  new Promise((resolve) => {
    const args = ['--query-gpu=index', '--format=csv,noheader']
    const options = { cwd: '/', timeout: LIMIT_MS, killSignal: 'SIGKILL' as const }
    execFile('nvidia-smi', args, options, (error, stdout) => {
      if (error === null) resolve(indicesOf(stdout))
      else if (error.code === 'ENOENT') resolve([])
      else resolve({ problem: error.killed === true ? 'it does not answer' : firstLine(stdout) })
    })
  })

const indicesOf = (stdout: string): number[] => {
  const lines = stdout.split('\n').map((line) => line.trim())
  const indices = lines.filter((line) => /^\d{1,4}$/.test(line)).map(Number)
  return [...new Set(indices)].toSorted((a, b) => a - b)
}

const firstLine = (stdout: string): string =>
  stdout.split('\n')[0]?.trim().slice(0, 200) || 'it fails'
