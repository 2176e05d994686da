import { UserError } from '../errors.ts'
import type { Broker } from './broker.ts'
import { type BrokerUrl, parseBrokerUrls } from './broker-url.ts'

/**
 * Connects to the first broker of `exp.broker` that answers. Its client is loaded only now. Throws
 * `UserError` when none answers.
 */
export const openBroker = async (setting: string | null): Promise<Broker> => {
  const urls = setting === null ? [] : parseBrokerUrls(setting)
  let last: unknown = noBroker()
  for (const url of urls) {
    try {
      return await open(url)
    } catch (error) {
      last = error
    }
  }
  throw last
}

export const noBroker = (): UserError =>
  new UserError(
    'bad-config',
    'there is no broker to reach a cluster by',
    'git config --global exp.broker amqp://USER:PASSWORD@HOST, or redis://HOST',
  )

const open = async (url: BrokerUrl): Promise<Broker> =>
  url.kind === 'amqp'
    ? (await import('./amqp-broker.ts')).openAmqp(url)
    : (await import('./redis-broker.ts')).openRedis(url)
