import t from 'tap'
import { isInside, parseSnapshotMessage, printSnapshotMessage } from '../../lib/snapshot.ts'
import { parseSpec } from '../../lib/spec/spec.ts'

const baseline = { short: '1234567', subject: 'Start' }
const facts = {
  id: '01980000-0000-7000-8000-000000000001',
  queue: 'a-queue',
  name: 'brisk-otter',
  baseline: 'a'.repeat(40),
  branch: 'main',
  workdir: 'sub/folder',
  overrides: ['params.yaml:lr=0.1', 'params.yaml:depth=18'],
  replaced: [{ path: 'params.yaml', original: 'b'.repeat(40) }],
  executor: 'temp-dir' as const,
  spec: parseSpec('{"command": ["python", "train.py"], "params": ["params.yaml"]}'),
}
const message = printSnapshotMessage(facts, baseline)

t.test('a snapshot’s message is what its readers know', async (t) => {
  const [head, command, spec, end] = message.split(/^(Exp-Command: .*)\n(Exp-Spec: .*)\n/m)
  t.equal(
    head,
    `exp: brisk-otter on main 1234567 Start

Exp-Version: 1
Exp-Id: "01980000-0000-7000-8000-000000000001"
Exp-Queue: "a-queue"
Exp-Name: "brisk-otter"
Exp-Baseline: "${'a'.repeat(40)}"
Exp-Branch: "main"
Exp-Workdir: "sub/folder"
Exp-Override: "params.yaml:lr=0.1"
Exp-Override: "params.yaml:depth=18"
Exp-Replaced: ["params.yaml","${'b'.repeat(40)}"]
Exp-Executor: "temp-dir"
`,
  )
  t.equal(command, 'Exp-Command: ["python","train.py"]')
  t.match(JSON.parse(spec?.replace('Exp-Spec: ', '') ?? ''), { params: ['params.yaml'] })
  t.equal(end, '')
})

t.test('what is printed reads back the same', async (t) => {
  t.strictSame(parseSnapshotMessage(message), facts)
  for (const other of [
    { ...facts, branch: null, workdir: '', overrides: [] },
    { ...facts, spec: null },
    { ...facts, baseline: 'b'.repeat(64), workdir: 'naïve/実験' },
    { ...facts, spec: parseSpec('{"command": "echo \\"a\\nb\\" | tee ü"}') },
    { ...facts, overrides: ['params.yaml:note="two\nlines\n\nExp-Id: 1"'] },
  ]) {
    t.strictSame(parseSnapshotMessage(printSnapshotMessage(other, baseline)), other)
  }
})

t.test('nothing that a user names forges a trailer', async (t) => {
  const evil = 'x\n\nExp-Id: "01980000-0000-7000-8000-00000000ffff"\nExp-Workdir: "../.."'
  const forged = {
    ...facts,
    ...{ branch: evil, name: evil, overrides: [evil] },
    spec: parseSpec(JSON.stringify({ command: ['echo', evil], env: { A: evil } })),
  }
  const read = parseSnapshotMessage(printSnapshotMessage(forged, { short: evil, subject: evil }))
  t.strictSame(read, forged)
})

t.test(
  'a message that is wrong in any of its trailers is refused by that one’s name',
  async (t) => {
    const refused = (from: string | RegExp, to: string, key: RegExp) => {
      const changed = message.replace(from, to)
      t.not(changed, message)
      t.throws(() => parseSnapshotMessage(changed), { name: 'UserError', message: key }, to)
    }
    for (const key of ['Version', 'Id', 'Queue', 'Name', 'Baseline', 'Workdir', 'Executor']) {
      refused(new RegExp(`^Exp-${key}: .*\n`, 'm'), '', new RegExp(`Exp-${key} is missing`))
      refused(new RegExp(`^Exp-${key}: .*$`, 'm'), `Exp-${key}: [3]`, new RegExp(`Exp-${key} is`))
      refused(new RegExp(`^(Exp-${key}: .*\n)`, 'm'), '$1$1', new RegExp(`Exp-${key} is`))
    }
    refused('Exp-Version: 1', 'Exp-Version: 2', /Exp-Version/)
    refused('Exp-Id: "01', 'Exp-Id: "../', /Exp-Id/)
    refused('Exp-Baseline: "a', 'Exp-Baseline: "-', /Exp-Baseline/)
    refused('Exp-Branch: "main"', 'Exp-Branch: 7', /Exp-Branch/)
    refused('"params.yaml:lr=0.1"', '{}', /Exp-Override/)
    refused('"temp-dir"', '"on-mars"', /Exp-Executor/)
    for (const folder of ['/etc', '..', 'a/../..', 'a/..', 'a\\u0000b']) {
      refused('"sub/folder"', `"${folder}"`, /Exp-Workdir/)
    }
    refused(/^Exp-Spec: .*$/m, 'Exp-Spec: {"params": ["../x"]}', /`params` is missing or not/)
    refused(/^Exp-Command: .*\n/m, '', /`command` is missing or not/)
    refused(/^Exp-Command: .*$/m, 'Exp-Command: {"toString": 1}', /`command` is missing or not/)
    t.throws(() => parseSnapshotMessage('WIP on main: 1234567 Start\n'), { message: /Exp-Version/ })
  },
)

t.test('a path is inside when no part of it leads out', async (t) => {
  for (const path of ['', 'a', 'a/b', '..a', 'a..', '...']) t.ok(isInside(path), path)
  for (const path of ['/', '/a', '..', '../a', 'a/..', 'a/../b', 'a\0']) t.notOk(isInside(path))
})
