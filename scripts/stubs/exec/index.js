export function getExecOutput() {
  throw new Error('getExecOutput is not part of this action, see scripts/stubs/README.md')
}
