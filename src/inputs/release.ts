import type { GitHubContext } from '../github/event.ts'
import type { Preferred, Wanted } from '../sentry/plan.ts'
import { decodeOrgToken, type OrgToken } from '../sentry/token.ts'
import { versionProblem } from '../sentry/version.ts'
import { lengthOf } from '../text/sanitize.ts'
import {
  anyText,
  check,
  type Checked,
  type Env,
  fallback,
  field,
  type Given,
  input,
  LOST,
  optional,
  problem,
  secretField,
  type Show,
  unquoted,
  urlField,
  variable,
} from './field.ts'
import { isSlug, LINK_EXPECTED, parseBaseUrl, parseBoolean, parseLink, parseList } from './parsers.ts'

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

/** Values of inputs that were not given. action.yml says the same; a test compares them. */
export const SENTRY_DEFAULTS = { 'restore-archived': 'false' } as const

/** Where most organizations live; the last resort, after input, variable and token. */
const SAAS = 'https://sentry.io/'
const LONGEST_REF = 200

const FIELDS = {
  'sentry-auth-token': secretField('a Sentry auth token', /^[\x21-\x7e]+$/),
  organization: field(
    'an organization slug, as in the address of its pages (or SENTRY_ORG, or an organization token)',
    (text) => (isSlug(text) ? text : undefined),
  ),
  'sentry-url': urlField(
    'the base URL of a Sentry server such as https://sentry.io/ (https, or http on loopback; no query, no /api/0)',
    (text) => (/\/api\/0\/?$/.test(text) ? undefined : parseBaseUrl(text)),
  ),
  projects: field('at least one project slug or id, separated by commas, spaces or line breaks', (text) => {
    const list = parseList(text)
    return list.length > 0 && list.every(isSlug) && !/^(?:Array|Object)$/.test(text) ? list : undefined
  }),
  version: anyText,
  ref: optional(
    field(`a branch or tag of at most ${LONGEST_REF} characters`, (text) =>
      lengthOf(text) <= LONGEST_REF ? text : undefined,
    ),
  ),
  url: optional(urlField(LINK_EXPECTED, parseLink)),
  'restore-archived': field('true or false', parseBoolean),
}

type Texts = Readonly<Record<keyof typeof FIELDS, Given | undefined>>

/** @param commit undefined when the input or the event did not give a usable one */
export function loadSentry(
  env: Env,
  context: GitHubContext,
  commit: string | undefined,
  show: Show,
): Checked<SentryInputs> {
  const token = unquoted(input(env, 'sentry-auth-token') ?? variable(env, 'SENTRY_AUTH_TOKEN'))
  const claims = decodeOrgToken(token?.text ?? '')
  const fromToken = (text: string | undefined): Given | undefined =>
    text === undefined ? undefined : { text, source: `the token from ${token?.source ?? ''}` }
  const prefix = input(env, 'version-prefix')?.text ?? ''

  const given: Texts = {
    'sentry-auth-token': token,
    organization:
      input(env, 'organization') ?? variable(env, 'SENTRY_ORG') ?? fromToken(claims?.organization),
    'sentry-url':
      input(env, 'sentry-url') ??
      variable(env, 'SENTRY_URL') ??
      fromToken(claims?.url) ??
      fallback('sentry-url', SAAS),
    projects: input(env, 'projects') ?? variable(env, 'SENTRY_PROJECT'),
    version: input(env, 'version') ?? derivedVersion(prefix, commit),
    ref: input(env, 'ref'),
    url: input(env, 'url'),
    'restore-archived':
      input(env, 'restore-archived') ?? fallback('restore-archived', SENTRY_DEFAULTS['restore-archived']),
  }
  const { values, problems } = check(FIELDS, given, show)
  const all = [
    ...problems,
    ...versionProblems(given.version, show),
    ...clash(given.organization, claims, show),
  ]
  // Without a commit the version is missing too, and the problem with the commit says so.
  if (!values || all.length > 0 || values.version === undefined) {
    return { value: undefined, problems: all, notices: [] }
  }
  return {
    problems: [],
    notices: [
      ...(prefix && input(env, 'version') ? ['version-prefix is not used, because version is given.'] : []),
      ...(values.version.endsWith('@') ? [cutVersion(show(values.version))] : []),
      ...urlNotice(values['sentry-url'], given['sentry-url'], claims, show),
    ],
    value: {
      token: values['sentry-auth-token'],
      tokenSource: token?.source ?? '',
      organization: values.organization,
      baseUrl: values['sentry-url'],
      projects: Object.freeze(values.projects),
      version: values.version,
      versionPrefix: input(env, 'version') ? undefined : prefix || undefined,
      ref: preferred(values.ref, defaultRef(context)),
      url: preferred(values.url, defaultUrl(context, commit)),
      restoreArchived: values['restore-archived'],
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

function versionProblems(version: Given | undefined, show: Show): string[] {
  const expected = version && versionProblem(version.text)
  return version && expected ? [problem(version, expected, show)] : []
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
    `The token was made at ${show(claims.url)}, but ${given?.source ?? ''} says ${show(baseUrl)}, which is used.`,
  ]
}

function preferred(given: string | undefined, otherwise: string | undefined): Preferred {
  return Object.freeze({ value: given ?? otherwise, explicit: given !== undefined })
}

/** The branch or tag of the event. One that Sentry has no room for is left out: nobody asked for it. */
function defaultRef({ refName }: GitHubContext): string | undefined {
  return refName !== undefined && lengthOf(refName) <= LONGEST_REF ? refName : undefined
}

/** The commit's page on GitHub, left out where Sentry would refuse it: nobody asked for it. */
function defaultUrl(
  { serverUrl, repository }: GitHubContext,
  commit: string | undefined,
): string | undefined {
  return repository === undefined || commit === undefined
    ? undefined
    : parseLink(`${serverUrl}/${repository}/commit/${commit}`)
}
