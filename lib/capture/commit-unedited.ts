import { createHash, randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Common } from './commit-snapshots.ts'
import { stashMessages } from './stash-messages.ts'

/**
 * Makes the one snapshot in which no file is another than in the trees. `use` gets its oid and what to
 * ask git for, so that it is written. All that is new are two or three commits: to have them from
 * `fast-import` takes three times as long.
 */
export const commitUnedited = async <T>(
  { repository, scratch, trees, baseline, author }: Common,
  message: string,
  use: (oid: string, write: string[]) => Promise<T>,
): Promise<T> => {
  const { head } = repository
  const made: Buffer[] = []
  const algorithm = head.length === 40 ? 'sha1' : 'sha256'
  const commit = (tree: string, parents: string[], text: string): string => {
    const content = Buffer.from(
      [
        `tree ${tree}`,
        ...parents.map((parent) => `parent ${parent}`),
        `author ${author}`,
        `committer ${author}`,
        '',
        text,
      ].join('\n'),
    )
    made.push(content)
    return createHash(algorithm).update(`commit ${content.length}\0`).update(content).digest('hex')
  }
  const messages = stashMessages(repository, baseline)
  const index = commit(trees.index, [head], messages.index)
  const untracked =
    trees.untracked === null ? [] : [commit(trees.untracked, [], messages.untracked)]
  const snapshot = commit(trees.tracked, [head, index, ...untracked], message)
  const files = made.map(() => join(scratch, `commit-${randomUUID()}`))
  try {
    for (const [i, file] of files.entries()) {
      writeFileSync(file, made[i] ?? '', { flag: 'wx', mode: 0o600 })
    }
    const write = ['hash-object', '-t', 'commit', '-w', '--no-filters', '--', ...files]
    return await use(snapshot, write)
  } finally {
    for (const file of files) rmSync(file, { force: true })
  }
}
