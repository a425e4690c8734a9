import { Option } from 'commander'
import { visible } from '../core/report/words'

/** How a plan in steps is printed. */
export type PlanFormat = 'text' | 'markdown' | 'mermaid' | 'json'

/** `--format` of the verbs that print plans. */
export function planFormat(): Option {
  const formats: readonly PlanFormat[] = ['text', 'markdown', 'mermaid', 'json']
  return new Option('--format <format>', 'how to print it').choices(formats).default('text')
}

/** Lines for a terminal, the last of which is ended. */
export function planText(text: string): string {
  const lines = text.split('\n').map(visible).join('\n')
  return lines.endsWith('\n') ? lines : `${lines}\n`
}
