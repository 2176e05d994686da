import { type Bound, type Call, type Given, wrongArgument, wrongCall } from './bind.ts'
import { isValue, nameOf } from './sweep.ts'

/** The one thing that `sort` or `shuffle` was given, with or without a name; null for several. */
export const theOne = (call: Call, { rest, named }: Bound): Given | null => {
  const list = named.get('list')
  const sweep = named.get('sweep')
  const given = list ?? sweep
  if (given === undefined) return rest.length === 1 ? (rest[0] ?? null) : null
  if (rest.length > 0 || (list !== undefined && sweep !== undefined)) {
    throw wrongCall(call, 'arg_count', `${call.name} takes values, list= or sweep=: one of them`)
  }
  const { value } = given
  const isRight = isValue(value)
    ? given === list && value.type === 'list'
    : given === sweep && (value.kind === 'choice' || value.kind === 'range')
  if (isRight) return given
  throw wrongArgument(call, given, 'arg_type', `${nameOf(value)} can't be given as ${given.name}=`)
}
