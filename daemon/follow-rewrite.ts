import { existsSync } from 'node:fs'
import { loadConfig } from '../lib/load-config.ts'
import type { Ticket } from '../lib/ticket.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
import { queueCommit } from './queue-commit.ts'
import { checkRepository } from './read-arrivals.ts'
import type { WaitingCommit } from './records.ts'
import { appendRewrites, writeEnd } from './run-records.ts'
import { endedWithoutRun } from './without-run.ts'

/**
 * Does what `exp.onRewrite` says with experiments that a hook queued for commits which are replaced
 * now, and that have not started; and notes what replaced which, for those that have. Begun again by
 * another daemon it finds done what was done.
 */
export const followRewrite = async (daemon: Daemon, ticket: Ticket): Promise<void> => {
  const { repository, worktree } = ticket
  await checkRepository(repository)
  // All of them: what an exec amends in a rebase comes before what it amended is known.
  const rewritten = (ticket.rewritten ?? []).filter(
    (one) => one.old !== one.new && daemon.records.rewrite(repository, one),
  )
  if (rewritten.length === 0) return
  appendRewrites(daemon.places, repository, rewritten)
  const { config } = await loadConfig(
    worktree !== null && existsSync(worktree) ? worktree : repository,
  )
  if (config.onRewrite === 'keep') return
  const waiting = rewritten.flatMap((one) =>
    daemon.records
      .waitingFor(repository, one.old)
      .map((own) => ({ ...own, now: daemon.records.latest(repository, one.new) })),
  )
  if (config.onRewrite === 'requeue') {
    const commits = new Map(waiting.map((own) => [own.now, own.branch]))
    for (const [commit, branch] of commits) await queueCommit(daemon, ticket, commit, branch)
  }
  for (const own of waiting) supersede(daemon, own, own.now)
}

const supersede = (daemon: Daemon, own: WaitingCommit, now: string): void => {
  const end = {
    ...endedWithoutRun(null, daemon.clock(), null),
    state: 'skipped' as const,
    reason: {
      code: 'superseded' as const,
      text: `its commit was replaced by ${now.slice(0, 8)} before it started`,
    },
  }
  note('superseded', { id: own.id, name: own.name, by: now })
  writeEnd(daemon.places, own.id, { ...end, attempt: own.attempt })
  daemon.records.supersede(own.id, end.reason.text, end.endedAt)
}
