import { existsSync } from 'node:fs'
import { loadConfig } from '../lib/load-config.ts'
import { putTicket } from '../lib/spool.ts'
import { newTicket, type Ticket } from '../lib/ticket.ts'
import { derivedUuid } from '../lib/uuid.ts'
import type { Daemon } from './daemon.ts'
import { note } from './events.ts'
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
    for (const [commit, branch] of commits) queueCommit(daemon, ticket, commit, branch)
  }
  for (const own of waiting) supersede(daemon, own, own.now)
}

/**
 * Queues a commit as the hook would have, for one that replaced another in the midst of a rebase. The
 * ids follow from the ticket that asks for it, so that a second try changes nothing.
 */
const queueCommit = (
  { places, clock }: Daemon,
  asking: Ticket,
  commit: string,
  branch: string | null,
): void => {
  const { repository, worktree } = asking
  const id = derivedUuid(asking.ticket, commit)
  const ticket: Ticket = {
    ...newTicket({ verb: 'commit', repository, worktree }, clock()),
    ticket: derivedUuid(id, 'ticket'),
    ...(branch === null ? {} : { value: branch }),
    items: [{ oid: commit, id, name: `commit-${commit.slice(0, 8)}` }],
  }
  putTicket(places, ticket, clock())
  note('queued-again', { commit })
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
