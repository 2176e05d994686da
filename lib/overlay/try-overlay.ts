import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entering } from './enter.ts'
import { closeLayers, entryAt, isWhiteout, type Layers } from './layers.ts'

/**
 * Finds out whether this user may mount overlays in a folder, by doing it. Gives back null if so, else
 * what is in the way, in words.
 */
export const tryOverlay = async (folder: string): Promise<string | null> => {
  if (process.platform !== 'linux') return 'only Linux has them'
  let pool: string
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    pool = mkdtempSync(join(folder, 'aside-'))
  } catch (error) {
    return (error as Error).message
  }
  try {
    const layers = layersIn(pool)
    writeFileSync(join(pool, layers.lower, 'old'), '')
    const said = await output(entering(layers, layers.workplace), 'rm old && echo >new')
    const [old, fresh] = ['old', 'new'].map((name) => entryAt(join(pool, layers.upper, name)))
    if (old && isWhiteout(old) && fresh?.isFile()) return null
    return said.replace(/\s+/g, ' ').trim() || 'what is written does not arrive in the upper layer'
  } finally {
    closeLayers({ pool, scratch: 'scratch' })
    rmSync(pool, { recursive: true, force: true })
  }
}

const layersIn = (pool: string): Layers => {
  for (const name of ['lower', 'upper', 'scratch', 'workplace']) mkdirSync(join(pool, name))
  const workplace = join(pool, 'workplace')
  return { pool, workplace, lower: 'lower', upper: 'upper', scratch: 'scratch' }
}

/** All that a script prints, also where nothing can be started. */
const output = ([file = '', ...args]: string[], script: string): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn(file, [...args, '/bin/sh', '-c', script], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.stderr.on('data', (part: Buffer) => parts.push(part))
    child.once('error', ({ message }) => resolve(message))
    child.once('close', () => resolve(Buffer.concat(parts).toString()))
  })
