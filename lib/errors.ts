/** Exit codes of our own; `run` and `wait` also pass on the command's. */
export const EXIT = {
  done: 0,
  refused: 1,
  bug: 3,
  noOutcome: 125,
  usage: 129,
  interrupted: 130,
} as const

/** The closed list of error codes that `--json` prints. */
export type ErrorCode =
  | 'not-a-repository'
  | 'bare-repository'
  | 'no-commit'
  | 'conflicted-index'
  | 'no-command'
  | 'bad-config'
  | 'bad-name'
  | 'name-taken'
  | 'bad-override'
  | 'unknown-parameter'
  | 'bad-params-file'
  | 'unknown-experiment'
  | 'ambiguous-experiment'
  | 'unknown-column'
  | 'bad-condition'
  | 'capture-failed'
  | 'too-large'
  | 'workspace-changed'
  | 'state-folder'
  | 'disk'
  | 'file'
  | 'daemon'
  | 'refused-by-daemon'
  | 'inside-a-run'
  | 'git'
  | 'remote'
  | 'broker'
  | 'worker'
  | 'diverged'
  | 'usage'
  | 'bug'

/** Something the user can put right. `message` says what happened, `hint` what to do next. */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly code: ErrorCode
  readonly hint: string | null

  constructor(code: ErrorCode, message: string, hint: string | null = null) {
    super(message)
    this.code = code
    this.hint = hint
  }
}
