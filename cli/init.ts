import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { UserError } from '../lib/errors.ts'
import { replaceFile } from '../lib/files.ts'
import { ignoredPaths } from '../lib/ignored.ts'
import { printProposal, propose } from '../lib/spec/propose.ts'
import { workspaceTree } from '../lib/spec/tree.ts'
import { hooks } from './hooks.ts'
import { openSession } from './session.ts'

export interface InitOptions {
  cmd?: string
  yes?: boolean
  hooks?: boolean
}

/** Proposes an exp.yaml for this repository and writes it when told to; never over another. */
export const init = async (options: InitOptions): Promise<number> => {
  const { repository } = await openSession()
  const file = join(repository.worktree, 'exp.yaml')
  if (existsSync(file)) {
    process.stderr.write(`${file} is there already, and stays as it is\n`)
  } else {
    const tree = workspaceTree(repository.worktree, ignoredPaths(repository.worktree))
    const found = await propose(tree)
    const isAsked = options.yes !== true && process.stdin.isTTY && process.stdout.isTTY
    const command = options.cmd ?? found.command ?? (isAsked ? await ask('Command: ') : null)
    if (command === null || command.trim() === '') {
      throw new UserError(
        'no-command',
        'no command was found: there is no dvc.yaml, train.py, main.py, train.sh or the like',
        'name it: git exp init --cmd "python train.py"',
      )
    }
    const text = printProposal({ ...found, command })
    process.stdout.write(text)
    if (options.yes !== true && !isAsked) {
      process.stderr.write('nothing was written; git exp init --yes writes this to exp.yaml\n')
      return 0
    }
    if (isAsked && !/^(y|yes|)$/i.test((await ask('Write this to exp.yaml? [Y/n] ')).trim())) {
      process.stderr.write('nothing was written\n')
      return 1
    }
    replaceFile(file, text, { keepExisting: true, mode: 0o644 })
    process.stderr.write(`wrote ${file}; next: git exp run\n`)
  }
  return options.hooks === true ? hooks({ what: 'install' }) : 0
}

/** One line typed at the terminal; '' at its end. */
const ask = async (question: string): Promise<string> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
  const answer = await Promise.race([lines.question(question), ended])
  lines.close()
  return answer
}
