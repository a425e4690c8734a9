import { BadInput, badInput } from './bad-input'

/** What the file system says by a code, in words, and what to do. */
const reasons: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOENT: ['no such file or directory', 'check the path; it is taken from the current directory'],
  ENOTDIR: ['a part of the path is no directory', 'check the path'],
  EISDIR: ['it is a directory, not a file', 'name a file in it'],
  EEXIST: ['a part of the path is no directory', 'check the path'],
  EACCES: ['permission denied', 'check the permissions of the file and of the directories above it'],
  EPERM: ['permission denied', 'check the permissions of the file and of the directories above it'],
  EROFS: ['the file system is read-only', 'name a place that can be written'],
  ENOSPC: ['no space left on the device', 'make room, or name another place'],
  ELOOP: ['too many symbolic links', 'check where the links lead'],
  ENAMETOOLONG: ['the name is too long', 'check the path'],
  ERR_FS_FILE_TOO_LARGE: ['the file is too large to be read at once', 'split it'],
  ERR_STRING_TOO_LONG: ['the file is too large to be read at once', 'split it'],
  ERR_INVALID_ARG_VALUE: ['no path can hold these characters', 'check the path'],
}

/** What the file system refused, as bad input; an error of another origin stays what it is. */
export function refused(path: string, error: unknown): unknown {
  if (error instanceof BadInput || !(error instanceof Error) || !('code' in error)) return error
  const code = String(error.code)
  const [what, hint] = reasons[code] ?? [`it cannot be used (${code})`, 'check the file and the path']
  return badInput(path, what, hint)
}
