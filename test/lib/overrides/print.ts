import t from 'tap'
import type { Override, Value } from '../../../lib/overrides/override.ts'
import { parseOverride } from '../../../lib/overrides/parse.ts'
import { printOverride, printValue } from '../../../lib/overrides/print.ts'
import { anyOverride, anyValue, seeded } from '../../fixture/override-values.ts'

const text = (value: string, quote: 'single' | 'double' | null = null): Value => ({
  type: 'string',
  value,
  quote,
})

t.test('text is quoted where it was, and where it would be read as something else', async (t) => {
  for (const [value, printed] of [
    [text('resnet50'), 'resnet50'],
    [text('a b'), 'a b'],
    [text('a:b'), 'a:b'],
    [text(String.raw`c:\foo`), String.raw`c:\foo`],
    [text(`\${a.b}`), `\${a.b}`],
    [text('yes'), 'yes'],
    [text('007'), '007'],
    [text(''), "''"],
    [text('10'), "'10'"],
    [text('1e5'), "'1e5'"],
    [text('null'), "'null'"],
    [text('True'), "'True'"],
    [text(' a'), "' a'"],
    [text('a,b'), "'a,b'"],
    [text('été'), "'été'"],
    [text("it's"), `"it's"`],
    [text('a', 'double'), '"a"'],
    [text('a\\'), "'a\\\\'"],
    [text(String.raw`a\'`, 'single'), String.raw`'a\\\''`],
  ] as const) {
    t.equal(printValue(value), printed)
  }
})

t.test('numbers are printed so that they read back as the same kind', async (t) => {
  for (const [value, printed] of [
    [1, '1.0'],
    [-0, '-0.0'],
    [1e-5, '1e-05'],
    [0.0001, '0.0001'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e300, '1.5e+300'],
    [Number.NaN, 'nan'],
    [-Infinity, '-inf'],
  ] as const) {
    t.equal(printValue({ type: 'float', value }), printed)
  }
  t.equal(printValue({ type: 'int', value: 2n ** 60n }), '1152921504606846976')
})

t.test('the file stands first, then the prefix and the key', async (t) => {
  const value = parseOverride('x={a: [1, b c], 2: null}').value as Value
  const parts = { file: 'conf/a.yaml', path: ['x', '0'], value }
  const printed = 'conf/a.yaml:+x.0={a:[1,b c],2:null}'
  t.equal(printOverride({ ...parts, operation: 'add' }), printed)
  t.equal(printOverride({ operation: 'delete', file: null, path: ['x'], value: null }), '~x')
})

t.test('any value reads back as it was printed', async (t) => {
  const random = seeded(1)
  for (let i = 0; i < 20_000; i++) {
    const value = anyValue(random)
    const printed = printValue(value)
    const back = parseOverride(`k=${printed}`).value as Value
    if (!same(value, back)) t.same(back, value, printed)
  }
})

t.test('any override reads back as it was printed', async (t) => {
  const random = seeded(2)
  for (let i = 0; i < 5_000; i++) {
    const override = anyOverride(random)
    const printed = printOverride(override)
    const back = parseOverride(printed)
    const isSame =
      back.operation === override.operation &&
      back.file === (override.file?.startsWith('+') ? `./${override.file}` : override.file) &&
      back.path.join('.') === override.path.join('.') &&
      same(override.value, back.value as Value | null)
    if (!isSame) t.same(back, override as Override, printed)
  }
})

/** Equal, but for the quotes that text without any had to be given. */
const same = (value: Value | null, back: Value | null): boolean => {
  if (value === null || back === null) return value === back
  if (value.type === 'list') {
    return (
      back.type === 'list' &&
      back.items.length === value.items.length &&
      value.items.every((item, index) => same(item, back.items[index] ?? null))
    )
  }
  if (value.type === 'dict') {
    return (
      back.type === 'dict' &&
      back.entries.length === value.entries.length &&
      value.entries.every(
        ([key, held], index) =>
          same(key, back.entries[index]?.[0] ?? null) &&
          same(held, back.entries[index]?.[1] ?? null),
      )
    )
  }
  if (value.type === 'null' || back.type === 'null') return value.type === back.type
  if (value.type === 'string' && back.type === 'string') {
    return value.value === back.value && (value.quote === null || value.quote === back.quote)
  }
  return value.type === back.type && 'value' in back && Object.is(value.value, back.value)
}
