import { openConfiguredSession } from './session.ts'
import { plainText, printTable } from './table.ts'

/** Every setting, its value and where it came from; exit 1 when one of them is wrong. */
export const config = async (options: { json?: boolean }): Promise<number> => {
  const { reading } = await openConfiguredSession()
  const { values, problems } = reading
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ values, problems })}\n`)
  } else {
    process.stdout.write(
      printTable(
        [
          { head: 'key', cells: values.map(({ key }) => key) },
          { head: 'value', cells: values.map(({ value }) => plainText(value ?? '')) },
          { head: 'from', cells: values.map(({ source }) => plainText(source)) },
        ],
        null,
      ),
    )
    process.stderr.write(problems.map((problem) => `git exp: ${problem}\n`).join(''))
  }
  return problems.length === 0 ? 0 : 1
}
