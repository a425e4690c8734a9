import assert from 'node:assert/strict'
import type { Authority } from '../../support/pki'
import { authority } from '../../support/pki'
import { assertRefused, scratch, ztm } from './support/ztm'

const { write } = scratch()

const day = '2026-06-01'

let root: Authority
let issuer: Authority

before(async () => {
  root = await authority({ subject: 'root' })
  issuer = await authority({ subject: 'issuer', by: root })
})

/** A cluster's own objects, with anchors and an issuer. */
function cluster(anchors: readonly Authority[], signing?: Authority): string {
  const pem = anchors.map(one => one.pem).join('')
  const data = pem.replace(/^(?=.)/gm, '    ')
  const roots = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: linkerd-identity-trust-roots, namespace: linkerd }\ndata:\n  ca-bundle.crt: |\n${data}`
  if (!signing) return roots
  const crt = Buffer.from(signing.pem).toString('base64')
  return `${roots}---\napiVersion: v1\nkind: Secret\nmetadata: { name: linkerd-identity-issuer, namespace: linkerd }\ndata:\n  tls.crt: ${crt}\n`
}

describe('ztm trust plan', () => {
  let next: readonly string[] = []
  let now: readonly string[] = []

  before(async () => {
    const other = await authority({ subject: 'other root' })
    const signed = await authority({ subject: 'other issuer', by: other })
    now = [write('now.crt', root.pem), '--issuer', write('now-issuer.crt', issuer.pem)]
    next = ['--to', write('next.crt', other.pem), '--to-issuer', write('next-issuer.crt', signed.pem)]
  })

  const plan = (...more: readonly string[]) => ztm(['trust', 'plan', ...now, '--at', day, ...more])

  it('prints the steps to other anchors and another issuer, and what must be seen between them', async () => {
    const { code, out, err } = await plan(...next, '--authority', 'linkerd', '--namespace', 'shop')
    assert.equal(code, 0, err)
    assert.match(
      out,
      /^now {5}trusts CN=root; signs with CN=issuer\nwanted {2}trusts CN=other root; signs with CN=other issuer\n/,
    )
    assert.deepEqual(out.match(/^\d {2}.*$/gm), [
      '1  distribute',
      '2  restart control plane',
      '3  restart workloads',
      '4  switch',
      '5  wait',
      '6  retire',
      '7  restart control plane',
      '8  restart workloads',
    ])
    assert.match(out, /kubectl -n shop rollout restart/)
    assert.match(out, /^8 steps, 24 h of waiting at most: no call is refused if each is seen before the next\n$/m)
  })

  it('has istio-csr take over from istiod between adding anchors and taking them away', async () => {
    const { code, out, err } = await plan(...next, '--authority', 'cacerts', '--to-authority', 'istio-csr')
    assert.equal(code, 0, err)
    assert.deepEqual(out.match(/^\d {2}.*$/gm), [
      ...['1  prepare', '2  distribute', '3  wait', '4  switch', '5  restart workloads', '6  retire', '7  wait'],
    ])
    assert.match(out, /istio-csr’s chart: app\.certmanager\.issuer/)
    assert.match(out, /within half of what an identity lasts \(12 h\): kubectl -n NAMESPACE rollout restart/)
    // The new anchors come by istiod, and the old ones go by istio-csr.
    assert.match(out, /^2 {2}distribute\n(?: .*\n)*? .*Secret cacerts/m)
    assert.match(out, /^6 {2}retire\n(?: .*\n)*? .*app\.tls\.rootCAFile/m)
  })

  it('takes what is to be trusted from the file of a stack', async () => {
    const pem = await authority({ subject: 'third' })
    const indented = [root, pem].map(one => one.pem.replace(/^(?=.)/gm, '        ')).join('')
    const stack = (trust: string) => write('Pulumi.prod.yaml', `config:\n  zero-trust-mesh:trust:\n${trust}`)
    const wanted = stack(`    secret: cacerts\n    bundle: |\n${indented}`)
    const { code, out, err } = await plan('--to', wanted, '--authority', 'cacerts')
    assert.equal(code, 0, err)
    assert.match(out, /^wanted {2}trusts CN=root and CN=third; signs with CN=issuer$/m)
    const none = await plan('--to', stack('    certManager: {}\n'), '--authority', 'cacerts')
    assertRefused(none, /says no anchors/)
    assertRefused(await plan('--to', stack('    bundle: [\n'), '--authority', 'cacerts'), /it is no YAML/)
  })

  it('refuses an authority of another mesh', async () => {
    assertRefused(await plan(...next, '--authority', 'cacerts', '--to-authority', 'linkerd'), /nobody else’s/)
  })

  it('keeps the issuer where no other is wanted, and reads manifests', async () => {
    const here = write('cluster.yaml', cluster([root], issuer))
    const both = write('both.yaml', cluster([root, await authority({ subject: 'third' })]))
    const { code, out, err } = await ztm([
      ...['trust', 'plan', here, '--to', both, '--authority', 'linkerd', '--at', day],
      ...['--format', 'json'],
    ])
    assert.equal(code, 0, err)
    const { steps } = JSON.parse(out) as { steps: { step: string; issuer: { subject: string } }[] }
    assert.deepEqual(
      steps.map(({ step, issuer: { subject } }) => `${step}: ${subject}`),
      ['distribute: CN=issuer', 'restart: CN=issuer', 'restart: CN=issuer'],
    )
  })

  it('is drawn, and written as a table', async () => {
    assert.match(
      (await plan(...next, '--authority', 'istio-csr', '--format', 'mermaid')).out,
      /^flowchart TD\n {2}s0\["trusts CN=root<br\/>/,
    )
    assert.match(
      (await plan(...next, '--authority', 'cacerts', '--format', 'markdown')).out,
      /^\| Step \| .*\n\| --- .*\n\| 1\. \*\*prepare\*\* \| /,
    )
  })

  it('says that an outage cannot be avoided, and exits with 1', async () => {
    const { code, out } = await ztm(['trust', 'plan', ...now, ...next, '--authority', 'linkerd', '--at', '2027-03-29'])
    assert.equal(code, 2, 'the wanted issuer has ended as well')
    assert.equal(out, '')
    const longer = await authority({ subject: 'longer', until: 2000 })
    const wanted = [
      '--to',
      write('longer.crt', longer.pem),
      '--to-issuer',
      write('longer-issuer.crt', (await authority({ subject: 'below', by: longer, until: 900 })).pem),
    ]
    const late = await ztm(['trust', 'plan', ...now, ...wanted, '--authority', 'linkerd', '--at', '2027-03-29'])
    assert.equal(late.code, 1)
    assert.match(
      late.out,
      /^1 {2}replace$[^]*^outage: the issuer `CN=issuer` does not hold since 2027-03-28T00:00:00Z/m,
    )
  })

  it('refuses what leads nowhere, and says why', async () => {
    assertRefused(
      await plan('--to', next[1] ?? '', '--authority', 'linkerd'),
      'no anchor of the wanted bundle vouches for the wanted issuer `CN=issuer`',
    )
    assertRefused(await plan(...next, '--authority', 'linkerd', '--leaf', 'soon'), 'expected a time, got `soon`')
    assertRefused(
      await ztm(['trust', 'plan', now[0] ?? '', ...next, '--authority', 'linkerd']),
      'give its certificate with `--issuer`',
    )
  })

  it('wants another anchor where the issuer’s key has leaked', async () => {
    const again = write('again.crt', (await authority({ subject: 'again', by: root })).pem)
    assertRefused(
      await plan('--to', now[0] ?? '', '--to-issuer', again, '--authority', 'cacerts', '--leaked'),
      'rotate the anchor too',
    )
  })
})
