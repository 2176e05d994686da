import { readFileSync } from 'node:fs'

/**
 * How many processes were killed so far because memory ran out: of this process's own cgroup, where
 * that tells, else of the machine. Null where nothing tells.
 */
export const oomKills = (): number | null => {
  const groups = read('/proc/self/cgroup') ?? ''
  const files = [
    ...paths(groups, /^0::(\/.*)$/m, '/sys/fs/cgroup', 'memory.events'),
    ...paths(groups, /^\d+:memory:(\/.*)$/m, '/sys/fs/cgroup/memory', 'memory.oom_control'),
    '/proc/vmstat',
  ]
  for (const file of files) {
    const count = /^oom_kill (\d+)$/m.exec(read(file) ?? '')?.[1]
    if (count !== undefined) return Number(count)
  }
  return null
}

/** Version 2 and version 1 of cgroups, the path as it is within a container too. */
const paths = (groups: string, line: RegExp, root: string, file: string): string[] => {
  const path = line.exec(groups)?.[1]
  return path === undefined ? [] : [`${root}${path}/${file}`, `${root}/${file}`]
}

const read = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
