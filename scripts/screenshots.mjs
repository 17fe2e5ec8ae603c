// Takes the pictures in docs/images: job summaries of `npm run demo -- --html` in Chromium, with charts drawn by Mermaid.
// Needs two packages that nothing else needs, and a Chromium:
//
//   npm install --no-save playwright-core@1.65.1 mermaid@11.17.2
//   npx playwright-core install chromium     # or CHROMIUM=/usr/bin/chromium
//   node scripts/screenshots.mjs             # all pictures; or: node scripts/screenshots.mjs page.html folder
//
// With a page and a folder it takes each job summary of that page: `npm run demo -- --html page.html`.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Scenarios of the demo, and the files that show them. */
const PICTURES = { build: 'summary-success.png', 'build-fails': 'summary-failure.png' }
/** CSS pixels: the column in which GitHub shows a job summary, and the frame of the demo page around it. */
const COLUMN = 850
const FRAME = 16

const require = createRequire(import.meta.url)
const { chromium } = require('playwright-core')
const mermaid = require.resolve('mermaid/dist/mermaid.min.js')

const [page, folder] = process.argv.slice(2)
if (page === undefined) {
  const temporary = mkdtempSync(join(tmpdir(), 'screenshots-'))
  const path = join(temporary, 'page.html')
  const names = Object.keys(PICTURES).flatMap((name) => ['--scenario', name])
  execFileSync('npm', ['run', '--silent', 'demo', '--', ...names, '--html', path], { stdio: 'ignore' })
  await take(path, 'docs/images', (name) => PICTURES[name])
  rmSync(temporary, { recursive: true })
} else {
  await take(page, folder ?? '.', (name) => `${name}.png`)
}

/** One picture for each summary of the page; `fileOf` names it by the title above the summary. */
async function take(path, target, fileOf) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM })
  const context = await browser.newContext({
    // The page allows no scripts.
    bypassCSP: true,
    colorScheme: 'light',
    deviceScaleFactor: 1.5,
    timezoneId: process.env.TZ || 'UTC',
    viewport: { width: COLUMN + 2 * FRAME, height: 1000 },
  })
  const tab = await context.newPage()
  await tab.goto(pathToFileURL(resolve(path)).href)
  await tab.addScriptTag({ path: mermaid })
  await tab.evaluate(drawCharts)
  mkdirSync(target, { recursive: true })
  const used = new Map()
  for (const article of await tab.locator('article').all()) {
    const name = await article.evaluate(titleOf)
    const count = (used.get(name) ?? 0) + 1
    used.set(name, count)
    const file = fileOf(count === 1 ? name : `${name}-${count}`)
    if (file === undefined) continue
    await article.screenshot({ path: join(target, file) })
    process.stdout.write(`${join(target, file)}\n`)
  }
  await browser.close()
}

// The functions below run in the browser.

/* global document, window */

async function drawCharts() {
  for (const figure of document.querySelectorAll('figure')) {
    figure.replaceWith(...figure.querySelectorAll('pre.mermaid'))
  }
  for (const chart of document.querySelectorAll('pre.mermaid')) {
    chart.style.background = 'none'
    chart.style.padding = '0'
  }
  window.mermaid.initialize({ startOnLoad: false })
  await window.mermaid.run({ querySelector: 'pre.mermaid' })
}

function titleOf(article) {
  let before = article.previousElementSibling
  while (before && before.tagName !== 'H2') before = before.previousElementSibling
  return before?.id ?? 'summary'
}
