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
}
