import { asBytes, unescape } from './escapes.ts'
import { escapeMarkdown } from './sanitize.ts'

const HIDDEN = '***'

/** Shorter values would blank out half of an ordinary text, and are no secret worth the name. */
const SHORTEST = 6

/**
 * The texts that give a secret away: itself; its base64, alone and as either half of Basic credentials; and what of
 * its base64 stays the same whatever stands around it.
 */
export function secretForms(secret: string): string[] {
  const whole = [secret, `${secret}:`].flatMap((text) => {
    const base64 = Buffer.from(text).toString('base64')
    return [base64, base64.replace(/=+$/, ''), Buffer.from(text).toString('base64url')]
  })
  const forms = [
    secret,
    // A secret that ends in "%" is found in its percent-encoded form, too, and would leave the rest of it.
    encodeURIComponent(secret),
    ...whole,
    ...innerBase64(secret),
    escapeMarkdown(secret, Number.POSITIVE_INFINITY),
  ]
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST)
}

/** In base64 three bytes become four characters, so there are three ways to be written; those at the edges are shared. */
function innerBase64(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [0, 1, 2].flatMap((shift) => {
    const first = Math.ceil((shift * 8) / 6)
    const last = Math.floor(((shift + bytes.length) * 8) / 6)
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes])
    return (['base64', 'base64url'] as const).map((kind) => shifted.toString(kind).slice(first, last))
  })
}

/** Takes known secrets out of any text before it is shown, stored or handed on, also where they are escaped. */
export class Redactor {
  readonly secrets: string[] = []
  #forms: string[] = []
  #unescapedForms: string[] = []
  #shortest = Number.POSITIVE_INFINITY

  add(secret: string): void {
    this.secrets.push(secret)
    // Longest first: a form that contains another one must not leave its rest behind.
    const forms = new Set([...this.#forms, ...secretForms(secret)])
    this.#forms = [...forms].sort((a, b) => b.length - a.length)
    // A secret can hold what looks like an escape, and is read as one together with the rest.
    const read = (form: string): string[] => [form, asBytes(form), unescape(form)?.text ?? form]
    this.#unescapedForms = [...new Set(this.#forms.flatMap(read))]
    this.#shortest = this.#forms.at(-1)?.length ?? Number.POSITIVE_INFINITY
  }

  redact(text: string): string {
    // Escapes only make a form longer.
    if (text.length < this.#shortest) return text
    return this.#redactEscaped(this.#forms.reduce((rest, form) => rest.replaceAll(form, HIDDEN), text))
  }

  #redactEscaped(text: string): string {
    const unescaped = unescape(text)
    if (!unescaped) return text
    const parts: string[] = []
    let done = 0
    for (const [from, to] of this.#find(unescaped.text)) {
      parts.push(text.slice(done, unescaped.origin(from)), HIDDEN)
      done = unescaped.origin(to)
    }
    return done === 0 ? text : parts.join('') + text.slice(done)
  }

  /** The ranges that hold a secret, in order; those that touch or overlap as one. */
  #find(text: string): (readonly [from: number, to: number])[] {
    const found: [number, number][] = []
    for (const form of this.#unescapedForms) {
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
        found.push([at, at + form.length])
      }
    }
    found.sort(([a], [b]) => a - b)
    return found.reduce<[number, number][]>((joined, [from, to]) => {
      const last = joined.at(-1)
      if (last && from <= last[1]) last[1] = Math.max(last[1], to)
      else joined.push([from, to])
      return joined
    }, [])
  }
}
