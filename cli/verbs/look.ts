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
    .option('--json', 'print them as JSON')
    .action(async (names: string[], options: object) => {
      const { show } = await import('../show.ts')
      done(await show({ names, ...options }))
    })
  verb('log', 'the log of a run; without a name, of what runs now or ended last')
    .argument('[name]')
    .option('-f, --follow', 'go on until the run has ended')
    .action(async (name: string | undefined, options: object) => {
      const { log } = await import('../log.ts')
      done(await log({ name: name ?? null, ...options }))
    })
  verb('wait', 'wait until experiments have ended; without a name, for all')
    .argument('[names...]')
    .action(async (names: string[]) => {
      const { wait } = await import('../wait.ts')
      done(await wait({ names }))
    })
}
