import t from 'tap'
import { asciiJson, parseTrailers, printMessage } from '../../lib/trailers.ts'

t.test('a message is a subject, a blank line and a trailer a line', async (t) => {
  t.equal(
    printMessage('exp: brisk-otter on main', [
      ['Exp-Version', 1],
      ['Exp-Name', 'brisk-otter'],
      ['Exp-Command', ['python', 'train.py']],
      ['Exp-Branch', null],
    ]),
    `exp: brisk-otter on main

Exp-Version: 1
Exp-Name: "brisk-otter"
Exp-Command: ["python","train.py"]
Exp-Branch: null
`,
  )
})

t.test('any value stands on one line of ASCII and reads back the same', async (t) => {
  for (const value of [
    'line\nExp-Id: "forged"\r\n\r\nExp-Id: "forged"',
    'naïve 実験 🧪',
    'separators \u2028 \u2029 \u0085 \u007f \0',
    'half a pair \ud800',
    { nested: ['ä', { 'kéy\n': null }] },
    ['echo', '\n\nExp-Version: 2'],
    1.5,
    '',
  ]) {
    const text = asciiJson(value)
    t.match(text, /^[\x20-\x7e]*$/, text)
    t.strictSame(JSON.parse(text), value)
    t.strictSame(parseTrailers(printMessage('subject', [['Exp-Value', value]])).get('Exp-Value'), [
      value,
    ])
  }
})

t.test('neither subject nor value forges a trailer', async (t) => {
  const evil = 'x\n\nExp-Id: "forged"\r\rExp-Id: "forged"\0\nExp-Id: "forged"'
  const message = printMessage(evil, [
    ['Exp-Command', evil],
    ['Exp-Id', 'true'],
  ])
  t.equal(message.split('\n').length, 5)
  t.strictSame(parseTrailers(message).get('Exp-Id'), ['true'])
})

t.test('only the last paragraph has trailers', async (t) => {
  const message = 'Subject\n\nExp-Id: "of the body"\n \t\nExp-Id: "1"\nExp-Name: "a"\n\n\n'
  t.strictSame(
    [...parseTrailers(message)],
    [
      ['Exp-Id', ['1']],
      ['Exp-Name', ['a']],
    ],
  )
})

t.test('a key that comes twice keeps both values in order', async (t) => {
  const message = printMessage('s', [
    ['Exp-Override', 'lr=0.1'],
    ['Exp-Name', 'x'],
    ['Exp-Override', 'depth=3'],
  ])
  t.strictSame(parseTrailers(message).get('Exp-Override'), ['lr=0.1', 'depth=3'])
})

t.test('what is no trailer of ours or no JSON is left out', async (t) => {
  const lines = [
    'Signed-off-by: "A"',
    'Exp-Id: 01980000',
    'Exp-Id: "unclosed',
    'Exp-Id:"no blank"',
    ' Exp-Id: "indented"',
    'exp-id: "lower"',
    'Exp-: "no name"',
    'Exp-Id2: "digit"',
  ]
  t.equal(parseTrailers(`Subject\n\n${lines.join('\n')}\n`).size, 0)
  t.equal(parseTrailers('').size, 0)
})
