import t from 'tap'
import { readParams } from '../../../lib/params/read.ts'
import { type Edit, edited, type Refusal, refusal } from '../../fixture/edited.ts'

const edits: Edit[] = [
  [
    'only the value changes',
    'A  =  1  # c\r\nB: int=2',
    ['A=1e-5', 'B=true'],
    'A  =  1e-05  # c\r\nB: int=True',
  ],
  ['the last assignment counts', 'A = 1\nA = 2\n', ['A=3'], 'A = 1\nA = 3\n'],
  [
    'names within functions and branches are others',
    'A = 1\ndef f():\n    A = 2\nif x:\n    A = 3\n',
    ['A=4'],
    'A = 4\ndef f():\n    A = 2\nif x:\n    A = 3\n',
  ],
  [
    'a class in a class has names of its own',
    'class C(X):\n    A = 1; B = 2\n    class D:\n        A = 3\n',
    ['C.D.A=4', 'C.B=5'],
    'class C(X):\n    A = 1; B = 5\n    class D:\n        A = 4\n',
  ],
  [
    'what __init__ gives to self belongs to the class',
    'class C:\n    def __init__(self):\n        self.a: int = 1\n        a = 2\n',
    ['C.a=3'],
    'class C:\n    def __init__(self):\n        self.a: int = 3\n        a = 2\n',
  ],
  [
    'quotes stay where text stays',
    `A = 'x'\nB = "y"\nC = 1\n`,
    ['A=p', 'B=q', `C="it's"`],
    `A = 'p'\nB = "q"\nC = "it's"\n`,
  ],
  ['strings in a row are one', 'A = ("x"\n     "y")  # c\n', ['A=z'], 'A = ("z")  # c\n'],
  [
    'a dict takes, changes and loses keys',
    'A = {\n    "a": 1,  # c\n    "b": [1, 2],\n    "f": len,\n}\n',
    ['A.b.0=3', '+A.c=x', '~A.a'],
    `A = {\n    "b": [3, 2],\n    "f": len,\n    'c': 'x',\n}\n`,
  ],
  ['keys of a dict keep their type', 'A = {}\n', ['++A={0: x, b: 1}'], `A = {0: 'x', 'b': 1}\n`],
  ['keys that are numbers stay that', 'A = {0: 1}\n', ['+A.1=2'], 'A = {0: 1, 1: 2}\n'],
  [
    'a tuple stays one',
    'A = (1, 2)\nB = (1, 2)\nC = ()\n',
    ['A=[3]', '~B.0', 'C=extend_list(1)'],
    'A = (3,)\nB = (2,)\nC = (1,)\n',
  ],
  [
    'docstrings and comments are no code',
    '"""\nA = 1\n"""\n# A = 2\nA = 3\n',
    ['A=4'],
    '"""\nA = 1\n"""\n# A = 2\nA = 4\n',
  ],
]

for (const [title, before, args, after] of edits) {
  t.test(title, async (t) => t.equal(await edited('params.py', before, ...args), after))
}

const refusals: Refusal[] = [
  [
    'what is computed is refused',
    'A = 1 + 2\n',
    ['A=3'],
    'bad-override: A is not a literal but 1 + 2 (only literal values can be set in a Python file)',
  ],
  [
    'so is what is computed in a dict',
    'A = {"a": f(1)}\n',
    ['A.a=3'],
    'bad-override: A.a is not a literal but f(1) (only literal values can be set in a Python file)',
  ],
  [
    'and what is changed again',
    'A = 1\nA += 1\n',
    ['A=3'],
    'bad-override: A is not a literal but 1 (only literal values can be set in a Python file)',
  ],
  [
    'names are not added',
    'A = 1\n',
    ['+B=1'],
    'bad-override: B: names cannot be added to a Python file or deleted from it (change params.py by hand)',
  ],
  [
    'names are not deleted',
    'A = 1\n',
    ['~A'],
    'bad-override: A: names cannot be added to a Python file or deleted from it (change params.py by hand)',
  ],
  [
    'a class is no value',
    'class A:\n    B = 1\n',
    ['A=1'],
    'bad-override: A is a class, not a value',
  ],
  [
    'Python has no literal for nan',
    'A = 1\n',
    ['A=nan'],
    'bad-override: A=nan: Python has no literal for nan',
  ],
  [
    'an unknown name gets no hint that cannot be taken',
    'ALPHA = 1\n',
    ['ALHPA=1'],
    'unknown-parameter: no parameter ALHPA in params.py; did you mean ALPHA?',
  ],
  [
    'a string that is not closed is an error',
    'A = 1\nB = "x\n',
    ['A=1'],
    'bad-params-file: params.py:2:5: a string is not closed',
  ],
  [
    'a bracket that is not closed is an error',
    'A = [1\n',
    ['A=1'],
    'bad-params-file: params.py:2:1: a bracket is still open at the end',
  ],
]

for (const [title, before, args, error] of refusals) {
  t.test(title, async (t) => t.equal(await refusal('params.py', before, ...args), error))
}

t.test('what is not a literal is left out of what is read', async (t) => {
  const text = [
    'A = -1.5; B = 0x1F',
    String.raw`C = 'a\tb\x41\u00e9' "c"`,
    String.raw`D = r'\d'`,
    'E = f(1)',
    'F = [1, E]',
    'G = {"a": None, "b": E, 1: (True,)}',
    'H = b"x"',
    'I = f"{A}"',
    'J = [x for x in y]',
    'K = L = 1',
    'M = 1,',
  ].join('\n')
  t.same(await readParams('params.py', text), {
    A: -1.5,
    B: 31,
    C: 'a\tbAéc',
    D: '\\d',
    G: { a: null, 1: [true] },
  })
})
