import type { Verbs } from '../program.ts'

export const useVerbs = ({ verb, done }: Verbs): void => {
  verb('apply', 'bring an experiment into the workspace, which is saved for git exp undo')
    .argument('<name>')
    .option('--input', 'its snapshot: the default for what is queued or failed')
    .option('--force', 'overwrite also ignored files, which cannot be saved')
    .action(async (name: string, options: object) => {
      const { apply } = await import('../apply.ts')
      done(await apply({ name, ...options }))
    })
  verb('undo', 'bring the workspace back as it was before the last apply or run in place')
    .option('--list', 'what can be brought back, newest first')
    .action(async (options: object) => {
      const { undo } = await import('../undo.ts')
      done(await undo(options))
    })
  verb('branch', 'make a branch of a result')
    .argument('<name>')
    .argument('[branch]')
    .action(async (name: string, branch: string | undefined) => {
      const verbs = await import('../branch.ts')
      done(await verbs.branch({ name, branch: branch ?? null }))
    })
  verb('push', 'send results to a Git remote, where DVC finds them too')
    .argument('<remote>')
    .argument('[names...]', 'by itself all of this repository')
    .option('--snapshots', 'the snapshots with them, and what is queued')
    .option('--force', 'overwrite others of the same name there')
    .action(async (remote: string, names: string[], options: object) => {
      const { push } = await import('../push.ts')
      done(await push({ remote, names, ...options }))
    })
  verb('pull', 'fetch results from a Git remote, DVC’s too')
    .argument('<remote>')
    .argument('[names...]', 'by itself all that it has')
    .option('--snapshots', 'the snapshots with them, to be run here: they wait, held')
    .option('--jobs', 'what a cluster runs for others: it is followed here, as if queued here')
    .option('--force', 'take names that are in use here; who has them is renamed')
    .action(async (remote: string, names: string[], options: object) => {
      const { pull } = await import('../pull.ts')
      done(await pull({ remote, names, ...options }))
    })
  verb('list', 'what a Git remote has of experiments')
    .argument('<remote>')
    .argument('[names...]')
    .option('--json', 'print it as JSON')
    .action(async (remote: string, names: string[], options: object) => {
      const { list } = await import('../list.ts')
      done(await list({ remote, names, ...options }))
    })
  verb('import', 'queue here what waits elsewhere')
    .argument('<what>', 'dvc-queue: what dvc exp run --queue queued, which stays there too')
    .action(async (what: string) => {
      const { importQueue } = await import('../import.ts')
      done(await importQueue({ what }))
    })
}
