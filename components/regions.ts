/** The region that an ARN is of, `arn:aws:acm-pca:<region>:…`; empty where it is none. */
export function regionOf(arn: string): string {
  return arn.split(':')[3] ?? ''
}

/** The part of AWS that a region is in, which ARNs begin with; a template of another one is none. */
export function partitionOf(region: string): 'aws' | 'aws-us-gov' | 'aws-cn' {
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  return region.startsWith('cn-') ? 'aws-cn' : 'aws'
}
