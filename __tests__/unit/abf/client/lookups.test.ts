import { describe, expect, it } from 'vitest'
import type { AbfApi } from '../../../../src/abf/client/api.ts'
import { scriptedApi } from '../doubles.ts'
import { failureOf, incoming } from '../../doubles.ts'

const PLATFORM = { id: 31, name: 'cooker', platform_type: 'main', repositories: [{ id: 14, name: 'main' }] }
const ARCH = { id: 2, name: 'x86_64' }

it.each<[string, (api: AbfApi) => Promise<unknown>, unknown, string, string, unknown]>([
  [
    'the project',
    (api) => api.findProject('omv', 'gtk+demo'),
    { project: { id: 1, name: 'gtk+demo', fullname: 'omv/gtk+demo' } },
    'GET projects/get_id.json?owner=omv&name=gtk+demo',
    'find the project',
    { id: 1, name: 'gtk+demo', fullname: 'omv/gtk+demo' },
  ],
  [
    'the platforms to build for',
    (api) => api.platformsForBuild(),
    { platforms: [PLATFORM] },
    'GET platforms/platforms_for_build.json?per_page=100&page=1',
    'list the platforms to build for',
    [PLATFORM],
  ],
  [
    'a platform',
    (api) => api.platform('a b'),
    { platform: PLATFORM },
    'GET platforms/a%20b.json',
    'look up the platform',
    PLATFORM,
  ],
  [
    'personal platforms',
    (api) => api.personalPlatforms(),
    { platforms: [PLATFORM] },
    'GET platforms.json?type=personal&per_page=100&page=1',
    'list the personal platforms',
    [PLATFORM],
  ],
  [
    'a repository',
    (api) => api.repository(14),
    { repository: { id: 14, name: 'main' } },
    'GET repositories/14.json',
    'look up the repository',
    { id: 14, name: 'main' },
  ],
  [
    'the architectures',
    (api) => api.arches(),
    { architectures: [ARCH] },
    'GET arches.json?per_page=100&page=1',
    'list the architectures',
    [ARCH],
  ],
  [
    'the login',
    (api) => api.login(),
    { user: { uname: 'bot' } },
    'GET user.json',
    'check the credentials',
    'bot',
  ],
])('A lookup reads %s', async (_, call, body, request, intent, result) => {
  const { api, asked, requests } = scriptedApi([incoming(200, body)])
  expect(await call(api)).toEqual(result)
  expect([asked(), requests[0]?.intent]).toEqual([[request], intent])
})

describe('A lookup of something that does not exist', () => {
  it.each<[string, (api: AbfApi) => Promise<unknown>]>([
    ['project', (api) => api.findProject('omv', 'x')],
    ['platform', (api) => api.platform('x')],
    ['repository', (api) => api.repository(1)],
  ])('returns undefined: a %s', async (_, call) => {
    expect(await call(scriptedApi([incoming(404)]).api)).toBeUndefined()
    expect(await failureOf(call(scriptedApi([incoming(500)]).api))).toMatchObject({ status: 500 })
  })

  it('sends no request for a platform whose name does not fit into a path', async () => {
    const { api, requests } = scriptedApi([incoming(200, { platform: PLATFORM })])
    expect(await api.platform('ada.personal')).toBeUndefined()
    expect(requests).toEqual([])
  })
})

it('A plus in a name is not read as a space', async () => {
  const { api, requests } = scriptedApi([incoming(404)])
  await api.findProject('omv', 'gtk+demo')
  expect(requests[0]?.url.search).toBe('?owner=omv&name=gtk%2Bdemo')
})

it('A list that is sent whole is requested once', async () => {
  const long = Array.from({ length: 101 }, (_, index) => ({ id: index + 1, name: 'a' }))
  const { api, requests } = scriptedApi([incoming(200, { architectures: long })])
  expect(await api.arches()).toHaveLength(101)
  expect(requests).toHaveLength(1)
})
