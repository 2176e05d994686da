import { openHistory } from '../lib/history.ts'
import type { Places } from '../lib/places.ts'
import { askedText, totalText } from '../lib/resource-text.ts'
import { schedule } from '../lib/schedule.ts'
import type { Spec } from '../lib/spec/spec.ts'

/** A sentence if this machine, as the daemon found it, can never give what the run needs. */
export const noteTooMuch = (places: Places, { resources }: Spec): string[] => {
  if (resources === null) return []
  const history = openHistory(places)
  const machine = history?.daemon()?.machine ?? null
  history?.close()
  if (machine === null) return []
  const nobodyElse = { number: 0, priority: 0, repository: 0, turn: 0, reserved: null }
  const [decision] = schedule([{ ...nobodyElse, needs: resources }], [], machine)
  if (decision?.verdict.is !== 'too-much') return []
  const { lacks } = decision.verdict
  return [
    `it needs ${askedText(lacks)} and this machine has ${totalText(lacks)}: it waits until there are as many`,
  ]
}
