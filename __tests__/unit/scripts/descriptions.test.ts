import { describe, expect, it } from 'vitest'
import { KNOWN_CODES, statusInfo } from '../../../src/abf/status.ts'
import { buildAt } from '../../../scripts/descriptions/abf-rest.ts'
import { operationFor, operationsOf, readYaml } from '../../../scripts/descriptions/openapi.ts'
import { AbfStandIn } from '../../servers/abf/index.ts'
import { runAction, SHA } from '../../runner/runner.ts'
import { SentryStandIn } from '../../servers/sentry/index.ts'
import type { StandIn } from '../../servers/server.ts'

const ABF = 'openapi/abf.yaml'
const SENTRY = 'openapi/sentry-releases.yaml'
const FLOW = 'arazzo/release-and-build.yaml'

interface StatusSchema {
  readonly anyOf: readonly [
    { readonly enum: readonly number[]; readonly 'x-enumDescriptions': Readonly<Record<string, string>> },
  ]
  readonly 'x-build-statuses': Readonly<Record<string, object>>
}

interface Flow {
  readonly sourceDescriptions: readonly { readonly name: string; readonly url: string }[]
  readonly workflows: readonly {
    readonly workflowId: string
    readonly steps: readonly { readonly operationId?: string; readonly workflowId?: string }[]
  }[]
}

/** Requests that a description has no operation or no response for. */
function undescribed(server: StandIn, file: string): string[] {
  const operations = operationsOf(file)
  return server.journal.flatMap(({ method, path, status }) => {
    const operation = operationFor(operations, method, path)
    return operation?.statuses.includes(String(status)) ? [] : `${method} ${path} ${status}`
  })
}

describe('descriptions in docs', () => {
  it('know every request that builds, publishes, rejects, cancels and searches, and its answer', async () => {
    await using sentry = await new SentryStandIn().start()
    await using abf = await new AbfStandIn({ dialect: 'omv', pace: 0 }).start()
    const run = async (inputs: Readonly<Record<string, string>>): Promise<number | null> => {
      const access = { 'sentry-auth-token': sentry.tokens.organization, 'sentry-url': sentry.baseUrl }
      const farm = { 'abf-url': abf.url, 'abf-token': 'token-of-ci_bot', 'abf-poll-interval': '1s' }
      return (await runAction({ inputs: { ...access, ...farm, projects: 'web', ...inputs } })).code
    }
    const on = (operation: string, status: number): Promise<number | null> =>
      run({ 'abf-operation': operation, 'abf-build-list-ids': buildAt(abf, status) })
    const place = { 'abf-project': 'openmandriva/gtk+demo', 'abf-repository': 'cooker/main' }
    expect(await run({ ...place, environment: 'production', 'abf-auto-publish': 'default' })).toBe(0)
    const ends = [on('publish', 0), on('publish-into-testing', 0), on('reject', 0), on('cancel', 3000)]
    expect(await Promise.all([...ends, run({ 'abf-filter': 'status=6000' })])).toEqual([0, 0, 0, 0, 0])
    expect(abf.journal.length).toBeGreaterThan(15)
    expect(sentry.journal.length).toBeGreaterThan(10)
    expect(undescribed(abf, ABF)).toEqual([])
    expect(undescribed(sentry, SENTRY)).toEqual([])
  })

  it('give every status of a build the meaning that the action gives it, and know no others', () => {
    const { components } = readYaml(ABF) as { components: { schemas: { BuildStatus: StatusSchema } } }
    const { anyOf, 'x-build-statuses': described } = components.schemas.BuildStatus
    const [known] = anyOf
    const codes = [...KNOWN_CODES].sort((a, b) => a - b)
    const table = codes.map((code) => {
      const { name, sentence, phase, meaning } = statusInfo(code)
      return [String(code), { name, sentence, phase, meaning }] as const
    })
    expect(known.enum).toEqual(codes)
    expect(known['x-enumDescriptions']).toEqual(
      Object.fromEntries(table.map(([code, { sentence }]) => [code, sentence])),
    )
    const meanings = Object.entries(described).map(([code, { ...entry }]) => {
      if ('servers' in entry) delete entry.servers
      return [code, entry]
    })
    expect(Object.fromEntries(meanings)).toEqual(Object.fromEntries(table))
  })

  it('name operations in the flow that the sources have, and workflows that the flow has', () => {
    const { sourceDescriptions, workflows } = readYaml(FLOW) as Flow
    const known = new Set(
      sourceDescriptions.flatMap(({ name, url }) =>
        operationsOf(url.replace('../', '')).map(({ id }) => `$sourceDescriptions.${name}.${id}`),
      ),
    )
    const steps = workflows.flatMap((workflow) => workflow.steps)
    const used = steps.flatMap(({ operationId }) => operationId ?? [])
    expect(used.length).toBeGreaterThan(8)
    expect(used.filter((id) => !known.has(id))).toEqual([])
    const called = steps.flatMap(({ workflowId }) => workflowId ?? [])
    const names = new Set(workflows.map(({ workflowId }) => workflowId))
    expect(called.filter((id) => !names.has(id))).toEqual([])
  })

  it.each([ABF, SENTRY])('give every operation of %s a name of its own', (file) => {
    const ids = operationsOf(file).map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
    expect(ids).not.toContain(undefined)
  })

  it('prefer a path without a variable to one with', () => {
    const operations = operationsOf(ABF)
    expect(operationFor(operations, 'GET', '/api/v1/projects/get_id.json')?.id).toBe('findProject')
    expect(operationFor(operations, 'GET', '/api/v1/projects/7.json')?.id).toBe('showProject')
    expect(operationFor(operations, 'PUT', '/api/v1/build_lists/7/publish.json')?.id).toBe('publishBuild')
    expect(operationFor(operations, 'GET', `/api/v1/mass_builds/${SHA}.json`)).toBeUndefined()
  })
})
