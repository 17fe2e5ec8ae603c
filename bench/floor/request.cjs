// The least that a program in JavaScript has to do: one GET, with nothing but what Node brings, and no module to link.
const { get } = require('node:http')

get(process.argv[2] ?? '', (answer) => {
  let text = ''
  answer.setEncoding('utf8').on('data', (piece) => (text += piece))
  answer.on('end', () => {
    process.exitCode = JSON.parse(text).version === process.argv[3] ? 0 : 1
  })
})
