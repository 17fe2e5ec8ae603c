import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { build, upload, workspaceWith } from './sourcemaps.ts'
import { parse } from 'yaml'
import { actionFile } from '../runner/runner.ts'
import { ensure, gate, NO_REPOSITORY, startGitHub, startSentry } from './helpers.ts'

interface Described {
  readonly description?: string
  readonly required?: boolean
  readonly default?: unknown
}

const root = new URL('../../', import.meta.url)
const file = parse(readFileSync(new URL('action.yml', root), 'utf8')) as {
  readonly name: string
  readonly description: string
  readonly inputs: Readonly<Record<string, Described>>
  readonly outputs: Readonly<Record<string, Described>>
  readonly runs: { readonly using: string; readonly main: string; readonly post: string }
}
/** Outputs of the part that this suite does not run. */
const isForBuilds = (name: string): boolean => /^(build-|packages$)/.test(name)

describe.concurrent('action.yml', () => {
  it('runs files that exist with Node 24', () => {
    expect(file.runs.using).toBe('node24')
    expect(
      [file.runs.main, file.runs.post].filter((path) => !existsSync(fileURLToPath(new URL(path, root)))),
    ).toEqual([])
  })

  it('can be published in the Marketplace, which takes descriptions of less than 125 characters', () => {
    expect(file.description.length).toBeLessThan(125)
  })

  it('describes itself, every input and every output', () => {
    const all: Readonly<Record<string, Described>> = { ...file.inputs, ...file.outputs, action: file }
    const silent = Object.entries(all).filter(([, { description = '' }]) => description.trim().length < 10)
    expect(silent.map(([name]) => name)).toEqual([])
  })

  it('has kebab-case names and text as defaults', () => {
    const names = [...Object.keys(file.inputs), ...Object.keys(file.outputs)]
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([])
    expect(Object.values(file.inputs).filter(({ default: text = '' }) => typeof text !== 'string')).toEqual(
      [],
    )
  })

  it('has defaults that the action accepts', async () => {
    const sentry = await startSentry()
    const { code, annotations } = await gate(sentry)
    expect([code, annotations]).toEqual([0, []])
  })

  it('declares every output that runs write, and runs write every output that it declares', async () => {
    const sentry = await startSentry(NO_REPOSITORY)
    const { github, repository, token } = await startGitHub()
    const [commit = ''] = repository.linear(1)
    const everything = { commit, 'github-token': token, environment: 'production' }
    const env = { GITHUB_API_URL: github.url }
    const runs = [
      await gate(sentry, everything, { env }),
      await gate(sentry, everything, { env }),
      await ensure(sentry, { projects: 'nobody' }),
      await gate(sentry, { 'set-commits': 'refs' }),
      await upload(sentry, await workspaceWith(build('app'))),
    ]
    const written = new Set(runs.flatMap(({ outputs }) => Object.keys(outputs)))
    const declared = Object.keys(file.outputs)
    expect([...written].filter((name) => !declared.includes(name))).toEqual([])
    expect(declared.filter((name) => !written.has(name) && !isForBuilds(name))).toEqual([])
  })

  it('is read the same by the runner of these tests', () => {
    expect(Object.keys(actionFile.inputs)).toEqual(Object.keys(file.inputs))
  })
})
