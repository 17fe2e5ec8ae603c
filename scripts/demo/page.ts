import { writeFileSync } from 'node:fs'
import { escape, githubHtml } from './github-html.ts'
import { logLines } from './log.ts'
import type { Played } from './play.ts'
import { stepLines } from './present.ts'

const STYLE = `
:root { color-scheme: light dark; --line: #d1d9e0; --soft: #f6f8fa; --link: #0969da; --quiet: #59636e }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #151b23; --link: #4493f8; --quiet: #9198a1 } }
body { font: 16px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; max-width: 1012px;
  margin: 2rem auto; padding: 0 1rem }
h1, h2 { border-bottom: 1px solid var(--line); padding-bottom: .3em; font-weight: 600 }
a { color: var(--link) }
article { border: 1px solid var(--line); border-radius: 6px; padding: 1rem 1.5rem; margin: 1rem 0; overflow-x: auto }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { border: 1px solid var(--line); padding: 6px 13px }
code { font: 85% ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--soft); border-radius: 6px;
  padding: .2em .4em }
pre { font: 85%/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--soft);
  border-radius: 6px; padding: 1rem; overflow-x: auto }
pre code { background: none; padding: 0; font-size: inherit }
blockquote { border-left: .25em solid var(--line); color: var(--quiet); margin: 1rem 0; padding: 0 1em }
figure { margin: 1rem 0 }
figcaption, .note { color: var(--quiet); font-size: 14px }`

/** Writes one page, which needs no network, with the job summaries of scenarios as GitHub would show them. */
export function writePage(path: string, all: readonly Played[]): void {
  const body = all.flatMap(({ name, sentence, steps }) => [
    `<h2 id="${escape(name)}">${escape(name)}</h2>`,
    `<p>${escape(sentence)}</p>`,
    ...steps.flatMap(({ step, result }, index) => [
      ...(steps.length > 1 ? [`<h3>Step ${index + 1}</h3>`] : []),
      folded('Step', stepLines(step.with, step.id)),
      folded('Log', logLines(result.stdout)),
      summary(result.summary),
    ]),
  ])
  const page = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<title>Job summaries of release-gate</title>',
    `<style>${STYLE}\n</style>`,
    '</head>',
    '<body>',
    '<h1>Job summaries of release-gate</h1>',
    '<p class="note">Runs of dist/index.js against stand-in servers on loopback: links to them lead nowhere.</p>',
    ...body,
    '</body>',
    '</html>',
    '',
  ]
  writeFileSync(path, page.join('\n'))
}

function folded(title: string, lines: readonly string[]): string {
  return `<details><summary>${title}</summary><pre>${escape(lines.join('\n'))}</pre></details>`
}

function summary(markdown: string): string {
  const { html, removed } = githubHtml(markdown)
  const note = `<p class="note">GitHub would take out: ${escape(removed.join(', '))}.</p>`
  return `<article>\n${html}</article>${removed.length > 0 ? note : ''}`
}
