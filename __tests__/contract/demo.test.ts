import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SHA } from '../runner/runner.ts'
import { scenarios } from '../servers/scenarios.ts'
import { type Program, start } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'release-gate-'))
const running: Program[] = []
afterAll(async () => {
  for (const program of running) program.stop('SIGKILL')
  await Promise.all(running.map(({ end }) => end))
  rmSync(folder, { recursive: true })
})

function demo(args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const program = start('scripts/demo/demo.ts', args, env)
  running.push(program)
  return program
}

/** What the demonstration of each scenario has to say: the point of it. */
const POINTS: Readonly<Record<string, readonly string[]>> = {
  missing: [
    'the release does not exist yet.',
    'Created the release.',
    'release-created    true',
    '### ✅ Success: Sentry release created',
  ],
  existing: ['the release exists.', 'release-created    false', 'already exists; no changes needed'],
  'look-alike': ['the release does not exist yet.', 'release-created    true'],
  attach: ['Attached to project api.', 'release-created    false'],
  archived: ['  Warning: The release is archived'],
  commits: [
    'Associated 2 of 2 commits, read from GitHub.',
    'GitHub      GET  /repos/acme/storefront/commits',
    'Open the shop (Ada)',
  ],
  deploy: ['── Log 2 ─', 'Deploy        production, recorded', 'production already exists'],
  build: [
    'aarch64: submitted as build',
    'Finalized the release.',
    '✅ built (0)  1 s',
    'build-conclusion   success',
  ],
  'build-fails': [
    '\nError: openmandriva/gtk+demo x86_64 (build 812926): build failed (666).',
    '▾ Build 812926: end of build.log\n  Building gtk+demo',
    'release-finalized  false',
    '── End ─',
    'exit code 1, as expected',
  ],
  'submit-then-watch': [
    'build-conclusion   in_progress',
    'build-conclusion   success',
    'Finalized the release.',
  ],
  publish: ['published (6000)', 'Finalized the release.'],
  reject: ['rejected (9000)', 'release-finalized  false'],
  cancel: ['cancelled (5000)', 'build-conclusion   cancelled', 'exit code 0, as expected'],
  search: ['Found 2 builds.', '### ✅ Success: Sentry release created, 2 ABF builds found'],
  'job-cancelled': ['Cancelled build 812926.', 'Error: Stopped by SIGINT', 'exit code 1, as expected'],
  'wrong-token': ['Error: Could not look up the release', 'responded with 401', 'exit code 1, as expected'],
  'server-trouble': ['→ 503', '→ connection cut', '→ 208', '→ 429', 'release-created    true'],
}

describe('npm run demo', () => {
  it('has a point to make for every scenario', () => {
    expect(Object.keys(POINTS)).toEqual(Object.keys(scenarios))
  })

  describe('--scenario', () => {
    const shown = new Map<string, string>()
    let end: Awaited<Program['end']>
    beforeAll(async () => {
      end = await demo(Object.keys(POINTS).flatMap((name) => ['--scenario', name])).end
      for (const part of end.stdout.split(/^(?=━━ )/m)) shown.set(/of \d+: (\S+)/.exec(part)?.[1] ?? '', part)
    })

    it.each(Object.entries(POINTS))('%s', (name, points) => {
      for (const point of points) expect(shown.get(name)).toContain(point)
    })

    it('plays all of them in the order that was asked for', () => {
      expect([...shown.keys()]).toEqual(Object.keys(POINTS))
      expect({ code: end.code, stderr: end.stderr }).toEqual({ code: 0, stderr: '' })
    })

    it('shows neither colours without a terminal nor a secret', () => {
      expect(end.stdout).not.toContain('\u001B')
      expect(end.stdout).not.toMatch(/sntrys_|token-of-ci_bot|::add-mask/)
    })
  })

  it('tells a story in order when nothing is asked for', async () => {
    const { code, stdout, stderr } = await demo([]).end
    const titles = [...stdout.matchAll(/^━━ (\d) of 6: (\S+)/gm)].map(
      ([, number, name]) => `${number} ${name}`,
    )
    expect(titles).toEqual([
      '1 missing',
      '2 deploy',
      '3 look-alike',
      '4 build',
      '5 build-fails',
      '6 job-cancelled',
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('lists all scenarios', async () => {
    const { code, stdout } = await demo(['--list']).end
    expect(code).toBe(0)
    for (const [name, { sentence }] of Object.entries(scenarios)) {
      expect(stdout).toContain(`${name}\n           ${sentence}\n  servers  `)
    }
    expect(stdout).toContain('\n           abf-build-list-ids: ${{ steps.submit.outputs.build-list-ids }}\n')
  })

  it('shows the Markdown of the summary when asked for', async () => {
    const { stdout } = await demo(['--scenario', 'existing', '--markdown']).end
    expect(stdout).toContain('<tr><th align="left">Projects</th><td><code>web</code></td></tr>')
  })

  it('fails, and says so, when the action does not end as the scenario says', async () => {
    const { code, stdout } = await demo(['--scenario', 'existing'], { RELEASE_GATE_DIST: 'no-such-dist' }).end
    expect(code).toBe(1)
    expect(stdout).toContain('exit code 1, and not 0, as the scenario says')
    expect(stdout).toContain('── Standard error ─')
  })

  it('says what scenarios there are when it is asked for another one', async () => {
    const { code, stdout, stderr } = await demo(['--scenario', 'nothing']).end
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('There is no scenario "nothing". There are: missing, existing, look-alike,')
  })
})

describe('npm run demo -- --keep', () => {
  it('leaves the servers up for a run by hand, and ends on SIGINT', async () => {
    const program = demo(['--scenario', 'missing', '--keep'])
    await program.says(/^: >.*\n/m)
    const printed = program.stdout().split('━━ The servers stay up')[1] ?? ''
    const script = printed.split('\n').filter((line) => /^(export |: >)/.test(line))
    const env = { PATH: process.env['PATH'] ?? '' }

    const byHand = [...script, 'cat "$GITHUB_OUTPUT"', 'echo "files: $GITHUB_WORKSPACE"'].join('\n')
    const run = spawnSync('sh', ['-ec', byHand], { env, encoding: 'utf8' })
    expect(run.stderr).toBe('')
    expect(run.stdout).toContain(`Version ${SHA}: the release exists.`)
    expect(run.stdout).toMatch(/release-created<<(\S+)\nfalse\n\1/)

    const url = /^export STAND_IN_SENTRY_URL=(\S+)$/m.exec(printed)?.[1] ?? ''
    expect((await fetch(`${url}/api/0/`)).status).toBe(200)
    program.stop('SIGINT')
    expect(await program.end).toMatchObject({ code: 0, stderr: '' })
    expect(program.stdout()).toMatch(/\nThe servers are stopped\.\n$/)
    await expect(fetch(`${url}/api/0/`)).rejects.toThrow('fetch failed')
    const workspace = /^files: (\S+)$/m.exec(run.stdout)?.[1] ?? ''
    expect(existsSync(dirname(workspace))).toBe(false)
  })
})

/** A document without what differs from run to run: times, and how long something took. */
function timeless(document: string): string {
  return document
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\b\d\d:\d\d:\d\dZ/g, 'TIME')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: UTC|\.\d{3})/g, 'TIME')
    .replaceAll(/\b[\d.]+&#160;m?s\b/g, 'SOME TIME')
    .replaceAll(/tickInterval .*/g, 'tickInterval SOME')
    .replaceAll(/\b[\d.]+ m?s\b/g, 'SOME TIME')
    .replaceAll(/"duration":\d+/g, '"duration":SOME')
}

describe('the files of npm run demo', () => {
  it('are a page with the summary as GitHub shows it, and a document', async () => {
    const [html, document] = [join(folder, 'summary.html'), join(folder, 'example.md')]
    const { code, stdout } = await demo(['--scenario', 'build', '--html', html, '--document', document]).end
    expect(code).toBe(0)
    expect(stdout).toContain(`\nThe job summaries as a page: ${html}\n`)
    expect(stdout).toContain(`\nThe document: ${document}\n`)

    const page = readFileSync(html, 'utf8')
    expect(page).toContain('<h3>✅ Success: Sentry release created, 2 ABF builds successful</h3>')
    expect(page).toMatch(
      /<td>812927<\/td><td>aarch64<\/td><td>✅ <a href="http:\/\/127\.0\.0\.1:\d+\/build_lists\/812927">/,
    )
    expect(page).toContain('<pre class="mermaid">%%{init:')
    expect(page).not.toMatch(/<script|GitHub would take out|sntrys_|token-of-ci_bot/)

    const written = readFileSync(document, 'utf8')
    expect(written).not.toContain('127.0.0.1')
    expect(timeless(written)).toBe(timeless(readFileSync('docs/example.md', 'utf8')))
  })

  it('go to a new folder when no file is named', async () => {
    const { stdout } = await demo(['--scenario', 'existing', '--html']).end
    const path = /^The job summaries as a page: (\S+)$/m.exec(stdout)?.[1] ?? ''
    expect(readFileSync(path, 'utf8')).toContain('<h3>✅ Success: Sentry release already exists</h3>')
    rmSync(dirname(path), { recursive: true })
  })
})
