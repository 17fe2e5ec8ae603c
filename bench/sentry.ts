import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { SHA } from '../__tests__/runner/runner.ts'
import { SentryStandIn } from '../__tests__/servers/sentry/index.ts'
import type { Answers } from './child.ts'

const RELEASES = '/api/0/organizations/acme/releases/'

/** What Sentry says of a release that is there, and of one that is not and then is. */
export interface Recorded {
  readonly existing: Answers
  readonly absent: Answers
}

/** Inputs of a step that only makes sure of a release. */
export function releaseInputs(url: string): Record<string, string> {
  return {
    'sentry-auth-token': 'a-token-that-is-long-enough',
    organization: 'acme',
    'sentry-url': url,
    projects: 'web',
    'set-commits': 'skip',
    finalize: 'false',
  }
}

/** Records the answers of the stand-in, so that a server without any logic can repeat them. */
export async function record(): Promise<Recorded> {
  await using sentry = await new SentryStandIn().start()
  const ask = async (method: string, path: string, body?: unknown): Promise<Answers[string]> => {
    const answer = await fetch(`${sentry.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${sentry.tokens.organization}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const exact = `${RELEASES}${SHA}/`
  const [find, create, list] = [`GET ${exact}`, `POST ${RELEASES}`, `GET ${RELEASES}`]
  const missing = await ask('GET', exact)
  const created = await ask('POST', RELEASES, { version: SHA, projects: ['web'] })
  return {
    existing: {
      [find]: await ask('GET', exact),
      [create]: await ask('POST', RELEASES, { version: SHA, projects: ['web'] }),
    },
    absent: { [find]: missing, [create]: created, [list]: await ask('GET', `${RELEASES}?query=${SHA}`) },
  }
}

/** The address of the release itself. */
export function releaseUrl(url: string): string {
  return `${url}${RELEASES}${SHA}/`
}

/** Sentry's own client; undefined when it is not installed for this machine. */
export function sentryCli(): string | undefined {
  try {
    const { SentryCli } = createRequire(import.meta.url)('@sentry/cli') as {
      SentryCli: { getPath(): string }
    }
    const path = SentryCli.getPath()
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}
