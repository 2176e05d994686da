import { isAlive } from '../process-identity.ts'
import { readCurrent, readFacts } from './worker-places.ts'

/** Tells a worker to finish what it runs, take no more and end; false where none is alive. */
export const drainWorker = (home: string): boolean => {
  const main = readFacts(home)?.main
  if (main === undefined || !isAlive(main)) return false
  process.kill(main.pid, 'SIGTERM')
  return true
}

/** The same, but what it runs is ended and given back to the queue; false where none is alive. */
export const stopWorker = (home: string): boolean => {
  const isThere = drainWorker(home)
  const node = readCurrent(home)?.node
  if (node !== undefined && isAlive(node)) process.kill(node.pid, 'SIGTERM')
  return isThere
}
