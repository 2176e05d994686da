import t from 'tap'
import { parseLiteral } from '../../../lib/overrides/literal.ts'
import { printOverride } from '../../../lib/overrides/print.ts'
import { isValue } from '../../../lib/overrides/sweep.ts'
import { mistakeOf } from '../../fixture/mistake.ts'

const literal = (text: string): string => {
  const { operation, file, path, value } = parseLiteral(text)
  if (value !== null && !isValue(value)) return 'a sweep'
  return printOverride({ operation, file, path, value })
}

t.test('what is one value stays that, and all else is text', async (t) => {
  for (const [typed, meant] of [
    ['a=1', 'a=1'],
    ['a=[1,2]', 'a=[1,2]'],
    ['a={x:1,y:2}', 'a={x:1,y:2}'],
    ['~a', '~a'],
    ['a=extend_list(1,2)', 'a=extend_list(1,2)'],
    ['f.yaml:+a=1,2', "f.yaml:+a='1,2'"],
    ['a=Hello, you!', "a='Hello, you!'"],
    ['a=choice(1,2)', "a='choice(1,2)'"],
    ['a=interval(0,1)', "a='interval(0,1)'"],
    ["a='x','y'", "a='\\'x\\',\\'y\\''"],
    ['a=b=c', "a='b=c'"],
  ] as const) {
    t.equal(literal(typed), meant)
  }
})

t.test('a mistake in the key or in a bracket is still one', async (t) => {
  for (const text of ['a', 'a b=1,2', 'a=[1,2', "a='x", 'a={x']) {
    t.ok(mistakeOf(() => parseLiteral(text)).position >= 0, text)
  }
})
