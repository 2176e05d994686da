/** What hooks of a user's own repository may be run at; those of servers and of mail are not ours. */
const EVENTS = [
  'applypatch-msg',
  'commit-msg',
  'post-applypatch',
  'post-checkout',
  'post-commit',
  'post-index-change',
  'post-merge',
  'post-rewrite',
  'pre-applypatch',
  'pre-auto-gc',
  'pre-commit',
  'pre-merge-commit',
  'pre-push',
  'pre-rebase',
  'prepare-commit-msg',
  'reference-transaction',
]

/**
 * Settings with which git runs no hook: neither those in a folder nor, from 2.54 on, those in the
 * user's own config, which no folder turns off.
 */
export const NO_HOOKS: [key: string, value: string][] = [
  ['core.hooksPath', '/dev/null'],
  ...EVENTS.map((event): [string, string] => [`hook.${event}.enabled`, 'false']),
]
