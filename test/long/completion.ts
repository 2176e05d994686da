import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { cliProgram, sandbox } from '../fixture/sandbox.ts'
import { noTerminal, terminal } from '../fixture/terminal.ts'

/** A repository with one experiment, and `git-exp` on the PATH. */
const world = async (t: Parameters<typeof sandbox>[0]) => {
  const box = sandbox(t)
  const bin = join(box.folder, 'bin')
  fs.mkdirSync(bin)
  const script = `#!/bin/sh\nexec '${process.execPath}' '${cliProgram}' "$@"\n`
  fs.writeFileSync(join(bin, 'git-exp'), script, { mode: 0o755 })
  box.env.PATH = `${bin}:${dirname(process.execPath)}:${box.env.PATH}`
  const repo = await box.repository({ 'params.yaml': 'lr: 1\nmodel:\n  depth: 2\n' })
  await repo.exp('run', '-n', 'only-one', '--', 'true')
  return { box, repo }
}

const skipWithout = (shell: string) =>
  noTerminal || (spawnSync(shell, ['-c', 'true']).error ? `there is no ${shell} here` : false)

const gitsOwn = '/usr/share/bash-completion/completions/git'

t.test('bash completes them', { skip: skipWithout('bash') }, async (t) => {
  const { box, repo } = await world(t)
  const bash = terminal(box, 'bash --norc --noprofile -i', { cwd: repo.path })
  bash.type(`PS1='ready> '; bind 'set enable-bracketed-paste off'\n`)
  await bash.shows(/\nready> /)
  bash.type('source <(git-exp completion bash); echo load""ed\n')
  await bash.shows(/loaded\n/)
  bash.type('git-exp rena\ton\t')
  await bash.shows(/git-exp rename only-one /)
  bash.type('\u0015git-exp add -S mo\t4')
  await bash.shows(/git-exp add -S model\.depth=4/)
  if (fs.existsSync(gitsOwn)) {
    bash.type(`\u0015source ${gitsOwn}; echo load""ed\n`)
    await bash.shows(/loaded\n/)
    bash.type('git exp lo\ton\tx')
    await bash.shows(/git exp log only-one x/)
    bash.type('\u0015git exp add --set-p\tmo\t5')
    await bash.shows(/git exp add --set-param model\.depth=5/)
  } else t.comment("git's own completion is not installed: `git exp` is not tried in bash")
  bash.type('\u0015exit\n')
  await bash.ended
})

t.test('zsh completes them', { skip: skipWithout('zsh') }, async (t) => {
  const { box, repo } = await world(t)
  const zsh = terminal(box, 'zsh -f -i', { cwd: repo.path })
  zsh.type(`PS1='ready> '; autoload -Uz compinit; compinit -u -D; unsetopt prompt_sp\n`)
  await zsh.shows(/\nready> /)
  zsh.type('eval "$(git-exp completion zsh)"; echo load""ed\n')
  await zsh.shows(/loaded\n/)
  // It draws its line anew now and then, so blanks may be doubled.
  zsh.type('git-exp rena\ton\tx')
  await zsh.shows(/rename +only-one +x/)
  zsh.type('\u0015git exp lo\ton\tx')
  await zsh.shows(/log +only-one +x/)
  zsh.type('\u0015git-exp add -S mo\t4')
  await zsh.shows(/-S +model\.depth=4/)
  zsh.type('\u0015exit\n')
  await zsh.ended
})

t.test('fish completes them', { skip: skipWithout('fish') }, async (t) => {
  const { box, repo } = await world(t)
  for (const [typed, expected] of [
    ['git-exp rena', 'rename'],
    ['git exp log on', 'only-one'],
    ['git exp add -S mo', 'model.depth='],
    ['git ex', 'exp\tqueue and run experiments'],
  ]) {
    const line = `git-exp completion fish | source; complete -C '${typed}'`
    const { stdout, stderr } = await box.run('fish', ['-c', line], { cwd: repo.path })
    t.ok(stdout.split('\n').includes(`${expected}`), `${typed}: ${stdout}${stderr}`)
  }
})
