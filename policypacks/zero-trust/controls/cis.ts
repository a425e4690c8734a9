import { checked, framework } from './framework'

/** CIS Kubernetes Benchmark, in our words. */
export const cisKubernetes = framework({
  name: 'CIS Kubernetes Benchmark',
  version: '1.12',
  source: 'aquasecurity/kube-bench cfg/cis-1.12/policies.yaml',
  controls: {
    '5.1.5': checked('nothing runs under a default service account'),
    '5.1.6': checked('service account tokens are mounted only where they are needed'),
    '5.1.12': checked('few may change webhook configurations'),
    '5.1.13': checked('few may create service account tokens'),
    '5.3.1': checked('the network plugin enforces NetworkPolicies'),
    '5.3.2': checked('every namespace has NetworkPolicies'),
    '5.6.1': checked('namespaces are the administrative boundaries'),
    '5.6.4': checked('the namespace default is not used'),
  },
})

/** CIS Amazon EKS Benchmark, in our words. */
export const cisEks = framework({
  name: 'CIS Amazon EKS Benchmark',
  version: '1.8.0',
  source: 'aquasecurity/kube-bench cfg/eks-1.8.0',
  controls: {
    '4.1.5': checked('nothing runs under a default service account'),
    '4.3.1': checked('the network plugin enforces NetworkPolicies'),
    '4.3.2': checked('every namespace has NetworkPolicies'),
    '5.2.1': checked('workloads have service accounts of their own for AWS'),
    '5.4.4': checked('NetworkPolicies are enabled and set'),
  },
})
