import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type GitHubRepository, GitHubStandIn } from '../../__tests__/servers/github.ts'
import { freePort, Process, run, until } from './process.ts'
import type { External, Tools } from './requirements.ts'
import { type Services, startServices } from './services.ts'

/** The last version that Sentry has published as a Python package. */
export const VERSION = '23.7.1'

const PYTHON = fileURLToPath(new URL('python/', import.meta.url))
/** For how long the web process keeps what it has read of an option. */
const OPTION_DELAY_MS = 6000
const GITHUB_TOKEN = 'installation-token-of-the-checks'

/** What python/seed.py has put into the server: ids of the organization and its projects by slug, tokens by name. */
export interface Seed {
  readonly ids: Readonly<Record<'acme' | 'web' | 'api' | 'worker' | 'hidden', string>>
  readonly tokens: Readonly<Record<TokenName, string>>
}

/** Tokens of the organization, of its owner with different scopes, of people in no or another team, and so on. */
export type TokenName =
  | 'organization'
  | 'user'
  | 'userReleases'
  | 'userReadOnly'
  | 'userEventsOnly'
  | 'insider'
  | 'outsider'
  | 'stranger'
  | 'strangerOrganization'
  | 'integration'
  | 'integrationReleases'

/** A Sentry server on loopback with everything that it needs, for one run. */
export class RealSentry {
  readonly url: string
  readonly seed: Seed
  readonly github: GitHubStandIn
  /** `acme/linked`, a repository of Sentry's GitHub integration. */
  readonly linked: GitHubRepository
  readonly githubToken = GITHUB_TOKEN
  readonly #command: Command

  private constructor(fields: Pick<RealSentry, 'url' | 'seed' | 'github'>, command: Command) {
    this.#command = command
    this.url = fields.url
    this.seed = fields.seed
    this.github = fields.github
    this.linked = this.github.addRepository({ owner: 'acme', name: 'linked' })
  }

  /**
   * Takes about five minutes the first time, half a minute later. `say` gets a line for each step. `onStart` gets, as
   * soon as something has started, what stops it: to be called in reverse order, also when this throws.
   */
  static async start({ tools, external, say, onStart }: StartOptions): Promise<RealSentry> {
    const folder = mkdtempSync(join(tmpdir(), 'real-sentry-'))
    onStart(() => {
      rmSync(folder, { recursive: true, force: true })
    })
    const sentry = await installSentry(tools.python, say)
    say('Starting PostgreSQL, Redis and memcached')
    const services = await startServices({ tools, external, folder, onStart })
    const github = await new GitHubStandIn({ tokens: [{ token: GITHUB_TOKEN }] }).start()
    onStart(() => github.stop())
    const url = `http://127.0.0.1:${await freePort()}`
    const env = { ...services.env, ...environment({ folder, url, github: github.baseUrl }) }
    const command: Command = (name, ...args) =>
      run(name, sentry, args, { env, log: join(folder, `${name}.log`) })
    await createTables(services, command, say)
    say('Creating the organization, its projects and tokens')
    await command('seed', 'exec', join(PYTHON, 'seed.py'))
    say('Starting the web process and the worker')
    const background = (name: string, ...args: string[]): Process => {
      const process = new Process(name, sentry, args, { env, log: join(folder, `${name}.log`) })
      onStart(() => process.stop())
      return process
    }
    const web = background('web', 'run', 'web')
    background('worker', 'run', 'worker', '-c', '1', '--loglevel', 'WARNING')
    await healthy(url, web)
    const seed = JSON.parse(readFileSync(env.REAL_SENTRY_SEED, 'utf8')) as Seed
    return new RealSentry({ url, seed, github }, command)
  }

  /** Changes an option of the server; its processes see it some seconds later. */
  async setOption(name: string, value: string): Promise<void> {
    await this.#command('config', 'config', 'set', name, value)
    await new Promise((resolve) => setTimeout(resolve, OPTION_DELAY_MS))
  }
}

interface StartOptions {
  readonly tools: Tools
  readonly external: External
  readonly say: (line: string) => void
  readonly onStart: (stop: () => void | Promise<void>) => void
}

/** Runs the `sentry` command to its end; the name is that of its log. */
type Command = (name: string, ...args: string[]) => Promise<void>

function environment(given: { folder: string; url: string; github: string }) {
  const files = join(given.folder, 'files')
  mkdirSync(files)
  return {
    SENTRY_CONF: join(PYTHON, 'settings.py'),
    SENTRY_LOG_LEVEL: 'WARNING',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONWARNINGS: 'ignore',
    // The worker refuses to run as root unless it is told that this is wanted.
    C_FORCE_ROOT: '1',
    REAL_SENTRY_URL: given.url,
    REAL_SENTRY_GITHUB: given.github,
    REAL_SENTRY_GITHUB_TOKEN: GITHUB_TOKEN,
    REAL_SENTRY_FILES: files,
    REAL_SENTRY_SEED: join(given.folder, 'seed.json'),
  }
}

/** Where the Python environment and the empty database are kept between runs. */
function cacheFolder(): string {
  const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  const folder = process.env['REAL_SENTRY_CACHE'] || join(caches, 'release-gate', 'real-sentry')
  mkdirSync(folder, { recursive: true })
  return folder
}

/** The `sentry` command, installed from the package index once. */
async function installSentry(python: string, say: (line: string) => void): Promise<string> {
  const cache = cacheFolder()
  const venv = join(cache, `venv-${VERSION}`)
  const sentry = join(venv, 'bin', 'sentry')
  if (existsSync(join(venv, 'complete'))) return sentry
  say(`Installing Sentry ${VERSION} from the Python package index`)
  rmSync(venv, { recursive: true, force: true })
  const log = join(cache, 'install.log')
  await run('python -m venv', python, ['-m', 'venv', venv], { log })
  const pip = (...args: string[]): Promise<void> =>
    run('pip install', join(venv, 'bin', 'pip'), ['install', '-q', '--disable-pip-version-check', ...args], {
      log,
    })
  // pip 24.1 refuses the metadata of celery 4.4.7; setuptools 66 refuses version numbers of old source packages.
  await pip('pip<24.1', 'setuptools<66', 'wheel')
  await pip(`sentry==${VERSION}`)
  mkdirSync(join(venv, 'complete'))
  return sentry
}

/** All migrations take a minute and more; their result is kept, where the database is our own. */
async function createTables(
  { dump, restore }: Services,
  command: Command,
  say: (line: string) => void,
): Promise<void> {
  const file = join(cacheFolder(), `database-${VERSION}.sql`)
  if (restore && existsSync(file)) {
    say('Creating the tables from the copy of an earlier run')
    await restore(file)
    return
  }
  say('Creating the tables: all migrations, which takes some minutes')
  await command('upgrade', 'upgrade', '--noinput')
  if (!dump) return
  await dump(`${file}.new`)
  renameSync(`${file}.new`, file)
}

async function healthy(url: string, web: Process): Promise<void> {
  await until(
    async () => {
      if (!web.running) throw new Error(`the web process of Sentry has ended:\n${web.tail()}`)
      const response = await fetch(`${url}/_health/`, { signal: AbortSignal.timeout(5000) }).catch(
        () => undefined,
      )
      return response?.ok ? true : undefined
    },
    { seconds: 180, pause: 500, failure: () => `Sentry does not respond at ${url}:\n${web.tail()}` },
  )
}
