import { describe, expect, it } from 'vitest'
import { missingProjects, nextStep, type Wanted } from '../../../src/sentry/plan.ts'
import { projectOf } from '../doubles.ts'

const WANTED: Wanted = {
  version: '1.0',
  projects: ['web', 'api'],
  ref: { value: 'main', explicit: false },
  url: { value: 'https://a.example/', explicit: false },
  restoreArchived: false,
}
const EXPLICIT: Wanted = {
  ...WANTED,
  ref: { value: 'main', explicit: true },
  url: { value: 'https://a.example/', explicit: true },
}
const BOTH = [projectOf('web'), projectOf('api')]

describe('nextStep', () => {
  it('creates what is absent', () => {
    expect(nextStep(undefined, WANTED)).toEqual({ kind: 'create' })
  })

  it('does nothing to a release with all projects, whatever else is different', () => {
    const release = {
      version: '1.0',
      projects: [...BOTH, projectOf('docs')],
      ref: 'old',
      url: null,
      status: 'open',
    }
    expect(nextStep(release, WANTED)).toEqual({ kind: 'done' })
  })

  it('attaches what is missing', () => {
    const release = { version: '1.0', projects: [projectOf('web')] }
    expect(nextStep(release, WANTED)).toEqual({ kind: 'amend', attach: ['api'], reopen: false })
  })

  it('reopens an archived release only when asked to', () => {
    const release = { version: '1.0', projects: BOTH, status: 'archived' }
    expect(nextStep(release, WANTED)).toEqual({ kind: 'done' })
    expect(nextStep(release, { ...WANTED, restoreArchived: true })).toEqual({
      kind: 'amend',
      attach: [],
      reopen: true,
    })
  })

  it('attaches and reopens in one step, and before it updates', () => {
    const release = { version: '1.0', projects: [], status: 'archived', ref: 'old' }
    expect(nextStep(release, { ...EXPLICIT, restoreArchived: true })).toEqual({
      kind: 'amend',
      attach: ['web', 'api'],
      reopen: true,
    })
  })

  it.each([
    [{ ref: 'old', url: 'https://a.example/' }, { ref: 'main' }],
    [{ ref: 'main', url: null }, { url: 'https://a.example/' }],
    [{}, { ref: 'main', url: 'https://a.example/' }],
    [
      { ref: 'Main', url: 'https://a.example' },
      { ref: 'main', url: 'https://a.example/' },
    ],
  ])('updates of %j what was given explicitly and is different', (fields, change) => {
    expect(nextStep({ version: '1.0', projects: BOTH, ...fields }, EXPLICIT)).toEqual({
      kind: 'update',
      change,
    })
  })

  it('is done when all is as wanted', () => {
    const release = { version: '1.0', projects: BOTH, ref: 'main', url: 'https://a.example/' }
    expect(nextStep(release, EXPLICIT)).toEqual({ kind: 'done' })
  })
})

describe('missingProjects', () => {
  it('knows a project by slug and by id, as number or text', () => {
    const projects = [projectOf('web'), { id: '12', slug: 'api' }]
    expect(missingProjects({ version: '1', projects }, ['web', '11', 'api', '12', 'docs', '13'])).toEqual([
      'docs',
      '13',
    ])
  })

  it('compares slugs with case', () => {
    expect(missingProjects({ version: '1', projects: [{ slug: 'web' }] }, ['Web'])).toEqual(['Web'])
  })

  it('counts all as missing when the response does not say', () => {
    expect(missingProjects({ version: '1' }, ['web'])).toEqual(['web'])
    expect(missingProjects({ version: '1', projects: null }, ['web'])).toEqual(['web'])
  })

  it('does not take an absent slug or id for a name', () => {
    expect(missingProjects({ version: '1', projects: [{ slug: 'web' }] }, ['undefined', 'null'])).toEqual([
      'undefined',
      'null',
    ])
    expect(missingProjects({ version: '1', projects: [{ id: 1, slug: null }] }, ['null'])).toEqual(['null'])
  })
})
