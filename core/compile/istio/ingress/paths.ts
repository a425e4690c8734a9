/** A path of the graph as a VirtualService matches it. */
export type UriMatch = { readonly exact: string } | { readonly prefix: string } | { readonly regex: string }

/** A path of the graph as an HTTPRoute matches it. */
export interface PathMatch {
  readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression'
  readonly value: string
}

/**
 * In a VirtualService a prefix is one of characters, so that `/a/` is what `/a/**` means, and a regular expression has to match the whole path, without
 * its query (istio `pilot/pkg/networking/core/route/route.go` TranslateRouteMatch; Envoy `RouteMatch.safe_regex`).
 */
export function uriMatch(path: string): UriMatch {
  if (!path.includes('*')) return { exact: path }
  return isPrefix(path) ? { prefix: path.slice(0, -2) } : { regex: regexOf(path) }
}

/**
 * In an HTTPRoute a prefix is one of segments: `/a` takes what is under `/a/`, and `/a` itself, which `/a/**` does not mean (istio
 * `pilot/pkg/config/kube/gateway/conversion.go` createURIMatch). Who uses it has to send `/a` elsewhere where it is declared (`gapOf`).
 */
export function pathMatch(path: string): PathMatch {
  if (!path.includes('*')) return { type: 'Exact', value: path }
  if (!isPrefix(path)) return { type: 'RegularExpression', value: regexOf(path) }
  return { type: 'PathPrefix', value: path === '/**' ? '/' : path.slice(0, -3) }
}

/** The one path that an HTTPRoute takes beyond what `path` means, if there is one. */
export function gapOf(path: string): string | undefined {
  return isPrefix(path) && path !== '/**' ? path.slice(0, -3) : undefined
}

/** Whether `path` means one path written out, `literal`. Segments are compared whole: `*` is one that is not empty, a last `**` whatever follows. */
export function means(path: string, literal: string): boolean {
  return new RegExp(`^${regexOf(path)}$`).test(literal)
}

function isPrefix(path: string): boolean {
  return path.endsWith('/**') && !path.slice(0, -2).includes('*')
}

/** RE2, and JavaScript alike: every character that could mean something is escaped. */
function regexOf(path: string): string {
  return path
    .split('/')
    .map(segment =>
      segment === '**' ? '.*' : segment === '*' ? '[^/]+' : segment.replace(/[.+?^$()[\]{}|*\\]/g, '\\$&'),
    )
    .join('/')
}
