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

/** The operation that says that the ABF part is off on purpose. */
export const OFF = 'none'

const MAX_TIMEOUT_MS = 120 * 3_600_000
const MAX_INTERVAL_MS = 3_600_000
const MAX_LOG_LINES = 1000

export const ABF_ROWS = {
  'abf-operation': { optional: true, ...oneOf([...OPERATIONS, OFF]) },
  'abf-url': {
    default: 'https://abf.openmandriva.org',
    ...url(
      'the base URL of an ABF server such as https://abf.openmandriva.org (https, or http on loopback; no query, no /api/v1)',
      (text) => (/\/api\/v1\/?$/.test(text) ? undefined : parseBaseUrl(text)),
    ),
  },
  'abf-token': {
    env: 'ABF_TOKEN',
    secret: 'token',
    optional: true,
    expected: 'an ABF API token without spaces, line breaks and colons',
    parse: (text) => (/^[\x21-\x39\x3b-\x7e]+$/.test(text) ? text : undefined),
  },
  'abf-username': {
    env: 'ABF_USERNAME',
    optional: true,
    expected: 'a login without a colon',
    parse: (text) => (text.includes(':') ? undefined : text),
  },
  'abf-password': { env: 'ABF_PASSWORD', secret: 'password', ...ANY_TEXT },
  'abf-project': { optional: true, expected: 'a project as owner/name, or its numeric id', parse: parsePair },
  'abf-commit': {
    optional: true,
    expected: 'a full commit SHA of 40 or 64 hex digits, not all zeros',
    parse: parseSha,
  },
  'abf-project-version': {
    optional: true,
    expected: 'a branch or tag without spaces',
    parse: (text) => (/\s/.test(text) ? undefined : text),
  },
  'abf-repository': {
    optional: true,
    expected: 'a repository as platform/repository, or its numeric id',
    parse: parsePair,
  },
  'abf-platform': {
    optional: true,
    expected: 'the name of a platform, or its numeric id',
    parse: parsePlatform,
  },
  'abf-include-repositories': {
    optional: true,
    expected:
      'repositories as platform/repository or numeric ids, separated by commas, spaces or line breaks',
    parse: parsePairs,
  },
  'abf-arches': {
    default: 'x86_64',
    expected: 'names or numeric ids of architectures, separated by commas, spaces or line breaks',
    parse: parseArches,
  },
  'abf-update-type': {
    default: 'bugfix',
    ...oneOf(['security', 'bugfix', 'enhancement', 'recommended', 'newpackage']),
  },
  'abf-auto-publish': {
    default: 'none',
    expected: 'none, default, testing, false or true',
    parse: parseMode,
  },
  'abf-build-options': {
    optional: true,
    expected: 'a JSON object such as {"use_extra_tests": false}',
    parse: parseOptions,
  },
  'abf-build-list-ids': {
    optional: true,
    expected: 'numeric ids of build lists, as a list without gaps or as a JSON array',
    parse: parseBuildIds,
  },
  'abf-filter': { optional: true, expected: 'lines key=value', parse: parseFilter },
  'abf-reuse': { default: 'true', expected: 'true or false', parse: parseBoolean },
  'abf-wait': { default: 'true', expected: 'true or false', parse: parseBoolean },
  'abf-timeout': {
    default: '5h30m',
    expected: 'a duration from 1s to 120h, such as 90m or 5h30m',
    parse: (text) => parseDuration(text, 1000, MAX_TIMEOUT_MS),
  },
  'abf-poll-interval': {
    default: '30s',
    expected: 'a duration from 1s to 1h, such as 30s',
    parse: (text) => parseDuration(text, 1000, MAX_INTERVAL_MS),
  },
  'abf-on-abort': { default: 'cancel', ...oneOf(['cancel', 'leave']) },
  'abf-tests-failed': { default: 'fail', ...oneOf(['fail', 'accept']) },
  'abf-unpermitted-arch': { default: 'skip', ...oneOf(['skip', 'fail']) },
  'abf-log-lines': {
    default: '50',
    expected: `a whole number from 0 to ${MAX_LOG_LINES}`,
    parse: (text) => parseInteger(text, 0, MAX_LOG_LINES),
  },
} satisfies Rows
