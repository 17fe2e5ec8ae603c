export function BearerCredentialHandler() {
  throw new Error('BearerCredentialHandler is not part of this action, see scripts/stubs/README.md')
}
