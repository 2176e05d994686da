/**
 * What `{a,b}` in a glob stands for, so that each can be checked as a path; null when there are
 * more than 256, as a matcher would choke on them.
 */
export const expandBraces = (pattern: string): string[] | null => {
  const done: string[] = []
  const open = [pattern]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const alternatives = expandFirst(next)
    if (alternatives === null) done.push(next)
    else open.push(...alternatives)
    if (done.length + open.length > most) return null
  }
  return done
}

const most = 256

/** The first innermost group written out, or null where there is none with a comma. */
const expandFirst = (pattern: string): string[] | null => {
  const group = /\{([^{}]*,[^{}]*)\}/.exec(pattern)
  if (group?.[1] === undefined) return null
  const before = pattern.slice(0, group.index)
  const after = pattern.slice(group.index + group[0].length)
  return group[1].split(',').map((alternative) => before + alternative + after)
}
