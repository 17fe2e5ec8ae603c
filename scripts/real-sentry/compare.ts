import { readFileSync, writeFileSync } from 'node:fs'
import { differences, normalize } from './normalize.ts'
import { describeRequest, loadRequests, type RawResponse, sendRaw, type Target } from './requests.ts'
import type { RealSentry } from './server.ts'
import { startStandIn } from './stand-in.ts'

/** One request and its problems: none when both servers respond equally, or differently for a known reason. */
export interface Comparison {
  readonly name: string
  readonly problems: readonly string[]
  readonly real: RawResponse
}

const RECORDED = new URL('responses.jsonl', import.meta.url)

/** What the server responded when it was last recorded, in the order of the requests. */
export function loadRecorded(): RawResponse[] {
  const lines = readFileSync(RECORDED, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as RawResponse)
}

/** Keeps what the server responded, for runs without a server. */
export function record(comparisons: readonly Comparison[]): void {
  writeFileSync(RECORDED, comparisons.map(({ real }) => `${JSON.stringify(real)}\n`).join(''))
}

/** Sends all requests of the files that match to the server and to the stand-in. */
export async function compareWithStandIn(sentry: RealSentry, pattern: RegExp): Promise<Comparison[]> {
  const real: Target = { url: sentry.url, ids: sentry.seed.ids, tokens: sentry.seed.tokens }
  const { standIn, target } = await startStandIn()
  await using _ = standIn
  const comparisons: Comparison[] = []
  for (const [file, requests] of loadRequests()) {
    if (!pattern.test(`requests ${file}`)) continue
    for (const [index, request] of requests.entries()) {
      const [fromReal, fromStandIn] = [
        normalize(await sendRaw(request, real), real),
        normalize(await sendRaw(request, target), target),
      ]
      const found = differences(fromReal, fromStandIn)
      const stale = request.differs !== undefined && found.length === 0
      comparisons.push({
        name: `requests ${file} ${index + 1}: ${describeRequest(request)}`,
        problems: stale
          ? ['the stand-in now responds as the server does: remove `differs`']
          : request.differs
            ? []
            : found,
        real: fromReal,
      })
    }
  }
  return comparisons
}
