import { show } from './show.ts'

/** The best experiment of all by a metric, or the front of several; without one by exp.yaml's goals. */
export const best = ({
  metrics,
  ...options
}: {
  metrics: string | undefined
  json?: boolean
}): Promise<number> => show({ ...options, names: [], best: metrics ?? true })
