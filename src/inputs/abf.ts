import type { Filter } from '../abf/client/api.ts'
import type { Credentials } from '../abf/client/requests.ts'
import type { WantedBuild } from '../abf/submit/fields.ts'
import { IGNORED_FILTER_KEYS, KNOWN_OPTIONS } from './abf-keys.ts'
import { ABF_ROWS, OFF, OPERATIONS } from './abf-rows.ts'
import {
  check,
  type Checked,
  type Env,
  fallback,
  type GivenOf,
  input,
  isChanged,
  listed,
  LOST,
  missing,
  NO_SECRETS,
  read,
  type Show,
  stripQuotes,
  type ValuesOf,
  variable,
} from './field.ts'

type GivenTexts = GivenOf<typeof ABF_ROWS>
type Values = ValuesOf<typeof ABF_ROWS>

/** What to do with ABF. */
export type AbfTask =
  | { readonly operation: 'build'; readonly wanted: WantedBuild }
  | {
      readonly operation: 'search' | 'watch' | 'publish' | 'publish-into-testing' | 'reject' | 'cancel'
      /** Empty when there are none to handle besides those of `filter`. */
      readonly ids: readonly number[]
      /** Undefined: only the builds of `ids`. Without keys: the builds that the server lists by itself. */
      readonly filter: Filter | undefined
    }

export type AbfOperation = AbfTask['operation']

export interface AbfInputs {
  readonly off: false
  readonly task: AbfTask
  /** With a slash at its end. */
  readonly baseUrl: string
  readonly credentials: Credentials | undefined
  /** For messages: where the credentials were found. */
  readonly credentialsSource: string | undefined
  readonly reuse: boolean
  readonly wait: boolean
  /** Milliseconds for the whole wait. */
  readonly timeout: number
  /** Milliseconds: the longest pause between two polls. */
  readonly pollInterval: number
  readonly onAbort: 'cancel' | 'leave'
  readonly testsFailed: 'fail' | 'accept'
  readonly unpermittedArch: 'skip' | 'fail'
  readonly logLines: number
}

/** The ABF part is off. */
export interface AbfOff {
  readonly off: true
}

/** Any of these turns the ABF part on. */
const SWITCHES = ['abf-build-list-ids', 'abf-project', 'abf-filter', 'abf-operation'] as const

const IS_OFF: Checked<AbfOff> = { value: { off: true }, problems: [], notices: [] }

/**
 * @param commit what `abf-commit` is when it is not given; undefined when that has a problem of its own
 * @param show repeats what was given in messages, without secrets
 */
export function loadAbf(env: Env, commit: string | undefined, show: Show): Checked<AbfInputs | AbfOff> {
  if (input(env, 'abf-operation')?.text === OFF) return IS_OFF
  if (SWITCHES.every((name) => input(env, name) === undefined)) {
    const lost = lostSwitch(env)
    return lost === undefined ? IS_OFF : { value: undefined, problems: [lost], notices: [] }
  }
  const given = readGiven(env, commit)
  const { values, problems } = check(ABF_ROWS, given, show)
  const operation = OPERATIONS.find((choice) => choice === given['abf-operation']?.text)
  const all = [
    ...problems,
    ...(operation ? [...lacking(operation, given), ...credentialProblems(operation, given)] : []),
  ]
  if (!values || all.length > 0 || !operation) return { value: undefined, problems: all, notices: [] }
  const task = taskOf(operation, values)
  // Without a commit there is nothing to build, and the problem with the commit is reported elsewhere.
  if (!task) return { value: undefined, problems: [], notices: [] }
  return {
    problems: [],
    notices: notices(operation, values, show),
    value: {
      off: false,
      task,
      baseUrl: values['abf-url'],
      ...credentialsOf(values, given),
      reuse: values['abf-reuse'],
      wait: values['abf-wait'],
      timeout: values['abf-timeout'],
      pollInterval: values['abf-poll-interval'],
      onAbort: values['abf-on-abort'],
      testsFailed: values['abf-tests-failed'],
      unpermittedArch: values['abf-unpermitted-arch'],
      logLines: values['abf-log-lines'],
    },
  }
}

/**
 * A gate fails closed: inputs of the ABF part without what turns it on mean that this got lost on the way. Environment
 * variables alone are no such sign, because they may be there for other steps.
 */
function lostSwitch(env: Env): string | undefined {
  const changed = Object.keys(ABF_ROWS).filter((name) => isChanged(ABF_ROWS, name, env))
  if (changed.length === 0) return undefined
  const expected = `ids (or abf-project, abf-filter or abf-operation, which are empty, too), as ${listed(changed)} given`
  return `${missing('abf-build-list-ids', expected)}. ${LOST} To leave out ABF on purpose, set abf-operation: ${OFF}.`
}

function readGiven(env: Env, commit: string | undefined): GivenTexts {
  const given = read(ABF_ROWS, env)
  const operation = given['abf-project'] ? 'build' : given['abf-build-list-ids'] ? 'watch' : 'search'
  return {
    ...given,
    'abf-operation': given['abf-operation'] ?? fallback('abf-operation', operation),
    'abf-commit': given['abf-commit'] ?? fallback('commit', commit),
  }
}

/** What an operation cannot do without. */
function lacking(operation: AbfOperation, given: GivenTexts): string[] {
  if (operation === 'build') {
    return (['abf-project', 'abf-repository'] as const)
      .filter((name) => given[name] === undefined)
      .map((name) => `${missing(name, 'a value, as abf-operation is build')}. ${LOST}`)
  }
  const named = given['abf-build-list-ids'] ?? given['abf-filter']
  return named === undefined && operation !== 'search'
    ? [`${missing('abf-build-list-ids', `ids (or abf-filter), as abf-operation is ${operation}`)}. ${LOST}`]
    : []
}

/** What is wrong with the credentials for an operation, before a request is sent. */
function credentialProblems(operation: AbfOperation, given: GivenTexts): string[] {
  const { 'abf-token': token, 'abf-username': user, 'abf-password': password } = given
  if (token) return []
  if (user && !password) return [missing('abf-password', 'the password of abf-username')]
  if (password && !user) return [missing('abf-username', 'the login that abf-password is for')]
  if (user || operation === 'watch' || operation === 'search') return []
  const expected = 'an ABF API token (or ABF_TOKEN, or abf-username with abf-password)'
  return [missing('abf-token', `${expected}, as abf-operation is ${operation}; ${NO_SECRETS}`)]
}

/**
 * Secrets beside the tokens and passwords themselves: user and password as a pair, because its base64 is what a request
 * carries. A token is a user with an empty password.
 */
export function abfPairs(env: Env): string[] {
  const user = input(env, 'abf-username') ?? variable(env, 'ABF_USERNAME')
  const passwords = [input(env, 'abf-password'), variable(env, 'ABF_PASSWORD')]
  const tokens = [input(env, 'abf-token'), variable(env, 'ABF_TOKEN')]
  return [
    ...tokens.flatMap((token) => (token ? [`${token.text}:`, `${stripQuotes(token.text)}:`] : [])),
    ...(user ? passwords.flatMap((password) => (password ? [`${user.text}:${password.text}`] : [])) : []),
  ]
}

/** The credentials to send, a token before a login, and where they were found. */
function credentialsOf(
  values: Values,
  given: GivenTexts,
): Pick<AbfInputs, 'credentials' | 'credentialsSource'> {
  const { 'abf-token': token, 'abf-username': user, 'abf-password': password } = values
  if (token !== undefined) {
    return { credentials: { user: token, password: '' }, credentialsSource: given['abf-token']?.source }
  }
  if (user === undefined || password === undefined) {
    return { credentials: undefined, credentialsSource: undefined }
  }
  return { credentials: { user, password }, credentialsSource: given['abf-username']?.source }
}

function taskOf(operation: AbfOperation, values: Values): AbfTask | undefined {
  const { 'abf-build-list-ids': ids, 'abf-filter': filter } = values
  // Only a search without ids and without a filter lists whatever the server shows.
  const all = operation === 'search' && ids === undefined ? {} : undefined
  if (operation !== 'build') return { operation, ids: ids ?? [], filter: filter ?? all }
  const { 'abf-project': project, 'abf-repository': repository, 'abf-commit': commit } = values
  if (project === undefined || repository === undefined || commit === undefined) return undefined
  return {
    operation,
    wanted: {
      project,
      commit,
      repository,
      projectVersion: values['abf-project-version'],
      platform: values['abf-platform'],
      includeRepositories: values['abf-include-repositories'] ?? [],
      arches: values['abf-arches'],
      updateType: values['abf-update-type'],
      mode: values['abf-auto-publish'],
      options: values['abf-build-options'] ?? {},
    },
  }
}

function notices(operation: AbfOperation, values: Values, show: Show): string[] {
  const unknown = Object.keys(values['abf-build-options'] ?? {}).filter((key) => !KNOWN_OPTIONS.has(key))
  const ignored = Object.keys(values['abf-filter'] ?? {}).filter((key) => IGNORED_FILTER_KEYS.has(key))
  const unused = (['abf-build-list-ids', 'abf-filter'] as const).filter(
    (name) => operation === 'build' && values[name] !== undefined,
  )
  return [
    ...(values['abf-token'] !== undefined && values['abf-username'] !== undefined
      ? ['abf-token is used; abf-username and abf-password are not.']
      : []),
    ...(unknown.length > 0
      ? [
          `abf-build-options: ${unknown.map(show).join(', ')} is sent as it is. Servers drop fields that they do not know, without an error.`,
        ]
      : []),
    ...(ignored.length > 0
      ? [`abf-filter: ${ignored.join(', ')} is sent, but the servers of today ignore it.`]
      : []),
    ...unused.map((name) => `${name} is not used, because abf-operation is build.`),
  ]
}
