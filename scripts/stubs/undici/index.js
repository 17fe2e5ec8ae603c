export function ProxyAgent() {
  throw new Error('ProxyAgent is not part of this action, see scripts/stubs/README.md')
}

export function fetch() {
  throw new Error('fetch is not part of this action, see scripts/stubs/README.md')
}
