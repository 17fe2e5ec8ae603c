import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { KNOWN_CODES } from '../../../src/abf/status.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** All files below a folder, as paths from the root; what is not the project's own is left out. */
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'coverage', 'reports', '.git'].includes(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesIn(path) : path
  })
}

const code = filesIn('src').map(read).join('\n')
const pages = filesIn('.').filter((path) => path.endsWith('.md'))

/** Rows of tables whose first cell begins with a message, with the texts in it and the heading above. */
function messagesIn(
  text: string,
): { readonly texts: string[]; readonly heading: string; readonly row: string }[] {
  let heading = ''
  return text.split('\n').flatMap((line) => {
    heading = /^##+ (.*)/.exec(line)?.[1] ?? heading
    if (!line.startsWith('| `')) return []
    const texts = [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, message = '']) => message)
    return [{ texts, heading, row: line }]
  })
}

describe('README.md', () => {
  const readme = read('README.md')

  it('has the inputs and outputs of action.yml', () => {
    const check = spawnSync(process.execPath, ['scripts/readme.mjs', '--check'], { cwd: root })
    expect(check.stderr.toString()).toBe('')
    expect(check.status).toBe(0)
  })

  it.each(filesIn('examples').concat(filesIn('docs/schemas')))('leads to %s', (path) => {
    expect(linksIn(readme).map(({ target }) => target)).toContain(path)
  })

  it.each(['npm ci && npm run demo', 'npm ci && npm test'])('shows `%s` on its first screen', (command) => {
    expect(readme.slice(0, readme.indexOf('\n## '))).toContain(command)
  })

  it('looks up messages where they are explained', () => {
    const index = messagesIn(readme.split('## Troubleshooting')[1]?.split('\n## ')[0] ?? '')
    const explained = messagesIn(read('docs/troubleshooting.md'))
    expect(index.length).toBeGreaterThan(10)
    for (const { texts, row } of index) {
      const { heading } = explained.find((entry) => texts.every((text) => entry.texts.includes(text))) ?? {}
      expect.soft(row).toContain(`[${heading}](docs/troubleshooting.md#${slug(heading ?? '')})`)
    }
  })
})

describe('docs/troubleshooting.md', () => {
  const texts = messagesIn(read('docs/troubleshooting.md')).flatMap((entry) => entry.texts)

  it('explains messages at all, each once', () => {
    expect(texts.length).toBeGreaterThan(60)
    expect(new Set(texts).size).toBe(texts.length)
  })

  it.each(texts)('explains a message that exists: %s', (text) => {
    expect(code.includes(text)).toBe(true)
  })
})

describe('docs/abf.md', () => {
  it('has every status code that is known', () => {
    const section = read('docs/abf.md').split('## What a status means')[1]?.split('\n## ')[0] ?? ''
    const told = [...section.matchAll(/^\| ([\d, ]+) /gm)].flatMap(([, codes = '']) => codes.split(','))
    expect(told.map(Number).sort((a, b) => a - b)).toEqual(KNOWN_CODES.toSorted((a, b) => a - b))
  })
})

describe('names in the documentation', () => {
  const files = ['action.yml', ...filesIn('docs/schemas')].map(read)
  const found = files.flatMap((text) => [...text.matchAll(/^ *"?([a-z][a-z-]*)"?:/gm)])
  const flows = [...read('docs/arazzo/release-and-build.yaml').matchAll(/workflowId: ([a-z-]+)/g)]
  const known = new Set(['release-gate', ...[...found, ...flows].map(([, name = '']) => name)])
  const families =
    /^(abf|build|commit|confirmed|deploy|github|previous|release|request|restore|sentry|set|started|version)-[a-z-]+$/

  it.each(['README.md', ...filesIn('docs').filter((path) => path.endsWith('.md'))])(
    'of inputs and outputs in %s are those of action.yml',
    (page) => {
      const names = [...read(page).matchAll(/`([a-z-]+)(?:: [^`]*)?`/g)].map(([, name = '']) => name)
      const given = names.filter((name) => families.test(name))
      expect(given.filter((name) => !known.has(name))).toEqual([])
    },
  )

  it('of inputs of getsentry/action-release 3.7 are all in docs/migration.md', () => {
    const theirs = `environment sourcemaps inject dist url_prefix strip_common_prefix finalize ignore_missing ignore_empty
      started_at release version release_prefix version_prefix set_commits repo commit previous_commit projects
      working_directory disable_telemetry disable_safe_directory`
    const [, table = ''] = read('docs/migration.md').split('## Inputs side by side')
    const told = messagesIn(table.split('\n## ')[0] ?? '').flatMap(({ texts }) => texts)
    const names = new Set(told.map((text) => text.replace(/:.*/, '')))
    expect([...names].toSorted()).toEqual(theirs.split(/\s+/).toSorted())
  })
})

/** Text without fenced blocks and inline code, where nothing is a link or a heading. */
function prose(markdown: string): string {
  return markdown
    .replaceAll(/^(```+)[^\n]*\n.*?^\1$/gms, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''))
}

/** The links of a text that stay inside the project. */
function linksIn(markdown: string): { readonly target: string; readonly anchor: string | undefined }[] {
  return [...prose(markdown).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/i.test(link)) return []
    const [target = '', anchor] = link.split('#')
    return [{ target, anchor }]
  })
}

/** The anchor that GitHub gives to a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/\]\([^)]*\)/g, '')
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-')
}

/** All anchors of a page: those of equal headings are numbered. */
function anchorsOf(markdown: string): Set<string> {
  const count = new Map<string, number>()
  const headings = [...prose(markdown).matchAll(/^#{1,6} (.+)$/gm)].map(([, text = '']) => slug(text.trim()))
  return new Set(
    headings.map((anchor) => {
      const seen = count.get(anchor) ?? 0
      count.set(anchor, seen + 1)
      return seen === 0 ? anchor : `${anchor}-${seen}`
    }),
  )
}

/** What is wrong with the links of a page. */
function brokenLinks(page: string, markdown: string): string[] {
  return linksIn(markdown).flatMap(({ target, anchor }) => {
    const path = target === '' ? join(root, page) : resolve(root, page, '..', target)
    if (target !== '' && !existsSync(path)) return [`${target} is not there`]
    if (anchor === undefined) return []
    const found = anchorsOf(target === '' ? markdown : readFileSync(path, 'utf8')).has(anchor)
    return found ? [] : [`${relative(root, path)} has no heading #${anchor}`]
  })
}

describe('links between pages', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    expect(brokenLinks(page, read(page))).toEqual([])
  })

  it('are looked at', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/migration.md']))
    expect(linksIn(read('README.md')).length).toBeGreaterThan(30)
  })

  it.each([
    ['[a](none.md)', 'none.md is not there'],
    ['[a](README.md#none)', 'README.md has no heading #none'],
    ['[a](#b-c)\n# B c!\n# B c', ''],
    ['[a](#b-1)\n# B\n```\n# B\n```', 'x.md has no heading #b-1'],
    ['[a](https://none.invalid/) `[a](none.md)`', ''],
  ])('that are wrong are found: %j', (markdown, complaint) => {
    expect(brokenLinks('x.md', markdown).join()).toBe(complaint)
  })
})
