import { dirname } from 'node:path'
import { watch } from 'chokidar'
import { makePlaces } from '../lib/places.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'

/**
 * Rings the bell when something is put in the spool. A spool that is deleted or replaced is made and
 * watched again; where the system has no watches left it is looked at every second. All of this is a
 * hint: the loop's own look once a minute finds whatever was missed.
 */
export const watchSpool = (
  daemon: Pick<Daemon, 'places' | 'bell' | 'isDeposed'>,
  options: { isPolling?: boolean } = {},
): void => {
  const { places, bell } = daemon
  const isPolling = options.isPolling === true
  const watcher = watch(dirname(places.spool.new), {
    depth: 1,
    ignoreInitial: true,
    ignored: [places.spool.env, places.spool.tmp, places.spool.bad],
    usePolling: isPolling,
    interval: 1000,
  })
  const again = (next: { isPolling?: boolean }): void => {
    watcher.close().then(
      () => {
        if (!daemon.isDeposed()) {
          makePlaces(places)
          watchSpool(daemon, next)
        }
        bell.ring()
      },
      (error: unknown) => note('watch', { problem: String(error) }),
    )
  }
  watcher.on('add', () => bell.ring())
  watcher.on('ready', () => bell.ring())
  watcher.on('unlinkDir', (folder) => {
    note('watch', { problem: `${folder} is gone; it is made again` })
    again(options)
  })
  watcher.on('error', (error) => {
    note('watch', { problem: String(error), next: isPolling ? 'nothing' : 'polling' })
    if (!isPolling) again({ isPolling: true })
  })
}
