import { type FSWatcher, watch } from 'chokidar'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'

/** Rings the bell when something is put in the spool. Polls where the system has no watches left. */
export const watchSpool = (
  daemon: Pick<Daemon, 'places' | 'bell'>,
  usePolling = false,
): FSWatcher => {
  const { places, bell } = daemon
  const watcher = watch(places.spool.new, {
    depth: 0,
    ignoreInitial: true,
    usePolling,
    interval: 1000,
  })
  const look = (): void => bell.ring()
  watcher.on('add', look).on('ready', look)
  watcher.on('error', (error) => {
    note('watch', { problem: String(error), polling: String(usePolling) })
    if (usePolling) return
    watcher.close().then(() => watchSpool(daemon, true), look)
  })
  return watcher
}
