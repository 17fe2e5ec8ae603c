import { describe, expect, it } from 'vitest'
import type { WantedBuild } from '../../../../src/abf/submit/fields.ts'
import { resolve } from '../../../../src/abf/submit/resolve.ts'
import type { Platform } from '../../../../src/abf/client/schema.ts'
import { apiOf, SHA } from '../doubles.ts'
import { failureOf } from '../../doubles.ts'

const platform = (
  id: number,
  name: string,
  repositories: Platform['repositories'],
  type = 'main',
): Platform => ({
  id,
  name,
  platform_type: type,
  repositories,
})
const COOKER = platform(31, 'cooker', [
  { id: 14, name: 'main' },
  { id: 15, name: 'contrib' },
])
const ROCK = platform(32, 'rock', [{ id: 16, name: 'main' }])
const PERSONAL = platform(40, 'ada.personal', [{ id: 50, name: 'main' }], 'personal')
const ARCHES = [
  { id: 1, name: 'i686' },
  { id: 2, name: 'x86_64' },
]
const WANTED: WantedBuild = {
  project: 'omv/zlib',
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

async function go(
  more: Partial<WantedBuild> = {},
  project: object | undefined = { id: 1, name: 'zlib', fullname: 'omv/zlib' },
) {
  const calls: string[] = []
  const api = apiOf({
    findProject: async (owner, name) => {
      calls.push(`project ${owner} ${name}`)
      return project as never
    },
    platformsForBuild: async () => {
      calls.push('platforms')
      return [COOKER, ROCK]
    },
    platform: async (name) => {
      calls.push(`platform ${name}`)
      return [COOKER, platform(33, 'old', [{ id: 17, name: 'main' }], 'other')].find(
        (one) => one.name === name || String(one.id) === name,
      )
    },
    personalPlatforms: async () => {
      calls.push('personal')
      return [platform(41, 'bob.personal', []), PERSONAL]
    },
    arches: async () => {
      calls.push('arches')
      return ARCHES
    },
  })
  const target = resolve({ ...WANTED, ...more }, api)
  return { target: await target, calls }
}

async function errorOf(more: Partial<WantedBuild>, project?: object): Promise<unknown> {
  const error = (await failureOf(project === undefined ? go(more) : go(more, project))) as Error & {
    advice: string
    title: string
  }
  expect(error.title).toBe('Unknown name on ABF')
  return [error.message, error.advice]
}

describe('Names in the inputs', () => {
  it('are resolved to ids with one request for each kind', async () => {
    const { target, calls } = await go({ arches: ['x86_64', 'i686'] })
    expect(target).toEqual({
      project: { id: 1, label: 'omv/zlib' },
      arches: [ARCHES[1], ARCHES[0]],
      repository: { id: 14, label: 'cooker/main' },
      platform: { id: 31, label: 'cooker' },
      includeRepositories: [14],
    })
    expect(calls.toSorted()).toEqual(['arches', 'platforms', 'project omv zlib'])
  })

  it('that are digits are used as ids without a request', async () => {
    const { target, calls } = await go({
      project: '9',
      arches: ['2', '7'],
      repository: '14',
      platform: '31',
      includeRepositories: ['14', '15', '14'],
    })
    expect(target).toEqual({
      project: { id: 9, label: 'project 9' },
      arches: [
        { id: 2, name: 'architecture 2' },
        { id: 7, name: 'architecture 7' },
      ],
      repository: { id: 14, label: 'repository 14' },
      platform: { id: 31, label: 'platform 31' },
      includeRepositories: [14, 15],
    })
    expect(calls).toEqual([])
  })

  it('and ids of the same architecture count once', async () => {
    const { target } = await go({ arches: ['x86_64', '2', '9'] })
    expect(target.arches).toEqual([ARCHES[1], { id: 9, name: 'architecture 9' }])
  })

  it('are used as labels of ids where they are known', async () => {
    const { target } = await go({ repository: '15' })
    expect(target).toMatchObject({
      repository: { id: 15, label: 'cooker/contrib' },
      platform: { id: 31, label: 'cooker' },
      includeRepositories: [14, 15],
    })
    expect((await go({ repository: '14', platform: 'rock' })).target.platform).toEqual({
      id: 32,
      label: 'rock',
    })
    expect((await go({ repository: '14', platform: '32' })).target.platform).toEqual({
      id: 32,
      label: 'rock',
    })
  })
})

describe('A repository', () => {
  it('of a personal platform is built for another platform, with main of that platform', async () => {
    const { target, calls } = await go({ repository: 'ada.personal/main', platform: 'cooker' })
    expect(target).toMatchObject({
      repository: { id: 50, label: 'ada.personal/main' },
      platform: { id: 31 },
      includeRepositories: [14],
    })
    expect(calls).toContain('personal')
  })

  it('of a platform that is not in the list is looked up by the name of the platform', async () => {
    const { target, calls } = await go({ repository: 'old/main', platform: 'cooker' })
    expect([target.repository, calls.includes('platform old')]).toEqual([{ id: 17, label: 'old/main' }, true])
  })

  it('can be included by name', async () => {
    const { target } = await go({ includeRepositories: ['cooker/contrib', '14', '99'] })
    expect(target.includeRepositories).toEqual([15, 14, 99])
  })

  it('to include is read from the platform itself when the list lacks it', async () => {
    const { target, calls } = await go({ repository: '99', platform: '31' })
    expect(target).toMatchObject({
      repository: { id: 99, label: 'repository 99' },
      includeRepositories: [14],
    })
    expect(calls).not.toContain('platform 31')
    const other = await go({ repository: '14', platform: '33' })
    expect(other.target.includeRepositories).toEqual([17])
    expect(other.calls).toContain('platform 33')
  })
})

describe('An error names what ABF does not have, and what it has', () => {
  it.each([
    [undefined, ''],
    [{ id: 5, fullname: 'omv/zlib-ng' }, ', only "omv/zlib-ng"'],
    [{ id: 5, name: 'zlib-ng' }, ', only "zlib-ng"'],
    [{ id: 5 }, ', only "number 5"'],
  ])('for a project when the server returns %j', async (found, only) => {
    const api = apiOf({
      findProject: async () => found,
      platformsForBuild: async () => [COOKER],
      arches: async () => ARCHES,
    })
    expect(await failureOf(resolve(WANTED, api))).toMatchObject({
      message: `abf-project: ABF has no project "omv/zlib"${only}.`,
      advice:
        'Give the project as owner/name exactly as ABF shows it (the owner on ABF often differs from the one on GitHub), or its numeric id. Hidden projects can only be given by id.',
    })
  })

  it.each<[Partial<WantedBuild>, string, string]>([
    [{ arches: ['riscv'] }, 'abf-arches: ABF has no architecture "riscv".', 'It has i686, x86_64.'],
    [
      { repository: 'nowhere/main' },
      'abf-repository: ABF has no platform "nowhere".',
      'Main platforms are cooker, rock. A hidden platform can only be given by the numeric id of its repository.',
    ],
    [
      { repository: 'eve.personal/main' },
      'abf-repository: ABF has no platform "eve.personal".',
      'Main platforms are cooker, rock. A hidden platform can only be given by the numeric id of its repository.',
    ],
    [
      { repository: 'cooker/extra' },
      'abf-repository: platform "cooker" has no repository "extra".',
      'It has main, contrib.',
    ],
    [
      { platform: 'nowhere' },
      'abf-platform: ABF has no platform "nowhere" to build for.',
      'It has cooker, rock.',
    ],
    [
      { repository: 'ada.personal/main' },
      'abf-platform: required, because "ada.personal/main" does not belong to a main platform.',
      'Give abf-platform: one of cooker, rock.',
    ],
    [
      { repository: '99' },
      'abf-platform: required, because "99" does not belong to a main platform.',
      'Give abf-platform: one of cooker, rock.',
    ],
    [
      { includeRepositories: ['rock/main'] },
      'abf-include-repositories: "rock/main" does not belong to "cooker", the platform to build for.',
      'ABF takes only repositories of that platform. Put others into extra_repositories of abf-build-options.',
    ],
    [
      { includeRepositories: ['cooker/extra'] },
      'abf-include-repositories: platform "cooker" has no repository "extra".',
      'It has main, contrib.',
    ],
    [
      { repository: 'cooker/main', platform: '77' },
      'abf-include-repositories: required, because "platform 77" has no repository named main.',
      'Give abf-include-repositories.',
    ],
  ])('for %j', async (more, message, advice) => {
    expect(await errorOf(more)).toEqual([message, advice])
  })

  it('and lists "none" when there are none', async () => {
    const api = apiOf({
      findProject: async () => ({ id: 1, name: undefined, fullname: 'omv/zlib' }),
      platformsForBuild: async () => [],
      platform: async () => undefined,
      arches: async () => ARCHES,
    })
    expect(await failureOf(resolve(WANTED, api))).toMatchObject({
      advice: expect.stringContaining('platforms are none.') as string,
    })
  })
})
