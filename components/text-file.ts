import { readFileSync } from 'node:fs'

/** The text of a file, its path relative to the project; nothing where it cannot be read. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
