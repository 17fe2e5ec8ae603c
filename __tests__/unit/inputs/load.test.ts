import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ActionError } from '../../../src/errors.ts'
import { Redactor } from '../../../src/text/redact.ts'
import { readContext } from '../../../src/github/event.ts'
import { type Inputs, loadInputs, readSecrets, ROWS, wantsSummary } from '../../../src/inputs/load.ts'

const COMMIT = 'a'.repeat(40)
const TOKEN = `sntryu_${'0123456789abcdef'.repeat(4)}`
const JOB = {
  GITHUB_SHA: COMMIT,
  GITHUB_REPOSITORY: 'acme/web',
  GITHUB_REF_NAME: 'main',
  GITHUB_RUN_ID: '17',
}
const GIVEN = { 'sentry-auth-token': TOKEN, organization: 'acme', projects: 'web' }

type Texts = Readonly<Record<string, string>>

function envOf(inputs: Texts, variables: Texts = {}): Record<string, string> {
  const given = Object.entries(inputs).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text] as const)
  return { ...JOB, ...variables, ...Object.fromEntries(given) }
}

function load(inputs: Texts, variables: Texts = {}): Inputs {
  const env = envOf(inputs, variables)
  const redactor = new Redactor()
  for (const secret of readSecrets(env)) redactor.add(secret)
  return loadInputs(env, readContext(env, undefined), (text) => redactor.redact(text))
}

/** The problems, one per line after the headline. */
function problemsOf(inputs: Texts, variables: Texts = {}): string[] {
  try {
    load(inputs, variables)
  } catch (error) {
    if (error instanceof ActionError) return error.message.split('\n').slice(1)
    throw error
  }
  return []
}

function orgToken(claims: unknown): string {
  return `sntrys_${btoa(JSON.stringify(claims))}_${'s'.repeat(43)}`
}

describe('loadInputs', () => {
  it('uses defaults from the job for inputs that are not given', () => {
    expect(load(GIVEN)).toMatchObject({
      commit: COMMIT,
      requestTimeout: 30_000,
      retries: 5,
      summary: true,
      notices: [],
      sentry: {
        token: TOKEN,
        tokenSource: 'input sentry-auth-token',
        organization: 'acme',
        baseUrl: 'https://sentry.io/',
        projects: ['web'],
        version: COMMIT,
        ref: { value: 'main', explicit: false },
        url: { value: `https://github.com/acme/web/commit/${COMMIT}`, explicit: false },
        restoreArchived: false,
      },
    })
  })

  it('uses every input that is given', () => {
    const other = 'B'.repeat(64)
    const inputs = load({
      ...GIVEN,
      commit: other,
      'request-timeout': '1m30s',
      retries: '0',
      summary: 'False',
      'sentry-url': 'https://tools.example/sentry',
      projects: 'web, api\n12',
      'version-prefix': 'web@',
      ref: 'v1.0',
      url: 'https://git.example/x',
      'restore-archived': 'TRUE',
    })
    expect(inputs).toMatchObject({
      commit: other.toLowerCase(),
      requestTimeout: 90_000,
      retries: 0,
      summary: false,
      sentry: {
        baseUrl: 'https://tools.example/sentry/',
        projects: ['web', 'api', '12'],
        version: `web@${other.toLowerCase()}`,
        ref: { value: 'v1.0', explicit: true },
        url: { value: 'https://git.example/x', explicit: true },
        restoreArchived: true,
      },
    })
  })

  it('falls back to the environment, which inputs overrule', () => {
    const variables = {
      SENTRY_AUTH_TOKEN: TOKEN,
      SENTRY_ORG: 'acme',
      SENTRY_URL: 'https://sentry.example',
      SENTRY_PROJECT: 'web',
    }
    expect(load({}, variables).sentry).toMatchObject({
      tokenSource: 'environment variable SENTRY_AUTH_TOKEN',
      organization: 'acme',
      baseUrl: 'https://sentry.example/',
      projects: ['web'],
    })
    const inputs = {
      ...GIVEN,
      organization: 'other',
      'sentry-url': 'https://other.example/',
      projects: 'api',
    }
    expect(load(inputs, variables).sentry).toMatchObject({
      tokenSource: 'input sentry-auth-token',
      organization: 'other',
      baseUrl: 'https://other.example/',
      projects: ['api'],
    })
  })

  it('treats an empty or blank input as not given', () => {
    const empty = { version: '', ref: ' ', url: '\n', retries: '', 'sentry-url': '' }
    expect(load({ ...GIVEN, ...empty })).toEqual(load(GIVEN))
  })

  it('reports all problems together, each with the input, what was expected and what was got', () => {
    const problems = problemsOf(
      {
        commit: 'abc',
        retries: '11',
        'request-timeout': 'soon',
        summary: 'yes',
        organization: 'a b',
        projects: 'web, a/b',
        'sentry-url': 'http://sentry.example',
        url: 'nowhere',
        ref: 'r'.repeat(201),
        version: 'feature/x',
        'restore-archived': '1',
      },
      {},
    )
    for (const [name, got] of [
      ['commit', '"abc"'],
      ['retries', '"11"'],
      ['request-timeout', '"soon"'],
      ['summary', '"yes"'],
      ['sentry-auth-token', 'nothing'],
      ['organization', '"a b"'],
      ['projects', '"web, a/b"'],
      ['sentry-url', '"http://sentry.example"'],
      ['url', '"nowhere"'],
      ['ref', '"rrr'],
      ['version', '"feature/x"'],
      ['restore-archived', '"1"'],
    ] as const) {
      const line = problems.find((problem) => problem.startsWith(`input ${name}: expected `))
      expect(line).toContain(`got ${got}`)
    }
    expect(problems).toHaveLength(12)
  })

  it('names the environment variable that has the problem', () => {
    expect(problemsOf({ 'sentry-auth-token': TOKEN, projects: 'web' }, { SENTRY_ORG: 'a b' })).toEqual([
      expect.stringMatching(/^environment variable SENTRY_ORG: expected .*, got "a b"$/),
    ])
  })

  it.each(['sentry-auth-token', 'organization', 'projects'] as const)('reports %s as missing', (name) => {
    const { [name]: _, ...rest } = GIVEN
    expect(problemsOf(rest)).toEqual([expect.stringMatching(`^input ${name}: expected .*, got nothing$`)])
  })

  it('reports only the commit as missing when the event has none', () => {
    expect(problemsOf(GIVEN, { GITHUB_SHA: '' })).toEqual([
      'input commit: expected a full commit SHA of 40 or 64 hex digits (the event of this run does not name one), got nothing',
    ])
  })

  it.each(['0'.repeat(40), '0'.repeat(64)])('refuses %s as commit and as abf-commit', (zeros) => {
    const build = { 'abf-project': 'a/b', 'abf-repository': 'c/main', 'abf-token': 'token-of-abf' }
    for (const name of ['commit', 'abf-commit']) {
      expect(problemsOf({ ...GIVEN, ...build, [name]: zeros })).toEqual([
        expect.stringMatching(`^input ${name}: expected .* not all zeros, got "0000`),
      ])
    }
  })

  it.each([
    'https://sentry.io/api/0/',
    'https://sentry.io/api/0',
    'https://u:p@sentry.io/',
    'https://sentry.io/?a=b',
  ])('refuses %s as sentry-url', (url) => {
    expect(problemsOf({ ...GIVEN, 'sentry-url': url })).toHaveLength(1)
  })

  it('leaves out a default ref or link that is too long for Sentry', () => {
    const { sentry } = load(GIVEN, {
      GITHUB_REF_NAME: 'r'.repeat(201),
      GITHUB_SERVER_URL: 'https://intranet',
    })
    expect(sentry.ref).toEqual({ value: undefined, explicit: false })
    expect(sentry.url).toEqual({ value: undefined, explicit: false })
  })

  it('has a notice that version-prefix does not apply to a given version', () => {
    const { sentry, notices } = load({ ...GIVEN, version: '1.0', 'version-prefix': 'web@' })
    expect([sentry.version, notices]).toEqual(['1.0', [expect.stringContaining('version-prefix')]])
  })

  it('returns frozen values', () => {
    const reachable = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(reachable)] : []
    const inputs = load({ ...GIVEN, environment: 'production' })
    expect(reachable(inputs).filter((value) => !Object.isFrozen(value))).toEqual([])
  })
})

describe('commits, release date and deploy', () => {
  const RUN = 'https://github.com/acme/web/actions/runs/17/attempts/1'

  it('have defaults: commits and a release date, but no deploy', () => {
    expect(load(GIVEN).lifecycle).toMatchObject({ setCommits: 'auto', finalize: true, deploy: undefined })
  })

  it('identify the deploy by the URL of this run attempt', () => {
    expect(load({ ...GIVEN, environment: 'production' }).lifecycle.deploy).toEqual({
      environment: 'production',
      name: undefined,
      url: RUN,
      urlGiven: false,
      startedAt: undefined,
    })
  })

  it('leave the URL of the deploy out where Sentry would refuse the host', () => {
    const { deploy } = load(
      { ...GIVEN, environment: 'x' },
      { GITHUB_SERVER_URL: 'https://intranet' },
    ).lifecycle
    expect(deploy).toMatchObject({ url: undefined, name: undefined })
  })

  it('use every input that is given', () => {
    const { lifecycle } = load({
      ...GIVEN,
      'set-commits': 'commits',
      'previous-commit': 'ABCDEF0',
      'github-token': 'ghs_x',
      finalize: 'false',
      environment: 'e'.repeat(64),
      'deploy-name': 'n'.repeat(64),
      'deploy-url': 'https://ci.example/1',
      'started-at': '1700000000',
    })
    expect(lifecycle).toEqual({
      setCommits: 'commits',
      previousCommit: 'abcdef0',
      githubToken: 'ghs_x',
      finalize: false,
      deploy: {
        environment: 'e'.repeat(64),
        name: 'n'.repeat(64),
        url: 'https://ci.example/1',
        urlGiven: true,
        startedAt: '2023-11-14T22:13:20.000Z',
      },
    })
  })

  it('treat zeros as no previous commit', () => {
    expect(load({ ...GIVEN, 'previous-commit': '0'.repeat(40) }).lifecycle.previousCommit).toBeUndefined()
  })

  it.each([
    ['set-commits', 'local'],
    ['previous-commit', 'HEAD~1'],
    ['finalize', 'yes'],
    ['environment', 'a/b'],
    ['environment', 'a\nb'],
    ['environment', 'e'.repeat(65)],
    ['deploy-name', 'n'.repeat(65)],
    ['deploy-url', 'nowhere'],
    ['started-at', 'now'],
    ['github-token', 'two words'],
  ])('refuse %s %j', (name, text) => {
    expect(problemsOf({ ...GIVEN, environment: 'production', [name]: text })).toEqual([
      expect.stringMatching(`^input ${name}: expected .*, got `),
    ])
  })

  it('report a lost environment together with other problems of the deploy', () => {
    expect(problemsOf({ ...GIVEN, 'started-at': 'now' })).toEqual([
      expect.stringMatching(/^input started-at: /),
      expect.stringMatching(/^input environment: /),
    ])
  })

  it.each([
    [{ 'deploy-name': 'x', 'started-at': '2026-01-01' }, 'deploy-name and started-at are given'],
    [{ 'deploy-url': 'https://ci.example/1', environment: ' ' }, 'deploy-url is given'],
  ])('refuse details of a deploy without an environment: %j', (inputs, named) => {
    expect(problemsOf({ ...GIVEN, ...inputs })).toEqual([
      expect.stringMatching(
        `^input environment: expected .*${named}, got nothing. A job output arrives empty`,
      ),
    ])
  })
})

describe('an organization token', () => {
  const token = orgToken({ iat: 1, org: 'acme', url: 'https://sentry.example' })

  it('gives organization and URL when no input does', () => {
    expect(load({ 'sentry-auth-token': token, projects: 'web' }).sentry).toMatchObject({
      organization: 'acme',
      baseUrl: 'https://sentry.example/',
    })
  })

  it('conflicts with another organization: the error names both', () => {
    const inputs = { 'sentry-auth-token': token, projects: 'web' }
    expect(problemsOf({ ...inputs, organization: 'other' })).toEqual([
      expect.stringMatching(/^input organization: .*"acme".*"other"/),
    ])
    expect(problemsOf(inputs, { SENTRY_ORG: 'other' })).toEqual([
      expect.stringMatching(/^environment variable SENTRY_ORG: .*"acme".*"other"/),
    ])
  })

  it('is overridden by a given URL, with a notice when they differ', () => {
    const inputs = { 'sentry-auth-token': token, projects: 'web' }
    const other = load({ ...inputs, 'sentry-url': 'https://other.example' })
    expect(other.sentry.baseUrl).toBe('https://other.example/')
    expect(other.notices).toEqual([
      expect.stringMatching(/sentry\.example.*input sentry-url.*other\.example/),
    ])
    expect(load({ ...inputs, 'sentry-url': 'https://sentry.example/' }).notices).toEqual([])
  })

  it('is used as it is when it cannot be decoded', () => {
    const opaque = 'sntrys_%%%_secret'
    expect(load({ ...GIVEN, 'sentry-auth-token': opaque }).sentry.token).toBe(opaque)
  })

  it('is refused when its organization or URL would be refused as an input', () => {
    const evil = orgToken({ org: '../..', url: 'http://evil.example' })
    expect(problemsOf({ 'sentry-auth-token': evil, projects: 'web' })).toEqual([
      expect.stringMatching(/^the token from input sentry-auth-token: expected an organization slug/),
      expect.stringMatching(/^the token from input sentry-auth-token: expected the base URL/),
    ])
  })
})

describe('texts with a known mistake', () => {
  it.each([
    ['projects', 'Array', 'whole array or object'],
    ['retries', 'Object', 'whole array or object'],
    ['commit', '***', 'in the place of a secret'],
    ['retries', '${{ inputs.retries }}', 'was not evaluated'],
    ['finalize', 'null', 'what an empty value becomes'],
    ['organization', '- acme', 'a list in YAML'],
  ])('are explained in the error: %s %j', (name, text, nature) => {
    expect(problemsOf({ ...GIVEN, [name]: text })).toEqual([
      expect.stringMatching(`^input ${name}: expected .* got ".*" \\(.*${nature}`),
    ])
  })

  it('are understood as projects: a list in YAML, a JSON array, quoted items', () => {
    for (const projects of ['- web\n- api', '["web","api"]', '"web" \'api\'']) {
      expect(load({ ...GIVEN, projects }).sentry.projects).toEqual(['web', 'api'])
    }
  })

  it.each(['[]', '""'])('are refused as projects when the list is empty: %s', (projects) => {
    expect(problemsOf({ ...GIVEN, projects })).toEqual([expect.stringMatching(/^input projects: /)])
  })

  it.each(['"', "'"])('are understood as a token in %s', (quote) => {
    const inputs = {
      'sentry-auth-token': quote + TOKEN + quote,
      'github-token': `${quote}ghs_x${quote}`,
      'abf-token': `${quote}token-of-abf${quote}`,
      'abf-build-list-ids': '5',
    }
    const { sentry, lifecycle, abf } = load({ ...GIVEN, ...inputs })
    expect([sentry.token, lifecycle.githubToken]).toEqual([TOKEN, 'ghs_x'])
    expect(abf).toMatchObject({ credentials: { user: 'token-of-abf' } })
    expect(readSecrets(envOf(inputs))).toEqual(expect.arrayContaining([TOKEN, 'ghs_x', 'token-of-abf']))
  })

  it('lead to a notice when a version ends with "@"', () => {
    expect(load({ ...GIVEN, version: 'web@' }).notices).toEqual([
      expect.stringMatching(/"web@" ends with "@"/),
    ])
  })
})

it('the error of a missing token names forks and Dependabot first', () => {
  const { 'sentry-auth-token': _, ...rest } = GIVEN
  expect(problemsOf({ ...rest, 'abf-project': 'a/b', 'abf-repository': 'c/main' })).toEqual([
    expect.stringMatching(
      /^input sentry-auth-token: expected a Sentry auth token .*fork or Dependabot.*, got nothing$/,
    ),
    expect.stringMatching(/^input abf-token: expected an ABF API token .*fork or Dependabot.*, got nothing$/),
  ])
})

describe('a URL with a user or a password', () => {
  const ABF = { 'abf-build-list-ids': '5' }
  const DEPLOY = { environment: 'production' }

  it.each<[string, Texts]>([
    ['sentry-url', {}],
    ['url', {}],
    ['deploy-url', DEPLOY],
    ['abf-url', ABF],
  ])('is refused as %s, and shown without the credentials', (name, more) => {
    for (const user of ['ada:hunter2-hunter2', 'ada:x', 'token-of-0123456789', 'ada:pa/ss#w?rd', ':secret']) {
      const problems = problemsOf({ ...GIVEN, ...more, [name]: `https://${user}@host.example/x` })
      expect(problems).toEqual([
        expect.stringMatching(
          `^input ${name}: expected .*without user and password, got "https://\\*\\*\\*@host.example/x"$`,
        ),
      ])
    }
    expect(problemsOf({ ...GIVEN, ...more, [name]: 'ada:x@host.example' }).join()).not.toContain('ada')
  })

  it.each(['SENTRY_URL', 'GITHUB_SERVER_URL', 'GITHUB_API_URL'])('is refused as %s', (name) => {
    expect(problemsOf(GIVEN, { [name]: 'https://ada:x@host.example' })).toEqual([
      expect.stringMatching(
        `^environment variable ${name}: expected .*got "https://\\*\\*\\*@host.example"$`,
      ),
    ])
  })

  it.each<Texts>([
    { 'abf-include-repositories': 'https://ada:x@host.example' },
    { 'abf-build-options': '"https://ada:x@host.example"' },
    { 'abf-filter': 'https://ada:x@host.example' },
    { 'abf-project': 'https://ada:x@host.example' },
    { version: 'https://ada:x@host.example' },
    { organization: 'https://ada:x@host.example' },
    { projects: 'web https://ada:x@host.example' },
  ])('is hidden in the message of any other input: %j', (inputs) => {
    const build = { 'abf-project': 'a/b', 'abf-repository': 'c/main', 'abf-token': 'token-of-abf' }
    const message = problemsOf({ ...GIVEN, ...build, ...inputs }).join('\n')
    expect(message).toContain('https://***@host.example')
    expect(message).not.toContain('ada')
  })

  it('is hidden when it comes from an organization token', () => {
    const token = orgToken({ org: 'acme', url: 'https://ada:hunter2-hunter2@host.example' })
    expect(problemsOf({ 'sentry-auth-token': token, projects: 'web' }).join()).not.toMatch(/ada|hunter2/)
    const { notices } = load({
      'sentry-auth-token': token,
      projects: 'web',
      'sentry-url': 'https://other.example',
    })
    expect(notices.join()).toContain('"https://***@host.example"')
  })

  it('makes its password a secret in every input', () => {
    const inputs = { ref: 'x https://ada:hunter2-hunter2@host.example', url: 'https://host.example' }
    expect(readSecrets(envOf(inputs, { GITHUB_API_URL: 'https://ada:other-secret@x' }))).toEqual([
      'hunter2-hunter2',
      'other-secret',
    ])
  })
})

describe('a GitHub whose host Sentry refuses', () => {
  it.each(['https://git_hub.corp', 'https://ghe.corp1', 'https://intranet'])('%s', (GITHUB_SERVER_URL) => {
    const { sentry, lifecycle } = load({ ...GIVEN, environment: 'x' }, { GITHUB_SERVER_URL })
    expect(sentry.url).toEqual({ value: undefined, explicit: false })
    expect(lifecycle.deploy).toMatchObject({ url: undefined, urlGiven: false })
    for (const name of ['url', 'deploy-url']) {
      const inputs = { ...GIVEN, environment: 'x', [name]: `${GITHUB_SERVER_URL}/x` }
      expect(problemsOf(inputs)).toEqual([
        expect.stringMatching(`^input ${name}: expected .*that Sentry accepts`),
      ])
    }
  })
})

describe('secrets', () => {
  it('are never repeated in a message', () => {
    const bad = fc
      .tuple(fc.stringMatching(/^[a-z0-9]{12,40}$/), fc.constantFrom(' ', '\n', 'é', '\u200B'))
      .map(([text, char]) => [text, `${text}${char}${text}`] as const)
    fc.assert(
      fc.property(bad, ([part, secret]) => {
        const problems = problemsOf({ ...GIVEN, 'sentry-auth-token': secret, retries: 'x' })
        expect(problems).toHaveLength(2)
        expect(problems.join('\n')).not.toContain(part)
      }),
    )
  })

  it('are all known before anything is checked, from inputs and variables alike', () => {
    const env = envOf({ 'sentry-auth-token': ' one ', organization: 'a b' }, { SENTRY_AUTH_TOKEN: 'two' })
    expect(readSecrets(env)).toEqual(['one', 'two'])
    expect(readSecrets({})).toEqual([])
  })
})

describe('wantsSummary', () => {
  it.each([
    [undefined, true],
    ['', true],
    ['false', false],
    ['FALSE', false],
    ['nonsense', true],
  ])('of %j', (text, wanted) => {
    expect(wantsSummary(text === undefined ? {} : envOf({ summary: text }))).toBe(wanted)
  })
})

describe('action.yml', () => {
  const { inputs } = parse(readFileSync(new URL('../../../action.yml', import.meta.url), 'utf8')) as {
    inputs: Record<string, { default?: string; description: string }>
  }

  const rows = ROWS.map((row) => [row.input, row] as const)

  it('has an entry for each row, and a row for each entry', () => {
    expect(rows.map(([name]) => name).toSorted()).toEqual(Object.keys(inputs).toSorted())
  })

  it('has the defaults of the rows', () => {
    const defaults = Object.entries(inputs).flatMap(([name, { default: text }]) =>
      text === undefined || text.startsWith('${{') ? [] : [[name, text] as const],
    )
    const expected = rows.flatMap(([name, row]) => (row.default === undefined ? [] : [[name, row.default]]))
    expect(Object.fromEntries(defaults)).toEqual(Object.fromEntries(expected))
  })

  it.each(rows.flatMap(([name, { env }]) => (env === undefined ? [] : [[name, env] as const])))(
    'tells with %s that %s may hold the value',
    (name, variable) => {
      expect(inputs[name]?.description).toContain(`environment variable \`${variable}\``)
    },
  )

  it.each(rows.flatMap(([name, { secret }]) => (secret === undefined ? [] : [name])))(
    'has a secret in %s, which is masked',
    (name) => {
      expect(readSecrets(envOf({ [name]: 'value-of-a-secret' }))).toContain('value-of-a-secret')
    },
  )

  it('names exactly the inputs that are read', () => {
    const read = new Set<string>()
    const abf = { 'abf-project': 'a/b', 'abf-repository': 'c/main', 'abf-token': 'token-of-abf' }
    const env = new Proxy<Record<string, string>>(envOf({ ...GIVEN, ...abf }), {
      get(target, key) {
        if (typeof key === 'string' && key.startsWith('INPUT_')) read.add(key.slice(6).toLowerCase())
        return typeof key === 'string' ? target[key] : undefined
      },
    })
    loadInputs(env, readContext(env, undefined), String)
    readSecrets(env)
    expect([...read].toSorted()).toEqual(Object.keys(inputs).toSorted())
  })
})

describe('an event without a commit', () => {
  const variables = { GITHUB_EVENT_NAME: 'issue_comment' }
  const comment = { issue: { number: 7, pull_request: { url: 'https://api.github.com/x' } } }

  function problemsOfComment(inputs: Texts): string[] {
    const env = envOf({ ...GIVEN, ...inputs }, variables)
    try {
      loadInputs(env, readContext(env, comment), String)
    } catch (error) {
      return (error as Error).message.split('\n').slice(1)
    }
    return []
  }

  it('is an error that explains how to get the commit', () => {
    expect(problemsOfComment({})).toEqual([
      expect.stringMatching(
        /^input commit: expected .*comment on a pull request.*gh pr view.*, got nothing$/,
      ),
    ])
  })

  it('releases a given version without commits, link and branch', () => {
    const env = envOf({ ...GIVEN, version: '1.0' }, variables)
    expect(loadInputs(env, readContext(env, comment), String)).toMatchObject({
      commit: undefined,
      lifecycle: { setCommits: 'skip' },
      sentry: { version: '1.0', ref: { value: undefined }, url: { value: undefined } },
      notices: [expect.stringContaining('No commits are associated')],
    })
  })

  it.each<Texts>([
    { 'set-commits': 'refs' },
    { 'set-commits': 'commits' },
    { 'abf-project': 'a/b', 'abf-repository': 'c/main', 'abf-token': 'token-of-abf' },
  ])('is an error in spite of version with %j', (inputs) => {
    expect(problemsOfComment({ version: '1.0', ...inputs })).toEqual([
      expect.stringMatching(/^input commit: expected .*comment on a pull request/),
    ])
  })

  it('is an error for a deleted branch, also when version is given', () => {
    const env = envOf({ ...GIVEN, version: '1.0' }, { GITHUB_EVENT_NAME: 'push' })
    const payload = { ref: 'refs/heads/x', after: '0'.repeat(40), deleted: true }
    expect(() => loadInputs(env, readContext(env, payload), String)).toThrow(
      /this push deleted a branch or tag/,
    )
  })
})

describe('inputs of source maps without paths', () => {
  it.each<[Texts, string]>([
    [
      { 'sourcemaps-delete': 'true', 'sourcemaps-wait': '0' },
      'sourcemaps-wait and sourcemaps-delete are given',
    ],
    [{ 'sourcemaps-strip-prefix': 'auto', sourcemaps: ' ' }, 'sourcemaps-strip-prefix is given'],
  ])('are an error that names them: %j', (inputs, named) => {
    expect(problemsOf({ ...GIVEN, ...inputs })).toEqual([
      expect.stringMatching(
        `^input sourcemaps: expected .*, as ${named}, got nothing. A job output arrives empty`,
      ),
    ])
  })

  it.each<Texts>([
    { 'sourcemaps-delete': 'FALSE', 'sourcemaps-wait': '300s' },
    { 'sourcemaps-inject': 'True' },
  ])('leave source maps out when they have their defaults: %j', (inputs) => {
    expect(load({ ...GIVEN, ...inputs })).toMatchObject({ sourceMaps: { off: true }, notices: [] })
  })
})
