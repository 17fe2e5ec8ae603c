import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

/* The rules that docs/architecture.md names are rules of the linter: each is broken here once, in a folder of its own. */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const OXLINT = join(dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin/oxlint')

const IMPORTS = 'eslint(no-restricted-imports)'
const GLOBALS = 'eslint(no-restricted-globals)'
const PROPERTIES = 'eslint(no-restricted-properties)'
const CYCLE = 'import(no-cycle)'

const imports = (name: string): string => `import * as all from '${name}'\nexport const kept = all\n`
const value = (path: string): string => `import { fact } from '${path}'\nexport const kept = fact\n`
const type = (path: string): string => `import type { Fact } from '${path}'\nexport type Kept = Fact\n`
const uses = (expression: string): string => `export const kept = (): unknown => ${expression}\n`

/** What breaks a rule: the file, the rule, the text. */
const BROKEN: readonly (readonly [file: string, rule: string, text: string])[] = [
  ['src/run.ts', IMPORTS, imports('@actions/core')],
  ['src/sentry/a.ts', IMPORTS, imports('@actions/core/lib/core')],
  ['src/http/read.ts', IMPORTS, imports('axios')],
  ['src/http/retry.ts', IMPORTS, imports('axios/unsafe/axios.js')],
  ['src/actions.ts', IMPORTS, imports('axios')],
  ['src/sentry/b.ts', IMPORTS, imports('@actions/github')],
  ['src/abf/a.ts', IMPORTS, imports('@actions/github/lib/utils')],
  ['src/stages.ts', IMPORTS, imports('@octokit/rest')],
  ['src/http/octokit.ts', IMPORTS, imports('@octokit/core')],
  ['src/sentry/c.ts', IMPORTS, imports('node:http')],
  ['src/github/a.ts', IMPORTS, imports('node:https')],
  ['src/wait/a.ts', IMPORTS, imports('node:net')],
  ['src/abf/b.ts', IMPORTS, imports('actions-http-client')],
  ['src/state.ts', IMPORTS, imports('node:fs')],
  ['src/actions2.ts', IMPORTS, imports('node:fs/promises')],
  ['src/sourcemaps/bundle.ts', IMPORTS, imports('node:fs/promises')],
  ['src/http/files.ts', IMPORTS, imports('node:fs')],
  ['src/text/a.ts', IMPORTS, imports('node:child_process')],
  ['src/inputs/require.ts', IMPORTS, imports('node:module')],
  ['src/wait/timers.ts', IMPORTS, imports('node:timers/promises')],
  ['src/wait/clock.ts', IMPORTS, imports('node:process')],
  ['src/inputs/a.ts', IMPORTS, value('../sentry/fact.ts')],
  ['src/inputs/b.ts', IMPORTS, value('../abf/client/fact.ts')],
  ['src/sentry/d.ts', IMPORTS, value('../inputs/fact.ts')],
  ['src/abf/client/a.ts', IMPORTS, value('../../inputs/fact.ts')],
  ['src/sourcemaps/a.ts', IMPORTS, value('../inputs/fact.ts')],
  ['src/sentry/e.ts', IMPORTS, value('../github/fact.ts')],
  ['src/abf/c.ts', IMPORTS, value('../sentry/fact.ts')],
  ['src/github/b.ts', IMPORTS, value('../sentry/fact.ts')],
  ['src/http/a.ts', IMPORTS, type('../sentry/fact.ts')],
  ['src/text/b.ts', IMPORTS, type('../inputs/fact.ts')],
  ['src/wait/b.ts', IMPORTS, type('../abf/fact.ts')],
  ['src/post.ts', GLOBALS, uses('process.exitCode')],
  ['src/sentry/f.ts', GLOBALS, uses("process['env']")],
  ['src/abf/d.ts', GLOBALS, uses('setTimeout(() => 1, 1)')],
  ['src/index.ts', GLOBALS, uses('setInterval(() => 1, 1)')],
  ['src/http/b.ts', GLOBALS, uses('setImmediate(() => 1)')],
  ['src/http/c.ts', GLOBALS, uses("fetch('https://example.com')")],
  ['src/http/d.ts', GLOBALS, uses('performance.now()')],
  ['src/http/e.ts', GLOBALS, uses('globalThis.setTimeout(() => 1, 1)')],
  ['src/main2.ts', GLOBALS, uses("globalThis['process'].env")],
  ['src/http/f.ts', GLOBALS, uses('global.fetch')],
  ['src/summary.ts', PROPERTIES, uses('Date.now()')],
  ['src/sentry/g.ts', PROPERTIES, uses("Date['now']()")],
  ['src/wait/c.ts', PROPERTIES, uses('Math.random()')],
  ['src/http/g.ts', PROPERTIES, uses('AbortSignal.timeout(1)')],
  ['src/main.ts', PROPERTIES, uses('process.env')],
  ['src/main3.ts', PROPERTIES, 'const { random } = Math\nexport const kept = random\n'],
  ['src/abf/e.ts', 'eslint(no-console)', uses("console.log('x')")],
  ['src/abf/f.ts', 'typescript(no-explicit-any)', 'export const kept = (x: any): unknown => x\n'],
  ['src/abf/g.ts', 'typescript(no-require-imports)', uses("require('axios')")],
  ['src/abf/h.ts', 'unicorn(prefer-node-protocol)', imports('fs')],
  [
    'src/abf/i.ts',
    'typescript(no-floating-promises)',
    'export function kept(): void {\n  Promise.resolve(1)\n}\n',
  ],
  ['src/round/a.ts', CYCLE, "import { b } from './b.ts'\nexport const a = (): unknown => b\n"],
  ['src/round/b.ts', CYCLE, "import { a } from './a.ts'\nexport const b = (): unknown => a\n"],
  ['src/round/c.ts', CYCLE, "import type { D } from './d.ts'\nexport interface C { readonly d: D }\n"],
  ['src/round/d.ts', CYCLE, "import type { C } from './c.ts'\nexport interface D { readonly c: C }\n"],
]

/** The same where it belongs. */
const ALLOWED: readonly (readonly [file: string, text: string])[] = [
  ['src/actions.ts', imports('@actions/core')],
  ['src/main.ts', `${imports('node:fs')}process.exitCode = 0\n`],
  ['src/index.ts', uses('process.argv')],
  ['src/wait/clock.ts', uses('[Date.now(), Math.random(), AbortSignal.timeout(1), setTimeout(() => 1, 1)]')],
  ['src/http/write.ts', imports('axios')],
  ['src/http/transport.ts', imports('node:http')],
  ['src/github/octokit.ts', imports('@octokit/rest')],
  ['src/github/c.ts', imports('@actions/github/lib/utils')],
  ['src/sourcemaps/files.ts', imports('node:fs/promises')],
  ['src/sourcemaps/replace.ts', imports('node:fs')],
  ['src/sourcemaps/b.ts', value('../sentry/fact.ts')],
  ['src/inputs/c.ts', type('../sentry/fact.ts')],
  ['src/sentry/h.ts', type('../inputs/fact.ts')],
  ['src/sentry/fact.ts', 'export const fact = 1\nexport type Fact = string\n'],
  ['src/inputs/fact.ts', 'export const fact = 1\nexport type Fact = string\n'],
  ['src/abf/fact.ts', 'export const fact = 1\nexport type Fact = string\n'],
  ['src/abf/client/fact.ts', 'export const fact = 1\nexport type Fact = string\n'],
  ['src/github/fact.ts', 'export const fact = 1\nexport type Fact = string\n'],
]

type Texts = readonly (readonly [file: string, text: string])[]

/** What the rules of this repository find in a folder with these files: the codes of the rules, by file. */
function lint(files: Texts): ReadonlyMap<string, ReadonlySet<string>> {
  const folder = mkdtempSync(join(tmpdir(), 'lint-'))
  try {
    copyFileSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
    writeFileSync(join(folder, 'tsconfig.json'), '{"compilerOptions":{"strict":true},"include":["src"]}')
    for (const [file, text] of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    const { stdout } = spawnSync(process.execPath, [OXLINT, '--type-aware', '--format', 'json', 'src'], {
      cwd: folder,
      encoding: 'utf8',
    })
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }
    const found = new Map<string, Set<string>>()
    for (const { filename, code } of diagnostics) {
      const file = filename.replaceAll('\\', '/')
      found.set(file, (found.get(file) ?? new Set()).add(code))
    }
    return found
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

let inBroken: ReadonlyMap<string, ReadonlySet<string>>
let inAllowed: ReadonlyMap<string, ReadonlySet<string>>

beforeAll(() => {
  inBroken = lint(BROKEN.map(([file, , text]) => [file, text] as const))
  inAllowed = lint(ALLOWED)
})

describe('the linter', () => {
  it.each(BROKEN)('finds in %s what breaks %s', (file, rule) => {
    expect([...(inBroken.get(file) ?? [])]).toContain(rule)
  })

  it.each(ALLOWED)('finds nothing in %s', (file) => {
    expect([...(inAllowed.get(file) ?? [])]).toEqual([])
  })
})

/** Rules of the linter look at import statements only. */
describe('import() in src', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [name.replaceAll('\\', '/'), readFileSync(join(ROOT, 'src', name), 'utf8')] as const)

  it.each(sources)(
    'in %s loads a file of its own folder or below, or a part of Node in http',
    (name, text) => {
      const loaded = [...text.matchAll(/\bimport\(([^)]*)\)/g)].map((match) => match[1] ?? '')
      const allowed = name.startsWith('http/') ? /^'(\.\/|node:)/ : /^'\.\//
      expect(loaded.filter((specifier) => !allowed.test(specifier))).toEqual([])
    },
  )
})
