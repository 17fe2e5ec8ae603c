import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checks } from './checks/index.ts'
import { Place } from './place.ts'
import type { RealSentry } from './server.ts'

/** A defect that the action once had, put back into a copy of `dist`. */
interface Plant {
  readonly defect: string
  /** Texts of one file, each of which is there exactly once, and what they become. */
  readonly edits: readonly (readonly [text: string, planted: string])[]
  /** Default: index.js */
  readonly file?: string
  /** The checks of which at least one has to fail. */
  readonly caughtBy: RegExp
}

const plants: readonly Plant[] = [
  {
    defect: 'a connection that the server closes without saying so breaks a deploy',
    edits: [
      [`effect === 'creates'`, `effect === 'nothing'`],
      ['signal.aborted || !watch.isStale()', 'true'],
    ],
    caughtBy: /^a deploy gets through/,
  },
  {
    defect: 'a read on such a connection counts as an attempt and waits',
    edits: [['signal.aborted || !watch.isStale()', 'true']],
    caughtBy: /^a deploy gets through/,
  },
  {
    defect: 'projects are not part of the identity of a deploy',
    edits: [
      [
        'if (!first || matches.length === 0 || !isAttachedTo(release, identity.projects))',
        'if (matches[0]) return { deploy: matches[0], similar };\n    if (!first)',
      ],
    ],
    caughtBy: /two projects of one release record two deploys/,
  },
  {
    defect: 'a deploy is recorded for all projects of the release',
    edits: [['await send(projects)', 'await send(undefined)']],
    caughtBy: /one of two projects/,
  },
  {
    defect: 'a merged pull request releases its head commit',
    edits: [
      [`shaAt(event, 'pull_request', 'merge_commit_sha')`, `shaAt(event, 'pull_request', 'head', 'sha')`],
    ],
    caughtBy: /merged pull request/,
  },
  {
    defect: 'workflow_run releases without the branch that was built',
    edits: [[`ref: textAt(event, 'workflow_run', 'head_branch')`, 'ref: undefined']],
    caughtBy: /workflow_run/,
  },
  {
    defect: 'zeros of a deleted branch are taken for a commit',
    edits: [[`at(event, 'deleted') === true || /^0+$/.test(textAt(event, 'after') ?? '')`, 'false']],
    caughtBy: /deletes a branch/,
  },
  {
    defect: 'ABF is left out when its ids arrive empty',
    edits: [['const changed = changedInputs(ABF_ROWS, env);', 'const changed = [];']],
    caughtBy: /ids arrive empty/,
  },
  {
    defect: 'a diverged comparison counts as none',
    file: 'github-octokit.js',
    edits: [['if (!first)', `if (!first || first.status === 'diverged')`]],
    caughtBy: /hotfix branch/,
  },
  {
    defect: 'version-prefix does not choose the previous release',
    edits: [['if (versionPrefix === undefined) {', 'if (true) {']],
    caughtBy: /version-prefix/,
  },
  {
    defect: 'the address of an author is longer than Sentry accepts',
    edits: [['authorEmail: 75', 'authorEmail: 1000']],
    caughtBy: /^authors, messages/,
  },
  {
    defect: 'refs are sent without the previous commit',
    edits: [['{ refs: [ref] }', '{ refs: [{ repository, commit }] }']],
    caughtBy: /^refs:/,
  },
  {
    defect: 'auto ends without commits where the token may not list repositories',
    edits: [
      ['failure = found.error;', 'throw found.error;'],
      [`if (mode !== 'auto' || !(error instanceof`, 'if (true || !(error instanceof'],
    ],
    caughtBy: /^auto with an organization token/,
  },
  {
    defect: 'a lock on the commits (409) is a failure',
    edits: [[`return { kind: 'busy', error: error() };`, 'throw error();']],
    caughtBy: /^six steps at once/,
  },
  {
    defect: 'release-version is set after the first response only',
    edits: [[`actions.outputs.set('release-version', sentry.version);`, '']],
    caughtBy: /^release-version is set/,
  },
  {
    defect: 'a URL with a password is accepted',
    edits: [
      ["username === '' && password === '' ? parse(text) : undefined", 'parse(text)'],
      ['!secure || url.username || url.password', '!secure'],
    ],
    caughtBy: /with a password/,
  },
  {
    defect: 'numeric ids are sent in a deploy (refused before 24.8)',
    edits: [['await send(projects)', 'await send(wanted.projects.map((one) => Number(one) || one))']],
    caughtBy: /numeric project id of a release/,
  },
  {
    defect: 'a deploy names projects with a token of project:releases alone (refused before 24.10)',
    edits: [['response.status === 400 && response.text.includes(INSUFFICIENT)', 'false']],
    caughtBy: /whose deploy with projects is refused/,
  },
  {
    defect: 'a default link that Sentry refuses is sent',
    edits: [
      [
        'parseLink(`${serverUrl}/${repository}/commit/${commit}`)',
        '`${serverUrl}/${repository}/commit/${commit}`',
      ],
    ],
    caughtBy: /^the default link/,
  },
  {
    defect: 'release-url points to sentry.io on every host',
    edits: [[`return (host === 'sentry.io' ||`, 'return true || (']],
    caughtBy: /^a new release has/,
  },
  {
    defect: 'finalize moves a date that is set',
    edits: [['if (current.dateReleased) {', 'if (false) {']],
    caughtBy: /^a second run leaves/,
  },
]

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Plants each defect and runs the checks that have to notice. Reports a defect that none of them notices as a problem. */
export async function runPlants(
  sentry: RealSentry,
  pattern: RegExp,
  report: (name: string, problem: string | undefined) => void,
): Promise<void> {
  const before = process.env['RELEASE_GATE_DIST']
  const source = join(ROOT, before ?? 'dist')
  try {
    for (const plant of plants.filter(({ defect }) => pattern.test(defect))) {
      const folder = mkdtempSync(join(tmpdir(), 'real-sentry-dist-'))
      try {
        cpSync(source, folder, { recursive: true })
        process.env['RELEASE_GATE_DIST'] = relative(ROOT, folder)
        report(`planted: ${plant.defect}`, alter(folder, plant) ?? (await missed(sentry, plant)))
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }
  } finally {
    if (before === undefined) delete process.env['RELEASE_GATE_DIST']
    else process.env['RELEASE_GATE_DIST'] = before
  }
}

/** Gives the reason why the defect cannot be planted, if there is one. */
function alter(folder: string, { file = 'index.js', edits }: Plant): string | undefined {
  const path = join(folder, file)
  let text = readFileSync(path, 'utf8')
  for (const [found, planted] of edits) {
    const count = text.split(found).length - 1
    if (count !== 1) return `${file} has this text ${count} times instead of once: ${found}`
    text = text.replace(found, () => planted)
  }
  writeFileSync(path, text)
  const { status, stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' })
  return status === 0 ? undefined : `${file} is not a program any more:\n${stderr}`
}

async function missed(sentry: RealSentry, { defect, caughtBy }: Plant): Promise<string | undefined> {
  const chosen = checks.filter(({ name }) => caughtBy.test(name))
  for (const { name, run } of chosen) {
    const held = await run(new Place(sentry, `${name} with ${defect}`)).then(
      () => true,
      () => false,
    )
    if (!held) return undefined
  }
  return chosen.length === 0
    ? `no check has a name that matches ${String(caughtBy)}`
    : `all of these held: ${chosen.map(({ name }) => name).join('; ')}`
}
