import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { gate } from '../../fixture/gate.ts'
import { withoutOverlays } from '../../fixture/overlays.ts'
import { runScript } from '../../fixture/run-script.ts'
import { type Sandbox, sandbox, type TestRepository } from '../../fixture/sandbox.ts'
import { poolsIn, slotIn } from '../../fixture/slots.ts'
import { until } from '../../fixture/until.ts'

const world = async (
  t: Parameters<typeof sandbox>[0],
  files: Record<string, string> = {},
): Promise<[Sandbox, TestRepository]> => {
  const box = sandbox(t)
  await box.config('exp.isolation', 'overlay')
  await box.config('exp.grace', '200ms')
  const repo = await box.repository({ 'params.yaml': 'lr: 0.1\n', 'src/a': 'a\n', ...files })
  return [box, repo]
}

const images = (box: Sandbox): string[] =>
  readdirSync(poolsIn(box))
    .flatMap((pool) => readdirSync(join(poolsIn(box), pool)))
    .filter((name) => name.startsWith('image-'))

t.test('with overlays', { skip: withoutOverlays }, async (t) => {
  t.test('runs see nothing of each other, and share what they have alike', async (t) => {
    const [box, repo] = await world(t)
    await box.config('exp.jobs', '2')
    const both =
      'echo mine >>src/a; echo $GIT_EXP_NAME >own; until [ $(ls "$0" | wc -l) = 2 ]; do touch "$0/$GIT_EXP_NAME"; done; cat src/a own; ls'
    const meeting = join(box.folder, 'meeting')
    await box.run('mkdir', [meeting])
    const added = await repo.exp('add', '-S', 'lr=1,2', '--', 'sh', '-c', both, meeting)
    t.equal(added.exitCode, 0, added.stderr)
    t.equal((await repo.exp('wait')).exitCode, 0)
    for (const { name, log } of await repo.shown()) {
      const text = readFileSync(`${log}`, 'utf8')
      t.match(text, `a\nmine\n${name}\nown\nparams.yaml\nsrc\n`, name)
    }
    t.strictSame(images(box), ['image-1'])
    t.strictSame(readdirSync(slotIn(box, repo).workplace), [], 'nobody else sees their files')
  })

  t.test('a stop ends all that runs in one, and a timeout too', async (t) => {
    const [box, repo] = await world(t)
    const script = 'echo half >half; setsid sleep 7243 & sleep 7243'
    const name = (await repo.exp('add', '-c', script)).stdout.trim()
    await until('it writes', () => existsSync(join(slotIn(box, repo).folder, 'overlay/upper/half')))
    t.equal((await repo.exp('stop', name)).exitCode, 0)
    t.equal((await repo.exp('wait', name)).exitCode, 143)
    t.equal(
      (await box.run('pgrep', ['-f', 'sleep 724[3]', '-u', `${process.getuid?.()}`])).stdout,
      '',
    )
    const [stopped] = await repo.shown()
    t.equal(stopped?.state, 'stopped')
    const ref = 'refs/git-exp/failures'
    const failure = await repo.git('for-each-ref', '--format=%(objectname)', ref)
    t.equal(await repo.git('show', `${failure}:half`), 'half')
    repo.write('exp.yaml', 'timeout: 1s\n')
    t.equal((await runScript(repo, 'sleep 600')).exitCode, 124)
  })

  t.test('a run outlives its daemon, and the next one takes what it left', async (t) => {
    const [box, repo] = await world(t)
    const { wait, reached, open } = gate(box)
    const name = (await repo.exp('add', '-c', `echo 1 >one; ${wait}; rm src/a`)).stdout.trim()
    const state = async (): Promise<string> =>
      (await repo.shown()).find((one) => one.name === name)?.state ?? ''
    await until('it runs', async () => (await state()) === 'running')
    await reached()
    const { pid } = (
      JSON.parse((await repo.exp('status', '--json')).stdout) as { daemon: { pid: number } }
    ).daemon
    process.kill(pid, 'SIGKILL')
    t.equal((await repo.exp('daemon', 'start')).exitCode, 0)
    open()
    t.equal((await repo.exp('wait', name)).exitCode, 0)
    const [ran] = await repo.shown()
    t.equal(await repo.git('ls-tree', '-r', '--name-only', `${ran?.result}`), 'one\nparams.yaml')
  })

  t.test('setup and command work in one place, and a command that is none is told', async (t) => {
    const [, repo] = await world(t, {
      'exp.yaml': 'setup: mkdir bin && cp tool bin/tool && chmod +x bin/tool\n',
      tool: '#!/bin/sh\necho made by setup\n',
    })
    const made = await repo.exp('run', '--', 'bin/tool')
    t.match([made.exitCode, made.stdout], [0, /^made by setup$/m])
    const none = await repo.exp('run', '--', './none')
    t.equal(none.exitCode, 125)
    t.match(none.stderr, /there is no such file/)
    t.match((await repo.exp('run', '--', 'src/a')).stderr, /it is not executable/)
  })

  t.test('links, copies and rewritten variables are those of a checkout', async (t) => {
    const [box, repo] = await world(t, {
      '.gitignore': 'data\n.env\n',
      'exp.yaml': 'copy: [.env]\n',
    })
    repo.write('data/set', 'rows\n')
    repo.write('.env', 'A=1\n')
    const script =
      'cat data/set .env; [ "$HERE" = "$PWD/src" ] && [ "$THERE" = "$0/data" ] && echo right'
    const env = { HERE: join(repo.path, 'src'), THERE: join(repo.path, 'data') }
    const args = ['run', '--', 'sh', '-c', script, repo.path]
    const ran = await box.exp(args, { cwd: repo.path, env })
    t.match(ran.stdout, /^rows\nA=1\nright$/m)
  })

  t.test(
    'an experiment of a later commit needs no image of its own, one with less does',
    async (t) => {
      const [box, repo] = await world(t)
      const ls = async (): Promise<string> => (await runScript(repo, 'cat src/*; ls')).output
      t.equal(await ls(), 'a\nparams.yaml\nsrc\n')
      repo.write('src/b', 'b\n')
      await repo.git('add', '--all')
      await repo.git('commit', '--quiet', '--message', 'More')
      t.equal(await ls(), 'a\nb\nparams.yaml\nsrc\n')
      t.equal(readdirSync(join(slotIn(box, repo).folder, '../image-1/work/files/src')).join(), 'a')
      rmSync(join(repo.path, 'src/a'))
      t.equal(await ls(), 'b\nparams.yaml\nsrc\n', 'a file that was removed and not committed')
      repo.write('.gitattributes', 'src/* text eol=crlf\n')
      t.equal(await ls(), 'b\r\nparams.yaml\nsrc\n', 'attributes that change what is there already')
      t.strictSame(images(box), ['image-1'], 'one that nobody uses is laid out anew')
    },
  )

  t.test('an image that somebody changed is laid out anew', async (t) => {
    const [box, repo] = await world(t)
    await runScript(repo, ':')
    const image = join(slotIn(box, repo).folder, '../image-1/work/files')
    writeFileSync(join(image, 'src/a'), 'tampered\n')
    writeFileSync(join(image, 'more'), '')
    t.equal((await repo.exp('daemon', 'restart')).exitCode, 0)
    t.equal((await runScript(repo, 'cat src/a; ls')).output, 'a\nparams.yaml\nsrc\n')
    rmSync(join(image, '..'), { recursive: true })
    t.equal((await runScript(repo, 'cat src/a; ls')).output, 'a\nparams.yaml\nsrc\n')
    // While a run sees one, nothing is taken away from under it.
    const { wait, reached, open } = gate(box)
    const name = (await repo.exp('add', '-c', `${wait}; cat src/a params.yaml`)).stdout.trim()
    await reached()
    writeFileSync(join(image, 'more'), '')
    t.equal((await repo.exp('daemon', 'restart', '--jobs', '2')).exitCode, 0)
    t.equal((await runScript(repo, 'ls')).output, 'params.yaml\nsrc\n')
    open()
    t.equal((await repo.exp('wait', name)).exitCode, 0)
    t.match((await repo.exp('log', name)).stdout, /^a\nlr: 0.1$/m)
    t.strictSame(images(box), ['image-1', 'image-2'])
  })

  t.test('what an overlay is not for runs in a checkout, and the log says why', async (t) => {
    const [, repo] = await world(t)
    const kept = await runScript(repo, 'echo k >kept', '--keep')
    t.match(kept.log, /it has a checkout and no overlay: its workplace is to be kept/)
    t.equal(readFileSync(join(`${kept.experiment.workplace}`, 'kept'), 'utf8'), 'k\n')
    repo.write('exp.yaml', 'keep: [build]\n')
    t.match((await runScript(repo, ':')).log, /no overlay: exp.yaml keeps paths from run to run/)
    repo.write('exp.yaml', '{}\n')
    t.notMatch((await runScript(repo, 'cat src/a')).log, /no overlay/)
  })

  t.test('where the folder of a slot’s overlay cannot be made, or a link leads away', async (t) => {
    const [box, repo] = await world(t, {
      '.gitignore': 'away/env\n',
      'exp.yaml': 'copy: [away/env]\n',
    })
    const elsewhere = join(box.folder, 'elsewhere')
    await box.run('mkdir', [elsewhere])
    writeFileSync(join(elsewhere, 'env'), 'E=1\n')
    await box.run('ln', ['-s', elsewhere, join(repo.path, 'away')])
    await repo.git('add', '--all')
    await repo.git('commit', '--quiet', '--message', 'A link')
    const linked = await runScript(repo, 'cat src/a')
    t.match(linked.log, /no overlay: what is brought would go through a link or a file/)
    t.match([linked.exitCode, linked.output], [0, 'a\n'])
    repo.write('exp.yaml', '{}\n')
    const overlay = join(slotIn(box, repo).folder, 'overlay')
    rmSync(overlay, { recursive: true })
    writeFileSync(overlay, '')
    const blocked = await runScript(repo, 'cat src/a')
    t.match(blocked.log, /no overlay: (EEXIST|ENOTDIR)/)
    t.match([blocked.exitCode, blocked.output], [0, 'a\n'])
  })

  t.test('what the repository lacks is told like in a checkout', async (t) => {
    const [, repo] = await world(t)
    repo.write('lost.txt', 'lost\n')
    await repo.git('add', '--all')
    await repo.git('commit', '--quiet', '--message', 'Lost')
    const added = (await repo.exp('add', '--hold', '-c', 'true')).stdout.trim()
    const oid = await repo.git('rev-parse', 'HEAD:lost.txt')
    rmSync(join(repo.path, '.git/objects', oid.slice(0, 2), oid.slice(2)))
    await repo.exp('release', added)
    t.equal((await repo.exp('wait', added)).exitCode, 125)
    const [refused] = await repo.shown()
    t.match(refused, { state: 'refused', reason: { code: 'missing-object', text: /lost\.txt/ } })
  })

  t.test('doctor mounts one, and says what is in the way', async (t) => {
    const [box, repo] = await world(t)
    t.match((await repo.exp('doctor')).stdout, /overlay: can be mounted in/)
    const folder = '/proc/self'
    await box.config('exp.workplaces', folder)
    const found = await repo.exp('doctor')
    t.match(found.stdout, /overlay: cannot be mounted/)
    t.match(found.stdout, /git config --global exp.isolation checkout/)
  })

  t.test('what was removed from the cache meanwhile is no fault', async (t) => {
    const [box, repo] = await world(t)
    const ran = await runScript(repo, 'echo x >x; rm -rf "$PWD/../../overlay"')
    t.match(ran.log, /the folder it ran in is gone, and all that it left there/)
    t.equal(ran.exitCode, 0)
    rmSync(poolsIn(box), { recursive: true })
    t.equal((await runScript(repo, 'cat src/a')).output, 'a\n')
  })
})
