/** A float as Python prints it: always with a point, an exponent or a name, so it reads back as one. */
export const floatText = (value: number): string => {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/([+-])(\d)$/, '$10$2')
  }
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}
