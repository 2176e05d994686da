import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { withoutOverlays } from '../fixture/overlays.ts'
import { cliProgram, sandbox, type TestRepository } from '../fixture/sandbox.ts'

const root = join(import.meta.dirname, '..', '..')

/** What a reader of a page has before the first command. */
interface Page {
  files?: Record<string, string>
  /** Experiments that the page speaks of. */
  names?: string[]
  /** What stands in the place of a line that says several things at once, or a part of one. */
  instead?: Record<string, string[]>
  /** Lines that end in something else than 0. */
  ends?: Record<string, number>
}

const HYDRA = {
  'exp.yaml': 'cmd: python train.py\nhydra: true\nmetrics: [metrics.json]\n',
  'conf/config.yaml':
    'defaults:\n  - model: small\n  - logger: plain\n  - callbacks: none\n  - db@backup: sqlite\n  - _self_\nlr: 1\n',
  'conf/model/small.yaml': 'depth: 1\n',
  'conf/model/big.yaml': 'depth: 9\n',
  'conf/logger/plain.yaml': 'level: 1\n',
  'conf/callbacks/none.yaml': 'any: false\n',
  'conf/callbacks/early.yaml': 'early: true\n',
  'conf/callbacks/late.yaml': 'late: true\n',
  'conf/db/sqlite.yaml': 'driver: sqlite\n',
  'conf/db/mysql.yaml': 'driver: mysql\n',
  'conf/experiment/night.yaml': '# @package _global_\nlr: 2\n',
}

const PAGES: Record<string, Page> = {
  'README.md': {
    names: ['NAME', 'A', 'B'],
    instead: {
      // On a terminal alone: test/long/top.ts.
      'git exp top': [],
      // Needs a cluster: test/celery.
      'git exp add --celery -- python train.py': [],
      'git exp rename NAME NEW; git exp rm NAME; git exp star|tag|note …': [
        'git exp star NAME; git exp tag NAME t; git exp note NAME "a note"',
        'git exp rename NAME NEW; git exp rm NEW',
      ],
    },
  },
  'docs/compare.md': {
    names: ['A', 'B', 'C', 'otter'],
    // On a terminal alone: test/cli/watch.ts.
    instead: {
      'git exp show --watch': [],
      // Where nobody can be asked.
      'git exp rm --all': ['git exp rm --all --yes'],
      'git exp gc --all --forget': ['git exp gc --all --forget --yes'],
    },
  },
  'docs/gpus.md': {},
  'docs/large-repositories.md': withoutOverlays === false ? {} : { ends: { 'git exp doctor': 1 } },
  'docs/hooks.md': {
    instead: {
      'git commit -m "Try a smaller model"': [
        'echo >>train.py; git add train.py; git commit -m "Try a smaller model"',
      ],
    },
  },
  'docs/hydra.md': { files: HYDRA },
  'docs/in-place.md': {},
  'docs/service.md': { instead: { 'git exp service logs -f': ['git exp service logs'] } },
  'docs/sweeps.md': {
    // By the morning it has ended.
    instead: { 'git exp apply night-3': ['git exp wait', 'git exp apply night-3'] },
  },
  'docs/troubleshooting.md': { names: ['NAME'] },
  'docs/uninstalling.md': {},
}

/** The lines of git that stand indented in a page, in their order. */
const linesOf = (page: string): string[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^ {4}(?:\$ )?(git .*)$/gm)].map(([, line]) =>
    `${line}`.replace(/ {2,}#.*/, ''),
  )

/** A line as somebody types it who has read what stands for what. */
const typed = (line: string): string => line.replace(/\[(.*?)\]$/, '$1').replace(/-- …$/, '-- true')

const project = async (world: ReturnType<typeof sandbox>, page: Page): Promise<TestRepository> => {
  const bin = join(world.folder, 'bin')
  mkdirSync(bin)
  const tools = {
    'git-exp': `exec '${process.execPath}' '${cliProgram}' "$@"`,
    python: `echo '{"acc": 0.95, "loss": 0.1}' >metrics.json`,
    make: 'exit 0',
    systemctl: 'echo active',
    loginctl: 'echo no',
  }
  for (const [name, script] of Object.entries(tools)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  world.env.PATH = `${bin}:${world.env.PATH}`
  await world.config('exp.gpus', '2')
  await world.config('exp.slots.license', '1')
  const repo = await world.repository({
    'params.yaml': 'lr: 0.05\nmodel:\n  depth: 1\n  hidden: 2\n',
    'exp.yaml': 'cmd: python train.py\nmetrics: [metrics.json]\ngoal: {acc: max}\n',
    ...page.files,
    '.gitignore': 'metrics.json\n',
    'train.py': '',
    'tidy.sh': 'exit 0\n',
  })
  for (const name of page.names ?? []) await repo.exp('add', '-n', name)
  if (page.names !== undefined) await repo.exp('wait')
  return repo
}

for (const [name, page] of Object.entries(PAGES)) {
  t.test(`what ${name} says to type does what it is there for`, async (t) => {
    const world = sandbox(t)
    const repo = await project(world, page)
    const lines = linesOf(name)
    t.not(lines.length, 0)
    for (const line of lines.flatMap((line) => page.instead?.[line] ?? [line])) {
      const { exitCode, stdout, stderr } = await world.run('sh', ['-c', typed(line)], {
        cwd: repo.path,
      })
      t.equal(exitCode, page.ends?.[line] ?? 0, `${line}\n${stdout}${stderr}`)
    }
  })
}

/** What their commands need is there in the tests of clusters, which type them. */
const ELSEWHERE = ['docs/cluster.md']

t.test('no page with commands is left out', async (t) => {
  const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`)]
  t.strictSame(
    pages.filter((page) => linesOf(page).length > 0).sort(),
    [...Object.keys(PAGES), ...ELSEWHERE].sort(),
  )
})
