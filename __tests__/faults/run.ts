import type { ChildProcess } from 'node:child_process'
import { type ActionResult, runAction, runPost } from '../runner/runner.ts'
import type { Inputs, Place, PlaceOptions } from './place.ts'
import { occurrences, recorded, type Request } from './requests.ts'
import { enter, type Scenario } from './scenarios.ts'

/** Milliseconds after which a process counts as one that does not end. On its own clock that is ten minutes. */
const LIMIT_MS = 60_000

/** A run of the step, and whether it came to its own end. */
export interface Ended {
  readonly result: ActionResult
  readonly ended: boolean
}

/** Runs the step, and kills it when it does not end. */
export async function runStep(
  place: Place,
  inputs: Inputs,
  addresses?: PlaceOptions['addresses'],
  onStart?: (child: ChildProcess) => void,
): Promise<Ended> {
  let ended = true
  let limit: NodeJS.Timeout | undefined
  const result = await runAction({
    ...place.run(inputs, addresses),
    onStart: (child) => {
      onStart?.(child)
      limit = setTimeout(() => {
        ended = false
        child.kill('SIGKILL')
      }, LIMIT_MS)
    },
  })
  clearTimeout(limit)
  return { result, ended }
}

/** The post step, where the main step has left something to do; the runner starts it in any case. */
export async function runPostOf(
  main: ActionResult,
  place: Place,
  inputs: Inputs,
): Promise<ActionResult | undefined> {
  const { 'abf-work': work = '', settled } = main.state
  return settled === 'true' && work === '' ? undefined : await runPost(main, place.run(inputs))
}

/** What a run shows to people and to later steps, without what differs from run to run. */
export function shownBy({ outputs, annotations }: ActionResult): { outputs: string; annotations: string } {
  const plain = (value: unknown): string =>
    JSON.stringify(value)
      .replaceAll(/127\.0\.0\.1:\d+/g, 'host')
      .replaceAll(/\b812\d{3}\b/g, 'build')
      .replaceAll(/file_stores\/[0-9a-f]{40}/g, 'file')
      .replaceAll(/duration\\?":(\d+|null)/g, '')
  return { outputs: plain(outputs), annotations: plain(annotations) }
}

/** What a scenario comes to when nothing goes wrong. */
export interface Baseline {
  readonly scenario: Scenario
  readonly inputs: Inputs
  readonly code: number | null
  readonly outputs: string
  readonly annotations: string
  /** JSON */
  readonly state: string
  readonly requests: readonly (Request & { readonly occurrences: number })[]
}

/**
 * Records a clean run.
 * @throws Error when a second run does not leave everything as it is: then nothing can be learnt from the scenario
 */
export async function record(scenario: Scenario): Promise<Baseline> {
  const { place, inputs } = await enter(scenario)
  await using _ = place
  // A busy machine must not add a timeout, and with it a repeated request, to a clean run.
  const unhurried = { ...inputs, 'request-timeout': '1h' }
  const { result } = await runStep(place, unhurried)
  const requests = recorded(place).map((request) => ({
    ...request,
    occurrences: occurrences(request, place),
  }))
  const state = JSON.stringify(place.state)
  place.servers.abf.clearFaults()
  const { result: second } = await runStep(place, unhurried)
  if (second.code !== result.code || JSON.stringify(place.state) !== state) {
    throw new Error(
      `${scenario.name}: a second run changes the end: ${JSON.stringify(place.state)}\n${state}`,
    )
  }
  return { scenario, inputs, code: result.code, ...shownBy(result), state, requests }
}
