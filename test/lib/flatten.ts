import t from 'tap'
import { flattenFiles } from '../../lib/flatten.ts'

const flat = (files: Parameters<typeof flattenFiles>[0]) => [...flattenFiles(files)]

t.test('single values stand under their dotted key', async (t) => {
  t.strictSame(
    flat({
      'params.yaml': { lr: 0.1, model: { depth: 18, layers: [{ name: 'a' }, 2] }, seed: null },
    }),
    [
      ['lr', 0.1],
      ['model.depth', 18],
      ['model.layers.0.name', 'a'],
      ['model.layers.1', 2],
      ['seed', null],
    ],
  )
})

t.test('a file stands before a key only where two files have that key', async (t) => {
  t.strictSame(flat({ 'a.yaml': { lr: 1, only: 2 }, 'conf/b.json': { lr: 3, other: 4 } }), [
    ['a.yaml:lr', 1],
    ['only', 2],
    ['conf/b.json:lr', 3],
    ['other', 4],
  ])
})

t.test('an empty list or map is a value, an empty file has none', async (t) => {
  t.strictSame(flat({ 'a.yaml': { none: {}, list: [] }, 'b.yaml': {}, 'c.yaml': [] }), [
    ['none', {}],
    ['list', []],
  ])
})

t.test('a file of one bare value has it under no key', async (t) => {
  t.strictSame(flat({ 'loss.json': 0.25 }), [['', 0.25]])
  t.strictSame(flat({ 'loss.json': 0.25, 'acc.json': 1n }), [
    ['loss.json:', 0.25],
    ['acc.json:', 1n],
  ])
})

t.test('a key named like a part of every object is a key', async (t) => {
  const odd = JSON.parse('{"__proto__": {"lr": 1}, "constructor": 2}')
  t.strictSame(flat({ 'a.json': odd }), [
    ['__proto__.lr', 1],
    ['constructor', 2],
  ])
})
