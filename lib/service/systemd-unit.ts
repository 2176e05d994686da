import { MARK, refuseControl, type Service } from './service.ts'

/** The text of a systemd user unit; see systemd.service(5) and systemd.syntax(7). */
export const systemdUnit = ({ argv, env, log }: Service): string =>
  `# ${MARK}: written by \`git exp service install\`, removed by \`git exp service uninstall\`
[Unit]
Description=git-exp: runs queued experiments
Documentation=man:git-exp(1)
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
# By a shell, since systemd refuses some programs for their path. The colon: it leaves $ alone.
ExecStart=:/bin/sh -c ${['exec "$0" "$@"', ...argv].map(quoted).join(' ')}
${Object.entries(env)
  .map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}\n`)
  .join('')}StandardOutput=append:${specifiersEscaped(refuseControl(log))}
StandardError=inherit
# Runs go on under their supervisors when the daemon ends.
KillMode=process
Restart=on-failure
RestartSec=5

[Install]
WantedBy=default.target
`

const quoted = (word: string): string =>
  `"${specifiersEscaped(refuseControl(word)).replace(/["\\]/g, '\\$&')}"`

const specifiersEscaped = (text: string): string => text.replaceAll('%', '%%')
