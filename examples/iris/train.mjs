// Trains a network with one hidden layer to tell three species of iris apart, by plain gradient
// descent, one row at a time. Reads iris.csv and params.yaml, writes metrics.json.
import { readFileSync, writeFileSync } from 'node:fs'

/** `key: value` lines, one level of indented ones below a bare `key:`, and comments. */
const readParams = (path) => {
  const params = {}
  let prefix = ''
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const content = line.replace(/(^|\s)#.*/, '').trimEnd()
    if (content === '') continue
    const match = /^(\s*)([\w-]+):(?:\s+(.+))?$/.exec(content)
    if (match === null) throw new Error(`${path}:${index + 1}: not a "key: value" line: ${line}`)
    const [, indent, key, value] = match
    if (indent === '') prefix = value === undefined ? `${key}.` : ''
    if (value !== undefined) params[prefix + key] = Number(value)
  }
  return params
}

const params = readParams('params.yaml')
const param = (name, isRight, what) => {
  if (isRight(params[name])) return params[name]
  throw new Error(`params.yaml: ${name} must be ${what}`)
}
const lr = param('lr', (value) => value > 0, 'a number above 0')
const epochs = param('epochs', (value) => value > 0, 'a number above 0')
const holdout = param('holdout', (value) => value > 0 && value < 1, 'between 0 and 1')
const hidden = param('model.hidden', (value) => value >= 1, 'a number from 1 up')
const seed = param('seed', Number.isInteger, 'a whole number')

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
const randomFrom = (seed) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
const random = randomFrom(seed)

const shuffle = (items) => {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[items[last], items[other]] = [items[other], items[last]]
  }
  return items
}

const [, ...lines] = readFileSync('iris.csv', 'utf8').trim().split('\n')
const rows = shuffle(lines.map((line) => line.split(',')))
const species = ['setosa', 'versicolor', 'virginica']
const held = Math.round(rows.length * holdout)

// Scaled by the training rows alone: the validation rows must stay unseen.
const columns = [0, 1, 2, 3].map((column) => {
  const values = rows.slice(held).map((row) => Number(row[column]))
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / values.length) }
})
const samples = rows.map((row) => ({
  input: columns.map(({ mean, deviation }, column) => (Number(row[column]) - mean) / deviation),
  kind: species.indexOf(row[4]),
}))
const [validation, training] = [samples.slice(0, held), samples.slice(held)]

// Each unit has a weight an input and, last, its bias.
const layer = (units, inputs) =>
  Array.from({ length: units }, () =>
    Array.from({ length: inputs + 1 }, () => (random() - 0.5) / Math.sqrt(inputs)),
  )
const first = layer(hidden, columns.length)
const second = layer(species.length, hidden)

const sums = (weights, inputs) =>
  weights.map((unit) => inputs.reduce((sum, input, at) => sum + input * unit[at], unit.at(-1)))

const predict = (input) => {
  const activations = sums(first, input).map(Math.tanh)
  const outputs = sums(second, activations)
  const highest = Math.max(...outputs)
  const powers = outputs.map((output) => Math.exp(output - highest))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return { activations, shares: powers.map((power) => power / total) }
}

const descend = (weights, inputs, errors) => {
  for (const [unit, error] of errors.entries()) {
    for (const [at, input] of inputs.entries()) weights[unit][at] -= lr * error * input
    weights[unit][inputs.length] -= lr * error
  }
}

const learn = ({ input, kind }) => {
  const { activations, shares } = predict(input)
  const errors = shares.map((share, at) => share - (at === kind ? 1 : 0))
  const hiddenErrors = activations.map(
    (activation, at) =>
      (1 - activation ** 2) *
      errors.reduce((sum, error, unit) => sum + error * second[unit][at], 0),
  )
  descend(second, activations, errors)
  descend(first, input, hiddenErrors)
}

const measure = () => {
  let right = 0
  let loss = 0
  for (const { input, kind } of validation) {
    const { shares } = predict(input)
    if (shares[kind] === Math.max(...shares)) right++
    loss -= Math.log(Math.max(shares[kind], 1e-12))
  }
  if (Number.isNaN(loss)) throw new Error(`training came to nothing: lr ${lr} is too high`)
  const rounded = (value) => Number((value / validation.length).toFixed(4))
  return { accuracy: rounded(right), loss: rounded(loss) }
}

for (let epoch = 1; epoch <= epochs; epoch++) {
  for (const sample of shuffle(training)) learn(sample)
  if (epoch % Math.ceil(epochs / 10) > 0 && epoch < epochs) continue
  const { accuracy, loss } = measure()
  console.log(`epoch ${epoch}/${epochs}: accuracy ${accuracy}, loss ${loss}`)
}
writeFileSync('metrics.json', `${JSON.stringify(measure())}\n`)
