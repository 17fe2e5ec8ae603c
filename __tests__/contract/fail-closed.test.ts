import { describe, expect, it } from 'vitest'
import { BUILD, on, seed, startAbf, step, TOKEN } from './abf-helpers.ts'
import { failure, gate, requests, startSentry } from './helpers.ts'

const LOST = [
  { 'abf-token': TOKEN },
  { 'abf-token': TOKEN, 'abf-build-list-ids': ' \n', 'abf-project': '', 'abf-filter': '' },
  { 'abf-wait': 'false' },
  { 'abf-repository': 'cooker/main', 'abf-arches': 'x86_64, aarch64' },
]

describe.concurrent('a step whose builds got lost between jobs', () => {
  it.each(LOST)('fails before any request, and names the inputs and the cause: %j', async (inputs) => {
    const sentry = await startSentry()
    const result = await gate(sentry, { environment: 'production', 'abf-build-list-ids': '', ...inputs })
    const message = failure(result)
    const given = Object.keys(inputs).filter((name) => !/ids|project|filter/.test(name))
    for (const text of [
      ...given,
      'input abf-build-list-ids: ',
      'abf-project',
      'abf-filter',
      'secret',
      'skipped',
    ]) {
      expect(message).toContain(text)
    }
    expect(message).toContain('abf-operation: none')
    expect([sentry.requests, sentry.releases]).toEqual([[], []])
  })

  it.each(['watch', 'publish', 'cancel'])('fails with abf-operation: %s, too', async (operation) => {
    const sentry = await startSentry()
    const inputs = { 'abf-token': TOKEN, 'abf-operation': operation, 'abf-build-list-ids': '' }
    expect(failure(await gate(sentry, inputs))).toMatch(/^input abf-build-list-ids: .*skipped/m)
    expect(sentry.requests).toEqual([])
  })

  it('fails when only one of two ids got lost', async () => {
    const [sentry, abf] = [await startSentry(), await startAbf()]
    const inputs = { 'abf-url': abf.url, 'abf-token': TOKEN, 'abf-build-list-ids': `${seed(abf, 0).id},` }
    expect(failure(await gate(sentry, inputs))).toContain('input abf-build-list-ids: expected ')
    expect([sentry.requests, abf.requests]).toEqual([[], []])
  })

  it('succeeds with abf-operation: none', async () => {
    const sentry = await startSentry()
    const result = await gate(sentry, { ...BUILD, 'abf-token': TOKEN, 'abf-operation': 'none' })
    expect([result.code, result.annotations, result.outputs['release-finalized']]).toEqual([0, [], 'true'])
  })

  it('succeeds with only the environment variables of other steps', async () => {
    const sentry = await startSentry()
    const env = { ABF_TOKEN: TOKEN, ABF_USERNAME: 'ci', ABF_PASSWORD: 'password' }
    const { code, outputs } = await gate(sentry, {}, { env })
    expect([code, outputs['release-finalized']]).toEqual([0, 'true'])
  })
})

describe.concurrent('an empty list of builds, as a search without results hands it on', () => {
  it.each(['watch', 'publish', 'cancel', 'reject'])(
    'leaves %s nothing to do, and holds the release back',
    async (operation) => {
      const [sentry, abf] = [await startSentry(), await startAbf()]
      seed(abf, 0)
      const inputs = { 'sentry-url': sentry.baseUrl, environment: 'production', 'abf-operation': operation }
      const result = await step(abf, { ...inputs, 'abf-build-list-ids': '[]' }, {}, sentry)
      expect([result.code, result.outputs['build-conclusion'], result.outputs['build-list-ids']]).toEqual([
        0,
        'neutral',
        '[]',
      ])
      expect([abf.requests, sentry.deploys, result.outputs['release-finalized']]).toEqual([[], [], 'false'])
      const warnings = result.annotations.filter(({ level }) => level === 'warning')
      expect(warnings.map(({ message }) => message).join('\n')).toMatch(
        /abf-build-list-ids is an empty list.*\n?.*Finalize and deploy are skipped/s,
      )
    },
  )

  it('leaves a search without requests and without results', async () => {
    const abf = await startAbf()
    seed(abf, 0)
    const result = await on(abf, [], { 'abf-operation': 'search', 'abf-build-list-ids': '[]' })
    expect([result.code, result.outputs['build-list-ids'], abf.requests]).toEqual([0, '[]', []])
  })
})

describe.concurrent('a value that got lost in an expression or a script', () => {
  const INPUTS = ['version', 'version-prefix', 'environment', 'projects', 'ref', 'deploy-name', 'dist']
  it.each(['null', 'undefined', '[object Object]', 'Array', 'Object', '***', '${{ needs.build.outputs.x }}'])(
    'is refused in every input before any request, with what it is: %s',
    async (value) => {
      const sentry = await startSentry()
      const inputs = Object.fromEntries(INPUTS.map((name) => [name, value]))
      const lines = failure(await gate(sentry, { sourcemaps: 'build', ...inputs })).split('\n')
      for (const name of INPUTS) {
        const line = lines.find((text) => text.startsWith(`input ${name}: expected `))
        expect([name, line]).toEqual([name, expect.stringMatching(/got ".*" \(\w.{20,}\)$/)])
      }
      expect(sentry.requests).toEqual([])
    },
  )

  it('is accepted inside of a text and as a password', async () => {
    const sentry = await startSentry()
    const result = await gate(sentry, {
      version: 'null-object-1',
      environment: 'undefined behaviour',
      'abf-operation': 'search',
      'abf-filter': 'project_name=none',
      'abf-url': 'http://127.0.0.1:1/',
      'abf-username': 'ada',
      'abf-password': 'null',
      retries: '0',
    })
    expect(failure(result)).toContain('no connection to 127.0.0.1:1')
    expect(sentry.release('null-object-1')).toBeDefined()
  })
})

describe.concurrent('a deploy whose environment got lost', () => {
  it.each([{ 'deploy-url': 'https://ci.example/1' }, { 'deploy-name': 'x' }, { 'started-at': '1767225600' }])(
    'is an error before any request: %j',
    async (inputs) => {
      const sentry = await startSentry()
      const message = failure(await gate(sentry, { ...inputs, environment: ' ' }))
      expect(message).toMatch(/^input environment: .*variable, when it is not set/m)
      expect(message).toContain(Object.keys(inputs)[0])
      expect(sentry.requests).toEqual([])
    },
  )
})

it('release-version is set before the first response, for a later step that runs on failure', async () => {
  const sentry = await startSentry()
  const result = await gate(sentry, { projects: 'nobody' })
  expect([result.code, Object.keys(result.outputs)]).toEqual([1, ['release-version']])
  expect(requests(sentry).length).toBeGreaterThan(0)
})
