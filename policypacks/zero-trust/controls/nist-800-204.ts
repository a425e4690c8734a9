import { checked, framework, unchecked } from './framework'

/** NIST SP 800-204 and its parts A and B, on microservices and service meshes. Their requirements are long; these are our summaries. */
export const nist800204 = framework({
  name: 'NIST SP 800-204, 800-204A, 800-204B',
  version: '2019, 2020, 2021',
  source: 'the published documents, which have no machine-readable form',
  controls: {
    'MS-SS-4': checked('services authenticate each other and encrypt what they say'),
    'SM-DR1': checked('a proxy denies traffic unless it is configured to let it through'),
    'SM-DR2': checked('the services a proxy can reach are limited'),
    'SM-DR6': checked('proxies talk to each other over mutual TLS only'),
    'SM-DR8': checked('access to the outside is off by default'),
    'SM-DR12': checked('the signing certificate is rooted in the enterprise PKI, never self-signed'),
    'SM-DR13': checked('identity certificates live for hours'),
    'SM-DR15': checked('identity certificates are no signing certificates'),
    'SM-DR16': unchecked('services authenticate each other'),
    'APE-SR-3': checked(
      'by default nobody unauthenticated is let in, and nobody from another namespace without a policy that says so',
    ),
    'SAUZ-SR-1': unchecked('access from service to service is authorized'),
  },
})
