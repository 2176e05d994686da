import { createRequire } from 'node:module'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { packageRoot } from './package.ts'

/** SQLite for who only reads: loaded when a database is opened, since most commands open none. */
export const sqlite = (): typeof Database =>
  createRequire(join(packageRoot(), 'package.json'))('better-sqlite3') as typeof Database
