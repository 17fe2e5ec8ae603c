import { describe, expect, it } from 'vitest'
import {
  createFields,
  storedVersion,
  type BuildTarget,
  type WantedBuild,
} from '../../../src/abf/submit/fields.ts'
import { chooseLogs, logUrl } from '../../../src/abf/report/log-tail.ts'
import { renderOutputs } from '../../../src/abf/report/outputs.ts'
import { createRecord } from '../../../src/abf/build.ts'
import { failure } from '../../../src/abf/outcome.ts'
import { ActionResponse, BuildResponse } from '../../../src/abf/client/schema.ts'
import { summarizeBuilds } from '../../../src/abf/report/summary.ts'

const SHA = 'a'.repeat(40)

const WANTED: WantedBuild = {
  project: 'openmandriva/zlib',
  commit: SHA,
  projectVersion: undefined,
  repository: 'cooker/main',
  platform: undefined,
  includeRepositories: [],
  arches: ['x86_64'],
  updateType: 'bugfix',
  mode: 'none',
  options: {},
}

const TARGET: BuildTarget = {
  project: { id: 1, label: 'openmandriva/zlib' },
  repository: { id: 14, label: 'cooker/main' },
  platform: { id: 31, label: 'cooker' },
  includeRepositories: [14],
  arches: [{ id: 2, name: 'x86_64' }],
}

describe('The fields of a create', () => {
  const fields = (more: Partial<WantedBuild> = {}): Readonly<Record<string, unknown>> =>
    createFields({ ...WANTED, ...more }, TARGET, { id: 2, name: 'x86_64' })

  it('are exactly the requested ones and the publish mode', () => {
    expect(fields()).toEqual({
      project_id: 1,
      commit_hash: SHA,
      arch_id: 2,
      save_to_repository_id: 14,
      build_for_platform_id: 31,
      include_repos: [14],
      update_type: 'bugfix',
      auto_publish: false,
      auto_publish_status: 'none',
    })
  })

  it.each([
    ['none', false],
    ['default', true],
    // An old server knows one channel only, and it is not testing.
    ['testing', false],
  ] as const)('have for mode %s the boolean %s, followed by the mode itself', (mode, boolean) => {
    const entries = Object.entries(fields({ mode }))
    expect(entries.slice(-2)).toEqual([
      ['auto_publish', boolean],
      ['auto_publish_status', mode],
    ])
  })

  it('have a project_version only when it is given', () => {
    expect(fields({ projectVersion: 'master' })).toMatchObject({
      project_version: 'master',
      commit_hash: SHA,
    })
    expect(storedVersion({ ...WANTED, projectVersion: 'master' })).toBe('master')
    expect(storedVersion(WANTED)).toBe(SHA)
  })

  it('include further options unchanged', () => {
    expect(fields({ options: { use_extra_tests: false } })).toMatchObject({ use_extra_tests: false })
  })
})

describe('The log that is read for a failed build', () => {
  const file = (file_name: string, size: number | undefined = 0.5) => ({
    file_name,
    size,
    url: `https://x/${file_name}`,
  })
  const chosen = (code: number, ...files: ReturnType<typeof file>[]): string[] =>
    chooseLogs(code, files).map(({ file_name }) => file_name)

  it('is build.log unless that is empty', () => {
    expect(chosen(666, file('root.log.gz'), file('build.log'), file('script_output.log'))[0]).toBe(
      'build.log',
    )
    expect(chosen(666, file('build.log', 0), file('script_output.log'), file('root.log.gz'))).toEqual([
      'script_output.log',
      'root.log.gz',
    ])
  })

  it('depends on the status, and may have the package in its name', () => {
    expect(chosen(11000, file('build.log'), file('test.2026-01-01.log'))[0]).toBe('test.2026-01-01.log')
    expect(chosen(8000, file('build.log'), file('publish.log'), file('publish.log'))[0]).toBe('publish.log')
    expect(chosen(666, file('build.gtk+demo.log.gz'))).toEqual(['build.gtk+demo.log.gz'])
  })

  it('is never an archive', () => {
    expect(chosen(666, file('rpm-buildroot.tar.gz'), file('x.src.rpm'))).toEqual([])
  })

  it.each([
    ['http://file-store.example/api/v1/file_stores/1', 'https://file-store.example/api/v1/file_stores/1'],
    ['https://file-store.example/1', 'https://file-store.example/1'],
    ['http://127.0.0.1:8080/1', 'http://127.0.0.1:8080/1'],
    ['javascript:alert(1)', undefined],
    ['file:///etc/passwd', undefined],
    ['http://user:pass@x/', undefined],
    ['nonsense', undefined],
  ])('is fetched for the address %s from %s', (given, want) => {
    expect(logUrl(given, 'http://127.0.0.1:3000/')?.href).toBe(want)
  })

  it.each(['http://127.0.0.1:8080/1', 'https://localhost/1', 'http://[::1]/1'])(
    'is not fetched from the runner itself (%s) for a server elsewhere',
    (given) => {
      expect(logUrl(given, 'https://abf.example/')).toBeUndefined()
    },
  )
})

describe('A response', () => {
  it.each([
    [{ build_list: { id: 5, message: 'Build canceled' } }, true],
    [{ build_list: { id: null, message: 'Errors during build cancelation!' } }, false],
    [{ is_canceled: true, url: '/x', message: 'Build canceled' }, true],
    [{ is_published: false, url: '/x', message: 'no' }, false],
    [{ is_rejected: true, url: '/x', message: 'yes' }, true],
    [{ is_reject_published: true, url: '/x', message: 'yes' }, true],
  ])('with the body %j counts as %s', (body, done) => {
    expect(ActionResponse.parse(body).done).toBe(done)
  })

  it('with the body of something else does not match any schema', () => {
    expect(ActionResponse.safeParse({ status: 404, message: 'Page not found' }).success).toBe(false)
  })

  it('needs only an id and a status to describe a build', () => {
    const { build_list: build } = BuildResponse.parse({
      build_list: {
        id: 7,
        status: 0,
        duration: null,
        arch: 'x86_64',
        logs: 'none',
        packages: [{ name: 1 }, { name: 'a' }],
      },
    })
    expect(build).toMatchObject({ id: 7, status: 0, logs: [], packages: [{ name: 'a' }] })
    expect([build.duration, build.arch]).toEqual([undefined, undefined])
  })
})

describe('The outputs and the summary', () => {
  const record = createRecord(7, 'given', 0, {
    build: BuildResponse.parse({
      build_list: {
        id: 7,
        status: 666,
        arch: { id: 2, name: '<img src=x>' },
        project: { id: 1, name: 'x', fullname: '](http://evil)' },
        packages: Array.from({ length: 9000 }, (_, index) => ({
          name: `package-${index}`,
          version: '1',
          release: '1',
        })),
      },
    }).build_list,
  })
  record.outcome = failure('The build failed.')
  record.log = {
    fileName: '`build`.log',
    url: 'https://x/"><script>',
    lines: ['</pre><script>', '  ::error::x'],
  }
  const report = {
    operation: 'watch',
    base: 'https://abf.example/',
    records: [record],
    conclusion: undefined,
    at: 1,
  } as const

  it('leave out an output that is too long for GitHub', () => {
    const { outputs, tooLong } = renderOutputs(report)
    expect(tooLong).toEqual(['packages'])
    expect(Object.keys(outputs)).toEqual([
      'build-list-ids',
      'build-status',
      'build-conclusion',
      'build-lists',
    ])
  })

  it('escape every text that the server sends', () => {
    const { problems, section } = summarizeBuilds(report)
    const markdown = problems + section
    expect(markdown).not.toMatch(/<script|<img|\]\(http|`build`/)
    expect(markdown).toContain('<pre>&#60;/pre&#62;')
  })
})
