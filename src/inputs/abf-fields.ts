import { UPDATE_TYPES } from '../abf/submit/fields.ts'
import { parseSha } from '../github/event.ts'
import { parseDuration } from '../wait/durations.ts'
import { parseArches, parseBuildIds, parseMode, parsePair, parsePairs, parsePlatform } from './abf-parse.ts'
import { anyText, field, optional, secretField, urlField } from './field.ts'
import { parseBaseUrl, parseBoolean, parseInteger } from './parsers.ts'

/** The inputs of the ABF part one by one: defaults, and what each accepts. How they go together is in `abf.ts`. */

/** Values of inputs that were not given. action.yml says the same; a test compares them. */
export const ABF_DEFAULTS = {
  'abf-url': 'https://abf.openmandriva.org',
  'abf-arches': 'x86_64',
  'abf-update-type': 'bugfix',
  'abf-auto-publish': 'none',
  'abf-reuse': 'true',
  'abf-wait': 'true',
  'abf-timeout': '5h30m',
  'abf-poll-interval': '30s',
  'abf-on-abort': 'cancel',
  'abf-tests-failed': 'fail',
  'abf-unpermitted-arch': 'skip',
  'abf-log-lines': '50',
} as const

export const OPERATIONS = [
  'build',
  'watch',
  'publish',
  'publish-into-testing',
  'reject',
  'cancel',
  'search',
] as const

/** Says that the ABF part is off on purpose. */
export const OFF = 'none'

const LONGEST_TIMEOUT_MS = 120 * 3_600_000
const LONGEST_INTERVAL_MS = 3_600_000
const MOST_LOG_LINES = 1000

export const ABF_FIELDS = {
  'abf-operation': field([...OPERATIONS, OFF].join(', '), (text) =>
    OPERATIONS.find((choice) => choice === text),
  ),
  'abf-url': urlField(
    'the base URL of an ABF server such as https://abf.openmandriva.org (https, or http on loopback; no query, no /api/v1)',
    (text) => (/\/api\/v1\/?$/.test(text) ? undefined : parseBaseUrl(text)),
  ),
  'abf-token': optional(secretField('an ABF API token', /^[\x21-\x39\x3b-\x7e]+$/)),
  'abf-username': optional(
    field('a login without a colon', (text) => (text.includes(':') ? undefined : text)),
  ),
  'abf-password': anyText,
  'abf-project': optional(field('a project as owner/name, or its numeric id', parsePair)),
  'abf-commit': optional(field('a full commit SHA of 40 or 64 hex digits, not all zeros', parseSha)),
  'abf-project-version': optional(
    field('a branch or tag without spaces', (text) => (/\s/.test(text) ? undefined : text)),
  ),
  'abf-repository': optional(field('a repository as platform/repository, or its numeric id', parsePair)),
  'abf-platform': optional(field('the name of a platform, or its numeric id', parsePlatform)),
  'abf-include-repositories': optional(
    field(
      'repositories as platform/repository or numeric ids, separated by commas, spaces or line breaks',
      parsePairs,
    ),
  ),
  'abf-arches': field(
    'names or numeric ids of architectures, separated by commas, spaces or line breaks',
    parseArches,
  ),
  'abf-update-type': oneOf(UPDATE_TYPES),
  'abf-auto-publish': field('none, default, testing, false or true', parseMode),
  'abf-build-options': anyText,
  'abf-build-list-ids': optional(
    field('numeric ids of build lists, as a list without gaps or as a JSON array', parseBuildIds),
  ),
  'abf-filter': anyText,
  'abf-reuse': field('true or false', parseBoolean),
  'abf-wait': field('true or false', parseBoolean),
  'abf-timeout': duration('from 1s to 120h, such as 90m or 5h30m', 1000, LONGEST_TIMEOUT_MS),
  'abf-poll-interval': duration('from 1s to 1h, such as 30s', 1000, LONGEST_INTERVAL_MS),
  'abf-on-abort': oneOf(['cancel', 'leave']),
  'abf-tests-failed': oneOf(['fail', 'accept']),
  'abf-unpermitted-arch': oneOf(['skip', 'fail']),
  'abf-log-lines': field(`a whole number from 0 to ${MOST_LOG_LINES}`, (text) =>
    parseInteger(text, 0, MOST_LOG_LINES),
  ),
}

function oneOf<const T extends string>(choices: readonly T[]) {
  return field(choices.join(', '), (text) => choices.find((choice) => choice === text))
}

function duration(expected: string, min: number, max: number) {
  return field(`a duration ${expected}`, (text) => {
    const ms = parseDuration(text)
    return ms !== undefined && ms >= min && ms <= max ? ms : undefined
  })
}
