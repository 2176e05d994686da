import type { Verbs } from '../program.ts'

export const steerVerbs = ({ verb, done }: Verbs): void => {
  verb('stop', 'end experiments, with every process they started')
    .argument('<names...>')
    .action(async (names: string[]) => {
      const { stop } = await import('../stop.ts')
      done(await stop({ names }))
    })
  verb('hold', 'keep queued experiments from starting, and pause running ones')
    .argument('<names...>')
    .action(async (names: string[]) => {
      const { hold } = await import('../hold.ts')
      done(await hold({ names }))
    })
  verb('release', 'let held experiments start, and paused ones go on')
    .argument('<names...>')
    .action(async (names: string[]) => {
      const { release } = await import('../hold.ts')
      done(await release({ names }))
    })
  verb('priority', 'let experiments go before others, or after them')
    .argument('<n>', 'from -100 to 100, higher first; what is queued without one has 0')
    .argument('<names...>')
    .action(async (n: string, names: string[]) => {
      const verbs = await import('../priority.ts')
      done(await verbs.priority({ priority: n, names }))
    })
  verb('retry', 'run the same snapshots again, in the environment of this shell')
    .argument('<names...>')
    .option('--again', 'also what succeeded; its result stays as NAME.ATTEMPT')
    .action(async (names: string[], options: object) => {
      const { retry } = await import('../retry.ts')
      done(await retry({ names, ...options }))
    })
  verb('rename', 'give an experiment another name, its refs with it')
    .argument('<name>')
    .argument('<new-name>')
    .action(async (name: string, newName: string) => {
      const { rename } = await import('../rename.ts')
      done(await rename({ name, newName }))
    })
  verb('rm', 'remove experiments: records, refs, logs and results')
    .argument('<names...>')
    .action(async (names: string[]) => {
      const { rm } = await import('../rm.ts')
      done(await rm({ names }))
    })
  verb('star', 'mark experiments')
    .argument('<names...>')
    .option('--off', 'take the mark away')
    .action(async (names: string[], options: object) => {
      const { star } = await import('../star.ts')
      done(await star({ names, ...options }))
    })
  verb('tag', 'put a tag on experiments')
    .argument('<tag>')
    .argument('<names...>')
    .option('--remove', 'take the tag off')
    .action(async (tag: string, names: string[], options: object) => {
      const verbs = await import('../tag.ts')
      done(await verbs.tag({ tag, names, ...options }))
    })
  verb('note', 'write a note on an experiment; an empty one removes it')
    .argument('<name>')
    .argument('<text>')
    .action(async (name: string, text: string) => {
      const { note } = await import('../note.ts')
      done(await note({ name, text }))
    })
}
