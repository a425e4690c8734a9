/** The preview's only way to the disk; objects given with `--base` come in through the command line's. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A file's text, or nothing where no file of that name can be read. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** Whether something of that name is there. */
export function exists(path: string): boolean {
  return existsSync(path)
}

/** The names in a directory, sorted; none where it cannot be read. */
export function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

/** Whether a directory of that name is there. */
export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/**
 * Writes `files` (name → text) into `directory`, which is made where it is missing, and returns their paths in the order given.
 *
 * @throws the system's own error, where the directory cannot be written
 */
export function writeFiles(directory: string, files: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(files).map(([name, text]) => {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  })
}
