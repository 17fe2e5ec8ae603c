import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { type ActionResult, type ActionRun, actionFile, runAction, runPost, SHA } from '../runner/runner.ts'
import { commandsOf } from '../runner/runner-model.ts'
import { FileStoreStandIn } from '../servers/abf/index.ts'
import { BUILD, on, seed, startAbf } from './abf-helpers.ts'
import { asVariable, FUZZ_TIMEOUT, hostile, rounds, thorough } from './fuzz.ts'
import { ensure, failure, gate, pool, serve, startSentry } from './helpers.ts'

const folder = mkdtempSync(join(tmpdir(), 'release-gate-environment-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
/** A file of this content, for an event. */
function file(content: string | Buffer): string {
  files += 1
  const path = join(folder, `${files}.json`)
  writeFileSync(path, content)
  return path
}

const STACK = /\n\s+at .*:\d+:\d+|bug of the action/

/** `worked`, or the one red annotation that says what is wrong; by then nothing may have been sent. */
function judge(result: ActionResult, requests: readonly string[]): string {
  expect([result.stderr, STACK.exec(result.stdout)]).toEqual(['', null])
  const red = result.annotations.filter(({ level }) => level === 'error').length
  const sent = result.code === 0 ? 0 : requests.length
  expect([red, sent]).toEqual([result.code, 0])
  return result.code === 0 ? 'worked' : failure(result)
}

const OTHER = 'e'.repeat(40)

/** JSON of any shape, also with wrong types at the places that are read. */
const payload = fc.oneof(
  fc.json(),
  fc
    .record(
      Object.fromEntries(
        ['pull_request', 'workflow_run', 'deployment', 'check_suite', 'check_run', 'head_commit'].map(
          (name) => [
            name,
            fc.oneof(
              fc.jsonValue(),
              fc.dictionary(fc.constantFrom('head', 'sha', 'head_sha'), fc.jsonValue()),
            ),
          ],
        ),
      ),
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
)

describe.concurrent('an event file', () => {
  it.each<[string, string | Buffer, string]>([
    ['with a byte order mark', `\uFEFF{"deployment":{"sha":"${OTHER}"}}`, OTHER],
    ['that is cut short', `{"deployment":{"sha":"${OTHER}"`, SHA],
    ['that is empty', '', SHA],
    ['that is a list', `[{"deployment":{"sha":"${OTHER}"}}]`, SHA],
    ['that is no UTF-8', Buffer.from([0xff, 0xfe, 0x7b, 0x00]), SHA],
    ['of 10 MB', `{"x":"${'y'.repeat(10_000_000)}","deployment":{"sha":"${OTHER}"}}`, OTHER],
    ['that is nested a million times', '['.repeat(1_000_000) + ']'.repeat(1_000_000), SHA],
    ['with another type where the commit is', '{"deployment":{"sha":["x"]},"pull_request":7}', SHA],
    ['with keys that objects have by birth', '{"__proto__":{"deployment":{"sha":"x"}},"constructor":1}', SHA],
  ])('%s is read or ignored', async (_name, content, version) => {
    const sentry = await startSentry()
    const result = await ensure(
      sentry,
      {},
      {
        env: { GITHUB_EVENT_NAME: 'deployment', GITHUB_EVENT_PATH: file(content) },
      },
    )
    expect([judge(result, []), result.outputs['release-version']]).toEqual(['worked', version])
  })

  it.each([undefined, folder])('that cannot be read (%s) is ignored', async (path) => {
    const sentry = await startSentry()
    const result = await ensure(sentry, {}, { env: { GITHUB_EVENT_PATH: path } })
    expect([judge(result, []), result.outputs['release-version']]).toEqual(['worked', SHA])
  })

  it(
    'of any shape is read, or done without',
    async () => {
      const sentry = await startSentry()
      const name = fc.constantFrom('push', 'pull_request', 'deployment_status', 'workflow_run', 'x')
      await fc.assert(
        fc.asyncProperty(name, payload, async (event, content) => {
          const before = sentry.requests.length
          const env = { GITHUB_EVENT_NAME: event, GITHUB_EVENT_PATH: file(content) }
          const result = await ensure(sentry, {}, { env })
          const verdict = judge(result, sentry.requests.slice(before))
          // For these GITHUB_SHA is another commit, so only the payload names theirs.
          const expected = ['pull_request', 'workflow_run'].includes(event)
            ? /^worked$|^input commit: expected .* got nothing$/m
            : /^worked$/
          expect(verdict).toMatch(expected)
        }),
        rounds(3),
      )
    },
    FUZZ_TIMEOUT,
  )
})

/** All that the runner sets and the action may look at. */
const VARIABLES = [
  'GITHUB_ACTIONS',
  'GITHUB_EVENT_NAME',
  'GITHUB_EVENT_PATH',
  'GITHUB_REF_NAME',
  'GITHUB_REPOSITORY',
  'GITHUB_RUN_ATTEMPT',
  'GITHUB_RUN_ID',
  'GITHUB_SERVER_URL',
  'GITHUB_SHA',
  'GITHUB_STATE',
  'GITHUB_STEP_SUMMARY',
  'GITHUB_OUTPUT',
  'GITHUB_WORKSPACE',
  'PATH',
]

describe.concurrent('a variable of the runner', () => {
  it(
    'may be missing, each of them, and nothing but the commit is asked for',
    async () => {
      const seen: Record<string, string> = {}
      await pool(VARIABLES, 4, async (name) => {
        const sentry = await startSentry()
        const inputs = { environment: 'production', 'set-commits': 'auto' }
        const result = await gate(sentry, inputs, { env: { [name]: undefined } })
        seen[name] = judge(result, sentry.requests)
      })
      const { GITHUB_SHA, ...others } = seen
      expect(new Set(Object.values(others))).toEqual(new Set(['worked']))
      expect(GITHUB_SHA).toMatch(/^An input is not usable[^\n]*\ninput commit: expected .* got nothing$/m)
    },
    FUZZ_TIMEOUT,
  )

  it('may be missing together with all others', async () => {
    const sentry = await startSentry()
    const env = Object.fromEntries(VARIABLES.map((name) => [name, undefined]))
    const result = await gate(sentry, { commit: SHA }, { env })
    expect([judge(result, []), sentry.releases.length]).toEqual(['worked', 1])
  })
})

describe.concurrent('a file of the runner', () => {
  it.each([
    ['GITHUB_OUTPUT', folder],
    ['GITHUB_OUTPUT', '/nowhere/at/all'],
    ['GITHUB_STATE', folder],
    ['GITHUB_STEP_SUMMARY', folder],
  ])('%s that is %s does not fail the release, and is reported', async (name, place) => {
    const sentry = await startSentry()
    const result = await gate(sentry, { environment: 'production' }, { env: { [name]: place } })
    expect([judge(result, []), sentry.releases.length, sentry.deploys.length]).toEqual(['worked', 1, 1])
    const told = result.annotations.filter(({ message }) => message.includes('cannot be written'))
    expect(told.length > 0).toBe(name !== 'GITHUB_STEP_SUMMARY')
    const lost = `later steps cannot read release-version. Its value is: ${SHA}`
    expect(result.stdout.includes(lost)).toBe(name === 'GITHUB_OUTPUT')
  })

  it('for outputs may be missing: they are then written as old commands of the runner', async () => {
    const sentry = await startSentry()
    const result = await ensure(sentry, {}, { env: { GITHUB_OUTPUT: undefined, GITHUB_STATE: undefined } })
    const set = commandsOf(result.stdout).flatMap(({ name, properties, data }) =>
      name === 'set-output' ? [[properties['name'], data]] : [],
    )
    expect(Object.fromEntries(set)).toMatchObject({ 'release-version': SHA, 'release-created': 'true' })
    expect(judge(result, [])).toBe('worked')
  })

  it('that is read-only does not fail the release', async () => {
    const path = file('')
    chmodSync(path, 0o400)
    const sentry = await startSentry()
    const result = await ensure(sentry, {}, { env: { GITHUB_STEP_SUMMARY: path, GITHUB_OUTPUT: path } })
    expect(judge(result, [])).toBe('worked')
  })

  it('that is missing does not stop the cleanup', async () => {
    const sentry = await startSentry()
    const main = await ensure(sentry)
    const env: ActionRun['env'] = { GITHUB_STATE: folder, GITHUB_OUTPUT: folder, GITHUB_STEP_SUMMARY: folder }
    const post = await runPost(main, { env })
    expect([post.code, post.stdout, post.stderr]).toEqual([0, '', ''])
  })
})

describe.concurrent('more text than GitHub accepts', () => {
  it('cuts an annotation, and the log has the whole message', async () => {
    const sentry = await startSentry()
    const keys = Array.from({ length: 4000 }, (_, index) => `not-a-key-of-any-server-${index}`)
    const filter = keys.map((key) => `${key}=1`).join('\n')
    const { code, annotations, stdout } = await ensure(sentry, {
      'abf-operation': 'search',
      'abf-filter': filter,
    })
    const [error = { message: '' }, ...others] = annotations.filter(({ level }) => level === 'error')
    expect([code, others]).toEqual([1, []])
    expect(Buffer.byteLength(error.message)).toBeLessThanOrEqual(64 * 1024)
    expect(error.message).toMatch(/… The log of the step has the whole message\.$/)
    expect(stdout).toContain(`not-a-key-of-any-server-${keys.length - 1}`)
  })

  it('leaves logs out of the summary, and drops an output with a warning', async () => {
    const store = await serve(new FileStoreStandIn())
    const abf = await startAbf('omv', { fileStore: store })
    const builds = Array.from({ length: 10 }, () => seed(abf, 3000))
    const log = `${'<'.repeat(100)}\n`.repeat(1000)
    for (const { id } of builds) abf.script(id, [{ status: 666, files: { 'build.log': log } }])
    const made = Array.from({ length: 60 }, (_, index) => ({ name: `${index}${'n'.repeat(1000)}` }))
    abf.onAnswer((answer, { path }) => {
      const { build_list: build } = answer.body as { build_list?: object }
      return /build_lists\/\d+/.test(path) && build
        ? { ...answer, body: { build_list: { ...build, packages: made } } }
        : answer
    })
    const result = await on(abf, builds, { 'abf-log-lines': '1000' })
    expect([result.code, result.outputs['build-conclusion']]).toEqual([1, 'failure'])
    expect(result.outputs).not.toHaveProperty('packages')
    expect(result.annotations.map(({ message }) => message).join()).toMatch(
      /The step leaves out the output packages/,
    )
    expect(result.summary).toMatch(/^### ❌ Failed: 10 ABF builds failed/)
    const shown = [...result.summary.matchAll(/(\d+) (?:earlier )?lines of build\.log/g)]
    // Each log gets the same room, and none is left out. The last 20 lines of the first one are open.
    expect(shown.map(([, count]) => Number(count) >= 30 && Number(count) < 1000)).toEqual(
      builds.map(() => true),
    )
    expect(result.summary.length).toBeLessThan(1024 * 1024)
    expect(Buffer.byteLength(result.summary)).toBeLessThanOrEqual(1024 * 1024)
  })
})

/** Inputs that make another one count. */
const COMPANIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'deploy-name': { environment: 'production' },
  'deploy-url': { environment: 'production' },
  'started-at': { environment: 'production' },
  'abf-username': { 'abf-password': 'x', 'abf-token': '', 'abf-operation': 'search' },
  'abf-password': { 'abf-username': 'x', 'abf-token': '', 'abf-operation': 'search' },
}

/** Nobody listens there, so that an input which is right meets a closed door. */
const DOOR = 'http://127.0.0.1:1/'

describe.concurrent('any text in any input', () => {
  const names = Object.keys(actionFile.inputs)
  const some = thorough ? names.length : 12
  const text = fc.oneof(
    hostile,
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(
      '{}',
      '[]',
      'null',
      '-1',
      '0',
      '1e9',
      'true',
      '../..',
      'a=b',
      '%',
      'é',
      '١',
      '9'.repeat(400),
    ),
  )
  const given = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), text), {
    minLength: some,
    maxLength: some,
    selector: ([name]) => name,
  })

  it(
    'is accepted, or reported in one error that names the input, before any request',
    async () => {
      await fc.assert(
        fc.asyncProperty(given, async (pairs) => {
          await pool(pairs, 3, async ([name, any]) => {
            const abf = name.startsWith('abf-') ? { ...BUILD, 'abf-token': 'x', 'abf-url': DOOR } : {}
            const result = await runAction({
              inputs: {
                'sentry-auth-token': 'opaque-token',
                organization: 'acme',
                projects: 'web',
                'sentry-url': DOOR,
                retries: '0',
                ...abf,
                ...(name.startsWith('sourcemaps-') || name === 'dist' ? { sourcemaps: 'build' } : {}),
                ...COMPANIONS[name],
                [name]: asVariable(any),
              },
            })
            expect([result.stderr, STACK.exec(result.stdout)]).toEqual(['', null])
            const message = failure(result)
            const told = message.split('\n').filter((line) => line.startsWith('input '))
            const right = message.startsWith('Could not look up the release: no connection to ')
            // A project that got lost is one of several inputs that can turn the ABF part on.
            const names = name === 'abf-project' ? [name, 'abf-build-list-ids'] : [name]
            const strangers = told.filter(
              (line) => !names.some((by) => line.startsWith(`input ${by}: expected `)),
            )
            expect([strangers, right]).toEqual([[], told.length === 0])
          })
        }),
        rounds(1),
      )
    },
    FUZZ_TIMEOUT,
  )
})
