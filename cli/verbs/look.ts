import type { Verbs } from '../program.ts'

export const lookVerbs = ({ verb, done }: Verbs): void => {
  verb('status', 'what is queued, running and ended (also: git exp)')
    .option('--json', 'print it as JSON')
    .action(async (options: object) => {
      const { status } = await import('../status.ts')
      done(await status(options))
    })
  verb('show', 'a table of experiments: changed parameters and metrics')
    .argument('[names...]')
    .option('--where <condition>', "only these: 'state = failed or acc > 0.9 and lr is null'")
    .option('--best <metrics>', 'only the best: acc, loss:min, or the front of several')
    .option('--sort <names>', 'in this order: -acc,lr (- for the largest first)')
    .option('--cols <names>', "these columns: 'name,lr,acc,min(loss) as best,spark(loss)'")
    .option('--all-columns', 'unchanged parameters too')
    .option('--group-by [names]', 'one line for all that differ in their seed alone')
    .option('-n, --lines <number>', 'so many at most; 0 for all')
    .option('--json', 'print them as JSON')
    .option('--ndjson', 'as JSON, one a line')
    .option('--csv', 'as comma-separated values')
    .option('--tsv', 'as tab-separated values')
    .option('--md', 'as a table in Markdown')
    .option('--watch', 'show it anew as it changes, until all have ended')
    .option('--html <file>', 'as one page to look at in a browser, curves included')
    .action(async (names: string[], options: object) => {
      const { show } = await import('../show.ts')
      done(await show({ names, ...options }))
    })
  verb('top', 'a live view: what runs, waits and has ended, latest metrics, logs').action(
    async () => {
      const { top } = await import('../top.ts')
      done(await top())
    },
  )
  verb('diff', 'what differs between experiments: parameters, metrics, code')
    .argument('<names...>')
    .option('--stat', 'of the code only which files, and how much')
    .option('--no-code', 'nothing of the code')
    .option('--json', 'print it as JSON')
    .option('--md', 'as Markdown, for a comment')
    .action(async (names: string[], options: object) => {
      const { diff } = await import('../diff.ts')
      done(await diff({ names, ...options }))
    })
  verb('best', 'the best experiment by a metric, or the front of several')
    .argument('[metrics]', 'acc, loss:min, or several with commas; by itself goal: of exp.yaml')
    .option('--json', 'print it as JSON')
    .action(async (metrics: string | undefined, options: object) => {
      const { best } = await import('../best.ts')
      done(await best({ metrics, ...options }))
    })
  verb('log', 'the logs of runs; without a name, of what runs now or ended last')
    .argument('[names...]')
    .option('-f, --follow', 'go on until they have ended, over retries')
    .option('--attempt <n>', 'of an earlier attempt')
    .option('--failed', 'of all that failed, the newest last')
    .action(async (names: string[], options: object) => {
      const { log } = await import('../log.ts')
      done(await log({ names, ...options }))
    })
  verb('wait', 'wait until experiments have ended; without a name, for all')
    .argument('[names...]')
    .option('--all', 'all that are queued or run in this repository: the default')
    .action(async (names: string[], options: { all?: boolean }) => {
      const { wait } = await import('../wait.ts')
      done(await wait({ names, ...options }))
    })
}
