import { checked, framework } from './framework'

/** ISO/IEC 27001, Annex A, in our words; the standard itself is not free. */
export const iso27001 = framework({
  name: 'ISO/IEC 27001',
  version: '2022, Annex A',
  source: 'ids as in prowler-cloud/prowler iso27001_2022_kubernetes.json',
  controls: {
    'A.5.15': checked('access is controlled'),
    'A.5.16': checked('identities are managed'),
    'A.8.3': checked('access to information is restricted'),
    'A.8.5': checked('authentication is secure'),
    'A.8.9': checked('configuration is managed'),
    'A.8.15': checked('events are logged'),
    'A.8.16': checked('activity is watched'),
    'A.8.20': checked('networks are secured'),
    'A.8.21': checked('network services are secured'),
    'A.8.22': checked('networks are segregated'),
    'A.8.24': checked('cryptography is used by rule'),
    'A.8.27': checked('systems are secure by construction'),
  },
})
