import { destinationRule, serviceEntry } from '../../policypacks/zero-trust/example-objects'
import { table } from '../support/rule-table'
import { sentinel } from '../support/unknowns'

type Data = Readonly<Record<string, unknown>>

const host = 'api.partner.example'
const entry = (more: Data = {}) => serviceEntry('partner', { hosts: [host], ...more })
const rule = (spec: Data) => destinationRule('partner', { host, ...spec })
const tls = (settings: Data) => rule({ trafficPolicy: { tls: settings } })
const http = { number: 80, name: 'web', protocol: 'HTTP' }
const verified = { caCertificates: 'system', subjectAltNames: [host] }
const at = (path: string) => `DestinationRule shop/partner spec.${path}`

table('egress-tls-verified', [
  [
    'looks at ports and at subsets',
    {
      objects: [
        entry(),
        rule({
          trafficPolicy: { portLevelSettings: [{ port: { number: 443 }, tls: { mode: 'SIMPLE' } }] },
          subsets: [{ name: 'a', trafficPolicy: { tls: { ...verified, mode: 'SIMPLE', subjectAltNames: [] } } }],
        }),
      ],
    },
    [at('trafficPolicy.portLevelSettings[0].tls.subjectAltNames'), at('subsets[0].trafficPolicy.tls.subjectAltNames')],
  ],
  [
    'takes the names of a ServiceEntry where all that declare the host give some',
    {
      objects: [entry({ subjectAltNames: [host] }), entry(), tls({ mode: 'SIMPLE', caCertificates: 'system' })],
    },
    [at('trafficPolicy.tls.subjectAltNames')],
  ],
  [
    'lets plaintext be, and the TLS of the mesh, which are none of its business',
    { objects: [entry(), tls({ mode: 'DISABLE' }), tls({ mode: 'ISTIO_MUTUAL' }), tls({})] },
    [],
  ],
  [
    'judges hosts that the setting names, and no others that nothing declares',
    {
      objects: [
        tls({ mode: 'SIMPLE' }),
        destinationRule('b', { host: 'b.example', trafficPolicy: { tls: { mode: 'SIMPLE' } } }),
      ],
      config: { external: [host] },
    },
    [at('trafficPolicy.tls.subjectAltNames')],
  ],
  [
    'accepts HTTP without names, whatever the version and the case, since the host of each request is the name',
    {
      objects: [
        entry({ ports: ['HTTP', 'http2', 'Grpc', 'GRPC-Web'].map((protocol, i) => ({ number: 80 + i, protocol })) }),
        tls({ mode: 'SIMPLE' }),
        tls({ mode: 'MUTUAL', caCertificates: '/etc/certs/ca.pem' }),
      ],
    },
    [],
  ],
  [
    'finds HTTP with an `sni`, which takes the place of the host',
    { objects: [entry({ ports: [http] }), tls({ mode: 'SIMPLE', sni: host })] },
    [at('trafficPolicy.tls.subjectAltNames')],
  ],
  [
    'finds one port that is not HTTP among those that the settings are for, and none that others are for',
    {
      objects: [
        entry({ ports: [http, { number: 6379, name: 'http', protocol: 'TCP' }] }),
        tls({ mode: 'SIMPLE' }),
        rule({ trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: 'SIMPLE' } }] } }),
      ],
    },
    [at('trafficPolicy.tls.subjectAltNames')],
  ],
  [
    'takes no port for HTTP by its name alone, nor one that no ServiceEntry has',
    {
      objects: [
        entry({ ports: [{ number: 80, name: 'http' }] }),
        tls({ mode: 'SIMPLE' }),
        rule({
          subsets: [{ trafficPolicy: { portLevelSettings: [{ port: { number: 81 }, tls: { mode: 'SIMPLE' } }] } }],
        }),
      ],
    },
    [at('trafficPolicy.tls.subjectAltNames'), at('subsets[0].trafficPolicy.portLevelSettings[0].tls.subjectAltNames')],
  ],
  [
    'believes that a host is HTTP only where all that declare it say so',
    { objects: [entry({ ports: [http] }), tls({ mode: 'SIMPLE' })], config: { external: [host] } },
    [at('trafficPolicy.tls.subjectAltNames')],
  ],
  [
    'refuses a protocol that is not known',
    { objects: [entry({ ports: [{ number: 80, protocol: sentinel }] }), tls({ mode: 'SIMPLE' })] },
    ['ServiceEntry shop/partner spec.ports[0].protocol'],
  ],
  [
    'leaves a host of the mesh to another rule',
    { objects: [entry({ location: 'MESH_INTERNAL' }), tls({ mode: 'SIMPLE' })] },
    [],
  ],
  [
    'accepts authorities of a ConfigMap, which sidecars may have',
    { objects: [entry(), tls({ mode: 'SIMPLE', credentialName: 'configmap://ca', subjectAltNames: [host] })] },
    [],
  ],
  [
    'finds that nobody looks, however much is given',
    { objects: [entry(), tls({ ...verified, mode: 'MUTUAL', insecureSkipVerify: true })] },
    [at('trafficPolicy.tls.insecureSkipVerify')],
  ],
  [
    'refuses what is not known',
    {
      objects: [
        entry(),
        tls({ ...verified, mode: sentinel }),
        tls({ ...verified, mode: 'SIMPLE', subjectAltNames: sentinel }),
      ],
    },
    [at('trafficPolicy.tls.mode'), at('trafficPolicy.tls.subjectAltNames')],
  ],
])

table('no-destination-rule-tls-downgrade', [
  [
    'leaves certificates of hosts outside to another rule',
    { objects: [entry(), tls({ mode: 'SIMPLE', insecureSkipVerify: true })] },
    [],
  ],
])

table('no-wildcard-service-entry', [
  [
    'finds each broad host of several',
    {
      objects: [entry({ hosts: ['a.example.com', '*', '*.example', '*.a.example'], resolution: 'DYNAMIC_DNS' })],
    },
    [1, 2, 3].map(i => `ServiceEntry shop/partner spec.hosts[${i}]`),
  ],
  ['accepts a whole name that is not looked up', { objects: [entry({ resolution: 'NONE' })] }, []],
  [
    'finds hosts of the mesh that are looked up, to be called in plaintext',
    { objects: [entry({ location: 'MESH_INTERNAL', resolution: 'DNS' })] },
    ['ServiceEntry shop/partner spec.location'],
  ],
  [
    'finds each endpoint of the mesh without an identity, and one that says it has no mutual TLS',
    {
      objects: [
        entry({
          location: 'MESH_INTERNAL',
          resolution: 'STATIC',
          ports: [{ number: 80, protocol: 'HTTP' }],
          endpoints: [
            { address: '192.0.2.1', labels: { 'security.istio.io/tlsMode': 'istio' } },
            { address: '192.0.2.2' },
            { address: '192.0.2.3', serviceAccount: 'vm', labels: { 'security.istio.io/tlsMode': 'disabled' } },
          ],
        }),
      ],
    },
    [1, 2].map(i => `ServiceEntry shop/partner spec.endpoints[${i}]`),
  ],
  [
    'lets TLS of the application be, workloads that a selector finds, and hosts outside',
    {
      objects: [
        entry({
          location: 'MESH_INTERNAL',
          resolution: 'DNS',
          ports: [
            { number: 443, protocol: 'https' },
            { number: 6443, protocol: 'TLS' },
          ],
        }),
        entry({ location: 'MESH_INTERNAL', resolution: 'STATIC', workloadSelector: { labels: { app: 'vm' } } }),
        entry({ resolution: 'STATIC', endpoints: [{ address: '192.0.2.1' }] }),
      ],
    },
    [],
  ],
  [
    'refuses what is not known',
    { objects: [entry({ hosts: [sentinel] }), entry({ hosts: ['*.a.example'], resolution: sentinel })] },
    ['ServiceEntry shop/partner spec.hosts[0]', 'ServiceEntry shop/partner spec.resolution'],
  ],
])
