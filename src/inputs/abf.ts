import type { Filter } from '../abf/client/api.ts'
import { KNOWN_OPTIONS, type WantedBuild } from '../abf/submit/fields.ts'
import type { Credentials } from '../abf/client/requests.ts'
import { plain } from '../text/sanitize.ts'
import { credentialProblems, credentialsOf, type Name, type Texts, type Values } from './abf-credentials.ts'
import { ABF_DEFAULTS, ABF_FIELDS, OFF, OPERATIONS } from './abf-fields.ts'
import { IGNORED_FILTER_KEYS, parseFilter, parseOptions } from './abf-parse.ts'
import {
  check,
  type Checked,
  type Env,
  fallback,
  type Given,
  input,
  listed,
  LOST,
  missing,
  type Show,
  unquoted,
  variable,
} from './field.ts'

export { ABF_SECRETS, abfPairs } from './abf-credentials.ts'
export { ABF_DEFAULTS } from './abf-fields.ts'

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
  const given = readTexts(env, commit)
  const { values, problems } = check(ABF_FIELDS, given, show)
  const operation = OPERATIONS.find((choice) => choice === given['abf-operation']?.text)
  const options = parseOptions(given['abf-build-options'], show)
  const filter = parseFilter(given['abf-filter'], show)
  const all = [
    ...problems,
    ...(operation ? [...lacking(operation, given), ...credentialProblems(operation, given)] : []),
    ...options.problems,
    ...filter.problems,
  ]
  if (!values || all.length > 0) return { value: undefined, problems: all, notices: [] }
  const task = taskOf(values, options.value, filter.value)
  // Without a commit there is nothing to build, and the problem with the commit is told elsewhere.
  if (!task) return { value: undefined, problems: [], notices: [] }
  return {
    problems: [],
    notices: notices(values, options.value, filter.value),
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
  const changed = (Object.keys(ABF_FIELDS) as Name[]).filter((name) => isChanged(env, name))
  if (changed.length === 0) return undefined
  const expected = `ids (or abf-project, abf-filter or abf-operation, which are empty, too), as ${listed(changed)} given`
  return `${missing('abf-build-list-ids', expected)}. ${LOST} To leave out ABF on purpose, set abf-operation: ${OFF}.`
}

/** Given, and with another meaning than its default. */
function isChanged(env: Env, name: Name): boolean {
  const text = input(env, name)?.text
  if (text === undefined) return false
  const usual = (ABF_DEFAULTS as Readonly<Partial<Record<Name, string>>>)[name]
  if (usual === undefined) return true
  const { parse } = ABF_FIELDS[name]
  return JSON.stringify(parse(text)) !== JSON.stringify(parse(usual))
}

function readTexts(env: Env, commit: string | undefined): Texts {
  const names = Object.keys(ABF_FIELDS) as Name[]
  const defaults: Readonly<Partial<Record<Name, string>>> = ABF_DEFAULTS
  const texts = Object.fromEntries(
    names.map((name) => [name, input(env, name) ?? fallback(name, defaults[name])]),
  ) as Record<Name, Given | undefined>
  return {
    ...texts,
    'abf-operation': texts['abf-operation'] ?? fallback('abf-operation', usualOperation(texts)),
    'abf-commit': texts['abf-commit'] ?? fallback('commit', commit),
    'abf-token': unquoted(texts['abf-token'] ?? variable(env, 'ABF_TOKEN')),
    'abf-username': texts['abf-username'] ?? variable(env, 'ABF_USERNAME'),
    'abf-password': texts['abf-password'] ?? variable(env, 'ABF_PASSWORD'),
  }
}

function usualOperation(texts: Texts): AbfOperation {
  return texts['abf-project'] ? 'build' : texts['abf-build-list-ids'] ? 'watch' : 'search'
}

/** What an operation cannot do without. */
function lacking(operation: AbfOperation, given: Texts): string[] {
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

function taskOf(
  values: Values,
  options: Readonly<Record<string, unknown>>,
  filter: Filter | undefined,
): AbfTask | undefined {
  const operation = values['abf-operation']
  const given = values['abf-build-list-ids']
  // Only a search without ids and without a filter lists whatever the server shows.
  const all = operation === 'search' && given === undefined ? {} : undefined
  if (operation !== 'build') return { operation, ids: given ?? [], filter: filter ?? all }
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
      options,
    },
  }
}

function notices(
  values: Values,
  options: Readonly<Record<string, unknown>>,
  filter: Filter | undefined,
): string[] {
  const build = values['abf-operation'] === 'build'
  const unknown = Object.keys(options).filter((key) => !KNOWN_OPTIONS.has(key))
  const ignored = Object.keys(filter ?? {}).filter((key) => IGNORED_FILTER_KEYS.has(key))
  const unused = (['abf-build-list-ids', 'abf-filter'] as const).filter(
    (name) => build && values[name] !== undefined,
  )
  return [
    ...(values['abf-token'] !== undefined && values['abf-username'] !== undefined
      ? ['abf-token is used; abf-username and abf-password are not.']
      : []),
    ...(unknown.length > 0
      ? [
          `abf-build-options: ${unknown.map((key) => plain(key, 60)).join(', ')} is passed on, but servers drop fields that they do not know without a word.`,
        ]
      : []),
    ...(ignored.length > 0
      ? [`abf-filter: ${ignored.join(', ')} is sent, but today's servers take no notice of it.`]
      : []),
    ...unused.map((name) => `${name} is not used, because abf-operation is build.`),
  ]
}
