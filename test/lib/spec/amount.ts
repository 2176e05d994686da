import t from 'tap'
import { durationMs, sizeBytes } from '../../../lib/spec/amount.ts'

t.test('a duration is a number and a unit', async (t) => {
  for (const [text, ms] of [
    ['250ms', 250],
    ['90s', 90_000],
    ['15m', 900_000],
    ['1.5h', 5_400_000],
    ['2h', 7_200_000],
    [' 1d ', 86_400_000],
  ] as const) {
    t.equal(durationMs(text), ms, text)
  }
})

t.test('what only looks like a duration is none', async (t) => {
  for (const text of [
    '',
    '90',
    's',
    '-1s',
    '1e3s',
    '2 h',
    '2H',
    '1w',
    'Infinitys',
    '9'.repeat(99),
  ]) {
    t.equal(durationMs(text), null, text)
  }
})

t.test('a size is counted in powers of 1024, as Git does', async (t) => {
  for (const [text, bytes] of [
    ['0', 0],
    ['1024', 1024],
    ['64k', 65_536],
    ['500M', 524_288_000],
    ['1.5G', 1_610_612_736],
    ['16GiB', 17_179_869_184],
    ['2gb', 2_147_483_648],
    ['1T', 1_099_511_627_776],
  ] as const) {
    t.equal(sizeBytes(text), bytes, text)
  }
})

t.test('what only looks like a size is none', async (t) => {
  for (const text of ['', 'G', '-1G', '1 G', '1X', '0x10', '1e9', '99999999999999T']) {
    t.equal(sizeBytes(text), null, text)
  }
})
