// biome-ignore-all lint/suspicious/noTemplateCurlyInString: interpolations are the subject
import t from 'tap'
import { compose } from '../../../lib/compose/compose.ts'
import { openConfigFolder } from '../../../lib/compose/config-folder.ts'
import { nestedFiles } from '../../fixture/nested-files.ts'
import { overridesOf } from '../../fixture/overrides-of.ts'

const files = {
  'conf/config.yaml':
    'defaults:\n  - model: small\n  - _self_\nseed: 1\nsub:\n  out: ${sub.dir}/x\n  dir: y\n',
  'conf/model/small.yaml': 'depth: 2\nname: a\n',
  'conf/model/large.yaml': '# a comment\ndepth: ${nope.depth}\n',
  'conf/model/bad.yaml': 'defaults:\n  - ../x: [1\n',
  'conf/model/item.yaml': 'defaults:\n  - small\n  - group: 5\n',
  'conf/exp/e.yaml': '# @package _global_\ndefaults:\n  - override /modle: small\n',
  'conf/exp/two.yaml': '# @package _global_\ndefaults:\n  - /model: large\n',
}

t.test('an error names the file, the line, and what there is instead', async (t) => {
  const root = t.testdir(nestedFiles(files))
  const folder = openConfigFolder(root, 'conf')
  for (const [override, message, hint] of [
    [
      'model=larg',
      /^model=larg: there is no conf\/model\/larg\.yaml; did you mean large\?$/,
      /bad, item, large, small/,
    ],
    ['model=large', /^conf\/model\/large\.yaml:2: cannot resolve \$\{nope\.depth\}: there is no/],
    ['model=bad', /^conf\/model\/bad\.yaml:3:1:/],
    ['model=item', /^conf\/model\/item\.yaml:3: .*by its name/],
    ['+exp=e', /^conf\/exp\/e\.yaml:3: modle is in no defaults list$/],
    [
      '+exp=two',
      /^conf\/config\.yaml:2 chooses model: small, and conf\/exp\/two\.yaml:3 model: large/,
      /override model: OPTION/,
    ],
    ['+model@b=smal', /^\+model@b=smal: there is no .*did you mean small/],
    ['seeed=1', /no parameter seeed .*conf\/config\.yaml; did you mean seed\?/, /^\+seeed=/],
    ['sub.dir=${.dri}', /^sub\.dir=\$\{\.dri\}: cannot resolve \$\{\.dri\}: there is no \.dri/],
    ['seed=${x.y', /^cannot use this override/],
    ['modle/x=1', /no config group modle\/x in conf/, /exp, model/],
  ] as const) {
    const make = () => compose(folder, 'config', overridesOf(override), {})
    t.throws(make, hint === undefined ? { message } : { message, hint }, override)
  }
  const nowhere = () => compose(folder, 'main', [], {})
  t.throws(nowhere, { message: /no conf\/main\.yaml/, hint: /config_name.*config/ })
})
