import { OverrideError } from './override-error.ts'
import type { ParsedOverride } from './parse.ts'
import { isSweep } from './sweep.ts'

/** Refuses what only has a meaning where a configuration is composed of groups. */
export const refuseComposition = (parsed: ParsedOverride): void => {
  const { path, text, value, valueAt } = parsed
  const group = path.find((part) => part.includes('/'))
  if (group !== undefined) {
    throw refusal(
      text,
      text.lastIndexOf(group, valueAt),
      `${group} names a config group, not a parameter`,
      DOTS,
    )
  }
  if (parsed.package !== null) {
    const at = text.lastIndexOf(`@${parsed.package}`, valueAt)
    throw refusal(text, at, `@${parsed.package} names a package of a config group`, DOTS)
  }
  if (isSweep(value) && value.kind === 'glob') {
    const rule = 'glob(…) picks among the options of a config group, and there are none'
    throw refusal(text, valueAt, rule, "list the values: 'key=a,b,c'")
  }
}

const DOTS = "a parameter is named by dots: 'model.depth=18'"

const refusal = (argument: string, position: number, rule: string, hint: string): OverrideError =>
  new OverrideError({ argument, position, fault: 'composition', rule, hint })
