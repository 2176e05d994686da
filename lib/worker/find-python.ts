import { spawnSync } from 'node:child_process'
import { UserError } from '../errors.ts'

/** A Python that can run a worker, and the Celery it has. */
export interface WorkerPython {
  python: string
  celery: string
}

const PATIENCE_MS = 60_000

/** The oldest Celery that a worker was tried with. */
const OLDEST = [5, 2]

/**
 * The Python that `exp.python` names, else the first of `python3` on the PATH and the system's own that
 * has Celery and what the broker needs. Throws `UserError` that says what each of them lacks.
 */
export const findPython = (given: string | null, broker: string): WorkerPython => {
  const candidates = given === null ? ['python3', '/usr/bin/python3'] : [given]
  const needs = broker.startsWith('redis') ? ['celery', 'redis'] : ['celery']
  const problems: string[] = []
  for (const python of candidates) {
    const answer = ask(python, needs)
    if ('celery' in answer && isNewEnough(answer.celery)) return { python, celery: answer.celery }
    problems.push(
      `${python}: ${'celery' in answer ? `its Celery is ${answer.celery}` : answer.problem}`,
    )
  }
  const packages = needs.map((name) => `python3-${name}`).join(' ')
  throw new UserError(
    'worker',
    `no Python here can run a worker (${problems.join('; ')})`,
    `apt install ${packages}, or pip install 'celery[redis]' and git config --global exp.python PYTHON`,
  )
}

const ask = (python: string, needs: string[]): { celery: string } | { problem: string } => {
  const script = `import ${needs.join(', ')}; print(celery.__version__)`
  const run = spawnSync(python, ['-c', script], {
    cwd: '/',
    timeout: PATIENCE_MS,
    encoding: 'utf8',
  })
  if (run.error !== undefined) {
    const { code } = run.error as NodeJS.ErrnoException
    return { problem: code === 'ENOENT' ? 'it is not there' : run.error.message }
  }
  if (run.status === 0) return { celery: run.stdout.trim() }
  return { problem: run.stderr.trim().split('\n').at(-1) || `it ended with ${run.status}` }
}

const isNewEnough = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [least = 0, leastMinor = 0] = OLDEST
  return major > least || (major === least && minor >= leastMinor)
}
