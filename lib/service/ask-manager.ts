import { spawnSync } from 'node:child_process'
import { LABEL, type Manager, UNIT } from './service.ts'

/** What a service manager's tool said; `ok` is false too where there is no such tool. */
export interface Answer {
  ok: boolean
  text: string
}

const PATIENCE_MS = 30_000

/** Loads a service file, and starts it now and at each login. */
export const startService = (manager: Manager, file: string): Answer =>
  manager === 'systemd'
    ? inOrder(
        ['systemctl', '--user', 'daemon-reload'],
        ['systemctl', '--user', 'enable', '--now', UNIT],
      )
    : inOrder(['launchctl', 'bootstrap', domain(), file])

/** Ends it and forgets it; before its file is removed. */
export const endService = (manager: Manager): Answer =>
  manager === 'systemd'
    ? inOrder(['systemctl', '--user', 'disable', '--now', UNIT])
    : inOrder(['launchctl', 'bootout', `${domain()}/${LABEL}`])

/** The manager's own word for how the service is. */
export const serviceState = (manager: Manager): Answer =>
  manager === 'systemd'
    ? inOrder(['systemctl', '--user', 'is-active', UNIT])
    : inOrder(['launchctl', 'print', `${domain()}/${LABEL}`])

/** Whether systemd ends the user's services when their last session ends; null: nobody can say. */
export const endsAtLogout = (): boolean | null => {
  const { ok, text } = inOrder([
    'loginctl',
    'show-user',
    String(process.getuid?.() ?? 0),
    '--property=Linger',
    '--value',
  ])
  return ok ? text !== 'yes' : null
}

const domain = (): string => `gui/${process.getuid?.() ?? 0}`

/** One after the other, until one fails. */
const inOrder = (...commands: string[][]): Answer => {
  let answer: Answer = { ok: true, text: '' }
  for (const [tool = '', ...args] of commands) {
    const { status, stdout, stderr, error } = spawnSync(tool, args, {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const text = error?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(0, 3).join(' ')
    answer = { ok: status === 0, text }
    if (!answer.ok) break
  }
  return answer
}
