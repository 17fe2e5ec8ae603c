import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What stops the checks from running on this machine, in words for the person who started them. */
export class Unavailable extends Error {}

/** Servers that somebody else runs, and that are used instead of own ones; the database has to be empty. */
export interface External {
  readonly postgres?: URL
  /** `host:port` */
  readonly redis?: string
  /** `host:port` */
  readonly memcached?: string
}

export interface Tools {
  readonly python: string
  /** The folder of `initdb`, `postgres`, `psql` and `pg_dump`; empty when the server is an external one. */
  readonly postgres: string
  readonly redis: string
  readonly memcached: string
}

/** Headers that the Python packages are compiled with, and the three servers. */
const DEBIAN_LIBRARIES = [
  'libffi-dev',
  'libpq-dev',
  'librdkafka-dev',
  'libxml2-dev',
  'libxmlsec1-dev',
  'libxslt1-dev',
  'pkg-config',
]

export function externalServers(env: NodeJS.ProcessEnv): External {
  const { REAL_SENTRY_POSTGRES: postgres, REAL_SENTRY_REDIS: redis, REAL_SENTRY_MEMCACHED: memcached } = env
  return {
    ...(postgres ? { postgres: new URL(postgres) } : {}),
    ...(redis ? { redis } : {}),
    ...(memcached ? { memcached } : {}),
  }
}

/**
 * Finds every program that is needed. As root on Debian or Ubuntu, packages that are missing are installed.
 * @throws Unavailable names all that is missing, and how to get it.
 */
export function findTools(external: External): Tools {
  if (process.platform !== 'linux') throw new Unavailable(`it needs Linux, and this is ${process.platform}`)
  const python = findPython()
  if (python === undefined) {
    throw new Unavailable(
      'Sentry 23.7.1 needs Python 3.8, which is not here: install it (`pyenv install 3.8`) or name it in REAL_SENTRY_PYTHON',
    )
  }
  const missing = missingPackages(external)
  if (missing.length > 0) install(missing)
  return {
    python,
    postgres: external.postgres ? '' : required('PostgreSQL', findPostgres()),
    redis: external.redis ? '' : required('redis-server', findProgram('redis-server')),
    memcached: external.memcached ? '' : required('memcached', findProgram('memcached')),
  }
}

function missingPackages(external: External): string[] {
  const servers = [
    ...(external.postgres || findPostgres() ? [] : ['postgresql']),
    ...(external.redis || findProgram('redis-server') ? [] : ['redis-server']),
    ...(external.memcached || findProgram('memcached') ? [] : ['memcached']),
  ]
  if (findProgram('dpkg-query') === undefined) return servers
  const libraries = DEBIAN_LIBRARIES.filter((name) => {
    const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], {
      encoding: 'utf8',
    })
    return stdout.trim() !== 'installed'
  })
  return [...servers, ...libraries]
}

function install(packages: readonly string[]): void {
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`
  if (process.getuid?.() !== 0 || findProgram('apt-get') === undefined) {
    throw new Unavailable(`these packages are missing: run \`${command}\` as root`)
  }
  process.stdout.write(`Installing ${packages.join(', ')}\n`)
  // A package starts its service when it is installed, unless a policy says that none may start (exit code 101).
  const script = fileURLToPath(new URL('install-packages.sh', import.meta.url))
  const { status, stdout, stderr } = spawnSync('sh', [script, ...packages], { encoding: 'utf8' })
  if (status === 0) return
  const lines = `${stdout}${stderr}`.trimEnd().split('\n').slice(-10).join('\n')
  throw new Unavailable(`\`${command}\` failed with exit code ${status}:\n${lines}`)
}

function required(name: string, found: string | undefined): string {
  if (found === undefined) throw new Unavailable(`${name} is not here, although its package is installed`)
  return found
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin']
  return folders
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file) && statSync(file).isFile())
}

/** Debian keeps the programs of PostgreSQL outside of PATH, below its major version; 12 is the oldest that is taken. */
function findPostgres(): string | undefined {
  const base = '/usr/lib/postgresql'
  const versions = existsSync(base) ? readdirSync(base).map(Number) : []
  const newest = versions.filter((version) => version >= 12).sort((a, b) => b - a)
  const debian = newest.map((version) => join(base, String(version), 'bin'))
  const initdb = findProgram('initdb')
  const folders = [...debian, ...(initdb === undefined ? [] : [join(initdb, '..')])]
  return folders.find((folder) => existsSync(join(folder, 'initdb')))
}

function findPython(): string | undefined {
  const versions = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions')
  const pyenv = existsSync(versions) ? readdirSync(versions).filter((name) => name.startsWith('3.8')) : []
  const named = process.env['REAL_SENTRY_PYTHON']
  const candidates = [
    ...(named ? [named] : ['python3.8', 'python3']),
    ...(named ? [] : pyenv.map((name) => join(versions, name, 'bin', 'python'))),
  ]
  return candidates.find((python) => {
    const { status, stdout } = spawnSync(
      python,
      ['-c', 'import sys; print(sys.version_info[:2] == (3, 8))'],
      {
        encoding: 'utf8',
      },
    )
    return status === 0 && stdout.trim() === 'True'
  })
}
