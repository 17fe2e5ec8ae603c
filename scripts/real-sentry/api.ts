/** A release as the server reports it, with what the checks look at. */
export interface Release {
  readonly id: number
  readonly version: string
  readonly status: string
  readonly ref: string | null
  readonly url: string | null
  readonly dateReleased: string | null
  readonly commitCount: number
  readonly deployCount: number
  readonly projects: readonly { readonly slug: string }[]
}

export interface Deploy {
  readonly id: string
  readonly environment: string
  readonly name: string | null
  readonly url: string | null
  readonly dateStarted: string | null
}

/** Reads and prepares the server without the action: what a check compares with does not come from what it checks. */
export class Api {
  readonly #base: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.#base = `${url}/api/0/organizations/acme/`
    this.#token = token
  }

  async release(version: string): Promise<Release> {
    return await this.#request<Release>('GET', `releases/${encodeURIComponent(version)}/`)
  }

  async exists(version: string): Promise<boolean> {
    const path = `releases/${encodeURIComponent(version)}/`
    return (await this.#send('GET', path)).status === 200
  }

  async create(version: string, fields: Readonly<Record<string, unknown>> = {}): Promise<Release> {
    return await this.#request<Release>('POST', 'releases/', { version, projects: ['web'], ...fields })
  }

  async change(version: string, fields: Readonly<Record<string, unknown>>): Promise<Release> {
    return await this.#request<Release>('PUT', `releases/${encodeURIComponent(version)}/`, fields)
  }

  /** SHAs, newest first. */
  async commits(version: string): Promise<string[]> {
    const path = `releases/${encodeURIComponent(version)}/commits/`
    return (await this.#request<{ readonly id: string }[]>('GET', path)).map(({ id }) => id)
  }

  async deploys(version: string): Promise<Deploy[]> {
    return await this.#request<Deploy[]>('GET', `releases/${encodeURIComponent(version)}/deploys/`)
  }

  /** Whether the release was deployed to the environment for the project with this id. */
  async isDeployedTo(version: string, environment: string, project: string): Promise<boolean> {
    const query = new URLSearchParams({ query: version, environment, project })
    const response = await this.#send('GET', `releases/?${query.toString()}`)
    // No project has this environment yet.
    if (response.status === 404) return false
    const releases = (await response.json()) as readonly Release[]
    return releases.some((release) => release.version === version)
  }

  /** The bundle that a look-up by debug id leads to; undefined when there is none. */
  async artifact(project: string, debugId: string): Promise<Buffer | undefined> {
    const path = `../../projects/acme/${project}/artifact-lookup/`
    const [found] = await this.#request<{ readonly url: string }[]>('GET', `${path}?debug_id=${debugId}`)
    if (!found) return undefined
    const response = await this.#send('GET', `${path}${new URL(found.url).search}`)
    if (!response.ok) throw new Error(`the bundle was responded with ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
  }

  async #request<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await this.#send(method, path, body)
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was responded with ${response.status}: ${text}`)
    return JSON.parse(text) as Body
  }

  async #send(method: string, path: string, body?: unknown): Promise<Response> {
    return await fetch(new URL(path, this.#base), {
      method,
      headers: {
        Authorization: `Bearer ${this.#token}`,
        'Content-Type': 'application/json',
        // The server closes each connection after its response without saying so.
        Connection: 'close',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }
}
