import { createHash, randomBytes } from 'node:crypto'

/** A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits, so that ids sort by time. */
export const uuid7 = (nowMs: number): string => toUuid(nowMs, randomBytes(16))

/** A UUIDv7 of another one's time that is the same whenever it is made: a second try makes it again. */
export const derivedUuid = (id: string, salt: string): string =>
  toUuid(uuidTime(id), createHash('sha256').update(`${id} ${salt}`).digest().subarray(0, 16))

const toUuid = (nowMs: number, bytes: Buffer): string => {
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}

export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)

/** When a UUIDv7 was made, in milliseconds. */
export const uuidTime = (id: string): number =>
  Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
