import type { GitHubContext } from '../github/event.ts'
import type { Preferred, Wanted } from '../sentry/plan.ts'
import { lengthOf } from '../text/sanitize.ts'
import {
  ANY_TEXT,
  check,
  type Checked,
  type Env,
  fallback,
  type Given,
  LOST,
  problem,
  read,
  Refusals,
  type Rows,
  type Show,
  url,
} from './field.ts'
import {
  isSlug,
  LINK_EXPECTED,
  parseBaseUrl,
  parseBoolean,
  parseLink,
  parseList,
  versionProblem,
} from './parsers.ts'

export interface SentryInputs extends Wanted {
  readonly token: string
  /** For messages: where the token was found. */
  readonly tokenSource: string
  readonly organization: string
  /** With a slash at its end. */
  readonly baseUrl: string
  /** What the version begins with, when it was derived from the commit. */
  readonly versionPrefix: string | undefined
}

/** Where most organizations live; the last resort, after input, variable and token. */
const SAAS = 'https://sentry.io/'
const MAX_REF = 200

export const RELEASE_ROWS = {
  token: {
    input: 'sentry-auth-token',
    env: 'SENTRY_AUTH_TOKEN',
    secret: 'token',
    expected: 'a Sentry auth token without spaces or line breaks',
    parse: (text) => (/^[\x21-\x7e]+$/.test(text) ? text : undefined),
  },
  organization: {
    input: 'organization',
    env: 'SENTRY_ORG',
    expected:
      'an organization slug, as in the address of its pages (or SENTRY_ORG, or an organization token)',
    parse: (text) => (isSlug(text) ? text : undefined),
  },
  baseUrl: {
    input: 'sentry-url',
    env: 'SENTRY_URL',
    ...url(
      'the base URL of a Sentry server such as https://sentry.io/ (https, or http on loopback; no query, no /api/0)',
      (text) => (/\/api\/0\/?$/.test(text) ? undefined : parseBaseUrl(text)),
    ),
  },
  projects: {
    input: 'projects',
    env: 'SENTRY_PROJECT',
    expected: 'at least one project slug or id, separated by commas, spaces or line breaks',
    parse: (text) => {
      const list = parseList(text)
      return list.length > 0 && list.every(isSlug) ? list : undefined
    },
  },
  version: {
    input: 'version',
    optional: true,
    expected: 'a version that Sentry accepts',
    parse: (text) => {
      const expected = versionProblem(text)
      return expected === undefined ? text : new Refusals([{ expected, got: text }])
    },
  },
  versionPrefix: { input: 'version-prefix', ...ANY_TEXT },
  ref: {
    input: 'ref',
    optional: true,
    expected: `a branch or tag of at most ${MAX_REF} characters`,
    parse: (text) => (lengthOf(text) <= MAX_REF ? text : undefined),
  },
  url: { input: 'url', optional: true, ...url(LINK_EXPECTED, parseLink) },
  restoreArchived: {
    input: 'restore-archived',
    default: 'false',
    expected: 'true or false',
    parse: parseBoolean,
  },
} satisfies Rows

/** @param commit undefined when the input or the event did not give a usable one */
export function loadSentry(
  env: Env,
  context: GitHubContext,
  commit: string | undefined,
  show: Show,
): Checked<SentryInputs> {
  const asGiven = read(RELEASE_ROWS, env)
  const { token, versionPrefix: prefix } = asGiven
  const claims = decodeOrgToken(token?.text ?? '')
  const fromToken = (text: string | undefined): Given | undefined =>
    text === undefined ? undefined : { text, source: `the token from ${token?.source ?? ''}` }
  const given = {
    ...asGiven,
    organization: asGiven.organization ?? fromToken(claims?.organization),
    baseUrl: asGiven.baseUrl ?? fromToken(claims?.url) ?? fallback('sentry-url', SAAS),
    version: asGiven.version ?? derivedVersion(prefix?.text ?? '', commit),
  }
  const { values, problems } = check(RELEASE_ROWS, given, show)
  const all = [...problems, ...clash(given.organization, claims, show)]
  // Without a commit the version is missing, too; the problem is then reported for the commit.
  if (!values || all.length > 0 || values.version === undefined) {
    return { value: undefined, problems: all, notices: [] }
  }
  const { baseUrl, version } = values
  return {
    problems: [],
    notices: [
      ...(prefix && asGiven.version ? ['version-prefix is not used, because version is given.'] : []),
      ...(version.endsWith('@') ? [cutVersion(show(version))] : []),
      ...urlNotice(baseUrl, given.baseUrl, claims, show),
    ],
    value: {
      ...values,
      version,
      tokenSource: token?.source ?? '',
      projects: Object.freeze(values.projects),
      versionPrefix: asGiven.version ? undefined : values.versionPrefix,
      ref: preferred(values.ref, defaultRef(context)),
      url: preferred(values.url, defaultUrl(context, commit)),
    },
  }
}

function cutVersion(shown: string): string {
  return `The version ${shown} ends with "@", as if the value behind it got lost. ${LOST}`
}

function derivedVersion(prefix: string, commit: string | undefined): Given | undefined {
  if (commit === undefined) return undefined
  return { text: prefix + commit, source: prefix ? 'input version-prefix' : 'input commit' }
}

/** The token only works for its own organization, so anything else is a mistake that would end in a 403. */
function clash(organization: Given | undefined, claims: OrgToken | undefined, show: Show): string[] {
  if (!organization || !claims || claims.organization === organization.text) return []
  return [problem(organization, `the organization of the token, ${show(claims.organization)}`, show)]
}

function urlNotice(
  baseUrl: string,
  given: Given | undefined,
  claims: OrgToken | undefined,
  show: Show,
): string[] {
  if (claims?.url === undefined || parseBaseUrl(claims.url) === baseUrl) return []
  return [
    `The token was created at ${show(claims.url)}, but ${given?.source ?? ''} is ${show(baseUrl)}. The step uses ${show(baseUrl)}.`,
  ]
}

function preferred(given: string | undefined, otherwise: string | undefined): Preferred {
  return Object.freeze({ value: given ?? otherwise, explicit: given !== undefined })
}

/** The branch or tag of the event, left out where it is too long for Sentry: the user did not request it. */
function defaultRef({ refName }: GitHubContext): string | undefined {
  return refName !== undefined && lengthOf(refName) <= MAX_REF ? refName : undefined
}

/** The page of the commit on GitHub, left out where Sentry would refuse it: the user did not request it. */
function defaultUrl(
  { serverUrl, repository }: GitHubContext,
  commit: string | undefined,
): string | undefined {
  return repository === undefined || commit === undefined
    ? undefined
    : parseLink(`${serverUrl}/${repository}/commit/${commit}`)
}

/** The claims inside of an organization token: a hint for routing, unsigned. */
export interface OrgToken {
  readonly organization: string
  /** The base URL of the server that made it; older tokens have none. */
  readonly url: string | undefined
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/**
 * Reads an organization token: `sntrys_`, base64 of JSON with `org` and `url`, `_`, secret. Undefined for every
 * other kind of token, and for one that cannot be decoded: it is then used as it is.
 */
export function decodeOrgToken(token: string): OrgToken | undefined {
  const [prefix, payload = '', secret = '', ...rest] = token.split('_')
  if (prefix !== 'sntrys' || rest.length > 0 || !BASE64.test(payload) || secret === '') return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))
    if (typeof claims !== 'object' || claims === null) return undefined
    const { org, url } = claims as { org?: unknown; url?: unknown }
    if (typeof org !== 'string' || org === '') return undefined
    return { organization: org, url: typeof url === 'string' && url !== '' ? url : undefined }
  } catch {
    return undefined
  }
}
