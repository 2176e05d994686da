import type { Value } from './override.ts'

/** A number as a decimal without rounding: `units` × 10^-`places`. */
export interface Exact {
  type: 'int' | 'float'
  units: bigint
  places: number
}

export const exactInt = (value: bigint): Exact => ({ type: 'int', units: value, places: 0 })

/** The decimal that a finite float is printed as, which is what its writer meant. */
export const exactFloat = (value: number): Exact => {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const units = BigInt(whole + fraction)
  const places = fraction.length - Number(exponent)
  return places >= 0
    ? { type: 'float', units, places }
    : { type: 'float', units: units * 10n ** BigInt(-places), places: 0 }
}

export const exactValue = ({ type, units, places }: Exact): Value =>
  type === 'int'
    ? { type, value: units }
    : { type, value: Number(places === 0 ? units : `${units}e-${places}`) }

/** The same number counted in units of 10^-`places`, which must not be coarser than its own. */
export const unitsAt = (exact: Exact, places: number): bigint =>
  exact.units * 10n ** BigInt(places - exact.places)
