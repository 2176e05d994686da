import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findDaemon } from '../lib/start-daemon.ts'
import type { Harm } from './plan.ts'
import type { World } from './world.ts'

/** Does something that nobody should have to survive; `target` is a fraction. */
export const harm = async (world: World, which: Harm, target: number): Promise<void> => {
  switch (which) {
    case 'kill daemon':
      return signal(findDaemon(world.places)?.pid, 'SIGKILL')
    case 'end daemon':
      return signal(findDaemon(world.places)?.pid, 'SIGTERM')
    case 'kill supervisor': {
      const all = supervisors(world)
      return signal(all[Math.floor(target * all.length)], 'SIGKILL')
    }
    case 'clock': {
      // Never by minutes: retries are waited for so long.
      const hours = [-24, -1, 1, 24][Math.floor(target * 4)] ?? 1
      writeFileSync(world.clock, String(hours * 3_600_000))
      return
    }
    case 'full disk':
      if (!world.hasSmallDisk) return
      fill(world.ballast)
      await wait(100 + target * 300)
      return rmSync(world.ballast, { force: true })
    case 'delete slots':
      return removeInTheWay(join(world.folder, 'cache'))
    case 'gc':
      await world.run('git', ['gc', '--quiet', '--prune=now'], { cwd: world.repo.path })
  }
}

const signal = (pid: number | undefined, name: NodeJS.Signals): void => {
  if (pid === undefined) return
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}

/** Those that were ever started and still live, found as no program of ours would find them. */
const supervisors = ({ places }: World): number[] =>
  readdirSync('/proc').flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return words.some((word) => word.startsWith(`${places.runs}/`)) ? [Number(pid)] : []
    } catch {
      return []
    }
  })

const fill = (file: string): void => {
  const fd = openSync(file, 'a')
  try {
    for (const size of [1 << 20, 4096, 1]) for (;;) if (!fits(fd, size)) break
  } finally {
    closeSync(fd)
  }
}

const fits = (fd: number, size: number): boolean => {
  try {
    writeSync(fd, Buffer.alloc(size))
    return true
  } catch {
    return false
  }
}

/** Somebody may be writing there. */
const removeInTheWay = (folder: string): void => {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // What is left is left.
  }
}
