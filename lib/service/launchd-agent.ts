import { LABEL, MARK, refuseControl, type Service } from './service.ts'

/** The property list of a launchd agent; see launchd.plist(5). */
export const launchdAgent = ({ argv, env, log }: Service): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${MARK}: written by git exp service install, removed by git exp service uninstall -->
<plist version="1.0">
<dict>
	<key>Label</key>
	${string(LABEL)}
	<key>ProgramArguments</key>
	<array>
${argv.map((word) => `\t\t${string(word)}\n`).join('')}	</array>
	<key>EnvironmentVariables</key>
	<dict>
${Object.entries(env)
  .map(([name, value]) => `\t\t<key>${escaped(name)}</key>\n\t\t${string(value)}\n`)
  .join('')}	</dict>
	<key>StandardOutPath</key>
	${string(log)}
	<key>StandardErrorPath</key>
	${string(log)}
	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<!-- Runs go on under their supervisors when the daemon ends. -->
	<key>AbandonProcessGroup</key>
	<true/>
</dict>
</plist>
`

const string = (text: string): string => `<string>${escaped(text)}</string>`

const escaped = (text: string): string =>
  refuseControl(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
