import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gitText } from '../lib/git.ts'
import { openGit, readLine } from './open-git.ts'

/** What a commit object says. */
export interface CommitDraft {
  tree: string
  parent: string
  /** Name and mail address, as in another commit. */
  who: { name: string; email: string }
  /** Seconds since 1970. */
  at: number
  message: string
}

/** Writes a commit, through a git that is kept open; gives back its id. */
export const writeCommit = async (
  scratch: string,
  commonDir: string,
  draft: CommitDraft,
): Promise<string> => {
  const text = textOf(draft)
  const file = join(scratch, `commit-${randomUUID()}`)
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
    const [oid] = (await ask(commonDir, `${file}\n`, 1)) ?? []
    if (oid !== undefined) return oid
  } finally {
    rmSync(file, { force: true })
  }
  const place = { gitDir: commonDir }
  return gitText(['hash-object', '-t', 'commit', '-w', '--stdin'], { place, input: text })
}

const textOf = ({ tree, parent, who, at, message }: CommitDraft): string => {
  const signature = `${who.name} <${who.email}> ${at} +0000`
  return [
    `tree ${tree}`,
    `parent ${parent}`,
    `author ${signature}`,
    `committer ${signature}`,
    '',
    message,
  ].join('\n')
}

const ask = openGit(['hash-object', '-t', 'commit', '-w', '--stdin-paths'], readLine)
