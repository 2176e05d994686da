import { Command, CommanderError } from 'commander'
import { EXIT, UserError } from '../lib/errors.ts'
import { packageVersion } from '../lib/package.ts'
import { reportError } from './report-error.ts'

const OVERVIEW = `
The five to start with:
  git exp add -- python train.py            queue the workspace as it is now
  git exp add -S lr=0.1,0.01 -n sweep       queue one experiment a value
  git exp run -S lr=0.5 -- python train.py  queue one, follow it, exit as it does
  git exp show                              the results side by side
  git exp log -f                            the log of what runs now
`

/** Runs one call of the command line; gives back the exit code. */
export const run = async (argv: string[]): Promise<number> => {
  // What follows `--` is the user's command and no business of ours to parse.
  const dashes = argv.indexOf('--')
  const own = dashes < 0 ? argv : argv.slice(0, dashes)
  const command = dashes < 0 ? null : argv.slice(dashes + 1)
  // A reader that stops reading, `| head` for one, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : EXIT.bug)
  })
  let exitCode: number = EXIT.done
  const program = build(command, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(own.length === 0 ? ['status'] : own, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    return reportError(error, argv.includes('--json'))
  }
}

const many = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

const build = (command: string[] | null, done: (exitCode: number) => void): Command => {
  const program = new Command('git exp')
    .description('An experiment queue for Git.')
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', OVERVIEW)
    .exitOverride()
    .showHelpAfterError('(git exp -h tells more)')
    .enablePositionalOptions()
  const verb = (usage: string, description: string): Command =>
    program.command(usage).description(description).exitOverride()

  for (const name of ['add', 'run']) {
    const make = verb(
      name,
      name === 'add'
        ? 'queue the workspace as it is this second: git exp add [options] [-- COMMAND…]'
        : 'queue it, follow its log, and exit with its code: git exp run [options] [-- COMMAND…]',
    )
      .usage('[options] [-- COMMAND…]')
      .argument('[words...]')
      .option(
        '-S, --set-param <[file:]key=value>',
        'override a parameter; a,b,c makes a sweep',
        many,
      )
      .option('-n, --name <name>', 'name it; a sweep gets NAME-1, NAME-2 …')
      .option('-c, --shell <line>', 'a command line for the shell, in place of -- COMMAND…')
      .option('--setup <line>', 'a shell command that is run before')
      .option('--timeout <duration>', 'end it after so long, such as 90s, 15m, 2h, 1d')
      .option('--link <path>', 'an ignored path to link from the workspace', many)
      .option('--copy <path>', 'an ignored path to copy from the workspace', many)
      .option('--untracked <which>', 'all: also large files and what looks like a secret')
      .option('--keep', 'keep the workplace after the run')
      .option('--nested', 'queue from inside a run')
      .option('--json', 'print what was queued as JSON')
      .action(async (words: string[], options: object) => {
        refuseWords(name, words)
        if (name === 'add') {
          const { add } = await import('./add.ts')
          done(await add({ command, ...options }))
        } else {
          const { run } = await import('./run.ts')
          done(await run({ command, ...options }))
        }
      })
    if (name === 'add') make.alias('queue')
  }
  verb('status', 'what is queued, running and ended (also: git exp)')
    .option('--json', 'print it as JSON')
    .action(async (options: object) => {
      const { status } = await import('./status.ts')
      done(await status(options))
    })
  verb('show', 'a table of experiments: changed parameters and metrics')
    .argument('[names...]')
    .option('--json', 'print them as JSON')
    .action(async (names: string[], options: object) => {
      const { show } = await import('./show.ts')
      done(await show({ names, ...options }))
    })
  verb('log', 'the log of a run; without a name, of what runs now or ended last')
    .argument('[name]')
    .option('-f, --follow', 'go on until the run has ended')
    .action(async (name: string | undefined, options: object) => {
      const { log } = await import('./log.ts')
      done(await log({ name: name ?? null, ...options }))
    })
  verb('wait', 'wait until experiments have ended; without a name, for all')
    .argument('[names...]')
    .action(async (names: string[]) => {
      const { wait } = await import('./wait.ts')
      done(await wait({ names }))
    })
  verb('stop', 'end experiments, with every process they started')
    .argument('<names...>')
    .action(async (names: string[]) => {
      const { stop } = await import('./stop.ts')
      done(await stop({ names }))
    })
  const daemon = verb('daemon', 'start, stop and look at the daemon').usage('<what> [options]')
  for (const what of ['start', 'stop', 'restart', 'status', 'run'] as const) {
    const sub = daemon.command(what).description(DAEMON_VERBS[what]).exitOverride()
    if (what !== 'stop' && what !== 'status') {
      sub.option('-j, --jobs <n>', 'how many experiments run side by side')
    }
    if (what === 'stop') sub.option('--kill', 'stop what runs first')
    if (what === 'status') sub.option('--json', 'print it as JSON')
    sub.action(async (options: object) => {
      const verbs = await import('./daemon.ts')
      done(await verbs.daemon({ what, ...options }))
    })
  }
  const hooks = verb('hooks', 'queue each commit by a Git hook').usage('<what>')
  for (const what of ['install', 'uninstall', 'status'] as const) {
    hooks
      .command(what)
      .description(HOOK_VERBS[what])
      .exitOverride()
      .action(async () => {
        const verbs = await import('./hooks.ts')
        done(await verbs.hooks({ what }))
      })
  }
  verb('config', 'every setting, its value and where it came from')
    .option('--json', 'print them as JSON')
    .action(async (options: object) => {
      const { config } = await import('./config.ts')
      done(await config(options))
    })
  verb('doctor', 'look for faults, and tell the fix of each')
    .option('--json', 'print them as JSON')
    .action(async (options: object) => {
      const { doctor } = await import('./doctor.ts')
      done(await doctor(options))
    })
  return program
}

const DAEMON_VERBS = {
  start: 'start it, if it does not run',
  stop: 'end it; runs go on and the next daemon takes them over',
  restart: 'end it and start it again',
  status: 'whether it runs, and since when',
  run: 'run it here, in the foreground',
}

const HOOK_VERBS = {
  install: 'write the post-commit hook of this repository',
  uninstall: 'remove it',
  status: 'whether it is there and on',
}

/** Words that are no option are nearly always a command whose `--` was forgotten. */
const refuseWords = (verb: string, words: string[]): void => {
  if (words.length === 0) return
  throw new UserError(
    'usage',
    `“${words.join(' ')}” is no option`,
    `a command goes behind --: git exp ${verb} -- ${words.join(' ')}`,
  )
}
