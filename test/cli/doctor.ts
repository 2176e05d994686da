import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makePlaces } from '../../lib/places.ts'
import { identify, printIdentity } from '../../lib/process-identity.ts'
import { findDaemon } from '../../lib/start-daemon.ts'
import { sandbox } from '../fixture/sandbox.ts'

t.test('doctor tells the fix of each fault, and --fix does the safe ones', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '' })
  const places = makePlaces(world.places)
  const whole = await repo.exp('doctor')
  t.equal(whole.exitCode, 0, whole.stdout)
  for (const what of ['git', 'state folder', 'spool', 'disk', 'clock', 'workplaces', 'hook']) {
    t.match(whole.stdout, new RegExp(`^ok {5}${what}: `, 'm'))
  }

  await repo.git('config', 'exp.autoqueue', 'true')
  fs.writeFileSync(join(places.spool.new, '1-nonsense'), 'nonsense')
  const own = identify(process.pid)
  if (own === null) throw new Error('a process that cannot see itself')
  fs.writeFileSync(places.hint, printIdentity(own))
  const sick = await repo.exp('doctor')
  t.equal(sick.exitCode, 1)
  t.match(sick.stdout, /^FAULT {2}daemon: the hint names .*\n {9}rm '/m)
  t.match(sick.stdout, /^FAULT {2}hook: .*\n {9}git exp hooks install$/m)

  await repo.exp('doctor', '--fix')
  const better = await repo.exp('doctor', '--fix')
  t.match(better.stdout, /^ok {5}hook: /m)
  t.match(better.stdout, /^FAULT {2}ticket set aside: 1-nonsense/m, 'a person has to look at this')
  t.not(findDaemon(places), null)

  const hook = join(repo.path, '.git/hooks/post-commit')
  fs.writeFileSync(hook, '#!/bin/sh\n# git-exp hook 1 of another place\n')
  fs.chmodSync(places.home, 0o755)
  const open = await repo.exp('doctor', '--fix')
  t.match(open.stderr, /^fixed: state folder: /m)
  t.equal(fs.statSync(places.home).mode & 0o777, 0o700)
  fs.utimesSync(places.spool.new, new Date(), new Date(Date.now() + 7_200_000))
  t.match((await repo.exp('doctor')).stdout, /^FAULT {2}clock: .*\n {9}set the clock right/m)
  t.match((await world.exp(['doctor'])).stdout, /^ok {5}workplaces/m, 'outside of a repository too')
})
