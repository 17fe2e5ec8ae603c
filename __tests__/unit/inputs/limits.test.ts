import { describe, expect, it } from 'vitest'
import { readContext } from '../../../src/github/event.ts'
import { type Inputs, loadInputs, readSecrets } from '../../../src/inputs/load.ts'

const SHA = 'a'.repeat(40)
const ENV = { GITHUB_SHA: SHA, GITHUB_REPOSITORY: 'acme/app' }
const SENTRY = { 'sentry-auth-token': 'token', organization: 'acme', projects: 'web' }
const BUILD = { 'abf-token': 'token', 'abf-project': 'omv/zlib', 'abf-repository': 'cooker/main' }
const WATCH = { 'abf-build-list-ids': '7' }

type Given = Readonly<Record<string, string>>

function load(given: Given, env: Given = {}): Inputs {
  const inputs = Object.entries({ ...SENTRY, ...given }).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ])
  const all = { ...ENV, ...env, ...(Object.fromEntries(inputs) as Given) }
  return loadInputs(all, readContext(all, undefined), String)
}

/** What is wrong with these inputs, one line each. */
function problems(given: Given, env?: Given): string[] {
  try {
    load(given, env)
    return []
  } catch (error) {
    return (error as Error).message.split('\n').slice(1)
  }
}

describe('limits of values', () => {
  it.each<[string, string, Given]>([
    ['request-timeout', '1ms', {}],
    ['request-timeout', '1h', {}],
    ['retries', '0', {}],
    ['retries', '10', {}],
    ['previous-commit', 'abcdef0', {}],
    ['previous-commit', 'A'.repeat(64), {}],
    ['abf-poll-interval', '1s', WATCH],
    ['abf-log-lines', '0', WATCH],
    ['abf-build-list-ids', '1', {}],
    ['abf-build-list-ids', '2147483647', {}],
    ['abf-build-list-ids', '[7, 8]', {}],
    ['abf-project', '1', BUILD],
    ['abf-arches', `${'a'.repeat(40)} b-1`, BUILD],
    ['abf-platform', 'cooker-1.0', BUILD],
    ['abf-include-repositories', 'cooker/main 14', BUILD],
    ['abf-auto-publish', 'testing', BUILD],
    ['started-at', '1767225600', { environment: 'x' }],
    ['started-at', '1767225600.123', { environment: 'x' }],
    ['started-at', '2026-01-01', { environment: 'x' }],
    ['started-at', '2026-01-01T00:00:00+01:00', { environment: 'x' }],
  ])('%s accepts %s', (name, value, more) => {
    expect(problems({ ...more, [name]: value })).toEqual([])
  })

  it.each<[string, string, Given]>([
    ['request-timeout', '0', {}],
    ['request-timeout', '3601s', {}],
    ['request-timeout', 'soon', {}],
    ['retries', '11', {}],
    ['retries', '-1', {}],
    ['previous-commit', 'abcdef', {}],
    ['previous-commit', `x${SHA}`, {}],
    ['previous-commit', `${SHA}x`, {}],
    ['projects', ',', {}],
    ['abf-poll-interval', '999ms', WATCH],
    ['abf-log-lines', '-1', WATCH],
    ['abf-build-list-ids', '0', {}],
    ['abf-build-list-ids', '2147483648', {}],
    ['abf-build-list-ids', '7 x', {}],
    ['abf-build-list-ids', '[7', {}],
    ['abf-build-list-ids', '7]', {}],
    ['abf-project', 'zlib', BUILD],
    ['abf-project', 'a/b/c', BUILD],
    ['abf-project', '/omv/zlib', BUILD],
    ['abf-project', 'omv/zl ib', BUILD],
    ['abf-arches', 'x86_64 !', BUILD],
    ['abf-arches', '!x', BUILD],
    ['abf-arches', 'a'.repeat(41), BUILD],
    ['abf-arches', ',', BUILD],
    ['abf-platform', 'a b', BUILD],
    ['abf-platform', '!a', BUILD],
    ['abf-platform', 'a!', BUILD],
    ['abf-platform', 'a'.repeat(101), BUILD],
    ['abf-include-repositories', 'cooker/main main', BUILD],
    ['abf-auto-publish', 'later', BUILD],
    ['abf-update-type', 'fun', BUILD],
    ['abf-build-options', 'null', BUILD],
    ['abf-build-options', '[]', BUILD],
    ['abf-build-options', '{', BUILD],
    ['abf-filter', 'x', {}],
    ['abf-filter', '=666', {}],
    ['abf-filter', 'status=many', {}],
    ['abf-filter', 'status=0\nstatus=1', {}],
    ['started-at', '12345678', { environment: 'x' }],
    ['started-at', 'x2026-01-01', { environment: 'x' }],
    ['environment', 'a/b', {}],
    ['set-commits', 'some', {}],
    ['finalize', 'yes', {}],
    ['restore-archived', '1', {}],
    ['summary', 'no', {}],
    ['commit', 'main', {}],
    ['sentry-url', 'ftp://x.example', {}],
    ['abf-url', 'x', WATCH],
    ['abf-wait', 'maybe', WATCH],
    ['abf-reuse', 'maybe', BUILD],
    ['abf-on-abort', 'maybe', WATCH],
    ['abf-tests-failed', 'maybe', WATCH],
    ['abf-unpermitted-arch', 'maybe', WATCH],
    ['abf-operation', 'dance', WATCH],
    ['abf-timeout', 'long', WATCH],
  ])('%s refuses %s, with the name of the input, what was expected and what was got', (name, value, more) => {
    const said = problems({ ...more, [name]: value })
    expect(said.length).toBeGreaterThan(0)
    expect(said[0]).toMatch(new RegExp(`${name}\\b.*expected \\S{1,}`))
  })
})

describe('inputs that need other inputs', () => {
  it.each<[Given, RegExp]>([
    [
      { ...BUILD, 'abf-token': '' },
      /abf-token: expected an ABF API token \(or ABF_TOKEN, or abf-username with abf-password\), as abf-operation is build/,
    ],
    [{ ...BUILD, 'abf-token': '', 'abf-username': 'ada' }, /expected the password of abf-username/],
    [{ ...BUILD, 'abf-token': '', 'abf-password': 'secret' }, /expected the login that abf-password is for/],
    [{ ...BUILD, 'abf-repository': '' }, /abf-repository: expected a value, as abf-operation is build/],
    [
      { 'abf-operation': 'publish', 'abf-token': 't' },
      /abf-build-list-ids: expected ids \(or abf-filter\), as abf-operation is publish/,
    ],
    [
      { ...BUILD, 'abf-build-options': '{"arch_id":1}' },
      /expected only fields without an input of their own \(use abf-arches\)/,
    ],
    [{ 'abf-filter': 'nothing=1' }, /expected lines key=value with a key of \w+, \w+/],
    [{ 'abf-filter': 'status=0\nstatus=1' }, /status only once/],
  ])('report the missing input: %j', (given, words) => {
    expect(problems(given).join('\n')).toMatch(words)
  })

  it('all problems are reported together', () => {
    expect(problems({ projects: '', retries: 'x', finalize: 'x', 'abf-wait': 'x', ...BUILD })).toHaveLength(4)
  })

  it.each<[Given, Given, string]>([
    [{}, { ABF_TOKEN: 'secret-t' }, 'environment variable ABF_TOKEN'],
    [{ 'abf-token': 'secret-t' }, {}, 'input abf-token'],
    [{ 'abf-username': 'ada', 'abf-password': 'pw' }, {}, 'input abf-username'],
    [{}, { ABF_USERNAME: 'ada', ABF_PASSWORD: 'pw' }, 'environment variable ABF_USERNAME'],
  ])('accept credentials from %j %j', (given, env, source) => {
    const { abf } = load({ ...WATCH, ...given }, env)
    expect(abf).toMatchObject({ credentialsSource: source })
  })

  it('watch needs no credentials', () => {
    expect(load(WATCH).abf).toMatchObject({ credentials: undefined, credentialsSource: undefined })
  })
})

describe('notices about inputs', () => {
  it.each<[Given, string]>([
    [
      { ...BUILD, 'abf-username': 'ada', 'abf-password': 'pw' },
      'abf-token is used. abf-username and abf-password are ignored.',
    ],
    [{ ...BUILD, 'abf-build-options': '{"native_build":true,"odd":1,"odder":2}' }, '"odd", "odder"'],
    [
      { 'abf-filter': 'created_at_start=1\nis_circle=true' },
      'abf-filter: created_at_start, is_circle is sent, but current ABF servers ignore it.',
    ],
    [
      { ...BUILD, 'abf-build-list-ids': '7', 'abf-operation': 'build' },
      'abf-build-list-ids is not used, because abf-operation is build.',
    ],
  ])('of %j', (given, words) => {
    expect(load(given).notices.join('\n')).toContain(words)
  })

  it('are absent when every input is usual', () => {
    expect(load({}).notices).toEqual([])
    expect(load({ ...BUILD, 'abf-build-options': '{"native_build":true}' }).notices).toEqual([])
    expect(load({ 'abf-filter': 'status=0' }).notices).toEqual([])
  })
})

it('readSecrets finds every secret before any input is parsed', () => {
  const secrets = readSecrets({
    'INPUT_SENTRY-AUTH-TOKEN': 'a',
    SENTRY_AUTH_TOKEN: 'b',
    'INPUT_GITHUB-TOKEN': 'c',
    'INPUT_ABF-TOKEN': 'd',
    ABF_TOKEN: 'e',
    'INPUT_ABF-USERNAME': 'ada',
    'INPUT_ABF-PASSWORD': 'f',
  })
  for (const secret of ['a', 'b', 'c', 'd', 'e', 'f', 'd:', 'e:', 'ada:f']) expect(secrets).toContain(secret)
  expect(readSecrets({})).toEqual([])
})
