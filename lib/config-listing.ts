/** One setting, wherever it stands. */
export interface ListedSetting {
  scope: string
  /** `file:…` and the like. */
  origin: string
  /** The section and the name in lower case. */
  key: string
  /** Null for a key without `=`, which means true. */
  value: string | null
}

/** Reads what `git config --list -z --show-scope --show-origin` prints. */
export const parseListing = (listing: Buffer): ListedSetting[] => {
  const fields = listing.toString().split('\0')
  const settings: ListedSetting[] = []
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [scope = '', origin = '', setting = ''] = fields.slice(at, at + 3)
    const end = setting.indexOf('\n')
    settings.push({
      scope,
      origin,
      key: end < 0 ? setting : setting.slice(0, end),
      value: end < 0 ? null : setting.slice(end + 1),
    })
  }
  return settings
}
