import { framework, unchecked } from './framework'

/** NIST SP 800-207, the tenets of zero trust (section 2.1), numbered as listed there; in our words. */
export const nist800207 = framework({
  name: 'NIST SP 800-207',
  version: '2020',
  source: 'the published document, section 2.1',
  controls: {
    'tenet-1': unchecked('everything that holds data or computes is a resource'),
    'tenet-2': unchecked('all communication is secured, wherever in the network it is'),
    'tenet-3': unchecked('access is granted per session'),
    'tenet-4': unchecked('access follows a policy over what is known of client and service'),
    'tenet-5': unchecked('the state of all assets is watched'),
    'tenet-6': unchecked('authentication and authorization are enforced before access is given'),
    'tenet-7': unchecked('what happens is recorded and used to do better'),
  },
})
