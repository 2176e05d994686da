import { replaceFile } from '../files.ts'
import { isAlive } from '../process-identity.ts'
import { endingFile, readCurrent, readFacts } from './worker-places.ts'

/** Tells a worker to finish what it runs, take no more and end; false where none is alive. */
export const drainWorker = (home: string): boolean => {
  const facts = readFacts(home)
  if (facts === null || (!isAlive(facts.main) && !isAlive(facts.keeper))) return false
  replaceFile(endingFile(home), '')
  if (isAlive(facts.main)) process.kill(facts.main.pid, 'SIGTERM')
  return true
}

/** The same, but what it runs is ended and given back to the queue; false where none is alive. */
export const stopWorker = (home: string): boolean => {
  const isThere = drainWorker(home)
  const node = readCurrent(home)?.node
  if (node !== undefined && isAlive(node)) process.kill(node.pid, 'SIGTERM')
  return isThere
}
