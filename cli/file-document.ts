import type { Problem } from '../core/model/problem'

/** One document of a file, as plain data, with the lines that messages point at. */
export interface FileDocument {
  readonly value: unknown
  /** Where it begins; lines count from 1. */
  readonly line: number
  /** Where each entry of its `items` (or of itself, if it is a list) begins. */
  readonly itemLines: readonly number[]
}

/** What a file holds. */
export interface FileDocuments {
  /** Without the empty ones. */
  readonly documents: readonly FileDocument[]
  readonly problems: readonly Problem[]
}
