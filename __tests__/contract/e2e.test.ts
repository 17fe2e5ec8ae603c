import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { SHA } from '../runner/runner.ts'
import { type JobRun, runWorkflow, type WorkflowOptions, type WorkflowRun } from '../runner/workflow.ts'

// The workflow that shows the action at work on GitHub, run here with the stand-ins that it starts itself. There is only
// one dist here, so one leg of each job is enough.

const root = fileURLToPath(new URL('../../', import.meta.url))
const BOTH = 'dist: [committed, fresh]'
const whole = readFileSync(new URL('../../.github/workflows/e2e.yml', import.meta.url), 'utf8')
const source = whole.replaceAll(BOTH, 'dist: [committed]')

interface Jobs {
  readonly jobs: Readonly<Record<string, { readonly needs?: unknown }>>
}
const file = parse(source) as Jobs

/** The workflow with only some of its jobs, which then need nothing. */
function only(...names: readonly string[]): string {
  const jobs = Object.entries(file.jobs)
    .filter(([name]) => names.includes(name))
    .map(([name, { needs: _needs, ...job }]) => [name, job])
  return stringify({ ...file, jobs: Object.fromEntries(jobs) as object })
}

function run(text: string, more: WorkflowOptions = {}): Promise<WorkflowRun> {
  return runWorkflow(text, {
    workspace: root,
    without: ['actions/checkout', 'actions/setup-node'],
    github: { api_url: 'http://127.0.0.1:9' },
    ...more,
    files: { npm: '#!/bin/sh\nexit 0\n', ...more.files },
  })
}

/** What GitHub's API says about the annotations of a job, as the program `gh` with its own --jq. */
function githubCli(annotations: object): string {
  const jobs = { jobs: ['release (x)', 'errors (a)', 'errors (b)'].map((name, id) => ({ name, id })) }
  return `#!/usr/bin/env bash
case "$2" in
  */jobs\\?*) answer=$JOBS ;;
  */check-runs/[12]/annotations\\?*) answer=$ANNOTATIONS ;;
  *) exit 1 ;;
esac
test "$3" = --jq && jq -r "$4" <<<"$answer"
`
    .replace('$JOBS', `'${quoted(jobs)}'`)
    .replace('$ANNOTATIONS', `'${quoted(annotations)}'`)
}

const quoted = (value: object): string => JSON.stringify(value).replaceAll("'", String.raw`'\''`)

/** The annotations of the red steps of a job, as GitHub lists them. */
function annotationsOf({ steps }: JobRun): object[] {
  return steps
    .flatMap(({ action }) => action?.annotations ?? [])
    .map(({ level, title, message }) => ({
      annotation_level: level === 'error' ? 'failure' : level,
      title,
      message,
    }))
}

describe('e2e.yml', () => {
  let result: WorkflowRun

  beforeAll(async () => {
    result = await run(source, { files: { gh: '#!/bin/sh\nexit 1\n' } })
  })

  it('tries the committed and a fresh dist', () => {
    expect(whole.split(BOTH)).toHaveLength(4)
  })

  it.each(['release', 'build', 'errors', 'outputs'])('%s passes', (job) => {
    const failed = result.jobs[job]?.steps.filter(({ conclusion }) => conclusion === 'failure')
    expect(failed?.map(({ log }) => log)).toEqual([])
    expect(result.jobs[job]?.result).toBe('success')
  })

  it('has a red step for everything that has to go wrong', () => {
    const failed = result.jobs['errors']?.steps.filter(({ outcome }) => outcome === 'failure')
    expect(failed?.map(({ id }) => id)).toEqual(['token', 'input', 'build'])
  })

  it('hands outputs to another job, one leg for each build', () => {
    expect(result.jobs['release']?.outputs['release-version']).toBe(SHA)
    expect(result.jobs['outputs']?.steps).toHaveLength(2)
  })

  it('is red when one job is, here the one without a response of GitHub', () => {
    expect([result.jobs['annotations']?.result, result.jobs['gate']?.result]).toEqual(['failure', 'failure'])
  })

  it('finds each error once among the annotations', async () => {
    const annotations = annotationsOf(result.jobs['errors'] as JobRun)
    const read = async (list: object[]): Promise<string | undefined> =>
      (await run(only('annotations'), { files: { gh: githubCli(list) } })).jobs['annotations']?.result
    expect(await read(annotations)).toBe('success')
    expect(await read([...annotations, ...annotations])).toBe('failure')
    expect(await read([])).toBe('failure')
  })
})
