import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FileStoreStandIn } from '../servers/abf/index.ts'
import { elementsOf } from '../runner/markdown-model.ts'
import { type ActionResult, actionFile, runAction, runPost, SHA } from '../runner/runner.ts'
import { commandsOf, entriesOf, linesOf } from '../runner/runner-model.ts'
import type { StandInResponse } from '../servers/server.ts'
import { always, BUILD, remote, seed, startAbf, step, TOKEN } from './abf-helpers.ts'
import { cycle, FUZZ_TIMEOUT, hostile, LONG, rounds, asVariable, tampered } from './fuzz.ts'
import { gate, NO_REPOSITORY, serve, startGitHub, startSentry } from './helpers.ts'

/** One after the other, wherever a text is needed. */
type Texts = () => string

/** A run that gets its texts from somebody else. */
type Scenario = (texts: Texts) => Promise<ActionResult>

const DEBUG = { RUNNER_DEBUG: '1' }
/** Longer than any line that this action writes of its own accord. */
const MAX_LINE = 2500
const MAX_LOG = 120_000

/** What a reader of log and summary can count, which must not depend on what others wrote. */
function shapeOf(result: ActionResult): object {
  const named = (file: string): string[] => entriesOf(file).map(([name]) => name)
  return {
    code: result.code,
    commands: commandsOf(result.stdout).map(({ name, properties, legacy }) => ({ name, properties, legacy })),
    outputs: named(result.files.output),
    state: named(result.files.state),
    elements: elementsOf(result.summary).map(({ name }) => name),
  }
}

function expectInert(result: ActionResult): void {
  expect(result.stderr).toBe('')
  const lines = linesOf(result.stdout).filter((line) => !line.startsWith('::add-mask::'))
  const shown = `${lines.join('\n')}\n${result.summary}`
  // Control, format and other invisible characters, but for line breaks and what makes a symbol an emoji.
  const hidden = /(?!\n)\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|(?!\uFE0F)\p{Default_Ignorable_Code_Point}|\p{Cs}/u.exec(
    shown,
  )
  expect(hidden && JSON.stringify(shown.slice(Math.max(0, hidden.index - 80), hidden.index + 20))).toBeNull()
  // A command holds its lines in one.
  const long = lines.flatMap((line) => line.split('%0A')).filter((line) => line.length > MAX_LINE)
  expect(long.map((line) => line.slice(0, 300))).toEqual([])
  expect(shown.length).toBeLessThan(MAX_LOG)
  expect(shown).not.toContain('bug of the action')
  const known = Object.keys(actionFile.outputs)
  const values = entriesOf(result.files.output)
  expect(values.filter(([name]) => !known.includes(name))).toEqual([])
  for (const [name, value] of values) {
    if (['build-lists', 'packages', 'build-list-ids'].includes(name)) JSON.parse(value)
    expect(value).not.toMatch(/[\r\n]/)
  }
  for (const { href } of elementsOf(result.summary)) {
    expect(href ?? 'https://').toMatch(/^https?:\/\//)
  }
}

/** Runs it with texts of an enemy and with texts of a friend; both must look alike. */
async function shapes(
  scenario: Scenario,
  texts: readonly string[],
): Promise<[enemy: object, friend: object]> {
  const hostile = [...texts, LONG]
  // What is the same for all builds is shown in another place, so the words are as different as the texts.
  const words = hostile.map((text) => `word${hostile.indexOf(text)}`)
  const [enemy, friend] = await Promise.all([scenario(cycle(hostile)), scenario(cycle(words))])
  expectInert(enemy)
  return [shapeOf(enemy), shapeOf(friend)]
}

const batch = fc.array(hostile, { minLength: 40, maxLength: 60 })

/** Texts of Sentry and GitHub that decide what is done next. */
const SENTRY_KEPT = new Set(['version', 'slug', 'dateReleased'])
const GITHUB_KEPT = new Set(['sha', 'date', 'status'])
/** Texts of ABF that decide what is done next, in answers about names and about builds. */
const NAMES_KEPT = new Set(['name', 'fullname', 'uname', 'platform_type'])
const BUILD_KEPT = new Set(['auto_publish_status', 'commit_hash', 'size'])

const wholeRelease: Scenario = async (texts) => {
  const sentry = await startSentry(NO_REPOSITORY)
  const { github, repository, token } = await startGitHub()
  const commits = Array.from({ length: 8 }, () => repository.commit())
  sentry.onAnswer((answer) => tampered(answer, SENTRY_KEPT, texts))
  github.onAnswer((answer) =>
    tampered(answer, GITHUB_KEPT, (key) => (key === 'filename' ? `f${texts()}` : texts())),
  )
  return await gate(
    sentry,
    { 'github-token': token, commit: commits.at(-1) ?? '', environment: 'production', retries: '0' },
    { env: { ...DEBUG, GITHUB_API_URL: github.url } },
  )
}

const farm: Scenario = async (texts) => {
  const store = await serve(new FileStoreStandIn())
  const abf = await startAbf('omv', { fileStore: store })
  const flat = (): string => texts().replace(/[\r\n\u2028\u2029]/g, ' ')
  // Enough lines that some of them are collapsed, whatever is left of the texts.
  const log = (): string => Array.from({ length: 90 }, texts).join('\n')
  abf.plan({ arch: 'x86_64' }, [3000, { status: 666, files: { 'build.log': log() } }])
  abf.plan({ arch: 'aarch64' }, [3000, { status: 11000, files: { 'tests.log': log() } }])
  abf.plan({ arch: 'i686' }, [3000, 0])
  abf.onAnswer((answer, { path }) => {
    if (!/build_lists\/\d+/.test(path)) return tampered(answer, NAMES_KEPT, texts)
    return tampered(answer, BUILD_KEPT, (key, old) => {
      // Names and addresses by which a log is found, with something more to them.
      if (key === 'file_name') return `${old.replace('.log', '')}.${flat()}.log`
      return /file_stores/.test(old) ? `${old}?x=${texts().slice(0, 200)}` : texts()
    })
  })
  return await step(
    abf,
    { ...BUILD, 'abf-arches': 'x86_64, aarch64, i686', 'abf-reuse': 'false', retries: '0' },
    { env: DEBUG },
  )
}

/** Bodies, reasons and headers in which servers say no, with the text in every part of them. */
const REFUSALS: readonly ((texts: Texts) => StandInResponse)[] = [
  (texts) => ({ status: 403, body: { detail: texts(), message: texts(), error: texts() } }),
  (texts) => ({ status: 400, body: { version: [texts()], projects: { 3: [texts(), texts()] } } }),
  (texts) => ({ status: 422, body: { build_list: { id: null, message: texts() }, message: texts() } }),
  (texts) => ({ status: 401, headers: { 'Content-Type': 'text/plain' }, raw: `no ${texts()}` }),
  (texts) => ({ status: 403, raw: `<html><title>no ${texts().replaceAll('<', '')}</title>${texts()}` }),
  (texts) => ({ status: 500, body: { detail: texts(), errorId: texts() } }),
  (texts) => ({ status: 302, headers: { Location: `https://evil.example/${inHeader(texts())}` } }),
  (texts) => ({
    status: 403,
    reason: inHeader(texts()).slice(0, 100),
    headers: {
      'WWW-Authenticate': `Bearer scope="${inHeader(texts())}"`,
      'X-RateLimit-Limit': inHeader(texts()),
      ETag: inHeader(texts()),
      Link: `<${inHeader(texts())}>; rel="next"; results="true"; cursor="${inHeader(texts())}"`,
    },
    body: { detail: texts() },
  }),
]

/** What of a text a header can hold, short enough for all of them together. */
function inHeader(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').slice(0, 1000)
}

function refused(refusal: (typeof REFUSALS)[number], by: 'sentry' | 'abf'): Scenario {
  return async (texts) => {
    const [sentry, abf] = await Promise.all([startSentry(), startAbf()])
    const action = { kind: 'answer', answer: refusal(texts) } as const
    if (by === 'sentry') sentry.fault({ ...always, action })
    else abf.fault({ ...always, action })
    return await step(abf, { ...BUILD, retries: '0' }, { env: DEBUG }, sentry)
  }
}

/** Inputs that hold a text where nearly any is right, and an event and a branch that do, too. */
const ownTexts: Scenario = async (texts) => {
  const sentry = await startSentry()
  const text = (longest: number): string => `w${asVariable(texts()).trim()}`.slice(0, longest).toWellFormed()
  const line = (longest: number): string => text(longest).replace(/[\r\n\f\t/\\]/g, ' ')
  const branch = text(300)
  const event = {
    name: 'push',
    payload: { after: text(1000), ref: texts(), head_commit: { id: texts(), message: texts() } },
  }
  return await gate(
    sentry,
    {
      version: line(150),
      ref: text(150),
      environment: line(60),
      'deploy-name': text(60),
      'set-commits': 'refs',
      retries: '0',
    },
    { event, env: { ...DEBUG, GITHUB_REF_NAME: branch, GITHUB_HEAD_REF: asVariable(texts()) } },
  )
}

/** Inputs that are all wrong, or most of them. */
async function wrongInputs(texts: Texts): Promise<ActionResult> {
  const names = Object.keys(actionFile.inputs).filter((name) => name !== 'summary')
  const inputs = Object.fromEntries(names.map((name) => [name, `§${asVariable(texts()).slice(0, 2000)}§`]))
  const result = await runAction({ inputs, env: DEBUG })
  expectInert(result)
  return result
}

describe.concurrent('no text of anybody else acts', () => {
  it.each(Object.entries({ wholeRelease, farm, ownTexts }))(
    '%s',
    async (_name, scenario) => {
      await fc.assert(
        fc.asyncProperty(batch, async (texts) => {
          const [enemy, friend] = await shapes(scenario, texts)
          expect(enemy).toEqual(friend)
        }),
        rounds(1),
      )
    },
    FUZZ_TIMEOUT,
  )

  it(
    'wrong inputs',
    async () => {
      await fc.assert(
        fc.asyncProperty(batch, async (texts) => {
          const result = await wrongInputs(cycle(texts))
          const commands = commandsOf(result.stdout).filter(({ name }) => name !== 'add-mask')
          expect(commands.map(({ name, properties }) => [name, properties])).toEqual([
            ['error', { title: 'Invalid input' }],
          ])
          expect([result.code, result.outputs]).toEqual([1, {}])
        }),
        rounds(1),
      )
    },
    FUZZ_TIMEOUT,
  )

  it(
    'in refusals',
    async () => {
      const kinds = fc.tuple(fc.nat(REFUSALS.length - 1), fc.constantFrom('sentry', 'abf'))
      await fc.assert(
        fc.asyncProperty(kinds, batch, async ([kind, by], texts) => {
          const refusal = REFUSALS[kind]
          if (!refusal) return
          const [enemy, friend] = await shapes(refused(refusal, by), texts)
          expect(enemy).toEqual(friend)
        }),
        rounds(3),
      )
    },
    FUZZ_TIMEOUT,
  )

  it(
    'through the post step',
    async () => {
      const abf = await startAbf()
      const { run, stop } = remote()
      abf.plan({}, [3000])
      abf.onRequest(({ method }) => {
        if (method === 'GET' && abf.created.length > 0) stop('SIGKILL')
      })
      const killed = await step(abf, { ...BUILD, 'abf-reuse': 'false' }, run)
      const inputs = {
        ...BUILD,
        'sentry-auth-token': 'opaque',
        organization: 'acme',
        projects: 'web',
        'abf-token': TOKEN,
        retries: '0',
      }
      await fc.assert(
        fc.asyncProperty(batch, async (texts) => {
          const [enemy, friend] = await shapes(async (next) => {
            const other = await startAbf()
            const body = { message: next(), build_list: { message: next() } }
            other.fault({ ...always, action: { kind: 'answer', answer: { status: 403, body } } })
            return await runPost(killed, { inputs: { ...inputs, 'abf-url': other.url }, env: DEBUG })
          }, texts)
          expect(enemy).toEqual(friend)
        }),
        rounds(1),
      )
    },
    FUZZ_TIMEOUT,
  )
})

it('a text of the build server that is far too long is cut, with a mark', async () => {
  const abf = await startAbf()
  const long = 'long '.repeat(20_000)
  const one = seed(abf, 666)
  abf.onAnswer((answer) => tampered(answer, new Set(['auto_publish_status', 'commit_hash']), () => long))
  const result = await step(abf, { 'abf-build-list-ids': String(one.id), commit: SHA })
  expect(result.annotations.find(({ level }) => level === 'error')?.message).toContain('…')
  expect(result.summary).toContain('…')
  expectInert(result)
})

// The models themselves: a judge that lets everything pass would prove nothing.
describe('the judges', () => {
  it.each(['::error::x', '  \u00A0::error::x', '\u200B::error::x', 'x ##[error]y', 'a\r::add-mask::b'])(
    'find the command in %j',
    (text) => {
      expect(commandsOf(text)).toHaveLength(1)
    },
  )

  it.each([
    '### x\n<b>',
    '<table>\n\n</table>',
    '<code>`</code>',
    'see https://evil.example',
    '<a href="x" onclick="y">z</a>',
    '- item',
    '<td></table>',
    '```mermaid\nclick x\n```',
    '@everyone',
  ])('refuse the summary %j', (text) => {
    expect(() => elementsOf(text)).toThrow(/not |closes|block|blank/)
  })

  it('read files as the runner does', () => {
    expect(entriesOf('a=b<<c\nd<<e\n1\n2\ne\n')).toEqual([
      ['a', 'b<<c'],
      ['d', '1\n2'],
    ])
    expect(() => entriesOf('a<<b\nc\n')).toThrow('not a file command')
    expect(() => entriesOf('plain\n')).toThrow('not a file command')
  })

  it('know hostile text', () => {
    expect(fc.sample(hostile, { numRuns: 100 }).some((text) => commandsOf(text).length > 0)).toBe(true)
  })
})
