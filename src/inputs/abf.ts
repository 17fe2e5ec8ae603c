import type { AbfOperation, AbfOptions, AbfTask } from '../abf/options.ts'
import { IGNORED_FILTER_KEYS, KNOWN_OPTIONS } from './abf-keys.ts'
import { ABF_ROWS, BUILD_ROWS, LOGIN_ROWS, OFF, OPERATIONS, OPTION_ROWS, SELECTION_ROWS } from './abf-rows.ts'
import {
  changedInputs,
  check,
  type Checked,
  type Env,
  fallback,
  type GivenOf,
  input,
  listed,
  LOST,
  missing,
  NO_SECRETS,
  type Off,
  read,
  type Show,
  stripQuotes,
  type ValuesOf,
  variable,
} from './field.ts'

type GivenTexts = GivenOf<typeof ABF_ROWS>

/** Any of these turns the ABF part on. */
const SWITCHES = [BUILD_ROWS.project, SELECTION_ROWS.ids, SELECTION_ROWS.filter, SELECTION_ROWS.operation]

const IS_OFF: Checked<Off> = { value: { off: true }, problems: [], notices: [] }

/**
 * @param commit what `abf-commit` is when it is not given; undefined when that has a problem of its own
 * @param show repeats what was given in messages, without secrets
 */
export function loadAbf(env: Env, commit: string | undefined, show: Show): Checked<AbfOptions | Off> {
  if (input(env, 'abf-operation')?.text === OFF) return IS_OFF
  if (SWITCHES.every((row) => input(env, row.input) === undefined)) {
    const lost = lostSwitch(env)
    return lost === undefined ? IS_OFF : { value: undefined, problems: [lost], notices: [] }
  }
  const given = readGiven(env, commit)
  const login = check(LOGIN_ROWS, given, show)
  const build = check(BUILD_ROWS, given, show)
  const selection = check(SELECTION_ROWS, given, show)
  const options = check(OPTION_ROWS, given, show)
  const operation = OPERATIONS.find((choice) => choice === given.operation?.text)
  const problems = [
    ...[login, build, selection, options].flatMap((part) => part.problems),
    ...(operation ? [...lacking(operation, given), ...credentialProblems(operation, given)] : []),
  ]
  const complete = selection.values && options.values && login.values && build.values
  if (!complete || problems.length > 0 || !operation) return { value: undefined, problems, notices: [] }
  const task = taskOf(operation, selection.values, build.values)
  // Without a commit there is nothing to build, and the problem with the commit is reported elsewhere.
  if (!task) return { value: undefined, problems: [], notices: [] }
  return {
    problems: [],
    notices: notices({ ...selection.values, ...login.values, ...build.values, operation }, show),
    value: { task, ...options.values, ...credentialsOf(login.values, given) },
  }
}

/**
 * A gate fails closed: inputs of the ABF part without what turns it on mean that this got lost on the way. Environment
 * variables alone are no such sign, because they may be there for other steps.
 */
function lostSwitch(env: Env): string | undefined {
  const changed = changedInputs(ABF_ROWS, env)
  if (changed.length === 0) return undefined
  const expected = `ids (or abf-project, abf-filter or abf-operation, which are empty, too), as ${listed(changed)} given`
  return `${missing('abf-build-list-ids', expected)}. ${LOST} To leave out ABF on purpose, set abf-operation: ${OFF}.`
}

function readGiven(env: Env, commit: string | undefined): GivenTexts {
  const given = read(ABF_ROWS, env)
  const operation = given.project ? 'build' : given.ids ? 'watch' : 'search'
  return {
    ...given,
    operation: given.operation ?? fallback('abf-operation', operation),
    commit: given.commit ?? fallback('commit', commit),
  }
}

/** What an operation cannot do without. */
function lacking(operation: AbfOperation, given: GivenTexts): string[] {
  if (operation === 'build') {
    return (['project', 'repository'] as const)
      .filter((key) => given[key] === undefined)
      .map((key) => `${missing(BUILD_ROWS[key].input, 'a value, as abf-operation is build')}. ${LOST}`)
  }
  return (given.ids ?? given.filter) === undefined && operation !== 'search'
    ? [`${missing('abf-build-list-ids', `ids (or abf-filter), as abf-operation is ${operation}`)}. ${LOST}`]
    : []
}

/** What is wrong with the credentials for an operation, before a request is sent. */
function credentialProblems(operation: AbfOperation, given: GivenTexts): string[] {
  const { token, username, password } = given
  if (token) return []
  if (username && !password) return [missing('abf-password', 'the password of abf-username')]
  if (password && !username) return [missing('abf-username', 'the login that abf-password is for')]
  if (username || operation === 'watch' || operation === 'search') return []
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
  { token, username, password }: ValuesOf<typeof LOGIN_ROWS>,
  given: GivenTexts,
): Pick<AbfOptions, 'credentials' | 'credentialsSource'> {
  if (token !== undefined) {
    return { credentials: { user: token, password: '' }, credentialsSource: given.token?.source }
  }
  if (username === undefined || password === undefined) {
    return { credentials: undefined, credentialsSource: undefined }
  }
  return { credentials: { user: username, password }, credentialsSource: given.username?.source }
}

function taskOf(
  operation: AbfOperation,
  { ids, filter }: ValuesOf<typeof SELECTION_ROWS>,
  build: ValuesOf<typeof BUILD_ROWS>,
): AbfTask | undefined {
  // Only a search without ids and without a filter lists whatever the server shows.
  const all = operation === 'search' && ids === undefined ? {} : undefined
  if (operation !== 'build') return { operation, ids: ids ?? [], filter: filter ?? all }
  const { project, repository, commit, includeRepositories = [], options = {} } = build
  if (project === undefined || repository === undefined || commit === undefined) return undefined
  return { operation, wanted: { ...build, project, repository, commit, includeRepositories, options } }
}

function notices(
  values: ValuesOf<typeof SELECTION_ROWS & typeof LOGIN_ROWS & typeof BUILD_ROWS>,
  show: Show,
): string[] {
  const { operation, options = {}, filter = {}, token, username } = values
  const unknown = Object.keys(options).filter((key) => !KNOWN_OPTIONS.has(key))
  const ignored = Object.keys(filter).filter((key) => IGNORED_FILTER_KEYS.has(key))
  const unused = (['ids', 'filter'] as const).filter(
    (key) => operation === 'build' && values[key] !== undefined,
  )
  return [
    ...(token !== undefined && username !== undefined
      ? ['abf-token is used. abf-username and abf-password are ignored.']
      : []),
    ...(unknown.length > 0
      ? [
          `abf-build-options: ${unknown.map(show).join(', ')} is sent as it is. Servers drop fields that they do not know, without an error.`,
        ]
      : []),
    ...(ignored.length > 0
      ? [`abf-filter: ${ignored.join(', ')} is sent, but current ABF servers ignore it.`]
      : []),
    ...unused.map((key) => `${SELECTION_ROWS[key].input} is not used, because abf-operation is build.`),
  ]
}
