import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, statfsSync } from 'node:fs'
import { hostname } from 'node:os'

/** A short name for this machine that survives a reboot and says nothing about it. */
export const hostId = (): string =>
  createHash('sha256').update(machineId()).digest('hex').slice(0, 12)

/** Changes at every start of the machine. `GIT_EXP_TEST_BOOT` stands in for it in tests. */
export const bootId = (): string => {
  const fake = process.env.GIT_EXP_TEST_BOOT
  if (fake !== undefined) return fake
  if (process.platform === 'darwin') return sysctl('kern.bootsessionuuid')
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

/** Whether a folder is on a network file system, where neither SQLite's locks nor its WAL hold. */
export const isOnNetwork = (folder: string): boolean => NETWORK.has(fileSystemType(folder))

/** A magic number of statfs(2). `GIT_EXP_TEST_STATFS` stands in for it in tests. */
const fileSystemType = (folder: string): number =>
  Number(process.env.GIT_EXP_TEST_STATFS ?? statfsSync(folder).type)

/** Magic numbers of statfs(2): NFS, CIFS, SMB, SMB2, AFS, Lustre, GPFS, Ceph, BeeGFS, 9P, sshfs. */
const NETWORK = new Set([
  0x6969, 0xff534d42, 0x517b, 0xfe534d42, 0x5346414f, 0x0bd00bd0, 0x47504653, 0x00c36400,
  0x19830326, 0x01021997, 0x65735546,
])

const machineId = (): string => {
  if (process.platform === 'darwin') return sysctl('kern.uuid')
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      const id = readFileSync(file, 'utf8').trim()
      if (id !== '') return id
    } catch {
      // Containers often have neither file; the host's name is the next best.
    }
  }
  return hostname()
}

const sysctl = (name: string): string => execFileSync('sysctl', ['-n', name]).toString().trim()
