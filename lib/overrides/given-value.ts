import { type Call, type Given, wrongArgument } from './bind.ts'
import type { Value } from './override.ts'
import { isValue, nameOf } from './sweep.ts'

/** An argument that must be a value, as a sweep of sweeps has no meaning. */
export const plainValue = (call: Call, given: Given): Value => {
  if (isValue(given.value)) return given.value
  const rule = `${nameOf(given.value)} can't stand inside of ${call.name}: a sweep is the whole value`
  throw wrongArgument(call, given, 'nested_sweep', rule)
}

/** An argument that must be a number; true and false count as 1 and 0. */
export const numberOf = (call: Call, given: Given): Value & { type: 'int' | 'float' } => {
  const { value } = given
  if (isValue(value)) {
    if (value.type === 'bool') return { type: 'int', value: BigInt(value.value) }
    if (value.type === 'int') return value
    if (value.type === 'float' && Number.isFinite(value.value)) return value
  }
  throw wrongArgument(call, given, 'arg_type', `${call.name} needs finite numbers here`)
}
