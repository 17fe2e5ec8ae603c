/**
 * Settles at the first SIGINT or SIGTERM, with its name. Further ones are ignored from then on: a terminal and the
 * programs between it and this one each send their own.
 */
export async function untilStopped(): Promise<NodeJS.Signals> {
  return await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, resolve)
  })
}
