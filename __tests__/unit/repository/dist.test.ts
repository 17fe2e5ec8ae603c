import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Names of the modules that src imports late, as scripts/build.mjs forms them: `abf/index.ts` is `abf`. */
function lateModules(): string[] {
  const files = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  return files.flatMap((file) => {
    const text = readFileSync(`${ROOT}src/${file}`, 'utf8')
    const folder = posix.dirname(file.replaceAll('\\', '/'))
    return [...text.matchAll(/\bimport\('(\.[^']+)'\)/g)].map(([, path = '']) =>
      posix
        .join(folder, path)
        .replace(/(\/index)?\.ts$/, '')
        .replaceAll('/', '-'),
    )
  })
}

it('dist has a file for each module that is imported late, named after it', () => {
  const names = [...new Set(lateModules())]
  const files = readdirSync(`${ROOT}dist`)
  expect(files).toEqual(expect.arrayContaining(names.map((name) => `${name}.js`)))
  const rest = files.filter(
    (file) => !names.some((name) => [`${name}.js`, `${name}-packages.js`].includes(file)),
  )
  expect(rest.toSorted()).toEqual(['index.js', 'licenses.txt', 'package.json'])
})
