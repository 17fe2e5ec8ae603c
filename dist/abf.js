export const id = 108;
export const ids = [108];
export const modules = {

/***/ 8108:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  cleanUpAbf: () => (/* reexport */ cleanUpAbf),
  runAbf: () => (/* binding */ runAbf),
  summarizeBuilds: () => (/* reexport */ summarizeBuilds)
});

// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/text/sanitize.ts
var sanitize = __webpack_require__(4212);
// EXTERNAL MODULE: ./src/http/failure.ts
var failure = __webpack_require__(2398);
// EXTERNAL MODULE: ./src/wait/durations.ts
var durations = __webpack_require__(120);
// EXTERNAL MODULE: ./src/wait/pool.ts
var pool = __webpack_require__(7391);
;// CONCATENATED MODULE: ./src/abf/status.ts
/** All that is known of the status codes of a build list: one row a code. Nothing else names a code. */
const WAITING = progress('refused', 'refused', 'refused', 'refused');
const CANCELLABLE = progress('refused', 'refused', 'refused', 'accepted');
const OVER = progress('missed', 'missed', 'missed', 'missed');
/** A build that failed: most codes that are final are of this kind. */
const FAILED = { meaning: status_all('failure'), progress: OVER, explainedByLog: true };
/** The build is good, but its packages did not get into the repository. */
const NOT_PUBLISHED = {
    meaning: modes('warned', 'failure', 'failure'),
    log: 'publish',
    explainedByLog: true,
};
/** Today's servers produce these; 16000 only ROSA's, and those below 600 only servers of about 2012. */
const TABLE = [
    row(0, 'built', 'The build is complete.', 'built', {
        meaning: modes('success', 'grace', 'grace'),
        progress: progress('accepted', 'accepted', 'accepted', 'missed'),
        reusable: true,
    }),
    row(666, 'build failed', 'The build failed.', 'end', FAILED),
    row(777, 'packages lost', 'Built files had vanished from the file store when they were to be published.', 'end', { ...NOT_PUBLISHED, progress: OVER }),
    row(2000, 'queued', 'The build waits for a free builder.', 'queue', {
        progress: CANCELLABLE,
        reusable: true,
    }),
    row(2500, 'tests queued', 'The tests wait to be run again.', 'queue', { reusable: true }),
    row(2550, 'tests running', 'The tests are run again.', 'build', { reusable: true }),
    row(3000, 'building', 'A builder works on it.', 'build', { progress: CANCELLABLE, reusable: true }),
    row(4000, 'waiting', 'The build is not in the queue yet.', 'queue', { reusable: true }),
    row(5000, 'cancelled', 'The build was cancelled, or it ran past the time limit of the server.', 'end', {
        meaning: status_all('cancelled'),
        progress: progress('missed', 'missed', 'missed', 'done'),
        log: 'script',
        explainedByLog: true,
    }),
    row(6000, 'published', 'The packages are published.', 'end', {
        meaning: status_all('success'),
        progress: progress('done', 'done', 'missed', 'missed'),
        reusable: true,
    }),
    row(7000, 'publishing', 'The packages are being published.', 'publish', {
        meaning: modes('success', 'wait', 'wait'),
        progress: progress('underway', 'underway', 'refused', 'missed'),
        reusable: true,
    }),
    row(8000, 'publishing failed', 'The packages were built, but could not be published.', 'end', {
        ...NOT_PUBLISHED,
        progress: progress('repeatable', 'repeatable', 'accepted', 'missed'),
    }),
    row(9000, 'rejected', 'The packages were built, but somebody rejected them.', 'end', {
        meaning: modes('warned', 'failure', 'failure'),
        progress: progress('missed', 'missed', 'done', 'missed'),
    }),
    row(10000, 'cancelling', 'The build is being cancelled.', 'stopping', {
        progress: progress('refused', 'refused', 'refused', 'underway'),
    }),
    row(11000, 'tests failed', 'The packages were built, but their tests failed. That is also what happens when the version is not newer than the one in the repository.', 'end', {
        meaning: status_all('tests'),
        progress: progress('accepted', 'accepted', 'accepted', 'missed'),
        log: 'tests',
        explainedByLog: true,
    }),
    row(12000, 'published into testing', 'The packages are published, in testing only.', 'end', {
        meaning: modes('success', 'neutral', 'success'),
        progress: progress('accepted', 'done', 'accepted', 'missed'),
        reusable: true,
    }),
    row(13000, 'publishing into testing', 'The packages are being published into testing.', 'publish', {
        meaning: modes('success', 'wait', 'wait'),
        progress: progress('refused', 'underway', 'refused', 'missed'),
        reusable: true,
    }),
    row(14000, 'publishing into testing failed', 'The packages were built, but could not be published into testing.', 'end', { ...NOT_PUBLISHED, progress: progress('accepted', 'repeatable', 'accepted', 'missed') }),
    row(15000, 'architecture not permitted', 'The package excludes this architecture, so nothing was built.', 'end', { meaning: status_all('arch'), progress: OVER, log: 'script', explainedByLog: true, reusable: true }),
    row(16000, 'restarting', 'The build is being started again.', 'queue', { reusable: true }),
    row(1, 'platform not found', 'The server did not find the platform.', 'end', FAILED),
    row(2, 'platform pending', 'The platform was not ready.', 'end', FAILED),
    row(3, 'project not found', 'The server did not find the project.', 'end', FAILED),
    row(4, 'version not found', 'The server did not find this version of the project.', 'end', FAILED),
    row(6, 'source error', 'The server could not use the source of the project.', 'end', FAILED),
    row(555, 'dependencies not found', 'Dependencies of the package were missing.', 'end', FAILED),
];
/** The status of a build right after its create. */
const SUBMITTED = 2000;
const BY_CODE = new Map(TABLE.map((info) => [info.code, info]));
/** All codes that are known, for tests and documentation. */
const KNOWN_CODES = TABLE.map(({ code }) => code);
/** What is known of a code; an unknown one is waited on, because a newer server may have more steps. */
function statusInfo(code) {
    return BY_CODE.get(code) ?? row(code, `status ${code}`, `The status ${code} is not known.`, 'unknown');
}
function isKnown(code) {
    return BY_CODE.has(code);
}
/** The codes from which the server accepts an operation. */
function codesThatAccept(operation) {
    return TABLE.filter((info) => accepts(info.code, operation)).map(({ code }) => code);
}
function accepts(code, operation) {
    return ['accepted', 'repeatable'].includes(statusInfo(code).progress[operation]);
}
/** True when the publish mode decides whether the build is over. */
function modeMatters(code) {
    const { none, default: usual, testing } = statusInfo(code).meaning;
    return none !== usual || usual !== testing;
}
/** `building (3000)`: the words with the number that the site and its users know. */
function formatStatus(code) {
    if (code === undefined)
        return 'no status';
    return isKnown(code) ? `${statusInfo(code).name} (${code})` : `unknown status ${code}`;
}
function row(code, name, sentence, phase, details = {}) {
    return {
        code,
        name,
        sentence,
        phase,
        meaning: status_all('wait'),
        progress: WAITING,
        log: 'build',
        explainedByLog: false,
        reusable: false,
        ...details,
    };
}
function modes(none, usual, testing) {
    return { none, default: usual, testing };
}
function status_all(meaning) {
    return modes(meaning, meaning, meaning);
}
function progress(publish, testing, reject, cancel) {
    return { publish, 'publish-into-testing': testing, reject, cancel };
}

;// CONCATENATED MODULE: ./src/abf/outcome.ts



/** A status that may pass by itself counts after this many consecutive polls. */
const GRACE_POLLS = 4;
/** A build counts as deleted after this many consecutive polls that did not find it. */
const MISSING_POLLS = 3;
/** A build that was not polled yet. `status` is known from elsewhere, such as the response to a create. */
function startTrack(now, status) {
    return { status, since: now, polls: 0, missing: 0, before: undefined, stopping: false };
}
/** After the server accepted an operation: the status of that moment does not count until it has changed. */
function afterRequest(track, before, now, stopping) {
    return { ...track, status: before, before, since: now, polls: 0, stopping: track.stopping || stopping };
}
/** What is known after one more poll; the same object when nothing is new, as with most polls of most builds. */
function afterPoll(track, reading, now) {
    if (reading.kind === 'missing')
        return { ...track, missing: track.missing + 1 };
    const { code } = reading;
    const same = code === track.status;
    if (same && track.polls === GRACE_POLLS && track.missing === 0)
        return track;
    return {
        status: code,
        since: same ? track.since : now,
        polls: same ? Math.min(track.polls + 1, GRACE_POLLS) : 1,
        missing: 0,
        before: code === track.before ? track.before : undefined,
        stopping: track.stopping || statusInfo(code).phase === 'stopping',
    };
}
/** The outcome of a build, or undefined as long as it has to be waited for. */
function decide(track, mode, policy, now) {
    if (track.missing > 0)
        return decideMissing(track);
    if (track.status === undefined)
        return undefined;
    return policy.goal === 'build'
        ? decideBuild(track, track.status, mode, policy, now)
        : decideOperation(track, track.status, policy.goal, policy, now);
}
function decideMissing(track) {
    if (track.status === undefined) {
        return outcome_failure('ABF has no build with this id. The id may be wrong, or ABF has deleted the record, as it does some weeks after a build.');
    }
    if (track.stopping) {
        return outcome('cancelled', 'The build was cancelled, and the server has deleted its record.');
    }
    if (track.missing < MISSING_POLLS)
        return undefined;
    return outcome_failure(`The server has deleted the build; its last status was ${formatStatus(track.status)}. Operators do that to builds that are stuck.`);
}
function decideBuild(track, code, mode, policy, now) {
    const { sentence, meaning } = statusInfo(code);
    const meant = meaning[mode];
    switch (meant) {
        case 'wait':
            return undefined;
        case 'grace':
            return graceIsOver(track, policy, now)
                ? outcome('neutral', formatNotPublished(mode, now - track.since))
                : undefined;
        case 'success':
            return outcome('success', sentence);
        case 'warned':
            return { verdict: 'success', sentence, warn: true };
        case 'neutral':
        case 'failure':
        case 'cancelled':
            return outcome(meant, sentence);
        case 'tests':
            return policy.testsFailed === 'accept'
                ? { verdict: 'success', sentence, warn: true }
                : outcome('failure', sentence);
        case 'arch':
            return outcome(policy.unpermittedArch === 'skip' ? 'neutral' : 'failure', sentence);
        default:
            return (0,errors/* assertNever */.xb)(meant);
    }
}
function formatNotPublished(mode, ms) {
    const where = mode === 'testing' ? 'into testing ' : '';
    return `Built, but not published ${where}as requested: ABF did not start to publish within ${(0,durations/* formatDuration */.a)(ms)}. ABF does not report why. Common reasons: the repository takes only builds of one branch (set abf-project-version to that branch), or it waits for the builds of other architectures.`;
}
/** The outcome when the build is already where the operation would bring it. */
function alreadyDone(operation, code) {
    const { progress, sentence } = statusInfo(code);
    if (progress[operation] !== 'done')
        return undefined;
    return outcome(operation === 'cancel' ? 'cancelled' : 'success', sentence);
}
function decideOperation(track, code, operation, policy, now) {
    const done = alreadyDone(operation, code);
    if (done)
        return done;
    const { phase, sentence, progress } = statusInfo(code);
    const reached = progress[operation];
    // ROSA only queues a job, so the old status stays for a while. A new failure between two polls looks the same.
    if (code === track.before) {
        return reached === 'repeatable' && graceIsOver(track, policy, now)
            ? outcome_failure(`${sentence} The status was the same before this run, and has not changed since.`)
            : undefined;
    }
    if (operation === 'cancel' && reached === 'underway') {
        return track.polls >= GRACE_POLLS
            ? outcome('cancelled', 'ABF has accepted the cancel. A queued build keeps this status until the server deletes it.')
            : undefined;
    }
    if (reached !== 'missed' && phase !== 'end')
        return undefined;
    return outcome_failure(operation === 'cancel' ? `It was too late to cancel: the build had ended. ${sentence}` : sentence);
}
function graceIsOver(track, policy, now) {
    return track.polls >= GRACE_POLLS && now - track.since >= policy.graceMs;
}
/** What several builds come to, and the first one that decided it (-1 when there is none). */
function conclude(outcomes) {
    const first = (verdict) => outcomes.findIndex((candidate) => candidate?.verdict === verdict);
    for (const verdict of ['failure', 'cancelled', 'timed_out']) {
        if (first(verdict) >= 0)
            return { conclusion: verdict, decisive: first(verdict) };
    }
    if (outcomes.includes(undefined))
        return { conclusion: 'in_progress', decisive: first(undefined) };
    const success = first('success');
    if (success >= 0)
        return { conclusion: 'success', decisive: success };
    return { conclusion: 'neutral', decisive: first('neutral') };
}
function outcome_failure(sentence) {
    return outcome('failure', sentence);
}
function outcome(verdict, sentence) {
    return { verdict, sentence, warn: false };
}

// EXTERNAL MODULE: ./node_modules/zod/v4/mini/schemas.js + 5 modules
var schemas = __webpack_require__(8395);
// EXTERNAL MODULE: ./node_modules/zod/v4/core/api.js + 1 modules
var api = __webpack_require__(3305);
// EXTERNAL MODULE: ./node_modules/zod/v4/core/core.js
var core = __webpack_require__(8532);
;// CONCATENATED MODULE: ./src/abf/client/schema.ts


/**
 * The parts of ABF's responses that are used, for both current forks and the API of about 2012. Only ids and statuses
 * are required; any other field that is missing, null or of an unexpected type counts as unknown.
 */
const Id = schemas/* int */.Whr().check(api/* _positive */.NC());
/** A value that is undefined instead of null or of a wrong type. */
function lenient(schema) {
    return (0,schemas/* catch */.MfU)(schemas/* optional */.lqM(schema), undefined);
}
function itemsOf(schema) {
    return schemas/* pipe */.FsL(schemas/* array */.YOg(schemas/* unknown */.L5J()), schemas/* transform */.pdi((items) => items.flatMap((item) => {
        const parsed = schema.safeParse(item);
        return parsed.success ? [parsed.data] : [];
    })));
}
function listOf(schema) {
    return (0,schemas/* catch */.MfU)(itemsOf(schema), []);
}
const Named = schemas/* object */.Ikc({ id: Id, name: schemas/* string */.YjP() });
const ProjectSchema = schemas/* object */.Ikc({ id: Id, name: lenient(schemas/* string */.YjP()), fullname: lenient(schemas/* string */.YjP()) });
const RepositorySchema = schemas/* object */.Ikc({
    id: Id,
    name: schemas/* string */.YjP(),
    platform: lenient(schemas/* object */.Ikc({ id: Id, name: schemas/* string */.YjP(), platform_type: lenient(schemas/* string */.YjP()) })),
    publish_without_qa: lenient(schemas/* boolean */.zMY()),
});
const PlatformSchema = schemas/* object */.Ikc({
    id: Id,
    name: schemas/* string */.YjP(),
    platform_type: lenient(schemas/* string */.YjP()),
    repositories: listOf(Named),
});
/** `size` is a text for files of a worker and a number for those of the publisher, in MiB. */
const LogFileSchema = schemas/* object */.Ikc({
    file_name: schemas/* string */.YjP(),
    size: (0,schemas/* catch */.MfU)(schemas/* pipe */.FsL(schemas/* union */.KCZ([schemas/* string */.YjP(), schemas/* number */.aig()]), schemas/* transform */.pdi((size) => {
        const mebibytes = Number(size);
        return Number.isFinite(mebibytes) ? mebibytes : undefined;
    })), undefined),
    url: schemas/* string */.YjP(),
});
const PackageSchema = schemas/* object */.Ikc({
    name: schemas/* string */.YjP(),
    version: lenient(schemas/* string */.YjP()),
    release: lenient(schemas/* string */.YjP()),
    type: lenient(schemas/* string */.YjP()),
    url: lenient(schemas/* string */.YjP()),
});
/** Options of a create, in the server's own shapes. No server reports all of them. */
const OPTIONS = {
    auto_create_container: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
    build_requires: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
    enable_32bit: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
    external_nodes: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
    extra_build_lists: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
    extra_params: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
    extra_repositories: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
    include_testing_subrepository: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
    native_build: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
    save_buildroot: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
    use_cached_chroot: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
    use_extra_tests: schemas/* optional */.lqM(schemas/* unknown */.L5J()),
};
const BuildSchema = schemas/* object */.Ikc({
    id: Id,
    status: schemas/* int */.Whr(),
    /** Not in 2012, when there was only a boolean. */
    auto_publish_status: lenient(schemas/* enum */.k5n(['none', 'default', 'testing'])),
    auto_publish: lenient(schemas/* boolean */.zMY()),
    commit_hash: lenient(schemas/* string */.YjP()),
    duration: lenient(schemas/* number */.aig()),
    created_at: lenient(schemas/* number */.aig()),
    /** Unix seconds; when the status changed, apart from small corrections. */
    updated_at: lenient(schemas/* number */.aig()),
    build_log_url: lenient(schemas/* string */.YjP()),
    arch: lenient(Named),
    project: lenient(ProjectSchema),
    save_to_repository: lenient(RepositorySchema),
    build_for_platform: lenient(Named),
    include_repos: lenient(schemas/* array */.YOg(schemas/* object */.Ikc({ id: Id }))),
    ...OPTIONS,
    user: lenient(schemas/* object */.Ikc({ uname: lenient(schemas/* string */.YjP()) })),
    logs: listOf(LogFileSchema),
    /** Not reported in 2012. */
    packages: (0,schemas/* catch */.MfU)(schemas/* optional */.lqM(itemsOf(PackageSchema)), undefined),
});
const RowSchema = schemas/* object */.Ikc({
    id: Id,
    status: schemas/* int */.Whr(),
    project_id: lenient(Id),
    /** The project's name, in 2012 only. */
    name: lenient(schemas/* string */.YjP()),
});
const AverageSchema = schemas/* object */.Ikc({
    arch_id: Id,
    /** Seconds. */
    average_build_time: schemas/* number */.aig().check(api/* _positive */.NC()),
    build_count: schemas/* int */.Whr().check(api/* _positive */.NC()),
});
const ProjectResponse = schemas/* object */.Ikc({ project: ProjectSchema });
const AveragesResponse = schemas/* object */.Ikc({ project: schemas/* object */.Ikc({ project_statistics: listOf(AverageSchema) }) });
const PlatformsResponse = schemas/* object */.Ikc({ platforms: schemas/* array */.YOg(PlatformSchema) });
const PlatformResponse = schemas/* object */.Ikc({ platform: PlatformSchema });
const RepositoryResponse = schemas/* object */.Ikc({ repository: RepositorySchema });
const ArchesResponse = schemas/* object */.Ikc({ architectures: schemas/* array */.YOg(Named) });
const UserResponse = schemas/* object */.Ikc({ user: schemas/* object */.Ikc({ uname: schemas/* string */.YjP() }) });
const RowsResponse = schemas/* object */.Ikc({ build_lists: schemas/* array */.YOg(RowSchema) });
const BuildResponse = schemas/* object */.Ikc({ build_list: BuildSchema });
/** The response to a create: `id` is null when it was refused, in 2012 even with status 200. */
const CreateResponse = schemas/* object */.Ikc({
    build_list: schemas/* object */.Ikc({ id: schemas/* nullable */.mee(Id), message: lenient(schemas/* string */.YjP()) }),
});
/** The result of an action: today by the presence of an id, in 2012 by a flag. */
const ActionResponse = schemas/* union */.KCZ([
    schemas/* pipe */.FsL(schemas/* object */.Ikc({ build_list: schemas/* object */.Ikc({ id: schemas/* nullable */.mee(Id), message: lenient(schemas/* string */.YjP()) }) }), schemas/* transform */.pdi(({ build_list: { id, message } }) => ({ done: id !== null, message: message ?? '' }))),
    schemas/* pipe */.FsL(schemas/* object */.Ikc({
        is_canceled: schemas/* optional */.lqM(schemas/* boolean */.zMY()),
        is_published: schemas/* optional */.lqM(schemas/* boolean */.zMY()),
        is_rejected: schemas/* optional */.lqM(schemas/* boolean */.zMY()),
        // How the source of that time builds the flag from the name of the action.
        is_reject_published: schemas/* optional */.lqM(schemas/* boolean */.zMY()),
        message: lenient(schemas/* string */.YjP()),
    }), schemas/* transform */.pdi((response, context) => {
        const done = response.is_canceled ?? response.is_published ?? response.is_rejected ?? response.is_reject_published;
        if (done !== undefined)
            return { done, message: response.message ?? '' };
        context.issues.push({ code: 'custom', input: response, message: 'neither an id nor a flag' });
        return core/* NEVER */.tm;
    })),
]);
/** The publish mode in force; undefined when the response does not say. */
function modeOf(build) {
    if (build.auto_publish_status !== undefined)
        return build.auto_publish_status;
    return build.auto_publish === undefined ? undefined : build.auto_publish ? 'default' : 'none';
}

;// CONCATENATED MODULE: ./src/abf/build.ts



function createRecord(id, origin, now, more = {}) {
    const { expected, build, status = build?.status } = more;
    return {
        id,
        origin,
        expected,
        projectId: undefined,
        track: startTrack(now, status),
        build,
        mode: build && modeOf(build),
        history: status === undefined ? [] : [{ code: status, at: now }],
        // The response to a create has no description yet.
        seenFromStart: origin === 'submitted' && build === undefined,
        outcome: undefined,
        log: undefined,
    };
}
function projectOf({ expected, build }) {
    return build?.project?.fullname || (expected?.project ?? build?.project?.name);
}
function archOf({ expected, build }) {
    return build?.arch?.name ?? expected?.arch.name;
}
/** `owner/name x86_64 (build 812001)`: the name of a build in messages. */
function labelOf(record) {
    const words = [projectOf(record), archOf(record)].flatMap((text) => text === undefined ? [] : (0,sanitize/* toSingleLine */.OX)(text, 80));
    return words.length === 0 ? `build ${record.id}` : `${words.join(' ')} (build ${record.id})`;
}
/** Why a finished build is not the requested one; undefined when everything that the server reports fits. */
function mismatch({ expected, build }) {
    if (!expected || !build)
        return undefined;
    const { commit_hash: commit, arch, project } = build;
    if (commit !== undefined && commit.toLowerCase() !== expected.commit) {
        return `ABF built commit ${(0,sanitize/* toSingleLine */.OX)(commit, 64)} instead of ${expected.commit}. With abf-project-version, ABF builds the head of that branch at the time when a builder starts. Remove abf-project-version to build exactly the commit.`;
    }
    if (arch !== undefined && arch.id !== expected.arch.id) {
        return `ABF built for ${(0,sanitize/* toSingleLine */.OX)(arch.name, 40)} instead of ${(0,sanitize/* toSingleLine */.OX)(expected.arch.name, 40)}.`;
    }
    if (project !== undefined && project.id !== expected.projectId) {
        return `ABF built project ${(0,sanitize/* toSingleLine */.OX)(project.fullname ?? String(project.id), 80)} instead of ${(0,sanitize/* toSingleLine */.OX)(expected.project, 80)}.`;
    }
    return undefined;
}

// EXTERNAL MODULE: ./src/http/error-body.ts
var error_body = __webpack_require__(4995);
// EXTERNAL MODULE: ./src/http/retry.ts
var retry = __webpack_require__(8902);
;// CONCATENATED MODULE: ./src/abf/client/errors.ts




const HOUR_MS = 3_600_000;
/**
 * Turns a response that a call does not expect into an error with the server's message and the next thing to do.
 * @param now milliseconds since the epoch, for responses without a `Date`
 */
function explain(response, account, now) {
    const pauseMs = rateLimitMs(response, now);
    if (pauseMs !== undefined)
        return rateLimited(response, pauseMs, now);
    const message = messageIn(response);
    return response.error('status', `responded with ${response.status}${message === '' ? '' : `: ${message}`}`, {
        serverMessage: message,
        advice: advise(response, account),
        retryAfterMs: (0,retry/* retryHint */.IR)(response.status, (name) => response.header(name), now),
    });
}
/** A response with status 200 whose body is not what the call gives on any known server. */
function unreadable(response, account) {
    return (0,error_body/* unreadable */.O$)(response, undefined, {
        page: `Check abf-url (now ${account.base}): it must be the base of an ABF server. The page may also be a maintenance notice.`,
        other: 'Re-run the job. If the problem persists, a proxy may be changing responses, or this ABF is newer than this action.',
    });
}
/** ABF redirects where other servers refuse, so the advice differs. */
function explainRedirect(error, account) {
    return new failure/* HttpError */.j$({
        kind: 'redirect',
        message: error.message,
        status: error.status,
        method: error.method,
        url: error.url,
        advice: `ABF redirects accounts that are locked: log in at ${account.base} with the account of ${account.source ?? 'this step'} to check. If the server has moved, set abf-url to its new base.`,
    });
}
/**
 * Milliseconds until OMV lifts its rate limit, at the next full hour of the server's clock; undefined for any other
 * response. The status is 403, as for a missing right: only the sentence differs, or the count of requests that are left
 * when a proxy has replaced the sentence.
 */
function rateLimitMs(response, now) {
    if (response.status !== 403)
        return undefined;
    const named = /rate limit/i.test(response.text.slice(0, 2000));
    const counted = response.header('x-ratelimit-remaining')?.trim() === '0' && messageOf(response) === '';
    return named || counted ? HOUR_MS - (serverTime(response, now) % HOUR_MS) : undefined;
}
function serverTime(response, now) {
    const dated = Date.parse(response.header('date') ?? '');
    return Number.isNaN(dated) ? now : dated;
}
function rateLimited(response, pauseMs, now) {
    const limit = response.header('x-ratelimit-limit');
    const many = limit !== undefined && /^\d{1,9}$/.test(limit) ? `${limit} requests an hour` : 'requests an hour';
    const at = new Date(serverTime(response, now) + pauseMs).toISOString().slice(11, 16);
    return response.error('status', `responded with 403: the limit of ${many} is used up until ${at} UTC`, {
        serverMessage: messageIn(response),
        advice: `Re-run the job in ${(0,durations/* formatDuration */.a)(pauseMs)}. All jobs of the same account share the limit: run fewer of them at a time, or use a longer abf-poll-interval.`,
        retryAfterMs: pauseMs,
    });
}
function advise(response, account) {
    const { base, source } = account;
    if ((0,error_body/* isWebPage */.AA)(response.text) && response.status < 500) {
        return `The response is a web page and does not come from ABF's API: check abf-url (now ${base}), and whether a proxy responds instead of ABF.`;
    }
    switch (response.status) {
        case 401:
            return source === undefined
                ? `This server requires credentials: set abf-token. The token is shown at ${base}settings/private.`
                : adviseCredentials(response, base, source);
        case 403:
            return source === undefined
                ? 'The project or platform is hidden, so ABF requires credentials: set abf-token.'
                : `The account of ${source} is not allowed to do this: it needs the role writer or admin in the project, and access to the platform. A new right takes up to 10 minutes to take effect. On OpenMandriva's server even the members of a hidden project cannot read it through the API.`;
        case 404:
            return `Check the names and ids in the inputs, and that they belong to the server at ${base}.`;
        case 422:
            return 'Correct the input that the message of ABF names.';
        case 429:
            return 'Re-run the job in a few minutes.';
        default:
            return response.status >= 500
                ? `ABF, or a proxy in front of it, has a problem. Open ${base} in a browser to check, then re-run the job.`
                : undefined;
    }
}
function adviseCredentials(response, base, source) {
    return /confirm/i.test(messageOf(response))
        ? `The account of ${source} is not confirmed yet: open the link in the email that ABF sent to it.`
        : `ABF does not accept the credentials of ${source}. The API token is shown at ${base}settings/private. Set abf-token to it, without a password.`;
}
/** The message of the server, sanitized: in one of its JSON shapes, as plain text, or as the title of a page. */
function messageIn(response) {
    return (0,error_body/* serverMessage */.x_)(response, () => {
        const message = messageOf(response);
        // This fork lost its translations and sends the key of the sentence instead.
        return message.startsWith('translation missing') ? '' : message;
    }, 400);
}
/** `message`, at the top or inside `build_list`, or `error`; other fields are not messages. */
function messageOf(response) {
    const body = record(response.json);
    const inner = record(body['build_list']);
    const found = [inner['message'], body['message'], body['error']].find((text) => typeof text === 'string');
    return typeof found === 'string' ? found : '';
}
function record(value) {
    return typeof value === 'object' && value !== null ? { ...value } : {};
}

;// CONCATENATED MODULE: ./src/abf/client/lookups.ts

/** The most rows that a server sends at once; its default is 20. */
const PAGE_SIZE = 100;
/** A longer list is cut here. */
const MAX_PAGES = 10;
/** A search returns at most this many builds. */
const MAX_FOUND = PAGE_SIZE * MAX_PAGES;
function createNames({ get, parse }) {
    const platforms = async (path, intent) => {
        const { rows } = await readPages((page) => get(`${path}per_page=${PAGE_SIZE}&page=${page}`, intent), (response) => parse(PlatformsResponse, response).platforms);
        return rows;
    };
    return {
        async findProject(owner, name) {
            // URLSearchParams also encodes a plus, which servers read as a space.
            const query = new URLSearchParams({ owner, name }).toString();
            const response = await get(`projects/get_id.json?${query}`, 'find the project');
            return response.status === 404 ? undefined : parse(ProjectResponse, response).project;
        },
        platformsForBuild: () => platforms('platforms/platforms_for_build.json?', 'list the platforms to build for'),
        async platform(idOrName) {
            // The path takes no dot, not even an encoded one.
            if (idOrName.includes('.'))
                return undefined;
            const response = await get(`platforms/${encodeURIComponent(idOrName)}.json`, 'look up the platform');
            return response.status === 404 ? undefined : parse(PlatformResponse, response).platform;
        },
        personalPlatforms: () => platforms('platforms.json?type=personal&', 'list the personal platforms'),
        async repository(id) {
            const response = await get(`repositories/${id}.json`, 'look up the repository');
            return response.status === 404 ? undefined : parse(RepositoryResponse, response).repository;
        },
        async arches() {
            const { rows } = await readPages((page) => get(`arches.json?per_page=${PAGE_SIZE}&page=${page}`, 'list the architectures'), (response) => parse(ArchesResponse, response).architectures);
            return rows;
        },
        async login() {
            return parse(UserResponse, await get('user.json', 'check the credentials')).user.uname;
        },
    };
}
/**
 * The first ten pages of a list. Servers give no total, so a page that is not full is the last one, and only the
 * eleventh page tells whether ten full ones were all.
 */
async function readPages(request, read) {
    const rows = [];
    for (let page = 1; page <= MAX_PAGES; page += 1) {
        const some = read(await request(page));
        rows.push(...some);
        // Some servers send some lists whole, so a page may also be longer than requested.
        if (some.length !== PAGE_SIZE)
            return { rows, more: false };
    }
    return { rows, more: read(await request(MAX_PAGES + 1)).length > 0 };
}

;// CONCATENATED MODULE: ./src/abf/client/requests.ts


/** Enough to save time, and no burden to the server. */
const MAX_PARALLEL_READS = 6;
/** Responses that are kept for a 304. */
const MAX_CACHED_RESPONSES = 200;
const ABF = { name: 'ABF', urlInput: 'abf-url' };
function createRequests(deps) {
    const { clock, account } = deps;
    const root = new URL('api/v1/', account.base);
    const cache = new Map();
    let clockOffset = 0;
    let made = 0;
    let reported;
    const serverNow = () => clock.now() + clockOffset;
    async function request(method, path, intent, more = {}) {
        const { body, effect = 'idempotent', etag } = more;
        const send = (maxWaitMs) => deps.http.send({
            method,
            url: new URL(path, root),
            intent,
            effect,
            maxWaitMs,
            peer: ABF,
            body: body === undefined ? undefined : JSON.stringify(body),
            headers: headers(deps, body !== undefined, etag),
        });
        made += 1;
        const response = await sendWithinLimit(send, deps);
        const dated = Date.parse(response.header('date') ?? '');
        if (!Number.isNaN(dated))
            clockOffset = dated - clock.now();
        const left = remaining(response);
        if (left !== undefined)
            reported = { left, hour: hourOf(serverNow()) };
        return response;
    }
    return {
        get: (path, intent) => request('GET', path, intent),
        put: (path, intent) => request('PUT', path, intent, { body: {} }),
        post: (path, intent, body) => request('POST', path, intent, { body, effect: 'creates' }),
        async getCached(path, intent) {
            const known = cache.get(path);
            const response = await request('GET', path, intent, { etag: known?.etag });
            if (response.status === 304 && known !== undefined)
                return known.response;
            const etag = response.header('etag');
            // A list of fewer builds has another path, so entries pile up.
            if (cache.size >= MAX_CACHED_RESPONSES)
                cache.clear();
            // `parse` removes a body of a wrong shape, which would otherwise return with every 304.
            if (response.status === 200 && etag !== undefined)
                cache.set(path, { etag, response });
            else
                cache.delete(path);
            return response;
        },
        parse(schema, response) {
            if (!isSuccess(response.status))
                throw explain(response, account, clock.now());
            const parsed = schema.safeParse(response.json);
            if (parsed.success)
                return parsed.data;
            for (const [path, known] of cache)
                if (known.response === response)
                    cache.delete(path);
            throw unreadable(response, account);
        },
        serverNow,
        // The count of another hour says nothing about this one.
        quota: () => ({ made, left: reported?.hour === hourOf(serverNow()) ? reported.left : undefined }),
    };
}
/** Waits for the full hour when it is near: the server refuses a request over the limit, so it had no effect. */
async function sendWithinLimit(send, { account, clock, signal, maxRateLimitWaitMs }) {
    try {
        const startedAt = clock.now();
        const leftMs = () => maxRateLimitWaitMs - (clock.now() - startedAt);
        const response = await send();
        const pauseMs = rateLimitMs(response, clock.now());
        if (pauseMs === undefined || pauseMs > leftMs())
            return response;
        await clock.sleep(pauseMs + 1000 * clock.random(), signal);
        // The pause and what follows it share one limit.
        return await send(Math.max(0, leftMs()));
    }
    catch (error) {
        throw error instanceof failure/* HttpError */.j$ && error.kind === 'redirect' ? explainRedirect(error, account) : error;
    }
}
/** A proxy may turn a 200 into another 2xx; the body decides then. */
function isSuccess(status) {
    return status >= 200 && status < 300;
}
function hourOf(ms) {
    return Math.floor(ms / 3_600_000);
}
/** OMV's count for the account, of all its jobs. */
function remaining(response) {
    const text = response.header('x-ratelimit-remaining')?.trim() ?? '';
    return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
function headers({ credentials, userAgent }, json, etag) {
    return {
        // Without it, errors of the server's framework are web pages.
        Accept: 'application/json',
        'User-Agent': userAgent,
        ...(credentials === undefined ? {} : { Authorization: basic(credentials) }),
        ...(json ? { 'Content-Type': 'application/json' } : {}),
        ...(etag === undefined ? {} : { 'If-None-Match': etag }),
    };
}
function basic({ user, password }) {
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

;// CONCATENATED MODULE: ./src/abf/client/api.ts





const VERBS = {
    cancel: 'cancel',
    publish: 'publish',
    publish_into_testing: 'publish',
    reject_publish: 'reject',
};
/**
 * The calls of ABF's API, below `<base>api/v1/`. Each throws HttpError, with advice, for a response that it does not
 * name; one with `retryAfterMs` when the rate limit is reached. Every request has the credentials and goes to the origin
 * of the base.
 */
function createAbfApi(deps) {
    const { account, clock } = deps;
    const requests = createRequests(deps);
    const { get, getCached, put, parse, serverNow, quota } = requests;
    const rows = (response) => parse(RowsResponse, response).build_lists;
    /** A refusal that is a result of the call. A rate limit is not: it says nothing about the build. */
    const refused = (response) => {
        const error = explain(response, account, clock.now());
        if (error.retryAfterMs !== undefined)
            throw error;
        return error;
    };
    return {
        ...createNames(requests),
        async search(filter) {
            const { rows: found, more } = await readPages((page) => get(`build_lists.json?${query(filter, page)}`, 'search for builds'), rows);
            // Builds that change between two pages move to the front, and others to the next page.
            return { rows: [...new Map(found.map((row) => [row.id, row])).values()], more };
        },
        async searchNewest(filter) {
            return rows(await get(`build_lists.json?${query(filter, 1)}`, 'search for builds'));
        },
        async searchProject(projectId, filter) {
            const path = `projects/${projectId}/build_lists.json?${query(filter, 1)}`;
            const response = await get(path, 'list the builds of the project');
            return response.status === 404 ? undefined : rows(response);
        },
        async statuses(ids) {
            const list = ids.map((id) => `filter%5Bid%5D%5B%5D=${id}`).join('&');
            const response = await getCached(`build_lists.json?${list}&per_page=${PAGE_SIZE}`, 'read the status of the builds');
            if ([400, 404, 405, 422].includes(response.status))
                return undefined;
            const wanted = new Set(ids);
            const found = rows(response);
            return found.every((row) => wanted.has(row.id)) ? found : undefined;
        },
        async show(id) {
            const response = await getCached(`build_lists/${id}.json`, `read build ${id}`);
            if (response.status === 404)
                return { kind: 'missing' };
            const hidden = response.status === 403 || (response.status === 500 && response.json !== undefined);
            if (hidden)
                return { kind: 'hidden', error: refused(response) };
            return { kind: 'build', build: parse(BuildResponse, response).build_list };
        },
        async averages(projectId) {
            const response = await get(`projects/${projectId}.json`, 'read how long builds usually take');
            return parse(AveragesResponse, response).project.project_statistics;
        },
        create: (fields, intent) => create(fields, intent, requests, deps),
        async act(id, action) {
            const response = await put(`build_lists/${id}/${action}.json`, `${VERBS[action]} build ${id}`);
            const { status } = response;
            if ([403, 404, 422].includes(status))
                return { kind: 'refused', status, error: refused(response) };
            if (parse(ActionResponse, response).done)
                return { kind: 'done' };
            return { kind: 'refused', status: 422, error: refusal(response) };
        },
        serverNow,
        quota,
    };
}
async function create(fields, intent, { post }, { account, clock }) {
    let response;
    try {
        response = await post('build_lists.json', intent, { build_list: fields });
    }
    catch (error) {
        if (!(error instanceof failure/* HttpError */.j$))
            throw error;
        return { kind: maybeDelivered(error) ? 'lost' : 'refused', error };
    }
    const { status } = response;
    if (status === 408 || status >= 500)
        return { kind: 'lost', error: explain(response, account, clock.now()) };
    if (!isSuccess(status))
        return { kind: 'refused', error: explain(response, account, clock.now()) };
    const created = CreateResponse.safeParse(response.json);
    if (!created.success)
        return { kind: 'lost', error: unreadable(response, account) };
    const { id } = created.data.build_list;
    return id === null ? { kind: 'refused', error: refusal(response) } : { kind: 'created', id };
}
/** Without a connection, or with a response whose status is below 500, there is no build. */
function maybeDelivered({ kind, status }) {
    return status === undefined ? ['timeout', 'reset', 'too-large'].includes(kind) : status >= 500;
}
/** A refusal with status 200, as servers of 2012 sent it. */
function refusal(response) {
    const message = messageIn(response);
    return response.error('status', `refused: ${message}`, {
        serverMessage: message,
        advice: 'Correct the input that the message of ABF names.',
    });
}
/** Filters with the page to read; the keys are the server's. */
function query(filter, page) {
    const pairs = Object.entries(filter).map(([key, value]) => [`filter[${key}]`, value]);
    const all = { ...Object.fromEntries(pairs), per_page: String(PAGE_SIZE), page: String(page) };
    return new URLSearchParams(all).toString();
}

;// CONCATENATED MODULE: ./src/abf/submit/options.ts

/** The servers' defaults of the options that they report. */
const DEFAULTS = {
    auto_create_container: false,
    build_requires: false,
    extra_build_lists: [],
    extra_params: {},
    extra_repositories: [],
    use_cached_chroot: false,
    use_extra_tests: true,
};
/** Compares everything that the server reports of a build with what a create would request. */
function compareOptions(build, wanted) {
    const { options, includeRepositories, includesGiven } = wanted;
    const different = [];
    const unreported = [];
    if (build.include_repos === undefined) {
        if (includesGiven)
            unreported.push('abf-include-repositories');
    }
    else if (idsOf(build.include_repos) !== idsOf(includeRepositories)) {
        different.push('abf-include-repositories');
    }
    const reported = build;
    for (const key of new Set([...Object.keys(options), ...Object.keys(DEFAULTS)])) {
        const given = isGiven(options[key]);
        const value = reported[key];
        if (value === undefined || value === null) {
            if (given)
                unreported.push(key);
        }
        else if (normalize(value) !== normalize(effective(key, given ? options[key] : DEFAULTS[key], build))) {
            different.push(key);
        }
    }
    return { different, unreported };
}
/** Servers treat a blank value as one that was left out. */
function isGiven(value) {
    return value !== undefined && value !== null && value !== '';
}
/** Servers change two options by themselves: no container with automatic publishing, no extra repositories in a main platform. */
function effective(key, value, build) {
    if (key === 'auto_create_container' && modeOf(build) !== 'none')
        return false;
    if (key === 'extra_repositories' && build.save_to_repository?.platform?.platform_type === 'main')
        return [];
    return value;
}
/** One text for values with the same meaning: `1`, `"true"` and `true`; ids in any order, bare or in records; parameters in any order. */
function normalize(value) {
    if (Array.isArray(value))
        return idsOf(value);
    if (typeof value === 'object' && value !== null)
        return parametersOf(value);
    const text = typeof value === 'string' ? value.trim() : JSON.stringify(value);
    if (['true', 't', '1'].includes(text))
        return 'true';
    return ['false', 'f', '0'].includes(text) ? 'false' : text;
}
function idsOf(list) {
    const ids = list.map((item) => typeof item === 'object' && item !== null && 'id' in item ? String(item.id) : String(item));
    return [...new Set(ids)].toSorted().join();
}
/** Servers strip most punctuation from parameters, and drop empty ones. */
function parametersOf(record) {
    return Object.entries(record)
        .map(([key, value]) => `${key}=${String(value).replace(/[^\w]/g, '')}`)
        .filter((pair) => !pair.endsWith('='))
        .toSorted()
        .join('&');
}

;// CONCATENATED MODULE: ./src/abf/submit/reuse.ts





/** At most this many builds are read in search of one to reuse. */
const MAX_OPENED = 20;
/**
 * Builds of the same source, newest change first. Servers cannot filter by commit. But they store the commit as the
 * version of a build without a branch, so one short list is enough.
 */
async function listSameSource(api, sought, more = {}) {
    const filter = {
        project_version: sought.version,
        save_to_repository_id: String(sought.repositoryId),
        build_for_platform_id: String(sought.platformId),
        // Every build that may be read. Every server knows this value; the default is the builds of the account.
        ownership: 'index',
        ...more,
    };
    const name = sought.project.split('/')[1];
    const rows = (await api.searchProject(sought.projectId, filter)) ??
        (await api.searchNewest(name === undefined ? filter : { ...filter, project_name: name }));
    return rows.filter((row) => row.project_id === undefined || row.project_id === sought.projectId);
}
/**
 * Finds builds to reuse: with the same project, commit, platform, repository, mode, included repositories and options,
 * and in a status that allows it. Takes one list, and one request for each candidate until every architecture has a build.
 */
async function findReusable(api, sought, wanted) {
    const { archIds, mode } = wanted;
    const only = archIds.length === 1 ? { arch_id: String(archIds[0]) } : {};
    const rows = await listSameSource(api, sought, only);
    const candidates = rows.filter(({ status }) => statusInfo(status).reusable).slice(0, MAX_OPENED);
    const sameMode = modeCheck(api, sought.repositoryId, mode);
    const byArch = new Map();
    const others = new Map();
    for (let next = 0; next < candidates.length && byArch.size < archIds.length;) {
        const some = candidates.slice(next, next + archIds.length - byArch.size);
        next += some.length;
        for (const build of await reuse_open(api, some)) {
            const arch = build.arch?.id;
            const fits = arch !== undefined && archIds.includes(arch) && !byArch.has(arch) && isSameSource(build, sought);
            // The status may have changed since the list.
            if (!fits || !statusInfo(build.status).reusable || !(await sameMode(build)))
                continue;
            const differences = compareOptions(build, wanted);
            const same = differences.different.length === 0 && differences.unreported.length === 0;
            if (same)
                byArch.set(arch, build);
            else if (!others.has(arch))
                others.set(arch, { id: build.id, ...differences });
        }
    }
    return { byArch, others, existing: new Set(rows.map(({ id }) => id)) };
}
/** The builds that can be shown, out of `rows`. */
async function reuse_open(api, rows) {
    const shown = await (0,pool/* mapPool */.P)(rows, MAX_PARALLEL_READS, (row) => api.show(row.id));
    return shown.flatMap((found) => (found.kind === 'build' ? [found.build] : []));
}
/** Every value must be reported and equal. */
function isSameSource(build, sought) {
    return (build.project?.id === sought.projectId &&
        build.save_to_repository?.id === sought.repositoryId &&
        build.build_for_platform?.id === sought.platformId &&
        build.commit_hash?.toLowerCase() === sought.commit);
}
/**
 * Where a repository requires QA, the servers rewrite the mode (OMV turns every one into `testing`, ROSA `default` into
 * `none`), so there any mode counts as the same. The repository is read only when that can be the reason.
 */
function modeCheck(api, repositoryId, wanted) {
    let needsQa;
    return async (build) => {
        const mode = modeOf(build);
        if (mode === undefined || mode === wanted)
            return mode === wanted;
        needsQa ??= api.repository(repositoryId).then((found) => found?.publish_without_qa === false);
        return needsQa;
    };
}

;// CONCATENATED MODULE: ./src/abf/submit/recover.ts




/** Milliseconds before each search for the build of a lost response: a slow server may still be creating it. */
const SEARCH_PAUSES_MS = [0, 2000, 5000, 10_000];
/** Seconds before the create from which on builds are listed: generous, because clocks differ. */
const LIST_BACK_S = 600;
/** `Date` and `created_at` have whole seconds. */
const CLOCK_SLACK_MS = 2000;
/**
 * Searches several times for the build of a create whose response was lost.
 * @param once whether one search is enough
 * @throws ActionError when the search fails, because another create could then make a second build
 */
async function findLostCreate(pending, arch, lost, once, session) {
    const { api, clock, signal, base } = session;
    const known = new Set(session.builds.records.map(({ id }) => id));
    for (const pause of once ? SEARCH_PAUSES_MS.slice(0, 1) : SEARCH_PAUSES_MS) {
        await clock.sleep(pause, signal);
        try {
            const found = await findPending(pending, known, api, clock);
            const [build] = found;
            // Several can only come from jobs like this one at the same time, and nothing shows which job made which.
            if (build)
                return { build, ours: found.length === 1 };
        }
        catch (error) {
            if (!(error instanceof failure/* HttpError */.j$))
                throw error;
            throw new errors/* ActionError */.lZ(`${lost.message}. The check whether the build was created failed as well: ${error.message}.`, {
                title: 'A build may have been submitted',
                advice: `Check ${base}build_lists for a build for ${(0,sanitize/* toSingleLine */.OX)(arch.name, 40)}. When the server responds again, re-run the job: with abf-reuse it uses that build.`,
                detail: [...lost.detail, ...error.detail],
            });
        }
    }
    return undefined;
}
/**
 * The builds that a create without a response may have made, newest first: of the same source, not known before, created
 * since then, and by the same account where the server reports it.
 * @throws HttpError when the search fails
 */
async function findPending(pending, known, api, clock) {
    // First, because its response has the server's time, to which the list refers.
    const login = await api.login();
    const since = pending.since + api.serverNow() - clock.now();
    const rows = await listSameSource(api, pending, {
        arch_id: String(pending.archId),
        updated_at_start: String(Math.floor(since / 1000) - LIST_BACK_S),
    });
    const candidates = rows.filter((row) => !known.has(row.id) && !pending.known.includes(row.id));
    const builds = await reuse_open(api, candidates);
    return builds.filter((build) => isSameSource(build, pending) &&
        build.arch?.id === pending.archId &&
        (build.created_at === undefined || build.created_at * 1000 >= since - CLOCK_SLACK_MS) &&
        (build.user?.uname === undefined || build.user.uname === login));
}

// EXTERNAL MODULE: ./src/abf/submitted-builds.ts
var submitted_builds = __webpack_require__(6046);
;// CONCATENATED MODULE: ./src/abf/cancel.ts









/** Everything that cancels builds for which nobody waits any more: in the main step, and in the post step. */
/** The runner sends SIGINT, SIGTERM 7.5 s later, and kills 2.5 s after that. Outputs and summary need time, too. */
const KNOWN_BUILDS_LIMIT_MS = 5000;
const PENDING_CREATE_LIMIT_MS = 8000;
/** Without a signal nothing kills the process soon. */
const NO_SIGNAL_LIMIT_MS = 60_000;
const POST_LIMIT_MS = 40_000;
/** A create that has made no build within this time has failed. */
const MAX_CREATE_MS = 30_000;
const MIN_POST_SEARCH_MS = 10_000;
const SEARCH_PAUSE_MS = 1000;
/** Time is short, and a step rarely has more builds than this. */
const MAX_PARALLEL_CANCELS = 20;
const MAYBE_RUNNING = 'A build may be left running';
/**
 * Cancels the builds that this run has submitted and that have not ended, unless abf-on-abort is leave; never another
 * build. A build whose create has no response yet is searched for until the limit, because a slow server may still be
 * creating it.
 * @param reason completes "because …"
 * @returns the ids that are still to be cancelled, for the post step
 */
async function cancelSubmitted(session, reason) {
    const { inputs, builds, logger, clock, base, signal } = session;
    const own = builds.records.filter(({ origin, outcome: known }) => origin === 'submitted' && (known === undefined || known.verdict === 'timed_out'));
    const { pending } = builds;
    if (own.length === 0 && !pending)
        return [];
    const ids = own.map(({ id }) => id);
    if (inputs.onAbort === 'leave') {
        if (ids.length > 0)
            logger.warning(`abf-on-abort is leave, so this run leaves its builds running: ${ids.join(', ')}.`);
        return [];
    }
    logger.info(`Cancelling the builds that this run has submitted, because ${reason}.`);
    const within = (signalledMs) => {
        const limitMs = signal.aborted ? signalledMs : NO_SIGNAL_LIMIT_MS;
        return { api: session.apiUntil(clock.timeout(limitMs), limitMs), clock, logger, base };
    };
    const known = builds.records.map(({ id }) => id);
    const searchUntil = clock.now() + (signal.aborted ? PENDING_CREATE_LIMIT_MS : 0);
    const [results, search] = await Promise.all([
        cancelBuilds(ids, within(KNOWN_BUILDS_LIMIT_MS)),
        pending && cancelPending(pending, known, searchUntil, within(PENDING_CREATE_LIMIT_MS)),
    ]);
    const cancelled = outcome('cancelled', `This run cancelled the build, because ${reason}.`);
    for (const record of own) {
        if (results.some(({ id, result }) => id === record.id && result === 'cancelled')) {
            record.outcome ??= cancelled;
        }
    }
    const left = results.flatMap(({ id, result }) => (result === 'failed' ? id : []));
    if (search?.kind === 'not-found') {
        logger.warning(formatNotFound(search, 'The post step continues the search.', base), MAYBE_RUNNING);
    }
    if (search?.kind === 'ambiguous')
        builds.endCreate();
    if (search?.kind !== 'found')
        return left;
    const { build, result } = search;
    const record = createRecord(build.id, 'submitted', clock.now(), { build });
    if (result === 'cancelled')
        record.outcome = cancelled;
    builds.add(record);
    return result === 'failed' ? [...left, build.id] : left;
}
/**
 * The post step's part: cancels what a main step has submitted that ended before it could do so. Never throws.
 * @param inputs the ABF inputs of the step, which the runner gives to its post step as well
 * @returns true when there was something to do
 */
async function cleanUpAbf(inputs, deps) {
    const { connect, clock, logger, state, userAgent } = deps;
    const work = (0,submitted_builds/* unfinishedWork */.HF)(state);
    if (!work)
        return false;
    const signal = clock.timeout(POST_LIMIT_MS);
    const api = createAbfApi({
        http: connect({ signal }),
        clock,
        signal,
        userAgent,
        account: { base: inputs.baseUrl, source: inputs.credentialsSource },
        credentials: inputs.credentials,
        maxRateLimitWaitMs: 0,
    });
    logger.info('The step ended before it could cancel the builds that it had submitted. The post step cancels them now.');
    const session = { api, clock, logger, base: inputs.baseUrl };
    const { pending, ids } = work;
    const searchUntil = Math.min(Math.max((pending?.since ?? 0) + MAX_CREATE_MS, clock.now() + MIN_POST_SEARCH_MS), clock.now() + MAX_CREATE_MS);
    const [search] = await Promise.all([
        pending && cancelPending(pending, ids, searchUntil, session),
        cancelBuilds(ids, session),
    ]);
    if (search?.kind === 'not-found') {
        if (search.error === undefined)
            logger.info('The last submission has made no build.');
        else
            logger.warning(formatNotFound(search, '', inputs.baseUrl), MAYBE_RUNNING);
    }
    (0,submitted_builds/* clearUnfinishedWork */.K3)(state);
    return true;
}
/** Cancels builds of this run in parallel, and logs each result. Never throws, so that the first error is reported. */
function cancelBuilds(ids, session) {
    return (0,pool/* mapPool */.P)(ids, MAX_PARALLEL_CANCELS, (id) => cancelOne(id, session));
}
/**
 * Searches for the build of a create without a response until it is found or the time is over, and cancels it. Never
 * throws.
 * @param known ids of builds that it cannot be
 * @param until milliseconds since the epoch; at least one search is made
 */
async function cancelPending(pending, known, until, session) {
    const { api, clock, logger, base } = session;
    const begun = clock.now();
    for (;;) {
        let error;
        try {
            const found = await findPending(pending, new Set(known), api, clock);
            const [build, second] = found;
            if (second) {
                const links = found.map(({ id }) => `${base}build_lists/${id}`).join(' and ');
                logger.warning(`A build was being submitted. Several builds fit, so this run cancels none of them. Check ${links}.`, MAYBE_RUNNING);
                return { kind: 'ambiguous' };
            }
            if (build) {
                logger.info(`Found build ${build.id} of the submission without a response, after ${(0,durations/* formatDuration */.a)(clock.now() - begun)}.`);
                return { kind: 'found', build, result: (await cancelOne(build.id, session)).result };
            }
        }
        catch (thrown) {
            error = thrown;
        }
        const left = until - clock.now();
        if (left <= 0 || isRefusal(error))
            return { kind: 'not-found', error };
        // The search ends at `until`, and no signal has to shorten a pause of a second.
        await clock.sleep(Math.min(SEARCH_PAUSE_MS, left), new AbortController().signal);
    }
}
function formatNotFound({ error }, next, base) {
    const result = error === undefined ? 'No build was found so far' : `The search for it failed: ${formatError(error)}`;
    const sentences = ['A build was being submitted when the step ended.', `${result}.`, next];
    return [...sentences, `Check ${base}build_lists.`].filter(Boolean).join(' ');
}
/** A server that refuses the credentials does the same a second later. */
function isRefusal(error) {
    return error instanceof failure/* HttpError */.j$ && (error.status === 401 || error.status === 403);
}
async function cancelOne(id, { api, logger, base }) {
    try {
        const refusal = await requestCancel(id, api);
        if (refusal === undefined) {
            logger.info(`Cancelled build ${id}.`);
            return { id, result: 'cancelled' };
        }
        const shown = await api.show(id);
        if (shown.kind === 'missing') {
            logger.info(`Build ${id} does not exist any more, so there is nothing to cancel.`);
            return { id, result: 'cancelled' };
        }
        const code = shown.kind === 'build' ? shown.build.status : undefined;
        const progress = code === undefined ? 'refused' : statusInfo(code).progress.cancel;
        if (progress === 'done' || progress === 'underway' || progress === 'missed') {
            logger.info(`Build ${id} is ${formatStatus(code)}, so there is nothing to cancel.`);
            return { id, result: progress === 'missed' ? 'over' : 'cancelled' };
        }
        throw refusal;
    }
    catch (error) {
        logger.warning(`Build ${id} could not be cancelled: ${formatError(error)}. Cancel it at ${base}build_lists/${id}`, 'A build is left running');
        return { id, result: 'failed' };
    }
}
/** Returns undefined when the server has accepted the cancel. Without a usable response, only the status shows that. */
async function requestCancel(id, api) {
    try {
        const response = await api.act(id, 'cancel');
        return response.kind === 'done' ? undefined : response.error;
    }
    catch (error) {
        if (error instanceof failure/* HttpError */.j$)
            return error;
        throw error;
    }
}
function formatError(error) {
    if (error instanceof failure/* HttpError */.j$)
        return error.message;
    return error instanceof Error && error.name === 'TimeoutError'
        ? 'the server did not respond in time'
        : String(error);
}

// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
// EXTERNAL MODULE: ./src/text/url.ts
var text_url = __webpack_require__(114);
;// CONCATENATED MODULE: ./src/abf/report/log-tail.ts





const FILE_STORE = { name: 'the file store of ABF', urlInput: 'abf-url' };
/** Of a larger file only the end is requested, and nothing is read when the store sends all of it. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
const END_BYTES = 256 * 1024;
const MAX_LINE_LENGTH = 500;
/** Characters; longer than any token. */
const MAX_SECRET_LENGTH = 4096;
const MEBIBYTE = 1024 * 1024;
/** Names of log files. ROSA puts the package into some of them. */
const BUILD_LOG = /^build(\..+)?\.log(\.gz)?$/;
const SCRIPT_LOG = /^script_output\.log(\.gz)?$/;
const ROOT_LOG = /^root(\..+)?\.log(\.gz)?$/;
const TEST_LOG = /^tests?(\..+)?\.log(\.gz)?$/;
const PUBLISH_LOG = /^publish(\..+)?\.log(\.gz)?$/;
/** The files to read for each kind of status, best first. */
const NAMES = {
    build: [BUILD_LOG, SCRIPT_LOG, ROOT_LOG],
    script: [SCRIPT_LOG, BUILD_LOG, ROOT_LOG],
    tests: [TEST_LOG, SCRIPT_LOG, BUILD_LOG],
    publish: [PUBLISH_LOG, SCRIPT_LOG, BUILD_LOG],
};
/**
 * The files worth reading for a build that ended with this status, best first. An empty build.log (size 0) is skipped:
 * the build then ended while its root was being prepared, and other files have the reason.
 */
function chooseLogs(code, files) {
    const full = files.filter(({ size }) => size !== 0);
    // A file may be there once per attempt; the last one is about the status.
    return NAMES[statusInfo(code).log].flatMap((name) => full.findLast(({ file_name: file }) => name.test(file)) ?? []);
}
/** Characters. A longer address is not real, and would fill an annotation. */
const MAX_URL_LENGTH = 2000;
/**
 * The address of a file in the file store with https instead of http: servers report http, and nobody may change a log on
 * its way. Undefined for anything but a web address, and for a loopback address of a server elsewhere: that would be the
 * runner itself.
 * @param base address of the ABF server
 */
function logUrl(address, base) {
    const url = address.length > MAX_URL_LENGTH ? undefined : (0,text_url/* parseUrl */.D)(address);
    if (!url || url.username || url.password)
        return undefined;
    const local = (0,text_url/* isLoopback */.U)(url.hostname);
    if (local && !(0,text_url/* isLoopback */.U)(new URL(base).hostname))
        return undefined;
    if (url.protocol === 'http:' && !local)
        url.protocol = 'https:';
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined;
}
/** Fetches the last lines of the best file that can be read, without credentials; undefined when none can be read. */
async function fetchTail(code, files, count, http, base) {
    for (const file of chooseLogs(code, files)) {
        const url = logUrl(file.url, base);
        const found = url && (await fetchLines(url, file, count, http));
        if (found && found.length > 0)
            return { fileName: (0,sanitize/* toSingleLine */.OX)(file.file_name, 80), url: url.href, lines: found };
    }
    return undefined;
}
async function fetchLines(url, file, count, http) {
    const large = (file.size ?? 0) * MEBIBYTE > MAX_LOG_BYTES;
    const packed = file.file_name.endsWith('.gz');
    // The end alone of a packed file cannot be unpacked.
    if (large && packed)
        return undefined;
    try {
        const response = await http.send({
            method: 'GET',
            url,
            peer: FILE_STORE,
            effect: 'idempotent',
            intent: `read the log ${file.file_name}`,
            headers: { Accept: '*/*', ...(large ? { Range: `bytes=-${END_BYTES}` } : {}) },
            mayBeEmpty: true,
            maxResponseBytes: MAX_LOG_BYTES,
        });
        return response.status === 200 || response.status === 206 ? tail(response, count) : undefined;
    }
    catch (error) {
        // A log is optional: the next file may be readable, and the annotation links the log in any case.
        if (error instanceof failure/* HttpError */.j$)
            return undefined;
        throw error;
    }
}
/** The last lines that are not blank. A store may send a packed file packed, whatever its headers say. */
function tail(response, count) {
    const bytes = unpack(response.bytes);
    if (!bytes)
        return undefined;
    const cut = bytes.length > END_BYTES || response.status === 206;
    // Bytes that are not UTF-8 become replacement characters.
    const text = bytes.subarray(-END_BYTES).toString('utf8');
    return (cut ? withoutStart(text) : text)
        .split('\n')
        .map((line) => clean(line, response))
        .filter((line) => line !== '')
        .slice(-count);
}
/** Removes the incomplete first line: it may begin with half of a secret, which no redaction recognizes. */
function withoutStart(text) {
    const end = text.indexOf('\n');
    return end < 0 ? text.slice(MAX_SECRET_LENGTH) : text.slice(end + 1);
}
/** Progress bars overwrite their line, so only the last text is shown. Indentation is kept, because it has a meaning. */
function clean(line, response) {
    const shown = line.replace(/\r+$/, '').split('\r').at(-1) ?? '';
    const indent = /^ {0,40}/.exec(shown)?.[0] ?? '';
    const text = response.sanitize(shown, MAX_LINE_LENGTH);
    return text === '' ? '' : indent + text;
}
function unpack(bytes) {
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b)
        return bytes;
    try {
        return (0,external_node_zlib_.gunzipSync)(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./src/abf/report/outputs.ts




/** GitHub's limit for one output, counted in UTF-16. */
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** The conclusion over all builds, and the status that decided it. */
function conclusionOf(report) {
    const { conclusion, decisive } = conclude(report.records.map(({ outcome }) => outcome));
    const status = report.operation === 'search' ? undefined : report.records[decisive]?.track.status;
    return { conclusion: report.conclusion ?? conclusion, status };
}
/** The outputs by name, and the names of those that are too long for GitHub and therefore left out. */
function renderOutputs(report) {
    const { conclusion, status } = conclusionOf(report);
    const all = Object.entries({
        'build-list-ids': JSON.stringify(report.records.map(({ id }) => id)),
        'build-status': status === undefined ? '' : String(status),
        'build-conclusion': conclusion,
        'build-lists': JSON.stringify(report.records.map((record) => buildJson(record, report))),
        packages: JSON.stringify(report.records.flatMap((record) => packagesJson(record, report.base))),
    });
    const fits = ([, text]) => text.length * 2 <= MAX_OUTPUT_BYTES;
    return {
        outputs: Object.fromEntries(all.filter(fits)),
        tooLong: all.filter((entry) => !fits(entry)).map(([name]) => name),
    };
}
function buildJson(record, { base, operation }) {
    const { id, build, expected, outcome, origin, track } = record;
    const { status } = track;
    return {
        id,
        project: projectOf(record) ?? null,
        arch: archOf(record) ?? null,
        platform: build?.build_for_platform?.name ?? expected?.platform ?? null,
        repository: repositoryOf(record) ?? null,
        commit: build?.commit_hash ?? expected?.commit ?? null,
        status: status ?? null,
        'status-name': status === undefined ? null : statusInfo(status).name,
        // A search looks at no build closely enough to judge it.
        conclusion: outcome?.verdict ?? (operation === 'search' ? null : 'in_progress'),
        url: pageOf(id, base),
        'log-url': logOf(record, base),
        duration: build?.duration ?? null,
        reused: origin === 'reused',
        packages: build?.packages?.length ?? null,
    };
}
/** `platform/repository`. */
function repositoryOf({ build, expected }) {
    const repository = build?.save_to_repository;
    if (!repository)
        return expected?.repository;
    return repository.platform ? `${repository.platform.name}/${repository.name}` : repository.name;
}
function pageOf(id, base) {
    return `${base}build_lists/${id}`;
}
/** The best log file of the build, else the page with the live log. */
function logOf({ id, build, log, track }, base) {
    if (log)
        return log.url;
    const [file] = chooseLogs(track.status ?? 0, build?.logs ?? []);
    return (file && logUrl(file.url, base)?.href) ?? `${pageOf(id, base)}/log`;
}
function packagesJson(record, base) {
    return (record.build?.packages ?? []).map((made) => ({
        name: made.name,
        version: made.version ?? '',
        release: made.release ?? '',
        arch: packageArch(made, record),
        url: logUrl(made.url ?? '', base)?.href ?? '',
        'build-list-id': record.id,
    }));
}
function packageArch({ type }, record) {
    return type === 'source' ? 'src' : (archOf(record) ?? '');
}

;// CONCATENATED MODULE: ./src/abf/report/annotations.ts






/** GitHub shows no more than this many annotations of a kind for a step. */
const MAX_ANNOTATIONS = 10;
/** Fetches the ends of the logs of failed builds, without credentials, for as many builds as have annotations. */
async function readLogs({ records, base }, count, http) {
    if (count === 0)
        return;
    const failed = records
        .filter(({ outcome, track }) => outcome?.verdict === 'failure' && statusInfo(track.status ?? 0).explainedByLog)
        .slice(0, MAX_ANNOTATIONS);
    await (0,pool/* mapPool */.P)(failed, MAX_PARALLEL_READS, async (record) => {
        record.log = await fetchTail(record.track.status ?? 0, record.build?.logs ?? [], count, http, base);
    });
}
/** Writes one annotation for each build that needs attention, and the ends of logs in groups. */
async function annotate(report, logger) {
    const { records, base, operation } = report;
    const bad = records.filter(({ outcome }) => isBad(outcome, operation));
    const late = records.filter(({ outcome }) => outcome?.verdict === 'timed_out');
    const most = late.length > 0 ? MAX_ANNOTATIONS - 1 : MAX_ANNOTATIONS;
    for (const record of bad.slice(0, most)) {
        logger.error(formatBuild(record, base), titleOf(record));
    }
    for (const record of bad.slice(most))
        logger.info(formatBuild(record, base));
    if (late.length > 0) {
        logger.error(`The wait was not long enough for ${late.length} of ${records.length} builds: ${late
            .slice(0, MAX_ANNOTATIONS)
            .map((record) => `${labelOf(record)}, ${formatStatus(record.track.status)}`)
            .join('; ')}. ${late[0]?.outcome?.sentence ?? ''}\nRaise abf-timeout, or set abf-wait: false and let a later job wait with abf-build-list-ids.`, 'ABF builds timed out');
    }
    annotateDoubtful(report, logger);
    for (const { log, id } of records) {
        if (!log)
            continue;
        await logger.group(`Build ${id}: end of ${log.fileName}`, async () => {
            for (const line of log.lines)
                logger.info(line);
        });
    }
}
/** Half of the annotations of each kind, because the step has warnings and notices of its own. */
function annotateDoubtful({ records, base }, logger) {
    const doubtful = records.filter(({ outcome }) => isDoubtful(outcome));
    // Accepted by abf-unpermitted-arch.
    const accepted = doubtful.filter(({ track }) => statusInfo(track.status ?? 0).meaning.none === 'arch');
    const others = doubtful.filter((record) => !accepted.includes(record));
    const max = MAX_ANNOTATIONS / 2;
    for (const record of others.slice(0, max))
        logger.warning(formatBuild(record, base), titleOf(record));
    for (const record of accepted.slice(0, max))
        logger.notice(formatBuild(record, base), 'Nothing built');
    for (const record of [...others.slice(max), ...accepted.slice(max)])
        logger.info(formatBuild(record, base));
}
function isBad(outcome, operation) {
    // A cancelled build is the goal of that operation.
    return outcome?.verdict === 'failure' || (outcome?.verdict === 'cancelled' && operation !== 'cancel');
}
function isDoubtful(outcome) {
    return outcome?.warn === true || outcome?.verdict === 'neutral';
}
function formatBuild(record, base) {
    const { outcome, track, build, id } = record;
    const seen = track.status === undefined ? '' : `: ${formatStatus(track.status)}`;
    const log = build && build.logs.length > 0 && statusInfo(track.status ?? 0).explainedByLog
        ? `\nLog: ${logOf(record, base)}`
        : '';
    return `${labelOf(record)}${seen}. ${outcome?.sentence ?? ''}${log}\nBuild: ${pageOf(id, base)}`;
}
function titleOf({ outcome, track }) {
    if (outcome?.verdict === 'cancelled')
        return 'ABF build cancelled';
    return track.status === undefined ? 'ABF build not found' : `ABF: ${formatStatus(track.status)}`;
}

;// CONCATENATED MODULE: ./src/abf/operations.ts





/** ROSA only queues a job for some operations, so the status follows a moment later. */
const REPEAT_PAUSES_MS = [2000, 5000];
const RULES = {
    publish: {
        action: 'publish',
        verb: 'publish',
        right: 'The account must have write access to the project or, where the repository requires QA, must be an administrator of the platform. ABF also refuses when the repository takes only builds of one branch, or when builds that this one needs are not published yet.',
    },
    'publish-into-testing': {
        action: 'publish_into_testing',
        verb: 'publish into testing',
        right: 'The account must have write access to the project. ABF also refuses when the repository takes only builds of one branch.',
    },
    reject: {
        action: 'reject_publish',
        verb: 'reject',
        right: 'The account must have write access to the project or, where the repository requires QA, must be an administrator of the platform.',
    },
    cancel: { action: 'cancel', verb: 'cancel', right: 'The account must have write access to the project.' },
};
/**
 * Requests the operation for every build that does not have its result yet. Sets an outcome where there is nothing to
 * wait for: the build has the result already, or the server refused.
 * @throws HttpError for what concerns all builds (401, the rate limit, no server)
 */
async function operate(operation, records, session) {
    const { statuses, clock, logger } = session;
    const read = await statuses.read(records.map(({ id }) => id));
    for (const record of records) {
        const found = read.get(record.id);
        record.build = found?.build ?? record.build;
        if (found?.reading.kind !== 'status') {
            record.outcome = outcome_failure(`ABF has no build ${record.id}. The id may be wrong, or ABF has deleted the record.`);
            continue;
        }
        const { code } = found.reading;
        noteStatus(record, code, clock.now());
        const done = alreadyDone(operation, code);
        if (done) {
            record.outcome = done;
            logger.info(`${labelOf(record)} is already ${formatStatus(code)}: no changes needed.`);
        }
        else if (isUnderway(operation, code)) {
            logger.info(`${labelOf(record)} is already ${formatStatus(code)}: no request needed.`);
        }
        else {
            await request(operation, record, code, session);
        }
    }
}
async function request(operation, record, first, session) {
    const { api, clock, logger, signal } = session;
    const { action, verb } = RULES[operation];
    let code = first;
    for (const pauseMs of [...REPEAT_PAUSES_MS, undefined]) {
        const response = await act(record.id, action, api);
        if (response.kind === 'done') {
            record.track = afterRequest(record.track, code, clock.now(), operation === 'cancel');
            logger.info(`${labelOf(record)}, ${formatStatus(code)}: ABF has accepted the request to ${verb} it.`);
            return;
        }
        // Also after a refusal: the first of two requests may have had its effect, and its response may have been lost.
        const shown = await api.show(record.id);
        if (shown.kind === 'missing') {
            record.outcome = outcome_failure('ABF deleted the build before it handled the request.');
            return;
        }
        const now = shown.kind === 'build' ? shown.build.status : code;
        if (shown.kind === 'build')
            record.build = shown.build;
        noteStatus(record, now, clock.now());
        record.outcome = alreadyDone(operation, now);
        if (record.outcome || isUnderway(operation, now))
            return;
        if (response.kind === 'refused') {
            record.outcome = outcome_failure(explainRefusal(operation, now, response, session.inputs.credentialsSource));
            return;
        }
        // A build that was queued may be building by now: the request had no effect, and is still possible.
        if (now !== code && statusInfo(now).progress[operation] !== 'accepted')
            return;
        const unchanged = `${response.error.message}. The build is ${now === code ? 'still' : 'now'} ${formatStatus(now)}`;
        code = now;
        if (pauseMs === undefined) {
            record.outcome = outcome_failure(`${unchanged}, so ABF did not ${verb} it. Re-run the job.`);
            return;
        }
        logger.info(`${labelOf(record)}: ${unchanged}. The request is repeated in ${(0,durations/* formatDuration */.a)(pauseMs)}.`);
        await clock.sleep(pauseMs, signal);
    }
}
/** Without a response that can be read, only the status shows whether the request had an effect. */
async function act(id, action, api) {
    try {
        return await api.act(id, action);
    }
    catch (error) {
        if (!(error instanceof failure/* HttpError */.j$) || error.retryAfterMs !== undefined)
            throw error;
        const unclear = ['unreadable', 'timeout', 'reset'].includes(error.kind) || (error.status ?? 0) >= 500;
        if (!unclear)
            throw error;
        return { kind: 'lost', error };
    }
}
/** The server refuses with the same status for several reasons; the status of the build shows which one applies. */
function explainRefusal(operation, code, { status, error }, source) {
    const { right, verb } = RULES[operation];
    const words = error.serverMessage === '' ? '' : ` ("${error.serverMessage}")`;
    const start = `ABF refused to ${verb} it with ${status}${words}`;
    if (status === 404)
        return `${start}: this server does not have that operation.`;
    if (!accepts(code, operation)) {
        const needed = listed(codesThatAccept(operation).map(formatStatus));
        const tooLate = operation === 'cancel' && statusInfo(code).progress.cancel === 'missed'
            ? ' It is too late to cancel it.'
            : '';
        return `${start}. The status of the build is ${formatStatus(code)}, but has to be ${needed}.${tooLate}`;
    }
    if (status === 403) {
        return `${start}, although the status ${formatStatus(code)} allows it. The account of ${source ?? 'this step'} may lack the right. ${right}`;
    }
    return `${start}, although the status ${formatStatus(code)} allows it.`;
}
function listed(items) {
    return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}
function isUnderway(operation, code) {
    return statusInfo(code).progress[operation] === 'underway';
}
function noteStatus(record, code, now) {
    const known = record.track.status;
    record.track = afterPoll(record.track, { kind: 'status', code }, now);
    if (known !== code)
        record.history.push({ code, at: now });
}

;// CONCATENATED MODULE: ./src/abf/submit/resolve.ts


/** The repository from which a build takes its dependencies by default. */
const MAIN = 'main';
/**
 * Turns the names in `wanted` into ids with few parallel requests: one for the project, one for all platforms and
 * repositories, one for all architectures, and one more for a personal platform. A number is used as an id, unchecked.
 * @throws ActionError for a name that the server does not have; HttpError when it refuses or fails
 */
async function resolve(wanted, api) {
    const [project, arches, places] = await Promise.all([
        resolveProject(wanted.project, api),
        resolveArches(wanted.arches, api),
        resolvePlaces(wanted, api),
    ]);
    return { project, arches, ...places };
}
async function resolveProject(wanted, api) {
    if (isId(wanted))
        return { id: Number(wanted), label: `project ${wanted}` };
    const slash = wanted.indexOf('/');
    const found = await api.findProject(wanted.slice(0, slash), wanted.slice(slash + 1));
    if (found?.fullname === wanted)
        return { id: found.id, label: wanted };
    // Without an exact match the server returns any project whose name contains this one.
    const other = found ? `, only ${(0,sanitize/* quoted */.TL)(found.fullname ?? found.name ?? `number ${found.id}`)}` : '';
    throw unknown(`abf-project: ABF has no project ${(0,sanitize/* quoted */.TL)(wanted)}${other}.`, [
        'Give the project as owner/name exactly as ABF shows it (the owner on ABF often differs from the one on GitHub), or its numeric id. Hidden projects can only be given by id.',
    ]);
}
async function resolveArches(wanted, api) {
    const known = wanted.every(isId) ? [] : await api.arches();
    const found = wanted.map((name) => {
        const arch = known.find((candidate) => candidate.name === name || String(candidate.id) === name);
        if (arch)
            return arch;
        if (isId(name))
            return { id: Number(name), name: `architecture ${name}` };
        throw unknown(`abf-arches: ABF has no architecture ${(0,sanitize/* quoted */.TL)(name)}.`, [`It has ${names(known)}.`]);
    });
    // A name and a number may mean the same architecture.
    return [...new Map(found.map((arch) => [arch.id, arch])).values()];
}
async function resolvePlaces(wanted, api) {
    const { repository, platform, includeRepositories } = wanted;
    const numbers = [repository, platform ?? '', ...includeRepositories].every(isId);
    const known = numbers && includeRepositories.length > 0 ? [] : await api.platformsForBuild();
    const place = await findPlace(repository, 'abf-repository', known, api);
    const buildFor = findBuildPlatform(wanted, place, known);
    return {
        repository: place.repository,
        platform: { id: buildFor.id, label: buildFor.name },
        includeRepositories: includeRepositories.length > 0
            ? await includedAsGiven(includeRepositories, buildFor, known, api)
            : await includedByDefault(place, buildFor, api),
    };
}
async function findPlace(wanted, input, known, api) {
    if (isId(wanted)) {
        const id = Number(wanted);
        const home = known.find(({ repositories }) => repositories.some((repository) => repository.id === id));
        const name = home?.repositories.find((repository) => repository.id === id)?.name;
        return { repository: { id, label: home && name ? `${home.name}/${name}` : `repository ${id}` }, home };
    }
    const slash = wanted.indexOf('/');
    const [platform, name] = [wanted.slice(0, slash), wanted.slice(slash + 1)];
    const home = known.find((candidate) => candidate.name === platform) ?? (await findPersonal(platform, api));
    if (!home) {
        throw unknown(`${input}: ABF has no platform ${(0,sanitize/* quoted */.TL)(platform)}.`, [
            `Main platforms are ${names(known)}. A hidden platform can only be given by the numeric id of its repository.`,
        ]);
    }
    const found = home.repositories.find((repository) => repository.name === name);
    if (found)
        return { repository: { id: found.id, label: `${home.name}/${found.name}` }, home };
    throw unknown(`${input}: platform ${(0,sanitize/* quoted */.TL)(home.name)} has no repository ${(0,sanitize/* quoted */.TL)(name)}.`, [
        `It has ${names(home.repositories)}.`,
    ]);
}
/** Personal platforms are not in the list of those to build for. */
function findPersonal(name, api) {
    return name.includes('.')
        ? api.personalPlatforms().then((list) => list.find((platform) => platform.name === name))
        : api.platform(name);
}
/** The platform to build for, with the repositories that are known of it. */
function findBuildPlatform(wanted, { home }, known) {
    const { platform, repository } = wanted;
    if (platform !== undefined) {
        const found = known.find(({ id, name }) => name === platform || String(id) === platform);
        if (found)
            return found;
        if (isId(platform))
            return {
                id: Number(platform),
                name: `platform ${platform}`,
                platform_type: undefined,
                repositories: [],
            };
        throw unknown(`abf-platform: ABF has no platform ${(0,sanitize/* quoted */.TL)(platform)} to build for.`, [
            `It has ${names(known)}.`,
        ]);
    }
    if (home && (home.platform_type === 'main' || known.includes(home)))
        return home;
    throw unknown(`abf-platform: required, because ${(0,sanitize/* quoted */.TL)(repository)} does not belong to a main platform.`, [
        `Give abf-platform: one of ${names(known)}.`,
    ]);
}
async function includedAsGiven(wanted, buildFor, known, api) {
    const places = await Promise.all(wanted.map((item) => findPlace(item, 'abf-include-repositories', known, api)));
    const foreign = places.find(({ home }) => home !== undefined && home.id !== buildFor.id);
    if (foreign) {
        throw unknown(`abf-include-repositories: ${(0,sanitize/* quoted */.TL)(foreign.repository.label)} does not belong to ${(0,sanitize/* quoted */.TL)(buildFor.name)}, the platform to build for.`, [
            'ABF takes only repositories of that platform. Put others into extra_repositories of abf-build-options.',
        ]);
    }
    return [...new Set(places.map(({ repository }) => repository.id))];
}
/** `main` of the platform, and the repository itself where it is in that platform. */
async function includedByDefault(place, buildFor, api) {
    const repositories = buildFor.repositories.length > 0
        ? buildFor.repositories
        : ((await api.platform(String(buildFor.id)))?.repositories ?? []);
    const main = repositories.find(({ name }) => name === MAIN);
    const own = repositories.find(({ id }) => id === place.repository.id);
    const ids = [...new Set([main, own].flatMap((repository) => repository?.id ?? []))];
    if (ids.length > 0)
        return ids;
    throw unknown(`abf-include-repositories: required, because ${(0,sanitize/* quoted */.TL)(buildFor.name)} has no repository named ${MAIN}.`, ['Give abf-include-repositories.']);
}
function isId(text) {
    return /^\d+$/.test(text);
}
function names(list) {
    return list.length === 0 ? 'none' : list.map(({ name }) => (0,sanitize/* toSingleLine */.OX)(name, 60)).join(', ');
}
function unknown(message, advice) {
    return new errors/* ActionError */.lZ(message, { title: 'Unknown name on ABF', advice: advice.join(' ') });
}

;// CONCATENATED MODULE: ./src/abf/select.ts





/** The builds given by id, then those that the filter finds. */
async function select_select(task, session) {
    const { api, builds, clock, statuses } = session;
    const { ids, filter, operation } = task;
    const { rows, more: cut } = filter === undefined ? { rows: [], more: false } : await api.search(filter);
    if (cut) {
        session.logger.warning(`abf-filter matches more than ${MAX_FOUND} builds. Only the ${MAX_FOUND} that changed last are used. Make abf-filter narrower.`);
    }
    const known = new Map(rows.map(({ id, status }) => [id, status]));
    const unread = operation === 'search' ? ids.filter((id) => !known.has(id)) : [];
    const found = unread.length === 0 ? undefined : await statuses.read(unread);
    const records = [...new Set([...ids, ...known.keys()])].map((id) => {
        const reading = found?.get(id)?.reading;
        const status = reading?.kind === 'status' ? reading.code : known.get(id);
        // The wait logs the first status of a build itself.
        const more = operation === 'search' && status !== undefined ? { status } : {};
        return createRecord(id, 'given', clock.now(), more);
    });
    builds.add(...records);
}
/** A search reads so many of the builds that it finds; one request for each of 1,000 rows would be too many. */
const MAX_DESCRIBED = 20;
/** Reads the descriptions that are still unknown: of builds that were not waited for, or that a search found. */
async function describeRest({ inputs, api, builds, logger }) {
    const search = inputs.task.operation === 'search';
    const undescribed = builds.records
        .slice(0, search ? MAX_DESCRIBED : undefined)
        .filter(({ build, origin, track }) => !build && origin === 'given' && track.status !== undefined);
    await (0,pool/* mapPool */.P)(undescribed, MAX_PARALLEL_READS, async (record) => {
        try {
            const shown = await api.show(record.id);
            if (shown.kind === 'build')
                record.build = shown.build;
        }
        catch (error) {
            if (!(error instanceof failure/* HttpError */.j$))
                throw error;
            logger.info(`Build ${record.id} could not be read: ${error.message}`);
        }
    });
}

;// CONCATENATED MODULE: ./src/abf/wait/poll-status.ts




const MISSING = { reading: { kind: 'missing' }, build: undefined, projectId: undefined };
/**
 * Servers of about 2012 ignore the filter by id and send any builds; after that each build is read by itself. A build
 * that cannot be shown (hidden, or its repository deleted) is still in the list.
 */
function createStatusReader(api) {
    let listsById = true;
    const notShown = new Set();
    async function readOne(id) {
        const shown = await api.show(id);
        switch (shown.kind) {
            case 'missing':
                return MISSING;
            case 'build':
                return {
                    reading: { kind: 'status', code: shown.build.status },
                    build: shown.build,
                    projectId: undefined,
                };
            case 'hidden': {
                const row = listsById ? (await api.statuses([id]))?.[0] : undefined;
                if (!row)
                    throw shown.error;
                notShown.add(id);
                return fromRow(row);
            }
            default:
                return (0,errors/* assertNever */.xb)(shown);
        }
    }
    async function readList(ids) {
        const found = new Map();
        const lists = await (0,pool/* mapPool */.P)(pagesOf(ids), MAX_PARALLEL_READS, async (page) => {
            const rows = await api.statuses(page);
            for (const row of rows ?? [])
                found.set(row.id, fromRow(row));
            return rows !== undefined;
        });
        return lists.includes(false) ? undefined : found;
    }
    return {
        async read(ids) {
            const [first] = ids;
            const single = ids.length === 1 && first !== undefined && !notShown.has(first);
            const listed = single || !listsById ? undefined : await readList(ids);
            if (!single && listed === undefined)
                listsById = false;
            const found = listed ?? new Map();
            // A build that the list lacks may still exist, so it is read by itself.
            const rest = ids.filter((id) => !found.has(id));
            const alone = await (0,pool/* mapPool */.P)(rest, MAX_PARALLEL_READS, readOne);
            for (const [index, id] of rest.entries())
                found.set(id, alone[index] ?? MISSING);
            return found;
        },
    };
}
function fromRow({ status, project_id }) {
    return { reading: { kind: 'status', code: status }, build: undefined, projectId: project_id };
}
function pagesOf(ids) {
    return Array.from({ length: Math.ceil(ids.length / PAGE_SIZE) }, (_, page) => ids.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE));
}

;// CONCATENATED MODULE: ./src/abf/wait/schedule.ts



/** More frequent polls would burden the server without new facts: workers report every few seconds. */
const MIN_PAUSE_MS = 2000;
/** The assumed duration of a build whose project has no history. */
const UNKNOWN_BUILD_MS = 15 * 60_000;
/** The publisher starts every three minutes, takes minutes, and sometimes waits behind a lock for hours. */
const PUBLISHING_MS = 150_000;
/** A worker sees a cancel within seconds; then it has to clean up, and to upload its results. */
const STOPPING_MS = 60_000;
/** The share of its usual duration from which on a build may end at any moment. */
const NEAR_END = 0.65;
/** Milliseconds until the next poll, at most `maxMs`. The last build ends the wait, so the longest pause counts. */
function nextPause(builds, maxMs) {
    const longest = builds.reduce((pause, build) => Math.max(pause, pauseFor(build)), MIN_PAUSE_MS);
    return Math.round(Math.min(longest, maxMs));
}
function pauseFor({ phase, ageMs, usualMs }) {
    switch (phase) {
        case 'queue':
            return 7 * root(usualMs ?? UNKNOWN_BUILD_MS);
        case 'build':
        case 'unknown': {
            // Of a build with an unknown duration or beginning, any moment may be the last.
            if (usualMs === undefined)
                return 1.1 * root(UNKNOWN_BUILD_MS + (ageMs ?? 0));
            if (ageMs === undefined)
                return 1.1 * root(usualMs);
            const untilNearEnd = NEAR_END * usualMs - ageMs;
            const overdue = ageMs > 2 * usualMs ? ageMs : usualMs;
            return Math.max(0.6 * root(overdue), Math.min(2.5 * root(usualMs), untilNearEnd));
        }
        case 'publish':
        case 'built':
        case 'end':
            return root(PUBLISHING_MS + (ageMs ?? 0));
        case 'stopping':
            return root(STOPPING_MS + (ageMs ?? 0));
        default:
            return (0,errors/* assertNever */.xb)(phase);
    }
}
/** The square root, counted in seconds: of 15 minutes half a minute. */
function root(ms) {
    return 1000 * Math.sqrt(ms / 1000);
}
/** The shortest pause that leaves requests until the count starts again, if this job were the only one from now on. */
function minPauseForLimit({ cost, left, resetMs }) {
    if (left === undefined)
        return 0;
    return Math.ceil(Math.min(resetMs, (cost * resetMs) / Math.max(left, 1)));
}
/** With shorter pauses than this the usual duration makes no difference, so it is not requested. */
const MIN_INTERVAL_FOR_HISTORY_MS = 10_000;
/** The durations of more projects than this are not requested: the last of many builds ends the wait. */
const MAX_PROJECTS = 3;
const SECOND_MS = 1000;
const schedule_HOUR_MS = 60 * 60_000;
function createSchedule(options) {
    const { api, clock, interval, graceMs } = options;
    /** The status of each build, and since when it has it. */
    const phases = new Map();
    const averages = new Map();
    let open = [];
    let lastPoll;
    let made = api.quota().made;
    let cost = 1;
    /** As the server reports it, otherwise the middle of the time between two polls. */
    function began(record, code, now) {
        const earliest = lastPoll ?? (record.seenFromStart ? record.history[0]?.at : undefined);
        const changed = record.build?.status === code ? record.build.updated_at : undefined;
        if (changed === undefined)
            return earliest === undefined ? undefined : (earliest + now) / 2;
        const at = Math.min(now, now - (api.serverNow() - changed * SECOND_MS));
        return Math.max(at, earliest ?? at);
    }
    /** A build that stays in such a status is decided when the grace period ends, so the next poll is then. */
    function graceLeft({ track }, now) {
        const passes = ['built', 'end'].includes(statusInfo(track.status ?? -1).phase);
        const left = track.since + graceMs - now;
        return passes && left > 0 ? Math.max(left, SECOND_MS) : interval;
    }
    return {
        async polled(records) {
            const now = clock.now();
            open = records;
            for (const record of open) {
                const code = record.track.status;
                if (code === undefined || phases.get(record.id)?.code === code)
                    continue;
                phases.set(record.id, { code, since: began(record, code, now) });
            }
            lastPoll = now;
            cost = Math.max(api.quota().made - made, 1);
            if (interval >= MIN_INTERVAL_FOR_HISTORY_MS)
                await readAverages(open, averages, options);
            made = api.quota().made;
        },
        pause() {
            const now = clock.now();
            const builds = open.map((record) => {
                const { since } = phases.get(record.id) ?? {};
                return {
                    phase: record.track.missing > 0 ? 'built' : statusInfo(record.track.status ?? -1).phase,
                    ageMs: since === undefined ? undefined : now - since,
                    usualMs: usualMs(record, averages),
                };
            });
            const resetMs = schedule_HOUR_MS - (api.serverNow() % schedule_HOUR_MS);
            const wanted = open.reduce((least, record) => Math.min(least, graceLeft(record, now)), nextPause(builds, interval));
            return Math.max(wanted, minPauseForLimit({ cost, left: api.quota().left, resetMs }));
        },
        usual: (record) => usualMs(record, averages),
    };
}
/** One request for each project, at most once. The wait goes on without the durations when the server refuses them. */
async function readAverages(open, known, { api, logger }) {
    const projects = new Set(open.flatMap((record) => projectIdOf(record) ?? []));
    if (projects.size > MAX_PROJECTS)
        return;
    for (const id of projects) {
        if (known.has(id))
            continue;
        known.set(id, []);
        try {
            known.set(id, await api.averages(id));
        }
        catch (error) {
            if (!(error instanceof failure/* HttpError */.j$))
                throw error;
            logger.debug(`The usual duration of builds of project ${id} is not known: ${error.message}`);
        }
    }
}
/** The average for the architecture of the build, otherwise for all of them. */
function usualMs(record, known) {
    const all = known.get(projectIdOf(record) ?? 0) ?? [];
    const arch = record.expected?.arch.id ?? record.build?.arch?.id;
    const same = all.filter(({ arch_id }) => arch_id === arch);
    const averages = same.length > 0 ? same : all;
    if (averages.length === 0)
        return undefined;
    const builds = averages.reduce((sum, { build_count }) => sum + build_count, 0);
    const seconds = averages.reduce((sum, one) => sum + one.average_build_time * one.build_count, 0);
    return (seconds / builds) * SECOND_MS;
}
function projectIdOf({ expected, build, projectId }) {
    return expected?.projectId ?? build?.project?.id ?? projectId;
}

;// CONCATENATED MODULE: ./src/abf/session.ts




/** The longest pause that a request outside of the wait takes for the rate limit. */
const MAX_RATE_LIMIT_WAIT_MS = 60_000;
/** Consecutive polls, times the interval, for which a status that may pass by itself is given time. */
const GRACE_INTERVALS = 4;
function openSession(inputs, deps) {
    const { clock, connect, logger, signal } = deps;
    const createApi = (http, until, maxRateLimitWaitMs) => createAbfApi({
        http,
        clock,
        signal: until,
        maxRateLimitWaitMs,
        account: { base: inputs.baseUrl, source: inputs.credentialsSource },
        credentials: inputs.credentials,
        userAgent: deps.userAgent,
    });
    const api = createApi(connect({ signal }), signal, MAX_RATE_LIMIT_WAIT_MS);
    const pollingApi = createApi(connect({ signal, retries: 0 }), signal, 0);
    const { operation } = inputs.task;
    const interval = inputs.pollInterval;
    const graceMs = GRACE_INTERVALS * interval;
    return {
        ...deps,
        inputs,
        base: inputs.baseUrl,
        api,
        apiUntil: (until, limitMs) => createApi(connect({ signal: until, retries: 1, requestTimeout: Math.round(limitMs / 3) }), until, 0),
        builds: new submitted_builds/* StepBuilds */.m$(deps, inputs.onAbort),
        files: connect({ signal, retries: Math.min(deps.retries, 2) }),
        statuses: createStatusReader(api),
        polledStatuses: createStatusReader(pollingApi),
        schedule: createSchedule({ api: pollingApi, clock, logger, interval, graceMs }),
        policy: {
            goal: operation === 'watch' || operation === 'search' ? 'build' : operation,
            testsFailed: inputs.testsFailed,
            unpermittedArch: inputs.unpermittedArch,
            graceMs,
        },
    };
}

;// CONCATENATED MODULE: ./src/abf/submit/fields.ts
/**
 * The fields of `POST /build_lists` for one architecture: those that were given, and those whose default on the server
 * would surprise (`auto_publish_status` is `default` when it is missing, which publishes).
 */
function createFields(wanted, target, arch) {
    return {
        ...wanted.options,
        project_id: target.project.id,
        commit_hash: wanted.commit,
        // With a version OMV builds its head and takes the commit for a label only.
        ...(wanted.projectVersion === undefined ? {} : { project_version: wanted.projectVersion }),
        arch_id: arch.id,
        save_to_repository_id: target.repository.id,
        build_for_platform_id: target.platform.id,
        include_repos: target.includeRepositories,
        update_type: wanted.updateType,
        // Old servers know only the boolean. Today's read both, and the later key wins.
        auto_publish: wanted.mode === 'default',
        auto_publish_status: wanted.mode,
    };
}
/** The value of `filter[project_version]` that finds a build: servers use the commit when there is no version. */
function storedVersion({ projectVersion, commit }) {
    return projectVersion ?? commit;
}

;// CONCATENATED MODULE: ./src/abf/submit/submit.ts








/** The most repeats of a create without a response, whatever `retries` says. */
const MAX_REPEATS = 2;
/**
 * Provides one build for each architecture, in order: reuses an existing one, or creates one. Each is added to the builds
 * of the session as soon as it is known.
 * @throws ActionError or HttpError at the first one that the server refuses; the session has those before it
 */
async function submit_submit(wanted, target, session) {
    const key = {
        projectId: target.project.id,
        project: target.project.label,
        repositoryId: target.repository.id,
        platformId: target.platform.id,
        commit: wanted.commit,
        version: storedVersion(wanted),
    };
    const existing = await findExisting(wanted, target, key, session);
    for (const arch of target.arches) {
        const expected = {
            projectId: target.project.id,
            project: target.project.label,
            platform: target.platform.label,
            repository: target.repository.label,
            arch,
            commit: wanted.commit,
            mode: wanted.mode,
        };
        const found = existing.byArch.get(arch.id);
        const other = existing.others.get(arch.id);
        if (!found && other)
            explainOther((0,sanitize/* toSingleLine */.OX)(arch.name, 40), other, session);
        if (found) {
            session.builds.add(createRecord(found.id, 'reused', session.clock.now(), { expected, build: found }));
            session.logger.info(`${(0,sanitize/* toSingleLine */.OX)(arch.name)}: build ${found.id} of the same commit is ${formatStatus(found.status)}, so it is reused. ${submit_link(found.id, session)}`);
        }
        else {
            await createOne(createFields(wanted, target, arch), { ...key, archId: arch.id, since: 0, known: [...existing.existing] }, expected, session);
        }
    }
}
/** Builds that exist: to reuse, or at least not to mistake for this run's own when a response is lost. */
async function findExisting(wanted, target, key, { api, logger, inputs }) {
    const byArch = new Map();
    const others = new Map();
    try {
        if (inputs.reuse) {
            return await findReusable(api, key, {
                archIds: target.arches.map(({ id }) => id),
                mode: wanted.mode,
                includeRepositories: target.includeRepositories,
                includesGiven: wanted.includeRepositories.length > 0,
                options: wanted.options,
            });
        }
        return { byArch, others, existing: new Set((await listSameSource(api, key)).map(({ id }) => id)) };
    }
    catch (error) {
        // OMV reads as an anonymous user, so builds of a hidden project can be created but not listed.
        if (!(error instanceof failure/* HttpError */.j$) || error.status !== 403 || error.retryAfterMs !== undefined)
            throw error;
        logger.info('ABF does not list the builds of this project, so no existing build can be reused.');
        return { byArch, others, existing: new Set() };
    }
}
/** Without a reason, a build that is not reused looks like a fault of this action. */
function explainOther(arch, { id, different, unreported }, session) {
    const names = (list) => list.map((name) => (0,sanitize/* toSingleLine */.OX)(name, 60)).join(', ');
    if (different.length > 0) {
        session.logger.info(`${arch}: build ${id} of the same commit differs in ${names(different)}, so a new build is submitted. ${submit_link(id, session)}`);
        return;
    }
    session.logger.notice(`${arch}: build ${id} of the same commit exists, but ABF does not report its ${names(unreported)}. So it is not reused, and a new build is submitted. ${submit_link(id, session)}`, 'Build not reused');
}
async function createOne(fields, pending, expected, session) {
    const { api, builds, clock, logger } = session;
    const repeats = Math.min(session.retries, MAX_REPEATS);
    const arch = (0,sanitize/* toSingleLine */.OX)(expected.arch.name, 40);
    for (let repeated = 0;; repeated += 1) {
        const create = { ...pending, since: clock.now() };
        builds.startCreate(create);
        const created = await api.create(fields, `submit the build for ${arch}`);
        switch (created.kind) {
            case 'created':
                builds.add(createRecord(created.id, 'submitted', clock.now(), { expected, status: SUBMITTED }));
                logger.info(`${arch}: submitted as build ${created.id}. ${submit_link(created.id, session)}`);
                return;
            case 'refused':
                builds.endCreate();
                throw created.error;
            case 'lost': {
                logger.info(`${arch}: ${created.error.message}. Checking whether the build was created anyway.`);
                const final = created.error.status === 500;
                const found = await findLostCreate(create, expected.arch, created.error, final, session);
                if (found) {
                    if (!found.ours)
                        builds.endCreate();
                    builds.add(createRecord(found.build.id, found.ours ? 'submitted' : 'reused', clock.now(), {
                        expected,
                        build: found.build,
                    }));
                    logger.info(`${arch}: the build was created, as build ${found.build.id}. ${submit_link(found.build.id, session)}`);
                    return;
                }
                builds.endCreate();
                // The application itself failed, and would fail on the same request again.
                if (final)
                    throw unknownProject(created.error);
                if (repeated >= repeats)
                    throw created.error;
                logger.info(`${arch}: no build was created, so it is submitted again.`);
                break;
            }
            default:
                (0,errors/* assertNever */.xb)(created);
        }
    }
}
/** ABF responds with 500, instead of a refusal, when it has no project with the given id. */
function unknownProject({ message, detail }) {
    return new errors/* ActionError */.lZ(message, {
        advice: 'ABF responds like this when it does not have the project: check abf-project and abf-repository. If both are right, check that the server works, then re-run the job.',
        detail,
    });
}
function submit_link(id, { base }) {
    return `${base}build_lists/${id}`;
}

;// CONCATENATED MODULE: ./src/wait/poll.ts
/**
 * Repeats `attempt` with pauses until it is done, and one last time at the deadline, so that a result which came during
 * the last pause is not missed.
 * @throws what an attempt threw when `onError` calls it fatal; the reason of the signal as soon as it aborts
 */
async function poll(attempt, options) {
    const { deadline, schedule, onError, clock, signal } = options;
    let consecutiveFailures = 0;
    // Set from the length of the pause: a timer that fires a little early must not lead to two last attempts.
    let last = deadline <= clock.now();
    for (;;) {
        signal.throwIfAborted();
        let failure;
        let pause;
        try {
            const result = await attempt();
            if (result.kind === 'done')
                return result;
            consecutiveFailures = 0;
            pause = schedule();
        }
        catch (error) {
            signal.throwIfAborted();
            consecutiveFailures += 1;
            const recovery = onError(error, consecutiveFailures);
            if (recovery.kind === 'fatal')
                throw error;
            failure = error;
            pause = recovery.ms;
        }
        const left = deadline - clock.now();
        if (last || left <= 0)
            return { kind: 'deadline', failure };
        last = pause >= left;
        await clock.sleep(Math.min(Math.max(pause, 0), left), signal);
    }
}

;// CONCATENATED MODULE: ./src/abf/wait/progress-log.ts



const HEARTBEAT_MS = 5 * 60_000;
/** Shorter pauses are not written. */
const MIN_WRITTEN_PAUSE_MS = 60_000;
/** After this many consecutive failures the log warns. */
const FAILURES_BEFORE_WARNING = 5;
const MAX_NAMED = 5;
function createProgressLog(logger, clock, deadline) {
    let written = clock.now();
    let failing = false;
    let lines = 0;
    let linesAtPause = 0;
    let usualIsWritten = false;
    const unknown = new Set();
    const write = (line) => {
        written = clock.now();
        lines += 1;
        logger.info(`${timeOfDay(written)}  ${line}`);
    };
    return {
        statusChanged(record, before) {
            const code = record.track.status ?? -1;
            const after = before.status === undefined || !sawBeginning(record, record.history.length - 1)
                ? ''
                : `, after ${(0,durations/* formatDuration */.a)(clock.now() - before.since)} ${formatStatus(before.status)}`;
            write(`${labelOf(record)}: ${formatStatus(code)}${after}`);
            if (isKnown(code) || unknown.has(code))
                return;
            unknown.add(code);
            logger.warning(`ABF reports the status ${code}, which this action does not know. The step waits until the status changes to one that it knows.`, 'Unknown ABF status');
        },
        notFound(record) {
            if (record.track.missing === 1)
                write(`${labelOf(record)}: ABF does not find the build`);
        },
        modeKnown(record) {
            const requested = record.expected?.mode;
            if (requested === undefined || record.mode === undefined || requested === record.mode)
                return;
            logger.notice(`${labelOf(record)}: abf-auto-publish is ${requested}, but ABF changed it to ${record.mode}, as it does for repositories that require QA. The step waits according to ${record.mode}.`, 'Publish mode changed by ABF');
        },
        ended(record) {
            const { outcome } = record;
            // The line about the last status says the same.
            const plain = outcome?.verdict === 'success' && !outcome.warn;
            if (outcome && !plain)
                write(`${labelOf(record)}: ${outcome.sentence}`);
        },
        pollFailed(error, pauseMs, consecutiveFailures) {
            failing = true;
            const line = `${error.message}. The next poll is in ${(0,durations/* formatDuration */.a)(pauseMs)}.`;
            if (error.status === 403)
                logger.warning(line, 'ABF rate limit reached');
            else if (consecutiveFailures === FAILURES_BEFORE_WARNING)
                logger.warning(line, 'ABF polls keep failing');
            else
                write(line);
        },
        heartbeat(records) {
            if (failing)
                write('ABF responds again.');
            failing = false;
            if (clock.now() - written < HEARTBEAT_MS || clock.now() >= deadline)
                return;
            const open = records.filter(({ outcome }) => !outcome);
            if (open.length === 0)
                return;
            const named = open.slice(0, MAX_NAMED).map((record) => {
                const since = (0,durations/* formatDuration */.a)(clock.now() - record.track.since);
                const atLeast = sawBeginning(record, record.history.length) ? '' : 'at least ';
                return `${archOf(record) ?? record.id} ${formatStatus(record.track.status)} for ${atLeast}${since}`;
            });
            const more = open.length > MAX_NAMED ? ` and ${open.length - MAX_NAMED} more` : '';
            write(`Waiting for ${open.length} of ${records.length} builds: ${named.join(', ')}${more}; ${(0,durations/* formatDuration */.a)(Math.max(0, deadline - clock.now()))} left`);
        },
        pausing(usual, pauseMs) {
            if (!usualIsWritten && usual.size > 0) {
                usualIsWritten = true;
                write(`Usual duration of a build: ${formatUsual(usual)}`);
            }
            // Once after each other line, so that a log in which nothing happens stays short.
            if (pauseMs <= MIN_WRITTEN_PAUSE_MS || lines === linesAtPause)
                return;
            write(`The next poll is in ${(0,durations/* formatDuration */.a)(pauseMs)}.`);
            linesAtPause = lines;
        },
    };
}
function formatUsual(usual) {
    const all = new Set([...usual].map(([record, ms]) => {
        const names = [projectOf(record), archOf(record)].filter((name) => name !== undefined);
        return `${names.join(' ') || record.id} ${(0,durations/* formatDuration */.a)(ms)}`;
    }));
    const more = all.size > MAX_NAMED ? ` and ${all.size - MAX_NAMED} more` : '';
    return [...all].slice(0, MAX_NAMED).join(', ') + more;
}
/**
 * Whether this step knows since when the build has the last of its first `count` statuses: the status followed the
 * create, or another status. A build that was found in a status may have had it for days.
 */
function sawBeginning({ seenFromStart }, count) {
    return seenFromStart || count > 1;
}
function timeOfDay(ms) {
    return `${new Date(ms).toISOString().slice(11, 19)}Z`;
}

;// CONCATENATED MODULE: ./src/abf/wait/wait.ts










/** The longest pause after an error that does not say when to retry. */
const MAX_PAUSE_MS = 5 * 60_000;
/** Jobs that wait for the same full hour do not all continue in the same second. */
const SPREAD_MS = 20_000;
/**
 * Waits until every build has an outcome, or until the deadline: then those without one get `timed_out`. One that fails
 * does not end the wait for the others. Transient errors do not end the wait.
 * @throws HttpError for other errors (401, 403 for lack of rights); the reason of the signal when it aborts
 */
async function waitFor(records, session) {
    const { clock, logger, polledStatuses, signal, schedule, inputs } = session;
    const deadline = clock.now() + inputs.timeout;
    const progress = createProgressLog(logger, clock, deadline);
    const pollAll = async () => {
        const open = await pollRecords(records, polledStatuses, session, progress);
        if (open.length === 0)
            return { kind: 'done', value: undefined };
        await schedule.polled(open);
        return { kind: 'again' };
    };
    const result = await poll(pollAll, {
        deadline,
        schedule: () => {
            const pause = schedule.pause();
            progress.pausing(usualDurations(records, session), pause);
            return pause;
        },
        clock,
        signal,
        onError: (error, consecutiveFailures) => recover(error, consecutiveFailures, session, progress),
    });
    if (result.kind === 'done')
        return;
    const error = result.failure instanceof failure/* HttpError */.j$ ? ` The last poll failed: ${result.failure.message}.` : '';
    for (const record of records) {
        const { status } = record.track;
        const last = status === undefined ? 'Its status could not be read.' : `Its last status was ${formatStatus(status)}.`;
        record.outcome ??= outcome('timed_out', `The build did not end within ${(0,durations/* formatDuration */.a)(inputs.timeout)}. ${last}${error}`);
    }
}
/** Of the builds that are open, as far as they are known. */
function usualDurations(records, { schedule }) {
    return new Map(records.flatMap((record) => {
        const ms = record.outcome ? undefined : schedule.usual(record);
        return ms === undefined ? [] : [[record, ms]];
    }));
}
/** Reads every build once, for a step that does not wait: those that are over get their outcome. */
async function pollOnce(records, session) {
    const { clock, logger, statuses } = session;
    await pollRecords(records, statuses, session, createProgressLog(logger, clock, clock.now()));
}
/** Returns the builds that have no outcome yet. */
async function pollRecords(records, statuses, session, progress) {
    const { clock, policy } = session;
    const open = records.filter((record) => !record.outcome);
    if (open.length === 0)
        return open;
    const read = await statuses.read(open.map(({ id }) => id));
    for (const record of open)
        note(record, read.get(record.id), clock.now(), progress);
    const withoutMode = open.filter((record) => needsMode(record, policy));
    await (0,pool/* mapPool */.P)(withoutMode, MAX_PARALLEL_READS, (record) => readMode(record, session, progress));
    const over = open.filter((record) => {
        if (needsMode(record, policy))
            return false;
        // Where the mode is still unknown, it makes no difference.
        record.outcome = decide(record.track, record.mode ?? 'none', policy, clock.now());
        return record.outcome !== undefined;
    });
    await (0,pool/* mapPool */.P)(over, MAX_PARALLEL_READS, (record) => finish(record, session, progress));
    progress.heartbeat(records);
    return open.filter((record) => !record.outcome);
}
/** True when the outcome depends on the publish mode, and the server has not reported it yet. */
function needsMode({ mode, track }, { goal }) {
    const { status, missing } = track;
    return (goal === 'build' && mode === undefined && missing === 0 && status !== undefined && modeMatters(status));
}
/** Records what a poll read. */
function note(record, read, now, progress) {
    if (!read)
        return;
    const before = record.track;
    record.track = afterPoll(before, read.reading, now);
    record.projectId = read.projectId ?? record.projectId;
    if (read.build)
        describe(record, read.build, progress);
    const { status, missing } = record.track;
    if (missing > 0) {
        progress.notFound(record);
        return;
    }
    if (status === undefined || status === before.status)
        return;
    record.history.push({ code: status, at: now });
    progress.statusChanged(record, before);
}
function describe(record, build, progress) {
    const known = record.mode;
    record.build = build;
    record.mode = modeOf(build) ?? known;
    if (known === undefined && record.mode !== undefined)
        progress.modeKnown(record);
}
/** The server may have changed the requested mode, and the one that it reports counts. */
async function readMode(record, { api, logger }, progress) {
    const shown = await api.show(record.id);
    if (shown.kind === 'missing')
        return;
    if (shown.kind === 'build')
        describe(record, shown.build, progress);
    if (record.mode === undefined) {
        record.mode = record.expected?.mode ?? 'default';
        logger.warning(`${labelOf(record)}: ABF does not report the publish mode, so this step assumes ${record.mode}.`);
    }
}
/** Reads the last description of a build that is over: its packages, and whether it is the requested build. */
async function finish(record, { api, logger }, progress) {
    const { track, outcome: result } = record;
    if (track.missing === 0 && record.build?.status !== track.status) {
        try {
            const shown = await api.show(record.id);
            if (shown.kind === 'build')
                describe(record, shown.build, progress);
        }
        catch (error) {
            // The outcome is known; the description only adds packages and logs.
            if (!(error instanceof failure/* HttpError */.j$))
                throw error;
            logger.info(`${labelOf(record)}: its packages and logs could not be read: ${error.message}`);
        }
    }
    const good = result?.verdict === 'success' || result?.verdict === 'neutral';
    const wrong = good ? mismatch(record) : undefined;
    if (wrong !== undefined)
        record.outcome = outcome_failure(wrong);
    if (good && record.expected && record.build?.commit_hash === undefined) {
        logger.warning(`${labelOf(record)}: ABF does not report which commit it built.`);
    }
    progress.ended(record);
}
/** 401 and 403 are final; an overloaded or restarting server, or one that does not respond, is polled again. */
function recover(error, consecutiveFailures, session, progress) {
    if (!(error instanceof failure/* HttpError */.j$))
        return { kind: 'fatal' };
    const { clock } = session;
    const interval = session.inputs.pollInterval;
    if (error.retryAfterMs !== undefined) {
        // Only a long pause is likely to be shared by many jobs.
        const spread = error.retryAfterMs < SPREAD_MS ? 1000 : SPREAD_MS;
        const ms = error.retryAfterMs + Math.round(clock.random() * spread);
        progress.pollFailed(error, ms, consecutiveFailures);
        return { kind: 'pause', ms };
    }
    if (!isTransient(error))
        return { kind: 'fatal' };
    const pause = Math.min(interval * 2 ** Math.min(consecutiveFailures - 1, 10), Math.max(interval, MAX_PAUSE_MS));
    const ms = Math.round(pause * (0.75 + clock.random() / 2));
    progress.pollFailed(error, ms, consecutiveFailures);
    return { kind: 'pause', ms };
}
function isTransient({ kind, status }) {
    if (kind === 'tls' || kind === 'redirect' || kind === 'too-large')
        return false;
    return status === undefined || status === 200 || status === 408 || status === 429 || status >= 500;
}

// EXTERNAL MODULE: ./src/summary/markdown.ts
var markdown = __webpack_require__(7175);
;// CONCATENATED MODULE: ./src/abf/report/words.ts



/** The words and icons for results of builds. */
const ICONS = {
    failure: '❌',
    cancelled: '⏹️',
    timed_out: '⌛',
    in_progress: '⏳',
    neutral: '➖',
    success: '✅',
};
const WARNED = '⚠️';
function iconOf({ outcome }) {
    return outcome?.warn ? WARNED : ICONS[outcome?.verdict ?? 'in_progress'];
}
/** The records with what needs attention first, else in their order. */
function bySeverity(records) {
    const order = Object.values(ICONS).toSpliced(-1, 0, WARNED);
    return records.toSorted((a, b) => order.indexOf(iconOf(a)) - order.indexOf(iconOf(b)));
}
/** What the builds mean for the step. */
function verdictOf(report) {
    const { conclusion } = conclusionOf(report);
    if (conclusion === 'neutral')
        return 'warning';
    return conclusion === 'cancelled' && report.operation === 'cancel' ? 'success' : conclusion;
}
/** What an operation does to a build. */
const DONE = {
    build: 'successful',
    watch: 'successful',
    publish: 'published',
    'publish-into-testing': 'published into testing',
    reject: 'rejected',
    cancel: 'cancelled',
    search: 'found',
};
/** The result of all builds in a few words, such as `1 of 2 ABF builds failed`. */
function resultOf(report) {
    const { records, operation } = report;
    const { conclusion } = conclusionOf(report);
    const all = (0,markdown/* counted */.hS)(records.length, 'ABF build');
    const count = records.filter(({ outcome }) => (outcome?.verdict ?? 'in_progress') === conclusion).length;
    const some = count === records.length ? all : `${count} of ${all}`;
    switch (conclusion) {
        case 'success':
            return `${all} ${DONE[operation]}`;
        case 'failure':
            return DONE[operation] === DONE.build ? `${some} failed` : `${some} not ${DONE[operation]}`;
        case 'cancelled':
            return `${some} cancelled`;
        case 'timed_out':
            return `${some} timed out`;
        case 'neutral':
            return records.length === 0 ? 'no ABF builds' : `${all}, nothing published`;
        case 'in_progress':
            return operation === 'build' ? `${all} submitted` : `${some} not finished`;
        default:
            return (0,errors/* assertNever */.xb)(conclusion);
    }
}

;// CONCATENATED MODULE: ./src/abf/report/build-table.ts







/** The table of all builds. What is the same in all rows is said once above it, and an empty column is left out. */
/** Rows that are shown at once, and bytes for all of them. */
const FIRST_ROWS = 20;
const MAX_ROWS_BYTES = 120_000;
const PROJECT = { label: 'Project', of: projectOf };
const REPOSITORY = { label: 'Repository', of: repositoryOf };
const ARCH = { label: 'Architecture', of: archOf };
const COMMIT = {
    label: 'Commit',
    of: ({ build, expected }) => (build?.commit_hash ?? expected?.commit)?.slice(0, 12),
};
/** The facts that are the same for all builds, the table, and the rest of a long table collapsed. */
function renderTable(report, records) {
    if (records.length === 0)
        return ['No builds.', ''];
    const columns = columnsOf(report, records).filter(({ cell }) => records.some((record) => cell(record) !== ''));
    const head = `<tr>${columns.map(({ title }) => `<th align="left">${title}</th>`).join('')}</tr>`;
    const rows = records.map((record) => `<tr>${columns.map(({ cell }) => `<td>${cell(record)}</td>`).join('')}</tr>`);
    const list = (0,markdown/* splitList */.ry)(rows, FIRST_ROWS, MAX_ROWS_BYTES);
    const table = (shown) => ['<table>', head, ...shown, '</table>'];
    return [...common(records), ...table(list.first), '', ...(0,markdown/* collapsedRest */.gv)(list, 'more build', table)];
}
function common(records) {
    const facts = [PROJECT, REPOSITORY, ARCH, COMMIT].flatMap(({ label, of }) => {
        const [value, ...others] = new Set(records.map(of));
        return value === undefined || others.length > 0 ? [] : [`${label} ${(0,markdown/* code */.aY)(value)}`];
    });
    const packages = records.reduce((sum, { build }) => sum + (build?.packages?.length ?? 0), 0);
    if (packages > 0)
        facts.push((0,markdown/* counted */.hS)(packages, 'package'));
    return facts.length === 0 ? [] : [`<p>${facts.join(' · ')}</p>`, ''];
}
/** Five at most, so that each has room in the width of a summary: a repository stands below its project. */
function columnsOf(report, records) {
    const varies = ({ of }) => new Set(records.map(of)).size > 1;
    const shown = [PROJECT, REPOSITORY].filter(varies);
    return [
        { title: 'Build', cell: ({ id, origin }) => `${id}${origin === 'reused' ? '<br>reused' : ''}` },
        {
            title: shown.length > 1 ? 'Project, repository' : (shown[0]?.label ?? ''),
            cell: (record) => shown.flatMap(({ of }) => textOf(of(record)) ?? []).join('<br>'),
        },
        { title: ARCH.label, cell: (record) => (varies(ARCH) ? (textOf(ARCH.of(record)) ?? '') : '') },
        { title: 'Status', cell: (record) => build_table_status(record, report) },
        {
            title: 'Duration',
            cell: ({ build }) => (build?.duration === undefined ? '' : unbroken(duration(build.duration))),
        },
    ];
}
function textOf(value) {
    return value === undefined ? undefined : (0,sanitize/* escapeMarkdown */.FV)(value, 120);
}
function build_table_status(record, { base, operation }) {
    const { status: code } = record.track;
    const words = code === undefined ? 'not found' : formatStatus(code);
    const icon = operation === 'search' ? '' : `${iconOf(record)} `;
    return `${icon}${(0,markdown/* link */.nf)(pageOf(record.id, base), (0,sanitize/* escapeMarkdown */.FV)(words))}`;
}
/** ABF reports whole seconds. */
function duration(seconds) {
    return seconds < 1 ? 'below 1 s' : (0,durations/* formatDuration */.a)(seconds * 1000);
}
function unbroken(text) {
    return text.replaceAll(' ', '&#160;');
}

// EXTERNAL MODULE: ./src/text/dates.ts
var dates = __webpack_require__(8230);
;// CONCATENATED MODULE: ./src/abf/report/chart.ts



/** When each build queued, built and published, as far as this step saw it: a Gantt chart in Mermaid. */
/** A row each; more than these make a chart longer than a screen. */
const MAX_ROWS = 40;
/** Shorter ones are not visible. */
const MIN_BAR_MS = 1000;
const MAX_NAME_LENGTH = 28;
const chart_SECOND_MS = 1000;
const MINUTE_MS = 60 * chart_SECOND_MS;
const chart_HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * chart_HOUR_MS;
const MAX_TICKS = 8;
const TICKS = [
    ...[1, 2, 5, 10, 15, 30].map((count) => [count * chart_SECOND_MS, `${count}second`]),
    ...[1, 2, 5, 10, 15, 30].map((count) => [count * MINUTE_MS, `${count}minute`]),
    ...[1, 2, 3, 6, 12].map((count) => [count * chart_HOUR_MS, `${count}hour`]),
    ...[1, 2].map((count) => [count * DAY_MS, `${count}day`]),
];
const WEEK = [7 * DAY_MS, '1week'];
/** Pixels of the area for bars in a summary, of a letter, and of the frame of a bar. */
const AREA_WIDTH = 600;
const LETTER_WIDTH = 6;
const BAR_FRAME = 8;
const SECTION_LETTER_WIDTH = 7;
/** The name of a bar, and the state in which Mermaid draws it: grey, light and dark. */
const LANES = {
    queue: ['queue', 'done, '],
    build: ['build', 'active, '],
    publish: ['publish', ''],
};
/**
 * The lines of the chart; none when there is nothing to draw. Mermaid shows times in the time zone of the reader, and
 * takes times without a zone as such, so all times are given without one, and the title says what they mean.
 * @param records in the order of the rows
 */
function renderChart({ operation, at }, records) {
    const charted = records.flatMap((record) => {
        const bars = barsOf(record, at, operation === 'cancel');
        return bars.length === 0 ? [] : [{ record, bars }];
    });
    const rows = charted.slice(0, MAX_ROWS);
    if (rows.length === 0)
        return [];
    const all = rows.flatMap(({ bars }) => bars);
    const start = Math.min(...all.map(({ from }) => from));
    const span = Math.max(...all.map(({ to }) => to)) - start;
    const names = sectionNames(rows.map(({ record }) => record));
    const padding = 20 + SECTION_LETTER_WIDTH * Math.max(8, ...names.map(({ length }) => length));
    const left = charted.length - rows.length;
    return [
        '```mermaid',
        // Compact: one row for all bars of a build.
        `%%{init: {"gantt": {"displayMode": "compact", "leftPadding": ${padding}}}}%%`,
        'gantt',
        ...axis(start, span),
        ...rows.flatMap(({ bars }, index) => [`  section ${names[index] ?? ''}`, ...barLines(bars, start, span)]),
        '```',
        '',
        ...(left > 0 ? [`The chart has the first ${rows.length} builds, and not the other ${left}.`, ''] : []),
    ];
}
function axis(start, span) {
    const [tickMs, interval] = TICKS.find(([ms]) => span / ms <= MAX_TICKS) ?? WEEK;
    return [
        span < DAY_MS ? `  title Time since ${(0,dates/* formatDate */.Y)(start)}` : '  title Time in UTC',
        '  dateFormat YYYY-MM-DD HH:mm:ss.SSS',
        `  axisFormat ${axisFormat(span, tickMs)}`,
        `  tickInterval ${interval}`,
        '  todayMarker off',
    ];
}
function axisFormat(span, tickMs) {
    if (span >= DAY_MS)
        return tickMs >= DAY_MS ? '%-d %b' : '%-d %b %H:%M';
    if (tickMs < MINUTE_MS)
        return '%-M min %-S s';
    if (tickMs >= chart_HOUR_MS)
        return '%-H h';
    return span >= chart_HOUR_MS ? '%-H h %-M min' : '%-M min';
}
/** A day on which no time zone changes its clocks. */
const DAY_OF_RELATIVE_TIMES = Date.UTC(2000, 0, 1);
function barLines(bars, start, span) {
    const origin = span < DAY_MS ? start - DAY_OF_RELATIVE_TIMES : 0;
    const time = (ms) => new Date(ms - origin).toISOString().slice(0, 23).replace('T', ' ');
    return bars.map(({ name, state, from, to }, index) => {
        // Mermaid writes a name that is too long beside its bar, where only the last one has room.
        const fits = ((to - from) / span) * AREA_WIDTH >= name.length * LETTER_WIDTH + BAR_FRAME;
        const shown = fits || index === bars.length - 1 ? name : '-';
        return `  ${shown} :${state}${time(from)}, ${time(to)}`;
    });
}
function barsOf({ history, outcome }, at, isCancelWanted) {
    const isStopped = outcome?.verdict === 'timed_out' || outcome?.verdict === 'cancelled';
    const isBad = outcome?.verdict === 'failure' || (isStopped && !(isCancelWanted && outcome.verdict === 'cancelled'));
    const bars = history.flatMap(({ code, at: from }, index) => {
        const [name, state] = LANES[statusInfo(code).phase] ?? [];
        const next = history[index + 1];
        const isOver = !next && outcome !== undefined && !isStopped;
        if (name === undefined || state === undefined || isOver)
            return [];
        return [{ name, state, from, to: next?.at ?? at }];
    });
    const last = bars.length - 1;
    return bars.flatMap((bar, index) => {
        const isVisible = bar.to - bar.from >= MIN_BAR_MS;
        if (!isBad || index < last)
            return isVisible ? [bar] : [];
        return [{ ...bar, state: 'crit, ', to: isVisible ? bar.to : bar.from + MIN_BAR_MS }];
    });
}
/** The shortest of architecture, project and id that tells the rows apart. */
function sectionNames(records) {
    const archs = records.map((record) => archOf(record) ?? '');
    if (isDistinct(archs))
        return archs.map(toName);
    const projects = records.map((record, index) => [projectOf(record)?.split('/').at(-1), archs[index]].filter(Boolean).join(' '));
    if (isDistinct(projects))
        return projects.map(toName);
    return records.map(({ id }, index) => toName(`${archs[index]} ${id}`));
}
function isDistinct(names) {
    return names.every((name) => toName(name) !== '') && new Set(names.map(toName)).size === names.length;
}
/** Mermaid has no way to escape, so only what it surely takes for text is left. */
function toName(text) {
    return text
        .replace(/[^\w .+-]/g, ' ')
        .trim()
        .slice(0, MAX_NAME_LENGTH);
}

;// CONCATENATED MODULE: ./src/abf/report/problems.ts






/** The builds that need attention: what happened, why, and the end of the log. */
/** Builds that are shown at once, and bytes for what all of them are and why. */
const FIRST_PROBLEMS = 10;
const MAX_REASONS_BYTES = 60_000;
/** Lines of the first log that are open; all other lines are collapsed. */
const OPEN_LINES = 20;
/** For the ends of all logs together. */
const MAX_LOGS_BYTES = 300_000;
const problems_MAX_LINE_LENGTH = 500;
/** @param records in the order of the summary */
function renderProblems(report, records) {
    const problems = records.filter((record) => isProblem(record, report));
    const first = problems.slice(0, FIRST_PROBLEMS);
    const logs = first.map(logLines);
    const shares = shareRoom(logs.map(sizeOf), MAX_LOGS_BYTES);
    const firstLog = first.findIndex(({ log }) => log);
    const others = problems.slice(FIRST_PROBLEMS).map((record) => `<li>${reason(record, report)}</li>`);
    const list = (0,markdown/* splitList */.ry)(others, 0, MAX_REASONS_BYTES);
    return [
        ...first.flatMap((record, index) => [
            `<p>${reason(record, report)}</p>`,
            '',
            ...renderLog(record, fitEnd(logs[index] ?? [], shares[index] ?? 0), index === firstLog),
        ]),
        ...(0,markdown/* collapsedRest */.gv)(list, 'more build', (shown) => ['<ul>', ...shown, '</ul>']),
    ];
}
function isProblem({ outcome }, { operation, conclusion }) {
    if (operation === 'search')
        return false;
    // Set only where the step ended early, or does not wait.
    if (!outcome)
        return conclusion === 'cancelled' || conclusion === 'failure';
    if (outcome.verdict === 'cancelled')
        return operation !== 'cancel';
    return outcome.verdict !== 'success' || outcome.warn;
}
function reason(record, { base }) {
    const { id, outcome, track, log, build } = record;
    const status = track.status === undefined ? 'not found' : formatStatus(track.status);
    const sentence = outcome?.sentence ?? 'It had not finished when this step ended.';
    const page = (0,markdown/* link */.nf)(pageOf(id, base), (0,sanitize/* escapeMarkdown */.FV)(status));
    const name = log?.fileName ?? 'log';
    const logLink = build && build.logs.length > 0 ? `<br>Log: ${(0,markdown/* link */.nf)(logOf(record, base), (0,sanitize/* escapeMarkdown */.FV)(name))}` : '';
    return `${iconOf(record)} <strong>${(0,sanitize/* escapeMarkdown */.FV)(labelOf(record))}</strong>: ${page}<br>${(0,sanitize/* escapeMarkdown */.FV)(sentence, 600)}${logLink}`;
}
/** The lines as HTML. An empty line would end the HTML, and what follows it would be read as Markdown. */
function logLines({ log }) {
    return (log?.lines ?? []).map((line) => {
        const indent = /^ */.exec(line)?.[0] ?? '';
        return `${indent}${(0,sanitize/* escapeMarkdown */.FV)(line, problems_MAX_LINE_LENGTH) || '&#160;'}`;
    });
}
/** The last lines open for somebody who has just come, with those before them collapsed; or all collapsed. */
function renderLog({ log }, lines, isOpen) {
    if (!log)
        return [];
    const name = (0,sanitize/* escapeMarkdown */.FV)(log.fileName);
    const open = isOpen ? lines.slice(-OPEN_LINES) : [];
    const earlier = lines.slice(0, lines.length - open.length);
    const title = isOpen
        ? `${(0,markdown/* counted */.hS)(earlier.length, 'earlier line')} of ${name}`
        : `Last ${(0,markdown/* counted */.hS)(earlier.length, 'line')} of ${name}`;
    return [
        ...(earlier.length > 0 ? (0,markdown/* collapsed */.yZ)(title, pre(earlier)) : []),
        ...(open.length > 0 ? [...pre(open), ''] : []),
    ];
}
function pre(lines) {
    return [`<pre>${lines.join('\n')}</pre>`];
}
function sizeOf(lines) {
    return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}
/** Shares out room so that small ones get what they need, and large ones the same: none costs another its part. */
function shareRoom(sizes, room) {
    const shares = sizes.map(() => 0);
    const ascending = sizes.map((size, index) => ({ size, index })).toSorted((a, b) => a.size - b.size);
    let left = room;
    ascending.forEach(({ size, index }, place) => {
        const share = Math.min(size, Math.floor(left / (ascending.length - place)));
        shares[index] = share;
        left -= share;
    });
    return shares;
}
/** The last lines that have room. */
function fitEnd(lines, room) {
    let left = room;
    let from = lines.length;
    for (; from > 0; from -= 1) {
        left -= Buffer.byteLength(lines[from - 1] ?? '') + 1;
        if (left < 0)
            break;
    }
    return lines.slice(from);
}

;// CONCATENATED MODULE: ./src/abf/report/summary.ts




/** The builds for the job summary. Every text that a server sent is escaped. */
function summarizeBuilds(report) {
    const records = bySeverity(report.records);
    return {
        verdict: verdictOf(report),
        result: resultOf(report),
        problems: renderProblems(report, records).join('\n'),
        section: ['#### ABF builds', '', ...renderTable(report, records), ...renderChart(report, records)].join('\n'),
    };
}

;// CONCATENATED MODULE: ./src/abf/index.ts













/**
 * The ABF part of the step: submits or selects builds, requests the operation, waits for the end. Outputs are written as
 * far as they are known, also when it throws, and `onReport` has received the facts for the summary.
 * @throws ActionError or HttpError for errors other than the result of a build; the reason of the signal when the job is cancelled
 */
async function runAbf(inputs, deps) {
    const session = openSession(inputs, deps);
    const { builds } = session;
    let conclusion;
    let notCancelled = [];
    let report;
    try {
        conclusion = await start(inputs.task, session);
        if (inputs.wait && conclusion === undefined) {
            await waitFor(builds.records, session);
            notCancelled = await cancelSubmitted(session, 'abf-timeout has passed');
        }
        await describeRest(session);
        await readLogs({ records: builds.records, base: session.base }, inputs.logLines, session.files);
    }
    catch (error) {
        const aborted = deps.signal.aborted;
        conclusion = aborted ? 'cancelled' : 'failure';
        // Before the cancels, because the process may be killed meanwhile.
        writeOutputs(session, conclusion);
        notCancelled = await cancelSubmitted(session, aborted ? 'the job is cancelled' : 'the step fails');
        throw error;
    }
    finally {
        report = writeOutputs(session, conclusion);
        builds.finish(notCancelled);
    }
    await annotate(report, deps.logger);
    return result(report, inputs);
}
/** Adds the builds to the session; returns a conclusion when there is nothing to wait for. */
async function start(task, session) {
    const { api, builds, inputs, logger } = session;
    if (task.operation === 'build') {
        const target = await resolve(task.wanted, api);
        logger.info(`ABF at ${session.base}: ${(0,sanitize/* toSingleLine */.OX)(target.project.label)} into ${(0,sanitize/* toSingleLine */.OX)(target.repository.label)}, built for ${(0,sanitize/* toSingleLine */.OX)(target.platform.label)}, commit ${task.wanted.commit}`);
        await submit_submit(task.wanted, target, session);
        return inputs.wait ? undefined : 'in_progress';
    }
    await select_select(task, session);
    const { records } = builds;
    if (task.operation === 'search') {
        logger.info(`Found ${records.length} builds.`);
        return 'success';
    }
    if (records.length === 0) {
        const empty = task.filter === undefined ? 'abf-build-list-ids is an empty list' : 'abf-filter selects no builds';
        logger.warning(`${empty}, so there is nothing to ${task.operation}.`);
        return 'neutral';
    }
    if (task.operation !== 'watch')
        await operate(task.operation, records, session);
    else if (!inputs.wait)
        await pollOnce(records, session);
    return undefined;
}
/** Writes all outputs as they are now. */
function writeOutputs(session, conclusion) {
    const { inputs, builds, outputs, logger, clock, base } = session;
    const { operation } = inputs.task;
    const report = { operation, base, conclusion, records: builds.records, at: clock.now() };
    const { outputs: values, tooLong } = renderOutputs(report);
    for (const [name, value] of Object.entries(values))
        outputs.set(name, value);
    if (tooLong.length > 0) {
        logger.warning(`The step leaves out the output ${tooLong.join(' and ')}, because it is too large: GitHub takes at most 1 MiB.`);
    }
    session.onReport(report);
    return report;
}
function result(report, inputs) {
    const { operation } = report;
    const { conclusion } = conclusionOf(report);
    const asRequested = conclusion === 'cancelled' && operation === 'cancel';
    const ok = asRequested || ['success', 'neutral', 'in_progress'].includes(conclusion);
    return { conclusion, ok, report, stop: whyStop(conclusion, inputs) };
}
function whyStop(conclusion, { task, wait }) {
    const { operation } = task;
    if (operation === 'cancel' || operation === 'reject' || operation === 'search') {
        return `abf-operation is ${operation}, after which there is nothing to release`;
    }
    if (!wait)
        return 'abf-wait is false, so the builds may still fail. Wait for them in a later job with abf-build-list-ids';
    switch (conclusion) {
        case 'success':
            return undefined;
        case 'neutral':
            return 'nothing was built, or the packages were not published';
        case 'in_progress':
        case 'failure':
        case 'cancelled':
        case 'timed_out':
            return `the conclusion of the builds is ${conclusion}`;
        default:
            return (0,errors/* assertNever */.xb)(conclusion);
    }
}


/***/ }),

/***/ 7391:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ mapPool)
/* harmony export */ });
/**
 * Applies `work` to all items, at most `width` at a time, and gives the results in order. The first rejection rejects
 * the whole and starts no further item.
 */
async function mapPool(items, width, work) {
    const results = [];
    const queue = items.entries();
    let failed = false;
    const worker = async () => {
        for (const [index, item] of queue) {
            if (failed)
                return;
            try {
                results[index] = await work(item);
            }
            catch (error) {
                failed = true;
                throw error;
            }
        }
    };
    await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
    return results;
}


/***/ })

};
