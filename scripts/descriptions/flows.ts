import { AbfStandIn } from '../../__tests__/servers/abf/index.ts'
import { SHA } from '../../__tests__/runner/runner.ts'
import { SentryStandIn } from '../../__tests__/servers/sentry/index.ts'
import { docsPath } from './openapi.ts'
import { program, runTool } from './tools.ts'

const FLOW = 'arazzo/release-and-build.yaml'

type Inputs = Readonly<Record<string, unknown>>

interface Servers {
  readonly sentry: SentryStandIn
  readonly abf: AbfStandIn
}

/** One execution of a workflow, with the requests that it must make, in this order. */
interface Case {
  readonly name: string
  readonly workflow: string
  readonly prepare?: (servers: Servers) => void
  readonly inputs?: Inputs
  readonly requests: readonly string[]
  readonly code: 0 | 1
}

export interface Outcome {
  readonly name: string
  readonly problem: string | undefined
}

const FOUND = 'GET releases/SHA/ 200'
const MISSING = 'GET releases/SHA/ 404'
const LISTED = 'GET releases/ 200'
const SUBMITTED = ['GET projects/get_id 200', 'POST build_lists 200']
const SHOWN = 'GET build_lists/ID 200'
const PUBLISHED = ['PUT build_lists/ID/publish 200', SHOWN, SHOWN]

/** Each look sees the next of these, and so one retry of the poll. */
const BUILDS = [3000, { status: 0, afterReads: 1 }]
const PUBLISHES = [{ status: 6000, afterReads: 1 }]

const CASES: readonly Case[] = [
  {
    name: 'ensure-release: missing',
    workflow: 'ensure-release',
    requests: [MISSING, 'POST releases/ 201', LISTED],
    code: 0,
  },
  {
    name: 'ensure-release: existing',
    workflow: 'ensure-release',
    prepare: ({ sentry }) => {
      sentry.addRelease({ version: SHA })
    },
    requests: [FOUND, LISTED],
    code: 0,
  },
  {
    name: 'ensure-release: archived',
    workflow: 'ensure-release',
    prepare: ({ sentry }) => {
      sentry.addRelease({ version: SHA, status: 'archived' })
    },
    requests: [FOUND, LISTED],
    code: 0,
  },
  {
    name: 'ensure-release: existing, without the project',
    workflow: 'ensure-release',
    prepare: ({ sentry }) => {
      sentry.addRelease({ version: SHA, projects: ['api'] })
    },
    requests: [FOUND, 'POST releases/ 201', LISTED],
    code: 0,
  },
  {
    name: 'ensure-release: only look-alikes',
    workflow: 'ensure-release',
    prepare: ({ sentry }) => {
      for (const version of [`web@${SHA}`, `${SHA}-hotfix`, SHA.toUpperCase()]) sentry.addRelease({ version })
    },
    requests: [MISSING, 'POST releases/ 201', LISTED],
    code: 0,
  },
  {
    name: 'ensure-release: somebody else is faster',
    workflow: 'ensure-release',
    prepare: ({ sentry }) => {
      sentry.onRequest(({ method }) => {
        if (method === 'POST') sentry.addRelease({ version: SHA })
      })
    },
    requests: [MISSING, 'POST releases/ 208', LISTED],
    code: 0,
  },
  {
    name: 'ensure-release: a wrong token fails',
    workflow: 'ensure-release',
    inputs: { sentryToken: 'nobody-knows-it' },
    requests: ['GET releases/SHA/ 401'],
    code: 1,
  },
  {
    name: 'build-and-publish',
    workflow: 'build-and-publish',
    prepare: ({ abf }) => {
      abf.plan({}, BUILDS)
      abf.plan({}, PUBLISHES, { on: 'publish' })
    },
    requests: [...SUBMITTED, SHOWN, SHOWN, ...PUBLISHED],
    code: 0,
  },
  {
    name: 'build-and-publish: a build that fails, fails',
    workflow: 'build-and-publish',
    prepare: ({ abf }) => {
      abf.plan({}, [666])
    },
    requests: [...SUBMITTED, SHOWN],
    code: 1,
  },
  {
    name: 'build-and-publish: a look-alike of the project fails',
    workflow: 'build-and-publish',
    inputs: { projectName: 'gtk' },
    requests: ['GET projects/get_id 200'],
    code: 1,
  },
  {
    name: 'release-and-build',
    workflow: 'release-and-build',
    prepare: ({ abf }) => {
      abf.plan({}, [0])
      abf.plan({}, [6000], { on: 'publish' })
    },
    requests: [
      MISSING,
      'POST releases/ 201',
      LISTED,
      'PUT releases/SHA/ 200',
      ...SUBMITTED,
      SHOWN,
      'PUT build_lists/ID/publish 200',
      SHOWN,
    ],
    code: 0,
  },
  {
    name: 'release-and-build: a date is kept',
    workflow: 'release-and-build',
    prepare: ({ abf, sentry }) => {
      sentry.addRelease({ version: SHA, dateReleased: '2026-01-01T00:00:00.000000Z' })
      abf.plan({}, [0])
      abf.plan({}, [6000], { on: 'publish' })
    },
    requests: [FOUND, LISTED, ...SUBMITTED, SHOWN, 'PUT build_lists/ID/publish 200', SHOWN],
    code: 0,
  },
]

/** Executes every case with Redocly Respect, two at a time, each against servers of its own. */
export async function playFlows(): Promise<Outcome[]> {
  const queue = [...CASES]
  const outcomes = new Map<string, Outcome>()
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) outcomes.set(next.name, await play(next))
  }
  await Promise.all([worker(), worker()])
  return CASES.flatMap(({ name }) => outcomes.get(name) ?? [])
}

async function play({ name, workflow, prepare, inputs, requests, code }: Case): Promise<Outcome> {
  await using abf = await new AbfStandIn({ dialect: 'omv', pace: 0 }).start()
  await using sentry = await new SentryStandIn().start()
  prepare?.({ abf, sentry })
  const given = {
    sentryToken: sentry.tokens.organization,
    organization: 'acme',
    project: 'web',
    ref: 'main',
    url: `https://github.com/acme/storefront/commit/${SHA}`,
    ...(workflow === 'ensure-release' ? { version: SHA } : {}),
    ...(workflow === 'release-and-build' ? { releasedAt: new Date().toISOString() } : {}),
    abfCredentials: Buffer.from('token-of-ci_bot:').toString('base64'),
    projectOwner: 'openmandriva',
    projectName: 'gtk+demo',
    commit: SHA,
    archId: 2,
    repositoryId: 14,
    platformId: 31,
    ...inputs,
  }
  const servers = ['--server', `sentry=${sentry.url}`, '--server', `abf=${abf.url}`]
  const args = ['respect', docsPath(FLOW), '--workflow', workflow, '--input', JSON.stringify(given)]
  const ran = await runTool(program('@redocly/cli', 'redocly'), [...args, ...servers])
  const made = [...sentry.requests, ...abf.requests].map(short)
  if (ran.code === code && made.join() === requests.join()) return { name, problem: undefined }
  const wanted = `wanted exit code ${code} and\n  ${requests.join('\n  ')}`
  const got = `got ${ran.code} and\n  ${made.join('\n  ')}`
  return { name, problem: `${wanted}\n${got}\n${ran.output.slice(-4000)}` }
}

function short(request: string): string {
  return request
    .replace('/api/0/organizations/acme/', '')
    .replace('/api/v1/', '')
    .replace('.json', '')
    .replace(SHA, 'SHA')
    .replace(/build_lists\/\d+/, 'build_lists/ID')
}
