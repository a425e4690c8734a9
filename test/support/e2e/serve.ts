import type { sendUnaryData, ServerUnaryCall, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js'
import { grpc } from '../../../preview/sdk'

const bytes = 400 * 1024 * 1024
/** What Pulumi itself allows a message. */
export const largestMessage = { 'grpc.max_receive_message_length': bytes, 'grpc.max_send_message_length': bytes }

/** A gRPC service that listens on 127.0.0.1. */
export interface Serving {
  readonly port: number
  stop(): void
}

/** Serves what is given; a call of anything else is told that it is not implemented. */
export async function serve(service: ServiceDefinition, answers: UntypedServiceImplementation): Promise<Serving> {
  const server = new grpc.Server(largestMessage)
  server.addService(service, answers)
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure()
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)))
  })
  return { port, stop: () => server.forceShutdown() }
}

/** A call with one answer. What it throws is told in its own words. */
export function unary<Question, Answer>(answer: (question: Question) => Answer | Promise<Answer>) {
  return (call: ServerUnaryCall<Question, Answer>, done: sendUnaryData<Answer>): void => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        value => done(null, value),
        (error: unknown) =>
          done({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
      )
  }
}
