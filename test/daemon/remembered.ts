import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { remembered } from '../../daemon/remembered.ts'

t.test('what was made of files is made again when one of them is another', async (t) => {
  const folder = t.testdir({ here: 'a' })
  const here = join(folder, 'here')
  const [absent, draft] = [join(folder, 'absent'), join(folder, 'draft')]
  let made = 0
  const count = remembered(async () => ({ value: ++made, files: [here, absent] }))
  t.equal(await count('k'), 1)
  t.equal(await count('k'), 2, 'a file may change twice in one tick of its clock')

  const long = new Date(Date.now() - 60_000)
  const old = remembered(async (key) => ({
    value: `${key}${++made}`,
    files: ['/etc/passwd', absent],
  }))
  const first = await old('a')
  t.equal(await old('a'), first)
  t.not(await old('b'), first, 'each key has its own')
  writeFileSync(absent, '')
  t.not(await old('a'), first, 'a file came that was looked for')
  rmSync(absent)

  const tampered = remembered(async () => ({ value: ++made, files: [here] }))
  await tampered('k')
  writeFileSync(draft, 'b')
  utimesSync(draft, long, long)
  renameSync(draft, here)
  const second = await tampered('k')
  t.equal(second, made, 'an older file in its place')
  mkdirSync(join(folder, 'file'))
  const closed = remembered(async () => ({ value: ++made, files: [`${'x'.repeat(300)}`] }))
  t.not(await closed('k'), await closed('k'), 'one that cannot be looked at')
})
