import { expect, it } from 'vitest'
import { setCommitOutputs, setReleaseOutputs } from '../../src/outputs.ts'

function outputsOf(facts: Parameters<typeof setReleaseOutputs>[1]): Record<string, string> {
  const values: Record<string, string> = {}
  setReleaseOutputs({ set: (name, value) => (values[name] = value) }, facts)
  return values
}

it('outputs are texts, with the version byte for byte', () => {
  const release = { version: ' 1.0 <b>', id: 0, commitCount: 0, dateReleased: '2026-01-01T00:00:00Z' }
  const url = 'https://sentry.io/x'
  expect(outputsOf({ release, url, created: true, confirmedVersion: ' 1.0 <b>' })).toEqual({
    'release-version': ' 1.0 <b>',
    'release-id': '0',
    'release-created': 'true',
    'release-url': url,
    'release-finalized': 'true',
    'commit-count': '0',
    'confirmed-version': ' 1.0 <b>',
  })
})

it('what is not known yet is not set', () => {
  expect(
    outputsOf({ release: { version: '1', id: null, dateReleased: null }, url: 'u', created: false }),
  ).toEqual({
    'release-version': '1',
    'release-created': 'false',
    'release-url': 'u',
    'release-finalized': 'false',
  })
})

it('the number of commits is that of the commits that were sent, else what the release reports', () => {
  const values: Record<string, string> = {}
  const outputs = { set: (name: string, value: string) => void (values[name] = value) }
  const release = { version: '1.0', commitCount: 4 }
  const commits = [{ id: 'a', message: 'm', timestamp: 't' }]
  setCommitOutputs(outputs, { kind: 'sent', release, commits, previousCommit: undefined })
  expect(values['commit-count']).toBe('1')
  setCommitOutputs(outputs, { kind: 'present', release })
  expect(values['commit-count']).toBe('4')
})
