import { gitText } from '../git.ts'
import { type ClusterOutcome, LOG_FILE, OUTCOME_FILE, printOutcome } from './outcome.ts'

/** How much of a log is put into its commit: so much of its beginning, and of its end. */
const HEAD_BYTES = 256 * 1024
const TAIL_BYTES = 768 * 1024

/** Commits without files say what they have to say in their message: claims and cancellations. */
export const commitMessage = async (
  gitDir: string,
  message: string,
  { parents, atMs }: { parents: string[]; atMs: number },
): Promise<string> => {
  const tree = await gitText(['mktree'], { place: { gitDir }, input: '' })
  return commitTree(gitDir, tree, message, { parents, atMs })
}

/** A commit with a log, and with how the job ended once it has. The same facts make the same commit. */
export const commitLog = async (
  gitDir: string,
  { log, outcome }: { log: Buffer; outcome: ClusterOutcome | null },
  atMs: number,
): Promise<string> => {
  const files = [
    [LOG_FILE, boundedLog(log)] as const,
    ...(outcome === null ? [] : [[OUTCOME_FILE, printOutcome(outcome)] as const]),
  ]
  const lines: string[] = []
  for (const [name, content] of files) {
    const blob = await gitText(['hash-object', '-w', '--stdin'], {
      place: { gitDir },
      input: content,
    })
    lines.push(`100644 blob ${blob}\t${name}\n`)
  }
  const tree = await gitText(['mktree'], { place: { gitDir }, input: lines.join('') })
  const attempt = outcome === null ? '' : ` of attempt ${outcome.attempt}`
  return commitTree(gitDir, tree, `exp: log${attempt}\n`, { parents: [], atMs })
}

/** The log whole, or its beginning and its end with a line between them that says what is left out. */
export const boundedLog = (log: Buffer): Buffer => {
  if (log.length <= HEAD_BYTES + TAIL_BYTES) return log
  const left = log.length - HEAD_BYTES - TAIL_BYTES
  return Buffer.concat([
    log.subarray(0, HEAD_BYTES),
    Buffer.from(`\n[git exp] ${left} bytes of the log are left out here\n`),
    log.subarray(-TAIL_BYTES),
  ])
}

const commitTree = (
  gitDir: string,
  tree: string,
  message: string,
  { parents, atMs }: { parents: string[]; atMs: number },
): Promise<string> => {
  const date = `@${Math.floor(atMs / 1000)} +0000`
  return gitText(['commit-tree', tree, ...parents.flatMap((oid) => ['-p', oid])], {
    place: { gitDir },
    input: message,
    env: {
      ...process.env,
      // What a job's refs say is in the messages; whose git wrote them is nobody's business.
      GIT_AUTHOR_NAME: 'git-exp',
      GIT_AUTHOR_EMAIL: 'git-exp@localhost',
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: 'git-exp',
      GIT_COMMITTER_EMAIL: 'git-exp@localhost',
      GIT_COMMITTER_DATE: date,
    },
  })
}
