import t from 'tap'
import { withoutOverlays } from '../../fixture/overlays.ts'
import { type Ran, runScript } from '../../fixture/run-script.ts'
import { type Sandbox, sandbox, type TestRepository } from '../../fixture/sandbox.ts'
import { poolsIn } from '../../fixture/slots.ts'

const FILES = {
  '.gitignore': '*.log\n/build/\n/ignored/\n',
  '.gitattributes': '*.crlf text eol=crlf\n',
  'conf/params.yaml': 'lr: 0.1\nname: one\n',
  'conf/other.yaml': 'a: 1\n',
  'conf/deep/file': 'deep\n',
  'exp.yaml':
    'params: [conf/params.yaml]\nmetrics: ["results/*.json", metrics.json]\noutputs: [ignored/kept]\n',
  'metrics.json': '{"old": 1}\n',
  'results/first.json': '{"first": 1}\n',
  'src/a.txt': 'aaaa\n',
  'src/b.txt': 'bbbb\n',
  'src/inner/c.txt': 'cccc\n',
  'src/tool.sh': '#!/bin/sh\necho tool "$@"\n',
  'line.crlf': 'one\ntwo\n',
}

/** What runs do to their files, by what is to be looked at. */
const SCRIPTS: Record<string, string> = {
  nothing: ':',
  'a file that is other': 'echo more >>src/a.txt',
  'a file that is as long and as old as before':
    'touch -r src/a.txt /tmp/$GIT_EXP_ID; printf "AAAA\\n" >src/a.txt; touch -r /tmp/$GIT_EXP_ID src/a.txt; rm /tmp/$GIT_EXP_ID',
  'a file that is gone': 'rm src/a.txt src/inner/c.txt',
  'a folder that is gone': 'rm -r src',
  'a folder that was made again': 'rm -r src && mkdir src && echo x >src/x.txt',
  'a folder that was made again in one that was not':
    'rm -r src/inner && mkdir src/inner && echo y >src/inner/y.txt && echo z >src/z.txt',
  'a folder that was made again and is empty': 'rm -r src && mkdir src',
  'a folder of another name': 'mv src moved',
  'a folder in the place of a file': 'rm src/a.txt && mkdir src/a.txt && echo in >src/a.txt/in',
  'a file in the place of a folder': 'rm -r src/inner && echo flat >src/inner',
  links: 'ln -s src link && ln -sf /nowhere src/b.txt && ln -s conf/params.yaml p',
  'hard links': 'ln src/a.txt src/same.txt && echo both >>src/a.txt',
  'the bit that says that it can be run': 'chmod +x src/a.txt && chmod -x src/tool.sh',
  'ignored files':
    'mkdir -p ignored build && echo k >ignored/kept && echo l >a.log && echo b >build/b',
  'many files': 'mkdir out && for i in $(seq 300); do echo $i >out/$i; done',
  'many files that are other': 'for i in $(seq 250); do echo $i >src/n$i; done; echo x >>src/a.txt',
  'a name that is no text': 'printf x >"$(printf "src/\\377.bin")"',
  'names that mean something': 'echo 1 >":(top)x"; echo 2 >"src/*"; echo 3 >" "; echo 4 >-- "-a"',
  'a folder that nobody may enter': 'mkdir shut && echo s >shut/s && chmod 0 shut',
  'a file that nobody may read': 'echo s >secret.txt && chmod 0 secret.txt',
  'a repository of its own': 'git init -q nested && echo n >nested/n && git -C nested add n',
  'a commit': 'echo c >>src/a.txt && git commit -qam mine && git log --format=%s | head -1',
  'what git sees': 'git status --porcelain && git diff --stat && git log --oneline | wc -l',
  'what was laid, laid again': 'cat conf/params.yaml >x && mv x conf/params.yaml',
  'what was laid, gone': 'rm conf/params.yaml untracked/new.txt',
  'what was laid in a folder that was made again':
    'cp conf/params.yaml /tmp/$GIT_EXP_ID && rm -r conf && mkdir conf && cp /tmp/$GIT_EXP_ID conf/params.yaml && rm /tmp/$GIT_EXP_ID',
  'what was laid, back to the commit’s': 'git checkout -q -- conf/params.yaml',
  'new metrics': 'echo "{\\"new\\": 2}" >metrics.json',
  'metrics that are gone': 'rm metrics.json',
  'metrics of a folder that was made again':
    'rm -r results && mkdir results && echo "{}" >results/b.json',
  'an end that is none': 'echo half >half.txt; exit 3',
  'line ends': 'od -c line.crlf | head -1; printf "x\\r\\n" >>line.crlf; printf "n\\n" >new.crlf',
  'a command of the snapshot’s': 'exec ./src/tool.sh with words',
}

/** All that a run tells of its files, whatever it was given them by. */
const tellOf = async (repo: TestRepository, { experiment, exitCode, output }: Ran) => ({
  tree: await repo.git('ls-tree', '-r', `${experiment.result ?? (await failureOf(repo))}`),
  metrics: experiment.metrics,
  kept: experiment.kept.map(({ path, sha256 }) => `${path} ${sha256}`),
  state: experiment.state,
  exitCode,
  output: output.replaceAll(/[0-9a-f]{7,}/g, 'OID'),
})

const failureOf = async (repo: TestRepository): Promise<string> =>
  (await repo.git('for-each-ref', '--format=%(objectname)', 'refs/git-exp/failures'))
    .split('\n')
    .at(-1) ?? ''

const world = async (
  t: Parameters<typeof sandbox>[0],
  isolation: string,
): Promise<[Sandbox, TestRepository]> => {
  const box = sandbox(t)
  await box.config('exp.isolation', isolation)
  const repo = await box.repository(FILES)
  await repo.git('update-index', '--chmod=+x', 'src/tool.sh')
  await repo.git('commit', '--quiet', '--message', 'Let it run')
  await repo.git('checkout', '--quiet', '--force')
  repo.write('src/b.txt', 'edited\n')
  repo.write('untracked/new.txt', 'new\n')
  return [box, repo]
}

t.test(
  'an overlay shows and takes just what a checkout does',
  { skip: withoutOverlays },
  async (t) => {
    const [, plain] = await world(t, 'checkout')
    const [box, layered] = await world(t, 'overlay')
    for (const [title, script] of Object.entries(SCRIPTS)) {
      const options = ['-S', 'lr=0.5']
      const [expected, found] = await Promise.all([
        runScript(plain, script, ...options).then((ran) => tellOf(plain, ran)),
        runScript(layered, script, ...options).then(async (ran) => {
          t.notMatch(ran.log, /it has a checkout and no overlay/, title)
          return tellOf(layered, ran)
        }),
      ])
      t.strictSame(found, expected, title)
    }
    const status =
      'cd "$0"/*/image-1 && GIT_INDEX_FILE=$PWD/index git --git-dir git --work-tree work/files status --porcelain --ignored'
    const image = await box.run('sh', ['-c', status, poolsIn(box)])
    t.strictSame(image, { exitCode: 0, stdout: '', stderr: '' }, 'and the image is as it was')
  },
)
