import assert from 'node:assert/strict'
import { checkTrust } from '../../core/trust/check'
import type { Expected } from '../../core/trust/expected'
import { readTrust } from '../../core/trust/read'
import type { Asked, Authority } from './pki'
import { at, authority } from './pki'

/** What a mesh trusts, and what it issues with. */
export interface Given {
  readonly anchors: readonly Authority[]
  readonly issuer?: readonly Authority[]
  readonly chain?: readonly Authority[]
}

const join = (all: readonly Authority[]): string => all.map(({ pem }) => pem).join('')

/** What is found of it, on the day of {@link at}, for Linkerd where nothing else is said. */
export async function check({ anchors, issuer, chain }: Given, expected: Partial<Expected> = {}) {
  const { trust, problems } = await readTrust({
    anchors: [{ text: join(anchors), at: 'bundle' }],
    ...(issuer && { issuer: { text: join(issuer), at: 'issuer' } }),
    ...(chain && { chain: { text: join(chain), at: 'chain' } }),
  })
  assert.deepEqual(problems, [])
  assert.ok(trust)
  return checkTrust(trust, { mesh: 'linkerd', at, ...expected })
}

/** The codes of the problems that are found. */
export async function codes(given: Given, expected: Partial<Expected> = {}): Promise<readonly string[]> {
  return (await check(given, expected)).problems.map(({ code }) => code)
}

/** A root and an issuer below it, each as it is asked for. */
export async function hierarchy(root: Partial<Asked> = {}, issuer: Partial<Asked> = {}): Promise<Given> {
  const anchor = await authority({ subject: 'root', ...root })
  return { anchors: [anchor], issuer: [await authority({ subject: 'issuer', by: anchor, ...issuer })] }
}
