import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sandbox } from '../fixture/sandbox.ts'

t.test('a service is installed, looked at and removed, and no foreign file touched', async (t) => {
  const world = sandbox(t)
  const bin = join(world.folder, 'bin')
  fs.mkdirSync(bin)
  const calls = join(world.folder, 'calls')
  for (const [tool, says] of [
    ['systemctl', 'active'],
    ['loginctl', 'no'],
  ]) {
    fs.writeFileSync(
      join(bin, `${tool}`),
      `#!/bin/sh\necho ${tool} "$@" >>'${calls}'; echo ${says}\n`,
      {
        mode: 0o755,
      },
    )
  }
  const env = { PATH: `${bin}:${world.env.PATH}` }
  const service = (...args: string[]) => world.exp(['service', ...args], { env })
  const file = join(world.env.HOME ?? '', '.config/systemd/user/git-exp.service')

  t.match(await service('status'), { exitCode: 1, stdout: /no service is installed/ })
  await world.exp(['daemon', 'start'])
  const installed = await service('install')
  t.equal(installed.exitCode, 0, installed.stderr)
  t.match(installed.stderr, /until: sudo loginctl enable-linger/)
  const unit = fs.readFileSync(file, 'utf8')
  t.match(unit, `"PATH=${env.PATH}"`)
  t.match(unit, `"GIT_EXP_HOME=${world.places.home}"`)
  t.match(unit, ` "${process.execPath}" "`)
  t.match(
    (await world.exp(['daemon', 'status'])).stdout,
    /is not running/,
    'the service has its place',
  )
  t.match(await service('status'), { exitCode: 0, stdout: /systemd: it runs/ })
  t.match(
    (await world.exp(['service', 'status'], { env: { PATH: `/x:${env.PATH}` } })).stdout,
    /another one/,
  )
  t.match((await service('logs')).stdout, / up pid=.*\n.* down /)
  t.match(await service('uninstall'), { exitCode: 0, stderr: /removed/ })
  t.notOk(fs.existsSync(file))
  t.strictSame(
    fs
      .readFileSync(calls, 'utf8')
      .split('\n')
      .filter((line) => / (enable|disable|daemon-reload)/.test(line)),
    [
      'systemctl --user daemon-reload',
      'systemctl --user enable --now git-exp.service',
      'systemctl --user disable --now git-exp.service',
    ],
  )

  fs.writeFileSync(file, '[Unit]\n')
  t.match(await service('install'), { exitCode: 1, stderr: /is not of git-exp/ })
  await service('uninstall')
  t.equal(fs.readFileSync(file, 'utf8'), '[Unit]\n')

  fs.rmSync(file)
  fs.writeFileSync(join(bin, 'systemctl'), '#!/bin/sh\necho no bus >&2; exit 1\n')
  t.match(await service('install'), {
    exitCode: 1,
    stderr: /systemd did not start it: no bus\n {2}the file stays/,
  })
})
