import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const version = (JSON.parse(read('package.json')) as { version: string }).version
const major = version.replace(/\..*/, '')

const pages = [
  'CONTRIBUTING.md',
  '__tests__/README.md',
  'README.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
]

/** The links of a page to files of this repository. */
function linksOf(page: string): { readonly text: string; readonly file: string; readonly anchor: string }[] {
  return [...read(page).matchAll(/\[([^\]]+)\]\(([^)#:\s]*)(?:#([^)]*))?\)/g)].flatMap(
    ([, text = '', target = '', anchor = '']) => [
      { text, file: target === '' ? page : join(dirname(page), target), anchor },
    ],
  )
}

/** The anchors that GitHub makes of the headings of a page. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe.each(pages)('%s', (page) => {
  it('leads to what is there', () => {
    const broken = linksOf(page).filter(
      ({ file, anchor }) =>
        !existsSync(join(root, file)) || (anchor !== '' && !anchorsOf(file).includes(anchor)),
    )
    expect(broken).toEqual([])
  })

  it('names the major that is in package.json', () => {
    const majors = new Set([...read(page).matchAll(/release-gate@v(\d+)/g)].map(([, number]) => number))
    expect([...majors].filter((number) => number !== major)).toEqual([])
  })
})

describe('docs/threat-model.md', () => {
  const proofs = linksOf('docs/threat-model.md').filter(({ file }) => file.startsWith(join('__tests__', '/')))

  it('shows its claims by tests', () => {
    expect(proofs.length).toBeGreaterThan(30)
  })

  it.each(proofs)('names a test that exists: $text', ({ text, file }) => {
    expect(read(file)).toContain(text)
  })
})

it('docs/updating.md says how this major differs from the one before', () => {
  expect(anchorsOf('docs/updating.md')).toContain(`v${major}`)
})

it('CONTRIBUTING.md says what each npm command is for', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const rows = [...read('CONTRIBUTING.md').matchAll(/^\| `npm (?:run )?([\w:-]+)`/gm)].map(([, name]) => name)
  // One that only looks stands with the one that does.
  const commands = Object.keys(scripts).filter((name) => !name.endsWith(':check'))
  expect(rows).toEqual(commands.toSorted())
})

/** So short that somebody reads it. */
it.each([
  ['CONTRIBUTING.md', 500],
  ['docs/mutation.md', 500],
])('%s has at most %d words', (page, most) => {
  expect(read(page).split(/\s+/).length).toBeLessThanOrEqual(most + 1)
})

it('docs/architecture.md names files that exist', () => {
  const names = [...read('docs/architecture.md').matchAll(/`((?:src\/)?(?:[\w-]+\/)*[\w-]+\.ts)`/g)].map(
    ([, name = '']) => name,
  )
  const there = (name: string): boolean =>
    [
      name,
      `src/${name}`,
      ...['http', 'sentry', 'abf/client', 'sourcemaps', 'inputs'].map((room) => `src/${room}/${name}`),
    ].some((path) => existsSync(join(root, path)))
  expect(names.length).toBeGreaterThan(30)
  expect(names.filter((name) => !there(name))).toEqual([])
})
