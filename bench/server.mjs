// A server that says the same every time, in a process of its own so that its work does not count for anybody. Driven by
// messages: `{ answers, delayMs }` starts it, `report` asks what has come since the last report.
import { createServer } from 'node:http'

let requests = 0
/** @type {bigint | undefined} */
let firstByte

process.on('message', (message) => {
  if (message === 'report') {
    process.send?.({ requests, firstByte: String(firstByte ?? 0n) })
    requests = 0
    firstByte = undefined
  } else {
    serve(message)
  }
})
process.on('disconnect', () => process.exit())

/** @param {any} config */
function serve({ answers, delayMs }) {
  const server = createServer((request, response) => {
    requests += 1
    const path = (request.url ?? '').replace(/\?.*/, '')
    const { status, body } = answers[`${request.method} ${path}`] ?? { status: 404, body: { detail: 'no' } }
    request.resume().on('end', () => {
      setTimeout(() => {
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
      }, delayMs)
    })
  })
  server.on('connection', (socket) => {
    socket.once('data', () => (firstByte ??= process.hrtime.bigint()))
  })
  server.listen(0, '127.0.0.1', () => process.send?.({ port: /** @type {any} */ (server.address()).port }))
}
