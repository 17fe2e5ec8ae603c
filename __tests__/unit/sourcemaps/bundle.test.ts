import { inflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Artifact, BundleWriter, bundlePath } from '../../../src/sourcemaps/bundle.ts'
import { compressFile } from '../../../src/sourcemaps/zip.ts'

const owner = { organization: 'acme', projects: ['web'], release: 'app@1', dist: undefined }
const ID = 'd5a2f155-940d-51e0-bd5c-84c549a8be44'
const script = (url: string, text = url): Artifact => ({
  type: 'minified_source',
  url,
  debugId: ID,
  sourcemap: 'app.js.map',
  content: Buffer.from(text),
})

async function make(artifacts: readonly Artifact[], change: object = {}): Promise<Buffer> {
  const parts: Buffer[] = []
  const writer = new BundleWriter({
    write: async (bytes) => {
      parts.push(Buffer.from(bytes))
    },
  })
  for (const artifact of artifacts) await writer.add(artifact, await compressFile(artifact.content))
  const { size } = await writer.finish({ ...owner, ...change })
  expect(Buffer.concat(parts)).toHaveLength(size)
  return Buffer.concat(parts)
}

/** Reads a zip by its directory. */
function unzip(bytes: Buffer): Record<string, string> {
  const end = bytes.length - 22
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50)
  const files: Record<string, string> = {}
  let at = bytes.readUInt32LE(end + 16)
  for (let entry = 0; entry < bytes.readUInt16LE(end + 10); entry += 1) {
    const [compressed, nameLength, local] = [
      bytes.readUInt32LE(at + 20),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt32LE(at + 42),
    ]
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength)
    const data = local + 30 + nameLength
    expect(bytes.toString('utf8', local + 30, data)).toBe(name)
    files[name] = inflateRawSync(bytes.subarray(data, data + compressed)).toString()
    at += 46 + nameLength
  }
  expect(at).toBe(end)
  return files
}

const manifest = (bytes: Buffer): { debug_id: string; note?: string; project?: string } =>
  JSON.parse(unzip(bytes)['manifest.json'] ?? '') as never

describe('an artifact bundle', () => {
  it('begins with its mark and holds the files and the manifest, which is last', async () => {
    const bytes = await make([script('~/a/é.js', 'a("é")')], { dist: '7' })
    expect(bytes.subarray(0, 8).toString('hex')).toBe('5359534202000000')
    const files = unzip(bytes)
    expect(Object.keys(files)).toEqual(['files/_/_/a/é.js', 'manifest.json'])
    expect(files['files/_/_/a/é.js']).toBe('a("é")')
    expect(JSON.parse(files['manifest.json'] ?? '')).toEqual({
      files: {
        'files/_/_/a/é.js': {
          type: 'minified_source',
          url: '~/a/é.js',
          headers: { 'debug-id': ID, sourcemap: 'app.js.map' },
        },
      },
      debug_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      org: 'acme',
      project: 'web',
      release: 'app@1',
      dist: '7',
    })
  })

  it('has the same bytes for the same files', async () => {
    expect(await make([script('~/a.js')])).toEqual(await make([script('~/a.js')]))
  })

  it('has an id of its files, not of its release', async () => {
    const [a, b, c] = [
      await make([script('~/a.js')]),
      await make([script('~/a.js')], { release: 'app@2' }),
      await make([script('~/a.js', 'x')]),
    ]
    expect(manifest(b).debug_id).toBe(manifest(a).debug_id)
    expect(manifest(c).debug_id).not.toBe(manifest(a).debug_id)
  })

  it('has other bytes for other projects, in whatever order they are given', async () => {
    const [one, two, turned] = [
      await make([script('~/a.js')], { projects: ['web', 'api'] }),
      await make([script('~/a.js')], { projects: ['web', 'ops'] }),
      await make([script('~/a.js')], { projects: ['api', 'web'] }),
    ]
    expect(manifest(one)).toMatchObject({ note: 'projects api,web' })
    expect(manifest(one)).not.toHaveProperty('project')
    expect(one).not.toEqual(two)
    expect(one).toEqual(turned)
  })

  it('has other bytes for a second attempt, and the same id', async () => {
    const [first, second] = [await make([script('~/a.js')]), await make([script('~/a.js')], { attempt: 2 })]
    expect(manifest(second)).toMatchObject({ note: 'attempt 2', debug_id: manifest(first).debug_id })
    expect(first).not.toEqual(second)
  })

  it.each([
    ['~/a/b.js', 'files/_/_/a/b.js'],
    ['/a.js', 'files/_/_/a.js'],
    ['a.js', 'files/_/_/a.js'],
    ['https://cdn.test/a/b.js', 'files/https/cdn.test/a/b.js'],
    ['app:///a.js', 'files/app/_/a.js'],
  ])('keeps %s at %s', (url, path) => {
    expect(bundlePath(url)).toBe(path)
  })

  it('gives files of one path different names', async () => {
    const names = Object.keys(unzip(await make([script('~/a.js'), script('/a.js'), script('a.js')])))
    expect(names).toEqual(['files/_/_/a.js', 'files/_/_/a.js.1', 'files/_/_/a.js.2', 'manifest.json'])
  })

  it('says when a file does not fit into the limit, and ends within it', async () => {
    const writer = new BundleWriter({ write: async () => {} })
    const artifact = script('~/a.js')
    const compressed = await compressFile(artifact.content)
    expect(writer.fits([{ artifact, compressed }], 64 * 1024)).toBe(false)
    const limit = 64 * 1024 + 5000
    while (writer.fits([{ artifact, compressed }], limit)) await writer.add(artifact, compressed)
    expect(writer.files).toBeGreaterThan(1)
    expect((await writer.finish(owner)).size).toBeLessThanOrEqual(limit)
  })
})
