import { strict as assert } from 'node:assert'
import type { ChildProcess } from 'node:child_process'
import { succeeded } from '../expect.ts'
import type { Check, Place } from '../place.ts'
import { Tap } from '../tap.ts'

/** More than a step of this kind sends; the last turns run through unharmed. */
const TURNS = 12

async function killedAfter(turn: number, { step, post, api, repository, sentry, sha }: Place): Promise<void> {
  const commits = repository.linear(3)
  const head = commits.at(-1) ?? ''
  const version = `killed@${sha}`
  const inputs = {
    version,
    commit: head,
    'previous-commit': commits[0] ?? '',
    'set-commits': 'commits',
    finalize: 'true',
    environment: 'production',
  }
  await using tap = await new Tap(new URL(sentry.url)).start()
  let child: ChildProcess | undefined
  tap.onResponse((number) => {
    if (number === turn) child?.kill('SIGKILL')
  })
  const run = { url: tap.url, env: { GITHUB_REPOSITORY: repository.fullName } }
  const killed = await step(inputs, {
    ...run,
    onStart: (process) => {
      child = process
    },
  })
  tap.onResponse(() => undefined)
  assert.ok(killed.code === null || killed.code === 0, `the step failed by itself:\n${killed.stdout}`)
  succeeded(await post(killed, run))
  const again = succeeded(await step(inputs, run))
  const release = await api.release(version)
  const context = `${tap.requests.join('\n')}\n${again.stdout}`
  assert.deepEqual(await api.commits(version), commits.slice(1).toReversed(), context)
  assert.equal((await api.deploys(version)).length, 1, context)
  assert.notEqual(release.dateReleased, null, context)
}

export const killChecks: readonly Check[] = Array.from({ length: TURNS }, (_, index) => ({
  name: `killed after response ${index + 1}, a second run ends with one release, its commits and one deploy`,
  run: (place) => killedAfter(index + 1, place),
}))
