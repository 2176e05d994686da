import t from 'tap'
import { printConfig } from '../../../lib/compose/print.ts'
import { readConfig } from '../../../lib/compose/read-config.ts'
import { UserError } from '../../../lib/errors.ts'
import { composed, trees, typed } from '../../fixture/compose-cases.ts'
import { nestedFiles } from '../../fixture/nested-files.ts'

for (const tree of trees) {
  t.test(tree.id, async (t) => {
    const root = t.testdir(nestedFiles(tree.files))
    for (const { overrides, value, differs } of tree.runs) {
      const said = `${tree.id}: ${overrides.join(' ')}`
      const isRefused = (value === undefined) !== (differs !== undefined)
      const make = () => composed(root, tree, overrides)
      if (isRefused) {
        t.throws(make, UserError, said)
        continue
      }
      const config = make()
      if (value !== undefined) t.strictSame(typed(config), value, said)
      const again = readConfig('params.yaml', printConfig('params.yaml', config))
      t.strictSame(typed(again.data), typed(config), `${said}: written and read`)
    }
  })
}
