import { Command, CommanderError } from 'commander'
import { EXIT, UserError } from '../lib/errors.ts'
import { packageVersion } from '../lib/package.ts'
import { reportError } from './report-error.ts'
import { beginVerbs } from './verbs/begin.ts'
import { keepVerbs } from './verbs/keep.ts'
import { lookVerbs } from './verbs/look.ts'
import { makeVerbs } from './verbs/make.ts'
import { steerVerbs } from './verbs/steer.ts'
import { useVerbs } from './verbs/use.ts'

/** What the help of the whole program and its manual page end with. */
export const OVERVIEW = `
The five to start with:
  git exp add -- python train.py            queue the workspace as it is now
  git exp add -S lr=0.1,0.01 -n sweep       queue one experiment a value
  git exp run -S lr=0.5 -- python train.py  queue one, follow it, exit as it does
  git exp show                              the results side by side
  git exp log -f                            the log of what runs now
`

/** What a group of verbs is given to describe itself with. */
export interface Verbs {
  /** Begins a verb. */
  verb: (name: string, description: string) => Command
  /** What stood before `--`, as it was typed. */
  typed: string[]
  /** What stood behind `--`, or null: the user's command and no business of ours to parse. */
  command: string[] | null
  /** Takes a verb's exit code. */
  done: (exitCode: number) => void
}

/** All verbs with their arguments and options: what is parsed, printed by `-h` and completed. */
export const describeProgram = (
  { typed, command }: Pick<Verbs, 'typed' | 'command'> = { typed: [], command: null },
  done: (exitCode: number) => void = () => {},
): Command => {
  const program = new Command('git exp')
    .description('An experiment queue for Git.')
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', OVERVIEW)
    .exitOverride()
    .configureOutput(typed.includes('--json') ? { writeErr: () => {} } : {})
    .showHelpAfterError('(git exp -h tells more)')
    .enablePositionalOptions()
  const verbs: Verbs = {
    verb: (name, description) => program.command(name).description(description).exitOverride(),
    typed,
    command,
    done,
  }
  for (const describe of [makeVerbs, lookVerbs, steerVerbs, useVerbs, keepVerbs, beginVerbs])
    describe(verbs)
  return program
}

/** Runs one call of the command line; gives back the exit code. */
export const run = async (argv: string[]): Promise<number> => {
  const dashes = argv.indexOf('--')
  const own = dashes < 0 ? argv : argv.slice(0, dashes)
  const command = dashes < 0 ? null : argv.slice(dashes + 1)
  // A reader that stops reading, `| head` for one, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : EXIT.bug)
  })
  const asJson = own.includes('--json')
  let exitCode: number = EXIT.done
  const program = describeProgram({ typed: own, command }, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(own.length === 0 ? ['status'] : own, { from: 'user' })
    return exitCode
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, asJson)
    if (error.exitCode === 0) return EXIT.done
    return asJson ? reportError(usageError(error), true) : EXIT.usage
  }
}

/** Commander has told its own errors already, but not as JSON. */
const usageError = ({ message }: CommanderError): UserError =>
  new UserError('usage', message.replace(/^error: /, ''), 'git exp -h tells more')
