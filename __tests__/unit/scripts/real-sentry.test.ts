import { expect, it } from 'vitest'
import { loadRecorded } from '../../../scripts/real-sentry/compare.ts'
import { differences, normalize } from '../../../scripts/real-sentry/normalize.ts'
import { describeRequest, loadRequests, sendRaw } from '../../../scripts/real-sentry/requests.ts'
import { startStandIn } from '../../../scripts/real-sentry/stand-in.ts'

it('the stand-in for Sentry responds to all raw requests as the real server 23.7.1 did when it was recorded', async () => {
  const requests = [...loadRequests().values()].flat()
  const recorded = loadRecorded()
  expect(recorded).toHaveLength(requests.length)
  const { standIn, target } = await startStandIn()
  await using _ = standIn
  const found: string[] = []
  for (const [index, request] of requests.entries()) {
    const real = recorded[index]
    const response = normalize(await sendRaw(request, target), target)
    if (real === undefined || request.differs !== undefined) continue
    found.push(...differences(real, response).map((line) => `${describeRequest(request)}: ${line}`))
  }
  expect(found).toEqual([])
}, 120_000)

it('has at least 300 raw requests, and a reason for each that the stand-in responds to differently', () => {
  const requests = [...loadRequests().values()].flat()
  expect(requests.length).toBeGreaterThanOrEqual(300)
  expect(requests.filter(({ differs }) => differs === '')).toEqual([])
})
