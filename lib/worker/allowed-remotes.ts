/**
 * Whether a worker may use a remote: an entry of the list is its whole URL, or a beginning of it that
 * ends in `/` or `:`, so that no other host or folder has the same beginning.
 */
export const isAllowedRemote = (url: string, allowed: string[]): boolean =>
  !/(?:^|[/\\])\.\.(?:[/\\]|$)/.test(url) &&
  allowed.some((entry) => url === entry || (/[/:]$/.test(entry) && url.startsWith(entry)))
