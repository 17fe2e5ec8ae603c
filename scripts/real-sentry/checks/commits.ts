import { strict as assert } from 'node:assert'
import { annotationsOf, succeeded } from '../expect.ts'
import type { Check, Place } from '../place.ts'
import { until } from '../process.ts'

/** The worker asks the stand-in for GitHub, and stores the commits some time after the step has ended. */
async function fetched({ api }: Place, version: string, wanted: readonly string[]): Promise<void> {
  let last: readonly string[] = []
  await until(
    async () => {
      last = await api.commits(version)
      return JSON.stringify(last) === JSON.stringify(wanted) ? true : undefined
    },
    {
      seconds: 60,
      pause: 500,
      failure: () => `Sentry has fetched ${JSON.stringify(last)} instead of ${JSON.stringify(wanted)}`,
    },
  )
}

/** A branch of its own in the repository that Sentry's integration knows; oldest commit first. */
function branch(
  { linked, sha }: Place,
  count: number,
): { readonly head: string; readonly commits: string[] } {
  const commits = linked.linear(count, `branch-${sha}`)
  return { head: commits.at(-1) ?? '', commits }
}

const LINKED = { env: { GITHUB_REPOSITORY: 'acme/linked' } }

export const commitChecks: readonly Check[] = [
  {
    name: 'refs: the worker fetches the commits from the previous commit to the head',
    run: async (place) => {
      const { head, commits } = branch(place, 5)
      const inputs = { commit: head, 'set-commits': 'refs', 'previous-commit': commits[1] ?? '' }
      succeeded(await place.step(inputs, { ...LINKED, token: 'integration' }))
      await fetched(place, head, commits.slice(2).toReversed())
    },
  },
  {
    name: 'auto uses refs for a repository of the integration, also when the case of its name differs',
    run: async (place) => {
      const { head, commits } = branch(place, 4)
      const inputs = { commit: head, 'set-commits': 'auto', 'previous-commit': commits[0] ?? '' }
      const run = { env: { GITHUB_REPOSITORY: 'Acme/Linked' }, token: 'user' } as const
      succeeded(await place.step(inputs, run))
      await fetched(place, head, commits.slice(1).toReversed())
    },
  },
  {
    name: 'auto with an organization token, which may not list repositories here, does not end without commits',
    run: async (place) => {
      const { head, commits } = branch(place, 3)
      const inputs = { commit: head, 'set-commits': 'auto', 'previous-commit': commits[0] ?? '' }
      succeeded(await place.step(inputs, LINKED))
      await fetched(place, head, commits.slice(1).toReversed())
    },
  },
  {
    name: 'commits read from GitHub are stored newest first, and a second run changes nothing',
    run: async ({ step, api, repository }) => {
      const commits = repository.linear(6)
      const head = commits.at(-1) ?? ''
      const inputs = { commit: head, 'set-commits': 'commits', 'previous-commit': commits[1] ?? '' }
      const run = { env: { GITHUB_REPOSITORY: repository.fullName } }
      const first = succeeded(await step(inputs, run))
      assert.deepEqual(await api.commits(head), commits.slice(2).toReversed())
      assert.equal(first.outputs['commit-count'], '4')
      const second = succeeded(await step(inputs, run))
      assert.deepEqual(await api.commits(head), commits.slice(2).toReversed())
      assert.equal(second.outputs['release-created'], 'false')
    },
  },
  {
    name: 'the next release begins after the last commit of the release before',
    run: async ({ step, api, repository, sha }) => {
      const version = (name: string): string => `${name}@${sha}`
      const run = { env: { GITHUB_REPOSITORY: repository.fullName } }
      const [first = '', ...early] = repository.linear(3)
      const inputs = { 'set-commits': 'commits', projects: 'worker' }
      const before = {
        ...inputs,
        commit: early.at(-1) ?? '',
        version: version('1'),
        'previous-commit': first,
      }
      succeeded(await step(before, run))
      const late = repository.linear(2)
      succeeded(await step({ ...inputs, commit: late.at(-1) ?? '', version: version('2') }, run))
      assert.deepEqual(await api.commits(version('2')), late.toReversed())
    },
  },
  {
    name: 'with version-prefix, the range begins at the newest release with the same prefix',
    run: async ({ step, api, repository, sha }) => {
      const [web, other] = [`web-${sha.slice(0, 8)}@`, `api-${sha.slice(0, 8)}@`]
      const run = { env: { GITHUB_REPOSITORY: repository.fullName } }
      const inputs = { 'set-commits': 'commits', projects: 'worker' }
      const [base = '', first = ''] = repository.linear(2)
      succeeded(await step({ ...inputs, commit: first, 'version-prefix': web, 'previous-commit': base }, run))
      const between = repository.linear(2)
      const middle = between.at(-1) ?? ''
      succeeded(
        await step({ ...inputs, commit: middle, 'version-prefix': other, 'previous-commit': first }, run),
      )
      const late = repository.linear(1)
      const head = late.at(-1) ?? ''
      succeeded(await step({ ...inputs, commit: head, 'version-prefix': web }, run))
      assert.deepEqual(await api.commits(`${web}${head}`), [...between, ...late].toReversed())
    },
  },
  {
    name: 'six steps at once with the same 300 commits all succeed, although Sentry locks the release (409)',
    run: async ({ step, api, repository, sha }) => {
      const base = repository.commit()
      const head = repository.linear(300).at(-1) ?? ''
      const inputs = { version: `at-once@${sha}`, commit: head, 'set-commits': 'commits' }
      const run = { env: { GITHUB_REPOSITORY: repository.fullName } }
      const steps = Array.from({ length: 6 }, () => step({ ...inputs, 'previous-commit': base }, run))
      for (const result of await Promise.all(steps)) succeeded(result)
      assert.equal((await api.release(`at-once@${sha}`)).commitCount, 300)
    },
  },
  {
    name: 'a hotfix branch off an older release gets only its own commits',
    run: async ({ step, api, repository, sha }) => {
      const base = repository.linear(2)
      repository.setRef('hotfix', base.at(-1) ?? '')
      const later = repository.linear(4)
      const hotfix = repository.linear(3, 'hotfix')
      const head = hotfix.at(-1) ?? ''
      const inputs = { commit: head, version: `hotfix@${sha}`, 'previous-commit': later.at(-1) ?? '' }
      const run = { env: { GITHUB_REPOSITORY: repository.fullName } }
      succeeded(await step({ ...inputs, 'set-commits': 'commits' }, run))
      assert.deepEqual(await api.commits(`hotfix@${sha}`), hotfix.toReversed())
    },
  },
  {
    name: 'authors, messages and changed files of all kinds are accepted',
    run: async ({ step, api, repository }) => {
      const base = repository.commit()
      repository.commit({
        message: 'ö'.repeat(5000),
        name: 'n'.repeat(300),
        email: `${'e'.repeat(150)}@acme.example`,
      })
      repository.commit({ name: '', email: '' })
      repository.commit({ message: '', files: [{ filename: `src/${'d'.repeat(600)}`, status: 'added' }] })
      const renamed = { filename: 'b', previous_filename: 'a', status: 'renamed' } as const
      const head = repository.commit({ files: [renamed, { filename: 'c', status: 'removed' }] })
      const inputs = { commit: head, 'set-commits': 'commits', 'previous-commit': base }
      const result = succeeded(await step(inputs, { env: { GITHUB_REPOSITORY: repository.fullName } }))
      assert.equal((await api.commits(head)).length, 4, result.stdout)
      assert.deepEqual(annotationsOf(result, 'notice'), [], 'Sentry refused the list at first')
    },
  },
  {
    name: 'a merge of 300 commits arrives whole',
    run: async ({ step, api, repository }) => {
      const base = repository.commit()
      const commits = repository.linear(300)
      const head = commits.at(-1) ?? ''
      const inputs = { commit: head, 'set-commits': 'commits', 'previous-commit': base }
      succeeded(await step(inputs, { env: { GITHUB_REPOSITORY: repository.fullName } }))
      assert.equal((await api.release(head)).commitCount, 300)
    },
  },
  {
    name: 'no list of repositories, no commits and no failure: set-commits auto without any source gives a notice',
    run: async ({ step, api, sha }) => {
      const run = { env: { GITHUB_REPOSITORY: 'acme/unknown' } }
      const result = succeeded(await step({ 'set-commits': 'auto' }, run))
      assert.equal((await api.release(sha)).commitCount, 0)
      assert.notDeepEqual([...annotationsOf(result, 'notice'), ...annotationsOf(result, 'warning')], [])
    },
  },
]
