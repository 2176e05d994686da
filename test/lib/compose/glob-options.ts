import t from 'tap'
import { matching } from '../../../lib/compose/glob-options.ts'

t.test('a glob picks names as a shell does', async (t) => {
  const names = ['big', 'big2', 'small', 's[1]', 'a.b']
  const picked = (include: string[], exclude: string[] = []): string[] =>
    matching(names, { kind: 'glob', include, exclude })
  t.strictSame(picked(['*']), names)
  t.strictSame(picked(['big*']), ['big', 'big2'])
  t.strictSame(picked(['big?']), ['big2'])
  t.strictSame(picked(['*'], ['big*', 'a?b']), ['small', 's[1]'])
  t.strictSame(picked(['[a-b]*']), ['big', 'big2', 'a.b'])
  t.strictSame(picked(['[!b]*']), ['small', 's[1]', 'a.b'])
  t.strictSame(picked(['s[[]1]', 'a+b', '[z-a]', '(big', '[']), ['s[1]'])
})
