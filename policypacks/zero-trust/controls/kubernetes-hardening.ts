import { checked, framework, unchecked } from './framework'

/** Controls of Kubescape, in our words. */
export const kubescape = framework({
  name: 'Kubescape',
  version: 'regolibrary ce7ef32',
  source: 'kubescape/regolibrary',
  controls: {
    'C-0030': checked('traffic in and out of a workload is restricted'),
    'C-0054': checked('traffic within the cluster is restricted'),
    'C-0260': checked('no workload is without a network policy'),
    'C-0266': checked('what a gateway exposes to the internet is known'),
    'C-0299': checked('no network policy selects nothing'),
    'C-0307': checked('no service account is named that does not exist'),
  },
})

/** NSA and CISA, Kubernetes Hardening Guide, by section, in our words. */
export const nsaHardening = framework({
  name: 'NSA/CISA Kubernetes Hardening Guide',
  version: '1.2',
  source: 'the published document',
  controls: {
    'network-separation': unchecked('workloads are separated by default, and talk over TLS'),
  },
})
