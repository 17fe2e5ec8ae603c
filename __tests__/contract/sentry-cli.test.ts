import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { orgToken, SentryStandIn } from '../servers/sentry/index.ts'
import { build, contentsOf, upload, workspaceWith } from './sourcemaps.ts'

// Sentry's own client is the one check of the stand-in that its author did not write.

interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const binary = findBinary()
const version = '7c1e5a0b93d84f26a8e0d4419b5f37c2e6a1908d'

let sentry: SentryStandIn
let home: string
let token: string

/** The installed version, or another one that SENTRY_CLI names. */
function findBinary(): string | undefined {
  const named = process.env['SENTRY_CLI']
  if (named) return named
  try {
    const { SentryCli } = createRequire(import.meta.url)('@sentry/cli') as {
      SentryCli: { getPath(): string }
    }
    const path = SentryCli.getPath()
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

/** Runs sentry-cli in an empty directory with nothing in its environment but what it needs. */
async function cli(...args: string[]): Promise<Run> {
  const child = spawn(binary ?? '', args, {
    cwd: home,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      SENTRY_URL: sentry.baseUrl,
      SENTRY_ORG: 'acme',
      SENTRY_AUTH_TOKEN: token,
      SENTRY_DISABLE_UPDATE_CHECK: '1',
    },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { code, stdout, stderr }
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sentry-cli-'))
  sentry = await new SentryStandIn().start()
})

afterEach(async () => {
  await sentry.stop()
  await rm(home, { recursive: true, force: true })
})

const suite = binary === undefined ? 'sentry-cli (skipped: @sentry/cli has no binary here)' : 'sentry-cli'

describe.skipIf(binary === undefined).each(['organization', 'user'] as const)(
  `${suite}, %s token`,
  (kind) => {
    beforeEach(() => {
      token = sentry.tokens[kind]
    })

    it('recognizes the token', async () => {
      const { code, stdout } = await cli('info')
      expect(code).toBe(0)
      expect(stdout).toContain(kind === 'organization' ? '- org:ci' : 'User: rowan@acme.example')
    })

    it('creates a release once, however often it is told to', async () => {
      for (const status of [201, 208]) {
        expect(await cli('releases', 'new', version, '-p', 'web', '-p', 'api')).toMatchObject({
          code: 0,
          stdout: `Created release ${version}\n`,
        })
        expect(sentry.requests.at(-1)).toBe(`POST /api/0/organizations/acme/releases/ ${status}`)
      }
      expect(sentry.releases).toHaveLength(1)
      expect(sentry.release(version)).toMatchObject({ projects: ['web', 'api'], dateReleased: null })
      expect(sentry.release(version).userAgent).toMatch(/^sentry-cli\//)
    })

    it('creates by numeric project id', async () => {
      expect((await cli('releases', 'new', version, '-p', '4507310046216192')).code).toBe(0)
      expect(sentry.release(version).projects).toEqual(['web'])
    })

    it('prints what the server has against a project', async () => {
      const { code, stderr } = await cli('releases', 'new', version, '-p', 'unknown')
      expect(code).toBe(1)
      expect(stderr).toContain('Invalid project ids or slugs')
      expect(sentry.releases).toHaveLength(0)
    })

    it('lists open releases, of the organization and of a project', async () => {
      sentry.addRelease({ version: 'shown' })
      sentry.addRelease({ version: 'hidden', status: 'archived' })
      sentry.addRelease({ version: 'elsewhere', projects: ['api'] })
      const all = await cli('releases', 'list', '--raw')
      expect([all.code, all.stdout]).toEqual([0, 'elsewhere\nshown\n'])
      expect((await cli('releases', 'list', '--raw', '-p', 'web')).stdout).toBe('shown\n')
    })

    it('shows one release, and fails on an absent one', async () => {
      sentry.addRelease({ version, commits: [{ id: 'abcdef0123456789' }] })
      const shown = await cli('releases', 'info', version, '--show-projects', '--show-commits')
      expect(shown.code).toBe(0)
      expect(shown.stdout).toMatch(new RegExp(`${version} .* web .* abcdef`))
      expect((await cli('releases', 'info', 'absent')).code).toBe(1)
    })

    it('finalizes', async () => {
      sentry.addRelease({ version })
      expect(await cli('releases', 'finalize', version, '--released', '1789461069')).toMatchObject({
        code: 0,
        stdout: `Finalized release ${version}\n`,
      })
      expect(sentry.release(version).dateReleased).toBe('2026-09-15T08:31:09Z')
    })

    it('archives and restores', async () => {
      sentry.addRelease({ version })
      expect((await cli('releases', 'archive', version)).stdout).toBe(`Archived release ${version}\n`)
      expect(sentry.release(version).status).toBe('archived')
      expect((await cli('releases', 'restore', version)).stdout).toBe(`Restored release ${version}\n`)
      expect(sentry.release(version).status).toBe('open')
    })

    it('sets commits by reference, which are fetched later', async () => {
      sentry.state.addRepository('acme', {
        name: 'acme/shop',
        history: [{ id: 'a1' }, { id: 'b2' }, { id: 'c3' }],
      })
      sentry.addRelease({ version })
      const { code, stdout } = await cli('releases', 'set-commits', version, '--commit', 'acme/shop@a1..c3')
      expect(code).toBe(0)
      expect(stdout).toContain('a1 -> c3')
      expect(sentry.release(version).commits).toEqual([])
      sentry.settleRefs()
      expect(sentry.release(version).commits.map(({ id }) => id)).toEqual(['c3', 'b2'])
    })

    it('finds a repository behind the first page, and none that does not exist', async () => {
      for (let index = 0; index < 120; index += 1) sentry.state.addRepository('acme', `a/${index}`)
      sentry.addRelease({ version })
      expect((await cli('releases', 'set-commits', version, '--commit', 'acme/storefront@a1')).code).toBe(0)
      expect(sentry.journal.filter(({ path }) => path.endsWith('/repos/'))).toHaveLength(2)
      const unknown = await cli('releases', 'set-commits', version, '--commit', 'acme/none@a1')
      expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining("Unknown repo 'acme/none'")])
    })

    it('clears commits', async () => {
      sentry.addRelease({ version, commits: [{ id: 'a1' }] })
      expect((await cli('releases', 'set-commits', version, '--clear')).code).toBe(0)
      expect(sentry.release(version).commits).toEqual([])
    })

    it('adds a deploy each time and lists the latest', async () => {
      sentry.addRelease({ version })
      expect((await cli('deploys', 'list', '--release', version)).stdout).toContain('No deploys found')
      for (const name of ['first', 'second']) {
        expect(
          await cli('deploys', 'new', '--release', version, '-e', 'production', '-n', name),
        ).toMatchObject({
          code: 0,
          stdout: `Created new deploy ${name} for 'production'\n`,
        })
      }
      expect(sentry.deploys.map(({ name }) => name)).toEqual(['first', 'second'])
      const { stdout } = await cli('deploys', 'list', '--release', version)
      expect(stdout).toContain('second')
      expect(stdout).not.toContain('first')
    })
  },
)

describe.skipIf(binary === undefined)(`${suite}, scopes`, () => {
  it('deletes with a user token, and takes an absent release for done', async () => {
    token = sentry.tokens.user
    sentry.addRelease({ version })
    const first = await cli('releases', 'delete', version)
    expect([first.code, first.stdout, sentry.releases]).toEqual([0, `Deleted release ${version}!\n`, []])
    const second = await cli('releases', 'delete', version)
    expect([second.code, second.stdout]).toEqual([0, expect.stringContaining('Did nothing.')])
  })

  it('cannot delete with an organization token', async () => {
    token = sentry.tokens.organization
    sentry.addRelease({ version })
    const { code, stderr } = await cli('releases', 'delete', version)
    expect([code, stderr]).toEqual([1, expect.stringContaining('You do not have permission')])
    expect(sentry.releases).toHaveLength(1)
  })

  it('fails with a token that lacks scopes', async () => {
    token = sentry.tokens.weak
    const { code, stderr } = await cli('releases', 'new', version, '-p', 'web')
    expect([code, stderr]).toEqual([1, expect.stringContaining('(http status: 403)')])
  })

  it('fails with an organization token the server does not know', async () => {
    token = orgToken({ org: 'acme', url: sentry.baseUrl, seed: 'forged' })
    const { code, stderr } = await cli('releases', 'list')
    expect([code, stderr]).toEqual([1, expect.stringContaining('Invalid org token')])
  })
})

describe.skipIf(binary === undefined)(`${suite}, source maps`, () => {
  const write = async (): Promise<string> => {
    const workspace = await workspaceWith(build('app'))
    token = sentry.tokens.organization
    return workspace
  }

  it('uploads to the stand-in, which stores its bundle', async () => {
    const dist = join(await write(), 'dist')
    expect((await cli('sourcemaps', 'inject', dist)).code).toBe(0)
    const { code, stdout } = await cli('sourcemaps', 'upload', '-r', version, '-p', 'web', '--wait', dist)
    expect([code, stdout]).toEqual([0, expect.stringContaining('Uploaded files to Sentry')])
    const [bundle] = sentry.artifacts.bundles
    expect([...(bundle?.projects ?? [])]).toEqual(['web'])
    expect(Object.values(bundle?.manifest.files ?? {}).map(({ url }) => url)).toEqual([
      '~/app.js',
      '~/app.js.map',
    ])
  })

  it('fails on a server that never tells missing chunks, as on a real one', async () => {
    await sentry.stop()
    sentry = await new SentryStandIn({ artifacts: { accept: 'v1' } }).start()
    const dist = join(await write(), 'dist')
    const { code, stderr } = await cli('sourcemaps', 'upload', '-r', version, '-p', 'web', '--wait', dist)
    expect([code, stderr]).toEqual([1, expect.stringContaining('Not all chunks available')])
  })

  it('reads the bundle of the action, and leaves its ids as they are', async () => {
    const workspace = await write()
    const { code } = await upload(sentry, workspace)
    expect(code).toBe(0)
    const [bundle] = sentry.artifacts.bundles
    const path = join(home, 'bundle.zip')
    await writeFile(path, bundle?.bytes ?? '')
    const check = await cli('debug-files', 'check', path)
    expect(check.stdout).toContain(`Debug ID: ${bundle?.id}`)
    expect(check.stdout).toContain('Usable: yes')
    const names = ['dist/app.js', 'dist/app.js.map']
    const before = await contentsOf(workspace, names)
    expect((await cli('sourcemaps', 'inject', join(workspace, 'dist'))).code).toBe(0)
    expect(await contentsOf(workspace, names)).toEqual(before)
  })

  it('has written ids that the action keeps', async () => {
    const workspace = await write()
    await cli('sourcemaps', 'inject', join(workspace, 'dist'))
    const before = await contentsOf(workspace, ['dist/app.js'])
    expect((await upload(sentry, workspace)).code).toBe(0)
    expect(await contentsOf(workspace, ['dist/app.js'])).toEqual(before)
    const [bundle] = sentry.artifacts.bundles
    const ids = Object.values(bundle?.manifest.files ?? {}).map(({ headers }) => headers?.['debug-id'])
    expect(ids).toEqual([/debugId=(\S+)/.exec(before[0] ?? '')?.[1], ids[0]])
  })
})
