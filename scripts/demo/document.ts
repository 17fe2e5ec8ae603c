import { writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { logLines } from './log.ts'
import type { Played } from './play.ts'
import { outputLines, requestLines, stepLines } from './present.ts'

/**
 * Writes what a scenario printed as a Markdown document in which GitHub shows the job summary as it is. Addresses of
 * servers are replaced, and the document says so.
 */
export async function writeDocument(path: string, played: Played): Promise<void> {
  const config = await resolveConfig(path)
  writeFileSync(path, await format(documentOf(played), { ...config, filepath: path }))
}

function documentOf({ name, sentence, steps, urls }: Played): string {
  const placeholders = Object.keys(urls).map((server) => `\`${placeholder(server)}\``)
  const parts = steps.flatMap(({ step, ...played }) => [
    '## The step',
    fenced('yaml', stepLines(step.with, step.id)),
    '## Its log',
    fenced('text', logLines(played.result.stdout)),
    '## Its outputs',
    fenced('text', outputLines(played.result.outputs, Number.POSITIVE_INFINITY)),
    '## Its requests',
    fenced('text', requestLines({ step, ...played })),
    '## Its job summary',
    played.result.summary,
  ])
  const text = [
    `# Example: ${name}`,
    sentence,
    `This is the output of a run of \`dist/index.js\` against the stand-in servers of this repository. The servers ` +
      `listen on loopback; this page shows ${placeholders.join(', ')} instead of their addresses. It shortens the ` +
      'paths and hashes of requests. Everything else is the original output.',
    `\`npm run demo -- --scenario ${name} --document FILE\` writes this page.`,
    ...parts,
  ].join('\n\n')
  return Object.entries(urls).reduce(
    (shown, [server, url]) => shown.replaceAll(url, placeholder(server)),
    text,
  )
}

/** An address of a kind that never exists (RFC 2606). */
function placeholder(server: string): string {
  return `http://${server}.invalid`
}

function fenced(language: string, lines: readonly string[]): string {
  return [`\`\`\`${language}`, ...lines, '```'].join('\n')
}
