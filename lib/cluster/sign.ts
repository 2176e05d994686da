import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { UserError } from '../errors.ts'

/** Fewer could be guessed. */
const LEAST_BYTES = 32

/**
 * JSON with its keys in order and no blanks, all levels down: what is signed, whoever prints it.
 * Characters stand for themselves, in UTF-8.
 */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, own]) => `${JSON.stringify(key)}:${canonicalJson(own)}`).join(',')}}`
}

/** HMAC-SHA256 of a payload without its signature, in hex. */
export const signatureOf = (payload: object, key: Buffer): string =>
  createHmac('sha256', key).update(canonicalJson(payload)).digest('hex')

/** Whether a signature is this payload's, found out in a time that tells nothing of it. */
export const isSignedBy = (payload: object, signature: string, key: Buffer): boolean => {
  const given = Buffer.from(signature)
  const right = Buffer.from(signatureOf(payload, key))
  return given.length === right.length && timingSafeEqual(given, right)
}

const MAKE_KEY = 'make one, and give it to all workers: (umask 077; openssl rand -hex 32 >FILE)'

/** The key that a cluster shares: a file's content, less the line's end, that nobody else may read. */
export const readClusterKey = (file: string | null): Buffer => {
  if (file === null) {
    throw new UserError(
      'bad-config',
      'there is no key to sign what is sent to the cluster',
      `${MAKE_KEY}; git config --global exp.clusterKey FILE`,
    )
  }
  const { key, isOpen } = readFile(file)
  if (isOpen) {
    throw new UserError(
      'bad-config',
      `others may read the cluster's key ${file}`,
      `chmod 600 '${file}'; if somebody has read it, make another`,
    )
  }
  if (key.length < LEAST_BYTES) {
    throw new UserError(
      'bad-config',
      `the cluster's key ${file} has ${key.length} bytes, and needs ${LEAST_BYTES}`,
      MAKE_KEY,
    )
  }
  return key
}

const readFile = (file: string): { key: Buffer; isOpen: boolean } => {
  try {
    const key = Buffer.from(readFileSync(file, 'latin1').replace(/[\r\n]+$/, ''), 'latin1')
    return { key, isOpen: (statSync(file).mode & 0o077) !== 0 }
  } catch (error) {
    throw new UserError(
      'bad-config',
      `the cluster's key cannot be read: ${(error as Error).message}`,
      `${MAKE_KEY}; git config --global exp.clusterKey FILE`,
    )
  }
}
