import { newestFirst } from './dates.ts'
import { refuse } from './errors.ts'
import { semanticVersion } from './version.ts'
import type { Release } from './state.ts'

interface Filter {
  readonly key: string
  readonly negated: boolean
  readonly value: string
  readonly list: readonly string[] | undefined
}

export interface SearchScope {
  readonly projects: readonly string[]
  readonly environments: readonly string[]
  /** Where `release:latest` looks: every release of the organization, whatever the other filters. */
  readonly all: readonly Release[]
  /** Keys besides those of semantic versions. */
  readonly keys: readonly string[]
  /** Whether `release:[a,b]` finds anything. */
  readonly lists: boolean
}

const semverKeys = ['release.version', 'release.package', 'release.build', 'release.stage']

/**
 * The rows a `query` leaves. Without a filter the whole text is the needle of a case-insensitive search anywhere in
 * the version; `release:` compares exactly, or by `*` at either end. Whatever does not parse is a 400.
 */
export function search(query: string, rows: readonly Release[], scope: SearchScope): Release[] {
  const { filters, freeText } = parse(query, scope)
  let found = [...rows]
  if (freeText) {
    // The needle is the query as a whole, filters included.
    const needles = [query.toLowerCase()]
    const suffixed = /^(.*)\s+\(([^)]+)\)\s*$/.exec(query)
    if (suffixed) needles.push(`${suffixed[1]}+${suffixed[2]}`.toLowerCase())
    found = found.filter(({ version }) => needles.some((needle) => version.toLowerCase().includes(needle)))
  }
  for (const filter of filters) found = found.filter(matcher(filter, scope))
  return found
}

function parse(query: string, scope: SearchScope): { filters: Filter[]; freeText: boolean } {
  const known = new Set([...semverKeys, ...scope.keys])
  const filters: Filter[] = []
  let freeText = false
  let rest = query.trim()
  while (rest !== '') {
    const head = /^(!?)([A-Za-z0-9_.-]+):/.exec(rest)
    if (head) {
      const [whole, bang, key = ''] = head
      if (!known.has(key)) throw refuse(400, `Invalid key for this search: ${key}`)
      const { value, list, length } = readValue(key, rest.slice(whole.length))
      filters.push({ key, negated: bang === '!', value, list })
      rest = rest.slice(whole.length + length).trimStart()
    } else if (/^[()]/.test(rest)) {
      const place = `Parse error at '${rest.slice(0, 10)}' (column ${query.indexOf(rest) + 1}).`
      throw refuse(
        400,
        `${place} This is commonly caused by unmatched parentheses. Enclose any text in double quotes.`,
      )
    } else {
      const word = /^(?:"(?:[^"\\]|\\.)*"|[^\s"]+)/.exec(rest)
      if (!word) throw badQuote(rest)
      if (/^(?:AND|OR)$/i.test(word[0])) {
        throw refuse(400, 'Boolean statements containing "OR" or "AND" are not supported in this search')
      }
      freeText = true
      rest = rest.slice(word[0].length).trimStart()
    }
  }
  return { filters, freeText }
}

function readValue(key: string, text: string): Pick<Filter, 'value' | 'list'> & { length: number } {
  if (text.startsWith('"')) {
    const quoted = /^"((?:[^"\\]|\\.)*)"(?=\s|$)/.exec(text)
    if (!quoted) throw badQuote(text)
    return { value: unescape(quoted[1] ?? ''), list: undefined, length: quoted[0].length }
  }
  if (text.startsWith('[')) {
    const listed = /^\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\](?=\s|$)/.exec(text)
    if (!listed)
      throw refuse(400, `Parse error at '${text.slice(0, 10)}'. Enclose any text in double quotes.`)
    const list = (listed[1]?.match(/"(?:[^"\\]|\\.)*"|[^,\s"]+/g) ?? []).map((item) =>
      unescape(item.replace(/^"|"$/g, '')),
    )
    return { value: '', list, length: listed[0].length }
  }
  const word = /^\S*/.exec(text)?.[0] ?? ''
  if (word === '') throw refuse(400, `Empty string after '${key}:'`)
  if (/(?<!\\)"/.test(word)) throw badQuote(word)
  return { value: word, list: undefined, length: word.length }
}

function matcher(filter: Filter, scope: SearchScope): (release: Release) => boolean {
  switch (filter.key) {
    case 'finalized':
      return ({ dateReleased }) =>
        !['true', 'false'].includes(filter.value) || (dateReleased !== null) === (filter.value === 'true')
    case 'release':
      return versionMatcher(filter, scope)
    case 'release.package':
      return ({ version }) => (semanticVersion(version)?.package === filter.value) !== filter.negated
    case 'release.build':
      return ({ version }) => (semanticVersion(version)?.build === filter.value) !== filter.negated
    case 'release.stage':
      if (scope.environments.length !== 1) {
        throw refuse(400, 'Choose a single environment to filter by release stage.')
      }
      // Without session data no release is ever adopted.
      return () => (filter.value === 'low_adoption') !== filter.negated
    default:
      return semverMatcher(filter)
  }
}

function versionMatcher(filter: Filter, scope: SearchScope): (row: Release) => boolean {
  const { value, list, negated } = filter
  if (list) return ({ version }) => scope.lists && list.includes(version) !== negated
  const inner = value.replace(/^\*|\*$/g, '')
  // One in the middle is no filter at all.
  if (inner.includes('*')) return () => true
  // A wildcard wins over the negation in front of it: `!release:abc*` finds what starts with abc.
  if (value.startsWith('*') && value.endsWith('*')) return ({ version }) => version.includes(inner)
  if (value.startsWith('*')) return ({ version }) => version.endsWith(inner)
  if (value.endsWith('*')) return ({ version }) => version.startsWith(inner)
  if (negated) return ({ version }) => version !== value
  if (value !== 'latest') return ({ version }) => version === value
  const latest = new Set(scope.projects.map((project) => latestOf(project, scope)?.version))
  return ({ version }) => latest.has(version)
}

function latestOf(project: string, { all, environments }: SearchScope): Release | undefined {
  const date = ({ dateReleased, dateCreated }: Release): string => dateReleased ?? dateCreated
  return all
    .filter((row) => row.projects.includes(project))
    .filter(
      (row) =>
        environments.length === 0 || row.environments.some((e) => environments.includes(e.environment)),
    )
    .sort((a, b) => newestFirst(date(a), date(b)) || b.id - a.id)[0]
}

function semverMatcher({ value, negated }: Filter): (release: Release) => boolean {
  const match = /^(>=|<=|>|<)?(\d+)(?:\.(\d+|\*))?(?:\.(\d+|\*))?/.exec(value)
  if (!match) {
    throw refuse(
      400,
      'Invalid format of semantic version. For searching non-semver releases, use "release:" instead.',
    )
  }
  const operator = match[1] ?? ''
  const given = match.slice(2).filter((part): part is string => part !== undefined && part !== '*')
  // Without a wildcard the parts that are not given are 0, and what comes before a release is smaller than it.
  const wanted = value.includes('*')
    ? given.map(Number)
    : [0, 1, 2, 3].map((index) => Number(given[index] ?? 0))
  return ({ version }) => {
    const semantic = semanticVersion(version)
    if (!semantic) return false
    const { parts, pre } = semantic
    const before = wanted.length === 4 && pre !== null ? -1 : 0
    const order =
      wanted.reduce((sign, part, index) => sign || Math.sign((parts[index] ?? 0) - part), 0) || before
    const holds = { '': order === 0, '>': order > 0, '<': order < 0, '>=': order >= 0, '<=': order <= 0 }
    return holds[operator as keyof typeof holds] !== negated
  }
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, '$1')
}

function badQuote(text: string): Error {
  return refuse(400, `Invalid quote at '${text.slice(0, 10)}': quotes must enclose text or be escaped.`)
}
