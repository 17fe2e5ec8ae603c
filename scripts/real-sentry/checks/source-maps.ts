import { strict as assert } from 'node:assert'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionResult } from '../../../__tests__/runner/runner.ts'
import { unzip } from '../../../__tests__/servers/sentry/artifacts.ts'
import { failure, succeeded } from '../expect.ts'
import type { Check, Place, Step } from '../place.ts'

/** Whether chunk-upload offers `artifact_bundles_v2`; servers of today always do. */
const MISSING_CHUNKS = 'sourcemaps.artifact_bundles.assemble_with_missing_chunks'

interface Build {
  readonly script: () => string
  readonly removeMap: () => void
  readonly step: (inputs?: Readonly<Record<string, string>>, step?: Step) => Promise<ActionResult>
  readonly upload: (inputs?: Readonly<Record<string, string>>, step?: Step) => Promise<ActionResult>
}

/** A script and its map in a workspace of their own, different for each check. */
async function withBuild(place: Place, use: (build: Build) => Promise<void>): Promise<void> {
  const workspace = mkdtempSync(join(tmpdir(), 'real-sentry-maps-'))
  try {
    mkdirSync(join(workspace, 'dist'))
    const map = {
      version: 3,
      sources: ['../src/app.ts'],
      sourcesContent: ['call()'],
      names: [],
      mappings: 'AAAA',
    }
    writeFileSync(join(workspace, 'dist/app.js'), `call("${place.sha}")\n//# sourceMappingURL=app.js.map\n`)
    writeFileSync(join(workspace, 'dist/app.js.map'), JSON.stringify(map))
    const step: Build['step'] = async (inputs = {}, run = {}) =>
      await place.step({ sourcemaps: 'dist', ...inputs }, { ...run, env: { GITHUB_WORKSPACE: workspace } })
    await use({
      script: () => readFileSync(join(workspace, 'dist/app.js'), 'utf8'),
      removeMap: () => {
        rmSync(join(workspace, 'dist/app.js.map'))
      },
      step,
      upload: async (inputs, run) => succeeded(await step(inputs, run)),
    })
  } finally {
    rmSync(workspace, { recursive: true })
  }
}

/** Looks the bundle up as symbolication does, by the id in the script, and compares what comes back. */
async function comesBack({ api }: Place, script: string, project: string): Promise<void> {
  const id = /debugId=(\S+)\s*$/.exec(script)?.[1] ?? ''
  const bundle = await api.artifact(project, id)
  assert.ok(bundle, `${project} has no bundle for debug id ${id}`)
  const files = unzip(bundle)
  assert.equal(
    files?.get('files/_/_/app.js')?.toString(),
    script,
    'the script that comes back is another one',
  )
  const map = JSON.parse(files.get('files/_/_/app.js.map')?.toString() ?? '') as { debugId?: string }
  assert.equal(map.debugId, id)
}

async function uploadTwice(place: Place, projects: readonly string[]): Promise<void> {
  await withBuild(place, async ({ script, upload }) => {
    const inputs = { projects: projects.join(','), dist: '7' }
    const first = await upload(inputs)
    assert.equal(first.outputs['sourcemap-state'], 'ok')
    assert.notEqual(first.outputs['sourcemap-bytes-sent'], '0')
    for (const project of projects) await comesBack(place, script(), project)
    const second = await upload(inputs)
    assert.equal(second.outputs['sourcemap-state'], 'ok')
    assert.equal(second.outputs['sourcemap-bytes-sent'], '0')
  })
}

export const sourceMapChecks: readonly Check[] = [
  {
    name: 'source maps: a server that tells missing chunks stores the bundle for all projects, and gives it back by debug id',
    run: async (place) => {
      await place.sentry.setOption(MISSING_CHUNKS, 'true')
      await uploadTwice(place, ['web', 'api'])
    },
  },
  {
    name: 'source maps: a server that never tells missing chunks stores the bundle, too, and is sent nothing twice',
    run: async (place) => {
      await place.sentry.setOption(MISSING_CHUNKS, 'false')
      await uploadTwice(place, ['web', 'worker'])
    },
  },
  {
    name: 'source maps: the bundle of one project reaches another one later',
    run: async (place) => {
      await place.sentry.setOption(MISSING_CHUNKS, 'true')
      await withBuild(place, async ({ script, upload }) => {
        await upload({ projects: 'web' })
        await upload({ projects: 'web,api' })
        await comesBack(place, script(), 'api')
      })
    },
  },
  {
    name: 'source maps: a token that may only write releases uploads a bundle, too',
    run: async (place) => {
      await withBuild(place, async ({ script, upload }) => {
        const { outputs } = await upload({ dist: 'arm64' }, { token: 'integrationReleases' })
        assert.equal(outputs['sourcemap-state'], 'ok')
        await comesBack(place, script(), 'web')
      })
    },
  },
  {
    name: 'source maps: a script without its map fails the step before finalize and deploy',
    run: async (place) => {
      await withBuild(place, async ({ removeMap, step }) => {
        removeMap()
        assert.match(failure(await step({ finalize: 'true', environment: 'production' })), /app\.js/)
        assert.equal((await place.api.release(place.sha)).dateReleased, null)
        assert.deepEqual(await place.api.deploys(place.sha), [])
      })
    },
  },
]
