import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { attemptFolder, makePlaces, movedFromNetwork, places, queueId } from '../../lib/places.ts'
import { sandbox } from '../fixture/sandbox.ts'

const isRoot = process.getuid?.() === 0

t.test('the state folder is the one named, else the user’s and the machine’s', async (t) => {
  const home = t.testdir()
  t.equal(places({ GIT_EXP_HOME: '/state', XDG_STATE_HOME: home, HOME: home }).home, '/state')
  const own = places({ XDG_STATE_HOME: home, HOME: '/none' }).home
  t.match(own.replace(home, ''), /^\/git-exp\/[0-9a-f]{12}$/)
  t.equal(places({ HOME: home }).home, own.replace(home, join(home, '.local', 'state')))
  t.equal(places({ HOME: home, XDG_STATE_HOME: 'x' }).home, places({ HOME: home }).home)
  t.equal(places({ HOME: home, GIT_EXP_HOME: '' }).home, places({ HOME: home }).home)
  t.notOk(movedFromNetwork(places({ HOME: home }), {}))
})

t.test('a state folder named relative to somewhere is refused', async (t) => {
  t.throws(() => places({ GIT_EXP_HOME: 'state' }), {
    code: 'state-folder',
    message: /“state” is not an absolute path/,
  })
})

t.test(
  'every place is made for its user’s eyes alone, and making it again changes nothing',
  async (t) => {
    const umask = process.umask(0)
    t.teardown(() => process.umask(umask))
    const found = makePlaces(places({ GIT_EXP_HOME: join(t.testdir(), 'deep', 'state') }))
    const folders = [
      found.home,
      ...Object.values(found.spool),
      found.runs,
      found.store,
      found.scratch,
    ]
    for (const folder of folders) t.equal(statSync(folder).mode & 0o777, 0o700, folder)
    const id = queueId(found)
    t.match(id, /^[0-9a-f-]{36}$/)
    t.equal(statSync(join(found.home, 'queue.id')).mode & 0o777, 0o600)
    makePlaces(found)
    t.equal(queueId(found), id)
    t.equal(readFileSync(join(found.home, 'queue.id'), 'utf8'), `${id}\n`)
    t.equal(attemptFolder(found, 'an-id', 2), join(found.runs, 'an-id', '2'))
  },
)

t.test('a state folder that others may read, or that is none of ours, is refused', async (t) => {
  const folder = t.testdir({ file: '', open: {}, target: {} })
  const refused = (name: string, message: RegExp, hint: RegExp) =>
    t.throws(
      () => makePlaces(places({ GIT_EXP_HOME: join(folder, name) })),
      { name: 'UserError', code: 'state-folder', message, hint },
      name,
    )
  chmodSync(join(folder, 'open'), 0o755)
  refused('open', /others may read .*open/, /chmod 700/)
  chmodSync(join(folder, 'target'), 0o700)
  symlinkSync('target', join(folder, 'link'))
  refused('link', /is not a folder of this user/, /GIT_EXP_HOME/)
  refused('file', /cannot be used/, /GIT_EXP_HOME/)
  refused('file/below', /cannot be used/, /GIT_EXP_HOME/)
})

t.test('a folder of another user is refused', { skip: isRoot && 'all is root’s' }, async (t) => {
  t.throws(() => makePlaces(places({ GIT_EXP_HOME: '/etc' })), { code: 'state-folder' })
})

const CLOSED = 'a state folder that cannot be read is told in words by every verb'
t.test(CLOSED, { skip: isRoot && 'root reads everything' }, async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': '1\n' })
  mkdirSync(world.places.home, { mode: 0o700 })
  writeFileSync(join(world.places.home, 'queue.id'), 'x\n')
  chmodSync(world.places.home, 0o000)
  t.teardown(() => chmodSync(world.places.home, 0o700))
  const verbs = [['add', '--', 'true'], ['status'], ['show'], ['daemon', 'start']]
  for (const { exitCode, stdout, stderr } of await Promise.all(
    verbs.map((args) => repo.exp(...args)),
  )) {
    t.equal(exitCode, 1)
    t.equal(stdout, '')
    t.match(
      stderr,
      /^git exp: the state folder .*state cannot be used: EACCES.*\n {2}make it yours/,
    )
    t.notMatch(stderr, /\n {4}at /)
  }
  const doctor = await repo.exp('doctor')
  t.equal(doctor.exitCode, 1)
  t.match(doctor.stdout, /FAULT {2}state folder: .* cannot be used/)
  t.equal(await repo.git('for-each-ref', 'refs/git-exp', 'refs/exps'), '')
})

t.test('from a network file system the state moves to this machine', async (t) => {
  const home = t.testdir()
  const NFS = 0x6969
  process.env.GIT_EXP_TEST_STATFS = String(NFS)
  t.teardown(() => {
    delete process.env.GIT_EXP_TEST_STATFS
  })
  const moved = places({ HOME: home })
  t.equal(moved.home, `/var/tmp/git-exp-${process.getuid?.()}`)
  t.ok(movedFromNetwork(moved, { HOME: home }))
  const chosen = { HOME: home, GIT_EXP_HOME: join(home, 'mine') }
  t.equal(places(chosen).home, join(home, 'mine'), 'unless another place is named')
  t.notOk(movedFromNetwork(places(chosen), chosen))
})
