import type { Config } from '../lib/config.ts'
import { environmentForRuns, keepEnvironment } from '../lib/environment.ts'
import { UserError } from '../lib/errors.ts'
import { findHooks, type Hook, installHook, removeHook } from '../lib/hooks.ts'
import { refuseProblems } from '../lib/load-config.ts'
import { printPlain } from '../lib/params/plain-json.ts'
import type { Places } from '../lib/places.ts'
import type { Repository } from '../lib/repository.ts'
import { request } from '../lib/request.ts'
import { newTicket } from '../lib/ticket.ts'
import { openConfiguredSession } from './session.ts'

/** Installs, removes or shows the hooks of this repository. */
export const hooks = async (options: {
  what: 'install' | 'uninstall' | 'status'
  json?: boolean
}): Promise<number> => {
  const { places, repository, reading } = await openConfiguredSession()
  const found = await findHooks(repository, places)
  const { config } = refuseProblems(reading)
  if (options.what === 'uninstall') return uninstall(found)
  if (options.what === 'status') return status(found, config, options.json === true)
  for (const hook of found) orRefuse(hook, () => installHook(hook, places))
  await saveEnvironment(places, repository)
  for (const hook of await findHooks(repository, places)) {
    process.stderr.write(`installed ${hook.ours}${aside(hook)}\n${advice(hook)}`)
  }
  if (config.autoqueue === false) {
    process.stderr.write('no commit is queued until: git config exp.autoqueue true\n')
  }
  return 0
}

/** A commit from a GUI has no environment to speak of: its experiments run in this shell's. */
const saveEnvironment = (places: Places, repository: Repository): Promise<void> => {
  const ticket = newTicket(
    {
      verb: 'environment',
      repository: repository.commonDir,
      worktree: repository.worktree,
      env: keepEnvironment(places, environmentForRuns(process.env)),
    },
    Date.now(),
  )
  return request(places, ticket, Date.now())
}

const uninstall = (found: Hook[]): number => {
  const removed = found.filter((hook) => orRefuse(hook, () => removeHook(hook)))
  for (const hook of removed) {
    const { manager, state } = hook
    const back =
      state.is === 'ours' && state.before !== null ? '; what stood there before is back' : ''
    process.stderr.write(`removed ${hook.ours}${back}\n`)
    if (manager !== null && state.is === 'ours' && state.isRun) {
      process.stderr.write(`  ${manager.name} still looks for it, which does no harm\n`)
    }
  }
  if (removed.length === 0) process.stderr.write('there is no hook of ours\n')
  return 0
}

const status = (found: Hook[], config: Config, asJson: boolean): number => {
  const isWell = found.every(({ state }) => state.is === 'ours' && state.isRun && state.isCurrent)
  if (asJson) {
    const hooks = found.map(({ name, file, ours, manager, state }) => ({
      name,
      file,
      ours,
      state: state.is,
      manager: manager?.name ?? null,
      current: state.is === 'ours' ? state.isCurrent : null,
      run: state.is === 'ours' ? state.isRun : null,
      before: state.is === 'ours' ? state.before : null,
    }))
    const { autoqueue, onRewrite } = config
    process.stdout.write(`${printPlain({ hooks, autoqueue, onRewrite })}\n`)
    return isWell ? 0 : 1
  }
  for (const hook of found) {
    process.stdout.write(`${hook.name}: ${stateText(hook)}\n${advice(hook)}`)
  }
  process.stdout.write(`exp.autoqueue: ${autoqueueText(config.autoqueue)}\n`)
  process.stdout.write(`exp.onRewrite: ${config.onRewrite}\n`)
  if (process.env.GIT_EXP === '0') process.stdout.write('GIT_EXP=0: all are off in this shell\n')
  return isWell ? 0 : 1
}

const stateText = (hook: Hook): string => {
  const { state, manager, file, ours } = hook
  switch (state.is) {
    case 'absent':
      return 'no hook is there; git exp hooks install writes it'
    case 'foreign':
      return `another hook is there, ${file}; git exp hooks install keeps it running`
    case 'managed':
      return `${manager?.name} has the hook; git exp hooks install tells what to add`
    case 'ours': {
      const by =
        manager === null ? 'is there' : state.isRun ? `is run by ${manager.name}` : 'is not run'
      const old = state.isCurrent ? '' : ', of another git-exp; git exp hooks install renews it'
      return `the hook ${by}, ${ours}${aside(hook)}${old}`
    }
  }
}

const aside = ({ state, manager }: Hook): string =>
  state.is === 'ours' && state.before !== null && manager === null
    ? `; it runs ${state.before} first`
    : ''

/** What a tool that writes the hooks has to be told. */
const advice = ({ name, manager, state }: Hook): string => {
  if (manager === null || state.is !== 'ours' || state.isRun) return ''
  const lines = manager.lines(name).replace(/^(?=.)/gm, '    ')
  return `  ${manager.name} has this hook: add to ${manager.files(name)[0]}\n${lines}`
}

const autoqueueText = (autoqueue: Config['autoqueue']): string => {
  if (autoqueue === true) return 'on'
  return autoqueue === false ? 'off' : `on for the branches ${autoqueue.join(' ')}`
}

const orRefuse = <T>(hook: Hook, change: () => T): T => {
  try {
    return change()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (error instanceof UserError || code === undefined) throw error
    throw new UserError(
      'bad-config',
      `the ${hook.name} hook cannot be changed: ${message}`,
      'make the folder of the hooks yours and writable',
    )
  }
}
