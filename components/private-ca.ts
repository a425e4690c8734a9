import { createRequire } from 'node:module'
import type * as acmpca from '@pulumi/aws/acmpca'
import * as pulumi from '@pulumi/pulumi'
import { blocking } from '../core/model/problem'
import { dependenciesOf } from './dependencies'
import { Refused } from './refused'
import { partitionOf } from './regions'
import type { PrivateCaSettings } from './settings'

/** What an authority of AWS is made from. */
export interface PrivateCaArgs extends Omit<PrivateCaSettings, 'arn' | 'region'> {
  readonly region: string
  /** Of the mesh, after which the authorities are called. */
  readonly trustDomain: string
}

type Sdk = typeof acmpca

/** An authority, and what says that it may sign: the certificate is installed. */
interface Authority {
  readonly ca: acmpca.CertificateAuthority
  readonly certificate: acmpca.Certificate
  readonly installed: pulumi.Resource
}

/**
 * A root in AWS Private CA, and, with `subordinate`, an authority below it: ECDSA on P-256, which both meshes take.
 *
 * The keys never leave AWS: what comes out is the root’s certificate. All of it is protected, since the mesh ends with its anchor, and the provider
 * revokes a certificate of an authority that it deletes. The root is of general purpose, as one for short-lived certificates may sign nothing that lasts longer than seven days;
 * the authority below it may be of that kind, where it signs identities alone.
 */
export class PrivateCa extends pulumi.ComponentResource {
  /** The authority that signs. */
  readonly arn: pulumi.Output<string>
  /** The root’s certificate, in PEM; not known before it is made. */
  readonly anchor: pulumi.Output<string>
  /** What must be there before anything can be signed. */
  readonly ready: readonly pulumi.Resource[]
  private readonly sdk: Sdk

  /** @throws Refused where `@pulumi/aws`, which nothing else needs, is not installed */
  constructor(
    private readonly prefix: string,
    private readonly args: PrivateCaArgs,
    private readonly opts?: pulumi.ComponentResourceOptions,
  ) {
    const sdk = loadSdk()
    super('zero-trust-mesh:index:PrivateCa', prefix, {}, opts)
    this.sdk = sdk
    const root = this.root()
    const signing = args.subordinate === true ? this.below(root) : root
    this.arn = signing.ca.arn
    this.anchor = root.certificate.certificate
    this.ready = [...new Set([root.installed, signing.installed])]
    this.registerOutputs({ arn: this.arn, anchor: this.anchor })
  }

  private root(): Authority {
    const { trustDomain, commonName = `root.${trustDomain}`, years = usualYears } = this.args
    const id = `${this.prefix}-root`
    const ca = this.authority(id, 'ROOT', commonName)
    const certificate = this.certificate(id, { ca, by: ca, template: 'RootCACertificate/V1', years })
    const installed = this.install(id, { certificateAuthorityArn: ca.arn, certificate: certificate.certificate })
    return { ca, certificate, installed }
  }

  /** It signs the issuer of a mesh, so that one authority is below it; the issuer has none, as aws-privateca-issuer asks for `PathLen0`. */
  private below(root: Authority): Authority {
    const { trustDomain, years = usualYears } = this.args
    const id = `${this.prefix}-issuing`
    const ca = this.authority(id, 'SUBORDINATE', `issuing.${trustDomain}`)
    const asked = { ca, by: root.ca, template: 'SubordinateCACertificate_PathLen1/V1', years: Math.floor(years / 2) }
    // A root signs once its own certificate is installed.
    const certificate = this.certificate(id, asked, [root.installed])
    const installed = this.install(id, {
      certificateAuthorityArn: ca.arn,
      certificate: certificate.certificate,
      certificateChain: certificate.certificateChain,
    })
    return { ca, certificate, installed }
  }

  private authority(id: string, type: 'ROOT' | 'SUBORDINATE', commonName: string): acmpca.CertificateAuthority {
    const { region, permanentDeletionTimeInDays = 30, tags, shortLived = false } = this.args
    const usageMode = type === 'SUBORDINATE' && shortLived ? 'SHORT_LIVED_CERTIFICATE' : 'GENERAL_PURPOSE'
    const configuration = { keyAlgorithm: 'EC_prime256v1', signingAlgorithm, subject: { commonName } }
    const args = {
      ...{ region, type, usageMode, permanentDeletionTimeInDays },
      certificateAuthorityConfiguration: configuration,
      ...(tags && { tags }),
    }
    return new this.sdk.CertificateAuthority(id, args, this.options())
  }

  private certificate(
    id: string,
    { ca, by, template, years }: Asked,
    after: readonly pulumi.Resource[] = [],
  ): acmpca.Certificate {
    const { region } = this.args
    const args = {
      ...{ region, signingAlgorithm, certificateAuthorityArn: by.arn },
      certificateSigningRequest: ca.certificateSigningRequest,
      templateArn: `arn:${partitionOf(region)}:acm-pca:::template/${template}`,
      validity: { type: 'YEARS', value: String(years) },
    }
    return new this.sdk.Certificate(`${id}-certificate`, args, this.options(after))
  }

  private install(id: string, args: acmpca.CertificateAuthorityCertificateArgs): pulumi.Resource {
    const { region } = this.args
    return new this.sdk.CertificateAuthorityCertificate(`${id}-installed`, { region, ...args }, this.options())
  }

  private options(after: readonly pulumi.Resource[] = []): pulumi.CustomResourceOptions {
    const own = dependenciesOf(this.opts)
    return { parent: this, protect: this.args.protect ?? true, ...(after.length > 0 ? { dependsOn: [...after] } : own) }
  }
}

/** A certificate that one authority asks another for, or itself. */
interface Asked {
  readonly ca: acmpca.CertificateAuthority
  readonly by: acmpca.CertificateAuthority
  /** Of AWS’s own, which says what the certificate is for, and how many authorities may be below it (its user guide, template definitions). */
  readonly template: string
  readonly years: number
}

const signingAlgorithm = 'SHA256WITHECDSA'
const usualYears = 10

/** Only now, and this part alone: it takes the SDK a second to load, which no other stack has to wait for, nor install. */
function loadSdk(): Sdk {
  try {
    return createRequire(__filename)('@pulumi/aws/acmpca') as Sdk // its own types, of the version that is installed
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error // Node’s errors have a code
    const message = 'AWS Private CA takes the package `@pulumi/aws`, which is not installed'
    const problem = blocking({ code: 'no-aws', at: 'trust.pca', message, hint: '`npm install @pulumi/aws`' })
    throw new Refused('there is no private authority', [problem])
  }
}
