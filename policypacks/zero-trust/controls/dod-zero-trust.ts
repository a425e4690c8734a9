import { checked, framework, unchecked } from './framework'

/** DoD Zero Trust capabilities, in our words. */
export const dodZeroTrust = framework({
  name: 'DoD Zero Trust',
  version: 'capability roadmap',
  source: 'the published roadmap and the NSA implementation guides',
  controls: {
    '3.4': unchecked('each request to a resource is authorized'),
    '5.1': checked('data flows are mapped'),
    '5.4': unchecked('the network is segmented down to workloads'),
    '5.4.4': unchecked('data is protected on its way'),
    '6.1': unchecked('policy is decided and orchestrated in one place'),
  },
})
