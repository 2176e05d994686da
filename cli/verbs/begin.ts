import { Argument, type Command } from 'commander'
import type { Verbs } from '../program.ts'

export const beginVerbs = ({ verb, command, done }: Verbs): void => {
  verb('init', 'look at this repository and propose an exp.yaml for it')
    .option('--cmd <line>', 'what to run; without it a likely program is looked for')
    .option('-y, --yes', 'write it without asking')
    .option('--hooks', 'install the post-commit hook as well')
    .action(async (options: object) => {
      const { init } = await import('../init.ts')
      done(await init(options))
    })
  verb('completion', 'print the completion script of a shell; its first line says where it goes')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish', 'words']))
    .action(async (what: 'bash' | 'zsh' | 'fish' | 'words', _: object, own: Command) => {
      const { completion } = await import('../completion.ts')
      done(await completion(what, command ?? [], own.parent ?? own))
    })
}
