/** Milliseconds of a duration such as `90s`, `15m`, `1.5h` or `1d`; null when it is not one. */
export const durationMs = (text: string): number | null => {
  const [, number, unit] = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(text.trim()) ?? []
  return number === undefined || unit === undefined ? null : whole(number, milliseconds[unit])
}

/** Bytes of a size such as `500M` or `16G`, counted as Git counts: in powers of 1024. */
export const sizeBytes = (text: string): number | null => {
  const [, number, unit] = /^(\d{1,15}(?:\.\d{1,6})?)([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? []
  return number === undefined || unit === undefined
    ? null
    : whole(number, bytes[unit.toLowerCase()])
}

const milliseconds: Record<string, number> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 }
const bytes: Record<string, number> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

const whole = (number: string, unit: number | undefined): number | null => {
  const amount = Math.round(Number(number) * (unit ?? Number.NaN))
  return Number.isSafeInteger(amount) ? amount : null
}
