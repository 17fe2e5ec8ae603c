import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(`${folder}/${entry.name}`)
      : readFileSync(join(root, folder, entry.name), 'utf8'),
  )
}

/** The messages in the first column of the table under "Troubleshooting". */
function messages(): string[] {
  const section = readme.split('## Troubleshooting')[1]?.split('\n## ')[0] ?? ''
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text))
}

describe('README.md', () => {
  it('has the inputs and outputs of action.yml', () => {
    const check = spawnSync(process.execPath, ['scripts/readme.mjs', '--check'], { cwd: root })
    expect(check.stderr.toString()).toBe('')
    expect(check.status).toBe(0)
  })

  const code = sources('src').join('\n')

  it.each(messages())('explains a message that exists: %s', (text) => {
    expect(code).toContain(text)
  })

  it('explains messages at all', () => {
    expect(messages().length).toBeGreaterThan(15)
  })

  it('links to files that exist', () => {
    const targets = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target)
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([])
    expect(targets).toContain('docs/migration.md')
  })
})
