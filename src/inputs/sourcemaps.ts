import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { InjectMode, SourceMapOptions } from '../sourcemaps/options.ts'
import { lengthOf } from '../text/sanitize.ts'
import { parseDuration } from '../wait/durations.ts'
import {
  ANY_TEXT,
  check,
  type Checked,
  type Env,
  isChanged,
  listed,
  LOST,
  missing,
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
  sourcemaps: ANY_TEXT,
  'sourcemaps-inject': { default: 'true', ...anyCase(oneOf<InjectMode>(['true', 'false', 'check'])) },
  'sourcemaps-url-prefix': { default: '~/', ...PREFIX_ROW },
  'sourcemaps-strip-prefix': { optional: true, expected: 'auto or a prefix', parse: (text) => text },
  dist: {
    optional: true,
    expected: `a distribution of at most ${MAX_DIST} characters without "/" and line breaks`,
    parse: (text) => (lengthOf(text) <= MAX_DIST && !/[/\\\s]/.test(text) ? text : undefined),
  },
  'sourcemaps-missing': {
    default: 'fail',
    ...anyCase(oneOf<SourceMapOptions['missing']>(['fail', 'warn', 'ignore'])),
  },
  'sourcemaps-wait': {
    default: '5m',
    expected: 'a duration from 0s to 1h, such as 5m',
    parse: (text) => parseDuration(text, 0, MAX_WAIT_MS),
  },
  'sourcemaps-delete': { default: 'false', expected: 'true or false', parse: parseBoolean },
} satisfies Rows

/** @returns `off` when no source maps are to be uploaded */
export function loadSourceMaps(env: Env, show: Show): Checked<SourceMapInputs | { readonly off: true }> {
  const given = read(SOURCEMAP_ROWS, env)
  const { values, problems } = check(SOURCEMAP_ROWS, given, show)
  const { sourcemaps: paths } = given
  const workspace = resolve(variable(env, 'GITHUB_WORKSPACE')?.text ?? '.')
  const temporary = variable(env, 'RUNNER_TEMP')?.text
  if (!paths) {
    const all = [...problems, ...lostPaths(env)]
    const notices = values?.dist === undefined ? [] : ['No source maps are uploaded, so dist has no effect.']
    return { value: all.length > 0 ? undefined : { off: true }, problems: all, notices }
  }
  const roots = parseLines(paths.text).map((line) =>
    parseRoot(line, values?.['sourcemaps-url-prefix'] ?? '~', workspace),
  )
  const all = [
    ...problems,
    ...(roots.length === 0 ? [problem(paths, ROOT_EXPECTED, show)] : []),
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
      temporary: temporary && resolve(temporary),
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

const ROOT_EXPECTED =
  'a directory or file inside of the workspace, or "path => URL prefix" (without user and password)'

/** @returns the line itself when it is not acceptable */
function parseRoot(
  line: string,
  otherwise: string,
  workspace: string,
): { path: string; prefix: string } | string {
  const [path = '', prefix, ...rest] = line.split(/\s*=>\s*/)
  const parsed = prefix === undefined ? otherwise : PREFIX_ROW.parse(prefix)
  const inside = relative(workspace, resolve(workspace, path))
  const outside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)
  if (path === '' || path.includes('\0') || rest.length > 0 || parsed === undefined || outside) return line
  return { path, prefix: parsed }
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
  const names = Object.keys(SOURCEMAP_ROWS).filter(
    (name) => name.startsWith('sourcemaps-') && isChanged(SOURCEMAP_ROWS, name, env),
  )
  if (names.length === 0) return []
  const expected = `directories or files, as ${listed(names)} given`
  return [
    `${missing('sourcemaps', expected)}. ${LOST} To upload no source maps, leave these inputs empty, too.`,
  ]
}
