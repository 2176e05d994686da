import type { Verbs } from '../program.ts'
import { refuseWords } from '../refuse-words.ts'

const HELP = {
  add: 'queue the workspace as it is this second: git exp add [options] [-- COMMAND…]',
  run: 'queue it, follow its log, and exit with its code: git exp run [options] [-- COMMAND…]',
}

export const makeVerbs = ({ verb, typed, command, done }: Verbs): void => {
  for (const name of ['add', 'run'] as const) {
    const overrides: string[] = []
    const override = (spell: (text: string) => string) => (text: string) => {
      overrides.push(spell(text))
    }
    const make = verb(name, HELP[name])
      .usage('[options] [-- COMMAND…]')
      .argument('[words...]')
      .option(
        '-S, --set-param <[file:]key=value>',
        'override a parameter; a,b,c makes a sweep',
        override((text) => text),
      )
      .option(
        '--add-param <[file:]key=value>',
        'a parameter that is not there yet: -S +key=value',
        override((text) => `+${text}`),
      )
      .option(
        '--unset <[file:]key>',
        'leave a parameter out: -S ~key',
        override((text) => `~${text}`),
      )
      .option('--set <file>', 'overrides from YAML, JSON or CSV, one experiment a row')
      .option('--zip', 'pair the values of a sweep instead of combining all with all')
      .option('--sample <n>', 'draw so many experiments from the sweep; interval(a,b) needs it')
      .option('--sampler <which>', 'random (the default), sobol or halton')
      .option('--seed <n>', 'what draws and shuffles: the same one gives the same experiments')
      .option('--no-sweep', 'commas are text: each value is taken literally')
      .option('--dry-run', 'print what would be queued, and queue nothing')
      .option('-y, --yes', 'queue more than 10,000 without being asked')
      .option('-n, --name <name>', 'name it; a sweep gets NAME-1, NAME-2 …')
      .option('--from <name>', 'the snapshot of that experiment, in place of the workspace')
      .option('-f, --force', 'take the name from whoever has it, who is then NAME.1')
      .option('-c, --shell <line>', 'a command line for the shell, in place of -- COMMAND…')
      .option('--setup <line>', 'a shell command that is run before')
      .option('--timeout <duration>', 'end it after so long, such as 90s, 15m, 2h, 1d')
      .option('--retries <n>', 'try again so often after it failed, timed out or was lost')
      .option('--link <path>', 'an ignored path to link from the workspace', many)
      .option('--copy <path>', 'an ignored path to copy from the workspace', many)
      .option('--untracked <which>', 'all: also large files and what looks like a secret')
      .option('--gpus <n>', 'GPUs of its own; 0 for none')
      .option('--cpus <n>', 'CPUs it needs')
      .option('--memory <size>', 'memory it needs, such as 16G')
      .option('--slots <name=n>', 'what exp.slots.NAME counts on this machine', many)
      .option('--priority <n>', 'from -100 to 100; higher runs first')
      .option('--hold', 'let it wait until git exp release')
      .option('--after <names...>', 'run it only when these have succeeded')
      .option('--after-any <names...>', 'run it when these have ended, however')
      .option('--keep', 'keep the workplace after the run')
      .option('--in-place', 'run it in this workspace, which git exp undo then brings back')
      .option('--no-in-place', 'run it in a workplace, whatever exp.executor says')
      .option('--celery', 'let a worker of the cluster run it: docs/cluster.md')
      .option('--no-celery', 'run it here, whatever exp.executor says')
      .option('--nested', 'queue from inside a run')
      .option('--json', 'print what was queued as JSON')
      .action(async (words: string[], given: { dryRun?: boolean }) => {
        refuseWords({ verb: name, words, overrides, typed })
        const options = { ...given, overrides }
        if (given.dryRun === true) {
          const { dryRun } = await import('../dry-run.ts')
          done(await dryRun({ command, ...options }))
        } else if (name === 'add') {
          const { add } = await import('../add.ts')
          done(await add({ command, ...options }))
        } else {
          const { run } = await import('../run.ts')
          done(await run({ command, ...options }))
        }
      })
    if (name === 'add') make.alias('queue')
  }
  verb('save', 'record the workspace as it is, with its metrics, as an experiment without a run')
    .usage('[options] [-- COMMAND…]')
    .argument('[words...]')
    .option('-n, --name <name>', 'name it')
    .option('-f, --force', 'take the name from whoever has it, who is then NAME.1')
    .option('--untracked <which>', 'all: also large files and what looks like a secret')
    .option('--nested', 'save from inside a run')
    .option('--json', 'print what was saved as JSON')
    .action(async (words: string[], options: object) => {
      refuseWords({ verb: 'save', words, overrides: [], typed })
      const { save } = await import('../save.ts')
      done(await save({ command, ...options }))
    })
}

const many = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]
