import { UserError } from '../errors.ts'

/** A broker's address, taken apart. Of several, as Celery takes them, one stands here. */
export interface BrokerUrl {
  kind: 'amqp' | 'redis'
  /** With its credentials, for the client alone. */
  url: string
  /** For people: no credentials. */
  shown: string
  /** What goes before all keys and channels, on Redis. */
  keyPrefix: string
  /** The database, on Redis. */
  database: number
}

/** Takes apart what `exp.broker` says, an address or several with `;` between them, tried in turn. */
export const parseBrokerUrls = (text: string): BrokerUrl[] => text.split(';').map(parseOne)

const parseOne = (text: string): BrokerUrl => {
  const url = URL.canParse(text) ? new URL(text) : null
  const scheme = url?.protocol.slice(0, -1) ?? ''
  if (url === null || !['amqp', 'amqps', 'redis', 'rediss'].includes(scheme)) {
    throw new UserError(
      'bad-config',
      'exp.broker is no address of a broker',
      'git config --global exp.broker amqp://USER:PASSWORD@HOST, or redis://HOST',
    )
  }
  const keyPrefix = url.searchParams.get('global_keyprefix') ?? ''
  url.search = ''
  const isRedis = scheme.startsWith('redis')
  // Celery's own ways to name the virtual host `/`.
  const place = /^(?:\/|\/\/|\/%2f)$/i.test(url.pathname) ? '' : url.pathname
  return {
    kind: isRedis ? 'redis' : 'amqp',
    url: url.href,
    shown: `${scheme}://${url.host}${place}`,
    keyPrefix,
    database: isRedis ? Number(/^\/(\d+)/.exec(url.pathname)?.[1] ?? 0) : 0,
  }
}
