import t, { type Test } from 'tap'
import { findHydra } from '../../../lib/compose/settings.ts'
import { workspaceTree } from '../../../lib/spec/tree.ts'
import { nestedFiles } from '../../fixture/nested-files.ts'

const found = (t: Test, files: Record<string, string>, workdir = '') => {
  const tree = workspaceTree(t.testdir(nestedFiles(files)), async () => new Set<string>())
  return findHydra(tree, workdir)
}

t.test('exp.yaml says whether and what is composed', async (t) => {
  const usual = { configDir: 'conf', configName: 'config', params: 'params.yaml' }
  t.equal(await found(t, {}), null)
  t.equal(await found(t, { 'exp.yaml': 'cmd: x\n' }), null)
  t.equal(await found(t, { 'exp.yaml': 'hydra: false\n' }), null)
  t.same(await found(t, { 'exp.yaml': 'hydra: true\n' }), usual)
  const own = 'hydra: {config_dir: c, config_name: a/main.yaml, params: p.json}\n'
  t.same(await found(t, { 'a/exp.yaml': own }, 'a/b'), {
    configDir: 'a/c',
    configName: 'a/main',
    params: 'a/p.json',
  })
  for (const wrong of [
    '{config_dir: ../..}',
    '{params: /etc/x}',
    '{config_name: ../x}',
    '{x: 1}',
    '5',
    '{params: p*}',
  ]) {
    await t.rejects(found(t, { 'exp.yaml': `hydra: ${wrong}\n` }), { code: 'bad-config' }, wrong)
  }
})

t.test("DVC's own settings count where there is no exp.yaml", async (t) => {
  const on = '[hydra]\n    enabled = True\n    config_dir = cfg\n[\'remote "x"\']\n    url = y\n'
  const dvc = { configDir: 'cfg', configName: 'config', params: 'params.yaml' }
  t.same(await found(t, { '.dvc/config': on }), dvc)
  t.equal(await found(t, { '.dvc/config': on, 'exp.yaml': 'cmd: x\n' }), null)
  t.equal(await found(t, { '.dvc/config': '[core]\n    autostage = true\n' }), null)
  const local = { '.dvc/config': on, '.dvc/config.local': '[hydra]\n    config_name = main\n' }
  t.same(await found(t, local), { ...dvc, configName: 'main' })
  const module = `${on}[hydra]\n    config_module = app.conf\n`
  await t.rejects(
    found(t, {
      '.dvc/config': module
        .replace(/\[hydra\]\n(?= {4}config_module)/, '')
        .replace('enabled = True', 'enabled = True\n    config_module = app.conf'),
    }),
    {
      message: /config_module needs Python/,
    },
  )
  const away = on.replace('cfg', '../cfg')
  await t.rejects(found(t, { '.dvc/config': away }), { message: /outside of the repository/ })
})
