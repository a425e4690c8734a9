import type { Place } from '../core/report/place'
import { placeOf } from '../core/report/place'
import { pathFromHere } from './io'

/**
 * The file and line of an `at`, for programs that show findings beside the code: the path as seen from the working directory, which in a pipeline is the root of
 * the repository. Nothing for standard input and for what names no file.
 */
export function located(at: string): Place | undefined {
  const place = placeOf(at)
  return place === undefined || place.file === 'stdin' ? undefined : { ...place, file: pathFromHere(place.file) }
}
