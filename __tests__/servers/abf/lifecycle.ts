import type { Shelf } from './artifacts.ts'
import { BUILT, CONTAINER, STATUS, WORKER_REPORTS } from './machine.ts'
import type { Build, Dialect } from './model.ts'
import type { Trigger } from './plans.ts'
import type { World } from './state.ts'
import type { Script, Step } from './timeline.ts'

export interface LifecycleOptions {
  /** Milliseconds until the clean-up deletes a build cancelled in the queue; never when absent. */
  readonly sweepAfterMs?: number
}

/** What the server does by itself: the side effects of each status, and what usually follows an event. */
export class Lifecycle {
  readonly #dialect: Dialect
  readonly #world: World
  readonly #shelf: Shelf
  readonly #options: LifecycleOptions

  constructor(dialect: Dialect, world: World, shelf: Shelf, options: LifecycleOptions) {
    this.#dialect = dialect
    this.#world = world
    this.#shelf = shelf
    this.#options = options
  }

  /** Brings a build to the state that the step describes, with all that the server records on the way. */
  apply(build: Build, step: Step): void {
    if (step.gone) {
      this.remove(build)
      return
    }
    const { afterMs: _afterMs, afterReads: _afterReads, gone: _gone, files, when: _when, ...patch } = step
    build.updatedAt = this.#world.clock()
    if (patch.status !== undefined) this.#enter(build, patch.status, files)
    Object.assign(build, patch)
  }

  /** The record and its files in the file store go together. */
  remove(build: Build): void {
    this.#world.builds.delete(build.id)
    for (const { url } of [...build.logs, ...build.packages]) this.#shelf.remove(url)
  }

  #enter(build: Build, status: number, files: Step['files']): void {
    const now = this.#world.clock()
    build.status = status
    if (status === STATUS.build_started) {
      build.startedAt = now
      if (build.liveLog === '') build.liveLog = `+ rpmbuild -ba ${build.id}.spec\n`
      if (this.#dialect === 'omv') this.#checkOut(build)
    }
    if (WORKER_REPORTS.has(status)) this.#report(build, files)
    if (status === STATUS.build_publish || status === STATUS.build_publish_into_testing) {
      build.publisherId ??= build.userId
    }
    if (status === STATUS.build_published || status === STATUS.build_published_into_testing) {
      build.logs = [...build.logs, this.#shelf.filePublishLog(build)]
      if (this.#dialect === 'rosa' && status === STATUS.build_published) {
        const source = build.packages.find(({ type }) => type === 'source')
        const platform = this.#world.platforms.get(build.saveToPlatformId)
        if (source && platform) build.packageVersion = `${platform.name}-${source.version}-${source.release}`
      }
    }
  }

  #report(build: Build, files: Step['files']): void {
    // A cancel in the queue reaches no worker, so nobody sends anything.
    if (build.startedAt === null && build.status === STATUS.build_canceled) return
    if (build.startedAt !== null) build.duration = Math.floor((this.#world.clock() - build.startedAt) / 1000)
    // A worker whose start report was lost still names the commit it built.
    if (this.#dialect === 'omv' && build.commitHash === null) this.#checkOut(build)
    if (files) build.logs = this.#shelf.fileLogs(files)
    else if (build.logs.length === 0) build.logs = this.#shelf.fileLogs(this.#shelf.usualFiles(build))
    const built = build.status === STATUS.success || build.status === STATUS.tests_failed
    if (built && build.packages.length === 0) build.packages = this.#shelf.filePackages(build)
  }

  /** OMV's worker checks out `project_version` when it starts: a branch means its head of that moment. */
  #checkOut(build: Build): void {
    const refs = this.#world.projects.get(build.projectId)?.refs ?? []
    const ref = refs.find((candidate) => candidate.ref === build.projectVersion)
    if (ref) build.commitHash = ref.sha
    else if (/^[0-9a-f]{40}$/.test(build.projectVersion)) build.commitHash = build.projectVersion
  }

  /** What follows when nobody has planned anything else. */
  usual(build: Build, trigger: Trigger, statusBefore: number): Script {
    if (trigger === 'create') {
      return [
        ...(build.status === STATUS.waiting_for_response ? [2000] : []),
        3000,
        0,
        ...this.#afterSuccess(build),
      ]
    }
    if (trigger === 'cancel') return this.#afterCancel(build, statusBefore)
    // ROSA only queues a job for this one; the status moves when the job is run.
    if (trigger === 'publish') return this.#dialect === 'rosa' ? [7000, 6000] : [6000]
    if (trigger === 'publish_into_testing') return [12000]
    if (trigger === 'rerun_tests') return [2550, 0]
    return trigger === 'create_container' ? [{ containerStatus: CONTAINER.created }] : []
  }

  #afterSuccess(build: Build): Script {
    if (build.autoPublishStatus === 'default') {
      return [{ status: 7000, when: (candidate) => this.autoPublishes(candidate) }, 6000]
    }
    if (build.autoPublishStatus === 'testing') {
      return [{ status: 13000, when: (candidate) => this.branchAllows(candidate) }, 12000]
    }
    return build.autoCreateContainer
      ? [{ containerStatus: CONTAINER.creating }, { containerStatus: CONTAINER.created }]
      : []
  }

  /** Nobody works on a queued build, so nobody confirms its cancel: it stays where it is until it is deleted. */
  #afterCancel(build: Build, statusBefore: number): Script {
    if (build.status !== STATUS.build_canceling) return []
    if (statusBefore === STATUS.build_started) return [5000]
    const { sweepAfterMs } = this.#options
    return sweepAfterMs === undefined ? [] : [{ gone: true, afterMs: sweepAfterMs }]
  }

  /** The silent conditions of publishing; what fails them stays at 0 and nothing says why. */
  publishable(build: Build): boolean {
    const project = this.#world.projects.get(build.projectId)
    return (
      project?.repositoryIds.includes(build.saveToRepositoryId) === true &&
      this.branchAllows(build) &&
      this.extrasPublished(build)
    )
  }

  /** Automatic publishing wants more: outside a chain, and all default arches built where they go together. */
  autoPublishes(build: Build): boolean {
    return build.chainBuildId === null && this.publishable(build) && this.companionsBuilt(build)
  }

  /** OMV: whether a repository tied to a branch takes this build. A build of a bare commit has no branch. */
  branchAllows(build: Build): boolean {
    if (this.#dialect !== 'omv' || this.#world.platforms.get(build.saveToPlatformId)?.type === 'personal')
      return true
    const branch = this.#world.repositories.get(build.saveToRepositoryId)?.publishOnlyFromBranch ?? null
    return branch === null || branch === build.projectVersion
  }

  /** Main platforms want every extra build list published before; one that was deleted does not count. */
  extrasPublished(build: Build): boolean {
    if (this.#world.platforms.get(build.saveToPlatformId)?.type !== 'main') return true
    return build.extraBuildLists.every((id) => (this.#world.builds.get(id)?.status ?? 6000) === 6000)
  }

  /** Synchronised publications: each default arch has built this very commit. */
  companionsBuilt(build: Build): boolean {
    if (this.#world.repositories.get(build.saveToRepositoryId)?.synchronized !== true) return true
    const arches = this.#world.platforms.get(build.saveToPlatformId)?.defaultArches ?? []
    return arches.every((archId) =>
      [...this.#world.builds.values()].some(
        (other) =>
          other.archId === archId &&
          other.projectId === build.projectId &&
          other.saveToRepositoryId === build.saveToRepositoryId &&
          other.commitHash === build.commitHash &&
          BUILT.has(other.status),
      ),
    )
  }
}
