import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import { FileRunner } from './runner.mjs'
import { Tally } from './tally.mjs'

/** What Stryker takes from us: how tests are run, and how their answers are counted. */
export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'files', FileRunner),
  declareClassPlugin(PluginKind.Reporter, 'tally', Tally),
]
