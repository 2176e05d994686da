import { DEFAULT_QUEUE, declarationOf } from '../cluster/queues.ts'
import { UserError } from '../errors.ts'

/** One worker that is to be started: one Celery process, which runs one experiment at a time. */
export interface PlannedWorker {
  name: string
  queues: string[]
  /** As `CUDA_VISIBLE_DEVICES` has it; null leaves the environment as it is. */
  gpus: string | null
}

/**
 * The workers of one `start`: one a GPU, or one alone. Without queues of the user's they take what is for
 * their host and what is for anybody, with a GPU that which wants one before. Throws `UserError`.
 */
export const planWorkers = (
  host: string,
  given: { gpus: number[] | null; queues: string[] | null; name: string | null },
): PlannedWorker[] => {
  const usual = [`exp.host.${host}`, DEFAULT_QUEUE]
  const queues = given.queues ?? (given.gpus === null ? usual : ['exp.gpu', ...usual])
  for (const queue of queues) declarationOf(queue)
  if (given.gpus === null) return [{ name: given.name ?? 'worker', queues, gpus: null }]
  if (given.gpus.length === 0) {
    throw new UserError(
      'worker',
      'there is no GPU to start a worker for',
      'name them, --gpus 0,1, or leave --gpus out',
    )
  }
  const prefix = given.name === null ? '' : `${given.name}-`
  return given.gpus.map((gpu) => ({ name: `${prefix}gpu${gpu}`, queues, gpus: String(gpu) }))
}
