import { interpolate, known } from '../../__tests__/runner/expression.ts'
import { type ActionResult, type ActionRun, runAction } from '../../__tests__/runner/runner.ts'
import { type ScenarioStep, scenarioOf } from '../../__tests__/servers/scenarios.ts'
import type { Exchange } from '../../__tests__/servers/server.ts'
import { Stage } from '../../__tests__/runner/stage.ts'

export interface PlayedStep {
  readonly step: ScenarioStep
  /** What the runner was given. */
  readonly run: ActionRun
  readonly result: ActionResult
  /** What each server was asked, in the order of arrival. */
  readonly requests: Readonly<Record<string, readonly Exchange[]>>
}

/** What came of a scenario. */
export interface Played {
  readonly name: string
  readonly sentence: string
  readonly servers: string
  readonly steps: readonly PlayedStep[]
  /** Where each server listened. */
  readonly urls: Readonly<Record<string, string>>
  /** Whether every step ended as the scenario says. */
  readonly asExpected: boolean
}

/** Plays a scenario on servers of its own. With `stay` they are handed to it before they stop. */
export async function play(
  name: string,
  stay?: (stage: Stage, played: Played) => Promise<void>,
): Promise<Played> {
  const { sentence, servers, prepare, steps } = scenarioOf(name)
  await using stage = await Stage.start()
  prepare?.(stage)
  const done: PlayedStep[] = []
  for (const step of steps) {
    step.before?.(stage)
    done.push(await playStep(step, done, stage))
  }
  const asExpected = done.every(({ step, result }) => result.code === step.exitCode)
  const urls = Object.fromEntries(Object.entries(stage.servers).map(([server, { url }]) => [server, url]))
  const played = { name, sentence, servers, steps: done, urls, asExpected }
  await stay?.(stage, played)
  return played
}

async function playStep(
  step: ScenarioStep,
  before: readonly PlayedStep[],
  stage: Stage,
): Promise<PlayedStep> {
  const run = { inputs: inputsOf(step, before, stage), env: { GITHUB_API_URL: stage.github.baseUrl } }
  for (const { journal } of Object.values(stage.servers)) journal.length = 0
  const result = await runAction(step.cancelWhen ? cancelledWhen(step.cancelWhen, run) : run)
  const requests = Object.entries(stage.servers).map(([name, { journal }]) => [name, [...journal]])
  return { step, run, result, requests: Object.fromEntries(requests) as PlayedStep['requests'] }
}

/** The inputs of a step with their expressions computed, as GitHub does before the step. */
function inputsOf(step: ScenarioStep, before: readonly PlayedStep[], { env }: Stage): Record<string, string> {
  const steps = before.flatMap(({ step: { id }, result: { outputs } }) =>
    id === undefined ? [] : [[id, known({ outputs: known(outputs) })] as const],
  )
  const contexts = { env: known(env), steps: known(Object.fromEntries(steps)) }
  const scope = { contexts, succeeded: true, failed: false }
  return Object.fromEntries(Object.entries(step.with).map(([name, text]) => [name, interpolate(text, scope)]))
}

/** A run that gets SIGINT, as from the runner, as soon as its log says something. */
function cancelledWhen(seen: RegExp, run: ActionRun): ActionRun {
  let stop: (() => void) | undefined
  return {
    ...run,
    onStart: (child) => {
      stop = () => {
        child.kill('SIGINT')
      }
    },
    onOutput: (text) => {
      if (seen.test(text)) stop?.()
    },
  }
}
