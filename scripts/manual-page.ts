import type { Argument, Command } from 'commander'

/** The manual page of a program, from the same description that `-h` prints; see man(7). */
export const manualPage = (program: Command, overview: string): string =>
  `${[
    `.TH GIT-EXP 1 "" ${quoted(`git-exp ${program.version()}`)} "Git Manual"`,
    '.SH NAME',
    `git\\-exp \\- ${lowerFirst(text(program.description())).replace(/\\?\.$/, '')}`,
    '.SH SYNOPSIS',
    '.nf',
    text('git exp <verb> [<options>] [-- <command>…]'),
    text('git exp -h | git exp <verb> -h'),
    '.fi',
    '.SH DESCRIPTION',
    text(
      'Captures the workspace as it is this second, with parameter overrides applied, and queues it. A daemon runs each experiment in a place of its own and records what came of it as a commit.',
    ),
    '.PP',
    '.nf',
    ...overview.trim().split('\n').map(text),
    '.fi',
    '.SH VERBS',
    ...leaves(program, 'git exp').flatMap(({ name, command }) => verbLines(name, command)),
    '.SH EXIT STATUS',
    text(
      '0: done. 1: refused, or an experiment failed. 3: a fault of git exp. 125: no outcome. 129: wrong usage. run and wait pass on the exit code of the command.',
    ),
    '.SH ENVIRONMENT',
    '.TP',
    '.B GIT_EXP_HOME',
    text('The state folder, in place of ~/.local/state/git-exp/<host>.'),
    '.SH SEE ALSO',
    text('git-stash(1), git-worktree(1), git-config(1)'),
  ].join('\n')}\n`

interface Leaf {
  name: string
  command: Command
}

/** Every command that does something, with all the words it is called by. */
const leaves = (command: Command, name: string): Leaf[] =>
  command.commands
    .filter((one) => one.name() !== 'help')
    .flatMap((one) => {
      const own = `${name} ${one.name()}`
      return one.commands.length > 0 ? leaves(one, own) : [{ name: own, command: one }]
    })

const verbLines = (name: string, command: Command): string[] => [
  `.SS ${quoted([name, ...command.registeredArguments.map(argument)].join(' '))}`,
  text(command.description()),
  ...command.options
    .filter(({ hidden }) => !hidden)
    .flatMap(({ flags, description }) => ['.TP', `.B ${text(flags)}`, text(description)]),
]

const argument = (one: Argument): string => {
  const name = `${one.name()}${one.variadic ? '…' : ''}`
  return one.required ? `<${name}>` : `[${name}]`
}

/** A line of roff that stands for itself. */
const text = (line: string): string =>
  line.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&')

const quoted = (line: string): string => `"${text(line).replaceAll('"', '""')}"`

const lowerFirst = (line: string): string => line.replace(/^An? /, (word) => word.toLowerCase())
