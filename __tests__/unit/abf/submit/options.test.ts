import { describe, expect, it } from 'vitest'
import { compareOptions } from '../../../../src/abf/submit/options.ts'
import { buildOf } from '../doubles.ts'

type Fields = Readonly<Record<string, unknown>>

/** What a server of today reports of a build for which nothing was asked. */
const REPORTED: Fields = {
  include_repos: [{ id: 14, name: 'main' }],
  auto_create_container: false,
  use_cached_chroot: false,
  use_extra_tests: true,
  extra_repositories: [],
  extra_build_lists: [],
  extra_params: {},
}
const MAIN = { id: 14, name: 'main', platform: { id: 31, name: 'cooker', platform_type: 'main' } }

function compare(fields: Fields, options: Fields = {}, includesGiven = false, includes = [14]) {
  return compareOptions(buildOf({ ...REPORTED, ...fields }), {
    options,
    includesGiven,
    includeRepositories: includes,
  })
}

describe('A build of the same source', () => {
  it.each<[Fields, Fields]>([
    [{}, {}],
    [{}, { use_extra_tests: true, use_cached_chroot: 'false', extra_params: { build_rpm: ' ' } }],
    [{ use_extra_tests: false }, { use_extra_tests: 0 }],
    [{ extra_build_lists: [{ id: 8 }, { id: 7 }] }, { extra_build_lists: [7, '8'] }],
    [{ extra_params: { build_rpm: '--with x' } }, { extra_params: { build_rpm: '--with "x";' } }],
    [{ save_to_repository: MAIN }, { extra_repositories: [20] }],
    [{ auto_publish_status: 'default' }, { auto_create_container: true }],
    [{ build_requires: false }, {}],
    [{ native_build: true }, { native_build: true }],
    [{}, { save_buildroot: '' }],
  ])('has the wanted options: %j, %j', (fields, options) => {
    expect(compare(fields, options)).toEqual({ different: [], unreported: [] })
  })

  it.each<[Fields, Fields, string]>([
    [{}, { use_extra_tests: false }, 'use_extra_tests'],
    [{ use_extra_tests: false }, {}, 'use_extra_tests'],
    [{ use_cached_chroot: true }, {}, 'use_cached_chroot'],
    [{}, { extra_build_lists: [7] }, 'extra_build_lists'],
    [{ extra_build_lists: [{ id: 7 }] }, {}, 'extra_build_lists'],
    [{ extra_repositories: [{ id: 20 }] }, { extra_repositories: [21] }, 'extra_repositories'],
    [{ extra_params: { build_rpm: '--with x' } }, {}, 'extra_params'],
    [{ extra_params: { build_rpm: 'x' } }, { extra_params: { build_rpm: 'y' } }, 'extra_params'],
    [{}, { auto_create_container: true }, 'auto_create_container'],
    [{ build_requires: false }, { build_requires: true }, 'build_requires'],
    [{ include_repos: [{ id: 14 }, { id: 15 }] }, {}, 'abf-include-repositories'],
    [{ include_repos: [] }, {}, 'abf-include-repositories'],
  ])('has different options: %j, %j', (fields, options, name) => {
    expect(compare(fields, options)).toEqual({ different: [name], unreported: [] })
  })

  it.each(['save_buildroot', 'external_nodes', 'chain_config', 'use_something'])(
    'may have a different %s, which the server does not report',
    (name) => {
      expect(compare({}, { [name]: 'x' })).toEqual({ different: [], unreported: [name] })
    },
  )

  it('has unknown included repositories when the server does not report them, which matters when they were given', () => {
    expect(compare({ include_repos: null })).toEqual({ different: [], unreported: [] })
    expect(compare({ include_repos: null }, {}, true).unreported).toEqual(['abf-include-repositories'])
  })

  it('has the same included repositories in any order', () => {
    const fields = { include_repos: [{ id: 15 }, { id: 14 }] }
    expect(compare(fields, {}, true, [14, 15])).toEqual({ different: [], unreported: [] })
  })
})
