import type { KubernetesObject } from '../../core/model/manifest'
import {
  annotated,
  authorizationPolicy,
  cartRule,
  configMap,
  release,
  requestAuthentication,
} from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

/** A DENY policy of these rules. */
function deny(...rules: readonly object[]): KubernetesObject {
  return authorizationPolicy('deny', { action: 'DENY', rules })
}

const one = 'AuthorizationPolicy shop/deny spec.rules[0]'
const to = (...operations: readonly object[]) => ({ to: operations.map(operation => ({ operation })) })
const tokenless = { from: [{ source: { notRequestPrincipals: ['*'] } }] }

table('l7-deny-names-ports', [
  [
    'knows everything that only a request has',
    {
      objects: ['hosts', 'notHosts', 'methods', 'notMethods', 'paths', 'notPaths'].map(field =>
        deny(to({ [field]: ['x'] })),
      ),
    },
    Array<string>(6).fill(`${one}.to[0].operation`),
  ],
  [
    'asks every operation for ports where the callers are told by their requests',
    {
      objects: [
        deny({ ...tokenless, ...to({ ports: ['8080'] }, { notPorts: ['9090'] }) }),
        deny({ ...to({ notPorts: ['9090'] }), when: [{ key: 'request.auth.claims[admin]', notValues: ['yes'] }] }),
      ],
    },
    [`${one}.to[1].operation`, `${one}.to[0].operation`],
  ],
  [
    'asks no operation that holds for connections as well',
    { objects: [deny(to({ ports: ['8080'], paths: ['/admin'] }, { notPorts: ['8080'] }))] },
    [],
  ],
  [
    'does not take a port that is excepted, in whatever way, for one that is named',
    {
      objects: [
        deny({ ...tokenless, when: [{ key: 'destination.port', notValues: ['6379'] }] }),
        deny(to({ notPorts: ['6379'], methods: ['DELETE'] })),
      ],
    },
    [one, `${one}.to[0].operation`],
  ],
  [
    'minds addresses and names of TLS as little as Envoy does',
    {
      objects: [
        deny({
          from: [{ source: { remoteIpBlocks: ['10.0.0.0/8'] } }],
          when: [{ key: 'connection.sni', values: ['x'] }],
        }),
      ],
    },
    [],
  ],
  [
    'leaves AUDIT and CUSTOM policies alone, and looks at what is only shadowed',
    {
      objects: [
        authorizationPolicy('audit', { action: 'AUDIT', rules: [to({ paths: ['/'] })] }),
        authorizationPolicy('custom', { action: 'CUSTOM', provider: { name: 'x' }, rules: [to({ paths: ['/'] })] }),
        annotated(deny(to({ paths: ['/'] })), { 'istio.io/dry-run': 'true' }),
      ],
    },
    [`${one}.to[0].operation`],
  ],
  [
    'finds ports, and an action, that are not known yet',
    { objects: [deny(to({ ports: sentinel, paths: ['/'] })), authorizationPolicy('deny', { action: sentinel })] },
    [`${one}.to[0].operation.ports`, 'AuthorizationPolicy shop/deny spec.action'],
  ],
])

const noAdmin = deny(to({ ports: ['8080'], paths: ['/admin'] }))
const chart = (normalization: unknown) =>
  release('istiod', {
    chart: 'istiod',
    values: { meshConfig: { pathNormalization: { normalization } } },
  })

table('no-positive-path-deny', [
  [
    'takes every setting but the strictest for one that can be got round',
    { objects: [noAdmin, chart('MERGE_SLASHES')] },
    [`${one}.to[0].operation.paths`],
  ],
  ['takes the word of the chart that installs the mesh', { objects: [noAdmin, chart('DECODE_AND_MERGE_SLASHES')] }, []],
  [
    'does not believe a setting that is said in two ways',
    {
      objects: [
        noAdmin,
        chart('DECODE_AND_MERGE_SLASHES'),
        configMap('istio', { mesh: 'pathNormalization: { normalization: BASE }' }),
      ],
    },
    ['Release istiod'],
  ],
  [
    'finds a setting that is not known yet',
    { objects: [noAdmin, chart(sentinel)] },
    ['Release istiod values.meshConfig.pathNormalization.normalization'],
  ],
  ['asks for the setting where nobody names it', { objects: [noAdmin] }, ['AuthorizationPolicy shop/deny']],
  [
    'lets a policy be that denies every path, or all but some',
    {
      objects: [
        deny(
          to({ ports: ['8080'], paths: ['*'] }),
          to({ ports: ['8080'], notPaths: ['/public'] }),
          to({ ports: ['8080'], paths: [] }),
        ),
      ],
    },
    [],
  ],
  [
    'takes a path of a header for a path, with its query where it is to be exact',
    {
      objects: [
        deny({ when: [{ key: 'request.headers[:path]', values: ['/admin*'] }] }),
        deny({ when: [{ key: 'request.headers[:Path]', values: ['*.php'] }] }),
        deny({ when: [{ key: 'request.headers[:path]', notValues: ['/public'] }] }),
      ],
      config: { mesh: { pathNormalization: 'BASE' } },
    },
    [`${one}.when[0].values`, `${one}.when[0].values`],
  ],
  [
    'finds paths that are not known yet, under whatever setting',
    {
      objects: [deny(to({ ports: ['8080'], paths: [sentinel] }))],
      config: { mesh: { pathNormalization: 'DECODE_AND_MERGE_SLASHES' } },
    },
    [`${one}.to[0].operation.paths[0]`],
  ],
])

const selector = { matchLabels: { app: 'cart' } }
const tokens = requestAuthentication('cart', { selector, jwtRules: [{ issuer: 'https://login.example' }] })
const bare = ['RequestAuthentication shop/cart']
const withToken = { from: [{ source: { requestPrincipals: ['*'] } }] }
const service = { kind: 'Service', name: 'cart' }
const root = { mesh: { rootNamespace: 'istio-system' } }

table('request-authentication-backed-by-policy', [
  [
    'asks every source for a token, as one of them is enough',
    {
      objects: [
        tokens,
        authorizationPolicy('cart', {
          rules: [{ from: [...withToken.from, { source: { principals: ['td/ns/shop/sa/frontend'] } }] }],
        }),
      ],
    },
    bare,
  ],
  [
    'does not take what somebody must not be for a token that is asked for',
    {
      objects: [
        tokens,
        authorizationPolicy('cart', { rules: [{ from: [{ source: { notRequestPrincipals: ['x/y'] } }] }] }),
        authorizationPolicy('cart', { rules: [{ when: [{ key: 'request.auth.claims[admin]', notValues: ['yes'] }] }] }),
      ],
    },
    bare,
  ],
  [
    'counts a DENY policy for claims that are not there',
    {
      objects: [
        tokens,
        deny({
          when: [
            { key: 'request.auth.claims[groups]', notValues: ['shoppers'] },
            { key: 'destination.port', values: ['7070'] },
          ],
        }),
      ],
    },
    [],
  ],
  [
    'does not count a DENY policy for some callers, or some requests of a kind, or for tokens',
    {
      objects: [
        tokens,
        deny({ from: [{ source: { namespaces: ['web'], notRequestPrincipals: ['*'] } }] }),
        deny({ ...tokenless, when: [{ key: 'request.headers[x]', values: ['y'] }] }),
        deny({ from: [{ source: { requestPrincipals: ['*'] } }] }),
        deny({
          from: [{ source: { namespaces: ['web'] } }],
          when: [{ key: 'request.auth.principal', notValues: ['*'] }],
        }),
      ],
    },
    bare,
  ],
  [
    'does not count a policy of another namespace, or for other labels',
    {
      objects: [
        tokens,
        authorizationPolicy('cart', { selector, rules: [withToken] }, 'other'),
        authorizationPolicy('cart', { selector: { matchLabels: { app: 'cart', version: 'v1' } }, rules: [withToken] }),
      ],
    },
    bare,
  ],
  [
    'counts one of the root namespace, if that is known to be it',
    { objects: [tokens, authorizationPolicy('tokens', { rules: [withToken] }, 'istio-system')], config: root },
    [],
  ],
  [
    'does not count one of a namespace that may not be the root',
    { objects: [tokens, authorizationPolicy('tokens', { rules: [withToken] }, 'istio-system')] },
    bare,
  ],
  [
    'counts a shadow at stage strict only',
    {
      objects: [tokens, annotated(authorizationPolicy('cart', { rules: [withToken] }), { 'istio.io/dry-run': 'true' })],
      config: { stages: { shop: 'strict' } },
    },
    [],
  ],
  [
    'wants every target to be guarded, by its name or as one of all waypoints',
    {
      objects: [
        requestAuthentication('cart', { targetRefs: [service, { kind: 'Service', name: 'frontend' }] }),
        authorizationPolicy('cart', { targetRef: { group: 'core', ...service }, rules: [withToken] }),
      ],
    },
    bare,
  ],
  [
    'takes the class of all waypoints for each Service, and for no Gateway',
    {
      objects: [
        requestAuthentication('cart', { targetRefs: [service] }),
        requestAuthentication('web', {
          targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'web' }],
        }),
        authorizationPolicy(
          'tokens',
          {
            targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'GatewayClass', name: 'istio-waypoint' }],
            rules: [withToken],
          },
          'istio-system',
        ),
      ],
      config: root,
    },
    ['RequestAuthentication shop/web'],
  ],
  [
    'keeps policies for Pods and policies for Services apart',
    {
      objects: [tokens, authorizationPolicy('cart', { targetRefs: [service], rules: [withToken] })],
    },
    bare,
  ],
  [
    'does not count a rule that is not known yet',
    {
      objects: [tokens, authorizationPolicy('cart', { selector, rules: [withToken, { ...cartRule, from: sentinel }] })],
    },
    ['AuthorizationPolicy shop/cart spec.rules[1].from', ...bare],
  ],
  ['leaves exempt namespaces alone', { objects: [tokens], config: { exempt: ['shop'] } }, []],
])
