import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { describeProgram, OVERVIEW } from '../cli/program.ts'
import { manualPage } from './manual-page.ts'

const out = 'dist'

// One file a program, CommonJS, which Node loads faster than ES modules; and a program that runs while it
// is replaced has all of it.
const { metafile } = await build({
  entryPoints: [
    'cli/main.ts',
    'cli/program.ts',
    'daemon/main.ts',
    'daemon/supervisor.ts',
    'daemon/worker/main.ts',
    'daemon/worker/program.ts',
  ],
  outdir: out,
  outbase: '.',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node22',
  // Native code cannot be bundled, chokidar is the daemon's alone, and the brokers' clients are for who
  // has a cluster: all load from node_modules, and when they are asked for.
  external: ['better-sqlite3', 'chokidar', 'amqplib', 'ioredis'],
  supported: { 'dynamic-import': false },
  define: { 'import.meta.dirname': '__dirname' },
  mainFields: ['module', 'main'],
  alias: { yaml: './node_modules/yaml/browser/index.js' },
  metafile: true,
  logLevel: 'warning',
})

const built = new Set(Object.keys(metafile.outputs))
for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
  const file = relative('.', join(entry.parentPath, entry.name))
  if (entry.isFile() && !built.has(file)) rmSync(file)
}

mkdirSync('man', { recursive: true })
writeFileSync('man/git-exp.1', manualPage(describeProgram(), OVERVIEW))
