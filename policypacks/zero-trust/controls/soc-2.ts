import { checked, framework, unchecked } from './framework'

/** SOC 2, trust services criteria, in our words. */
export const soc2 = framework({
  name: 'SOC 2',
  version: 'TSC 2017, revised 2022',
  source: 'prowler-cloud/prowler soc2_aws.json',
  controls: {
    'CC6.1': checked('logical access is restricted'),
    'CC6.3': checked('access is given and taken by role, and is the least that is needed'),
    'CC6.6': checked('threats from outside the boundaries are kept out'),
    'CC6.7': checked('data is protected on its way, and goes only where it may'),
    'CC7.2': unchecked('components are watched for anomalies'),
    'CC8.1': unchecked('changes are reviewed'),
  },
})
