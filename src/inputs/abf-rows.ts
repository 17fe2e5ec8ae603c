import { parseSha } from '../text/sha.ts'
import { parseDuration } from '../wait/durations.ts'
import { parseFilter, parseOptions } from './abf-keys.ts'
import { ANY_TEXT, oneOf, type Rows, url } from './field.ts'
import {
  parseArches,
  parseBaseUrl,
  parseBoolean,
  parseBuildIds,
  parseInteger,
  parseMode,
  parsePair,
  parsePairs,
  parsePlatform,
} from './parsers.ts'

/** The inputs of the ABF part one by one. How they go together is in `abf.ts`. */

export const OPERATIONS = [
  'build',
  'watch',
  'publish',
  'publish-into-testing',
  'reject',
  'cancel',
  'search',
] as const

/** The operation that leaves the ABF part out on purpose. */
export const OFF = 'none'

const MAX_TIMEOUT_MS = 120 * 3_600_000
const MAX_INTERVAL_MS = 3_600_000
const MAX_LOG_LINES = 1000

/** Credentials. */
export const LOGIN_ROWS = {
  token: {
    input: 'abf-token',
    env: 'ABF_TOKEN',
    secret: 'token',
    optional: true,
    expected: 'an ABF API token without spaces, line breaks and colons',
    parse: (text) => (/^[\x21-\x39\x3b-\x7e]+$/.test(text) ? text : undefined),
  },
  username: {
    input: 'abf-username',
    env: 'ABF_USERNAME',
    optional: true,
    expected: 'a login without a colon',
    parse: (text) => (text.includes(':') ? undefined : text),
  },
  password: { input: 'abf-password', env: 'ABF_PASSWORD', secret: 'password', ...ANY_TEXT },
} satisfies Rows

/** What to build, as properties of `WantedBuild`. */
export const BUILD_ROWS = {
  project: {
    input: 'abf-project',
    optional: true,
    expected: 'a project as owner/name, or its numeric id',
    parse: parsePair,
  },
  commit: {
    input: 'abf-commit',
    optional: true,
    expected: 'a full commit SHA of 40 or 64 hex digits, not all zeros',
    parse: parseSha,
  },
  projectVersion: {
    input: 'abf-project-version',
    optional: true,
    expected: 'a branch or tag without spaces',
    parse: (text) => (/\s/.test(text) ? undefined : text),
  },
  repository: {
    input: 'abf-repository',
    optional: true,
    expected: 'a repository as platform/repository, or its numeric id',
    parse: parsePair,
  },
  platform: {
    input: 'abf-platform',
    optional: true,
    expected: 'the name of a platform, or its numeric id',
    parse: parsePlatform,
  },
  includeRepositories: {
    input: 'abf-include-repositories',
    optional: true,
    expected:
      'repositories as platform/repository or numeric ids, separated by commas, spaces or line breaks',
    parse: parsePairs,
  },
  arches: {
    input: 'abf-arches',
    default: 'x86_64',
    expected: 'names or numeric ids of architectures, separated by commas, spaces or line breaks',
    parse: parseArches,
  },
  updateType: {
    input: 'abf-update-type',
    default: 'bugfix',
    ...oneOf(['security', 'bugfix', 'enhancement', 'recommended', 'newpackage']),
  },
  mode: {
    input: 'abf-auto-publish',
    default: 'none',
    expected: 'none, default, testing, false or true',
    parse: parseMode,
  },
  options: {
    input: 'abf-build-options',
    optional: true,
    expected: 'a JSON object such as {"use_extra_tests": false}',
    parse: parseOptions,
  },
} satisfies Rows

/** Which builds, and what to do with them. */
export const SELECTION_ROWS = {
  operation: { input: 'abf-operation', optional: true, ...oneOf([...OPERATIONS, OFF]) },
  ids: {
    input: 'abf-build-list-ids',
    optional: true,
    expected: 'numeric ids of build lists, as a list without gaps or as a JSON array',
    parse: parseBuildIds,
  },
  filter: { input: 'abf-filter', optional: true, expected: 'lines key=value', parse: parseFilter },
} satisfies Rows

/** How, as properties of `AbfOptions`. */
export const OPTION_ROWS = {
  baseUrl: {
    input: 'abf-url',
    default: 'https://abf.openmandriva.org',
    ...url(
      'the base URL of an ABF server such as https://abf.openmandriva.org (https, or http on loopback; no query, no /api/v1)',
      (text) => (/\/api\/v1\/?$/.test(text) ? undefined : parseBaseUrl(text)),
    ),
  },
  reuse: { input: 'abf-reuse', default: 'true', expected: 'true or false', parse: parseBoolean },
  wait: { input: 'abf-wait', default: 'true', expected: 'true or false', parse: parseBoolean },
  timeout: {
    input: 'abf-timeout',
    default: '5h30m',
    expected: 'a duration from 1s to 120h, such as 90m or 5h30m',
    parse: (text) => parseDuration(text, 1000, MAX_TIMEOUT_MS),
  },
  pollInterval: {
    input: 'abf-poll-interval',
    default: '30s',
    expected: 'a duration from 1s to 1h, such as 30s',
    parse: (text) => parseDuration(text, 1000, MAX_INTERVAL_MS),
  },
  onAbort: { input: 'abf-on-abort', default: 'cancel', ...oneOf(['cancel', 'leave']) },
  testsFailed: { input: 'abf-tests-failed', default: 'fail', ...oneOf(['fail', 'accept']) },
  unpermittedArch: { input: 'abf-unpermitted-arch', default: 'skip', ...oneOf(['skip', 'fail']) },
  logLines: {
    input: 'abf-log-lines',
    default: '50',
    expected: `a whole number from 0 to ${MAX_LOG_LINES}`,
    parse: (text) => parseInteger(text, 0, MAX_LOG_LINES),
  },
} satisfies Rows

export const ABF_ROWS = { ...LOGIN_ROWS, ...BUILD_ROWS, ...SELECTION_ROWS, ...OPTION_ROWS }
