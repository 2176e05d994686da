import t from 'tap'
import { candidates } from '../../cli/completion/candidates.ts'
import { describeProgram } from '../../cli/program.ts'

const offers = {
  names: async () => ['sweep-1', 'sweep-2', 'other'],
  parameters: async () => ['lr', 'model.depth', 'bad key', '$(rm)'],
}

t.test('words become verbs, options, names and keys', async (t) => {
  const program = describeProgram()
  for (const [typed, expected] of [
    ['sh', ['show']],
    ['log ', ['@last', 'sweep-1', 'sweep-2', 'other']],
    ['log o', ['other']],
    ['branch other ', []],
    ['stop other s', ['sweep-1', 'sweep-2']],
    ['tag ', []],
    ['tag good o', ['other']],
    ['add -S ', ['lr=', 'model.depth=']],
    ['add --set-param mo', ['model.depth=']],
    ['add -n x -S lr=1 -S l', ['lr=']],
    ['add -S lr=', []],
    ['queue --fo', ['--force']],
    ['add -- --fo', []],
    ['daemon st', ['start', 'stop', 'status']],
    ['daemon stop --', ['--kill', '--help']],
    ['no-such-verb x', []],
  ] as const) {
    t.strictSame(await candidates(program, typed.split(' '), offers), expected, typed)
  }
})
