import { readFileSync } from 'node:fs'
import { type Composition, inGroups } from '../lib/compose/composition.ts'
import { UserError } from '../lib/errors.ts'
import { countSweep, expandSweep, keyOf, zipSweep } from '../lib/overrides/expand.ts'
import { refuseSplitArguments } from '../lib/overrides/explain-split.ts'
import { parseLiteral } from '../lib/overrides/literal.ts'
import type { Override } from '../lib/overrides/override.ts'
import { type ParsedOverride, parseOverride } from '../lib/overrides/parse.ts'
import { drawSample, type Sampling } from '../lib/overrides/sample.ts'
import { readSetFile } from '../lib/overrides/set-file.ts'
import { confirmSize } from './confirm-size.ts'
import { type Combining, combiningOf, type SweepOptions } from './sweep-options.ts'

/** The overrides of each experiment that is asked for. */
export interface PlannedSweep {
  sweep: Override[][]
  /** What the values were drawn with; null where none were. */
  sample: Sampling | null
}

/** Reads and expands all that is overridden, files and arguments. Looks at no parameter file yet. */
export const planSweep = async (
  options: SweepOptions,
  composition: Composition | null,
): Promise<PlannedSweep> => {
  const combining = combiningOf(options)
  const meant = (one: ParsedOverride): ParsedOverride => inGroups(composition, one)
  const parsed = readArguments(options.overrides ?? [], combining).map(meant)
  const listed =
    options.set === undefined ? [[]] : await readSetFile(options.set, read(options.set))
  const rows = listed.map((row) => row.map(meant))
  refuseTwice(parsed, rows, options.set ?? '')
  await confirmSize(countOf(parsed, combining) * rows.length, options.yes === true)
  const own = combine(parsed, combining)
  return {
    sweep: rows.flatMap((row) => {
      const [fixed = []] = expandSweep(row)
      return own.map((overrides) => [...fixed, ...overrides])
    }),
    sample: combining.is === 'sample' ? combining.sampling : null,
  }
}

/** The line to type for the same values once more. */
export const describeSample = ({ count, sampler, seed }: Sampling): string =>
  `values drawn by --sample ${count} --sampler ${sampler} --seed ${seed}`

const readArguments = (texts: string[], combining: Combining): ParsedOverride[] => {
  refuseSplitArguments(texts)
  if (combining.is === 'literal') return texts.map(parseLiteral)
  const { seed } = combining.is === 'sample' ? combining.sampling : combining
  return texts.map((text) => parseOverride(text, seed))
}

const countOf = (parsed: ParsedOverride[], combining: Combining): number => {
  if (combining.is === 'sample') return combining.sampling.count
  return combining.is === 'zip' ? combine(parsed, combining).length : countSweep(parsed)
}

const combine = (parsed: ParsedOverride[], combining: Combining): Override[][] => {
  if (combining.is === 'sample') return drawSample(parsed, combining.sampling)
  if (combining.is === 'zip') return zipSweep(parsed, combining.seed)
  return expandSweep(parsed, combining.is === 'product' ? combining.seed : 0)
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
    throw new UserError('usage', `--set ${file}: ${why}`)
  }
}

/** Which of the two holds would be anyone's guess. */
const refuseTwice = (parsed: ParsedOverride[], rows: ParsedOverride[][], file: string): void => {
  const keys = new Set(parsed.map(keyOf))
  const twice = rows.flat().find((one) => keys.has(keyOf(one)))
  if (twice === undefined) return
  throw new UserError(
    'usage',
    `${keyOf(twice)} is overridden in ${file} and by -S`,
    'leave one of them out',
  )
}
