import type { Style } from '../../core/report/style'
import type { Format } from '../options'
import type { Result } from '../result'
import { renderResult } from './json'
import { renderMarkdown } from './markdown'
import { renderText } from './text'

export { reasons } from '../result'
export { renderRefusal } from './json'

/** The report in the format that was asked for. */
export function render(result: Result, format: Format, style: Style): string {
  switch (format) {
    case 'text':
      return renderText(result, style)
    case 'json':
      return renderResult(result)
    case 'markdown':
      return renderMarkdown(result)
  }
}
