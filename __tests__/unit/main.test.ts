import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createActions } from '../../src/actions.ts'
import { main, post } from '../../src/main.ts'
import type { World } from '../../src/step.ts'
import { Redactor } from '../../src/text/redact.ts'
import { COMMIT } from './abf/memory.ts'
import { prepareWorld } from './world.ts'

const { exitCode } = process
const listeners = process.listeners('uncaughtException')
let written: string[] = []

beforeEach(() => {
  written = []
  // Without its files the runner is told by lines of the log.
  for (const name of ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY']) vi.stubEnv(name, '')
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text))
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  process.exitCode = exitCode
  for (const listener of process.listeners('uncaughtException')) {
    if (!listeners.includes(listener)) process.off('uncaughtException', listener)
  }
})

const lines = (): string[] => written.join('').split(/\r?\n/)
const errors = (): string[] => lines().filter((line) => line.startsWith('::error'))

function begun(
  inputs: Readonly<Record<string, string>> = {},
  more: Partial<World> = {},
  redactor = new Redactor(),
): World & { readonly job: ReturnType<typeof prepareWorld> } {
  const job = prepareWorld({ 'set-commits': 'skip', ...inputs })
  return { ...job.world, actions: createActions(redactor), job, ...more }
}

describe('the main step', () => {
  it('that comes to a good end sets no exit code and shows nothing red', async () => {
    await main(begun())
    expect(process.exitCode).toBe(exitCode)
    expect(errors()).toEqual([])
    expect(lines()).toContain('::set-output name=release-created::true')
  })

  it('says that it has begun before it does anything, for the post step', async () => {
    const { job, ...rest } = begun()
    await main({
      ...rest,
      transport: (...call) => {
        expect(lines()).toContain('::save-state name=started::true')
        return job.world.transport(...call)
      },
    })
    expect(job.asked.length).toBeGreaterThan(0)
  })

  it('has secrets masked before anything else, and shows none', async () => {
    const redactor = new Redactor()
    redactor.add('hunter2-secret')
    await main(begun({ retries: 'hunter2-secret' }, {}, redactor))
    expect(lines().slice(0, 2)).toEqual([
      '::add-mask::hunter2-secret',
      `::add-mask::${btoa('hunter2-secret')}`,
    ])
    expect(lines().slice(2).join()).not.toContain('hunter2')
    expect(errors()).toHaveLength(1)
  })

  it('that fails ends with exit code 1 and one red annotation of cause and cure', async () => {
    const { job, ...rest } = begun({ projects: '' })
    await expect(main(rest)).resolves.toBeUndefined()
    expect(process.exitCode).toBe(1)
    expect(errors()).toHaveLength(1)
    expect(errors()[0]).toMatch(
      /^::error title=Invalid input::An input is not usable\. No request was sent\.%0A.*projects.*%0ACorrect the inputs of this step\.$/,
    )
    expect(job.asked).toEqual([])
  })

  it('that meets a fault does not reject, and shows where it was as plain lines', async () => {
    const fault = new TypeError('no such thing')
    await expect(main(begun({}, { transport: () => Promise.reject(fault) }))).resolves.toBeUndefined()
    expect(process.exitCode).toBe(1)
    expect(errors()).toHaveLength(1)
    expect(errors()[0]).toContain(
      'title=Release gate failed::Unexpected error: no such thing%0AThis is a bug',
    )
    expect(lines().filter((line) => /^ +at .*main\.test\.ts/.test(line)).length).toBeGreaterThan(0)
  })

  it('whose builds failed has told so already, and repeats it in the log only', async () => {
    const { job, ...rest } = begun({
      'abf-url': 'https://abf.example/',
      'abf-token': 'token-of-ci_bot',
      'abf-commit': COMMIT,
      'abf-project': 'openmandriva/gtk+demo',
      'abf-repository': 'cooker/main',
      'abf-log-lines': '0',
    })
    job.abf.plan({}, [{ status: 666 }])
    await main(rest)
    expect(process.exitCode).toBe(1)
    expect(errors().every((line) => line.startsWith('::error title=ABF%3A build failed (666)::'))).toBe(true)
    expect(errors().length).toBeGreaterThan(0)
    expect(lines()).toContain('ABF build: failure.')
  })

  it('does not reject when the file for the post step cannot be written', async () => {
    vi.stubEnv('GITHUB_STATE', '/nowhere/state')
    await expect(main(begun())).resolves.toBeUndefined()
    expect(process.exitCode).toBe(exitCode)
    expect(lines().find((line) => line.includes('started'))).toContain(
      "::warning::The runner's state file cannot be written, so later steps cannot read started.",
    )
  })

  it('fails, with one red annotation, for what is thrown where nobody waits', async () => {
    await main(begun())
    const added = process.listeners('uncaughtException').filter((listener) => !listeners.includes(listener))
    expect(added).toHaveLength(1)
    added[0]?.(new Error('thrown late'), 'uncaughtException')
    expect(process.exitCode).toBe(1)
    expect(errors()).toHaveLength(1)
    expect(errors()[0]).toContain('Unexpected error: thrown late')
  })
})

describe('the post step', () => {
  it('asks nothing and says nothing when the main step came to its end', async () => {
    vi.stubEnv('STATE_settled', 'true')
    vi.stubEnv('STATE_work', 'release 1 in organization acme')
    const { job, ...rest } = begun()
    await post(rest)
    expect([job.asked, written]).toEqual([[], []])
  })

  it('warns of work that was cut off, and never fails the job', async () => {
    vi.stubEnv('STATE_settled', '')
    vi.stubEnv('STATE_work', 'release 1 in organization acme')
    await post(begun({ projects: '' }))
    expect(lines().filter(Boolean)).toEqual([
      '::warning title=Release gate was interrupted::The step was killed while it worked on release 1 in organization acme. Re-run the job: it finds what was done and completes the rest.',
    ])
    expect(process.exitCode).toBe(0)
  })

  it('only warns of what is thrown where nobody waits', async () => {
    vi.stubEnv('STATE_settled', 'true')
    await post(begun())
    const added = process.listeners('uncaughtException').filter((listener) => !listeners.includes(listener))
    expect(added).toHaveLength(1)
    added[0]?.(new Error('thrown late'), 'uncaughtException')
    expect(lines().filter(Boolean)).toEqual([
      '::warning::The post step could not finish: Unexpected error: thrown late',
    ])
    expect(process.exitCode).toBe(0)
  })
})
