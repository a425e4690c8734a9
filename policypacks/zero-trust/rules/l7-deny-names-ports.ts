import { authorizationPolicy, cartPolicy } from '../example-objects'
import { actionOf, authorizationPolicies } from '../facts/policies'
import { conditionsOf, keyOf, lists, operationsOf, rulesOf, sourcesOf } from '../facts/rules-of-policies'
import { finding, judgeEach, type Field } from '../field'
import { rule, type Finding } from '../rule'

/** What only a request has, and a connection of bytes has not. */
const ofRequests = ['hosts', 'notHosts', 'methods', 'notMethods', 'paths', 'notPaths']
const ofTokens = ['requestPrincipals', 'notRequestPrincipals']

/**
 * Every DENY rule that asks about requests names the ports it is for. Where a port is not HTTP, what a request would have
 * to be is left out of the rule, and the rest of it holds for all connections (istio
 * pilot/pkg/security/authz/model/model.go checkError, pilot/pkg/security/authz/builder/builder.go).
 */
export const l7DenyNamesPorts = rule({
  id: 'l7-deny-names-ports',
  severity: 'medium',
  scope: 'object',
  controls: ['nist-800-53/AC-4', 'nist-800-53/CM-6', 'nist-800-207/tenet-4', 'pci-dss/1.2.5', 'iso-27001/A.8.9'],
  why: 'on a port that is not HTTP, a DENY rule about requests denies every connection, as nothing is left of it but its callers',
  fix: 'name the HTTP ports in `ports` of every operation, or in a condition on `destination.port`',
  limits: 'whether the ports that are named are HTTP is not seen',
  config: [],
  examples: {
    pass: [
      {
        title: 'the ports are named',
        objects: [
          authorizationPolicy('no-delete', {
            action: 'DENY',
            rules: [{ to: [{ operation: { ports: ['8080'], methods: ['DELETE'] } }] }],
          }),
        ],
      },
      {
        title: 'the ports are a condition',
        objects: [
          authorizationPolicy('token', {
            action: 'DENY',
            rules: [
              {
                from: [{ source: { notRequestPrincipals: ['*'] } }],
                when: [{ key: 'destination.port', values: ['8080'] }],
              },
            ],
          }),
        ],
      },
      { title: 'an ALLOW policy, of which nothing is left on other ports', objects: [cartPolicy] },
      {
        title: 'nothing is asked about requests',
        objects: [
          authorizationPolicy('no-strangers', {
            action: 'DENY',
            rules: [{ from: [{ source: { notPrincipals: ['*'] } }] }],
          }),
        ],
      },
    ],
    fail: [
      {
        title: 'no port is named',
        objects: [
          authorizationPolicy('no-delete', {
            action: 'DENY',
            rules: [{ to: [{ operation: { methods: ['DELETE'] } }] }],
          }),
        ],
      },
      {
        title: 'one of two operations names none',
        objects: [
          authorizationPolicy('no-admin', {
            action: 'DENY',
            rules: [
              {
                to: [
                  { operation: { ports: ['8080'], methods: ['DELETE'] } },
                  { operation: { notPaths: ['/public/*'] } },
                ],
              },
            ],
          }),
        ],
      },
      {
        title: 'a token is asked for, at all ports there are',
        objects: [
          authorizationPolicy('token', {
            action: 'DENY',
            rules: [{ from: [{ source: { notRequestPrincipals: ['*'] } }] }],
          }),
        ],
      },
      {
        title: 'a header is asked for, and one port is excepted',
        objects: [
          authorizationPolicy('no-debug', {
            action: 'DENY',
            rules: [
              {
                to: [{ operation: { notPorts: ['6379'] } }],
                when: [{ key: 'request.headers[x-debug]', values: ['on'] }],
              },
            ],
          }),
        ],
      },
    ],
  },
  check: context => judgeEach(authorizationPolicies(context), judge),
})

function judge(policy: Field): readonly Finding[] {
  if (actionOf(policy) !== 'DENY') return []
  return rulesOf(policy).flatMap(one => {
    if (conditionsOf(one).some(namesPorts)) return []
    const operations = operationsOf(one)
    const everywhere = asksCaller(one)
    if (operations.length === 0) return everywhere ? [finding(one, message)] : []
    return operations
      .filter(operation => !lists(operation, 'ports') && (everywhere || asks(operation, ofRequests)))
      .map(operation => finding(operation, message))
  })
}

const message = 'asks about requests and names no port, so that it denies every connection to a port that is not HTTP'

function namesPorts(condition: Field): boolean {
  return keyOf(condition) === 'destination.port' && lists(condition, 'values')
}

/** Whether a rule asks, in whatever operation, for something that only a request has. */
function asksCaller(one: Field): boolean {
  return (
    sourcesOf(one).some(source => asks(source, ofTokens)) ||
    conditionsOf(one).some(condition => keyOf(condition).startsWith('request.'))
  )
}

function asks(of: Field, names: readonly string[]): boolean {
  return names.some(name => lists(of, name))
}
