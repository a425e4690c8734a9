import type { Problem } from '../core/model/problem'
import type { Config, ConfigKey } from '../policypacks/zero-trust/config'
import { configSchemas, parseConfig } from '../policypacks/zero-trust/config'
import { parseLock } from '../policypacks/zero-trust/lock'
import type { IntentSource } from '../policypacks/zero-trust/lock'
import type { Settings } from '../policypacks/zero-trust/run'
import { BadInput, badInput } from './bad-input'
import { readText, sha256 } from './io'
import { oneDocument } from './one-document'
import type { Session } from './session'
import { isMapping } from './shape'

const noLock: IntentSource = { kind: 'missing', why: 'no lock file is named: add `--lock FILE`' }

/** What the rules are run with, from the files the command line names. Throws {@link BadInput}. */
export async function readSettings(
  { lock, config: file }: { readonly lock?: string; readonly config?: string },
  session: Session,
): Promise<Settings> {
  const config = file === undefined ? undefined : readConfig(file, await readText(file, session.stdin))
  const named = lock ?? (config?.lock === undefined ? undefined : beside(file ?? '', config.lock))
  const intent = named === undefined ? noLock : readLock(named, await readText(named, session.stdin))
  return { ...(config && { config }), intent }
}

function readConfig(file: string, text: string): Config {
  const value = oneDocument(text, file) ?? {}
  if (!isMapping(value)) throw badInput(file, 'expected one mapping of settings')
  // The keys of the table are the settings there are.
  const parsed = parseConfig(value, Object.keys(configSchemas) as ConfigKey[])
  if (parsed.problems.length > 0)
    throw new BadInput(
      parsed.problems.map((message): Problem => ({ code: 'bad-setting', severity: 'error', at: file, message })),
    )
  return parsed.config
}

function readLock(file: string, text: string): IntentSource {
  const source = parseLock(text, file, sha256)
  if (source.kind === 'missing') throw badInput(file, source.why)
  return source
}

/** A path as the file that names it means it. */
function beside(file: string, path: string): string {
  return path.startsWith('/') ? path : file.replace(/[^/\\]*$/, '') + path
}
