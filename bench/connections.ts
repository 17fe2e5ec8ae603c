import { runAction } from '../__tests__/runner/runner.ts'
import { SentryStandIn } from '../__tests__/servers/sentry/index.ts'
import { hasOpenssl, makeCertificate } from '../__tests__/servers/tls.ts'
import type { Row } from './table.ts'

/** A step that creates a release with commits, a date and a deploy. */
const MAX_REQUESTS = 7
/** One for everything that may be repeated, and one each for the commits and the deploy. */
const MAX_CONNECTIONS = 3

/** Requests and TLS connections of one step, on a server that keeps connections and on one that closes them without a word. */
export async function measureConnections(): Promise<Row[]> {
  if (!hasOpenssl) return []
  return [
    await measure('requests, connections over TLS', false, MAX_CONNECTIONS),
    await measure('the same, closed after each response', true, MAX_REQUESTS),
  ]
}

async function measure(name: string, closesSilently: boolean, maxConnections: number): Promise<Row> {
  const { tls, file } = makeCertificate('IP:127.0.0.1')
  await using sentry = await new SentryStandIn({ tls, closesSilently }).start()
  const inputs = {
    'sentry-auth-token': sentry.tokens.organization,
    projects: 'web',
    environment: 'production',
  }
  const { code, stdout } = await runAction({ inputs, env: { NODE_EXTRA_CA_CERTS: file } })
  if (code !== 0) throw new Error(`the step failed with ${code}:\n${stdout}`)
  const { length: requests } = sentry.journal
  const { connections } = sentry
  return {
    measure: name,
    ours: `${requests}, ${connections}`,
    target: `${MAX_REQUESTS}, ${maxConnections}`,
    met: requests <= MAX_REQUESTS && connections <= maxConnections,
  }
}
