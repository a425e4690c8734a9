import { serviceEntry } from '../example-objects'
import { serviceEntries } from '../facts/destination-rules'
import { at, finding, given, items, judgeEach, required, text, word, type Field } from '../field'
import { rule, type Finding } from '../rule'

/**
 * A ServiceEntry opens the hosts that are meant, to where they are: no star for everything or for a whole top-level domain;
 * no star without endpoints, with which a caller's word (the Host header, the SNI, the address) decides where a call goes;
 * and nothing is called part of the mesh that is called in plaintext (istio networking/v1alpha3/service_entry.proto,
 * pilot/pkg/serviceregistry/serviceentry/conversion.go getTLSModeFromWorkloadEntry).
 */
export const noWildcardServiceEntry = rule({
  id: 'no-wildcard-service-entry',
  severity: 'medium',
  scope: 'object',
  controls: [
    'nist-800-53/SC-7',
    'nist-800-53/AC-4',
    'nist-800-53/CA-3',
    'nist-800-204/SM-DR2',
    'nist-800-204/SM-DR8',
    'pci-dss/1.3.2',
    'soc-2/CC6.7',
    'iso-27001/A.8.20',
  ],
  why: 'a star lets workloads call hosts that nobody has thought of, at addresses that they choose themselves',
  fix: 'name each host, with `resolution: DNS`, or give a star endpoints of its own; give endpoints that are part of the mesh a `serviceAccount` or the label `security.istio.io/tlsMode: istio`',
  limits:
    'egress is no boundary by itself: a workload can go round its sidecar, and ztunnel lets through what it does not know; workloads that a `workloadSelector` selects are not judged',
  config: [],
  examples: {
    pass: [
      {
        title: 'a host by its name',
        objects: [
          serviceEntry('stripe', { hosts: ['api.stripe.example'], location: 'MESH_EXTERNAL', resolution: 'DNS' }),
        ],
      },
      {
        title: 'a star with endpoints',
        objects: [
          serviceEntry('partner', {
            hosts: ['*.partner.example'],
            resolution: 'STATIC',
            endpoints: [{ address: '192.0.2.10' }],
          }),
        ],
      },
      {
        title: 'a machine that is part of the mesh',
        objects: [
          serviceEntry('vm', {
            hosts: ['vm.shop.example'],
            location: 'MESH_INTERNAL',
            resolution: 'STATIC',
            endpoints: [{ address: '192.0.2.20', serviceAccount: 'vm' }],
          }),
        ],
      },
    ],
    fail: [
      { title: 'every host', objects: [serviceEntry('all', { hosts: ['*'], resolution: 'NONE' })] },
      {
        title: 'all of a top-level domain',
        objects: [
          serviceEntry('com', {
            hosts: ['*.com'],
            resolution: 'STATIC',
            endpoints: [{ address: '192.0.2.10' }],
          }),
        ],
      },
      {
        title: 'a star that goes wherever the caller says',
        objects: [serviceEntry('partner', { hosts: ['*.partner.example'] })],
      },
      {
        title: 'a machine of the mesh that is called in plaintext',
        objects: [
          serviceEntry('vm', {
            hosts: ['vm.shop.example'],
            location: 'MESH_INTERNAL',
            resolution: 'STATIC',
            endpoints: [{ address: '192.0.2.20' }],
          }),
        ],
      },
    ],
  },
  check: context =>
    judgeEach(serviceEntries(context), field => [...broad(at(field, 'spec')), ...plaintext(at(field, 'spec'))]),
})

const resolutions = ['NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'] as const

function broad(spec: Field): readonly Finding[] {
  const resolution = at(spec, 'resolution')
  return items(at(spec, 'hosts')).flatMap(host => {
    const name = required(host)
    if (name === '*') return [finding(host, 'is every host there is')]
    if (/^\*\.?[^.]*$/.test(name)) return [finding(host, 'is all of a top-level domain')]
    const found = word(resolution, resolutions) ?? 'NONE'
    return name.startsWith('*') && (found === 'NONE' || found === 'DYNAMIC_DNS')
      ? [finding(host, `goes wherever the caller says: its resolution is \`${found}\``)]
      : []
  })
}

/** Endpoints that nothing calls meshed get no mutual TLS; ports of TLS carry the application's own. */
function plaintext(spec: Field): readonly Finding[] {
  const location = at(spec, 'location')
  if (text(location) !== 'MESH_INTERNAL' || given(at(spec, 'workloadSelector'))) return []
  const ports = items(at(spec, 'ports')).map(port => (text(at(port, 'protocol')) ?? 'TCP').toUpperCase())
  if (ports.length > 0 && ports.every(protocol => protocol === 'TLS' || protocol === 'HTTPS')) return []
  const endpoints = items(at(spec, 'endpoints'))
  const named = word(at(spec, 'resolution'), resolutions) ?? 'NONE'
  if (endpoints.length === 0)
    return named.startsWith('D')
      ? [finding(location, 'is in the mesh by name only: its hosts are called in plaintext')]
      : []
  return endpoints
    .filter(endpoint => !isMeshed(endpoint))
    .map(endpoint =>
      finding(endpoint, 'is called in plaintext, as it has neither identity nor `security.istio.io/tlsMode: istio`'),
    )
}

function isMeshed(endpoint: Field): boolean {
  const mode = text(at(endpoint, 'labels', 'security.istio.io/tlsMode'))
  return mode === undefined ? (text(at(endpoint, 'serviceAccount')) ?? '') !== '' : mode === 'istio'
}
