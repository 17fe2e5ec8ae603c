export const id = 521;
export const ids = [521];
export const modules = {

/***/ 6046:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   HF: () => (/* binding */ unfinishedWork),
/* harmony export */   NX: () => (/* binding */ settleWork),
/* harmony export */   Oc: () => (/* binding */ Ledger)
/* harmony export */ });
/* harmony import */ var zod_mini__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8395);

const WORK = 'abf-work';
/** A create that is about to be sent, described so that its build can be found again. */
const PendingSchema = zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({
    projectId: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr(),
    /** `owner/name` where it is known. */
    project: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP(),
    archId: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr(),
    repositoryId: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr(),
    platformId: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr(),
    commit: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP(),
    /** What the server files the build under in `project_version`. */
    version: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP(),
    /** Milliseconds since the epoch, by the runner's clock. */
    since: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .number */ .aig(),
    /** Ids of builds of the same source that existed before. */
    known: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .array */ .YOg(zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr()),
});
const WorkSchema = zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({ ids: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .array */ .YOg(zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr()), pending: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(PendingSchema) });
/**
 * The builds of this step in their order. It writes down what this run has submitted before and after each create, so
 * that the post step can cancel it when the process is killed.
 */
class Ledger {
    records = [];
    #outputs;
    #state;
    #cancels;
    #pending;
    constructor(ports, onAbort) {
        this.#outputs = ports.outputs;
        this.#state = ports.state;
        this.#cancels = onAbort === 'cancel';
    }
    /** The create whose answer has not come. */
    get pending() {
        return this.#pending;
    }
    /** Call before a create is sent. */
    announce(pending) {
        this.#pending = pending;
        this.#save();
    }
    /** The announced create has made no build. */
    withdraw() {
        this.#pending = undefined;
        this.#save();
    }
    add(...records) {
        this.records.push(...records);
        if (records.some(({ origin }) => origin === 'submitted')) {
            this.#pending = undefined;
            this.#save();
        }
        this.#outputs.set('build-list-ids', JSON.stringify(this.records.map(({ id }) => id)));
    }
    /** The step has come to its own end; `left` is what it should have cancelled and could not. */
    settle(left) {
        if (left.length > 0 || this.#pending)
            this.#save(left);
        else if (this.#cancels)
            settleWork(this.#state);
    }
    #save(ids = this.#own()) {
        if (!this.#cancels)
            return;
        const work = { ids: [...ids], ...(this.#pending ? { pending: this.#pending } : {}) };
        this.#state.save(WORK, JSON.stringify(work));
    }
    #own() {
        return this.records.filter(({ origin }) => origin === 'submitted').map(({ id }) => id);
    }
}
/** What a main step that was killed has left; undefined when there is nothing to undo. */
function unfinishedWork(state) {
    const text = state.read(WORK);
    if (text === '')
        return undefined;
    try {
        const parsed = WorkSchema.safeParse(JSON.parse(text));
        return parsed.success ? parsed.data : undefined;
    }
    catch {
        return undefined;
    }
}
function settleWork(state) {
    state.save(WORK, '');
}


/***/ }),

/***/ 8902:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   IR: () => (/* binding */ retryHint),
/* harmony export */   tE: () => (/* binding */ decideRetry),
/* harmony export */   yE: () => (/* binding */ RETRY_POLICY)
/* harmony export */ });
/** When a request is made again: the policy as data, the decision as a pure function. */
/** Pauses of about 0.5, 1.3, 3, 8 and 20 s: quick for a hiccup, long enough for a restart. */
const RETRY_POLICY = {
    budgetMs: 60_000,
    firstPauseMs: 500,
    factor: 2.5,
    longestPauseMs: 20_000,
};
/** Statuses of servers and proxies that are overloaded, restarting or timing out; 501 and 505 never heal. */
function heals(status) {
    return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}
/** Refused before anything happens: 429, and the 403 of a server that says when its limit is lifted (GitHub). */
function isLimit({ status, hintMs, }) {
    return status === 429 || (status === 403 && hintMs !== undefined);
}
function mayRepeat(attempt, effect) {
    if (attempt.kind === 'answer') {
        // A 5xx may come after the effect.
        return isLimit(attempt) || (effect === 'idempotent' && heals(attempt.status));
    }
    return attempt.heals && (effect === 'idempotent' || !attempt.sent);
}
/**
 * Decides what follows attempt number `tried` (1 = the first).
 * @param elapsedMs since the first attempt began
 * @param random in [0, 1): spreads the pauses of many jobs apart
 */
function decideRetry(attempt, effect, progress, policy, random) {
    if (!mayRepeat(attempt, effect))
        return { kind: 'stop' };
    const left = policy.budgetMs - progress.elapsedMs;
    const hint = attempt.kind === 'answer' ? attempt.hintMs : undefined;
    if (hint !== undefined && hint > left)
        return { kind: 'come-back', afterMs: hint };
    if (progress.tried > policy.retries)
        return { kind: 'stop' };
    if (hint !== undefined)
        return { kind: 'retry', afterMs: Math.min(asAsked(hint, random), left) };
    const afterMs = backoff(progress.tried, policy, random);
    return afterMs > left ? { kind: 'stop' } : { kind: 'retry', afterMs };
}
function backoff(tried, policy, random) {
    const pause = Math.min(policy.firstPauseMs * policy.factor ** (tried - 1), policy.longestPauseMs);
    return Math.round(pause * (0.5 + random / 2));
}
/** Never earlier than asked, at least 1 s (reset times have whole seconds), plus up to a second of jitter. */
function asAsked(hintMs, random) {
    return Math.round(Math.max(hintMs, 1000) + random * 1000);
}
/** Epoch seconds at which a limit is lifted: Sentry says it on a 429, GitHub on a 403 or 429 with nothing remaining. */
function resetHeader(status, header) {
    if (status !== 403 && status !== 429)
        return undefined;
    if (header('x-ratelimit-remaining')?.trim() === '0')
        return header('x-ratelimit-reset');
    return status === 429 ? header('x-sentry-rate-limit-reset') : undefined;
}
/**
 * The pause in milliseconds that an answer asks for, or undefined: `Retry-After` in both forms, else the reset of a
 * limit (neither Sentry nor GitHub's primary limit sends a `Retry-After`). Points in time are taken relative to the
 * answer's own `Date`, because the runner's clock may be off.
 */
function retryHint(status, header, nowMs) {
    const dated = Date.parse(header('date') ?? '');
    const serverNow = Number.isNaN(dated) ? nowMs : dated;
    const after = header('retry-after')?.trim();
    if (after) {
        if (/^\d+(\.\d+)?$/.test(after))
            return Number(after) * 1000;
        const at = /^[A-Z][a-z]+, /.test(after) ? Date.parse(after) : Number.NaN;
        if (!Number.isNaN(at))
            return Math.max(0, at - serverNow);
    }
    const reset = Number(resetHeader(status, header) ?? Number.NaN);
    return Number.isFinite(reset) && reset > 0 ? Math.max(0, reset * 1000 - serverNow) : undefined;
}


/***/ }),

/***/ 1521:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  main: () => (/* binding */ main),
  post: () => (/* binding */ main_post)
});

// EXTERNAL MODULE: ./node_modules/@actions/core/lib/core.js + 7 modules
var core = __webpack_require__(3838);
// EXTERNAL MODULE: ./src/text/sanitize.ts
var sanitize = __webpack_require__(4212);
;// CONCATENATED MODULE: ./src/actions.ts


/** GitHub drops a job summary above 1 MiB. */
const LARGEST_SUMMARY = 1024 * 1024;
/**
 * The runner's side of the ports. Whatever leaves the process passes here, so here secrets are taken out and
 * commands defused, for every sink alike. The runner is told first what to mask itself.
 */
function createActions(redactor) {
    for (const secret of redactor.secrets) {
        core/* setSecret */.Pq(secret);
        core/* setSecret */.Pq(Buffer.from(secret).toString('base64'));
    }
    const redact = (text) => redactor.redact(text);
    const safe = (text) => (0,sanitize/* inert */.tJ)(redact(text));
    const logger = {
        debug: (message) => {
            core/* debug */.Yz(safe(message));
        },
        info: (message) => {
            core/* info */.pq(safe(message));
        },
        notice: (message, title) => {
            core/* notice */.lm(safe(message), titled(title));
        },
        warning: (message, title) => {
            core/* warning */.$e(safe(message), titled(title));
        },
        error: (message, title) => {
            core/* error */.z3(safe(message), titled(title));
        },
        group: async (title, body) => {
            core/* startGroup */.Oh(safe(title));
            try {
                return await body();
            }
            finally {
                core/* endGroup */.N4();
            }
        },
    };
    return {
        logger,
        redact,
        outputs: {
            set: writer('output', logger, (name, value) => {
                core/* setOutput */.uH(name, redact(value));
            }),
        },
        state: {
            read: (name) => core/* getState */.Gu(name),
            save: writer('state', logger, (name, value) => {
                core/* saveState */.LZ(name, redact(value));
            }),
        },
        summary: {
            write: async (markdown) => {
                const text = redact(markdown);
                const fits = Buffer.byteLength(text) <= LARGEST_SUMMARY;
                try {
                    await core/* summary */.z.addRaw(fits ? text : 'The summary is too long for GitHub; see the log.').write();
                }
                catch {
                    logger.debug('no job summary was written: GITHUB_STEP_SUMMARY is not set or not writable');
                }
            },
        },
    };
}
function titled(title) {
    return title === undefined ? {} : { title };
}
/**
 * Writes through the runner's files, each value once. A file that cannot be written must not undo what was done by
 * then, so the value goes to the log instead.
 */
function writer(kind, logger, write) {
    const written = new Map();
    return (name, value) => {
        if (written.get(name) === value)
            return;
        try {
            write(name, value);
            written.set(name, value);
        }
        catch {
            logger.warning(`The runner's ${kind} file cannot be written, so ${name} is lost to later steps. It is: ${value}`);
        }
    };
}

// EXTERNAL MODULE: ./src/abf/submitted-builds.ts
var submitted_builds = __webpack_require__(6046);
// EXTERNAL MODULE: ./src/errors.ts + 1 modules
var errors = __webpack_require__(8674);
// EXTERNAL MODULE: ./src/wait/durations.ts
var durations = __webpack_require__(120);
// EXTERNAL MODULE: ./src/http/failure.ts
var http_failure = __webpack_require__(2398);
;// CONCATENATED MODULE: ./src/http/response.ts


/** Code points of an answer that are looked at for words to show. */
const MOST_WORDS = 65_536;
/** An answer of any status, after retries. */
class Reply {
    #request;
    #incoming;
    #redact;
    attempts;
    #parsed;
    constructor(request, incoming, attempts, redact) {
        this.#request = request;
        this.#incoming = incoming;
        this.#redact = redact;
        this.attempts = attempts;
    }
    get status() {
        return this.#incoming.status;
    }
    get bytes() {
        return this.#incoming.bytes;
    }
    /** The body as text, without secrets. */
    get text() {
        return this.#redact(this.#raw);
    }
    /**
     * The body as JSON, without secrets, whatever its content type says (Sentry sends a 429's JSON as text/html);
     * undefined if it is none.
     */
    get json() {
        this.#parsed ??= { value: this.#parse() };
        return this.#parsed.value;
    }
    #parse() {
        const raw = this.#raw;
        // The redactor knows a secret also as JSON escapes it. Only where there is one each value is looked at: taking it
        // out of the whole could cut an escape in two, and what is no JSON any more would be no answer.
        return parseJson(raw, this.#redact(raw) === raw ? undefined : this.#redact);
    }
    get #raw() {
        return this.bytes.toString('utf8');
    }
    header(name) {
        return this.#incoming.header(name);
    }
    /** `max` code points of foreign text, without secrets and without anything that acts. */
    words(text, max = 300) {
        // Twice: cleaning can put a secret together that was sent in pieces.
        return (0,sanitize/* shorten */.ml)(this.#redact((0,sanitize/* plain */.pj)(this.#redact(text), MOST_WORDS)), max);
    }
    /** An error that says what was tried, where, and how it ended: `reason` continues "… could not …: <host> ". */
    error(kind, reason, more = {}) {
        const { peer, method, url, intent } = this.#request;
        return new http_failure/* HttpError */.j$({
            kind,
            message: `Could not ${intent}: ${peer.name} at ${url.host} ${reason}`,
            status: this.status,
            method,
            url: shownUrl(url),
            words: more.words,
            advice: more.advice,
            retryAfterMs: more.retryAfterMs,
            detail: [
                `HTTP status ${this.status}`,
                ...(this.attempts > 1 ? [`given up after ${this.attempts} attempts`] : []),
                ...(more.detail ?? []),
            ],
        });
    }
}
/** The URL as it may be shown: without credentials and without query. */
function shownUrl(url) {
    return `${url.origin}${url.pathname}`;
}
/**
 * The value of a JSON text; undefined when it is none.
 * @param clean applied to every text in it
 */
function parseJson(text, clean) {
    try {
        return JSON.parse(text, clean && ((_, value) => (typeof value === 'string' ? clean(value) : value)));
    }
    catch {
        return undefined;
    }
}

// EXTERNAL MODULE: ./src/http/retry.ts
var retry = __webpack_require__(8902);
;// CONCATENATED MODULE: ./src/http/client.ts




function createHttp(deps) {
    return { send: (request) => send(request, deps) };
}
async function send(request, deps) {
    const { clock, logger, signal } = deps;
    const policy = { ...retry/* RETRY_POLICY */.yE, retries: deps.retries };
    const begun = clock.now();
    for (let tried = 1;; tried += 1) {
        signal.throwIfAborted();
        const outcome = await deps.transport(request, request.peer, clock.timeout(deps.requestTimeout), signal);
        const reply = outcome.kind === 'answer' ? new Reply(request, outcome.answer, tried, deps.redact) : undefined;
        const attempt = outcome.kind === 'failure'
            ? asAttempt(outcome.failure)
            : judge(outcome.answer, request, clock.now(), () => reply?.json !== undefined);
        const progress = { tried, elapsedMs: clock.now() - begun };
        const decision = (0,retry/* decideRetry */.tE)(attempt, request.effect, progress, policy, clock.random());
        if (decision.kind === 'retry') {
            const seen = describe(outcome, attempt);
            logger.info(`${request.peer.name}: ${request.method} ${request.url.pathname}: ${seen}; attempt ${tried + 1} of ${policy.retries + 1} in ${(0,durations/* sayDuration */.k)(decision.afterMs)}`);
            await clock.sleep(decision.afterMs, signal);
            continue;
        }
        if (!reply)
            throw noAnswer(request, outcome.kind === 'failure' ? outcome.failure : undefined, tried, deps);
        if (decision.kind === 'come-back')
            throw comeBack(reply, decision.afterMs, clock.now());
        if (reply.status >= 300 && reply.status < 400 && reply.status !== 304)
            throw redirected(reply, request);
        return reply;
    }
}
function describe(outcome, attempt) {
    if (outcome.kind === 'failure')
        return outcome.failure.sentence;
    return attempt.kind === 'failure' ? 'the answer was cut short' : `answered ${outcome.answer.status}`;
}
function asAttempt(failure) {
    return { kind: 'failure', sent: failure.sent, heals: failure.heals };
}
/** An answer that was cut short is a broken connection in disguise: proxies end a body early and call it complete. */
function judge(answer, request, now, isJson) {
    const success = answer.status >= 200 && answer.status < 300;
    const promisedJson = answer.bytes.length === 0 || /json/i.test(answer.header('content-type') ?? '');
    if (success && request.effect === 'idempotent' && promisedJson && answer.status !== 204 && !isJson()) {
        return { kind: 'failure', sent: true, heals: true };
    }
    return {
        kind: 'answer',
        status: answer.status,
        hintMs: (0,retry/* retryHint */.IR)(answer.status, (name) => answer.header(name), now),
    };
}
function noAnswer(request, failure, tried, deps) {
    return new http_failure/* HttpError */.j$({
        kind: failure?.kind ?? 'reset',
        message: `Could not ${request.intent}: ${deps.redact(failure?.sentence ?? 'no answer')}`,
        method: request.method,
        url: shownUrl(request.url),
        advice: failure?.advice,
        detail: [
            ...(tried > 1 ? [`given up after ${tried} attempts`] : []),
            ...(failure?.kind === 'timeout' ? [`request-timeout: ${(0,durations/* sayDuration */.k)(deps.requestTimeout)}`] : []),
        ],
    });
}
function comeBack(reply, afterMs, now) {
    const at = new Date(now + Math.min(afterMs, 366 * 86_400_000)).toISOString().replace(/\.\d+Z$/, 'Z');
    return reply.error('status', `answered ${reply.status} and asks to wait for ${(0,durations/* sayDuration */.k)(afterMs)}`, {
        advice: `Run the job again after ${at}; a single request waits for at most 60 s.`,
        retryAfterMs: afterMs,
    });
}
function redirected(reply, request) {
    const location = reply.header('location') ?? '';
    const target = URL.canParse(location, request.url.href) ? new URL(location, request.url.href) : undefined;
    const to = target ? reply.words(`${target.origin}${target.pathname}`, 200) : 'nowhere';
    return reply.error('redirect', `answered ${reply.status} and points to ${to}, which is not followed`, {
        advice: `Redirects would hand the token on. If that address is right, give its base as ${request.peer.urlInput}.`,
    });
}

// EXTERNAL MODULE: ./src/sentry/call.ts
var sentry_call = __webpack_require__(2099);
// EXTERNAL MODULE: ./src/sentry/errors.ts
var sentry_errors = __webpack_require__(8496);
// EXTERNAL MODULE: ./node_modules/zod/v4/mini/schemas.js + 5 modules
var schemas = __webpack_require__(8395);
;// CONCATENATED MODULE: ./src/sentry/schema.ts

/**
 * The parts of Sentry's answers that are used. Unknown fields pass, and everything but `version` may be absent:
 * fields come and go between versions of self-hosted Sentry.
 */
const Project = schemas/* looseObject */._H3({
    id: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* union */.KCZ([schemas/* number */.aig(), schemas/* string */.YjP()]))),
    slug: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
});
const ReleaseSchema = schemas/* looseObject */._H3({
    version: schemas/* string */.YjP(),
    id: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* union */.KCZ([schemas/* number */.aig(), schemas/* string */.YjP()]))),
    status: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    ref: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    url: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    dateReleased: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    userAgent: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    projects: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* array */.YOg(Project))),
    commitCount: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* number */.aig())),
    lastCommit: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* looseObject */._H3({ id: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())) }))),
});
const ReleaseListSchema = schemas/* array */.YOg(ReleaseSchema);
const RepositoryListSchema = schemas/* array */.YOg(schemas/* looseObject */._H3({
    name: schemas/* string */.YjP(),
    status: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    provider: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* looseObject */._H3({ id: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())) }))),
}));
/** `{}` when there is no earlier release with commits. */
const PreviousReleaseSchema = schemas/* looseObject */._H3({
    version: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    lastCommit: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* looseObject */._H3({ id: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())) }))),
});
const DeploySchema = schemas/* looseObject */._H3({
    id: schemas/* union */.KCZ([schemas/* string */.YjP(), schemas/* number */.aig()]),
    environment: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    name: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    url: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    dateStarted: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    dateFinished: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
});
const DeployListSchema = schemas/* array */.YOg(DeploySchema);

// EXTERNAL MODULE: ./src/sentry/version.ts
var sentry_version = __webpack_require__(6963);
;// CONCATENATED MODULE: ./src/sentry/api.ts





/**
 * The calls about releases. Each throws HttpError for an answer that it does not name, with advice.
 * @param widens whether `project=-1` can show a token more projects: true for personal tokens
 */
function createReleaseApi(call, account, widens) {
    return {
        async find(version) {
            const reply = await call((0,sentry_call/* lookUpCall */.DU)(version));
            if (reply.status === 404)
                return undefined;
            if (reply.status !== 200)
                throw (0,sentry_errors/* explain */.WE)(reply, account, sentry_errors/* SCOPES */.iW.read);
            return (0,sentry_call/* parse */.qg)(ReleaseSchema, reply);
        },
        async list(version) {
            const list = listOfVersion(version, 'confirm the release in the list');
            if (!list)
                return undefined;
            try {
                return list.read(await call(list.call));
            }
            catch (error) {
                // The list also asks the event store, so it can fail while the release itself is fine.
                if (error instanceof http_failure/* HttpError */.j$)
                    return undefined;
                throw error;
            }
        },
        async create(release) {
            const post = {
                method: 'POST',
                path: 'releases/',
                body: { ...release, projects: release.projects.map(sentry_call/* asProject */.kC) },
                intent: 'create the release',
            };
            let reply = await call(post);
            if (widens && reply.status === 400 && rejectsProjects(reply)) {
                // With a personal token only projects of joined teams count, until the query asks for all within reach.
                const wider = await call({ ...post, query: { project: '-1' } });
                if (wider.status !== 400 && wider.status !== 403)
                    reply = wider;
            }
            if (reply.status === 409)
                return { kind: 'conflict' };
            if (![200, 201, 208].includes(reply.status))
                throw (0,sentry_errors/* explain */.WE)(reply, account, sentry_errors/* SCOPES */.iW.write);
            return { kind: 'ok', release: (0,sentry_call/* parse */.qg)(ReleaseSchema, reply), status: reply.status };
        },
        async update(version, change) {
            const reply = await call({
                method: 'PUT',
                path: (0,sentry_call/* releasePath */.bD)(version),
                body: change,
                intent: 'update the release',
            });
            if (reply.status === 404)
                return undefined;
            if (reply.status !== 200)
                throw (0,sentry_errors/* explain */.WE)(reply, account, sentry_errors/* SCOPES */.iW.write);
            return (0,sentry_call/* parse */.qg)(ReleaseSchema, reply);
        },
    };
}
/**
 * The call that lists exactly one version, and how to read its response; undefined when the search language cannot
 * express the version. Both statuses, and all projects that the token can reach: the default is open releases of
 * joined teams. Servers before 2022 answer 400 to the key `release:`.
 */
function listOfVersion(version, intent) {
    const query = (0,sentry_version/* exactQuery */.O)(version);
    if (query === undefined)
        return undefined;
    return {
        call: {
            method: 'GET',
            path: 'releases/',
            query: { query, status: '', project: '-1', per_page: '100' },
            intent,
        },
        read: (reply) => (reply.status === 200 ? (0,sentry_call/* parse */.qg)(ReleaseListSchema, reply) : undefined),
    };
}
function rejectsProjects(reply) {
    const body = reply.json;
    return typeof body === 'object' && body !== null && 'projects' in body;
}

;// CONCATENATED MODULE: ./src/sentry/commits-api.ts




function createCommitsApi(call, account) {
    return {
        async integratedRepository(name) {
            const list = (0,sentry_call/* pages */.Bd)(call, {
                method: 'GET',
                path: 'repos/',
                query: { query: name },
                intent: 'look up the repository',
            });
            const candidates = [];
            for await (const reply of list) {
                if (reply.status === 404)
                    break;
                if (reply.status !== 200)
                    throw (0,sentry_errors/* explain */.WE)(reply, account, sentry_errors/* SCOPES */.iW.repositories);
                candidates.push(...(0,sentry_call/* parse */.qg)(RepositoryListSchema, reply).filter((one) => isReadable(one, name)));
            }
            return candidates.find((one) => one.name === name) ?? candidates[0];
        },
        async previousCommit(version) {
            const reply = await call({
                method: 'GET',
                path: `${(0,sentry_call/* releasePath */.bD)(version)}previous-with-commits/`,
                intent: 'look up the previous release',
            });
            if (reply.status === 404)
                return { kind: 'none' };
            if (reply.status !== 200)
                throw (0,sentry_errors/* explain */.WE)(reply, account, sentry_errors/* SCOPES */.iW.read);
            const previous = (0,sentry_call/* parse */.qg)(PreviousReleaseSchema, reply);
            if (previous.version === version)
                return { kind: 'own' };
            const commit = previous.lastCommit?.id;
            return commit ? { kind: 'previous', commit } : { kind: 'none' };
        },
        async associate(version, body, dateReleased) {
            const reply = await (0,sentry_call/* askOnce */.RV)(call, {
                method: 'PUT',
                path: (0,sentry_call/* releasePath */.bD)(version),
                body: dateReleased === undefined ? body : { ...body, dateReleased },
                intent: 'associate the commits',
            });
            if (reply instanceof http_failure/* HttpError */.j$)
                return { kind: 'lost', error: reply };
            if (reply.status === 409)
                return { kind: 'busy' };
            if ((0,sentry_call/* isTrouble */.KM)(reply))
                return { kind: 'lost', error: (0,sentry_errors/* explain */.WE)(reply, account, sentry_errors/* SCOPES */.iW.write) };
            if (reply.status === 413)
                return { kind: 'too-large' };
            if (reply.status === 404)
                return { kind: 'hidden' };
            if (reply.status !== 200)
                throw (0,sentry_errors/* explain */.WE)(reply, account, sentry_errors/* SCOPES */.iW.write);
            return { kind: 'ok', release: (0,sentry_call/* parse */.qg)(ReleaseSchema, reply) };
        },
    };
}
/**
 * Only a repository that came through an integration is ever fetched; one that a list of commits brought along has the
 * same name and never yields any.
 */
function isReadable({ name, provider, status }, wanted) {
    const active = status === undefined || status === null || status === 'active';
    // GitHub's names ignore case, Sentry's do not: its own spelling is what has to be sent.
    return (name.toLowerCase() === wanted.toLowerCase() && active && (provider?.id ?? '').startsWith('integrations:'));
}

;// CONCATENATED MODULE: ./src/sentry/session.ts



function openSentry(deps) {
    const { http, token, ...session } = deps;
    const call = (0,sentry_call/* createCaller */.uF)({ http, token, account: deps.account, userAgent: deps.userAgent });
    // An organization token sees all projects of its organization anyway.
    const widens = !token.startsWith('sntrys_');
    const api = { ...createReleaseApi(call, deps.account, widens), ...createCommitsApi(call, deps.account) };
    return { ...session, api, call };
}

;// CONCATENATED MODULE: ./src/step.ts


/**
 * Opens what the stages need.
 * @throws ActionError, when the inputs are not usable, that lists every problem of every input
 */
function begin(world, report) {
    const { actions, clock, signal } = world;
    const { context, inputs, startedAt, userAgent } = world.start;
    if (inputs instanceof Error)
        throw inputs;
    for (const notice of inputs.notices)
        actions.logger.notice(notice);
    const { sentry, commit, retries } = inputs;
    report.version = sentry.version;
    report.projects = sentry.projects;
    report.commit = commit;
    report.repositoryUrl = context.repository && `${context.serverUrl}/${context.repository}`;
    const http = createHttp(httpDeps(inputs, world));
    const session = openSentry({
        http,
        clock,
        signal,
        retries,
        logger: actions.logger,
        token: sentry.token,
        account: { ...sentry, base: sentry.baseUrl },
        userAgent,
    });
    return { inputs, context, world, report, sentry: session, startedAt };
}
/** How requests are sent, unless somebody needs other limits. */
function httpDeps({ requestTimeout, retries }, { actions, clock, signal, transport }) {
    const { logger, redact } = actions;
    return { transport, clock, logger, signal, redact, requestTimeout, retries };
}

// EXTERNAL MODULE: ./src/state.ts
var src_state = __webpack_require__(2462);
;// CONCATENATED MODULE: ./src/post.ts





/**
 * The post step: finishes what the main step left when it was killed. Builds that it submitted are cancelled; all else
 * is said. It never throws and never fails the job.
 */
async function cleanUp(world) {
    const { logger, state } = world.actions;
    try {
        await cancelBuilds(world);
    }
    catch (thrown) {
        logger.warning(`Builds of this run may be left running: ${(0,errors/* asActionError */.z6)(thrown).message}`);
    }
    const work = (0,src_state/* unsettledWork */.a$)(state);
    if (work === undefined)
        return;
    logger.warning(`The step was killed while it worked on ${work}. Run it again: it finds what was done and does the rest.`, 'Release gate was interrupted');
}
async function cancelBuilds(world) {
    const { actions, clock, start } = world;
    if (!(0,submitted_builds/* unfinishedWork */.HF)(actions.state))
        return;
    const { inputs, userAgent } = start;
    if (inputs instanceof Error)
        throw inputs;
    if (inputs.abf.off)
        return;
    // Late, because most runs have nothing to build.
    const { cleanUpAbf } = await __webpack_require__.e(/* import() */ 998).then(__webpack_require__.bind(__webpack_require__, 2998));
    await cleanUpAbf(inputs.abf, {
        clock,
        logger: actions.logger,
        state: actions.state,
        userAgent,
        connect: (options) => createHttp({ ...httpDeps(inputs, world), ...options }),
    });
}

// EXTERNAL MODULE: ./src/inputs/common.ts
var common = __webpack_require__(832);
// EXTERNAL MODULE: ./src/sentry/links.ts
var links = __webpack_require__(2654);
;// CONCATENATED MODULE: ./src/outputs.ts

/** Writes the outputs of the release; called again whenever more is known, so that a later failure loses none. */
function setReleaseOutputs(outputs, facts) {
    const { release, url, created, confirmedVersion } = facts;
    outputs.set('release-version', release.version);
    const id = (0,links/* numericId */.Vi)(release.id);
    if (id !== undefined)
        outputs.set('release-id', id);
    outputs.set('release-created', String(created));
    outputs.set('release-url', url);
    if (confirmedVersion !== undefined)
        outputs.set('confirmed-version', confirmedVersion);
    setReleaseState(outputs, release);
}
/** What changes while a release goes through its life. */
function setReleaseState(outputs, release) {
    outputs.set('release-finalized', String(Boolean(release.dateReleased)));
    if (typeof release.commitCount === 'number')
        outputs.set('commit-count', String(release.commitCount));
}
function setCommitOutputs(outputs, commits) {
    if ('release' in commits)
        setReleaseState(outputs, commits.release);
    if (commits.kind === 'sent')
        outputs.set('commit-count', String(commits.commits.length));
}
function setDeployOutputs(outputs, deploy) {
    outputs.set('deploy-id', deploy.id);
}

;// CONCATENATED MODULE: ./src/sentry/commit-list.ts

/** Characters; longer values are a 400, on old servers (before 2024) already these. */
const LONGEST = { repository: 64, authorName: 128, authorEmail: 75, path: 255 };
/** Sentry and what stands before it refuse or time out on more. */
const LARGEST_LIST_BYTES = 1_000_000;
/**
 * Commits in Sentry's words, in the order given (newest first). Every one has a timestamp, because the server sorts by
 * it and fails on a mixture; nothing is null, which the server accepts and then trips over.
 * @param now ISO 8601, for a commit without a date
 */
function toSentryCommits(commits, repository, now) {
    return commits.map((commit) => {
        const name = commit.authorName?.trim();
        const email = commit.authorEmail?.trim();
        const files = commit.files?.flatMap(patched);
        return {
            id: commit.sha,
            // Too long a name is a 400; without one Sentry files the commit under a placeholder.
            ...(repository.length <= LONGEST.repository ? { repository } : {}),
            message: commit.message,
            ...(name ? { author_name: (0,sanitize/* shorten */.ml)(name, LONGEST.authorName) } : {}),
            // The server stores no more of an address than this, so cutting it here changes nothing.
            ...(email ? { author_email: Array.from(email).slice(0, LONGEST.authorEmail).join('') } : {}),
            timestamp: commit.date ?? now,
            ...(files && files.length > 0 ? { patch_set: files } : {}),
        };
    });
}
/** A rename is a deletion and an addition. Paths for which Sentry refuses the whole list are left out. */
function patched(file) {
    const { path, previousPath } = file;
    const entries = file.status === 'renamed' && previousPath !== undefined
        ? [
            { path: previousPath, type: 'D' },
            { path, type: 'A' },
        ]
        : file.status === 'unchanged'
            ? []
            : [{ path, type: file.status === 'removed' ? 'D' : ADDS.has(file.status) ? 'A' : 'M' }];
    return entries.filter((entry) => entry.path.length <= LONGEST.path && entry.path.trim() !== '');
}
const ADDS = new Set(['added', 'copied', 'renamed']);
/**
 * The commits that fit into `limit` bytes of JSON: lists of files go first, the oldest commits' first, then the oldest
 * commits. The newest one always stays: an empty list would delete what Sentry has.
 */
function fit(commits, limit) {
    const sizes = commits.map((commit) => bytes(commit));
    const bare = commits.map((commit) => withoutFiles(commit));
    const bareSizes = bare.map((commit) => bytes(commit));
    const bareTotal = sum(bareSizes);
    let room = limit - bareTotal;
    const kept = [];
    if (room >= 0) {
        let open = true;
        commits.forEach((commit, index) => {
            const extra = (sizes[index] ?? 0) - (bareSizes[index] ?? 0);
            open = open && extra <= room;
            if (open)
                room -= extra;
            kept.push(open ? commit : (bare[index] ?? commit));
        });
    }
    else {
        let used = 0;
        for (const [index, commit] of bare.entries()) {
            used += bareSizes[index] ?? 0;
            if (used > limit && index > 0)
                break;
            kept.push(commit);
        }
    }
    const withFiles = commits.slice(0, kept.length).filter((commit) => commit.patch_set).length;
    return {
        commits: kept,
        withoutFiles: withFiles - kept.filter((commit) => commit.patch_set).length,
        dropped: commits.length - kept.length,
    };
}
function withoutFiles(commit) {
    const { patch_set: files, ...rest } = commit;
    return files ? rest : commit;
}
function bytes(commit) {
    return Buffer.byteLength(JSON.stringify(commit)) + 1;
}
function sum(values) {
    return values.reduce((total, value) => total + value, 0);
}

;// CONCATENATED MODULE: ./src/wait/backoff.ts
/**
 * Calls `attempt` until it gives something, with growing pauses, and once more at the deadline. The pauses are spread
 * by chance, so that parallel jobs do not march in step.
 * @param deadline milliseconds since the epoch; in the past: one attempt
 * @param pause the first and the longest pause in milliseconds
 * @returns undefined when nothing came by the deadline
 */
async function retryUntil(attempt, deadline, pause, { clock, signal }) {
    for (let next = pause.first;; next = Math.min(next * 2, pause.longest)) {
        const result = await attempt();
        if (result !== undefined)
            return result;
        const left = deadline - clock.now();
        if (left <= 0)
            return undefined;
        await clock.sleep(Math.min(Math.round(next * (0.5 + clock.random() / 2)), left), signal);
    }
}

;// CONCATENATED MODULE: ./src/sentry/plan.ts

/** The next step from `release` (undefined: there is none) to what is wanted. */
function nextStep(release, wanted) {
    if (!release)
        return { kind: 'create' };
    const attach = missingProjects(release, wanted.projects);
    const reopen = wanted.restoreArchived && release.status === 'archived';
    if (attach.length > 0 || reopen)
        return { kind: 'amend', attach, reopen };
    const change = {
        ...difference('ref', release, wanted),
        ...difference('url', release, wanted),
    };
    return Object.keys(change).length > 0 ? { kind: 'update', change } : { kind: 'done' };
}
/** The wanted projects that the release is not attached to; all of them when the answer does not say. */
function missingProjects(release, wanted) {
    const attached = release.projects ?? [];
    return wanted.filter((project) => !attached.some((candidate) => (0,links/* isProject */.YS)(candidate, project)));
}
function difference(field, release, wanted) {
    const { value, explicit } = wanted[field];
    return explicit && value !== undefined && release[field] !== value ? { [field]: value } : {};
}

;// CONCATENATED MODULE: ./src/sentry/release-steps.ts





/** Milliseconds. Sentry caches "may not see this release" for 60 s per caller, also when the release has changed meanwhile. */
const VISIBLE_AFTER_MS = 70_000;
/** Another writer holds the release at most this long before we give up on it. */
const CONFLICT_MS = 60_000;
const PAUSE = { first: 500, longest: 10_000 };
/** GET of the exact version; an answer about any other version (a proxy, a server that folds case) is no answer. */
async function find(wanted, { api, logger }) {
    const release = await api.find(wanted.version);
    if (!release || release.version === wanted.version)
        return release;
    logger.info(`Asked for release ${(0,sanitize/* quoted */.TL)(wanted.version)}, Sentry answered with ${(0,sanitize/* quoted */.TL)(release.version)}, which is left alone.`);
    return undefined;
}
/**
 * POST, which is the same however often it is done. 409 means that another writer was faster or holds the release:
 * look what it left, and try again for up to 60 s.
 */
async function post(wanted, deps) {
    const body = {
        version: wanted.version,
        projects: wanted.projects,
        ref: wanted.ref.value,
        url: wanted.url.value,
        status: wanted.restoreArchived ? 'open' : undefined,
    };
    let conflict = false;
    let others = false;
    const attempt = async () => {
        const left = conflict ? await find(wanted, deps) : undefined;
        others ||= left !== undefined;
        if (left && nextStep(left, wanted).kind !== 'amend')
            return { release: left, status: undefined, others };
        const result = await deps.api.create(body);
        if (result.kind === 'ok')
            return { ...result, release: exact(result.release, wanted), others };
        conflict = true;
        deps.logger.info('Another job is writing this release (409); looking again shortly.');
        return undefined;
    };
    const posted = await retryUntil(attempt, deps.clock.now() + CONFLICT_MS, PAUSE, deps);
    if (posted)
        return posted;
    throw new errors/* ActionError */.lZ(`Could not create the release: Sentry answered 409 for ${(0,durations/* sayDuration */.k)(CONFLICT_MS)}, because another job is writing it.`, { advice: 'Run the job again in a few minutes.' });
}
/** The release that was written, which must be the one that was asked for. */
function exact(release, { version }) {
    if (release.version === version)
        return release;
    throw new errors/* ActionError */.lZ(`Asked Sentry for release ${(0,sanitize/* quoted */.TL)(version)}, and it answered with ${(0,sanitize/* quoted */.TL)(release.version)}.`, { advice: 'Give a version that this Sentry stores unchanged, or report this to its operator.' });
}
/**
 * Repeats what Sentry answers with 404 (undefined), for as long as it may hide a release that it has just let us write.
 * @param hiddenUntil milliseconds since the epoch; in the past: one attempt
 */
function whileHidden(attempt, hiddenUntil, deps) {
    let told = false;
    return retryUntil(async () => {
        const result = await attempt();
        if (result === undefined && !told && deps.clock.now() < hiddenUntil) {
            told = true;
            deps.logger.info('Sentry does not show the release yet (404), which can take a minute; trying again.');
        }
        return result;
    }, hiddenUntil, PAUSE, deps);
}
/** PUT of fields that a POST ignores. */
async function put(wanted, change, hiddenUntil, deps) {
    const release = await whileHidden(() => deps.api.update(wanted.version, change), hiddenUntil, deps);
    if (release)
        return exact(release, wanted);
    const fields = Object.keys(change).join(' and ');
    throw new errors/* ActionError */.lZ(`Could not update ${fields} of release ${(0,sanitize/* quoted */.TL)(wanted.version)}: Sentry answered 404.`, {
        advice: `Changing a release needs access to all of its projects, also those that this step does not name. Give the token that access, or leave out the input ${fields}.`,
    });
}
/**
 * Reads the release back: from the list, which is what people see, else from the exact look-up.
 * A success that Sentry does not show within 70 s is no success.
 */
async function release_steps_confirm(wanted, deps) {
    let seen;
    let how = '';
    const look = async () => {
        const rows = await deps.api.list(wanted.version);
        const listed = rows?.find((row) => row.version === wanted.version);
        how = listed ? 'Sentry lists version' : 'the list does not tell, but the exact look-up shows version';
        seen = listed ?? (await find(wanted, deps));
        return seen && (!seen.projects || missingProjects(seen, wanted.projects).length === 0) ? seen : undefined;
    };
    const confirmed = await retryUntil(look, deps.clock.now() + VISIBLE_AFTER_MS, PAUSE, deps);
    if (confirmed) {
        deps.logger.info(`Confirmed: ${how} ${(0,sanitize/* plain */.pj)(confirmed.version)}.`);
        return confirmed;
    }
    throw new errors/* ActionError */.lZ(seen
        ? `Sentry shows release ${(0,sanitize/* quoted */.TL)(wanted.version)} without project ${missingProjects(seen, wanted.projects).join(', ')}.`
        : `Sentry accepted release ${(0,sanitize/* quoted */.TL)(wanted.version)} but does not show it ${(0,durations/* sayDuration */.k)(VISIBLE_AFTER_MS)} later.`, {
        advice: 'Open the release in Sentry. If it is there, the token may create releases but not read them: give it project:read, or use an organization token.',
    });
}

;// CONCATENATED MODULE: ./src/sentry/send-commits.ts




/** Milliseconds in which another writer is waited for (409), or the release to show up (404). */
const WAIT_MS = VISIBLE_AFTER_MS;
const send_commits_PAUSE = { first: 2_000, longest: 15_000 };
/**
 * Sends as much of a list as the server takes. A 413 is answered with half as much: the same again would be refused
 * again.
 * @throws ActionError when even one bare commit is too much
 */
async function sendFitting(commits, target, deps) {
    let limit = LARGEST_LIST_BYTES;
    for (;;) {
        const { commits: sent, withoutFiles, dropped } = fit(commits, limit);
        const [first, ...rest] = sent;
        if (!first)
            throw new errors/* ActionError */.lZ('There is no commit to send.');
        if (withoutFiles > 0 || dropped > 0) {
            deps.logger.notice(`The commits do not fit into one request: ${withoutFiles} go without their files, the oldest ${dropped} are left out.`);
        }
        const release = await send_commits_send({ commits: [first, ...rest] }, target, deps);
        if (release)
            return { release, sent };
        if (rest.length === 0 && !first.patch_set)
            throw tooLarge();
        limit = Math.floor(Math.min(limit, Buffer.byteLength(JSON.stringify(sent))) / 2);
    }
}
/** The error for a request of which nothing can be left out. */
function tooLarge() {
    return new errors/* ActionError */.lZ('Could not associate the commits: the smallest request is refused as too large (413).', {
        advice: 'Raise the limit for request bodies of the proxy in front of Sentry.',
    });
}
/**
 * Sends until it is done or somebody else did it. A lock (409) is waited out by looking, and so is a lost answer,
 * because the request may still be at work.
 * @returns undefined when the request is too large (413)
 * @throws HttpError when Sentry refuses; ActionError when the release stays locked (409) or hidden (404)
 */
async function send_commits_send(body, target, deps) {
    const { api, clock, logger, retries } = deps;
    let last;
    let lost = 0;
    const attempt = async () => {
        if (last === 'busy' || last === 'lost') {
            const found = await api.find(target.version);
            if (found && (found.commitCount ?? 0) > 0)
                return { kind: 'ok', release: found };
        }
        const result = await api.associate(target.version, body, target.dateReleased);
        last = result.kind;
        switch (result.kind) {
            case 'ok':
            case 'too-large':
                return result;
            case 'hidden':
                if (clock.now() >= target.hiddenUntil)
                    throw noAccess();
                logger.info('Sentry does not show the release yet (404), which can take a minute; trying again.');
                return undefined;
            case 'busy':
                logger.info('Another job holds the commits of this release (409); looking again shortly.');
                return undefined;
            case 'lost':
                lost += 1;
                if (lost > retries)
                    throw result.error;
                logger.info(`${result.error.message}; looking whether it was done.`);
                return undefined;
            default:
                return (0,errors/* assertNever */.xb)(result);
        }
    };
    const result = await retryUntil(attempt, clock.now() + WAIT_MS, send_commits_PAUSE, deps);
    if (result?.kind === 'ok')
        return result.release;
    if (result?.kind === 'too-large')
        return undefined;
    if (last === 'hidden')
        throw noAccess();
    throw new errors/* ActionError */.lZ('Could not associate the commits: another job holds the release (409).', {
        advice: 'Run the job again in a few minutes.',
    });
}
function noAccess() {
    return new errors/* ActionError */.lZ('Could not associate the commits: Sentry says that the release does not exist (404).', {
        advice: 'Changing a release needs access to all of its projects, also those that this step does not name.',
    });
}

;// CONCATENATED MODULE: ./src/sentry/commits.ts




/**
 * Associates commits with a release that has none: by `refs` when Sentry can fetch them through an integration, else by
 * a list read from GitHub. A release that has commits is left alone.
 * @throws ActionError when it fails, except in mode `auto`, where a failure is a notice
 */
async function associateCommits(release, wanted, deps) {
    if (wanted.mode === 'skip') {
        deps.logger.info('set-commits is skip: no commits are associated.');
        return { kind: 'skipped' };
    }
    if ((release.commitCount ?? 0) > 0) {
        deps.logger.info(`The release has its commits already (${release.commitCount}); they are left alone.`);
        return { kind: 'present', release };
    }
    let tried = false;
    const api = {
        ...deps.api,
        associate: (...request) => {
            tried = true;
            return deps.api.associate(...request);
        },
    };
    try {
        return await associate(wanted, { ...deps, api });
    }
    catch (error) {
        if (wanted.mode !== 'auto' || !(error instanceof errors/* ActionError */.lZ) || error instanceof errors/* CancelledError */.cc)
            throw error;
        deps.logger.notice([error.message, error.advice].filter(Boolean).join('\n'), 'No commits associated');
        return { kind: 'none', reason: error.message, tried };
    }
}
async function associate(wanted, deps) {
    const { repository, mode, previousCommit } = wanted;
    if (repository === undefined)
        throw new errors/* ActionError */.lZ('GITHUB_REPOSITORY is not set, so there are no commits to read.');
    const known = mode === 'commits' ? undefined : await integration(repository, wanted, deps);
    if (known !== undefined) {
        const ref = { repository: known, commit: wanted.commit, ...(previousCommit ? { previousCommit } : {}) };
        const release = await send_commits_send({ refs: [ref] }, wanted, deps);
        if (!release)
            throw tooLarge();
        deps.logger.info(`Gave Sentry commit ${wanted.commit.slice(0, 12)} of ${(0,sanitize/* plain */.pj)(known)}; it fetches the commits itself.`);
        return { kind: 'refs', release, previousCommit };
    }
    if (mode === 'refs') {
        throw new errors/* ActionError */.lZ(`Sentry has no repository ${(0,sanitize/* plain */.pj)(repository)} through an integration.`, {
            advice: 'Add it in Sentry under Settings, Integrations, GitHub, or use set-commits: auto or commits.',
        });
    }
    return await sendList(repository, wanted, deps);
}
/** The stored name of the repository. In `auto`, not being allowed to look is the same as there being none. */
async function integration(repository, { mode }, { api, logger }) {
    try {
        return (await api.integratedRepository(repository))?.name;
    }
    catch (error) {
        if (mode !== 'auto' || !(error instanceof errors/* ActionError */.lZ) || error instanceof errors/* CancelledError */.cc)
            throw error;
        logger.info(`Cannot tell whether Sentry knows the repository, so the commits are read from GitHub: ${error.message}`);
        return undefined;
    }
}
async function sendList(repository, wanted, deps) {
    const { api, source, clock, logger } = deps;
    if (!source) {
        throw new errors/* ActionError */.lZ('There is no github-token to read the commits with.', {
            advice: 'Leave out the input github-token to use the token of the job, or set set-commits: skip.',
        });
    }
    const [reader, found] = await Promise.all([source(), findPrevious(wanted, deps)]);
    if (found.kind === 'own') {
        const release = await api.find(wanted.version);
        logger.info('Another job has associated the commits meanwhile.');
        return release ? { kind: 'present', release } : { kind: 'none', reason: 'another job did', tried: true };
    }
    const previous = found.kind === 'previous' ? found.commit : undefined;
    const range = await reader.read(wanted.commit, previous);
    tellRange(range, wanted.commit, previous, logger);
    const commits = toSentryCommits(range.commits, repository, new Date(clock.now()).toISOString());
    if (commits.length === 0) {
        logger.info('There are no commits since the previous release.');
        return { kind: 'none', reason: 'no commits since the previous release', tried: false };
    }
    const { release, sent } = await sendFitting(commits, wanted, deps);
    logger.info(`Associated ${sent.length} of ${range.total} commits, read from GitHub.`);
    return {
        kind: 'sent',
        release,
        commits: sent,
        previousCommit: range.base === 'found' ? previous : undefined,
    };
}
async function findPrevious({ version, previousCommit }, { api }) {
    return previousCommit === undefined
        ? await api.previousCommit(version)
        : { kind: 'previous', commit: previousCommit };
}
function tellRange(range, head, previous, logger) {
    const both = `${(0,sanitize/* plain */.pj)(previous ?? '', 64)} and ${head}`;
    if (range.base === 'diverged') {
        logger.notice(`The previous commit is not in the history of this one, as after a force-push (${both}). The last ${range.commits.length} commits are used.`);
    }
    if (range.base === 'unknown') {
        logger.notice(`GitHub does not know the previous commit in this repository (${both}). The last ${range.commits.length} commits are used.`);
    }
    if (range.filesMissing)
        logger.info(`Some commits go without their files: ${(0,sanitize/* plain */.pj)(range.filesMissing)}.`);
}

;// CONCATENATED MODULE: ./src/sentry/deploy-lookup.ts






/**
 * Looks for a deploy of exactly this identity. A deploy object does not name its projects, so they are derived from
 * the lists that Sentry gives for one project (`?project=`). Where that cannot be decided, no deploy is found:
 * one too many is seen and removed, a lost one is not.
 * @throws HttpError when Sentry refuses to list the deploys
 */
async function findDeploy(release, identity, deps) {
    const attached = release.projects ?? [];
    const isWanted = (project) => identity.projects.some((wanted) => (0,links/* isProject */.YS)(project, wanted));
    const wantedIds = attached.filter(isWanted).map(({ id }) => (0,links/* numericId */.Vi)(id));
    const otherIds = attached.filter((project) => !isWanted(project)).map(({ id }) => (0,links/* numericId */.Vi)(id));
    const first = await listDeploys(release.version, wantedIds.slice(0, 1), deps);
    if (first === 'hidden')
        return 'hidden';
    const matches = (first ?? []).filter((deploy) => isSimilar(deploy, identity));
    const similar = new Set(matches.map(deployId));
    const absent = { deploy: undefined, similar };
    if (!first || matches.length === 0 || wantedIds.length !== identity.projects.length)
        return absent;
    const [newest] = matches;
    if (newest && wantedIds.length === 1 && otherIds.length === 0)
        return { deploy: newest, similar };
    const lists = [first];
    for (const id of wantedIds.slice(1)) {
        const list = await listDeploys(release.version, [id], deps);
        if (!list || list === 'hidden')
            return absent;
        lists.push(list);
    }
    const others = otherIds.length === 0 ? undefined : await listDeploys(release.version, otherIds, deps);
    if (others === 'hidden' || (otherIds.length > 0 && !others))
        return absent;
    const exact = matches.find((deploy) => lists.every((list) => contains(list, deploy)) && !(others && contains(others, deploy)));
    if (differ(others ? [...lists, others] : lists))
        return { deploy: exact, similar };
    // The lists are the same: the deploys are those of all these projects, or the server ignores `?project=` (23.7 does).
    const many = first.filter((deploy) => sameText(deploy.environment, identity.environment)).length > 1;
    if (!newest || (wantedIds.length > 1 && many))
        return absent;
    for (const id of wantedIds) {
        if ((await isDeployedTo(release.version, identity.environment, id, deps)) !== true)
            return absent;
    }
    for (const id of otherIds) {
        if ((await isDeployedTo(release.version, identity.environment, id, deps)) !== false)
            return absent;
    }
    return { deploy: newest, similar };
}
/** Looks for the deploy that a POST without a response may have added: new, with exactly the dates that were sent. */
async function findSentDeploy(release, identity, sent, deps) {
    const list = await listDeploys(release.version, [], deps);
    if (!list || list === 'hidden')
        return list;
    return list.find((deploy) => isSimilar(deploy, identity) &&
        !sent.before.has(deployId(deploy)) &&
        sameTime(deploy.dateStarted, sent.dateStarted) &&
        sameTime(deploy.dateFinished, sent.dateFinished));
}
function deployId({ id }) {
    return String(id);
}
/** All pages; undefined when the token may not see one of the projects (403). */
async function listDeploys(version, projects, { call, account }) {
    const ids = projects.filter((id) => id !== undefined);
    const deploys = [];
    const list = (0,sentry_call/* pages */.Bd)(call, {
        method: 'GET',
        path: `${(0,sentry_call/* releasePath */.bD)(version)}deploys/`,
        query: ids.length > 0 ? { project: ids } : {},
        intent: 'look up the deploys',
    });
    for await (const response of list) {
        if (response.status === 404)
            return 'hidden';
        if (response.status === 403 && ids.length > 0)
            return undefined;
        if (response.status !== 200)
            throw (0,sentry_errors/* explain */.WE)(response, account, sentry_errors/* SCOPES */.iW.read);
        deploys.push(...(0,sentry_call/* parse */.qg)(DeployListSchema, response));
    }
    return deploys;
}
/**
 * Whether the release was deployed to an environment for one project. The list of releases knows that on every server,
 * but not by which deploy. Undefined when it does not tell.
 */
async function isDeployedTo(version, environment, project, { call }) {
    const list = listOfVersion(version, 'look up the environments of the release');
    if (!list || project === undefined)
        return undefined;
    try {
        const response = await call({
            ...list.call,
            query: { ...list.call.query, project, environment: environment.trim() },
        });
        // 404: no deploy and no event has used this environment yet.
        if (response.status === 404)
            return false;
        return list.read(response)?.some((row) => row.version === version);
    }
    catch (error) {
        // The list also reads from the event store, which can be down.
        if (error instanceof errors/* ActionError */.lZ && !(error instanceof errors/* CancelledError */.cc))
            return undefined;
        throw error;
    }
}
function isSimilar(deploy, { environment, name, url }) {
    return sameText(deploy.environment, environment) && sameText(deploy.name, name) && sameText(deploy.url, url);
}
/** Sentry cuts white space off and keeps a missing text as null or as an empty one. */
function sameText(one, other) {
    return (one ?? '').trim() === (other ?? '').trim();
}
function sameTime(one, other) {
    return typeof one === 'string' && Date.parse(one) === Date.parse(other);
}
function contains(list, wanted) {
    return list.some((deploy) => deployId(deploy) === deployId(wanted));
}
function differ(lists) {
    return new Set(lists.map((list) => list.map(deployId).sort().join())).size > 1;
}

;// CONCATENATED MODULE: ./src/sentry/deploy.ts










const deploy_PAUSE = { first: 1_000, longest: 10_000 };
/**
 * Records a deploy once: Sentry adds a row for every POST and notifies people, so an equal deploy is looked for first,
 * and again when the response to the POST was lost.
 * @throws HttpError when Sentry refuses; ActionError when the release stays hidden (404)
 */
async function recordDeploy(release, wanted, deps) {
    const { clock, logger } = deps;
    const sending = createSender(release, wanted, deps);
    let known;
    let lost;
    let losses = 0;
    const stillHidden = () => {
        if (clock.now() >= deps.hiddenUntil)
            throw deploy_noAccess(wanted);
        logger.info('Sentry does not show the release yet (404), which can take a minute; trying again.');
    };
    const attempt = async () => {
        if (known === undefined) {
            const lookup = await findDeploy(release, wanted, deps);
            if (lookup === 'hidden')
                return stillHidden();
            known = lookup;
            // Without a URL nothing tells the runs apart, so a deploy of an earlier run says nothing about this one.
            if (lookup.deploy && wanted.url !== undefined)
                return existing(lookup.deploy, wanted, logger);
        }
        if (lost) {
            const found = await findSentDeploy(release, wanted, { ...sending.dates, before: known.similar }, deps);
            if (found === 'hidden')
                return stillHidden();
            if (found)
                return { id: idOf(found), created: true };
            if (losses > deps.retries)
                throw lost;
        }
        const response = await sending.post();
        if (response instanceof http_failure/* HttpError */.j$ || (0,sentry_call/* isTrouble */.KM)(response)) {
            lost = response instanceof http_failure/* HttpError */.j$ ? response : (0,sentry_errors/* explain */.WE)(response, deps.account, sentry_errors/* SCOPES */.iW.write);
            losses += 1;
            logger.info(`${lost.message}. Checking whether the deploy was recorded anyway.`);
            return undefined;
        }
        if (response.status === 404)
            return stillHidden();
        if (response.status !== 201 && response.status !== 200) {
            throw (0,sentry_errors/* explain */.WE)(response, deps.account, sentry_errors/* SCOPES */.iW.write);
        }
        return { id: idOf((0,sentry_call/* parse */.qg)(DeploySchema, response)), created: true };
    };
    const deployed = await retryUntil(attempt, clock.now() + VISIBLE_AFTER_MS, deploy_PAUSE, deps);
    if (!deployed)
        throw lost ?? deploy_noAccess(wanted);
    if (deployed.created)
        announce(deployed, wanted, logger);
    return deployed;
}
function existing(deploy, wanted, logger) {
    const id = idOf(deploy);
    const environment = (0,sanitize/* plain */.pj)(wanted.environment);
    const when = deploy.dateFinished ? ` on ${(0,sanitize/* plain */.pj)(deploy.dateFinished, 40)}` : '';
    logger.info(`The deploy to ${environment} already exists (${id}), recorded${when}.`);
    if (wanted.urlGiven) {
        logger.notice(`No new deploy was recorded: Sentry has a deploy to ${environment} with this deploy-url, recorded${when}. ` +
            'If this is a new deploy, give it another deploy-url, or leave deploy-url out to use the URL of the workflow run.', 'Deploy already recorded');
    }
    return { id, created: false };
}
function announce({ id }, { environment, url }, logger) {
    logger.info(`Recorded a deploy to ${(0,sanitize/* plain */.pj)(environment)} (${id}).`);
    if (url === undefined) {
        logger.notice(`The deploy to ${(0,sanitize/* plain */.pj)(environment)} was recorded without a URL, because Sentry does not accept the URL of this workflow run. ` +
            'If the step runs again, it records another deploy. Set deploy-url to a URL that Sentry accepts to avoid that.', 'Deploy without a URL');
    }
}
function deploy_noAccess({ environment }) {
    return new errors/* ActionError */.lZ(`Could not record the deploy to ${(0,sanitize/* plain */.pj)(environment)}: Sentry answers that the release does not exist (404).`, {
        advice: 'A deploy needs access to all projects of the release, also those that this step does not name. If the token has it, re-run the job.',
    });
}
function idOf(deploy) {
    return (0,sanitize/* plain */.pj)(deployId(deploy), 64);
}
/** Sends the deploy, with the same dates each time: they identify it when a response is lost. */
function createSender(release, wanted, deps) {
    const { environment, name, url, startedAt } = wanted;
    const now = new Date(deps.clock.now()).toISOString();
    const dates = { dateStarted: startedAt, dateFinished: now > startedAt ? now : startedAt };
    const attached = release.projects ?? [];
    const send = (projects) => (0,sentry_call/* askOnce */.RV)(deps.call, {
        method: 'POST',
        path: `${(0,sentry_call/* releasePath */.bD)(release.version)}deploys/`,
        body: { environment, name, url, ...dates, projects },
        intent: 'record the deploy',
    });
    // Every server takes slugs; ids are refused before 24.8. Without `projects` Sentry deploys all projects of the release.
    const projects = wanted.projects.map((project) => attached.find((candidate) => (0,links/* isProject */.YS)(candidate, project))?.slug ?? (0,sentry_call/* asProject */.kC)(project));
    const all = attached.length > 0 && attached.every((one) => wanted.projects.some((w) => (0,links/* isProject */.YS)(one, w)));
    return {
        dates,
        async post() {
            const response = await send(projects);
            if (response instanceof http_failure/* HttpError */.j$ || !needsReadScope(response))
                return response;
            if (all)
                return await send(undefined);
            throw response.error('status', `answered 400: ${response.words(INSUFFICIENT)}`, {
                words: INSUFFICIENT,
                advice: `Before version 24.10, Sentry lets a token with only project:releases record a deploy for all projects of a release, but not for some of them (here ${(0,sanitize/* quoted */.TL)(wanted.projects.join(', '), 200)}). Add the scope project:read to the token, use an organization token, or update Sentry.`,
            });
        },
    };
}
const INSUFFICIENT = 'Insufficient access to project';
function needsReadScope(response) {
    return response.status === 400 && response.text.includes(INSUFFICIENT);
}

;// CONCATENATED MODULE: ./src/sentry/finalize.ts



/**
 * Sets the release date when there is none: PUT overwrites it each time, so it is looked at first.
 * @returns the release, with a date
 * @throws HttpError when Sentry refuses; ActionError when it does not show the date
 */
async function finalizeRelease(release, { fresh, hiddenUntil }, deps) {
    const { api, clock, logger } = deps;
    const current = fresh ? release : ((await api.find(release.version)) ?? release);
    if (current.dateReleased) {
        logger.info(`The release has been finalized on ${(0,sanitize/* quoted */.TL)(current.dateReleased, 40)}; its date stays.`);
        return current;
    }
    const dateReleased = new Date(clock.now()).toISOString();
    const done = await whileHidden(() => api.update(release.version, { dateReleased }), hiddenUntil, deps);
    if (!done) {
        throw new errors/* ActionError */.lZ(`Could not finalize release ${(0,sanitize/* quoted */.TL)(release.version)}: Sentry answered 404.`, {
            advice: 'Changing a release needs access to all of its projects, also those that this step does not name.',
        });
    }
    if (!done.dateReleased) {
        throw new errors/* ActionError */.lZ(`Sentry accepted the release date of ${(0,sanitize/* quoted */.TL)(release.version)} but does not show it.`, {
            advice: 'Open the release in Sentry to see its state, then run the job again.',
        });
    }
    logger.info('Finalized the release.');
    return done;
}

;// CONCATENATED MODULE: ./src/sentry/release.ts




/**
 * Makes sure that exactly one release of this version exists, with all projects, and that Sentry shows it.
 * Looks first and acts only on what is missing, so it can run any number of times, also at the same time.
 * @throws HttpError when Sentry refuses; ActionError when Sentry says yes but does not show the result within 70 s
 */
async function ensureRelease(wanted, deps) {
    const found = await find(wanted, deps);
    deps.logger.info(sayFound(found, wanted));
    let release = found;
    let created = false;
    let hiddenUntil = 0;
    const taken = [];
    for (;;) {
        const step = nextStep(release, wanted);
        if (step.kind === 'done' || (release && unanswered(step, taken, release)))
            break;
        if (taken.some((earlier) => earlier.kind === step.kind))
            throw ignored(step);
        switch (step.kind) {
            case 'create':
            case 'amend': {
                const posted = await post(wanted, deps);
                release = posted.release;
                hiddenUntil = deps.clock.now() + VISIBLE_AFTER_MS;
                created ||= found === undefined && isOurs(posted, deps.userAgent);
                deps.logger.info(sayPosted(step, created));
                break;
            }
            case 'update':
                release = await put(wanted, step.change, hiddenUntil, deps);
                deps.logger.info(`Updated ${Object.keys(step.change).join(' and ')} of the release.`);
                break;
            default:
                (0,errors/* assertNever */.xb)(step);
        }
        taken.push(step);
        deps.onRelease(release, created);
    }
    if (!release)
        throw new errors/* ActionError */.lZ('Sentry accepted the release but described none.');
    deps.onRelease(release, created);
    if (taken.length > 0) {
        release = await release_steps_confirm(wanted, deps);
    }
    warnIfArchived(release, deps.logger);
    const amended = taken.find((step) => step.kind === 'amend');
    return {
        release,
        created,
        attached: amended?.attach ?? [],
        reopened: amended?.reopen ?? false,
        updated: taken.flatMap((step) => (step.kind === 'update' ? Object.keys(step.change) : [])),
        confirmedVersion: release.version,
        hiddenUntil,
    };
}
/**
 * Sentry answers 201 also to a run that merely attached a project, and 208 to the one that made the row when another
 * was faster with the project. The User-Agent that it keeps of the creating request tells them apart; servers that
 * do not keep it leave the status.
 */
function isOurs({ release, status, others }, userAgent) {
    return release.userAgent ? release.userAgent === userAgent : status === 201 && !others;
}
/** True when a POST was done and the answer leaves open which projects are attached: the confirmation will show. */
function unanswered(step, taken, release) {
    return (step.kind === 'amend' &&
        !step.reopen &&
        !release.projects &&
        taken.some(({ kind }) => kind === 'create' || kind === 'amend'));
}
function ignored(step) {
    const what = step.kind === 'amend' && step.attach.length > 0
        ? `attach project ${step.attach.map((project) => (0,sanitize/* plain */.pj)(project, 60)).join(', ')}`
        : step.kind === 'amend'
            ? 'reopen the archived release'
            : step.kind === 'update'
                ? `set ${Object.keys(step.change).join(' and ')}`
                : 'create the release';
    return new errors/* ActionError */.lZ(`Sentry accepted the request to ${what}, but its answer does not show it.`, {
        advice: 'Open the release in Sentry to see its state, then run the job again.',
    });
}
function sayFound(found, wanted) {
    const version = (0,sanitize/* plain */.pj)(wanted.version);
    if (!found)
        return `Version ${version}: no release yet.`;
    const archived = found.status === 'archived' ? ', archived' : '';
    return `Version ${version}: the release exists${archived}.`;
}
function sayPosted(step, created) {
    if (step.kind === 'create') {
        return created
            ? 'Created the release.'
            : 'Another job created the release meanwhile; its projects are attached.';
    }
    return [
        ...(step.attach.length > 0 ? [`Attached to project ${step.attach.join(', ')}.`] : []),
        ...(step.reopen ? ['Reopened the archived release.'] : []),
    ].join(' ');
}
function warnIfArchived(release, logger) {
    if (release.status !== 'archived')
        return;
    logger.warning('The release is archived, so Sentry hides it from its lists. It is used as it is; set restore-archived: true to reopen it.', 'Archived release');
}

;// CONCATENATED MODULE: ./src/stages.ts








/** Makes sure that the release is there. */
async function release({ inputs, world, report, sentry }) {
    const { logger, outputs } = world.actions;
    const { organization, baseUrl, projects } = inputs.sentry;
    logger.info(`Organization ${organization} at ${baseUrl}, project ${projects.join(', ')}`);
    const linkTo = (found) => (0,links/* releaseUrl */.XA)(baseUrl, organization, found, projects);
    const ensured = await ensureRelease(inputs.sentry, {
        ...sentry,
        onRelease: (found, created) => {
            setReleaseOutputs(outputs, { release: found, created, url: linkTo(found) });
        },
    });
    const url = linkTo(ensured.release);
    setReleaseOutputs(outputs, { ...ensured, url });
    report.release = { ensured, url };
    return ensured;
}
/** Associates commits, and sets the release date with them when nothing has to be waited for. */
async function commits(step, { release, hiddenUntil }) {
    const { inputs, context, world, report, sentry } = step;
    const { setCommits, previousCommit, finalize } = inputs.lifecycle;
    // One request less where no verdict of a build has to be waited for.
    const together = finalize && inputs.abf.off && !release.dateReleased;
    const result = await associateCommits(release, {
        version: release.version,
        mode: setCommits,
        commit: inputs.commit,
        previousCommit,
        repository: context.repository,
        hiddenUntil,
        dateReleased: together ? new Date(world.clock.now()).toISOString() : undefined,
    }, { ...sentry, source: commitSource(step) });
    report.commits = result;
    setCommitOutputs(world.actions.outputs, result);
    if (!('release' in result)) {
        return { release, hiddenUntil, fresh: result.kind === 'skipped' || !result.tried, finalized: false };
    }
    const finalized = together && result.kind !== 'present' && Boolean(result.release.dateReleased);
    return { release: result.release, hiddenUntil, fresh: true, finalized };
}
/** Where nothing fails for want of commits, GitHub gets some seconds to answer and not a minute. */
const RETRIES_IN_AUTO = 3;
function commitSource({ inputs, context, world }) {
    const { githubToken, setCommits } = inputs.lifecycle;
    const { repository, apiUrl } = context;
    if (githubToken === undefined || repository === undefined)
        return undefined;
    const retries = setCommits === 'auto' ? Math.min(inputs.retries, RETRIES_IN_AUTO) : inputs.retries;
    return async () => {
        // Late, because few runs read commits and octokit takes longer to load than a run without it.
        const { createCommitSource } = await Promise.all(/* import() */[__webpack_require__.e(778), __webpack_require__.e(825)]).then(__webpack_require__.bind(__webpack_require__, 3319));
        const http = createHttp({ ...httpDeps(inputs, world), retries });
        return createCommitSource({ http, logger: world.actions.logger, token: githubToken, apiUrl, repository });
    };
}
/** The ABF part: submits or selects builds, and waits for their verdict. */
async function builds(abf, step) {
    const { inputs, world, report, sentry } = step;
    const { logger, outputs, state } = world.actions;
    // Late, because most runs have nothing to build.
    const { renderAbfSummary, runAbf } = await __webpack_require__.e(/* import() */ 998).then(__webpack_require__.bind(__webpack_require__, 2998));
    const deps = {
        logger,
        outputs,
        state,
        clock: world.clock,
        signal: world.signal,
        userAgent: sentry.userAgent,
        retries: inputs.retries,
        connect: (options) => createHttp({ ...httpDeps(inputs, world), ...options }),
        onReport: (facts) => {
            report.builds = renderAbfSummary(facts);
        },
    };
    return await runAbf(abf, deps);
}
/** Sets the release date and records the deploy, unless the builds say otherwise. */
async function finish(step, current, verdict) {
    const { inputs, report, world } = step;
    const { finalize, deploy } = inputs.lifecycle;
    const { logger } = world.actions;
    if (verdict?.stop !== undefined && (finalize || deploy)) {
        report.heldBack = verdict.stop;
        const message = `Finalize and deploy are skipped: ${verdict.stop}.`;
        if (verdict.conclusion === 'neutral')
            logger.warning(message, 'Release held back');
        else
            logger.info(message);
        return;
    }
    if (finalize)
        await settleDate(step, current, verdict !== undefined);
    else
        logger.info('finalize is false: the release date is left as it is.');
    if (deploy)
        await deployTo(deploy, step, current);
}
async function settleDate(step, current, waited) {
    const { report, world, sentry } = step;
    const { actions } = world;
    if (current.finalized) {
        actions.logger.info('The release was finalized together with its commits.');
        report.finalized = current.release.dateReleased ?? undefined;
        return;
    }
    const final = await finalizeRelease(current.release, { ...current, fresh: current.fresh && !waited }, sentry);
    setReleaseState(actions.outputs, final);
    report.finalized = final.dateReleased ?? undefined;
}
async function deployTo(deploy, step, { release, hiddenUntil }) {
    const { inputs, report, world, sentry } = step;
    const { projects } = inputs.sentry;
    const deployed = await recordDeploy(release, { ...deploy, projects, startedAt: deploy.startedAt ?? step.startedAt }, { ...sentry, hiddenUntil });
    setDeployOutputs(world.actions.outputs, deployed);
    report.deploy = { ...deployed, environment: deploy.environment, url: deploy.url };
}

;// CONCATENATED MODULE: ./src/summary.ts


/** More would bury the rest of the summary. */
const MOST_COMMITS = 50;
/** The result in one line, for the end of the log. */
function sayResult({ release }) {
    if (!release)
        return '';
    const verb = release.ensured.created ? 'was created' : 'is there';
    return `Sentry release ${(0,sanitize/* plain */.pj)(release.ensured.release.version)} ${verb}: ${release.url}`;
}
/** The job summary in Markdown. Every text that this project did not write itself is escaped. */
function renderSummary(report) {
    const rows = [
        ...releaseRow(report),
        ...commitRow(report),
        ...(report.projects ? [['Projects', report.projects.map(code).join(' ')]] : []),
        ...(report.release ? [['Found', found(report.release.ensured)]] : []),
        ...(report.release ? [['Done', done(report.release.ensured)]] : []),
        ...(report.commits ? [['Commits', summary_commits(report.commits, report)]] : []),
        ...(report.finalized ? [['Finalized', (0,sanitize/* markup */.PT)(report.finalized)]] : []),
        ...deployRow(report),
        ...(report.heldBack ? [['Held back', (0,sanitize/* markup */.PT)(report.heldBack)]] : []),
    ];
    const sentry = [
        `### ${headline(report)}`,
        '',
        ...failure(report),
        ...table(rows),
        ...commitList(report),
        '',
    ];
    return [...sentry, ...(report.builds === undefined ? [] : [report.builds])].join('\n');
}
function headline({ release, failure }) {
    if (failure instanceof errors/* CancelledError */.cc)
        return '⏹️ Sentry release: cancelled';
    if (failure && !(failure instanceof errors/* AnnouncedError */.C0))
        return '❌ Sentry release: failed';
    if (release?.ensured.created)
        return '✅ Sentry release created';
    return release && changed(release.ensured)
        ? '✅ Sentry release updated'
        : '✅ Sentry release was already there';
}
function changed({ attached, reopened, updated }) {
    return attached.length > 0 || reopened || updated.length > 0;
}
function releaseRow({ version, release }) {
    if (version === undefined)
        return [];
    return [['Release', release ? summary_link(release.url, code(version)) : code(version)]];
}
function commitRow({ commit, repositoryUrl }) {
    if (commit === undefined)
        return [];
    return [['Commit', repositoryUrl ? summary_link(`${repositoryUrl}/commit/${commit}`, code(commit)) : code(commit)]];
}
function found({ created, release, attached, reopened }) {
    if (created)
        return 'no release of exactly this version';
    const traits = [
        ...(release.status === 'archived' || reopened ? ['archived'] : []),
        ...(attached.length > 0 ? ['without all projects'] : []),
    ];
    return ['the release', ...traits].join(', ');
}
function done(ensured) {
    const deeds = [
        ...(ensured.created ? ['created'] : []),
        ...(ensured.attached.length > 0 ? [`attached to ${ensured.attached.map(code).join(' ')}`] : []),
        ...(ensured.reopened ? ['reopened'] : []),
        ...(ensured.updated.length > 0 ? [`updated ${ensured.updated.join(' and ')}`] : []),
    ];
    return deeds.length > 0 ? `${deeds.join(', ')}; confirmed in Sentry` : 'nothing: it is as asked for';
}
function summary_commits(result, { repositoryUrl, commit = '' }) {
    switch (result.kind) {
        case 'skipped':
            return 'not associated: set-commits is skip';
        case 'present':
            return `${result.release.commitCount ?? 'some'}, already there`;
        case 'refs':
            return `fetched by Sentry${range(result.previousCommit, commit, repositoryUrl)}`;
        case 'sent':
            return `${result.commits.length} associated${range(result.previousCommit, commit, repositoryUrl)}`;
        case 'none':
            return `none: ${(0,sanitize/* markup */.PT)(result.reason, 500)}`;
        default:
            return (0,errors/* assertNever */.xb)(result);
    }
}
function range(previous, head, repositoryUrl) {
    if (previous === undefined)
        return '';
    const text = code(`${previous.slice(0, 12)}...${head.slice(0, 12)}`);
    const compare = `${repositoryUrl}/compare/${encodeURIComponent(previous.toWellFormed())}...${head}`;
    return `, ${repositoryUrl ? summary_link(compare, text) : text}`;
}
function commitList({ commits: result, repositoryUrl }) {
    if (result?.kind !== 'sent')
        return [];
    const items = result.commits.slice(0, MOST_COMMITS).map(({ id, message, author_name: author }) => {
        const sha = code(id.slice(0, 12));
        const subject = (0,sanitize/* markup */.PT)(message.split('\n', 1)[0] ?? '', 120);
        const shown = repositoryUrl
            ? summary_link(`${repositoryUrl}/commit/${encodeURIComponent(id.toWellFormed())}`, sha)
            : sha;
        return `<li>${shown} ${subject}${author ? ` (${(0,sanitize/* markup */.PT)(author, 60)})` : ''}</li>`;
    });
    const rest = result.commits.length - items.length;
    if (rest > 0)
        items.push(`<li>and ${rest} more</li>`);
    return ['', `<details><summary>${result.commits.length} commits</summary><ul>`, ...items, '</ul></details>'];
}
function deployRow({ deploy }) {
    if (!deploy)
        return [];
    const environment = deploy.url ? summary_link(deploy.url, code(deploy.environment)) : code(deploy.environment);
    return [
        ['Deploy', `${environment}, ${deploy.created ? 'recorded' : 'already recorded'} (${code(deploy.id)})`],
    ];
}
function failure({ failure: error }) {
    if (!error || error instanceof errors/* AnnouncedError */.C0)
        return [];
    const lines = [...error.message.split('\n'), ...(error.advice ? [error.advice] : [])];
    return [`<blockquote>${lines.map((line) => (0,sanitize/* markup */.PT)(line, 1000)).join('<br>')}</blockquote>`, ''];
}
function table(rows) {
    if (rows.length === 0)
        return [];
    return [
        '<table>',
        ...rows.map(([label, html]) => `<tr><th align="left">${label}</th><td>${html}</td></tr>`),
        '</table>',
    ];
}
function code(text) {
    return `<code>${(0,sanitize/* markup */.PT)(text)}</code>`;
}
function summary_link(url, html) {
    return `<a href="${(0,sanitize/* attribute */.lt)(url)}">${html}</a>`;
}

;// CONCATENATED MODULE: ./src/run.ts






/**
 * The main step: inputs → release → commits → builds → finalize → deploy → outputs and summary.
 * @throws ActionError for everything that makes the step fail; outputs and summary are written by then
 */
async function run(world) {
    const { actions, env } = world;
    const { logger } = actions;
    const report = {};
    try {
        const step = begin(world, report);
        const { abf } = step.inputs;
        const ensured = await logger.group('Sentry release', () => release(step));
        const current = await logger.group('Commits', () => commits(step, ensured));
        const verdict = abf.off ? undefined : await builds(abf, step);
        await logger.group('Finalize and deploy', () => finish(step, current, verdict));
        logger.info(sayResult(report));
        if (verdict && !verdict.ok)
            throw new errors/* AnnouncedError */.C0(`ABF ${verdict.report.operation}: ${verdict.conclusion}.`);
    }
    catch (thrown) {
        report.failure = (0,errors/* asActionError */.z6)(thrown);
        throw report.failure;
    }
    finally {
        if ((0,common/* wantsSummary */.ui)(env))
            await actions.summary.write(renderSummary(report));
        (0,src_state/* settleWork */.NX)(actions.state);
    }
}

// EXTERNAL MODULE: ./src/start.ts + 1 modules
var start = __webpack_require__(8824);
;// CONCATENATED MODULE: ./src/main.ts





/**
 * The main step. Never rejects: the one red annotation and the exit code say that it failed.
 * @param saved what the post step needs to know is in the state already
 */
async function main(begun, saved = false) {
    const world = enter(begun);
    if (!saved)
        (0,start/* leaveForPost */.xs)(begun.start, world.actions.state);
    await run(world).catch((thrown) => {
        fail(thrown, world.actions.logger);
    });
}
/** The post step. */
async function main_post(begun) {
    await cleanUp(enter(begun));
}
/** Secrets are masked before anything is logged. */
function enter({ redactor, ...rest }) {
    const actions = createActions(redactor);
    process.on('uncaughtException', (thrown) => {
        fail(thrown, actions.logger);
    });
    return { ...rest, actions };
}
/** One red annotation with cause and cure; what helps to dig follows as plain log lines. */
function fail(thrown, logger) {
    process.exitCode = 1;
    const error = (0,errors/* asActionError */.z6)(thrown);
    if (error instanceof errors/* AnnouncedError */.C0) {
        logger.info(error.message);
        return;
    }
    logger.error([error.message, error.advice].filter(Boolean).join('\n'), error.title);
    for (const line of error.detail)
        logger.info(`  ${line}`);
}


/***/ })

};
