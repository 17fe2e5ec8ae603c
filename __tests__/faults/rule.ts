import type { FaultKind } from './faults.ts'
import type { Inputs } from './place.ts'
import type { Request } from './requests.ts'

/**
 * What one run with a fault comes to, compared with the clean run. `healed`: nobody can tell the difference.
 * `tolerated`: the same exit code, with less than was possible. `failed`: exit code 1 with one red annotation.
 */
export type Verdict = 'healed' | 'tolerated' | 'failed'

export type Often = 'once' | 'always'

/** What a request is to the step. */
export interface Role {
  /** What a repeat does: nothing; the same again; one more of something, so that it has to look first. */
  readonly effect: 'reads' | 'writes' | 'creates'
  /** What its loss means: the step fails; it can do without; or one of both, by the moment in the run. */
  readonly lack: 'fails' | 'tolerated' | 'either'
  /** A look after a lost response shows what was done. */
  readonly shows: boolean
  /** A response 500 is the server's way to say no. */
  readonly breaksForNo: boolean
  /** The time is nearly over, so that there may be no second attempt. */
  readonly hurried: boolean
}

const READS: Role = { effect: 'reads', lack: 'fails', shows: false, breaksForNo: false, hurried: false }
const WRITES: Role = { ...READS, effect: 'writes' }
const CREATES: Role = { ...READS, effect: 'creates', shows: true }

/** Facts about requests, first match: everything else is a plain read that the step cannot do without. */
const ROLES: readonly (readonly [system: Request['system'], shape: RegExp, role: Role])[] = [
  ['sentry', /^GET releases\/\?/, { ...READS, lack: 'tolerated' }],
  ['sentry', /^POST releases\/$/, WRITES],
  ['sentry', /^POST releases\/:sha\/deploys\/$/, CREATES],
  ['sentry', /^PUT .*commits/, CREATES],
  // What Sentry is to fetch is not there yet when somebody looks.
  ['sentry', /^PUT .*refs/, { ...CREATES, shows: false }],
  ['sentry', /^PUT /, WRITES],
  ['store', /./, { ...READS, lack: 'tolerated' }],
  // The history has the same commits as the comparison.
  ['github', /^GET (commits|compare)\//, { ...READS, lack: 'tolerated' }],
  ['abf', /^POST build_lists$/, { ...CREATES, breaksForNo: true }],
  // A second order is refused, and the build then shows that it was obeyed.
  ['abf', /^PUT /, { ...WRITES, shows: true }],
  // The wait sits trouble out until its deadline, an operation does not; a description is only decoration.
  ['abf', /^GET build_lists(\/:id$|\?filter\[id\])/, { ...READS, lack: 'either' }],
]

/** Requests that only serve to associate commits, which `set-commits: auto` does without. */
const COMMITS = /^GET repos\/|previous-with-commits|^PUT .*(refs|commits)/

/** What a request is to the step with these inputs. */
export function roleOf({ system, shape }: Request, inputs: Inputs): Role {
  const [, , role] = ROLES.find(([where, pattern]) => where === system && pattern.test(shape)) ?? [
    0,
    0,
    READS,
  ]
  const forCommits = system === 'github' || (system === 'sentry' && COMMITS.test(shape))
  const auto = (inputs['set-commits'] ?? 'auto') === 'auto'
  if (forCommits && auto) return { ...role, lack: 'tolerated' }
  // A build that is not over in time is asked about until then, and cancelled as well as can be.
  const hurried = 'abf-timeout' in inputs && /^GET build_lists|\/cancel$/.test(shape)
  return hurried ? { ...role, lack: 'either', hurried } : role
}

/** What may come of a fault at a request, the best first. Better than that is no deviation. */
export function expected(
  role: Role,
  fault: Pick<FaultKind, 'sign' | 'done' | 'body' | 'broken'>,
  often: Often,
  status: number,
): readonly Verdict[] {
  if (fault.sign === 'harmless') return ['healed']
  const lost: readonly Verdict[] =
    role.lack === 'either' ? ['tolerated', 'failed'] : [role.lack === 'fails' ? 'failed' : 'tolerated']
  const refused = status < 200 || status > 299
  const looks = role.effect === 'creates'
  // What a server has against a create says in which form it takes it. Elsewhere a later request of the same shape may
  // have a response that counts.
  if (fault.body && refused) return often === 'once' && !looks ? ['healed'] : ['healed', ...lost]
  const done = fault.done && !refused
  if (role.shows && done) return looks && fault.sign === 'trouble' ? ['healed'] : ['healed', ...lost]
  if (often === 'always' && role.shows && fault.body) return ['healed', ...lost]
  if (often === 'always' || role.hurried) return lost
  // The wait warns of a limit that it sits out.
  if (fault.sign === 'refused') return role.lack === 'either' ? ['tolerated'] : ['healed']
  if (fault.sign === 'trouble') return fault.broken && role.breaksForNo ? lost : ['healed']
  return looks || role.lack === 'either' ? ['healed', ...lost] : lost
}
