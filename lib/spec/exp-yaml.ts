import { posix } from 'node:path'
import * as read from './exp-yaml-values.ts'
import type { Hydra } from './hydra.ts'
import type { Spec } from './spec.ts'
import { openYaml } from './yaml-file.ts'

/** A spec in the making; `hydra` says what is done before there is one. */
export type ExpYaml = Partial<Spec> & { hydra?: Hydra | null }

/** What an exp.yaml says, its paths made relative to the root; what it leaves out is absent. */
export const readExpYaml = async (text: string, path: string): Promise<ExpYaml> => {
  const file = await openYaml(text, path)
  if (file.top === null) return {}
  const top = { file, node: file.top, name: '', folder: posix.dirname(path) }
  const given: ExpYaml = {}
  for (const [key, value] of read.knownKeys(top, expYamlKeys)) {
    Object.assign(given, readers[key]?.(value))
  }
  return given
}

const readers: Record<string, (value: read.Value) => ExpYaml> = {
  cmd: (value) => ({ command: read.command(value) }),
  params: (value) => ({ params: read.paths(value) }),
  metrics: (value) => ({ metrics: read.paths(value) }),
  outputs: (value) => ({ outputs: read.paths(value) }),
  link: (value) => ({ link: read.paths(value) }),
  copy: (value) => ({ copy: read.paths(value) }),
  keep: (value) => ({ keep: read.paths(value) }),
  env: (value) => ({ env: read.environment(value) }),
  setup: (value) => ({ setup: read.script(value) }),
  timeout: (value) => ({ timeoutSeconds: read.seconds(value) }),
  retries: (value) => ({ retries: read.retries(value) }),
  resources: (value) => ({ resources: read.resources(value) }),
  on_finish: (value) => ({ onFinish: read.script(value) }),
  hydra: (value) => ({ hydra: read.hydra(value) }),
  goal: (value) => ({ goal: read.goal(value) }),
}

export const expYamlKeys: readonly string[] = Object.keys(readers)
