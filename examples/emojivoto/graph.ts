/**
 * Emojivoto, Linkerd's own sample (github.com/BuoyantIO/emojivoto): a page, two services over gRPC, and a bot that votes. Named
 * as its Services and accounts are; the routes are those that its source code calls.
 */
import { defineGraph, grpc, http } from '../../core/graph/define'

const emojivoto = { namespace: 'emojivoto' }

/** What both gRPC services listen on; nothing of theirs calls `prom`, where their metrics are. */
const backend = { ports: { grpc: grpc(8080), prom: http(8801) }, metrics: { port: 8801, path: '/metrics' } }

/** Each is voted for by a method of its own. */
const emojis = `
  100 Bacon Balloon BasketballMan BeachUmbrella Beer BikingMan BowingMan Boy BrideWithVeil Bulb Burrito CallMeHand
  Camping Cat2 Champagne CheckeredFlag Clap CloudWithRain ConstructionWorkerMan CrossedSwords CrystalBall Dancer
  DancingWomen Dog Doughnut Fax Fire FlightDeparture FloppyDisk Flushed Ghost Girl GolfingMan Guardsman
  HatchingChick HearNoEvil HeartEyesCat Interrobang Iphone JackOLantern Joy Man ManDancing ManFacepalming
  ManInTuxedo Mask MassageWoman Metal MoneyMouthFace MoneyWithWings MountainSnow MrsClaus NerdFace NoGoodWoman
  OkWoman OlderMan Pager Pig Pizza PointUp2 Policeman Poop Pray Prince Princess Rabbit Rainbow RaisedHands
  RaisingHandWoman Ramen Relaxed Rocket RunningMan Santa SeeNoEvil Skier SkullAndCrossbones Snail SpeakNoEvil
  Star2 SteamLocomotive StuckOutTongueWinkingEye SunBehindSmallCloud Sunglasses SurfingMan Taco Tada Thumbsup
  Trophy TropicalDrink TumblerGlass Turkey Underage VulcanSalute WalkingMan Wave Woman WomanShrugging WorldMap
`
const votes = emojis
  .trim()
  .split(/\s+/)
  .map(emoji => `emojivoto.v1.VotingService/Vote${emoji}` as const)

export default defineGraph({
  services: {
    'web-svc': { ...emojivoto, serviceAccount: 'web', ports: { http: http(8080, { servicePort: 80 }) } },
    'emoji-svc': { ...emojivoto, serviceAccount: 'emoji', ...backend },
    'voting-svc': { ...emojivoto, serviceAccount: 'voting', ...backend },

    // Its Deployment names no ServiceAccount, so that upstream it runs under `default`, as any stray Pod beside it would. A
    // graph refuses that: here it has an account of its own, which its Deployment has to be given (README.md).
    'vote-bot': { ...emojivoto, ports: {} },
  },

  ingress: {
    page: {
      // Upstream brings none. Any gateway that runs under this account, in the mesh, in a namespace called so.
      gateway: 'ingress',
      hosts: ['emojivoto.example.com'],
      tls: { secret: 'emojivoto-certificate' },
      routes: {
        'web-svc': {
          http: [
            'GET /',
            'GET /leaderboard',
            'GET /js',
            'GET /img/favicon.ico',
            'GET /dist/**',
            'GET /api/list',
            'GET /api/vote',
            'GET /api/leaderboard',
          ],
        },
      },
    },
  },

  // Of kube-prometheus; upstream brings no scraper.
  scraper: { namespace: 'monitoring', serviceAccount: 'prometheus-k8s' },
}).calls({
  'vote-bot': {
    'web-svc': { http: ['GET /api/list', 'GET /api/vote'] },
  },
  'web-svc': {
    'emoji-svc': { grpc: ['emojivoto.v1.EmojiService/FindByShortcode', 'emojivoto.v1.EmojiService/ListAll'] },
    'voting-svc': { grpc: ['emojivoto.v1.VotingService/Results', ...votes] },
  },
})
