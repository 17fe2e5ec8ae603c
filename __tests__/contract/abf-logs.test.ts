import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { FileStoreStandIn, type Step } from '../servers/abf/index.ts'
import type { ActionResult } from '../runner/runner.ts'
import { answer, build, buildLists, on, said, seed, startAbf } from './abf-helpers.ts'
import { serve } from './helpers.ts'

type Files = NonNullable<Step['files']>

/** A build that ends with these files. */
async function endedWith(
  files: Files,
  inputs: Readonly<Record<string, string>> = {},
  status = 666,
): Promise<[ActionResult, FileStoreStandIn]> {
  const store = await serve(new FileStoreStandIn())
  const abf = await startAbf('omv', { fileStore: store })
  abf.plan({}, [3000, { status, files }])
  return [await build(abf, { retries: '0', ...inputs }), store]
}

/** The lines of the log group that shows the end of a log. */
function shown({ stdout }: ActionResult): string[] {
  const lines = stdout.split('\n')
  const start = lines.findIndex((line) => /^::group::Build \d+: end of/.test(line))
  return start < 0 ? [] : lines.slice(start + 1, lines.indexOf('::endgroup::', start))
}

function title({ stdout }: ActionResult): string | undefined {
  return /^::group::Build \d+: end of (.*)$/m.exec(stdout)?.[1]
}

const SCRIPT = { 'script_output.log': 'cloning\nno such branch\n' }
const ROOT = { 'root.log.gz': gzipSync('installing\nnothing provides libfoo\n') }

describe.concurrent('The end of the log of a failed build', () => {
  it.each([
    ['build.log', { ...ROOT, ...SCRIPT, 'build.log': 'compiling\nerror: 1\n' }, ['compiling', 'error: 1']],
    ['build.log.gz', { 'build.log.gz': gzipSync('packed\n'), ...SCRIPT }, ['packed']],
    ['script_output.log', { ...ROOT, ...SCRIPT }, ['cloning', 'no such branch']],
    ['script_output.log', { ...SCRIPT, 'build.log': '' }, ['cloning', 'no such branch']],
    ['root.log.gz', { ...ROOT, 'rpm-buildroot.tar.gz': 'x' }, ['installing', 'nothing provides libfoo']],
    [undefined, { 'rpm-buildroot.tar.gz': 'x' }, []],
    [undefined, {}, []],
  ])('comes from %s', async (name, files, lines) => {
    const [result] = await endedWith(files)
    expect([title(result), shown(result)]).toEqual([name, lines])
    for (const line of lines) expect(result.summary).toContain(line)
    expect([result.code, said(result, 'error').length]).toEqual([1, 1])
  })

  it('comes from the next file when the store does not have the first', async () => {
    const store = await serve(new FileStoreStandIn())
    const abf = await startAbf('omv', { fileStore: store })
    abf.plan({}, [3000, { status: 666, files: { 'build.log': 'gone', ...SCRIPT } }])
    store.fault({ action: answer({ status: 404, body: { 'Error 404': [] } }) })
    expect(title(await build(abf, { retries: '0' }))).toBe('script_output.log')
  })

  it('has as many lines as abf-log-lines, and none with 0', async () => {
    const text = Array.from({ length: 80 }, (_, index) => `line ${index}`).join('\n')
    const [usual] = await endedWith({ 'build.log': text })
    expect([shown(usual).length, shown(usual)[0], shown(usual).at(-1)]).toEqual([50, 'line 30', 'line 79'])
    const [three] = await endedWith({ 'build.log': text }, { 'abf-log-lines': '3' })
    expect(shown(three)).toEqual(['line 77', 'line 78', 'line 79'])
    const [none, store] = await endedWith({ 'build.log': text }, { 'abf-log-lines': '0' })
    expect([shown(none), none.summary.includes('<pre>'), store.journal]).toEqual([[], false, []])
  })

  it('is fetched without credentials', async () => {
    const [, store] = await endedWith({ 'build.log': 'x' })
    expect(store.journal.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it.each([[0], [6000], [5000], [15000]])('is not shown for a build at %d', async (status) => {
    const [result, store] = await endedWith({ 'build.log': 'x' }, {}, status)
    expect([shown(result), store.journal]).toEqual([[], []])
  })
})

describe.concurrent('A log', () => {
  it('that is not UTF-8 is shown as far as possible', async () => {
    const bytes = Buffer.concat([
      Buffer.from('Кириллица '),
      Buffer.of(0xff, 0xfe, 0xc3),
      Buffer.from(' end\n'),
    ])
    const [result] = await endedWith({ 'build.log': bytes })
    expect(shown(result)[0]).toMatch(/^Кириллица .* end$/)
  })

  it('of megabytes, in many lines or in one, is shown in part', async () => {
    const many = `${'x'.repeat(99)}\n`.repeat(60_000)
    for (const text of [`${many}the end\n`, `${'y'.repeat(6_000_000)} the end`]) {
      const [result] = await endedWith({ 'build.log': text })
      expect([result.code, result.stdout.length < 60_000]).toEqual([1, true])
      expect(result.summary.length).toBeLessThan(100_000)
    }
  })

  it('that is too large, also after unpacking, is skipped', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
    const [result] = await endedWith({ 'build.log.gz': bomb, ...SCRIPT })
    expect([result.code, title(result)]).toEqual([1, 'script_output.log'])
  })

  const hostile = [
    '::error::owned',
    '   ::add-mask::e',
    '\t::set-output name=release-id::1',
    '##[error]owned',
    '##[group]owned',
    'x ##[endgroup]',
    '::endgroup::',
    '::stop-commands::t',
    'a\r::error::owned',
    'b\u2028::error::owned',
    '\u001B[31mred\u001B[0m \u001B]0;owned\u0007',
    'a\u202Egnp.exe',
    '',
    '   ',
    '</pre></details><img src=x onerror=alert(1)>',
    '```',
    '`code` **bold** [x](https://evil.example) @everyone #1 | a | b |',
    '<!-- ',
    '&lt;b&gt;',
    '%0A::error::owned',
  ]

  it('cannot act as a command, in a terminal or in the summary', async () => {
    const [result] = await endedWith({ 'build.log': `before\n${hostile.join('\n')}\nafter\n` })
    const lines = shown(result)
    expect([lines[0], lines.at(-1)]).toEqual(['before', 'after'])
    expect(lines.filter((line) => line.trim() === '')).toEqual([])
    const all = result.stdout.split(/[\r\n\u0085\u2028\u2029]/)
    const own = /^::(add-mask::|group::|endgroup::|debug::|error title=ABF)/
    expect(all.filter((line) => line.trimStart().startsWith('::') && !own.test(line))).toEqual([])
    expect(all.filter((line) => line.startsWith('::group::')).length).toBe(
      all.filter((line) => line.startsWith('::endgroup::')).length,
    )
    const both = lines.join('\n') + result.summary
    expect([both.includes('##['), /[^\n\P{Cc}]|\p{Cf}|\p{Zl}|\p{Zp}/u.exec(both)]).toEqual([false, null])
    const details = /<pre>[^]*<\/pre>/.exec(result.summary)?.[0] ?? ''
    expect(details).not.toMatch(/<(?!\/?pre>)|\n\s*\n|`|\*\*|\]\(|@everyone|#1 |&lt;b/)
    expect(details.match(/<pre>|<\/pre>/g)).toEqual(['<pre>', '</pre>'])
  })

  it('of a build whose names contain commands does not run them', async () => {
    const store = await serve(new FileStoreStandIn())
    const abf = await startAbf('omv', { fileStore: store })
    const name = 'x</td><script>\n::error::owned\n##[group]`**'
    abf.addProject({ id: 50000, name, writers: [501] })
    abf.addArch(name)
    const one = seed(abf, 3000, { projectId: 50000, archId: abf.world.arch(name).id })
    abf.script(one.id, [{ status: 666, files: { [`build.\n::error::owned##[x].log`]: 'hello', ...SCRIPT } }])
    const result = await on(abf, [one])
    expect(said(result, 'error')).toHaveLength(1)
    expect(result.stdout.split(/[\r\n]/).filter((line) => /^\s*::error::/.test(line))).toEqual([])
    expect([
      result.stdout.includes('##['),
      /<script>|\*\*|`[^`]/.test(result.summary.replaceAll('```', '')),
    ]).toEqual([false, false])
  })
})

describe.concurrent('A link', () => {
  it('to the file store over http is raised to https', async () => {
    const abf = await startAbf()
    abf.plan({}, [3000, 666])
    const result = await build(abf, { 'abf-log-lines': '0' })
    expect(buildLists(result)[0]?.['log-url']).toMatch(
      /^https:\/\/file-store\.invalid\/api\/v1\/file_stores\//,
    )
    expect([
      result.stdout.includes('http://file-store'),
      result.summary.includes('http://file-store'),
    ]).toEqual([false, false])
    const good = await build(await startAbf(), {})
    const packages = JSON.parse(good.outputs['packages'] ?? '[]') as { url: string; arch: string }[]
    expect(packages.map(({ url, arch }) => [new URL(url).protocol, arch])).toEqual([
      ['https:', 'src'],
      ['https:', 'x86_64'],
    ])
  })

  it('on loopback is unchanged', async () => {
    const [result, store] = await endedWith({ 'build.log': 'x' })
    expect(buildLists(result)[0]?.['log-url']).toContain(store.url)
  })

  it('that is not a web address, or has a user, is neither followed nor shown', async () => {
    const abf = await startAbf()
    const one = seed(abf, 666)
    for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'https://u:p@evil.example/x']) {
      one.logs = [{ fileName: 'build.log', size: '1.00', url, sha1: 'x' }]
      const result = await on(abf, [one])
      expect(JSON.stringify([result.outputs, result.summary, result.stdout])).not.toContain(url)
      expect(buildLists(result)[0]?.['log-url']).toBe(`${abf.url}/build_lists/${one.id}/log`)
    }
  })
})

describe.concurrent('Many failed builds', () => {
  it('have ten error annotations in all, and are all in the log and the outputs', async () => {
    const store = await serve(new FileStoreStandIn())
    const abf = await startAbf('omv', { fileStore: store })
    const builds = Array.from({ length: 14 }, () => seed(abf, 3000))
    for (const { id } of builds.slice(0, 12)) abf.script(id, [666])
    const result = await on(abf, builds, { 'abf-timeout': '1s' })
    expect([said(result, 'error').length <= 10, buildLists(result).length]).toEqual([true, 14])
    for (const { id } of builds) expect(result.stdout).toContain(`(build ${id})`)
    expect(result.summary).toContain(String(builds[13]?.id))
  })
})
