import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import type { Wanted } from '../../../src/sentry/plan.ts'
import type { ReleaseApi } from '../../../src/sentry/api.ts'
import { type Ensured, ensureRelease } from '../../../src/sentry/release.ts'
import type { Release } from '../../../src/sentry/schema.ts'
import { failureOf, ManualClock, MemorySentry, projectOf, RecordingLogger } from '../doubles.ts'
import { CONFLICT, sessionWith } from './doubles.ts'

const US = 'release-gate (run 1.1; us)'
const WANTED: Wanted = {
  version: '1.0',
  projects: ['web'],
  ref: { value: 'main', explicit: false },
  url: { value: undefined, explicit: false },
  restoreArchived: false,
}
const EXPLICIT_REF: Wanted = { ...WANTED, ref: { value: 'main', explicit: true } }
const BOTH: Wanted = { ...WANTED, projects: ['web', 'api'] }

type Api = ReleaseApi

/** One run against a server, of which some calls may be replaced. */
function start(server: MemorySentry, replaced: Partial<Api> = {}, userAgent = US) {
  const clock = new ManualClock()
  const begun = clock.now()
  const logger = new RecordingLogger()
  const told: { release: Release; created: boolean }[] = []
  const ensure = (wanted: Wanted): Promise<Ensured> =>
    ensureRelease(
      wanted,
      (release, created) => {
        told.push({ release, created })
      },
      sessionWith({ ...server.as(userAgent), ...replaced }, { clock, logger, userAgent }),
    )
  return { ensure, clock, logger, told, seconds: () => (clock.now() - begun) / 1000 }
}

/** A server with the release `1.0`, attached to `web`, made by somebody else. */
function serverWith(release: Partial<Release> = {}): MemorySentry {
  const server = new MemorySentry()
  server.add({ version: '1.0', ...release })
  return server
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await failureOf(work)
  if (!(error instanceof ActionError)) throw error
  return error.message
}

describe('ensureRelease', () => {
  it('leaves a release with all projects alone, with one request', async () => {
    const server = serverWith({ ref: 'other', url: 'https://a.example/' })
    const before = structuredClone(server.rows)
    const { ensure, told } = start(server)
    expect(await ensure(WANTED)).toEqual({
      release: before.get('1.0'),
      created: false,
      attached: [],
      reopened: false,
      updated: [],
      confirmedVersion: '1.0',
      hiddenUntil: 0,
    })
    expect(server.calls).toEqual(['find'])
    expect(server.rows).toEqual(before)
    expect(told).toEqual([{ release: before.get('1.0'), created: false }])
  })

  it('creates what is absent and confirms it in the list', async () => {
    const server = new MemorySentry()
    const { ensure, told } = start(server)
    const ensured = await ensure(BOTH)
    expect(ensured).toMatchObject({ created: true, attached: [], confirmedVersion: '1.0' })
    expect(server.calls).toEqual(['find', 'create', 'list'])
    expect(server.rows.get('1.0')).toMatchObject({
      ref: 'main',
      projects: [projectOf('web'), projectOf('api')],
    })
    expect(told.at(-1)?.created).toBe(true)
  })

  it('attaches a missing project and detaches none', async () => {
    const server = serverWith({ projects: [projectOf('docs'), projectOf('web')] })
    const ensured = await start(server).ensure(BOTH)
    expect(ensured).toMatchObject({ created: false, attached: ['api'], updated: [] })
    expect(server.calls).toEqual(['find', 'create', 'list'])
    expect(server.rows.get('1.0')?.projects).toEqual(['docs', 'web', 'api'].map(projectOf))
  })

  it('uses an archived release as it is, with a warning', async () => {
    const server = serverWith({ status: 'archived' })
    const { ensure, logger } = start(server)
    expect(await ensure(WANTED)).toMatchObject({ reopened: false })
    expect(server.calls).toEqual(['find'])
    expect(logger.said('warning')).toEqual([expect.stringContaining('restore-archived')])
  })

  it('reopens an archived release when asked to', async () => {
    const server = serverWith({ status: 'archived' })
    const { ensure, logger } = start(server)
    expect(await ensure({ ...WANTED, restoreArchived: true })).toMatchObject({
      reopened: true,
      created: false,
    })
    expect(server.calls).toEqual(['find', 'create', 'list'])
    expect(server.rows.get('1.0')?.status).toBe('open')
    expect(logger.said('warning')).toEqual([])
  })

  it('updates what was given explicitly', async () => {
    const server = serverWith({ ref: 'old', url: 'https://kept.example/' })
    expect(await start(server).ensure(EXPLICIT_REF)).toMatchObject({ updated: ['ref'], created: false })
    expect(server.calls).toEqual(['find', 'update', 'list'])
    expect(server.rows.get('1.0')).toMatchObject({ ref: 'main', url: 'https://kept.example/' })
  })

  it('reaches what is wanted from any state, touches nothing else, and then has nothing left to do', async () => {
    const text = fc.constantFrom('main', 'old', null)
    const state = fc.option(
      fc.record({
        projects: fc.subarray(['web', 'api', 'docs']).map((slugs) => slugs.map(projectOf)),
        status: fc.constantFrom('open', 'archived'),
        ref: text,
        url: fc.constantFrom(null, 'https://a.example/', 'https://b.example/'),
      }),
    )
    const wanted = fc.record({
      version: fc.constant('1.0'),
      projects: fc.subarray(['web', '12', 'docs'], { minLength: 1 }),
      ref: fc.record({ value: fc.constant('main'), explicit: fc.boolean() }),
      url: fc.record({ value: fc.constant('https://a.example/'), explicit: fc.boolean() }),
      restoreArchived: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(state, wanted, async (before, want) => {
        const server = before ? serverWith(before) : new MemorySentry()
        server.add({ version: '2.0' })
        const other = structuredClone(server.rows.get('2.0'))

        const ensured = await start(server).ensure(want)
        const after = server.rows.get('1.0')
        const slugs = after?.projects?.map(({ slug }) => slug) ?? []
        const wantedSlugs = want.projects.map((project) => projectOf(project).slug)
        const oldSlugs = before?.projects.map(({ slug }) => slug) ?? []
        expect(new Set(slugs)).toEqual(new Set([...oldSlugs, ...wantedSlugs]))
        expect(new Set(slugs).size).toBe(slugs.length)
        expect(after?.ref).toBe(before && !want.ref.explicit ? before.ref : 'main')
        expect(after?.url).toBe(before && !want.url.explicit ? before.url : 'https://a.example/')
        expect(after?.status).toBe(before && !want.restoreArchived ? before.status : 'open')
        expect(ensured.created).toBe(before === null)
        expect(server.rows.get('2.0')).toEqual(other)

        server.calls.length = 0
        expect(await start(server).ensure(want)).toMatchObject({ created: false, attached: [], updated: [] })
        expect(server.calls).toEqual(['find'])
      }),
    )
  })
})

describe('parallel runs', () => {
  it('leave one release with all projects, and exactly one says that it created it', async () => {
    const server = new MemorySentry()
    const runs = Array.from({ length: 20 }, (_, index) => {
      const projects = [['web', 'api', 'docs'][index % 3] ?? 'web']
      return start(server, {}, `run ${index}`).ensure({ ...WANTED, projects })
    })
    const results = await Promise.all(runs)
    expect(results.filter(({ created }) => created)).toHaveLength(1)
    expect(server.rows.size).toBe(1)
    expect(
      server.rows
        .get('1.0')
        ?.projects?.map(({ slug }) => slug)
        .toSorted(),
    ).toEqual(['api', 'docs', 'web'])
  })

  const answer = (release: Partial<Release>, status: number): Partial<Api> => ({
    create: async () => ({
      kind: 'ok',
      release: { version: '1.0', projects: [projectOf('web')], ...release },
      status,
    }),
    list: async () => [{ version: '1.0', projects: [projectOf('web')] }],
  })

  it.each([
    // Sentry's user agent, status of the POST, created
    [US, 201, true],
    [US, 208, true],
    ['another run', 201, false],
    ['another run', 208, false],
    [null, 201, true],
    [null, 208, false],
    [undefined, 201, true],
    [undefined, 200, false],
  ])(
    'a release made by %j and answered with %i was created by us: %j',
    async (userAgent, status, created) => {
      const { ensure, told } = start(
        new MemorySentry(),
        answer(userAgent === undefined ? {} : { userAgent }, status),
      )
      expect((await ensure(WANTED)).created).toBe(created)
      expect(told.at(-1)?.created).toBe(created)
    },
  )

  it('never claim a release that was there, not even one with our own user agent', async () => {
    const server = serverWith({ userAgent: US })
    expect((await start(server).ensure(BOTH)).created).toBe(false)
  })

  it('still say so when a second request had to attach a project', async () => {
    const server = new MemorySentry()
    const api = server.as(null)
    let posts = 0
    const { ensure } = start(server, {
      ...api,
      create: async (wanted) => {
        posts += 1
        const created = await api.create(posts === 1 ? { ...wanted, projects: ['web'] } : wanted)
        return posts === 1 || created.kind === 'conflict' ? created : { ...created, status: 208 }
      },
    })
    expect((await ensure(BOTH)).created).toBe(true)
  })
})

describe('a conflict (409)', () => {
  it('is waited out by looking what the other job left', async () => {
    const server = new MemorySentry()
    const { ensure } = start(server, {
      create: async () => {
        server.calls.push('create')
        server.add({ version: '1.0' })
        return CONFLICT
      },
    })
    expect(await ensure(WANTED)).toMatchObject({ created: false })
    expect(server.calls).toEqual(['find', 'create', 'find', 'list'])
  })

  it('is tried again while the other job has left nothing', async () => {
    const server = new MemorySentry()
    const api = server.as(US)
    let conflicts = 3
    const { ensure, clock } = start(server, {
      create: async (wanted) => (conflicts-- > 0 ? CONFLICT : api.create(wanted)),
    })
    expect(await ensure(WANTED)).toMatchObject({ created: true })
    expect(clock.pauses).toHaveLength(3)
  })

  it('does not make a release ours that the other job has left without our project', async () => {
    const server = new MemorySentry()
    const api = server.as(null)
    let conflict = true
    const { ensure } = start(server, {
      ...api,
      create: async (wanted) => {
        if (!conflict) return api.create(wanted)
        conflict = false
        server.add({ version: '1.0', userAgent: null, projects: [projectOf('docs')] })
        return CONFLICT
      },
    })
    expect(await ensure(WANTED)).toMatchObject({ created: false })
    expect(server.rows.get('1.0')?.projects).toEqual([projectOf('docs'), projectOf('web')])
  })

  it('is an error after 60 s', async () => {
    const { ensure, seconds } = start(new MemorySentry(), { create: async () => CONFLICT })
    expect(await messageOf(ensure(WANTED))).toContain('409')
    expect(seconds()).toBe(60)
  })

  it('ends at once when the job is cancelled', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const clock = new ManualClock()
    clock.in(1234, () => {
      controller.abort(reason)
    })
    const begun = clock.now()
    const session = sessionWith(
      { ...new MemorySentry().as(US), create: async () => CONFLICT },
      { clock, signal: controller.signal },
    )
    const work = ensureRelease(WANTED, () => undefined, session)
    expect(await failureOf(work)).toBe(reason)
    expect(clock.now() - begun).toBe(1234)
  })
})

describe('a server that does not show what it accepted', () => {
  const nothing: Partial<Api> = { find: async () => undefined, list: async () => [] }

  it('is an error after 70 s, with the outputs already told', async () => {
    const { ensure, seconds, told } = start(new MemorySentry(), nothing)
    expect(await messageOf(ensure(WANTED))).toMatch(/does not show it/)
    expect(seconds()).toBe(70)
    expect(told.at(-1)).toMatchObject({ created: true, release: { version: '1.0' } })
  })

  it('is waited for up to then', async () => {
    const server = new MemorySentry()
    const api = server.as(US)
    let visible = false
    const { ensure, clock, seconds } = start(server, {
      find: async () => undefined,
      list: async (version) => (visible ? api.list(version) : []),
    })
    clock.in(65_000, () => {
      visible = true
    })
    expect(await ensure(WANTED)).toMatchObject({ created: true })
    expect(seconds()).toBeGreaterThanOrEqual(65)
  })

  it.each<[string, Api['list']]>([
    ['cannot tell', async () => undefined],
    ['lists nothing', async () => []],
    ['lists only look-alikes', async () => [{ version: '1.0-rc', projects: [projectOf('web')] }]],
  ])('is asked for the release itself when the list %s', async (_, list) => {
    const server = new MemorySentry()
    const { ensure, seconds, logger } = start(server, { list })
    expect(await ensure(WANTED)).toMatchObject({ confirmedVersion: '1.0' })
    expect(server.calls).toEqual(['find', 'create', 'find'])
    expect(logger.said('info').at(-1)).toContain('but Sentry returns version')
    expect(seconds()).toBe(0)
  })

  it('finds the exact release among look-alikes in the list', async () => {
    const server = new MemorySentry()
    const release = (version: string): Release => ({ version, projects: [projectOf('web')] })
    const { ensure, logger } = start(server, { list: async () => ['1.0-rc', '11.0', '1.0'].map(release) })
    expect(await ensure(WANTED)).toMatchObject({ confirmedVersion: '1.0' })
    expect(logger.said('info').at(-1)).toBe('Confirmed: the list of releases has version 1.0.')
  })

  it('is an error after 70 s when a project stays missing from what it shows', async () => {
    const partial = { version: '1.0', projects: [projectOf('web')] }
    const { ensure, seconds } = start(new MemorySentry(), {
      find: async () => undefined,
      list: async () => [partial],
    })
    expect(await messageOf(ensure(BOTH))).toContain('api')
    expect(seconds()).toBe(70)
  })
})

describe('a server that lies', () => {
  it('about attaching a project is an error, not a loop', async () => {
    const server = serverWith()
    const { ensure } = start(server, {
      create: async () => ({
        kind: 'ok',
        status: 208,
        release: { version: '1.0', projects: [projectOf('web')] },
      }),
    })
    expect(await messageOf(ensure(BOTH))).toContain('api')
  })

  it('about updating a field is an error, not a loop', async () => {
    const { ensure } = start(serverWith({ ref: 'old' }), {
      update: async () => ({ version: '1.0', ref: 'old', projects: [projectOf('web')] }),
    })
    expect(await messageOf(ensure(EXPLICIT_REF))).toContain('ref')
  })

  it('by leaving out the projects is believed when the list shows them', async () => {
    const server = new MemorySentry()
    const api = server.as(US)
    const { ensure } = start(server, {
      create: async (wanted) => {
        const created = await api.create(wanted)
        return created.kind === 'ok' ? { ...created, release: { version: '1.0', userAgent: US } } : created
      },
    })
    expect(await ensure(BOTH)).toMatchObject({ created: true })
    expect(server.calls).toEqual(['find', 'create', 'list'])
  })
})

describe('an update that is responded with 404', () => {
  it('is repeated for up to 70 s after a POST, because Sentry remembers "may not see it" for a minute', async () => {
    const server = serverWith({ projects: [], ref: 'old' })
    const api = server.as(US)
    let visible = false
    const { ensure, clock, seconds } = start(server, {
      update: async (version, change) => (visible ? api.update(version, change) : undefined),
    })
    clock.in(61_000, () => {
      visible = true
    })
    expect(await ensure(EXPLICIT_REF)).toMatchObject({ attached: ['web'], updated: ['ref'] })
    expect(seconds()).toBeGreaterThanOrEqual(61)
  })

  it('is an error after that', async () => {
    const { ensure, seconds } = start(serverWith({ projects: [], ref: 'old' }), {
      update: async () => undefined,
    })
    expect(await messageOf(ensure(EXPLICIT_REF))).toContain('404')
    expect(seconds()).toBe(70)
  })

  it('is an error at once without a POST before', async () => {
    const { ensure, seconds } = start(serverWith({ ref: 'old' }), { update: async () => undefined })
    const error = await failureOf(ensure(EXPLICIT_REF))
    expect(error).toMatchObject({
      advice: expect.stringContaining('access to all of its projects') as string,
    })
    expect(seconds()).toBe(0)
  })
})
