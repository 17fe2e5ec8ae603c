import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Node can read certificates but not make them. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** A certificate that is its own authority, valid for two days, and the file that holds it. */
export interface Certificate {
  readonly tls: { readonly key: string; readonly cert: string }
  readonly file: string
}

/** @param names as in a certificate, such as `IP:127.0.0.1` or `DNS:sentry.test` */
export function makeCertificate(...names: readonly string[]): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'release-gate-tls-'))
  const [key, file] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const request = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=stand-in'
  const rest = ['-addext', `subjectAltName=${names.join(',')}`, '-keyout', key, '-out', file]
  execFileSync('openssl', ['req', ...request.split(' '), ...rest], { stdio: 'ignore' })
  return { tls: { key: readFileSync(key, 'utf8'), cert: readFileSync(file, 'utf8') }, file }
}
