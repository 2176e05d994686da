import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { describeProgram, OVERVIEW } from '../cli/program.ts'
import { manualPage } from './manual-page.ts'

const out = 'dist'
const { metafile } = await build({
  entryPoints: ['cli/main.ts', 'daemon/main.ts', 'daemon/worker/main.ts'],
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // Native code cannot be bundled, chokidar is the daemon's alone, and the brokers' clients are for who
  // has a cluster: all load from node_modules.
  external: ['better-sqlite3', 'chokidar', 'amqplib', 'ioredis'],
  mainFields: ['module', 'main'],
  // The same code as ES modules: an `import()` of bundled CommonJS would have a default export only.
  alias: { yaml: './node_modules/yaml/browser/index.js' },
  // Bundled CommonJS parts ask for Node's own modules by require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
})

// One small file, without what Node needs to load ES modules: it is started for each run.
const supervisor = await build({
  entryPoints: ['daemon/supervisor.ts'],
  outfile: join(out, 'daemon/supervisor.cjs'),
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node22',
  metafile: true,
  logLevel: 'warning',
})

// Only what is stale goes: a daemon that was started from here goes on reading its own parts.
const built = new Set(
  [metafile, supervisor.metafile].flatMap(({ outputs }) => Object.keys(outputs)),
)
for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
  const file = relative('.', join(entry.parentPath, entry.name))
  if (entry.isFile() && !built.has(file)) rmSync(file)
}

mkdirSync('man', { recursive: true })
writeFileSync('man/git-exp.1', manualPage(describeProgram(), OVERVIEW))
