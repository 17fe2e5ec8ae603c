interface SemanticVersion {
  readonly package: string
  /** Major, minor, patch, revision. */
  readonly parts: readonly [number, number, number, number]
  /** How many of the parts the version names. */
  readonly components: number
  readonly pre: string | null
  readonly build: string | null
}

/** The parts of `package@1.2.3-pre+build`. Any other version, also one without a package, has no order. */
export function semanticVersion(version: string): SemanticVersion | undefined {
  const match = /^([^@]+)@(\d+)\.(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([\w.-]+))?(?:\+(.+))?$/.exec(version)
  if (!match) return undefined
  const [, name = '', major, minor, patch, revision, pre = null, build = null] = match
  return {
    package: name,
    parts: [Number(major), Number(minor), Number(patch ?? 0), Number(revision ?? 0)],
    components: 2 + Number(patch !== undefined) + Number(revision !== undefined),
    pre,
    build,
  }
}

/** `versionInfo` of a release; null for a version of control characters or of more than 250 bytes. */
export function versionInfo(version: string): object | null {
  const trimmed = version.trim()
  if (/[\0-\x1f\x7f]/.test(trimmed) || Buffer.byteLength(trimmed) > 250) return null
  const [, name = null, raw = trimmed] = /^([^@]+)@(.+)$/.exec(trimmed) ?? []
  const semantic = semanticVersion(trimmed)
  if (!semantic) {
    const hash = /^[0-9a-f]{12,64}$/.test(raw)
    const description = hash ? raw.slice(0, 12) : raw
    return { package: name, version: { raw }, description, buildHash: hash ? raw : null }
  }
  const { parts, components, pre, build: buildCode } = semantic
  const [major, minor, patch] = parts
  return {
    package: name,
    version: { raw, major, minor, patch, pre, buildCode, components },
    description: raw.replace(/\+(.+)$/, ' ($1)'),
    buildHash: null,
  }
}
