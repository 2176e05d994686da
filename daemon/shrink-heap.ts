/**
 * Gives back to the system what starting has left in the heap. The flag is set here and not at the
 * start of the process, where it would cost V8's cache of Node's own code: twenty milliseconds.
 * Both modules are loaded only now, for the same reason.
 */
export const shrinkHeap = (): void => {
  process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc')
  const collect = process.getBuiltinModule('node:vm').runInNewContext('gc') as
    | NodeJS.GCFunction
    | undefined
  collect?.({ type: 'major', flavor: 'last-resort', execution: 'sync' })
}
