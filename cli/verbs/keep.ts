import type { Verbs } from '../program.ts'

const DAEMON_VERBS = {
  start: 'start it, if it does not run',
  stop: 'end it; runs go on and the next daemon takes them over',
  restart: 'end it and start it again',
  status: 'whether it runs, and since when',
  run: 'run it here, in the foreground',
}

const SERVICE_VERBS = {
  install: 'let systemd or launchd keep it running, in this shell’s PATH',
  uninstall: 'stop that; runs go on',
  status: 'whether it is installed and runs',
  logs: 'what the daemon has to tell',
}

const HOOK_VERBS = {
  install: 'write the post-commit, post-rewrite and post-merge hooks of this repository',
  uninstall: 'remove them, and put back what stood there before',
  status: 'whether they are there, who runs them, and for which branches they are on',
}

const WORKER_VERBS = {
  start: 'run experiments of the cluster here, in the foreground',
  drain: 'let workers finish what they run, and end',
  stop: 'end what they run, which goes back to the queue, and them',
  status: 'which there are, and what they do',
  logs: 'what they have to tell',
}

export const keepVerbs = ({ verb, done }: Verbs): void => {
  const daemon = verb('daemon', 'start, stop and look at the daemon').usage('<what> [options]')
  for (const what of ['start', 'stop', 'restart', 'status', 'run'] as const) {
    const sub = daemon.command(what).description(DAEMON_VERBS[what]).exitOverride()
    if (what !== 'stop' && what !== 'status') {
      sub.option('-j, --jobs <n>', 'how many experiments run side by side')
    }
    if (what === 'stop') sub.option('--kill', 'stop what runs first')
    if (what === 'status') sub.option('--json', 'print it as JSON')
    sub.action(async (options: object) => {
      const verbs = await import('../daemon.ts')
      done(await verbs.daemon({ what, ...options }))
    })
  }
  const service = verb('service', 'keep the daemon running from login on').usage('<what> [options]')
  for (const what of ['install', 'uninstall', 'status', 'logs'] as const) {
    const sub = service.command(what).description(SERVICE_VERBS[what]).exitOverride()
    if (what === 'logs') sub.option('-f, --follow', 'go on until ^C')
    sub.action(async (options: object) => {
      const verbs = await import('../service.ts')
      done(await verbs.service({ what, ...options }))
    })
  }
  const hooks = verb('hooks', 'queue each commit by a Git hook').usage('<what>')
  for (const what of ['install', 'uninstall', 'status'] as const) {
    const sub = hooks.command(what).description(HOOK_VERBS[what]).exitOverride()
    if (what === 'status') sub.option('--json', 'print it as JSON')
    sub.action(async (options: object) => {
      const verbs = await import('../hooks.ts')
      done(await verbs.hooks({ what, ...options }))
    })
  }
  const worker = verb('worker', 'run experiments of a cluster on this machine').usage('<what>')
  for (const what of ['start', 'drain', 'stop', 'status', 'logs'] as const) {
    const sub = worker.command(what).description(WORKER_VERBS[what]).exitOverride()
    if (what === 'start') {
      sub
        .option('--gpus <list>', 'one worker for each of these GPUs, such as 0,1, or for all')
        .option('-Q, --queues <list>', 'the queues to take from, the first ones first')
        .option('--name <name>', 'what to call it, where several run on one machine')
        .option('--detach', 'in the background')
    } else if (what === 'status') sub.option('--json', 'print them as JSON')
    else sub.argument('[names...]', 'which; without any, all of them')
    if (what === 'logs') sub.option('-f, --follow', 'go on until ^C')
    sub.action(async (...given: unknown[]) => {
      const verbs = await import('../worker.ts')
      const names = Array.isArray(given[0]) ? { names: given[0] as string[] } : {}
      done(await verbs.worker({ what, ...names, ...(given.at(-2) as object) }))
    })
  }
  verb('gc', 'free what experiments hold besides their records and results')
    .option('--older <duration>', 'of those that ended so long ago, such as 30d')
    .option('--keep <n>', 'not of the newest so many')
    .option('--larger <size>', 'of those that hold more, such as 500M')
    .option('--state <states>', 'of those in these states: failed,stopped')
    .option('--all', 'of all that have ended')
    .option('--forget', 'with --all: remove every trace of git exp from this repository')
    .option('--dry-run', 'only say what would be freed')
    .option('-y, --yes', 'do not ask')
    .action(async (options: object) => {
      const { gc } = await import('../gc.ts')
      done(await gc(options))
    })
  verb('config', 'every setting, its value and where it came from')
    .option('--json', 'print them as JSON')
    .action(async (options: object) => {
      const { config } = await import('../config.ts')
      done(await config(options))
    })
  verb('doctor', 'look for faults, and tell the fix of each')
    .option('--json', 'print them as JSON')
    .option('--fix', 'put right what can be put right without harm')
    .option('--rebuild', 'build a lost or damaged database anew from refs and run folders')
    .action(async (options: object) => {
      const { doctor } = await import('../doctor.ts')
      done(await doctor(options))
    })
}
