import { SentryStandIn } from '../../__tests__/servers/sentry/index.ts'
import type { Target } from './requests.ts'

const FULL = [
  'project:read',
  'project:write',
  'project:admin',
  'project:releases',
  'org:read',
  'org:write',
  'org:admin',
]

const TOKENS = {
  user: {
    kind: 'user',
    organization: 'acme',
    role: 'owner',
    teams: ['product', 'other'],
    scopes: FULL,
    name: 'rowan',
  },
  userReleases: {
    kind: 'user',
    organization: 'acme',
    role: 'owner',
    teams: ['product', 'other'],
    scopes: ['project:releases'],
  },
  userReadOnly: {
    kind: 'user',
    organization: 'acme',
    role: 'owner',
    teams: ['product', 'other'],
    scopes: ['project:read', 'org:read'],
  },
  userEventsOnly: {
    kind: 'user',
    organization: 'acme',
    role: 'owner',
    teams: ['product', 'other'],
    scopes: ['event:read'],
  },
  insider: { kind: 'user', organization: 'acme', role: 'member', teams: ['product'], scopes: FULL },
  outsider: { kind: 'user', organization: 'acme', role: 'owner', teams: [], scopes: FULL },
  stranger: { kind: 'user', organization: 'globex', role: 'owner', teams: ['operations'], scopes: FULL },
  integration: {
    kind: 'integration',
    organization: 'acme',
    scopes: ['project:read', 'project:releases', 'org:read'],
  },
  integrationReleases: { kind: 'integration', organization: 'acme', scopes: ['project:releases'] },
} as const

/** Never a whole second, which is written without a fraction: the server counts microseconds, the stand-in milliseconds. */
function fractionOfSecond(): number {
  const now = Date.now()
  return now % 1000 === 0 ? now + 1 : now
}

/** The stand-in of the same generation as the server, with what python/seed.py puts into that. */
export async function startStandIn(): Promise<{ readonly standIn: SentryStandIn; readonly target: Target }> {
  const product = ['web', 'api', 'worker'].map((slug) => ({
    slug,
    platform: 'javascript',
    teams: ['product'],
  }))
  const standIn = await new SentryStandIn({
    generation: '23.7',
    artifacts: { accept: 'v1' },
    now: fractionOfSecond,
    organizations: [
      {
        slug: 'acme',
        projects: [...product, { slug: 'hidden', platform: 'javascript', teams: ['other'] }],
        repositories: ['acme/linked', 'acme/Mixed-Case'],
      },
      { slug: 'globex', projects: [{ slug: 'reactor', teams: ['operations'] }] },
    ],
    tokens: Object.entries(TOKENS).map(([name, seed]) => ({
      ...seed,
      token: `token-of-${name}`,
      ...(seed.kind === 'user' ? { email: `${emailName(name)}@acme.example` } : {}),
    })),
  }).start()
  const [acme] = standIn.state.organizations
  const projects = (acme?.projects ?? []).map(({ slug, id }) => [slug, String(id)])
  return {
    standIn,
    target: {
      url: standIn.url,
      ids: { ...(Object.fromEntries(projects) as Record<string, string>), acme: String(acme?.id) },
      tokens: {
        ...Object.fromEntries(Object.keys(TOKENS).map((name) => [name, `token-of-${name}`])),
        organization: standIn.issueOrgToken('acme'),
        strangerOrganization: standIn.issueOrgToken('globex'),
      },
    },
  }
}

/** All tokens of one person name that person. */
function emailName(token: string): string {
  return token.startsWith('user') ? 'rowan' : ({ insider: 'indra', outsider: 'oda' }[token] ?? 'sam')
}
