import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { exactValue } from '../../../lib/overrides/exact.ts'
import { floatText } from '../../../lib/overrides/float-text.ts'
import type { Value } from '../../../lib/overrides/override.ts'
import { type ParsedOverride, parseOverride } from '../../../lib/overrides/parse.ts'
import { isValue, type Sweep } from '../../../lib/overrides/sweep.ts'
import { sweepLength, sweepValues } from '../../../lib/overrides/sweep-values.ts'
import { mistakeOf } from '../../fixture/mistake.ts'

interface Case {
  id: string
  input: string
  ok: boolean
  kind: string
  key: string
  package: string | null
  valueType: string
  typed?: unknown
  sweep?: Record<string, unknown> & { tags?: string[]; expandError?: unknown; order?: string }
  error?: { code: string }
}

/** Where we do otherwise on purpose, and why. */
const different = new Map([['error-39', 'an override of no key at all is never meant']])

const cases: Case[] = JSON.parse(
  readFileSync(new URL('../../fixture/cases/hydra-cases.json', import.meta.url), 'utf8'),
)

const kinds = {
  change: 'change',
  add: 'add',
  'force-add': 'force_add',
  delete: 'delete',
  'extend-list': 'extend_list',
}

const reads = (t: Test, each: Case): void => {
  const parsed = parseOverride(each.input)
  t.equal(kinds[parsed.operation], each.kind)
  t.equal(parsed.path.join('.'), each.key)
  t.equal(parsed.package, each.package)
  const { value } = parsed
  if (value === null) {
    t.equal(each.valueType, 'none')
  } else if (isValue(value)) {
    t.same(typed(value), each.typed)
  } else {
    readsSweep(t, parsed, value, each.sweep ?? {})
  }
}

const readsSweep = (
  t: Test,
  parsed: ParsedOverride,
  sweep: Sweep,
  expected: NonNullable<Case['sweep']>,
): void => {
  const { strings, order, values, expandError, ...facts } = expected
  t.match(factsOf(sweep), facts)
  if (sweep.kind === 'glob' || sweep.kind === 'interval') return
  if (expandError !== undefined || (values as unknown[]).length === 0) {
    t.equal(mistakeOf(() => sweepLength(parsed)).fault, 'empty')
    return
  }
  const found = sweepValues(parsed, 1, '').map(typed)
  if (order === 'any') t.same(sorted(found), sorted(values as unknown[]))
  else t.same(found, values)
}

const factsOf = (sweep: Sweep): Record<string, unknown> => {
  if (sweep.kind === 'range') {
    const { start, stop, step, ...rest } = sweep
    return {
      ...rest,
      start: typed(exactValue(start)),
      stop: typed(exactValue(stop)),
      step: typed(exactValue(step)),
    }
  }
  if (sweep.kind !== 'interval') return { ...sweep }
  const bound = (value: number): unknown => typed({ type: 'float', value })
  return { ...sweep, start: bound(sweep.start), end: bound(sweep.end) }
}

const refuses = (t: Test, each: Case): void => {
  const mistake = mistakeOf(() => parseOverride(each.input))
  t.equal(mistake.fault, each.error?.code)
  t.equal(mistake.code, 'bad-override')
}

/** A value as the cases write it. */
const typed = (value: Value): unknown => {
  switch (value.type) {
    case 'null':
      return { t: 'null' }
    case 'bool':
      return { t: 'bool', v: value.value }
    case 'int':
      return { t: 'int', v: Number(value.value) }
    case 'float':
      return { t: 'float', v: floatText(value.value) }
    case 'string':
      return { t: 'str', v: value.value, ...(value.quote && { q: value.quote }) }
    case 'list':
      return { t: 'list', v: value.items.map(typed) }
    case 'dict':
      return { t: 'dict', v: value.entries.map(([key, held]) => [typed(key), typed(held)]) }
  }
}

const sorted = (values: unknown[]): string[] => values.map((value) => JSON.stringify(value)).sort()

for (const each of cases) {
  const reason = different.get(each.id)
  if (reason !== undefined) {
    t.test(`${each.id} is refused, as ${reason}`, async (t) => {
      t.equal(mistakeOf(() => parseOverride(each.input)).fault, 'syntax')
    })
  } else if (each.ok) {
    t.test(`${each.id} is read: ${each.input}`, async (t) => reads(t, each))
  } else {
    t.test(`${each.id} is refused: ${each.input}`, async (t) => refuses(t, each))
  }
}
