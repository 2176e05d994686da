import { join } from 'node:path'
import type { Queue } from '../daemon/queue.ts'
import { parseSpec } from '../lib/spec/spec.ts'
import { uuid7 } from '../lib/uuid.ts'

const SPEC = parseSpec('{"command": "python train.py", "goal": {"acc": "max"}}')

/** Adds the row of an experiment that nobody captured, and gives back its number. */
export const addRow = (
  queue: Queue,
  path: string,
  { name, baseline, overrides }: { name: string; baseline: string; overrides: string[] },
  params: string,
): number =>
  queue.add({
    facts: {
      id: uuid7(Date.now()),
      queue: 'bench',
      name,
      baseline,
      branch: 'main',
      workdir: '',
      overrides,
      replaced: [],
      executor: 'temp-dir',
      spec: SPEC,
    },
    spec: SPEC,
    name,
    snapshot: baseline,
    commonDir: join(path, '.git'),
    worktree: path,
    env: null,
    priority: 0,
    isHeld: false,
    after: [],
    keep: false,
    ticket: uuid7(Date.now()),
    byHook: false,
    params,
  })
