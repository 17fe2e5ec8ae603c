import { describe, expect, it } from 'vitest'
import type { AbfOptions } from '../../../src/abf/options.ts'
import { abfPairs, loadAbf } from '../../../src/inputs/abf.ts'

const SHA = 'a'.repeat(40)
const BUILD = { 'abf-project': 'openmandriva/zlib', 'abf-repository': 'cooker/main', 'abf-token': 'token123' }

function load(inputs: Readonly<Record<string, string>>, variables: Readonly<Record<string, string>> = {}) {
  const env = Object.fromEntries(
    Object.entries(inputs).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]),
  )
  return loadAbf({ ...env, ...variables }, SHA, (text) => `"${text}"`)
}

function loaded(
  inputs: Readonly<Record<string, string>>,
  variables?: Readonly<Record<string, string>>,
): AbfOptions {
  const { value, problems } = load(inputs, variables)
  if (!value || 'off' in value) throw new Error(problems.join('\n') || 'off')
  return value
}

describe('the ABF part', () => {
  it('is off without a project, ids, a filter or an operation', () => {
    expect(load({}).value).toEqual({ off: true })
    expect(load({ 'abf-build-list-ids': ' ' }).value).toEqual({ off: true })
  })

  it.each([
    {
      'abf-url': 'https://abf.openmandriva.org/',
      'abf-wait': 'TRUE',
      'abf-timeout': '330m',
      'abf-arches': 'x86_64',
    },
    { 'abf-auto-publish': 'false', 'abf-log-lines': '050' },
  ])('is off with inputs that have their defaults: %j', (inputs) => {
    expect(load(inputs)).toMatchObject({ value: { off: true }, problems: [] })
  })

  it('is off with only environment variables', () => {
    expect(load({}, { ABF_TOKEN: 'x', ABF_USERNAME: 'ci', ABF_PASSWORD: 'y' }).value).toEqual({ off: true })
  })

  it('is off with abf-operation: none, whatever else is given', () => {
    const inputs = { ...BUILD, 'abf-operation': 'none', 'abf-build-list-ids': '', 'abf-wait': 'maybe' }
    expect(load(inputs)).toEqual({ value: { off: true }, problems: [], notices: [] })
  })

  it.each([
    ['abf-token', 'x'],
    ['abf-username', 'x'],
    ['abf-password', 'x'],
    ['abf-url', 'https://abf.example'],
    ['abf-commit', SHA],
    ['abf-project-version', 'x'],
    ['abf-repository', 'cooker/main'],
    ['abf-platform', 'cooker'],
    ['abf-include-repositories', 'cooker/main'],
    ['abf-arches', 'aarch64'],
    ['abf-update-type', 'security'],
    ['abf-auto-publish', 'default'],
    ['abf-build-options', '{}'],
    ['abf-reuse', 'false'],
    ['abf-wait', 'false'],
    ['abf-timeout', '1h'],
    ['abf-poll-interval', 'nonsense'],
    ['abf-on-abort', 'leave'],
    ['abf-tests-failed', 'accept'],
    ['abf-unpermitted-arch', 'fail'],
    ['abf-log-lines', '0'],
  ])('fails when only %s is given', (name, text) => {
    for (const ids of ['', ' \n']) {
      const { value, problems } = load({ [name]: text, 'abf-build-list-ids': ids })
      expect(value).toBeUndefined()
      expect(problems).toEqual([
        expect.stringMatching(
          `^input abf-build-list-ids: expected ids .*abf-project, abf-filter or abf-operation.*${name} is given, got nothing`,
        ),
      ])
      expect(problems[0]).toMatch(/takes it for a secret.*job before was skipped.*abf-operation: none/)
    }
  })

  it('fails with the names of all inputs that are given', () => {
    const { problems } = load({ 'abf-token': 'x', 'abf-wait': 'false', 'abf-timeout': '1h' })
    expect(problems.join()).toContain('as abf-token, abf-wait and abf-timeout are given')
  })

  it.each([
    [BUILD, 'build'],
    [{ 'abf-build-list-ids': '5' }, 'watch'],
    [{ 'abf-filter': 'status=6000' }, 'search'],
    [{ ...BUILD, 'abf-build-list-ids': '5', 'abf-operation': 'publish' }, 'publish'],
  ])('runs with %j the operation %s', (inputs, operation) => {
    expect(loaded(inputs).task.operation).toBe(operation)
  })
})

it('the inputs of ABF have defaults', () => {
  expect(loaded(BUILD)).toMatchObject({
    baseUrl: 'https://abf.openmandriva.org/',
    reuse: true,
    wait: true,
    timeout: 19_800_000,
    pollInterval: 30_000,
    onAbort: 'cancel',
    testsFailed: 'fail',
    unpermittedArch: 'skip',
    logLines: 50,
    task: { wanted: { commit: SHA, arches: ['x86_64'], updateType: 'bugfix', mode: 'none', options: {} } },
  })
})

describe('credentials', () => {
  it('are a token rather than a login, with a notice', () => {
    const inputs = { ...BUILD, 'abf-username': 'ci', 'abf-password': 'secret' }
    expect(loaded(inputs).credentials).toEqual({ user: 'token123', password: '' })
    expect(load(inputs).notices).toHaveLength(1)
  })

  it('come from environment variables, too', () => {
    const { 'abf-token': _token, ...rest } = BUILD
    expect(loaded(rest, { ABF_TOKEN: 'other' }).credentialsSource).toBe('environment variable ABF_TOKEN')
    expect(loaded(rest, { ABF_USERNAME: 'ci', ABF_PASSWORD: 'p:w' }).credentials).toEqual({
      user: 'ci',
      password: 'p:w',
    })
  })

  it.each(['publish', 'publish-into-testing', 'reject', 'cancel'])('are required for %s', (operation) => {
    expect(load({ 'abf-operation': operation, 'abf-build-list-ids': '5' }).problems).toEqual([
      expect.stringMatching(/^input abf-token: /),
    ])
  })

  it('must be complete when they are a login', () => {
    expect(load({ 'abf-build-list-ids': '5', 'abf-username': 'ci' }).problems[0]).toMatch(/abf-password/)
    expect(load({ 'abf-build-list-ids': '5', 'abf-password': 'x' }).problems[0]).toMatch(/abf-username/)
  })

  it('are masked in the form that requests carry, too', () => {
    expect(abfPairs({ 'INPUT_ABF-USERNAME': 'ci', ABF_PASSWORD: 'pw' })).toEqual(['ci:pw'])
  })
})

describe('abf-build-list-ids', () => {
  it.each(['[812001, 812002,812001]', '812001 812002', '812001\n812002,812002'])('accepts %j', (text) => {
    expect(loaded({ 'abf-build-list-ids': text }).task).toMatchObject({ ids: [812001, 812002] })
  })

  it.each(['[]', '[ ]'])('accepts the empty list %j: there is nothing to do', (text) => {
    expect(loaded({ 'abf-build-list-ids': text }).task).toEqual({
      operation: 'watch',
      ids: [],
      filter: undefined,
    })
  })

  it('may be missing for a search without a filter, which lists all builds', () => {
    expect(loaded({ 'abf-operation': 'search' }).task).toMatchObject({ ids: [], filter: {} })
    expect(loaded({ 'abf-operation': 'search', 'abf-build-list-ids': '[]' }).task).toMatchObject({
      ids: [],
      filter: undefined,
    })
  })

  it.each(['[1.5]', 'abc', '0', '99999999999', '-1', ',', '5,', ',5', '5,,6', '[5,]', '[1]\n[2]'])(
    'not %j',
    (text) => {
      expect(load({ 'abf-build-list-ids': text }).problems).toHaveLength(1)
    },
  )

  it('is required for every operation but search and build', () => {
    expect(load({ 'abf-operation': 'watch' }).problems[0]).toMatch(/abf-build-list-ids/)
    expect(load({ 'abf-operation': 'search' }).problems).toEqual([])
  })
})

describe('abf-filter', () => {
  it('accepts lines with the keys of the servers', () => {
    expect(loaded({ 'abf-filter': 'status=6000\n\n project_name = gtk=x \n' }).task).toMatchObject({
      filter: { status: '6000', project_name: 'gtk=x' },
    })
  })

  it.each([
    'archid=2',
    'status=',
    'status=x',
    'nonsense',
    'status=1\nstatus=2',
    'ownership=mine',
    '__proto__=1',
  ])('refuses %j', (text) => {
    expect(load({ 'abf-filter': text }).problems).toHaveLength(1)
  })

  it('has a notice for keys that servers ignore', () => {
    expect(load({ 'abf-filter': 'created_at_start=1' }).notices).toHaveLength(1)
  })
})

describe('abf-build-options', () => {
  it('are sent, unknown ones with a notice', () => {
    const inputs = { ...BUILD, 'abf-build-options': '{"use_extra_tests": false, "future": 1}' }
    expect(loaded(inputs).task).toMatchObject({ wanted: { options: { use_extra_tests: false, future: 1 } } })
    expect(load(inputs).notices).toEqual([expect.stringMatching(/future/)])
  })

  it.each(['[]', '5', '{', '{"auto_publish_status": "default"}', '{"include_repos[]": []}'])(
    'not %j',
    (text) => {
      expect(load({ ...BUILD, 'abf-build-options': text }).problems).toHaveLength(1)
    },
  )
})

it('all problems of ABF inputs are reported together', () => {
  const { value, problems } = load({
    'abf-operation': 'build',
    'abf-project': 'zlib',
    'abf-url': 'http://abf.example',
    'abf-arches': ';',
    'abf-auto-publish': 'yes',
    'abf-poll-interval': '500ms',
    'abf-timeout': 'soon',
    'abf-log-lines': '-1',
  })
  expect(value).toBeUndefined()
  expect(
    problems
      .map((problem) => /^input ([\w-]+): expected /.exec(problem)?.[1])
      .toSorted((a = '', b = '') => a.localeCompare(b)),
  ).toEqual([
    'abf-arches',
    'abf-auto-publish',
    'abf-log-lines',
    'abf-poll-interval',
    'abf-project',
    'abf-repository',
    'abf-timeout',
    'abf-token',
    'abf-url',
  ])
})
