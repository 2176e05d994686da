import { spawn } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { findProcesses } from '../../../daemon/end-processes.ts'
import { noteLeft } from '../../../daemon/workplace/leftovers.ts'
import { materialize } from '../../../daemon/workplace/materialize.ts'
import { hasMounts } from '../../../daemon/workplace/occupied.ts'
import { orphansOf } from '../../../daemon/workplace/orphans.ts'
import { removeTree, type Slot } from '../../../daemon/workplace/slot.ts'
import { crashDaemon, isAlive } from '../../fixture/daemon-process.ts'
import { gate } from '../../fixture/gate.ts'
import { listing } from '../../fixture/listing.ts'
import { runScript } from '../../fixture/run-script.ts'
import { sandbox } from '../../fixture/sandbox.ts'
import { jobOf, slotIn } from '../../fixture/slots.ts'
import { until } from '../../fixture/until.ts'

/** What can befall a slot between two runs. */
const damages: Record<string, (slot: Slot, victim: string) => void> = {
  'its index is cut short': ({ index }) => truncateSync(index, 40),
  'its index is empty': ({ index }) => truncateSync(index, 0),
  'its index is gone': ({ index }) => rmSync(index),
  'its index is garbage': ({ index }) => writeFileSync(index, 'garbage'),
  'its index is locked': ({ index }) => writeFileSync(`${index}.lock`, ''),
  'its git dir is gone': ({ gitDir }) => rmSync(gitDir, { recursive: true }),
  'its git dir is empty': ({ gitDir }) => {
    rmSync(gitDir, { recursive: true })
    mkdirSync(gitDir)
  },
  'its HEAD is garbage': ({ gitDir }) => writeFileSync(join(gitDir, 'HEAD'), 'garbage'),
  'its config is garbage': ({ gitDir }) => writeFileSync(join(gitDir, 'config'), '[garbage'),
  'it borrows objects from nowhere': ({ gitDir }) =>
    writeFileSync(join(gitDir, 'objects/info/alternates'), '/nowhere\n'),
  'it was left half-way': ({ workplace, dirtyMark }) => {
    writeFileSync(dirtyMark, '')
    truncateSync(join(workplace, 'b/c.txt'), 0)
    writeFileSync(join(workplace, 'half-written'), '')
  },
  'files were edited by hand': ({ workplace }) => {
    writeFileSync(join(workplace, 'a.txt'), 'A\n')
    writeFileSync(join(workplace, 'new.txt'), 'new\n')
    rmSync(join(workplace, 'b'), { recursive: true })
  },
  'a file was edited, its size and time kept': ({ workplace }) => {
    const file = join(workplace, 'a.txt')
    const { atime, mtime } = statSync(file)
    writeFileSync(file, 'A\n')
    utimesSync(file, atime, mtime)
  },
  'its workplace is gone': ({ workplace }) => rmSync(workplace, { recursive: true }),
  'its workplace is a file': ({ workplace }) => {
    rmSync(workplace, { recursive: true })
    writeFileSync(workplace, 'x')
  },
  'its workplace is a link to elsewhere': ({ workplace }, victim) => {
    rmSync(workplace, { recursive: true })
    symlinkSync(victim, workplace)
  },
  'its folder is gone': ({ folder }) => rmSync(folder, { recursive: true }),
  'the whole cache is gone': ({ folder }) => rmSync(join(folder, '../..'), { recursive: true }),
  'its git dir says that its files are elsewhere': ({ gitDir }, victim) =>
    appendFileSync(join(gitDir, 'config'), `[core]\n\tbare = false\n\tworktree = ${victim}\n`),
}

t.test('a damaged slot still gives exactly the snapshot', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n', 'b/c.txt': 'c\n', 'run.sh': 'x\n' })
  repo.write('untracked.txt', 'u\n')
  const victim = join(world.folder, 'victim')
  mkdirSync(join(victim, 'folder'), { recursive: true })
  writeFileSync(join(victim, 'precious.txt'), 'precious\n')
  chmodSync(victim, 0o755)
  chmodSync(join(victim, 'folder'), 0o550)
  const { experiment } = await runScript(repo, 'true')
  const slot = slotIn(world, repo)
  t.strictSame(listing(slot.workplace), listing(repo.path), 'the slot is where it is looked for')
  const first = { expected: listing(repo.path), job: jobOf(repo, experiment) }
  repo.write('a.txt', 'b\n')
  const second = {
    expected: listing(repo.path),
    job: jobOf(repo, (await runScript(repo, 'true')).experiment),
  }
  for (const [i, [damage, harm]] of Object.entries(damages).entries()) {
    // Another snapshot than before, where files must be written, and the same, where none need be.
    const { expected, job } = i % 2 === 0 ? first : second
    for (const round of ['another', 'the same']) {
      harm(slot, victim)
      await materialize(slot, job, new AbortController().signal)
      t.strictSame(listing(slot.workplace), expected, `${damage}, ${round}`)
      t.notOk(existsSync(slot.dirtyMark))
    }
  }
  t.strictSame(readdirSync(victim), ['folder', 'precious.txt'])
  t.equal(statSync(victim).mode & 0o777, 0o755)
  t.equal(statSync(join(victim, 'folder')).mode & 0o777, 0o550)
})

t.test(
  'what comes into a slot after a run that left nothing is not there for the next',
  async (t) => {
    const world = sandbox(t)
    const repo = await world.repository({
      'a.txt': 'a\n',
      'b/c.txt': 'c\n',
      '.gitignore': '*.log\n',
    })
    const first = jobOf(repo, (await runScript(repo, 'true')).experiment)
    const slot = slotIn(world, repo)
    repo.write('a.txt', 'b\n')
    const second = jobOf(repo, (await runScript(repo, 'true')).experiment)
    const expected = listing(repo.path)
    const at = (path: string): string => join(slot.workplace, path)
    const arrivals: Record<string, () => void> = {
      'a file': () => writeFileSync(at('b/new.txt'), 'x'),
      'an ignored file': () => writeFileSync(at('new.log'), 'x'),
      'an empty folder': () => mkdirSync(at('empty/below'), { recursive: true }),
      'a repository': () => mkdirSync(at('nested/.git'), { recursive: true }),
      'a folder in place of a file': () => {
        rmSync(at('a.txt'))
        mkdirSync(at('a.txt/below'), { recursive: true })
        writeFileSync(at('a.txt/below/x'), 'x')
      },
      'attributes that would change what is written': () =>
        writeFileSync(at('.gitattributes'), '* text eol=crlf\n'),
      'such attributes further down': () =>
        writeFileSync(at('b/.gitattributes'), '* text eol=crlf\n'),
    }
    for (const [arrival, arrive] of Object.entries(arrivals)) {
      await materialize(slot, first)
      rmSync(at('b/c.txt'))
      arrive()
      noteLeft(slot, true)
      await materialize(slot, second)
      t.strictSame(listing(slot.workplace), expected, arrival)
    }
  },
)

t.test('a folder that nobody may open goes with the snapshot that had it', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n', 'b/e/f.txt': 'f\n' })
  const first = jobOf(repo, (await runScript(repo, 'true')).experiment)
  const slot = slotIn(world, repo)
  rmSync(join(repo.path, 'b'), { recursive: true })
  const second = jobOf(repo, (await runScript(repo, 'true')).experiment)
  await materialize(slot, first)
  rmSync(join(slot.workplace, 'b/e/f.txt'))
  chmodSync(join(slot.workplace, 'b/e'), 0)
  await materialize(slot, second)
  t.strictSame(listing(slot.workplace), { 'a.txt': 'file a\n' })
})

t.test('a slot that a killed daemon left half-way is not trusted by the next', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n', 'm.slow': 'm\n', 'z.txt': 'z\n' })
  await runScript(repo, 'echo spoilt >z.txt; echo spoilt >a.txt')
  // A filter holds git up after the first file and before the last.
  const { wait, reached, open } = gate(world)
  t.teardown(open)
  repo.write('.git/info/attributes', '*.slow filter=slow\n')
  await repo.git('config', 'filter.slow.smudge', `sh -c "${wait}; cat"`)
  await repo.git('config', 'filter.slow.clean', 'cat')
  const count = join(world.folder, 'count')
  const { stdout } = await repo.exp('add', '-c', `echo x >>'${count}'; cat a.txt m.slow z.txt`)
  await reached()
  const slot = slotIn(world, repo)
  t.ok(existsSync(slot.dirtyMark))
  t.ok(existsSync(`${slot.index}.lock`))
  const orphans = findProcesses(orphansOf(slot.folder))
  t.ok(orphans.length > 0)
  await crashDaemon(world)
  t.equal((await repo.exp('daemon', 'start')).exitCode, 0)
  await until('git is ended that would write what is old', () =>
    orphans.every(({ pid }) => !isAlive(pid)),
  )
  open()
  t.equal((await repo.exp('wait', stdout.trim())).exitCode, 0)
  t.match((await repo.exp('log')).stdout, /^a\nm\nz\n/m)
  t.equal(statSync(count).size, 2, 'it ran once')
})

t.test('a process that is left in a slot keeps it, and disturbs no other', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  await runScript(repo, 'true')
  // No run's, as far as anybody can tell.
  const endless = 'while :; do echo x >a.txt; echo x >b; done'
  const left = spawn('sh', ['-c', endless], { cwd: slotIn(world, repo).workplace, stdio: 'ignore' })
  t.teardown(async () => left.kill('SIGKILL'))
  const { output } = await runScript(repo, 'ls; cat a.txt')
  t.equal(output, 'a.txt\na\n')
})

const small = process.env.GIT_EXP_TEST_SMALL_DISK ?? ''
const skip = small === '' && 'no small disk is mounted'

t.test('what is mounted below a folder keeps it from being removed', { skip }, async (t) => {
  t.ok(hasMounts(small))
  t.ok(hasMounts(dirname(small)))
  t.notOk(hasMounts(join(small, 'below')))
  t.throws(() => removeTree(small), /mounted/)
})

t.test('a last run’s git is removed, and what a killed daemon left of one before', async (t) => {
  const world = sandbox(t)
  const repo = await world.repository({ 'a.txt': 'a\n' })
  const job = jobOf(repo, (await runScript(repo, 'true')).experiment)
  const slot = slotIn(world, repo)
  const locked = join(slot.workplace, '.git', 'locked')
  mkdirSync(locked)
  writeFileSync(join(locked, 'mark'), '')
  chmodSync(locked, 0o500)
  mkdirSync(join(slot.folder, 'former-left', 'objects'), { recursive: true })
  await materialize(slot, job)
  t.notOk(existsSync(locked), 'the run has a git of its own')
  t.ok(existsSync(join(slot.workplace, '.git', 'HEAD')))
  const isFormer = (name: string): boolean => name.startsWith('former-')
  await until('both are gone', () => !readdirSync(slot.folder).some(isFormer))
})
