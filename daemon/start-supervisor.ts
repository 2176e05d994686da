import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { program } from '../lib/package.ts'
import { ENDED, type Orders, type Progress, readProgress } from './supervision.ts'

/** A supervisor that is up and waits for its orders. */
export interface Supervisor {
  progress: Progress
  give: (orders: Orders) => void
  /** Without orders it ends, and nothing was started. */
  dismiss: () => void
  /** Resolves when the attempt has its outcome or the process has ended; rejects never. */
  ended: Promise<void>
  /** Called at each change of the progress file. */
  onProgress: (listener: () => void) => void
  /** Lets it have another attempt when this one has ended; never one that was sent a signal. */
  release: () => void
}

/** A supervisor's process, and who hears what it says. */
interface Crew {
  child: ChildProcess & { stdin: NodeJS.WritableStream; stdout: NodeJS.ReadableStream }
  /** Gets each sign of its stdout, and `gone` when it has ended. */
  hear: (sign: string) => void
}

/** As long as gits are kept open: who adds one after the other waits for the start of none. */
const SPARE_MS = 2000
/** So long one of them stays: who looks at a result before the next `add` waits for no start either. */
const LAST_SPARE_MS = 10 * 60_000

/** Starts supervisors. One that had a short run and is still there takes the next. */
export class Supervisors {
  #spare: Crew[] = []
  #rest: NodeJS.Timeout | null = null

  /**
   * Starts a supervisor, beside the making of the workplace that it will need. It gets its orders
   * once it is up, so that a run that has begun can always be found by its progress file, and through
   * a pipe: an environment stands in no file but the one in the spool.
   */
  async start(folder: string): Promise<Supervisor> {
    clear(folder)
    this.#stay()
    const spare = this.#spare.pop()
    if (spare !== undefined) {
      spare.child.stdin.write(`${JSON.stringify(folder)}\n`)
      const supervisor = await this.#attend(spare, folder)
      if (supervisor !== null) return supervisor
      clear(folder)
    }
    const supervisor = await this.#attend(this.#launch(folder), folder)
    if (supervisor === null) throw new Error('the supervisor did not come up')
    return supervisor
  }

  /** Starts one for a run that will probably come: by then it is up, or nearly so. */
  foresee(): void {
    if (this.#spare.length > 0) return
    this.#stay()
    this.#spare.push(this.#launch(null))
  }

  #stay(): void {
    if (this.#rest !== null) clearTimeout(this.#rest)
    this.#rest = null
  }

  /** Ends those that have no run in a moment, and the last one later, unless a run comes before that. */
  restSpare(): void {
    this.#rest ??= setTimeout(() => {
      this.dismissSpare(1)
      this.#rest = setTimeout(() => this.dismissSpare(), LAST_SPARE_MS).unref()
    }, SPARE_MS).unref()
  }

  /** Ends those that have no run, but so many. */
  dismissSpare(left = 0): void {
    for (const { child } of this.#spare.splice(left)) child.stdin.end()
  }

  #launch(folder: string | null): Crew {
    const words = [...SMALL, program('daemon/supervisor'), ...(folder === null ? [] : [folder])]
    const child = spawn(process.execPath, words, {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const crew: Crew = { child, hear: () => {} }
    const gone = (): void => {
      this.#spare = this.#spare.filter((spare) => spare !== crew)
      crew.hear('gone')
    }
    child.once('exit', gone)
    child.once('error', gone)
    child.stdin.on('error', () => {})
    child.stdout.setEncoding('latin1')
    child.stdout.on('data', (signs: string) => {
      for (const sign of signs) crew.hear(sign)
    })
    child.unref()
    return crew
  }

  /** Null when it ends before it is up. */
  async #attend(crew: Crew, folder: string): Promise<Supervisor | null> {
    const { child } = crew
    let onProgress = (): void => {}
    let isGone = false
    const ended = Promise.withResolvers<void>()
    await new Promise<void>((isUp) => {
      crew.hear = (sign) => {
        isGone ||= sign === 'gone'
        if (isGone || sign === ENDED) ended.resolve()
        else onProgress()
        isUp()
      }
    })
    const progress = readProgress(folder)
    if (progress === null || progress.pid !== child.pid) {
      child.stdin.end()
      return null
    }
    return {
      progress,
      give: (orders) => child.stdin.write(`${JSON.stringify(orders)}\n`),
      dismiss: () => child.stdin.end(),
      ended: ended.promise,
      onProgress: (listener) => {
        onProgress = listener
      },
      release: () => {
        if (!isGone) this.#spare.push(crew)
      },
    }
  }
}

/** Of a supervisor of this attempt that never started anything, such as a dead daemon's. */
const clear = (folder: string): void => {
  for (const file of ['supervisor', 'outcome']) rmSync(join(folder, file), { force: true })
}

/** Options that keep a Node process small; none changes what the code means. */
const SMALL = ['--max-semi-space-size=1', '--v8-pool-size=1']
