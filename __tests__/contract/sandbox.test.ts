import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runAction, SHA } from '../runner/runner.ts'
import { type Program, start } from './program.ts'

const SCRIPT = '__tests__/servers/serve.ts'
const folder = mkdtempSync(join(tmpdir(), 'release-gate-'))
const running: Program[] = []
afterAll(async () => {
  for (const program of running) program.stop('SIGKILL')
  await Promise.all(running.map(({ end }) => end))
  rmSync(folder, { recursive: true })
})

function serve(args: readonly string[]): Program {
  const program = start(SCRIPT, args)
  running.push(program)
  return program
}

/** A file of `NAME=value` lines, as the runner reads GITHUB_ENV. */
function readEnv(path: string): Record<string, string> {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return Object.fromEntries(lines.map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]))
}

function readJournal(path: string): Record<string, unknown>[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('npm run sandbox', () => {
  it('serves the state of a scenario to a run of the action until it is stopped', async () => {
    const [envFile, journal] = [join(folder, 'env'), join(folder, 'journal.jsonl')]
    writeFileSync(envFile, 'OF_ANOTHER_STEP=kept\n')
    const args = ['--scenario', 'existing', '--env-file', envFile, '--journal', journal]
    const program = serve(args)
    await program.says(/^ready\b.*\n/m)

    const env = readEnv(envFile)
    expect(env['OF_ANOTHER_STEP']).toBe('kept')
    expect(env).toMatchObject({ STAND_IN_SCENARIO: 'existing', STAND_IN_ORG: 'acme', STAND_IN_COMMIT: SHA })
    const result = await runAction({
      inputs: {
        'sentry-auth-token': env['STAND_IN_SENTRY_TOKEN'] ?? '',
        'sentry-url': env['STAND_IN_SENTRY_URL'] ?? '',
        projects: env['STAND_IN_PROJECT'] ?? '',
      },
    })
    expect(result.stderr).toBe('')
    expect(result.outputs).toMatchObject({ 'release-version': SHA, 'release-created': 'false' })

    program.stop('SIGTERM')
    expect(await program.end).toMatchObject({ code: 0, stderr: '' })
    expect(program.stdout().split('\n')).toHaveLength(2)
    expect(readJournal(journal)).toEqual([
      {
        server: 'sentry',
        method: 'GET',
        path: `/api/0/organizations/acme/releases/${SHA}/`,
        query: '',
        status: 200,
        at: expect.stringMatching(/Z$/) as unknown,
        authorization: 'Bearer',
        body: null,
      },
    ])
    expect(readFileSync(journal, 'utf8')).not.toContain(env['STAND_IN_SENTRY_TOKEN'])
  })

  it('knows the commit and the repository that it is told', async () => {
    const envFile = join(folder, 'env-of-commit')
    const commit = 'f'.repeat(40)
    const given = ['--commit', commit, '--repository', 'octo/shop', '--env-file', envFile]
    const program = serve(['--scenario', 'commits', ...given])
    await program.says('ready')

    const env = readEnv(envFile)
    expect(env).toMatchObject({ STAND_IN_COMMIT: commit, STAND_IN_REPOSITORY: 'octo/shop' })
    const url = `${env['STAND_IN_GITHUB_API_URL']}/repos/octo/shop/commits/${commit}`
    const answer = await fetch(url, { headers: { authorization: `token ${env['STAND_IN_GITHUB_TOKEN']}` } })
    expect(await answer.json()).toMatchObject({ sha: commit })

    program.stop('SIGINT')
    expect(await program.end).toMatchObject({ code: 0 })
  })

  it('has builds that the steps of a scenario name', async () => {
    const envFile = join(folder, 'env-of-builds')
    const program = serve(['--scenario', 'search', '--env-file', envFile])
    await program.says('ready')

    const env = readEnv(envFile)
    const ids = env['STAND_IN_ABF_BUILD_LIST_IDS']?.split(',') ?? []
    expect(ids).toHaveLength(2)
    const answer = await fetch(`${env['STAND_IN_ABF_URL']}/api/v1/build_lists/${ids[1]}.json`)
    expect(await answer.json()).toMatchObject({ build_list: { id: Number(ids[1]), status: 666 } })
    program.stop('SIGTERM')
    await program.end
  })

  it.each([
    [['--scenario', 'nothing'], 'There is no scenario "nothing". There are: missing, existing,'],
    [[], 'There is no scenario "". There are: missing'],
    [['--scenario', 'missing', '--port-base', '65533'], '--port-base takes a number from 1 to 65532'],
    [['--scenario', 'missing', '--commit', 'main'], '--commit takes a full SHA in lower case, not "main"'],
    [['--scenario', 'missing', '--repository', 'shop'], '--repository takes owner/name, not "shop"'],
    [['--scenario', 'missing', '--prot', '1'], "Unknown option '--prot'"],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await serve(args).end
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('ends when a port is taken, and leaves no other one open', async () => {
    const first = serve(['--scenario', 'missing'])
    await first.says('ready')
    const taken = Number(/github http:\/\/127\.0\.0\.1:(\d+)/.exec(first.stdout())?.[1])
    const second = await serve(['--scenario', 'missing', '--port-base', String(taken - 1)]).end
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('EADDRINUSE')

    first.stop('SIGTERM')
    await first.end
  })

  it('listens on the ports that it is told', async () => {
    // Below the ports that systems give out by themselves.
    const base = 20_000 + (process.pid % 3000) * 4
    const program = serve(['--scenario', 'missing', '--port-base', String(base)])
    await program.says('ready')
    program.stop('SIGTERM')
    const { stdout } = await program.end
    expect(stdout).toContain(`sentry http://127.0.0.1:${base}, github http://127.0.0.1:${base + 1},`)
    expect(stdout).toContain(`abf http://127.0.0.1:${base + 2}, file-store http://127.0.0.1:${base + 3}`)
  })
})
