export class HttpClient {
  // @actions/github asks for both while it is loaded. There is no agent: octokit gets the action's own HTTP.
  getAgent() {
    return undefined
  }

  getAgentDispatcher() {
    return undefined
  }

  getJson() {
    throw new Error('HttpClient.getJson is not part of this action, see scripts/stubs/README.md')
  }
}
