// Writes the tables of inputs and outputs in README.md from action.yml: `node scripts/readme.mjs`; with `--check` it
// only says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { parse } from 'yaml'

const action = parse(readFileSync('action.yml', 'utf8'))

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim()

const tables = {
  inputs: [
    '| input | default | meaning |',
    '| --- | --- | --- |',
    ...Object.entries(action.inputs).map(
      ([name, { description, default: value }]) =>
        `| \`${name}\` | ${value === undefined ? '' : `\`${value}\``} | ${cell(description)} |`,
    ),
  ],
  outputs: [
    '| output | content |',
    '| --- | --- |',
    ...Object.entries(action.outputs).map(
      ([name, { description }]) => `| \`${name}\` | ${cell(description)} |`,
    ),
  ],
}

const before = readFileSync('README.md', 'utf8')
const filled = Object.entries(tables).reduce((text, [name, lines]) => {
  const [begin, end] = [`<!-- ${name}: generated from action.yml -->`, `<!-- end of ${name} -->`]
  const [head, rest] = text.split(begin)
  const tail = rest?.split(end)[1]
  if (tail === undefined) throw new Error(`README.md has no place for the ${name}`)
  return `${head}${begin}\n\n${lines.join('\n')}\n\n${end}${tail}`
}, before)

const after = await format(filled, { ...(await resolveConfig('README.md')), filepath: 'README.md' })

if (!process.argv.includes('--check')) writeFileSync('README.md', after)
else if (after !== before) {
  console.error('README.md is older than action.yml: run `npm run docs`.')
  process.exit(1)
}
