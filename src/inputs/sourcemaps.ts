import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { InjectMode, SourceMapOptions } from '../sourcemaps/options.ts'
import { lengthOf } from '../text/sanitize.ts'
import { parseDuration } from '../wait/durations.ts'
import {
  ANY_TEXT,
  changedInputs,
  check,
  type Checked,
  type Env,
  type Given,
  listed,
  LOST,
  missing,
  type Off,
  oneOf,
  problem,
  read,
  type Rows,
  type Show,
  url,
  variable,
} from './field.ts'
import { parseBoolean, parseLines } from './parsers.ts'

export interface SourceMapInputs extends SourceMapOptions {
  /** Absolute. */
  readonly workspace: string
  /** Absolute folder for temporary files; undefined outside of a runner. */
  readonly temporary: string | undefined
}

const MAX_DIST = 64
const MAX_WAIT_MS = 60 * 60 * 1000

/** `~/assets`, `/assets`, `https://host/assets` or `app:///`, without query and fragment. */
const PREFIX = /^(?:~|~?\/[^\s?#]*|[a-z][a-z0-9+.-]*:\/\/[^\s?#]*)$/i
const PREFIX_ROW = url('a URL prefix such as ~/assets or https://example.com/assets', (text) =>
  PREFIX.test(text) ? text.replace(/\/$/, '') : undefined,
)

export const SOURCEMAP_ROWS = {
  paths: { input: 'sourcemaps', ...ANY_TEXT },
  inject: {
    input: 'sourcemaps-inject',
    default: 'true',
    ...anyCase(oneOf<InjectMode>(['true', 'false', 'check'])),
  },
  urlPrefix: { input: 'sourcemaps-url-prefix', default: '~/', ...PREFIX_ROW },
  stripPrefix: {
    input: 'sourcemaps-strip-prefix',
    optional: true,
    expected: 'auto or a prefix',
    parse: (text) => text,
  },
  dist: {
    input: 'dist',
    optional: true,
    expected: `a distribution of at most ${MAX_DIST} characters without "/" and line breaks`,
    parse: (text) => (lengthOf(text) <= MAX_DIST && !/[/\\\s]/.test(text) ? text : undefined),
  },
  missing: {
    input: 'sourcemaps-missing',
    default: 'fail',
    ...anyCase(oneOf<SourceMapOptions['missing']>(['fail', 'warn', 'ignore'])),
  },
  waitMs: {
    input: 'sourcemaps-wait',
    default: '5m',
    expected: 'a duration from 0s to 1h, such as 5m',
    parse: (text) => parseDuration(text, 0, MAX_WAIT_MS),
  },
  deleteMaps: {
    input: 'sourcemaps-delete',
    default: 'false',
    expected: 'true or false',
    parse: parseBoolean,
  },
} satisfies Rows

/** @returns `off` when no source maps are to be uploaded */
export function loadSourceMaps(env: Env, show: Show): Checked<SourceMapInputs | Off> {
  const given = read(SOURCEMAP_ROWS, env)
  const { values, problems } = check(SOURCEMAP_ROWS, given, show)
  const workspace = resolve(variable(env, 'GITHUB_WORKSPACE')?.text ?? '.')
  const temporary = variable(env, 'RUNNER_TEMP')?.text
  if (!given.paths) {
    const all = [...problems, ...lostPaths(env)]
    const notices = values?.dist === undefined ? [] : ['No source maps are uploaded, so dist has no effect.']
    return { value: all.length > 0 ? undefined : { off: true }, problems: all, notices }
  }
  const roots = rootsOf(given.paths, values?.urlPrefix ?? '~', workspace, show)
  const all = [...problems, ...roots.problems]
  if (!values || !roots.value || all.length > 0) return { value: undefined, problems: all, notices: [] }
  const { paths: _, urlPrefix: __, ...options } = values
  return {
    problems: [],
    notices: [],
    value: { ...options, workspace, temporary: temporary && resolve(temporary), roots: roots.value },
  }
}

const ROOT_EXPECTED =
  'a directory or file inside of the workspace, or "path => URL prefix" (without user and password)'

function rootsOf(
  given: Given,
  prefix: string,
  workspace: string,
  show: Show,
): Pick<Checked<SourceMapOptions['roots']>, 'value' | 'problems'> {
  const lines = parseLines(given.text)
  const parsed = lines.map((line) => parseRoot(line, prefix, workspace))
  const roots = parsed.filter((root) => root !== undefined)
  const refused = lines.length === 0 ? [given.text] : lines.filter((_, index) => parsed[index] === undefined)
  const problems = refused.map((text) => problem({ ...given, text }, ROOT_EXPECTED, show))
  return { value: problems.length > 0 ? undefined : Object.freeze(roots), problems }
}

function parseRoot(
  line: string,
  otherwise: string,
  workspace: string,
): SourceMapOptions['roots'][number] | undefined {
  const [path = '', given, ...rest] = line.split(/\s*=>\s*/)
  const prefix = given === undefined ? otherwise : PREFIX_ROW.parse(given)
  const inside = relative(workspace, resolve(workspace, path))
  const outside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)
  const usable = path !== '' && !path.includes('\0') && rest.length === 0 && !outside
  return usable && prefix !== undefined ? { path, prefix } : undefined
}

/** The same choices in any case. */
function anyCase<T>({ expected, parse }: { expected: string; parse: (text: string) => T | undefined }): {
  readonly expected: string
  readonly parse: (text: string) => T | undefined
} {
  return { expected, parse: (text) => parse(text.toLowerCase()) }
}

/** Inputs about source maps without their paths, which got lost on the way, and the source maps with them. */
function lostPaths(env: Env): string[] {
  const names = changedInputs(SOURCEMAP_ROWS, env).filter((name) => name !== SOURCEMAP_ROWS.dist.input)
  if (names.length === 0) return []
  const expected = `directories or files, as ${listed(names)} given`
  return [
    `${missing('sourcemaps', expected)}. ${LOST} To upload no source maps, leave these inputs empty, too.`,
  ]
}
