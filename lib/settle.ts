/**
 * Waits for all, also when one fails, and then throws what the first of them threw: nothing may go
 * on in the background when its caller has cleaned up.
 */
export const settle = async <T extends unknown[]>(
  tasks: {
    [K in keyof T]: Promise<T[K]>
  },
): Promise<T> => {
  await Promise.allSettled(tasks)
  return (await Promise.all(tasks)) as T
}
