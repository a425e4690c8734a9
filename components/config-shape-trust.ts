import { z } from 'zod'
import type { Fields } from './config-words'
import { charts, issuer, label, pattern, text, trustDomain } from './config-words'
import type {
  CertManagerSettings,
  FederationSettings,
  IstioCsrSettings,
  PrivateCaSettings,
  TrustAlertSettings,
  TrustSettings,
} from './settings'

// A year at least is left to what is below a root.
const years = z
  .number()
  .multipleOf(1, { error: 'expected whole years' })
  .min(2, { error: 'expected two years at least' })

const pca = z.strictObject({
  region: pattern(
    /^(us-gov|[a-z]{2})-[a-z]+-\d$/,
    'expected a region such as `eu-central-1`, of AWS, its GovCloud or China',
  ).exactOptional(),
  arn: pattern(
    /^arn:aws(-us-gov|-cn)?:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[0-9a-f-]+$/,
    'expected the ARN of an authority: `arn:aws:acm-pca:<region>:<account>:certificate-authority/<id>`',
  ).exactOptional(),
  commonName: text.max(64, { error: 'expected 64 characters at most' }).exactOptional(),
  years: years.max(30, { error: 'expected thirty years at most' }).exactOptional(),
  subordinate: z.boolean().exactOptional(),
  shortLived: z.boolean().exactOptional(),
  permanentDeletionTimeInDays: z
    .number()
    .multipleOf(1, { error: 'expected whole days' })
    .min(7, { error: 'expected 7 days at least' })
    .max(30, { error: 'expected 30 days at most' })
    .exactOptional(),
  protect: z.boolean().exactOptional(),
  tags: z.record(z.string(), z.string()).exactOptional(),
} satisfies Fields<PrivateCaSettings>)

const certManager = z.strictObject({
  namespace: label.exactOptional(),
  years: years.max(30, { error: 'expected thirty years at most' }).exactOptional(),
  beside: z.array(text).exactOptional(),
} satisfies Fields<CertManagerSettings>)

const istioCsr = z.strictObject({
  version: pattern(/^v?\d+\.\d+\.\d+$/, 'expected an exact version such as `v0.17.0`'),
  charts: charts.exactOptional(),
  namespace: label.exactOptional(),
  issuer: issuer.exactOptional(),
  hours: z
    .number()
    .multipleOf(1, { error: 'expected whole hours' })
    // cert-manager makes none that ends sooner, and an authority for short-lived certificates none that ends later.
    .min(1, { error: 'expected an hour at least' })
    .max(168, { error: 'expected 168 hours at most' })
    .exactOptional(),
  replicas: z.int().min(1, { error: 'expected one at least' }).exactOptional(),
} satisfies Fields<IstioCsrSettings>)

const federation = z.record(
  trustDomain,
  z
    .strictObject({
      bundle: text.exactOptional(),
      spiffeBundleUrl: pattern(/^https:\/\/\S+$/, 'expected an address that starts with `https://`').exactOptional(),
    } satisfies Fields<FederationSettings>)
    .refine(value => Object.keys(value).length === 1, { error: 'expected one of `bundle` and `spiffeBundleUrl`' }),
)

const alerts = z.strictObject({
  namespace: label,
  labels: z.record(z.string(), z.string()).exactOptional(),
} satisfies Fields<TrustAlertSettings>)

/** What the configuration may say of trust. */
export const trust = z.strictObject({
  bundle: z.string().exactOptional(),
  secret: label.exactOptional(),
  selfSigned: z.boolean().exactOptional(),
  pca: pca.exactOptional(),
  certManager: certManager.exactOptional(),
  istioCsr: istioCsr.exactOptional(),
  signer: pattern(
    /^[a-z0-9.-]+\/[a-z0-9.-]+$/,
    'expected a signer: `clusterissuers.cert-manager.io/mesh`',
  ).exactOptional(),
  federation: federation.exactOptional(),
  revocation: z.boolean().exactOptional(),
  alerts: alerts.exactOptional(),
} satisfies Fields<TrustSettings>)
