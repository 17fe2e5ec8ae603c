import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, chownSync, mkdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort, type Identity, Process, run, until } from './process.ts'
import { type External, type Tools, Unavailable } from './requirements.ts'

/** Where PostgreSQL, Redis and memcached listen. */
export interface Services {
  readonly env: Readonly<Record<string, string>>
  /** Writes the database to a file; undefined for an external one. */
  readonly dump?: (file: string) => Promise<void>
  readonly restore?: (file: string) => Promise<void>
}

/** Starts what is not external; `onStart` gets what stops it. */
export async function startServices({
  tools,
  external,
  folder,
  onStart,
}: {
  readonly tools: Tools
  readonly external: External
  readonly folder: string
  readonly onStart: (stop: () => Promise<void>) => void
}): Promise<Services> {
  const start: Start = (name, command, args, { identity, stopSignal } = {}) => {
    const log = join(folder, `${name}.log`)
    const process = new Process(name, command, args, { log, cwd: '/', ...(identity ? { identity } : {}) })
    onStart(() => process.stop(stopSignal))
    return process
  }
  const postgres = external.postgres
    ? { env: externalPostgres(external.postgres) }
    : await startPostgres(tools.postgres, folder, start)
  const redis = external.redis ?? (await startRedis(tools.redis, start))
  const memcached = external.memcached ?? (await startMemcached(tools.memcached, start))
  return { ...postgres, env: { ...postgres.env, REAL_SENTRY_REDIS: redis, REAL_SENTRY_MEMCACHED: memcached } }
}

type Start = (
  name: string,
  command: string,
  args: readonly string[],
  options?: { readonly identity?: Identity; readonly stopSignal?: NodeJS.Signals },
) => Process

function externalPostgres(url: URL): Record<string, string> {
  return {
    REAL_SENTRY_PG_HOST: url.hostname,
    REAL_SENTRY_PG_PORT: url.port || '5432',
    REAL_SENTRY_PG_USER: decodeURIComponent(url.username),
    REAL_SENTRY_PG_PASSWORD: decodeURIComponent(url.password),
    REAL_SENTRY_PG_DATABASE: url.pathname.slice(1) || 'postgres',
  }
}

/** A cluster for this run only, which may forget everything in a crash. */
async function startPostgres(bin: string, folder: string, start: Start): Promise<Services> {
  const identity = postgresIdentity()
  const data = join(folder, 'postgres')
  mkdirSync(data)
  if (identity.uid !== undefined && identity.gid !== undefined) {
    // PostgreSQL refuses to run as root, and its user has to reach the folder.
    chmodSync(folder, 0o711)
    chownSync(data, identity.uid, identity.gid)
  }
  const log = join(folder, 'initdb.log')
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']
  await run('initdb', join(bin, 'initdb'), initdb, { log, identity, cwd: '/' })
  const port = await freePort()
  appendFileSync(
    join(data, 'postgresql.conf'),
    [
      "listen_addresses = '127.0.0.1'",
      `port = ${port}`,
      "unix_socket_directories = ''",
      'fsync = off',
      'synchronous_commit = off',
      'full_page_writes = off',
      '',
    ].join('\n'),
  )
  // SIGINT closes connections instead of waiting for clients.
  const server = start('postgresql', join(bin, 'postgres'), ['-D', data], { identity, stopSignal: 'SIGINT' })
  await listening('PostgreSQL', port, server)
  const env = {
    REAL_SENTRY_PG_HOST: '127.0.0.1',
    REAL_SENTRY_PG_PORT: String(port),
    REAL_SENTRY_PG_USER: 'postgres',
    REAL_SENTRY_PG_PASSWORD: '',
    REAL_SENTRY_PG_DATABASE: 'sentry',
  }
  const client = (program: string, ...args: string[]): Promise<void> => {
    const to = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres']
    return run(program, join(bin, program), [...to, ...args], { log: join(folder, `${program}.log`) })
  }
  await until(
    async () =>
      (await client('createdb', 'sentry').catch(() => 'not yet')) === 'not yet' ? undefined : true,
    { seconds: 30, failure: () => `PostgreSQL does not create a database:\n${server.tail()}` },
  )
  return {
    env,
    dump: (file) => client('pg_dump', '--no-owner', '-f', file, 'sentry'),
    restore: (file) => client('psql', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file, 'sentry'),
  }
}

function postgresIdentity(): Identity {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string): number =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout || NaN)
  const identity = { uid: id('-u'), gid: id('-g') }
  if (!Number.isInteger(identity.uid))
    throw new Unavailable('there is no user `postgres` to run PostgreSQL as')
  return identity
}

async function startRedis(program: string, start: Start): Promise<string> {
  const port = await freePort()
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no']
  await listening('Redis', port, start('redis', program, args))
  return `127.0.0.1:${port}`
}

async function startMemcached(program: string, start: Start): Promise<string> {
  const port = await freePort()
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  await listening(
    'memcached',
    port,
    start('memcached', program, ['-l', '127.0.0.1', '-p', String(port), ...user]),
  )
  return `127.0.0.1:${port}`
}

async function listening(name: string, port: number, server: Process): Promise<void> {
  await until(
    () =>
      new Promise<true | undefined>((resolve) => {
        const socket = connect(port, '127.0.0.1')
        socket.once('connect', () => {
          socket.destroy()
          resolve(true)
        })
        socket.once('error', () => {
          resolve(undefined)
        })
      }),
    { seconds: 60, failure: () => `${name} does not listen on port ${port}:\n${server.tail()}` },
  )
}
