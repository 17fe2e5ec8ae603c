/** Texts that are not what their author sees in the workflow file. */

type Nature = readonly [pattern: RegExp, nature: string]

/** Traces of a value that got lost on its way into an input. No input takes them. */
const LOST_VALUES: readonly Nature[] = [
  [
    /^(?:Array|Object)$/,
    'GitHub writes this for a whole array or object: use join() or toJSON() in the expression',
  ],
  [/^\[object Object\]$/, 'JavaScript writes this for a whole object: use JSON.stringify()'],
  [/^\*{3}$/, 'GitHub shows this in the place of a secret; it is not its value'],
  [/\$\{\{/, 'this expression was not evaluated, as in a file that GitHub does not read as a workflow'],
  [/^(?:null|undefined)$/, 'this is what an empty value becomes in JSON or in a script'],
]

/** What is not visible in a text that was refused for another reason. */
const ODDITIES: readonly Nature[] = [
  [/^-\s+\S/, 'this is a list in YAML, and one value is needed'],
  [/^(["'`]).*\1$/s, 'the quotes are part of the value'],
]

/** Invisible characters, spaces that are not the usual one, and full-width forms, which copied texts bring along. */
const ODD_CHARACTER = /(?![\t\r\n ])[\p{Cc}\p{Cf}\p{Zs}\p{Default_Ignorable_Code_Point}\uFF01-\uFF5E]/u

export function isLostValue(text: string): boolean {
  return LOST_VALUES.some(([pattern]) => pattern.test(text))
}

/** What a text is that its author did not mean, in brackets after a space; empty for any other text. */
export function describeOddity(text: string): string {
  const nature = [...LOST_VALUES, ...ODDITIES].find(([pattern]) => pattern.test(text))?.[1] ?? oddityOf(text)
  return nature === undefined ? '' : ` (${nature})`
}

function oddityOf(text: string): string | undefined {
  const code = ODD_CHARACTER.exec(text)?.[0].codePointAt(0)
  if (code === undefined) return undefined
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  return `it contains ${name}, an invisible or look-alike character: type the text instead of copying it`
}
