import { tmpdir } from 'node:os'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { SourceMapOptions } from '../sourcemaps/options.ts'
import type { InjectMode } from '../sourcemaps/prepare.ts'
import { lengthOf } from '../text/sanitize.ts'
import { parseDuration } from '../wait/durations.ts'
import {
  check,
  type Checked,
  type Env,
  type Field,
  fallback,
  field,
  type Given,
  input,
  listed,
  LOST,
  missing,
  optional,
  problem,
  type Show,
  variable,
} from './field.ts'
import { parseBoolean } from './parsers.ts'

export interface SourceMapInputs extends SourceMapOptions {
  /** Absolute. */
  readonly workspace: string
  /** Absolute folder for files that nobody needs after the step. */
  readonly temporary: string
}

/** Values of inputs that were not given. action.yml says the same; a test compares them. */
export const SOURCEMAP_DEFAULTS = {
  'sourcemaps-inject': 'true',
  'sourcemaps-url-prefix': '~/',
  'sourcemaps-missing': 'fail',
  'sourcemaps-wait': '5m',
  'sourcemaps-delete': 'false',
} as const

const OPTIONAL = ['sourcemaps-strip-prefix', 'dist'] as const
const MAX_DIST = 64
const MAX_WAIT_MS = 60 * 60 * 1000

/** `~/assets`, `/assets`, `https://host/assets` or `app:///`, without query and fragment. */
const PREFIX = /^(?:~|~?\/[^\s?#]*|[a-z][a-z0-9+.-]*:\/\/[^\s?#]*)$/i
const PREFIX_EXPECTED = 'a URL prefix such as ~/assets or https://example.com/assets'

const FIELDS = {
  'sourcemaps-inject': field('true, false or check', oneOf<InjectMode>(['true', 'false', 'check'])),
  'sourcemaps-url-prefix': field(PREFIX_EXPECTED, parsePrefix),
  'sourcemaps-missing': field(
    'fail, warn or ignore',
    oneOf<SourceMapOptions['missing']>(['fail', 'warn', 'ignore']),
  ),
  'sourcemaps-wait': field('a duration from 0s to 1h, such as 5m', (text) => {
    const ms = parseDuration(text)
    return ms !== undefined && ms <= MAX_WAIT_MS ? ms : undefined
  }),
  'sourcemaps-delete': field('true or false', parseBoolean),
  'sourcemaps-strip-prefix': optional(field('auto or a prefix', (text) => text)),
  dist: optional(
    field(`a distribution of at most ${MAX_DIST} characters without "/" and line breaks`, (text) =>
      lengthOf(text) <= MAX_DIST && !/[/\\\s]/.test(text) ? text : undefined,
    ),
  ),
}

/** @returns `off` when no source maps are to be uploaded */
export function loadSourceMaps(env: Env, show: Show): Checked<SourceMapInputs | { readonly off: true }> {
  const given: Record<string, Given | undefined> = Object.fromEntries(
    OPTIONAL.map((name) => [name, input(env, name)]),
  )
  for (const [name, text] of Object.entries(SOURCEMAP_DEFAULTS))
    given[name] = input(env, name) ?? fallback(name, text)
  const { values, problems } = check(FIELDS, given as Record<keyof typeof FIELDS, Given | undefined>, show)
  const paths = input(env, 'sourcemaps')
  const workspace = resolve(variable(env, 'GITHUB_WORKSPACE')?.text ?? '.')
  if (!paths) {
    const lost = lostPaths(given)
    const all = [...problems, ...lost]
    const notices = values?.dist === undefined ? [] : ['No source maps are uploaded, so dist has no effect.']
    return { value: all.length > 0 ? undefined : { off: true }, problems: all, notices }
  }
  const roots = paths.text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => parseRoot(line, values?.['sourcemaps-url-prefix'] ?? '~', workspace))
  const all = [
    ...problems,
    ...roots.flatMap((root) =>
      typeof root === 'string' ? [problem({ ...paths, text: root }, ROOT_EXPECTED, show)] : [],
    ),
  ]
  if (!values || all.length > 0) return { value: undefined, problems: all, notices: [] }
  return {
    problems: [],
    notices: [],
    value: {
      workspace,
      temporary: resolve(variable(env, 'RUNNER_TEMP')?.text ?? tmpdir()),
      roots: Object.freeze(roots.filter((root) => typeof root !== 'string')),
      inject: values['sourcemaps-inject'],
      stripPrefix: values['sourcemaps-strip-prefix'],
      dist: values.dist,
      missing: values['sourcemaps-missing'],
      waitMs: values['sourcemaps-wait'],
      deleteMaps: values['sourcemaps-delete'],
    },
  }
}

const ROOT_EXPECTED = 'a directory or file inside of the workspace, or "path => URL prefix"'

/** @returns the line itself when it is not acceptable */
function parseRoot(
  line: string,
  otherwise: string,
  workspace: string,
): { path: string; prefix: string } | string {
  const [path = '', prefix, ...rest] = line.split(/\s*=>\s*/)
  const parsed = prefix === undefined ? otherwise : parsePrefix(prefix)
  const inside = relative(workspace, resolve(workspace, path))
  const outside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)
  if (path === '' || path.includes('\0') || rest.length > 0 || parsed === undefined || outside) return line
  return { path, prefix: parsed }
}

function parsePrefix(text: string): string | undefined {
  return PREFIX.test(text) ? text.replace(/\/$/, '') : undefined
}

function oneOf<T extends string>(values: readonly T[]): (text: string) => T | undefined {
  return (text) => values.find((value) => value === text.toLowerCase())
}

/** Inputs about source maps without their paths, which got lost on the way, and the source maps with them. */
function lostPaths(given: Readonly<Record<string, Given | undefined>>): string[] {
  const names = Object.keys(given).filter((name) => name.startsWith('sourcemaps-') && isChanged(name, given))
  if (names.length === 0) return []
  return [
    `${missing('sourcemaps', `directories or files, as ${listed(names)} given`)}. ${LOST} To upload no source maps, leave these inputs empty, too.`,
  ]
}

/** Given, and with another meaning than its default. */
function isChanged(name: string, given: Readonly<Record<string, Given | undefined>>): boolean {
  const usual = (SOURCEMAP_DEFAULTS as Readonly<Partial<Record<string, string>>>)[name]
  const text = given[name]?.text
  if (text === undefined || text === usual) return false
  const parse = (FIELDS as Readonly<Record<string, Field<unknown>>>)[name]?.parse
  return usual === undefined || parse === undefined || parse(text) !== parse(usual)
}
