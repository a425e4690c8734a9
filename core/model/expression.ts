/**
 * A regular expression over strings as data, free of any mesh's pattern syntax: whoever reads `/a/*` or `{**}` says
 * here, on its own, what that means.
 */
export type Expression =
  | string
  | { readonly any: true }
  | { readonly chars: string }
  | { readonly except: string }
  | { readonly sequence: readonly Expression[] }
  | { readonly choice: readonly Expression[] }
  | { readonly star: Expression }
  | { readonly plus: Expression }
