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
import { join } from 'node:path'
import t from 'tap'
import type { Job } from '../../../daemon/job.ts'
import { materialize } from '../../../daemon/workplace/materialize.ts'
import { type Slot, slotOf } from '../../../daemon/workplace/slot.ts'
import { parseSpec } from '../../../lib/spec/spec.ts'
import { crashDaemon } from '../../fixture/daemon-process.ts'
import { gate } from '../../fixture/gate.ts'
import { listing } from '../../fixture/listing.ts'
import { runScript } from '../../fixture/run-script.ts'
import {
  type Sandbox,
  type ShownExperiment,
  sandbox,
  type TestRepository,
} from '../../fixture/sandbox.ts'

const slotIn = ({ env }: Sandbox, repo: TestRepository): Slot =>
  slotOf(join(`${env.XDG_CACHE_HOME}`, 'git-exp/workplaces'), join(repo.path, '.git'), repo.path, 1)

const jobOf = (repo: TestRepository, experiment: ShownExperiment): Job => ({
  ...experiment,
  number: 1,
  commonDir: join(repo.path, '.git'),
  worktree: repo.path,
  executor: 'temp-dir',
  spec: parseSpec('{"command": "true"}'),
  env: null,
  keep: false,
  slot: 1,
  stopAsked: false,
  supervisor: null,
})

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
  const slot = slotIn(world, repo)
  const { experiment } = await runScript(repo, 'true')
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
      await materialize(slot, job)
      t.strictSame(listing(slot.workplace), expected, `${damage}, ${round}`)
      t.notOk(existsSync(slot.dirtyMark))
    }
  }
  t.strictSame(readdirSync(victim), ['folder', 'precious.txt'])
  t.equal(statSync(victim).mode & 0o777, 0o755)
  t.equal(statSync(join(victim, 'folder')).mode & 0o777, 0o550)
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
  await crashDaemon(world)
  open()
  t.equal((await repo.exp('daemon', 'start')).exitCode, 0)
  t.equal((await repo.exp('wait', stdout.trim())).exitCode, 0)
  t.match((await repo.exp('log')).stdout, /^a\nm\nz\n/m)
  t.equal(statSync(count).size, 2, 'it ran once')
})
