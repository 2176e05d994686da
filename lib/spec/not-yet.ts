import type { Spec } from './spec.ts'

/** Parts of a spec that are read, checked and kept, but that nothing acts on so far. */
export const notYet = ['onFinish', 'retries'] as const satisfies (keyof Spec)[]

/** A sentence for each such part that was given a value. */
export const notYetNotes = (spec: Spec): string[] =>
  notYet
    .filter((key) => spec[key] !== null && spec[key] !== 0)
    .map((key) => `\`${nameInFile[key]}\` has no effect in this version.`)

const nameInFile: Record<(typeof notYet)[number], string> = {
  onFinish: 'on_finish',
  retries: 'retries',
}
