/** Whether a version such as `1.2.3` is newer than another; one without numbers is the oldest. */
export const isNewer = (version: string, than: string): boolean => {
  const [own, other] = [numbers(version), numbers(than)]
  const at = own.findIndex((number, i) => number !== other[i])
  return at >= 0 && (own[at] ?? 0) > (other[at] ?? 0)
}

/** Major, minor and patch; what stands behind them does not count. */
const numbers = (version: string): number[] => {
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})/.exec(version)
  return match === null ? [-1, -1, -1] : match.slice(1).map(Number)
}
