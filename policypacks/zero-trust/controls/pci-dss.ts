import { framework, unchecked } from './framework'

/** PCI DSS, in our words; the standard itself is not free. */
export const pciDss = framework({
  name: 'PCI DSS',
  version: '4.0.1',
  source: 'ids as quoted by prowler; the text is not open',
  controls: {
    '1.2.5': unchecked('every service, protocol and port that is allowed is known and has a reason'),
    '1.3.1': unchecked('traffic into the card holder environment is restricted'),
    '1.3.2': unchecked('traffic out of the card holder environment is restricted'),
    '1.4.4': unchecked('what stores card holder data cannot be reached from untrusted networks'),
    '4.2.1': unchecked('card holder data is encrypted on its way'),
    '4.2.1.1': unchecked('keys and certificates that are trusted are listed'),
    '7.2.1': unchecked('there is a model of who may access what'),
    '7.2.2': unchecked('access is the least that is needed'),
    '7.2.5': unchecked('accounts of systems have the least that is needed'),
    '7.3.3': unchecked('access is denied by default'),
    '8.6': unchecked('accounts of applications and systems are managed'),
    '10.2.1': unchecked('audit logs are kept'),
  },
})
