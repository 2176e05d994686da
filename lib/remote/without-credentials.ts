/** A URL without password and user; of an SSH address the user stays: without it there is no way in. */
export const withoutCredentials = (url: string): string =>
  /^ssh:\/\//i.test(url)
    ? url.replace(/^(ssh:\/\/[^/@:]*):[^/@]*@/i, '$1@')
    : url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1')
