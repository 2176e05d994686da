import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { launchdAgent } from '../../lib/service/launchd-agent.ts'
import { LABEL, type Service } from '../../lib/service/service.ts'
import { systemdUnit } from '../../lib/service/systemd-unit.ts'

const isThere = (tool: string, ...args: string[]): boolean => spawnSync(tool, args).status === 0
const without = (tool: string, ...args: string[]) =>
  isThere(tool, ...args) ? false : `there is no ${tool} here`

/** A program in a folder whose name no format takes as it is. */
const awkward = (t: Pick<Test, 'teardown'>): Service => {
  const folder = fs.mkdtempSync(join(tmpdir(), `git-exp & <"$HOME" %n 'é\\x`))
  t.teardown(() => fs.rmSync(folder, { recursive: true }))
  const node = join(folder, 'node')
  fs.writeFileSync(node, '#!/bin/sh\n', { mode: 0o755 })
  return {
    argv: [node, join(folder, 'main.js'), '--stay'],
    env: { PATH: `${folder}:/usr/bin`, GIT_EXP_HOME: join(folder, 'state') },
    log: join(folder, 'daemon.log'),
  }
}

t.test(
  'systemd finds no fault in the unit',
  { skip: without('systemd-analyze', '--version') },
  async (t) => {
    const service = awkward(t)
    const folder = fs.mkdtempSync(join(tmpdir(), 'git-exp-unit-'))
    t.teardown(() => fs.rmSync(folder, { recursive: true }))
    const verify = (text: string) => {
      const file = join(folder, 'git-exp.service')
      fs.writeFileSync(file, text)
      // No manual page of ours is installed here.
      const args = ['verify', '--user', '--man=no', file]
      const env = { ...process.env, XDG_RUNTIME_DIR: folder }
      const { status, stderr } = spawnSync('systemd-analyze', args, { env, encoding: 'utf8' })
      const about = stderr.split('\n').filter((line) => line.includes('git-exp.service'))
      return { status, about }
    }
    const text = systemdUnit(service)
    t.strictSame(verify(text), { status: 0, about: [] })
    t.match(text, /^KillMode=process$/m)
    t.match(text, /^Restart=on-failure$/m)
    t.not(verify(text.replace('KillMode', 'KilMode')).about.length, 0)
  },
)

t.test(
  'a parser of property lists reads back what was meant',
  { skip: without('python3', '--version') },
  async (t) => {
    const service = awkward(t)
    const script =
      'import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))'
    const read = execFileSync('python3', ['-c', script], { input: launchdAgent(service) })
    t.strictSame(JSON.parse(read.toString()), {
      Label: LABEL,
      ProgramArguments: service.argv,
      EnvironmentVariables: service.env,
      StandardOutPath: service.log,
      StandardErrorPath: service.log,
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      AbandonProcessGroup: true,
    })
  },
)

t.test('what neither format can hold is refused in words', async (t) => {
  const service = { argv: ['/a\nb'], env: {}, log: '/log' }
  for (const print of [systemdUnit, launchdAgent]) {
    t.throws(() => print(service), { code: 'file', message: /control character/ })
  }
})
