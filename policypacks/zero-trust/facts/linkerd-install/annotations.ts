/** The annotation by which Namespaces and Pods ask for a proxy of Linkerd, or refuse it. */
export const linkerdInject = 'linkerd.io/inject'

/** All values that it has, only so spelt (linkerd2 pkg/inject/report.go ValidInjectAnnotationValues). */
export const injectValues: readonly string[] = ['enabled', 'disabled', 'ingress']

/** Whether a value of it asks for a proxy: `ingress` too, in another mode (linkerd2 pkg/inject/report.go InjectEnabledValues). */
export function injects(value: string | undefined): boolean {
  return value === 'enabled' || value === 'ingress'
}

/** Whom a port without a Server admits; copied from the Namespace to a Pod when that is injected (linkerd2 pkg/inject/inject.go). */
export const defaultInboundPolicy = 'config.linkerd.io/default-inbound-policy'
