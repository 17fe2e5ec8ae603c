// Writes the tables of inputs and outputs in README.md from action.yml: `node scripts/readme.mjs`; with `--check` it
// only says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { parse } from 'yaml'

const action = parse(readFileSync('action.yml', 'utf8'))

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim()

// In the order of action.yml: the release, its source maps, ABF, then what concerns both.
const names = Object.keys(action.inputs)
const ofAbf = names.filter((name) => name.startsWith('abf-'))
const [before, after] = [names.indexOf(ofAbf[0] ?? ''), names.indexOf(ofAbf.at(-1) ?? '')]
const ofSentry = names.slice(0, before)
/** @param {string} name */
const isForSourceMaps = (name) => name.startsWith('sourcemaps') || name === 'dist'
const groups = {
  'The release in Sentry': ofSentry.filter((name) => !isForSourceMaps(name)),
  'Source maps': ofSentry.filter(isForSourceMaps),
  'Builds on ABF': names.slice(before, after + 1),
  General: names.slice(after + 1),
}

/** @param {string[]} group */
const inputs = (group) => [
  '| input | default | meaning |',
  '| --- | --- | --- |',
  ...group.map((name) => {
    const { description, default: value } = action.inputs[name]
    return `| \`${name}\` | ${value === undefined ? '' : `\`${value}\``} | ${cell(description)} |`
  }),
]

const tables = {
  inputs: Object.entries(groups).flatMap(([title, group]) => [`### ${title}`, '', ...inputs(group), '']),
  outputs: [
    '| output | content |',
    '| --- | --- |',
    ...Object.entries(action.outputs).map(
      ([name, { description }]) => `| \`${name}\` | ${cell(description)} |`,
    ),
    '',
  ],
}

const old = readFileSync('README.md', 'utf8')
const filled = Object.entries(tables).reduce((text, [name, lines]) => {
  const [begin, end] = [`<!-- ${name}: generated from action.yml -->`, `<!-- end of ${name} -->`]
  const [head, rest] = text.split(begin)
  const tail = rest?.split(end)[1]
  if (tail === undefined) throw new Error(`README.md has no place for the ${name}`)
  // Long cells, padded to the longest, would make the source unreadable.
  const table = ['<!-- prettier-ignore-start -->', '', ...lines, '<!-- prettier-ignore-end -->'].join('\n')
  return `${head}${begin}\n\n${table}\n\n${end}${tail}`
}, old)

const text = await format(filled, { ...(await resolveConfig('README.md')), filepath: 'README.md' })

if (!process.argv.includes('--check')) writeFileSync('README.md', text)
else if (text !== old) {
  console.error('README.md is older than action.yml: run `npm run docs`.')
  process.exit(1)
}
