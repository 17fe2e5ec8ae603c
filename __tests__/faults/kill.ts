import type { ChildProcess } from 'node:child_process'
import type { Moment } from '../servers/server.ts'
import type { Place } from './place.ts'
import { nameOf, type Target } from './plan.ts'
import { shapeOf } from './requests.ts'
import { type Baseline, runPostOf, runStep, shownBy } from './run.ts'
import { enter } from './scenarios.ts'
import { Watch } from './watch.ts'

/** A process that is killed at one of its requests, before or after that has its effect. */
export interface Kill extends Target {
  readonly name: string
  readonly moment: Moment
}

export interface Killed {
  readonly name: string
  /** Empty: as it should be. */
  readonly deviations: readonly string[]
}

/** Every recorded request of every scenario, both moments; for one that only reads they are the same. */
export function planKills(baselines: readonly Baseline[]): Kill[] {
  return baselines.flatMap((baseline) =>
    baseline.requests.flatMap((request) => {
      const moments: readonly Moment[] = request.shape.startsWith('GET') ? ['before'] : ['before', 'after']
      return moments.map((moment) => {
        const target = { baseline, request }
        return { ...target, moment, name: `${nameOf(target)} / killed ${moment} the effect` }
      })
    }),
  )
}

/** Kills the step, runs its post step and the step again: the end must be that of a clean run, nothing doubled. */
export async function tryKill({ name, baseline, request, moment }: Kill): Promise<Killed> {
  const { place, inputs } = await enter(baseline.scenario)
  await using _ = place
  const watch = new Watch(place)
  const before = new Set(place.abf.builds.map(({ id }) => id))
  const kill = lay({ baseline, request, moment }, place)
  const { result } = await runStep(place, inputs, {}, kill)
  for (const server of Object.values(place.servers)) server.clearFaults()
  const post = await runPostOf(result, place, inputs)
  const wrongs = [
    ...(result.code === null ? [] : ['it was never killed']),
    ...watch.wrongs(),
    ...watch.wrongsOf(result, request.shape),
    ...(post?.code === 0 && post.stderr === '' ? [] : [`the post step fails: ${post?.stdout}`]),
    ...place.abf.builds.flatMap(({ id, status }) =>
      !before.has(id) && [2000, 3000].includes(status) ? `build ${id} is left running` : [],
    ),
  ]
  const { result: second } = await runStep(place, inputs)
  const state = JSON.stringify(place.state)
  return {
    name,
    deviations: [
      ...wrongs,
      ...watch.wrongs().map((wrong) => `after the next run: ${wrong}`),
      ...(second.code === baseline.code
        ? []
        : [`the next run exits ${second.code}: ${shownBy(second).annotations}`]),
      ...(state === baseline.state ? [] : [`the next run leaves ${state}\ninstead of ${baseline.state}`]),
    ],
  }
}

/** Lays the end of the process at the request; takes the process once it has started. */
function lay({ request, moment }: Omit<Kill, 'name'>, place: Place): (child: ChildProcess) => void {
  let process: ChildProcess | undefined
  const { system, shape, ordinal } = request
  let seen = 0
  place.servers[system].fault({
    matches: (call) => {
      const fits = shapeOf(call) === shape
      if (fits) seen += 1
      if (fits && seen === ordinal && moment === 'before') process?.kill('SIGKILL')
      return fits
    },
    skip: ordinal - 1,
    action:
      moment === 'before'
        ? { kind: 'hang' }
        : {
            kind: 'alter',
            alter: async () => {
              process?.kill('SIGKILL')
              return await new Promise(() => undefined)
            },
          },
  })
  return (child) => {
    process = child
  }
}
