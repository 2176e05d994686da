import type { Broker, BrokerEvent } from '../../lib/cluster/broker.ts'
import { openBroker } from '../../lib/cluster/open-broker.ts'

/** The daemon's one connection to its broker: made when it is needed, and again when it was lost. */
export class BrokerLink {
  readonly #setting: string | null
  readonly #hear: (event: BrokerEvent) => void
  #broker: Promise<Broker> | null = null

  constructor(setting: string | null, hear: (event: BrokerEvent) => void) {
    this.#setting = setting
    this.#hear = hear
  }

  /** Throws `UserError` when no broker answers. */
  get(): Promise<Broker> {
    // Who asks while one is being made gets that one.
    this.#broker = this.#renew(this.#broker)
    return this.#broker
  }

  async close(): Promise<void> {
    const broker = await this.#broker?.catch(() => null)
    this.#broker = null
    await broker?.close()
  }

  async #renew(before: Promise<Broker> | null): Promise<Broker> {
    const broker = await before?.catch(() => null)
    if (broker != null && !broker.isClosed()) return broker
    await broker?.close()
    return this.#open()
  }

  async #open(): Promise<Broker> {
    const broker = await openBroker(this.#setting)
    // Events only make it faster: without them the minute's look tells the same.
    await broker.listen(this.#hear).catch(() => {})
    return broker
  }
}
