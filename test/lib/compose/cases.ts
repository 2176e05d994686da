import t from 'tap'
import { UserError } from '../../../lib/errors.ts'
import { composed, trees, typed } from '../../fixture/compose-cases.ts'

for (const tree of trees) {
  t.test(tree.id, async (t) => {
    const root = t.testdir(nested(tree.files))
    for (const { overrides, value, differs } of tree.runs) {
      const said = `${tree.id}: ${overrides.join(' ')}`
      const isRefused = (value === undefined) !== (differs !== undefined)
      const make = () => typed(composed(root, tree, overrides))
      if (isRefused) t.throws(make, UserError, said)
      else if (value === undefined) t.doesNotThrow(make, said)
      else t.strictSame(make(), value, said)
    }
  })
}

interface Folder {
  [name: string]: string | Folder
}

/** `a/b.yaml` as a file in a folder. */
function nested(files: Record<string, string>): Folder {
  const root: Folder = {}
  for (const [path, text] of Object.entries(files)) {
    const parts = path.split('/')
    const name = parts.pop() ?? ''
    let folder = root
    for (const part of parts) {
      const below = folder[part] ?? {}
      folder[part] = below
      if (typeof below === 'object') folder = below
    }
    folder[name] = text
  }
  return root
}
