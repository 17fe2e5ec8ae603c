import {
  chmod,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isJournal, startReplacement, undoReplacement } from '../../../src/sourcemaps/replace.ts'
import { sha1 } from '../../../src/sourcemaps/read-script.ts'

let folder = ''
beforeEach(async () => {
  folder = realpathSync(await mkdtemp(join(tmpdir(), 'replace-')))
  for (const name of ['a', 'b', 'c']) await writeFile(join(folder, name), `old ${name}`)
})
afterEach(() => rm(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)
/** Every file with its text. */
async function contents(): Promise<Record<string, string>> {
  const names = await readdir(folder)
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(at(name), 'utf8')] as const)),
  )
}
const OLD = { a: 'old a', b: 'old b', c: 'old c' }
const JOURNAL = '.debug-ids-00000000-0000-4000-8000-000000000000.json'

async function stageAll(names = ['a', 'b', 'c']) {
  const replacement = startReplacement()
  for (const name of names) await replacement.stage(at(name), Buffer.from(`new ${name}`))
  return replacement
}

describe('replacing files', () => {
  it('changes nothing before the commit, and then all of them, and leaves nothing else', async () => {
    const replacement = await stageAll()
    expect(await contents()).toMatchObject(OLD)
    replacement.commit()
    expect(await contents()).toEqual({ a: 'new a', b: 'new b', c: 'new c' })
  })

  it('leaves nothing when it is given up', async () => {
    const replacement = await stageAll()
    replacement.discard()
    expect(await contents()).toEqual(OLD)
  })

  it.skipIf(process.platform === 'win32')('keeps the mode of a file', async () => {
    await chmod(at('a'), 0o751)
    const replacement = await stageAll(['a'])
    replacement.commit()
    expect((await stat(at('a'))).mode & 0o7777).toBe(0o751)
  })

  it('changes no file when one of them was changed since', async () => {
    const replacement = await stageAll()
    await writeFile(at('b'), 'by another process')
    expect(() => {
      replacement.commit()
    }).toThrow('b was changed by another process')
    expect(await contents()).toEqual({ ...OLD, b: 'by another process' })
  })

  it('changes no file when one of them cannot be renamed', async () => {
    const replacement = await stageAll()
    // The last one has lost its new bytes.
    for (const name of await readdir(folder)) {
      if (name.endsWith('.new') && (await readFile(at(name), 'utf8')) === 'new c') await rm(at(name))
    }
    expect(() => {
      replacement.commit()
    }).toThrow('ENOENT')
    expect(await contents()).toEqual(OLD)
  })
})

/** The files as they are when the process is killed after so many renames. */
async function kill(renames: number): Promise<string[]> {
  const names = ['a', 'b', 'c']
  const entries = []
  for (const [index, name] of names.entries()) {
    const stem = `.debug-ids-0000000${index}-0000-4000-8000-000000000000`
    await writeFile(at(`${stem}.new`), `new ${name}`)
    await link(at(name), at(`${stem}.old`))
    entries.push({ path: name, old: `${stem}.old`, digest: sha1(Buffer.from(`new ${name}`)) })
    if (index < renames) await rename(at(`${stem}.new`), at(name))
  }
  await writeFile(at(JOURNAL), JSON.stringify(entries))
  return (await readdir(folder)).filter((name) => name.startsWith('.debug-ids-')).map(at)
}

describe('a run that was killed while it replaced files', () => {
  it.each([0, 1, 2, 3])('is undone after %d renames', async (renames) => {
    const leftovers = await kill(renames)
    undoReplacement(leftovers, folder)
    expect(await contents()).toEqual(OLD)
  })

  it('is undone where the journal was not finished', async () => {
    const leftovers = await kill(0)
    await writeFile(at(JOURNAL), '[{"path":"a","ol')
    undoReplacement(leftovers, folder)
    expect(await contents()).toEqual(OLD)
  })

  it('does not bring back a file that was built again since', async () => {
    const leftovers = await kill(3)
    await rm(at('b'))
    await writeFile(at('b'), 'built again')
    undoReplacement(leftovers, folder)
    expect(await contents()).toEqual({ ...OLD, b: 'built again' })
  })

  it('is undone inside of the workspace only, and from its own files only', async () => {
    const leftovers = await kill(3)
    await mkdir(at('workspace'))
    const journal = at(`workspace/${JOURNAL}`)
    const digest = sha1(Buffer.from('new a'))
    const entries = [
      { path: '../a', old: `../${leftovers[0]?.split('/').at(-1)}`, digest },
      { path: 'a', old: 'b', digest },
    ]
    await writeFile(journal, JSON.stringify(entries))
    await copyFile(at('a'), at('workspace/a'))
    await writeFile(at('workspace/b'), 'not a copy')
    undoReplacement([journal], at('workspace'))
    expect(await readFile(at('a'), 'utf8')).toBe('new a')
    expect(await readFile(at('workspace/a'), 'utf8')).toBe('new a')
  })

  it('is known by its journal', () => {
    expect([isJournal(JOURNAL), isJournal('.debug-ids-x.json'), isJournal(`x${JOURNAL}`)]).toEqual([
      true,
      false,
      false,
    ])
  })
})
