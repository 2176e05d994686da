import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { describeEditable, findEditableInstalls } from '../../lib/editable.ts'

/** A folder with these files; `@` in a text stands for the workspace, `work` in it. */
const machine = (t: Test, files: Record<string, string>) => {
  const folder = mkdtempSync(join(tmpdir(), 'editable-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const workspace = join(folder, 'work')
  for (const [path, text] of Object.entries({ 'work/src/a/__init__.py': '', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text.replaceAll('@', workspace).replaceAll('%', folder))
  }
  return (bins: string[], command: string | string[] = 'python train.py', workdir = '') =>
    findEditableInstalls({
      workspace,
      workdir,
      command,
      env: { HOME: join(folder, 'home'), PATH: bins.map((bin) => join(folder, bin)).join(':') },
    })
}

const site = 'lib/python3.12/site-packages'

t.test('an install of the first Python on the path counts, and no other', async (t) => {
  const find = machine(t, {
    'one/bin/python': '',
    [`one/${site}/a.pth`]: '@/src\n',
    'two/bin/python3': '',
    [`two/${site}/b.pth`]: '@/lib\nimport sys\n/elsewhere\n@-other/src\n',
    'shims/python': '',
  })
  t.strictSame(find(['one/bin', 'two/bin']).roots, ['src'])
  t.strictSame(find(['two/bin', 'one/bin']).roots, ['lib'])
  t.strictSame(find(['bin', 'shims', 'one/bin']).roots, ['src'])
  t.strictSame(find([]).roots, [])
})

t.test('a Python that the command names counts before those on the path', async (t) => {
  const find = machine(t, {
    'one/bin/python': '',
    [`one/${site}/a.pth`]: '@/src\n',
    'work/.venv/bin/python': '',
    [`work/.venv/${site}/b.pth`]: '@\n',
  })
  for (const command of ['.venv/bin/python a.py', ['.venv/bin/pytest', '-q']]) {
    t.strictSame(find(['one/bin'], command).roots, [''])
  }
  t.strictSame(find(['one/bin'], '../.venv/bin/python a.py', 'src').roots, [''])
  t.strictSame(find(['one/bin'], '.venv/bin/python a.py', 'src').roots, ['src'])
})

t.test(
  'what a user installed for themselves counts, but not in a closed environment',
  async (t) => {
    const venv = (sees: boolean): string =>
      `home = %/base/bin\ninclude-system-site-packages = ${sees}\nversion = 3.12\n`
    const find = machine(t, {
      'base/bin/python3': '',
      [`base/${site}/x.txt`]: '',
      [`home/.local/${site}/a.pth`]: '@/src\n',
      'closed/bin/python': '',
      'closed/pyvenv.cfg': venv(false),
      [`closed/${site}/x.txt`]: '',
      'open/bin/python': '',
      'open/pyvenv.cfg': venv(true),
      [`open/${site}/b.pth`]: '@/lib\n',
    })
    t.strictSame(find(['base/bin']).roots, ['src'])
    t.strictSame(find(['closed/bin', 'base/bin']).roots, [])
    t.strictSame(find(['open/bin']).roots, ['lib', 'src'])
  },
)

t.test('a finder’s map is understood as far as a search path can follow it', async (t) => {
  const find = machine(t, {
    'one/bin/python': '',
    [`one/${site}/__editable___a_0_1_finder.py`]:
      "MAPPING: dict[str, str] = {'a': '@/src/a', 'n.deep': '@/src/n/deep', 'm': '@/lib/m', 'o': '@/code'}\nNAMESPACES = {}\n",
    [`one/${site}/__editable___x_0_1_finder.py`]: "MAPPING = {'x': '/elsewhere/x'}\n",
    'work/lib/m.py': '',
  })
  const found = find(['one/bin'])
  t.strictSame(found, { roots: ['lib', 'src'], unreachable: ['o'] })
  t.equal(
    describeEditable(found),
    'the editable install of lib, src is imported from the snapshot; o is installed in a way that cannot be redirected: runs import your present code',
  )
  t.equal(describeEditable({ roots: [], unreachable: [] }), null)
  t.match(describeEditable({ roots: [''], unreachable: [] }), /install of \. is/)
})
