import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCommandLine, USAGE } from './command-line.ts'
import { keep } from './keep.ts'
import { type Played, play } from './play.ts'
import { present, presentList } from './present.ts'

/** Scenarios mostly wait for builds. */
const AT_ONCE = 6

type Options = ReturnType<typeof readCommandLine>

async function main(options: Options): Promise<void> {
  if (options.show === 'help') process.stdout.write(USAGE)
  else if (options.show === 'list') process.stdout.write(presentList())
  else if (options.keep) await playAndKeep(options)
  else await playAll(options)
}

async function playAll(options: Options): Promise<void> {
  const all: Played[] = []
  for await (const played of inOrder(options.names)) {
    show(played, all.length, options)
    all.push(played)
  }
  await writeFiles(all, options)
}

async function playAndKeep(options: Options): Promise<void> {
  const [name = ''] = options.names
  await play(name, async (stage, played) => {
    show(played, 0, options)
    await writeFiles([played], options)
    await keep(stage, played)
  })
}

/** What came of each scenario in the order of the names, a few of them played at the same time. */
async function* inOrder(names: readonly string[]): AsyncGenerator<Played> {
  const running: Promise<Played>[] = []
  const begin = (name: string | undefined): void => {
    if (name === undefined) return
    const played = play(name)
    // Its turn to be awaited comes later, and a failure until then is not lost.
    played.catch(() => undefined)
    running.push(played)
  }
  for (const name of names.slice(0, AT_ONCE)) begin(name)
  for (let at = 0; at < names.length; at += 1) {
    const played = await running[at]
    begin(names[at + AT_ONCE])
    if (played) yield played
  }
}

function show(played: Played, index: number, { names, markdown }: Options): void {
  const title = names.length === 1 ? played.name : `${index + 1} of ${names.length}: ${played.name}`
  process.stdout.write(`${index === 0 ? '' : '\n\n'}${present(played, title, { markdown })}`)
}

/** The files that were asked for, and the exit code. Only they need the libraries for Markdown, which take a while. */
async function writeFiles(all: readonly Played[], { html, document }: Options): Promise<void> {
  if (html !== undefined) {
    const { writePage } = await import('./page.ts')
    const path = html === '' ? join(mkdtempSync(join(tmpdir(), 'release-gate-demo-')), 'summary.html') : html
    writePage(path, all)
    process.stdout.write(`\nThe job summaries as a page: ${path}\n`)
  }
  const [played] = all
  if (document !== undefined && played) {
    const { writeDocument } = await import('./document.ts')
    await writeDocument(document, played)
    process.stdout.write(`\nThe document: ${document}\n`)
  }
  process.exitCode = all.every(({ asExpected }) => asExpected) ? 0 : 1
}

function readOptions(): Options | undefined {
  try {
    return readCommandLine(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error ? error.message : String(error)}\nSee npm run demo -- --help\n`,
    )
    process.exitCode = 1
    return undefined
  }
}

// A reader that has seen enough, such as `| head`, is not a failure: the scenarios end as they would without it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const options = readOptions()
if (options) await main(options)
