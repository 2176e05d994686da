import type { Lack } from './schedule.ts'

/** What is asked for, in words: `2 GPUs`, `16G of memory`, `1 license`. */
export const askedText = (lacks: Lack[]): string =>
  lacks.map((lack) => amountText(lack, lack.asked)).join(' and ')

/** What the machine has instead: `2 GPUs`, `no license`. */
export const totalText = (lacks: Lack[]): string =>
  lacks.map((lack) => amountText(lack, lack.total)).join(' and ')

const amountText = ({ of }: Lack, amount: number): string => {
  if (of === 'memory') return `${sizeText(amount)} of memory`
  const unit = of === 'gpus' ? 'GPU' : of === 'cpus' ? 'CPU' : null
  return `${amount === 0 ? 'no' : amount} ${unit === null ? of : unit + (amount === 1 ? '' : 's')}`
}

/** As one would write it: in the largest unit that leaves at most one digit behind the point. */
const sizeText = (bytes: number): string => {
  const power = Math.max(0, Math.min(4, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  return `${Number((bytes / 1024 ** power).toFixed(1))}${['', 'K', 'M', 'G', 'T'][power]}`
}
