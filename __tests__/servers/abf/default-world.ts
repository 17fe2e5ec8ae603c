import { createHash } from 'node:crypto'
import type { Dialect, GitRef } from './model.ts'
import { World } from './state.ts'

const REPOSITORIES = ['main', 'contrib', 'non-free'] as const

/** A commit id made from a name, so that tests can tell which one they see. */
export function commitOf(name: string): string {
  return createHash('sha1').update(name).digest('hex')
}

/**
 * A small world with every trap in it: one repository name on every platform, a platform with a dot in its name,
 * look-alike projects, a hidden project, one that is no package, and accounts that must not get through.
 */
export function defaultWorld(dialect: Dialect, clock: () => number): World {
  const world = new World(clock)
  world.addGroup(5, 'openmandriva')
  world.addUser({ id: 501, uname: 'ci_bot', name: null })
  world.addUser({ id: 77, uname: 'alice', name: 'Алиса Demo' })
  world.addUser({ id: 78, uname: 'guest' })
  world.addUser({ id: 79, uname: 'outlaw', state: 'banned' })
  world.addUser({ id: 80, uname: 'newcomer', state: 'unconfirmed' })

  world.addArch('x86_64', 2)
  world.addArch('aarch64', 5)
  world.addArch('znver1', 7)
  world.addArch('i686', 9)

  const main = { admins: [77], defaultArches: [2, 7], repositories: [] }
  world.addPlatform({ ...main, id: 31, name: 'cooker', defaultBranch: 'master' })
  world.addPlatform({ ...main, id: 40, name: 'rolling', released: true })
  world.addPlatform({ ...main, id: 44, name: 'rosa2021.1' })
  world.addPlatform({ id: 8, name: 'alice_personal', type: 'personal', owner: 'alice', repositories: [] })
  for (const [platformId, firstId] of [
    [31, 14],
    [40, 52],
    [44, 61],
  ] as const) {
    for (const [index, name] of REPOSITORIES.entries()) {
      world.addRepository({ id: firstId + index, name, platformId })
    }
  }
  world.addRepository({ id: 19, name: 'main', platformId: 8 })

  const writers = [501, 77]
  const defaultBranch = dialect === 'omv' ? 'master' : 'rosa2021.1'
  for (const [id, name] of [
    [40217, 'gtk+demo'],
    [40299, 'gtk+demo-extras'],
    [40300, 'zlib'],
    [40301, 'zlib-ng'],
  ] as const) {
    const maintainerId = id === 40217 ? 77 : null
    world.addProject({ id, name, writers: [...writers], maintainerId, defaultBranch, refs: refsOf(name) })
  }
  world.addProject({
    id: 40400,
    name: 'secret',
    owner: 'alice',
    visibility: 'hidden',
    refs: refsOf('secret'),
  })
  world.addProject({ id: 40401, name: 'docs', isPackage: false, writers: [...writers], refs: refsOf('docs') })
  return world
}

function refsOf(name: string): GitRef[] {
  const branch = (ref: string): GitRef => ({ ref, type: 'commit', sha: commitOf(`${name} ${ref}`) })
  return [
    branch('master'),
    branch('rolling'),
    branch('rosa2021.1'),
    { ref: 'v1.0', type: 'tag', sha: commitOf(`${name} v1.0`) },
  ]
}
