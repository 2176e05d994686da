// The page that `git exp show --html` writes: one table, a comparison of two, curves, and parallel
// coordinates. What it shows comes from anyone, so text is only ever set as text.
const data = JSON.parse(document.getElementById('data').textContent)
const { columns, lines, names, goals, series } = data
const SVG = 'http://www.w3.org/2000/svg'
const state = { sort: null, isDescending: false, filter: '', chosen: [] }

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}
const drawn = (name, attributes) => {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}
const label = (text, attributes) => {
  const made = drawn('text', attributes)
  made.textContent = text
  return made
}

/** NaN and infinities come as text, since JSON has no word for them. */
const numberOf = (value) => {
  if (typeof value === 'number') return value
  return ['NaN', 'Infinity', '-Infinity'].includes(value) ? Number(value) : null
}
const textOf = (value) => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(Number(value.toPrecision(6)))
  return typeof value === 'string' ? value : JSON.stringify(value)
}
const colourOf = (i) => `hsl(${(i * 137.5) % 360} 65% 50%)`

/** Missing ones and NaN last, whichever way. */
const compared = (a, b) => {
  const [x, y] = [numberOf(a), numberOf(b)]
  const [noX, noY] = [a, b].map((value, i) => value == null || Number.isNaN([x, y][i] ?? 0))
  if (noX || noY) return { order: Number(noX) - Number(noY), isFixed: true }
  if (x !== null && y !== null) return { order: x - y, isFixed: false }
  return { order: textOf(a).localeCompare(textOf(b)), isFixed: false }
}

const visible = () => {
  const wanted = state.filter.toLowerCase().split(/\s+/).filter(Boolean)
  const indexes = lines
    .map((_, i) => i)
    .filter((i) => {
      const text = lines[i].map(textOf).join('\n').toLowerCase()
      return wanted.every((word) => text.includes(word))
    })
  if (state.sort === null) return indexes
  return indexes.sort((a, b) => {
    const { order, isFixed } = compared(lines[a][state.sort], lines[b][state.sort])
    return isFixed || !state.isDescending ? order : -order
  })
}

const table = () => {
  const head = element('tr', {}, element('th'))
  for (const [i, { head: text }] of columns.entries()) {
    const arrow = state.sort === i ? (state.isDescending ? ' ↓' : ' ↑') : ''
    const button = element('button', { type: 'button' }, text + arrow)
    button.addEventListener('click', () => {
      state.isDescending = state.sort === i && !state.isDescending
      state.sort = i
      draw()
    })
    head.append(element('th', {}, button))
  }
  const body = element('tbody')
  for (const i of visible()) {
    const box = element('input', { type: 'checkbox', 'aria-label': `compare ${names[i]}` })
    box.checked = state.chosen.includes(i)
    box.addEventListener('change', () => {
      const others = state.chosen.filter((one) => one !== i)
      state.chosen = box.checked ? [...others.slice(-1), i] : others
      draw()
    })
    const row = element('tr', { 'data-row': String(i) }, element('td', {}, box))
    for (const [at, value] of lines[i].entries()) {
      const attributes = columns[at].isNumeric ? { class: 'number' } : {}
      row.append(element('td', attributes, textOf(value)))
    }
    row.addEventListener('mouseenter', () => light(i))
    row.addEventListener('mouseleave', () => light(null))
    body.append(row)
  }
  return element('div', { class: 'scroll' }, element('table', {}, element('thead', {}, head), body))
}

const comparison = () => {
  if (state.chosen.length < 2) {
    return element('p', { class: 'soft' }, 'Tick two experiments to compare them.')
  }
  const [a, b] = state.chosen
  const rows = columns.flatMap(({ head }, i) => {
    const [from, to] = [lines[a][i], lines[b][i]]
    if (textOf(from) === textOf(to)) return []
    const [x, y] = [numberOf(from), numberOf(to)]
    const change = x === null || y === null || head === '#' ? null : y - x
    const goal = goals[head]
    const verdict = change && goal ? (change > 0 === (goal === 'max') ? 'better' : 'worse') : ''
    const by = change === null ? '' : `${change > 0 ? '+' : ''}${textOf(change)} ${verdict}`
    const cells = [head, textOf(from), textOf(to)].map((text) => element('td', {}, text))
    return [element('tr', {}, ...cells, element('td', verdict ? { class: verdict } : {}, by))]
  })
  return element('table', { id: 'comparison' }, element('tbody', {}, ...rows))
}

const WIDTH = 900
const HEIGHT = 260
const PAD = 50

const extent = (values) => {
  const finite = values.filter(Number.isFinite)
  const [least, most] = [Math.min(...finite), Math.max(...finite)]
  return least === most ? [least - 1, most + 1] : [least, most]
}

/** One chart a metric that has steps, a curve an experiment. */
const curves = () =>
  Object.entries(series).flatMap(([metric, own]) => {
    const shown = visible().filter((i) => own[i]?.length > 0)
    const all = shown.flatMap((i) => own[i].map(numberOf)).filter(Number.isFinite)
    if (all.length === 0) return []
    const [least, most] = extent(all)
    const longest = Math.max(2, ...shown.map((i) => own[i].length))
    const svg = drawn('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' })
    const y = (value) => HEIGHT - PAD / 2 - ((value - least) / (most - least)) * (HEIGHT - PAD)
    const x = (step) => PAD + (step / (longest - 1)) * (WIDTH - PAD - 10)
    for (const value of [least, most]) {
      svg.append(drawn('line', { class: 'axis', x1: PAD, x2: WIDTH, y1: y(value), y2: y(value) }))
      svg.append(label(textOf(value), { x: 0, y: y(value) + 4 }))
    }
    for (const i of shown) {
      const points = own[i]
        .map((value, step) => [step, numberOf(value)])
        .filter(([, value]) => Number.isFinite(value))
        .map(([step, value]) => `${x(step)},${y(value)}`)
      svg.append(curve(i, points.join(' ')))
    }
    return [element('h2', {}, metric), svg]
  })

const curve = (i, points) => {
  const line = drawn('polyline', { class: 'curve', points, stroke: colourOf(i), 'data-row': i })
  line.addEventListener('mousemove', (event) => light(i, event))
  line.addEventListener('mouseleave', () => light(null))
  return line
}

/** An axis a column that differs; texts in the order they come, what is missing at the bottom. */
const parallel = () => {
  const shown = visible()
  const axes = columns
    .map(({ head }, at) => ({ head, at, values: shown.map((i) => lines[i][at]) }))
    .filter(
      ({ head, values }) => head !== '#' && head !== 'name' && new Set(values.map(textOf)).size > 1,
    )
  if (axes.length < 2 || shown.length < 2) return []
  const svg = drawn('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT + 20}`, role: 'img' })
  const top = 30
  const bottom = HEIGHT - 20
  const xOf = (n) => PAD + (n / (axes.length - 1)) * (WIDTH - 2 * PAD)
  const placed = axes.map(({ head, values }, n) => {
    const numbers = values.map(numberOf)
    const isNumeric = values.every((value, i) => value == null || numbers[i] !== null)
    const kinds = [...new Set(values.map(textOf))].sort()
    const [least, most] = isNumeric
      ? extent(numbers.map((value) => value ?? Number.NaN))
      : [0, kinds.length - 1]
    svg.append(drawn('line', { class: 'axis', x1: xOf(n), x2: xOf(n), y1: top, y2: bottom }))
    svg.append(label(head, { x: xOf(n), y: 14, 'text-anchor': 'middle' }))
    svg.append(label(isNumeric ? textOf(most) : kinds.at(-1), { x: xOf(n) + 4, y: top + 4 }))
    svg.append(label(isNumeric ? textOf(least) : kinds[0], { x: xOf(n) + 4, y: bottom }))
    return (value) => {
      const number = isNumeric ? numberOf(value) : kinds.indexOf(textOf(value))
      if (number === null || !Number.isFinite(number)) return bottom + 16
      return bottom - ((number - least) / (most - least || 1)) * (bottom - top)
    }
  })
  for (const i of shown) {
    const points = axes.map(({ at }, n) => `${xOf(n)},${placed[n](lines[i][at])}`)
    svg.append(curve(i, points.join(' ')))
  }
  return [element('h2', {}, 'Parameters and metrics'), svg]
}

const tip = element('div', { class: 'tip' })
const light = (row, event) => {
  for (const line of document.querySelectorAll('.curve')) {
    line.classList.toggle('on', row !== null && line.dataset.row === String(row))
  }
  tip.textContent = row !== null && event ? names[row] : ''
  if (event) tip.style.translate = `${event.clientX + 12}px ${event.clientY + 12}px`
}

const parts = element('div')
const search = element('input', { type: 'search', placeholder: 'filter', 'aria-label': 'filter' })
search.addEventListener('input', () => {
  state.filter = search.value
  draw()
})
const draw = () => {
  parts.replaceChildren(
    table(),
    element('h2', {}, 'Compare'),
    comparison(),
    ...curves(),
    ...parallel(),
  )
}
document.body.append(
  element('h1', {}, data.title),
  element('div', { class: 'soft' }, `${lines.length} experiments, ${data.time}`),
  search,
  parts,
  tip,
)
draw()
