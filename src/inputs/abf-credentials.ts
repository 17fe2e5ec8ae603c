import type { AbfInputs, AbfOperation } from './abf.ts'
import type { ABF_FIELDS } from './abf-fields.ts'
import {
  type Env,
  type Given,
  input,
  missing,
  NO_SECRETS,
  stripQuotes,
  type ValuesOf,
  variable,
} from './field.ts'

export type Name = keyof typeof ABF_FIELDS
export type Texts = Readonly<Record<Name, Given | undefined>>
export type Values = ValuesOf<typeof ABF_FIELDS>

/** Inputs that hold secrets, each with the environment variable that may hold it instead. */
export const ABF_SECRETS: readonly (readonly [input: string, variable: string])[] = [
  ['abf-token', 'ABF_TOKEN'],
  ['abf-password', 'ABF_PASSWORD'],
]

/**
 * Secrets beyond `ABF_SECRETS` that must not be shown: user and password as a pair, because its base64 is what a request
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

/** What is wrong with the credentials for an operation, before the server is asked. */
export function credentialProblems(operation: AbfOperation, given: Texts): string[] {
  const { 'abf-token': token, 'abf-username': user, 'abf-password': password } = given
  if (token) return []
  if (user && !password) return [missing('abf-password', 'the password of abf-username')]
  if (password && !user) return [missing('abf-username', 'the login that abf-password is for')]
  if (user || operation === 'watch' || operation === 'search') return []
  return [
    missing(
      'abf-token',
      `an ABF API token (or ABF_TOKEN, or abf-username with abf-password), as abf-operation is ${operation}; ${NO_SECRETS}`,
    ),
  ]
}

/** The credentials to send, a token before a login, and where they were found. */
export function credentialsOf(
  values: Values,
  given: Texts,
): Pick<AbfInputs, 'credentials' | 'credentialsSource'> {
  const { 'abf-token': token, 'abf-username': user, 'abf-password': password } = values
  if (token !== undefined) {
    return {
      credentials: { user: token, password: '' },
      credentialsSource: given['abf-token']?.source,
    }
  }
  if (user === undefined || password === undefined) {
    return { credentials: undefined, credentialsSource: undefined }
  }
  return { credentials: { user, password }, credentialsSource: given['abf-username']?.source }
}
