import t from 'tap'
import { isUuid, uuid7, uuidTime } from '../../lib/uuid.ts'

t.test('an id is a UUID of version 7 and variant 2', async (t) => {
  // The time of the example in RFC 9562.
  const ids = Array.from({ length: 200 }, () => uuid7(1_645_557_742_000))
  const form = /^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  t.strictSame(
    ids.filter((id) => !form.test(id)),
    [],
  )
  t.ok(isUuid(uuid7(0)))
  t.ok(isUuid(uuid7(2 ** 48 - 1)))
})

t.test('ids of the same millisecond differ', async (t) => {
  t.equal(new Set(Array.from({ length: 1000 }, () => uuid7(5))).size, 1000)
})

t.test('ids sort by the time they were made, and tell it', async (t) => {
  const times = [0, 1, 255, 256, 65_536, 1_767_323_045_678, 1_767_323_045_679, 2 ** 48 - 1]
  const ids = times.map(uuid7)
  t.strictSame(ids.toSorted(), ids)
  t.strictSame(ids.map(uuidTime), times)
})

t.test('a text that is not quite an id is none', async (t) => {
  const id = uuid7(1)
  for (const text of [
    '',
    id.toUpperCase().replace('7', 'A'),
    `${id}\n`,
    ` ${id}`,
    id.slice(1),
    id.replaceAll('-', ''),
    `{${id}}`,
    id.replace('-', '/'),
    '../../../../../../../../../../../../x',
  ]) {
    t.notOk(isUuid(text), JSON.stringify(text))
  }
})
