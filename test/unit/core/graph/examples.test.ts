import assert from 'node:assert/strict'
import bookinfo from '../../../../examples/bookinfo/graph'
import emojivoto from '../../../../examples/emojivoto/graph'
import boutique from '../../../../examples/online-boutique/graph'
import { flows } from '../../../../core/graph/flows'
import type { Graph } from '../../../../core/graph/graph'
import { validate } from '../../../../core/graph/validate'
import { printRoute } from '../../../../core/model/flow'
import type { Caller, Flow } from '../../../../core/model/flow'
import services from '../../../../services'

const nameOf = (caller: Caller): string => (caller.kind === 'workload' ? caller.service : caller.kind)
const line = ({ from, to, route }: Flow): string =>
  `${nameOf(from)} ${to.kind === 'workload' ? to.service : to.host}:${to.port} ${printRoute(route)}`
const lines = (graph: Graph, purpose: Flow['purpose']): readonly string[] =>
  flows(graph)
    .filter(flow => flow.purpose === purpose)
    .map(line)
    .sort()

/** The calls between services, from the application's source code: see the file and line beside each in its repository. */
const boutiqueCalls = [
  'cartservice redis-cart:6379 tcp', // helm-chart/templates/cartservice.yaml REDIS_ADDR
  'checkoutservice cartservice:7070 grpc hipstershop.CartService/EmptyCart', // src/checkoutservice/main.go:333
  'checkoutservice cartservice:7070 grpc hipstershop.CartService/GetCart', // src/checkoutservice/main.go:325
  'checkoutservice currencyservice:7000 grpc hipstershop.CurrencyService/Convert', // src/checkoutservice/main.go:360
  'checkoutservice emailservice:8080 grpc hipstershop.EmailService/SendOrderConfirmation', // src/checkoutservice/main.go:380
  'checkoutservice paymentservice:50051 grpc hipstershop.PaymentService/Charge', // src/checkoutservice/main.go:370
  'checkoutservice productcatalogservice:3550 grpc hipstershop.ProductCatalogService/GetProduct', // src/checkoutservice/main.go:344
  'checkoutservice shippingservice:50051 grpc hipstershop.ShippingService/GetQuote', // src/checkoutservice/main.go:314
  'checkoutservice shippingservice:50051 grpc hipstershop.ShippingService/ShipOrder', // src/checkoutservice/main.go:387
  'frontend adservice:9555 grpc hipstershop.AdService/GetAds', // src/frontend/rpc.go:123
  'frontend cartservice:7070 grpc hipstershop.CartService/AddItem', // src/frontend/rpc.go:68
  'frontend cartservice:7070 grpc hipstershop.CartService/EmptyCart', // src/frontend/rpc.go:63
  'frontend cartservice:7070 grpc hipstershop.CartService/GetCart', // src/frontend/rpc.go:58
  'frontend checkoutservice:5050 grpc hipstershop.CheckoutService/PlaceOrder', // src/frontend/handlers.go:354
  'frontend currencyservice:7000 grpc hipstershop.CurrencyService/Convert', // src/frontend/rpc.go:81
  'frontend currencyservice:7000 grpc hipstershop.CurrencyService/GetSupportedCurrencies', // src/frontend/rpc.go:31
  'frontend productcatalogservice:3550 grpc hipstershop.ProductCatalogService/GetProduct', // src/frontend/rpc.go:52
  'frontend productcatalogservice:3550 grpc hipstershop.ProductCatalogService/ListProducts', // src/frontend/rpc.go:46
  'frontend recommendationservice:8080 grpc hipstershop.RecommendationService/ListRecommendations', // src/frontend/rpc.go:100
  'frontend shippingservice:50051 grpc hipstershop.ShippingService/GetQuote', // src/frontend/rpc.go:88
  'recommendationservice productcatalogservice:3550 grpc hipstershop.ProductCatalogService/ListProducts', // src/recommendationservice/recommendation_server.py
]

describe('the examples', () => {
  it('have nothing wrong with them', () => {
    assert.deepEqual(validate(boutique), [])
    assert.deepEqual(validate(bookinfo), [])
    assert.deepEqual(validate(emojivoto), [])
  })

  it('have Online Boutique as the graph that a clone starts with', () => {
    assert.equal(services, boutique)
  })
})

describe('Online Boutique', () => {
  it('has twelve services', () => {
    assert.equal(Object.keys(boutique.services).length, 12)
  })

  it('has exactly the calls between services that its source code has', () => {
    const within = lines(boutique, 'call').filter(text => !/^(loadgenerator|istio-ingress) /.test(text))
    assert.deepEqual(within, boutiqueCalls)
  })

  it('is entered by the gateway and the load generator at the frontend alone', () => {
    const entering = lines(boutique, 'call').filter(text => /^(loadgenerator|istio-ingress) /.test(text))
    assert.equal(entering.length, 20)
    assert.deepEqual(
      entering.filter(text => !text.includes(' frontend:8080 ')),
      [],
    )
  })

  it('is probed on every port', () => {
    const ports = Object.values(boutique.services).flatMap(({ ports }) => Object.values(ports))
    assert.equal(lines(boutique, 'probe').length, ports.length)
  })
})

describe('Bookinfo', () => {
  it('has the three calls that its pages need', () => {
    assert.deepEqual(
      lines(bookinfo, 'call').filter(text => !text.startsWith('bookinfo-gateway-istio ')),
      [
        'productpage details:9080 GET /details/*',
        'productpage reviews:9080 GET /reviews/*',
        'reviews ratings:9080 GET /ratings/*',
      ],
    )
  })
})

describe('Emojivoto', () => {
  const called = (prefix: string): readonly string[] =>
    lines(emojivoto, 'call').filter(text => text.startsWith(prefix) && !text.includes('/Vote'))

  it('has the calls between services that its source code has, and one for each emoji', () => {
    assert.deepEqual(called('vote-bot '), [
      'vote-bot web-svc:8080 GET /api/list', // emojivoto-web/cmd/vote-bot/main.go shortcodes
      'vote-bot web-svc:8080 GET /api/vote', // emojivoto-web/cmd/vote-bot/main.go vote
    ])
    assert.deepEqual(called('web-svc '), [
      'web-svc emoji-svc:8080 grpc emojivoto.v1.EmojiService/FindByShortcode', // emojivoto-web/web/web.go leaderboardHandler
      'web-svc emoji-svc:8080 grpc emojivoto.v1.EmojiService/ListAll', // emojivoto-web/web/web.go listEmojiHandler
      'web-svc voting-svc:8080 grpc emojivoto.v1.VotingService/Results', // emojivoto-web/web/web.go leaderboardHandler
    ])
    const votes = lines(emojivoto, 'call').filter(text => text.includes('/Vote'))
    assert.equal(new Set(votes).size, 100) // proto/Voting.proto, all of them called in emojivoto-web/web/web.go voteEmojiHandler
  })

  it('is refused as its authors publish it, where the bot runs under `default`, and says what to do', () => {
    const bot = { ...emojivoto.services['vote-bot'], namespace: 'emojivoto', serviceAccount: 'default', ports: {} }
    const published = { ...emojivoto, services: { ...emojivoto.services, 'vote-bot': bot } }
    assert.deepEqual(validate(published), [
      {
        code: 'default-service-account',
        severity: 'error',
        at: 'services.vote-bot.serviceAccount',
        message:
          'the ServiceAccount `default` is that of every Pod that names none: whoever runs beside it would be let in too',
        hint: 'make a ServiceAccount for it alone, and name it here and in `serviceAccountName` of its Pods',
      },
    ])
  })
})
