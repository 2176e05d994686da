import t from 'tap'
import { emptyObject, isFloat, noteFloat } from '../../../lib/params/plain.ts'
import { parsePlain, printPlain } from '../../../lib/params/plain-json.ts'
import { readParams } from '../../../lib/params/read.ts'

t.test('JSON is read and printed with the same numbers', async (t) => {
  const text =
    '{"a":1,"b":1.0,"c":12345678901234567890,"d":-0.0,"e":[1.0,2,1e+30],"__proto__":{"f":3.0}}'
  t.equal(printPlain(parsePlain(text)), text)
})

t.test('big integers are bigints, others are numbers', async (t) => {
  const big = 2n ** 53n
  t.same(parsePlain('[9007199254740991, 9007199254740992, -9007199254740993]'), [
    9007199254740991,
    big,
    -big - 1n,
  ])
})

t.test('what JSON has no number for is printed as text', async (t) => {
  t.equal(printPlain([Number.NaN, Infinity, -Infinity]), '["NaN","Infinity","-Infinity"]')
})

t.test('a file is printed with the floats it has', async (t) => {
  const plain = await readParams('params.yaml', 'a: 1.0\nb: 1\nc: [2.0, 1.0e+22]\nd: -0.0\n')
  t.equal(printPlain(plain), '{"a":1.0,"b":1,"c":[2.0,1e+22],"d":-0.0}')
})

t.test('objects that are read have no prototype to fall back on', async (t) => {
  const plain = parsePlain('{"a": {}}') as { [key: string]: object }
  t.equal(plain.toString, undefined)
  t.equal(Object.getPrototypeOf(plain.a), null)
})

t.test('a note of a float belongs to one key of one object', async (t) => {
  const object = emptyObject()
  noteFloat(object, 'a')
  t.ok(isFloat(object, 'a'))
  t.notOk(isFloat(object, 'b'))
  t.notOk(isFloat({ a: 1 }, 'a'))
})
