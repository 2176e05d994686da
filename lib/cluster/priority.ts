/**
 * What a priority from -100 to 100, higher first, is on RabbitMQ: 0 to 10, higher first. What goes before
 * or after the usual does so however little its priority differs from 0.
 */
export const amqpPriority = (priority: number): number =>
  5 + (priority > 0 ? Math.ceil(priority / 20) : Math.floor(priority / 20))

/** The same on Redis: one of Kombu's steps 0, 3, 6 and 9, of which the lowest is first. */
export const redisStep = (priority: number): number =>
  priority >= 50 ? 0 : priority > 0 ? 3 : priority === 0 ? 6 : 9
