import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Layers } from './layers.ts'

/**
 * What stands before a command that is to run in an overlay: it makes a mount namespace, mounts the
 * layers there, goes to `cwd` and becomes the command. The mount is gone with the last process in it.
 * Only root may mount in the machine's own user namespace; anybody else is root in a new one for as
 * long as the mount takes, and itself again in one below that.
 */
export const entering = (layers: Layers, cwd: string): string[] => {
  const { pool, lower, upper, scratch, workplace } = layers
  const options = `userxattr,lowerdir=${lower},upperdir=${upper},workdir=${scratch}`
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  const shell = ['/bin/sh', '-c', MOUNT, tool('mount'), pool, options, workplace, cwd]
  if (uid === 0) return [tool('unshare'), '--mount', '--', ...shell]
  const asBefore = [tool('unshare'), '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--']
  return [tool('unshare'), '--user', '--map-root-user', '--mount', '--', ...shell, ...asBefore]
}

/** No mount is a reason of its own, as 125 is for whoever starts other programs. */
const MOUNT = `cd -- "$1" && "$0" -t overlay -o "$2" overlay "$3" && cd -- "$4" || exit 125
shift 4
exec "$@"`

/** The PATH of a run may be anything. */
const tool = (name: string): string =>
  ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/run/current-system/sw/bin']
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file)) ?? name
