import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parseListing } from '../../lib/config-listing.ts'
import { committer, identityIn } from '../../lib/identity.ts'

const repository = mkdtempSync(join(tmpdir(), 'identity-'))
const bare = { PATH: process.env.PATH ?? '', HOME: repository, GIT_CONFIG_NOSYSTEM: '1' }
execFileSync('git', ['init', '--quiet', repository], { env: bare })

interface Case {
  config?: Record<string, string>
  env?: Record<string, string>
}

const listing = ({ config = {}, env = {} }: Case): Buffer => {
  const given = Object.entries(config).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const args = [...given, 'config', '--list', '-z', '--show-scope', '--show-origin']
  return execFileSync('git', args, { cwd: repository, env: { ...bare, ...env } })
}

const gitVar = ({ config = {}, env = {} }: Case): string => {
  const given = Object.entries(config).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const args = [...given, 'var', 'GIT_COMMITTER_IDENT']
  return execFileSync('git', args, { cwd: repository, env: { ...bare, ...env } })
    .toString()
    .trim()
}

const user = { 'user.name': 'Ann Other', 'user.email': 'ann@example.org' }

const known: Record<string, Case> = {
  'user settings': { config: user },
  'a committer’s own settings': { config: { ...user, 'committer.name': 'Bob' } },
  'variables before settings': {
    config: user,
    env: { GIT_COMMITTER_NAME: 'Cyd', GIT_COMMITTER_EMAIL: 'c@example.org' },
  },
  'one variable and one setting': { config: user, env: { GIT_COMMITTER_NAME: 'Cyd' } },
  'letters of other alphabets': { config: { ...user, 'user.name': 'Ærøskøbing 李' } },
  'marks within a name': { config: { ...user, 'user.name': "Miles O'Brien, jr" } },
  'one letter': { config: { ...user, 'user.name': 'X' } },
}

t.test('the committer is whom git itself says', async (t) => {
  for (const [title, own] of Object.entries(known)) {
    for (const zone of ['UTC', 'Asia/Kolkata', 'America/St_Johns']) {
      const identity = identityIn(parseListing(listing(own)), own.env ?? {})
      t.not(identity, null, title)
      // Git says which second it was asked in, and ours is asked for that one.
      process.env.TZ = zone
      const said = gitVar({ ...own, env: { ...own.env, TZ: zone } })
      const seconds = Number(/(\d+) [+-]\d{4}$/.exec(said)?.[1])
      t.equal(await committer(identity, repository, seconds * 1000), said, `${title}, ${zone}`)
    }
  }
  delete process.env.TZ
})

const unclear: Record<string, Case> = {
  'nothing is set': {},
  'only a name is set': { config: { 'user.name': 'Ann' } },
  'a time is set': { config: user, env: { GIT_COMMITTER_DATE: '1700000000 +0100' } },
  'a name is empty': { config: user, env: { GIT_COMMITTER_NAME: '' } },
  'a name ends in a full stop': { config: { ...user, 'user.name': 'Ann O.' } },
  'a name has a bracket': { config: { ...user, 'user.name': 'Ann <b> Other' } },
  'a name has a line break': { config: { ...user, 'user.name': 'Ann\nauthor Bob' } },
  'an address begins with a blank': { config: { ...user, 'user.email': ' a@b' } },
}

t.test('git is asked where that is not clear', async (t) => {
  for (const [title, own] of Object.entries(unclear)) {
    t.equal(identityIn(parseListing(listing(own)), own.env ?? {}), null, title)
  }
})

t.test('the committer whom git says is taken as it is', async (t) => {
  const env = {
    GIT_COMMITTER_NAME: 'Ann O.',
    GIT_COMMITTER_EMAIL: 'a@b',
    GIT_COMMITTER_DATE: '1700000000 +0100',
  }
  const before = { ...process.env }
  Object.assign(process.env, env)
  t.teardown(() => {
    for (const name of Object.keys(env)) delete process.env[name]
    Object.assign(process.env, before)
  })
  t.equal(await committer(null, join(repository, '.git'), 0), 'Ann O <a@b> 1700000000 +0100')
})
