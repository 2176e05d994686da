import t from 'tap'
import { nameProblem } from '../../lib/names.ts'
import { newTicket, parseTicket, printTicket, type Ticket, VERBS } from '../../lib/ticket.ts'

const ticket: Ticket = {
  ticket: '01980000-0000-7000-8000-000000000001',
  verb: 'enqueue',
  repository: '/home/ann/project/.git',
  worktree: '/home/ann/my project',
  env: 'e'.repeat(64),
  priority: -7,
  hold: true,
  after: [
    { id: '01980000-0000-7000-8000-000000000004', must: 'succeed' },
    { id: '01980000-0000-7000-8000-000000000005', must: 'succeed' },
    { id: '01980000-0000-7000-8000-000000000006', must: 'end' },
  ],
  keep: true,
  items: [
    { oid: 'a'.repeat(40), id: '01980000-0000-7000-8000-000000000002', name: 'lr=0.1,depth=18' },
    { oid: 'b'.repeat(64), id: '01980000-0000-7000-8000-000000000003', name: 'brisk-otter' },
  ],
}
const text = printTicket(ticket)

const problemOf = (text: string): string => {
  const read = parseTicket(text)
  return 'problem' in read ? read.problem : 'none'
}

t.test('a ticket is lines that a shell can write', async (t) => {
  t.equal(
    text,
    `git-exp-ticket 1
ticket 01980000-0000-7000-8000-000000000001
verb enqueue
repository /home/ann/project/.git
worktree "/home/ann/my project"
env ${'e'.repeat(64)}
priority -7
hold true
after 01980000-0000-7000-8000-000000000004 01980000-0000-7000-8000-000000000005
after-any 01980000-0000-7000-8000-000000000006
keep true
items 2

${'a'.repeat(40)} 01980000-0000-7000-8000-000000000002 lr=0.1,depth=18
${'b'.repeat(64)} 01980000-0000-7000-8000-000000000003 brisk-otter
`,
  )
})

t.test('what is printed reads back the same, whatever the paths are', async (t) => {
  for (const path of [
    '/plain',
    '/with blank/at the end ',
    '/line\nbreak\n\nand another',
    '/tab\tand "quotes" and \\back\\slashes\\',
    '/# no comment; no end',
    '/verb stop',
    '/\nverb stop',
    '/zażółć/実験/🧪',
    '/carriage\rreturn\u0007bell\u2028',
    `/${'deep/'.repeat(800)}`,
  ]) {
    const odd = { ...ticket, repository: path, worktree: path }
    t.strictSame(parseTicket(printTicket(odd)), odd, encodeURI(path.slice(0, 40)))
  }
  for (const value of ['', 'a new name', 'a note\nof "two" lines', '+tag', 'x'.repeat(10_000)]) {
    t.strictSame(parseTicket(printTicket({ ...ticket, value })), { ...ticket, value })
  }
  const bare = { ...ticket, worktree: null, env: null, priority: 0, keep: false, items: [] }
  t.strictSame(parseTicket(printTicket(bare)), bare)
  const rewritten = [{ old: 'a'.repeat(40), new: 'b'.repeat(40) }]
  const rewrite: Ticket = { ...bare, verb: 'rewrite', value: 'amend', rewritten }
  t.strictSame(parseTicket(printTicket(rewrite)), rewrite)
  t.match(parseTicket(`${printTicket(rewrite)}HEAD b\n`), { problem: /no rewritten commit/ })
  t.strictSame(parseTicket(printTicket({ ...bare, hook: true })), { ...bare, hook: true })
  for (const verb of VERBS) {
    if (verb === 'rewrite') continue
    t.strictSame(parseTicket(printTicket({ ...ticket, verb })), { ...ticket, verb }, verb)
  }
})

t.test('a new ticket has an id of its time, and nothing but what its verb needs', async (t) => {
  const made = newTicket({ verb: 'stop', repository: '/x/.git', priority: 3 }, 1_645_557_742_000)
  t.match(made.ticket, /^017f22e2-79b0-7/)
  t.strictSame(parseTicket(printTicket(made)), {
    ...{ ticket: made.ticket, verb: 'stop', repository: '/x/.git', worktree: null, env: null },
    ...{ priority: 3, hold: false, after: [], keep: false, items: [] },
  })
})

t.test('what a shell leaves out has a default', async (t) => {
  const [first, id, verb, repository] = text.split('\n')
  t.strictSame(parseTicket([first, id, verb, repository, '', ''].join('\n')), {
    ...ticket,
    worktree: null,
    env: null,
    priority: 0,
    hold: false,
    after: [],
    keep: false,
    items: [],
  })
})

t.test(
  'a ticket cut off anywhere is no ticket, but at the end of a line of its body',
  async (t) => {
    const body = text.indexOf('\n\n') + 2
    for (let length = 0; length < text.length; length++) {
      const isWholeLine = length >= body && text[length - 1] === '\n'
      if (!isWholeLine && problemOf(text.slice(0, length)) === 'none') t.fail(`cut at ${length}`)
    }
    t.equal(problemOf(text.slice(0, -1)), 'it is cut off')
    t.equal(problemOf(''), 'it is cut off')
  },
)

t.test('a ticket of another version and one of nobody are told apart', async (t) => {
  t.match(problemOf(text.replace('ticket 1\n', 'ticket 2\n')), /another version of git-exp/)
  t.match(problemOf(`\u0000${text}`), /does not begin with/)
  t.match(problemOf(text.replace('git-exp-ticket 1', 'git-exp-ticket 1 ')), /does not begin with/)
  t.match(problemOf(text.replace('git-exp-ticket 1', 'git-exp-ticket')), /does not begin with/)
})

t.test('each line of the head is checked', async (t) => {
  const changed = (from: RegExp, to: string): string => problemOf(text.replace(from, to))
  t.match(changed(/^verb .*$/m, 'verb destroy'), /“verb” is missing or wrong/)
  t.match(changed(/^verb .*\n/m, ''), /“verb” is missing or wrong/)
  t.match(changed(/^ticket 0.*$/m, 'ticket ../../x'), /“ticket” is missing or wrong/)
  t.match(changed(/^ticket 0.*\n/m, ''), /“ticket” is missing or wrong/)
  t.match(changed(/^repository .*$/m, 'repository project/.git'), /“repository” is missing/)
  t.match(changed(/^repository .*$/m, 'repository '), /“repository” is missing/)
  t.match(changed(/^repository .*$/m, 'repository "/a\0b"'), /“repository” is missing/)
  t.match(changed(/^repository .*\n/m, ''), /“repository” is missing/)
  t.match(changed(/^worktree .*$/m, 'worktree ..'), /“worktree” is missing or wrong/)
  t.match(changed(/^env .*$/m, `env ../../${'e'.repeat(58)}`), /“env” is missing or wrong/)
  for (const priority of ['101', '-101', '1e2', '+5', '0x10', '']) {
    t.match(changed(/^priority .*$/m, `priority ${priority}`), /“priority” is missing/, priority)
  }
  t.match(changed(/^hold .*$/m, 'hold yes'), /“hold” is missing or wrong/)
  const id = '01980000-0000-7000-8000-000000000004'
  for (const after of [
    '',
    'brisk-otter',
    `${id} `,
    `${id}  ${id}`,
    '--all',
    `${id} `.repeat(1001),
  ]) {
    t.match(changed(/^after .*$/m, `after ${after}`), /“after” is missing/, after.slice(0, 50))
  }
  t.match(changed(/^keep .*$/m, 'keep yes'), /“keep” is missing or wrong/)
  t.match(changed(/^keep .*$/m, `value ${'x'.repeat(10_001)}`), /“value” is missing or wrong/)
  t.match(changed(/^keep .*$/m, 'colour red'), /“colour red” is no line of a ticket/)
  t.match(changed(/^keep .*$/m, 'verb enqueue'), /its line “verb” is malformed/)
  t.match(changed(/^keep .*$/m, 'keep'), /is no line of a ticket/)
  t.match(changed(/^keep .*$/m, 'keep "true'), /its line “keep” is malformed/)
})

t.test('each line of the body names one experiment by oid, id and a name', async (t) => {
  const oid = 'c'.repeat(40)
  const id = '01980000-0000-7000-8000-000000000004'
  const uncounted = text.replace('items 2\n', '')
  t.equal(problemOf(`${uncounted}${oid} ${id} fine\n`), 'none')
  for (const line of [
    'nonsense',
    `${oid} ${id}`,
    `${oid} ${id} `,
    `${oid} ${id} two names`,
    `${oid.slice(1)} ${id} short`,
    `${oid.toUpperCase()} ${id} upper`,
    `--all ${id} option`,
    `${oid} ${id.toUpperCase().replace('7', 'g')} id`,
    `${oid} .. id`,
    `${oid} ${id} ../../../heads/main`,
    `${oid} ${id} -option`,
    `${oid} ${id} 12`,
    `${oid} ${id} HEAD`,
    ` ${oid} ${id} blank-before`,
    `${oid}\t${id}\ttabs`,
  ]) {
    t.match(problemOf(`${uncounted}${line}\n`), /names no experiment$/, line)
  }
  t.not(nameProblem('../../../heads/main'), null)
})

t.test('a ticket that was cut at the end of a line is known by its count', async (t) => {
  const cut = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)
  t.equal(problemOf(cut), 'it is cut off')
  t.match(problemOf(text.replace('items 2', 'items many')), /“items” is missing or wrong/)
})

t.test('a problem cites at most the beginning of a line', async (t) => {
  t.ok(problemOf(`${text}${'x'.repeat(100_000)}\n`).length < 200)
  t.ok(problemOf(text.replace('keep true', 'x'.repeat(100_000))).length < 200)
})
