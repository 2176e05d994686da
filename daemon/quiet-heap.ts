/**
 * Keeps V8 from looking every eight seconds whether it could give memory back: a daemon that waits
 * makes no garbage, and no timer of ours is shorter than a minute. Said here and not to the process
 * that is started, for the reason that `shrink-heap.ts` gives.
 */
export const quietHeap = (): void =>
  process.getBuiltinModule('node:v8').setFlagsFromString('--memory-reducer-gc-count=0')
