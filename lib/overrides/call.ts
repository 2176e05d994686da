import { bind, type Call } from './bind.ts'
import { callCast } from './cast.ts'
import { plainValue } from './given-value.ts'
import { makeChoice, makeGlob, makeInterval, makeRange, tagSweep } from './make-sweep.ts'
import { callShuffle } from './shuffle.ts'
import { callSort } from './sort.ts'
import type { Element } from './sweep.ts'

/** What a function makes of its arguments. */
export const callFunction = (call: Call): Element => {
  const bound = bind(call)
  switch (call.name) {
    case 'choice':
      return makeChoice(call, bound)
    case 'range':
      return makeRange(call, bound)
    case 'interval':
      return makeInterval(call, bound)
    case 'glob':
      return makeGlob(call, bound)
    case 'tag':
      return tagSweep(call, bound)
    case 'sort':
      return callSort(call, bound)
    case 'shuffle':
      return callShuffle(call, bound)
    case 'extend_list':
      return { kind: 'extension', items: bound.rest.map((given) => plainValue(call, given)) }
    case 'int':
    case 'float':
    case 'str':
    case 'bool':
    case 'json_str':
      return callCast(call, call.name, bound)
    default:
      throw new Error(`${call.name} has a signature but does nothing`)
  }
}
