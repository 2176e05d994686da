import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { trailerFacts } from '../../lib/elsewhere/foreign-results.ts'
import { makePlaces, places } from '../../lib/places.ts'
import { printMessage } from '../../lib/trailers.ts'
import { bringKeptFiles } from '../../lib/workspace/kept-files.ts'

const sha256 = createHash('sha256').update('kept\n').digest('hex')
const good = { path: 'out/model.pt', sha256, bytes: 5 }

t.test(
  'of what a result from elsewhere says it kept, only what is harmless is believed',
  async (t) => {
    const hostile = [
      { ...good, path: '../outside' },
      { ...good, path: '/etc/passwd' },
      { ...good, path: '.git/config' },
      { ...good, path: 'sub/.GIT/hooks/x' },
      { ...good, path: '' },
      { ...good, sha256: '../../../etc/passwd' },
      { ...good, sha256: sha256.slice(1) },
      { ...good, bytes: -1 },
      { path: 'no-hash', bytes: 1 },
      null,
      'text',
    ]
    const message = printMessage('exp: result of x', [['Exp-Files', [...hostile, good]]])
    t.strictSame(trailerFacts(message).kept, [good])
    t.strictSame(trailerFacts(printMessage('x', [['Exp-Files', 'none']])).kept, [])
  },
)

t.test(
  'no kept file is brought through a link out of the workspace, nor a folder made',
  async (t) => {
    const folder = t.testdir({ workspace: {}, outside: {} })
    const found = makePlaces(places({ GIT_EXP_HOME: join(folder, 'state') }))
    writeFileSync(join(found.store, sha256), 'kept\n')
    const workspace = join(folder, 'workspace')
    symlinkSync(join(folder, 'outside'), join(workspace, 'link'))
    const leading = { ...good, path: 'link/made/model.pt' }
    t.throws(() => bringKeptFiles(found, workspace, [leading]), {
      code: 'capture-failed',
      message: /leads out of the workspace/,
    })
    t.notOk(existsSync(join(folder, 'outside/made')))
    t.strictSame(bringKeptFiles(found, workspace, [{ ...good, path: '.git/config' }]), [
      '.git/config',
    ])
    mkdirSync(join(workspace, 'out'))
    t.strictSame(bringKeptFiles(found, workspace, [good]), [])
    t.equal(readFileSync(join(workspace, 'out/model.pt'), 'utf8'), 'kept\n')
  },
)
