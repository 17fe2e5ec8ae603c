import { attribute, markup } from './untrusted.ts'

const HIDDEN = '***'

/** Shorter values would blank out half of an ordinary text, and are no secret worth the name. */
const SHORTEST = 6

/**
 * The forms in which a secret may come back: as it is, in base64 (bare, and as either half of Basic credentials),
 * percent-encoded in both cases, and as this action itself would write it into a summary.
 */
export function secretForms(secret: string): string[] {
  const encoded = encodeURIComponent(secret)
  return [
    ...new Set([
      secret,
      encoded,
      encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
      ...[secret, `${secret}:`].map((text) => Buffer.from(text).toString('base64')),
      ...[secret, `${secret}:`].map((text) => Buffer.from(text).toString('base64url')),
      markup(secret, Number.POSITIVE_INFINITY),
      attribute(secret),
    ]),
  ].filter((form) => form.length >= SHORTEST)
}

/** Takes known secrets out of any text before it is shown, stored or handed on. */
export class Redactor {
  readonly secrets: string[] = []
  #forms: string[] = []

  add(secret: string): void {
    this.secrets.push(secret)
    const forms = [...this.#forms, ...secretForms(secret)]
    // Longest first: a form that contains another one must not leave its rest behind.
    this.#forms = [...new Set(forms)].sort((a, b) => b.length - a.length)
  }

  redact(text: string): string {
    return this.#forms.reduce((rest, form) => rest.replaceAll(form, HIDDEN), text)
  }
}
