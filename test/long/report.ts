import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { printHtml } from '../../cli/formats/html.ts'
import { makeView } from '../../lib/view/view.ts'
import { noBrowser, openPage } from '../fixture/browser.ts'
import { NOW, row } from '../fixture/rows.ts'
import { until } from '../fixture/until.ts'

const hostile = '</script><script>document.title="broken"</script><img src=x onerror=alert(1)>'
const rows = [
  row('one', { lr: 0.1, text: hostile }, { acc: 0.9 }, { goal: { acc: 'max' }, number: 1 }),
  row('two', { lr: 0.5, text: 'plain' }, { acc: 0.7 }, { number: 2 }),
  row('three', { lr: 0.3, text: 'plain' }, { acc: Number.NaN }, { number: 3 }),
]
const steps = new Map([['loss', [3, Number.NaN, 1]]])

t.test(
  'the page sorts, filters, compares and draws, without a network',
  { skip: noBrowser },
  async (t) => {
    const context = { nowMs: NOW, stepsOf: () => steps }
    const page = printHtml(makeView(rows, {}, context), { ...context, title: 'Experiments' })
    const file = join(t.testdir(), 'report.html')
    writeFileSync(file, page)
    const { run, point, picture } = await openPage(t, file)
    await until('it is drawn', () => run<number>('document.querySelectorAll("tbody tr").length'))
    const order = () =>
      run<string[]>(
        '[...document.querySelectorAll("tr[data-row]")].map((r) => r.cells[2].textContent)',
      )
    const click = (head: string) =>
      run(
        `[...document.querySelectorAll('th button')].find((b) => b.textContent.startsWith('${head}')).click()`,
      )

    t.strictSame(await order(), ['one', 'two', 'three'])
    await click('lr')
    t.strictSame(await order(), ['one', 'three', 'two'])
    await click('acc')
    await click('acc')
    t.strictSame(await order(), ['one', 'two', 'three'], 'NaN comes last')

    await run(
      `{ const s = document.querySelector('input[type=search]'); s.value = 'plain'; s.dispatchEvent(new Event('input')) }`,
    )
    t.strictSame(await order(), ['two', 'three'])
    await run(
      `{ const s = document.querySelector('input[type=search]'); s.value = ''; s.dispatchEvent(new Event('input')) }`,
    )

    await run(`document.querySelectorAll('tr[data-row] input')[0].click()`)
    await run(`document.querySelectorAll('tr[data-row] input')[1].click()`)
    t.match(
      await run('document.querySelector("#comparison").textContent'),
      /acc0\.90\.7-0\.2 worse/,
    )

    t.equal(await run('document.title'), 'git exp', 'what an experiment says is never run')
    t.equal(await run('document.images.length'), 0)
    t.equal(await run('document.querySelectorAll("svg").length'), 2)
    const curve = await run<{ x: number; y: number }>(
      '(() => { const c = document.querySelector(".curve"); c.scrollIntoView(); const m = c.getScreenCTM(); const p = c.points[0]; return { x: m.a * p.x + m.e, y: m.d * p.y + m.f } })()',
    )
    await point(curve.x, curve.y)
    t.match(await run('document.querySelector(".tip").textContent'), /^(?:one|two|three)$/)
    t.equal((await picture()).subarray(1, 4).toString(), 'PNG')
    if (process.env.GIT_EXP_TEST_PICTURE !== undefined) {
      await run('scrollTo(0, 0)')
      writeFileSync(process.env.GIT_EXP_TEST_PICTURE, await picture())
    }
  },
)
