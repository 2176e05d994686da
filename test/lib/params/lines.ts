import t from 'tap'
import { edited, refusal } from '../../fixture/edited.ts'

type Row = [title: string, file: string, before: string, args: string[], after: string]

const edits: Row[] = [
  [
    'an INI value changes, its comment and spaces stay',
    'a.ini',
    '[s]\r\nlr =  0.1 ; c\r\n',
    ['s.lr=1e-5'],
    '[s]\r\nlr =  1e-05 ; c\r\n',
  ],
  ['an INI value keeps its quotes', 'a.cfg', '[s]\na: "x"\n', ['s.a=y'], '[s]\na: "y"\n'],
  [
    'a value over lines gives way to one line',
    'a.ini',
    '[s]\na = 1\n  2\nb = 3\n',
    ['s.a=x'],
    '[s]\na = x\nb = 3\n',
  ],
  [
    'a key is put behind the last of its section',
    'a.ini',
    '[s]\na=1\n\n[t]\nb=2\n',
    ['+s.c=3', '+u.d=true'],
    '[s]\na=1\nc=3\n\n[t]\nb=2\n\n[u]\nd=true\n',
  ],
  [
    'a section with a dotted name is a map in a map',
    'a.ini',
    '[s.t]\na = 1\n',
    ['s.t.a=2'],
    '[s.t]\na = 2\n',
  ],
  ['a section goes with its keys', 'a.ini', '[s]\na = 1\n\n[t]\nb = 2\n', ['~s'], '[t]\nb = 2\n'],
  ['a key goes with its line', 'a.ini', '[s]\na = 1\nb = 2\n', ['~s.a'], '[s]\nb = 2\n'],
  [
    'a variable changes, its comment stays',
    '.env',
    'export A=1 # c\nB="x y"\n',
    ['A=2', 'B=z'],
    'export A=2 # c\nB="z"\n',
  ],
  [
    'a variable is quoted where it must be',
    'x.env',
    'A=1\nB=1\n',
    ['A=a b', `B="it's"`],
    `A='a b'\nB="it's"\n`,
  ],
  ['variables come and go', '.env.local', 'A=1\nB="x\ny"\n', ['~B', '+C=true'], 'A=1\nC=true\n'],
]

for (const [title, file, before, args, after] of edits) {
  t.test(title, async (t) => t.equal(await edited(file, before, ...args), after))
}

const refusals: Row[] = [
  [
    'a line of text holds no list',
    'a.ini',
    '[s]\na = 1\n',
    ['s.a=[1]'],
    'bad-override: s.a=[1]: a file of plain text holds no list',
  ],
  [
    'nor null',
    '.env',
    'A=1\n',
    ['A=null'],
    'bad-override: A=null: a file of plain text holds no null',
  ],
  [
    'nor several lines',
    'a.ini',
    '[s]\na = 1\n',
    [`s.a='x\ny'`],
    'bad-override: a text of several lines cannot be written into an INI file',
  ],
  [
    'nor what would be read as a comment',
    'a.ini',
    '[s]\na = 1\n',
    [`s.a='x ; y'`],
    `bad-override: s.a='x ; y': cannot be written into a.ini: it would change other values (change a.ini by hand)`,
  ],
  [
    'a section is no value',
    'a.ini',
    '[s]\na = 1\n',
    ['s=1'],
    'bad-override: s is a section, not a key',
  ],
  [
    'a key needs a section',
    'a.ini',
    '[s]\na = 1\n',
    ['+b=1'],
    'bad-override: b needs a section (+SECTION.b=… names one)',
  ],
  [
    'a line that is neither is an error',
    'a.ini',
    '[s]\nx\n',
    ['s.a=1'],
    'bad-params-file: a.ini:2:1: neither a [section] nor key = value',
  ],
  [
    'a key twice is an error',
    'a.ini',
    '[s]\na = 1\na = 2\n',
    ['s.a=1'],
    'bad-params-file: a.ini:3:1: a stands here a second time',
  ],
  [
    'what is quoted differently everywhere is refused',
    '.env',
    'A=1\n',
    [`A="it's $x"`],
    'bad-override: A: no quotes are read the same everywhere for this text',
  ],
  [
    'a line that is no variable is an error',
    '.env',
    'A=1\nfoo bar\n',
    ['A=1'],
    'bad-params-file: .env:2:1: not NAME=value',
  ],
  [
    'a file of another kind is refused',
    'a.txt',
    'a=1\n',
    ['a=2'],
    'bad-params-file: a.txt: not a kind of file that parameters can be set in (YAML, JSON, TOML, INI, .env and Python files can)',
  ],
]

for (const [title, file, before, args, error] of refusals) {
  t.test(title, async (t) => t.equal(await refusal(file, before, ...args), error))
}
