import { examine, type Finding } from '../lib/examine.ts'
import { places } from '../lib/places.ts'

/** Looks for faults and prints each with its fix; exit 1 if there is one. */
export const doctor = async (options: { json?: boolean }): Promise<number> => {
  const findings = await examine(places())
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(findings)}\n`)
  } else {
    process.stdout.write(findings.map(line).join(''))
  }
  return findings.some(({ is }) => is === 'fault') ? 1 : 0
}

const line = ({ is, what, text, fix }: Finding): string =>
  `${is === 'ok' ? 'ok   ' : is === 'note' ? 'note ' : 'FAULT'}  ${what}: ${text}${fix === null ? '' : `\n         ${fix}`}\n`
