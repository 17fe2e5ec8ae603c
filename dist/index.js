import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 9091:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $D: () => (/* binding */ KNOWN_OPTIONS),
/* harmony export */   Cd: () => (/* binding */ OWNED_FIELDS),
/* harmony export */   Um: () => (/* binding */ storedVersion),
/* harmony export */   YK: () => (/* binding */ UPDATE_TYPES),
/* harmony export */   aI: () => (/* binding */ createFields)
/* harmony export */ });
const UPDATE_TYPES = ['security', 'bugfix', 'enhancement', 'recommended', 'newpackage'];
/** Fields of a create that an input of its own sets, with that input. */
const OWNED_FIELDS = {
    project_id: 'abf-project',
    commit_hash: 'abf-commit',
    project_version: 'abf-project-version',
    arch_id: 'abf-arches',
    save_to_repository_id: 'abf-repository',
    save_to_platform_id: 'abf-repository',
    build_for_platform_id: 'abf-platform',
    include_repos: 'abf-include-repositories',
    'include_repos[]': 'abf-include-repositories',
    update_type: 'abf-update-type',
    auto_publish: 'abf-auto-publish',
    auto_publish_status: 'abf-auto-publish',
};
/** Further fields of a create that one server or another reads. */
const KNOWN_OPTIONS = new Set([
    'auto_create_container',
    'build_requires',
    'chain_config',
    'enable_32bit',
    'external_nodes',
    'extra_build_lists',
    'extra_params',
    'extra_repositories',
    'include_testing_subrepository',
    'native_build',
    'save_buildroot',
    'use_cached_chroot',
    'use_extra_tests',
]);
/**
 * The fields of `POST /build_lists` for one architecture: nothing that was not asked for, except what servers would
 * otherwise decide to our surprise (`auto_publish_status` is `default` when it is missing, which publishes).
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
/** What `filter[project_version]` finds a build under: a bare commit becomes its own version. */
function storedVersion({ projectVersion, commit }) {
    return projectVersion ?? commit;
}


/***/ }),

/***/ 8674:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  lZ: () => (/* binding */ ActionError),
  C0: () => (/* binding */ AnnouncedError),
  cc: () => (/* binding */ CancelledError),
  z6: () => (/* binding */ asActionError),
  xb: () => (/* binding */ assertNever)
});

;// CONCATENATED MODULE: external "node:util"
const external_node_util_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");
;// CONCATENATED MODULE: ./src/errors.ts

/**
 * A failure that a person can act on. `message` says what failed and why, `advice` what to do next, `detail` what
 * helps to find the cause. None of them holds a header or a secret.
 */
class ActionError extends Error {
    name = 'ActionError';
    title;
    advice;
    detail;
    constructor(message, more = {}) {
        super(message);
        this.title = more.title ?? 'Release gate failed';
        this.advice = more.advice;
        this.detail = more.detail ?? [];
    }
}
/** The job was cancelled, or the runner is shutting down. */
class CancelledError extends ActionError {
    name = 'CancelledError';
    constructor(by) {
        super(`Stopped by ${by} before the work was finished.`, {
            title: 'Release gate cancelled',
            advice: 'Run the job again: what was already done is found and not done twice.',
        });
    }
}
/** A failure that has been told already, in annotations of its own. */
class AnnouncedError extends ActionError {
    name = 'AnnouncedError';
}
/** Turns whatever was thrown into an error that can be shown. */
function asActionError(thrown) {
    if (thrown instanceof ActionError)
        return thrown;
    const text = thrown instanceof Error ? thrown.message : (0,external_node_util_namespaceObject.inspect)(thrown, { depth: 1 });
    return new ActionError(`Unexpected error: ${text}`, {
        advice: 'This is a fault of the action itself. Please report it with the log of this step.',
        detail: thrown instanceof Error && thrown.stack ? [thrown.stack] : [],
    });
}
/** Marks a branch that the types rule out. */
function assertNever(value) {
    throw new Error(`unreachable: ${JSON.stringify(value)}`);
}


/***/ }),

/***/ 5015:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   qL: () => (/* binding */ parseSha),
/* harmony export */   yI: () => (/* binding */ readContext)
/* harmony export */ });
/* unused harmony export headCommit */
const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
/** A full commit SHA in lower case (40 hex digits, or 64 in SHA-256 repositories); undefined for anything else. */
function parseSha(text) {
    return typeof text === 'string' && SHA.test(text) ? text.toLowerCase() : undefined;
}
/**
 * @param event the parsed file of GITHUB_EVENT_PATH, whatever it holds
 */
function readContext(env, event) {
    const eventName = env['GITHUB_EVENT_NAME'] ?? '';
    return {
        serverUrl: (env['GITHUB_SERVER_URL'] || 'https://github.com').replace(/\/+$/, ''),
        apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
        repository: env['GITHUB_REPOSITORY'] || undefined,
        eventName,
        runId: env['GITHUB_RUN_ID'] || '0',
        runAttempt: env['GITHUB_RUN_ATTEMPT'] || '1',
        refName: env['GITHUB_HEAD_REF'] || env['GITHUB_REF_NAME'] || undefined,
        headCommit: headCommit(eventName, event, env['GITHUB_SHA']),
    };
}
/**
 * Where events keep the commit that they are about, in order of trust. The event of a deployment also holds the
 * workflow run that made it, but it is about what is deployed.
 */
const DEPLOYMENT = ['deployment', 'sha'];
const HEAD_COMMIT_PATHS = [
    ['pull_request', 'head', 'sha'],
    ['workflow_run', 'head_sha'],
    DEPLOYMENT,
    ['check_suite', 'head_sha'],
    ['check_run', 'head_sha'],
];
/**
 * The head commit of an event. GITHUB_SHA is the last resort, and none at all for pull requests: there it is a merge
 * commit that GitHub makes up, or the base branch, and nothing of it is ever deployed.
 */
function headCommit(eventName, event, githubSha) {
    const first = eventName.startsWith('deployment') ? [DEPLOYMENT] : [];
    for (const path of [...first, ...HEAD_COMMIT_PATHS]) {
        const sha = parseSha(dig(event, path));
        if (sha)
            return sha;
    }
    return eventName.startsWith('pull_request') ? undefined : parseSha(githubSha);
}
function dig(value, path) {
    return path.reduce((inner, key) => typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? inner[key]
        : undefined, value);
}


/***/ }),

/***/ 2398:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L8: () => (/* binding */ classify),
/* harmony export */   fB: () => (/* binding */ UNUSABLE_PROXY),
/* harmony export */   j$: () => (/* binding */ HttpError)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8674);
/* harmony import */ var _text_sanitize_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(4212);


/**
 * A request that did not give what was asked for. It carries the status (undefined when there was no answer), the
 * method, the URL without credentials and query, and the server's own words, cleaned and shortened; never a header.
 */
class HttpError extends _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ {
    name = 'HttpError';
    kind;
    status;
    method;
    url;
    words;
    /** Milliseconds after which the server wants to be asked again, for callers that can wait that long. */
    retryAfterMs;
    constructor(fields) {
        super(fields.message, {
            ...(fields.advice === undefined ? {} : { advice: fields.advice }),
            detail: [`${fields.method} ${fields.url}`, ...(fields.detail ?? [])],
        });
        this.kind = fields.kind;
        this.status = fields.status;
        this.method = fields.method;
        this.url = fields.url;
        this.words = fields.words ?? '';
        this.retryAfterMs = fields.retryAfterMs;
    }
}
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT']);
/** The code of an error that says so; its message must not repeat the URL, which can hold a password. */
const UNUSABLE_PROXY = 'ERR_UNUSABLE_PROXY';
/** Counted by ourselves, and by zlib; axios only says so in its message. */
const TOO_LARGE = new Set(['ERR_BODY_TOO_LARGE', 'ERR_BUFFER_TOO_LARGE']);
const CERTIFICATE = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;
const TLS = /^(ERR_SSL_|EPROTO)/;
/**
 * Sorts what a socket can throw. Only the code and Node's own sentence are read: the error object of the HTTP
 * library also holds the request's headers.
 * @param error `code` and `message` of what was thrown
 */
function classify(error, peer, host) {
    const { code, message } = error;
    if (TOO_LARGE.has(code) || /maxContentLength/.test(message)) {
        return {
            kind: 'too-large',
            sent: true,
            heals: false,
            sentence: `${host} sent more than this action accepts`,
            advice: `Check that ${peer.urlInput} is the address of a ${peer.name} server.`,
        };
    }
    if (code === UNUSABLE_PROXY) {
        return {
            kind: 'proxy',
            sent: false,
            heals: false,
            sentence: `the proxy that the environment names for ${host} is no usable URL`,
            advice: 'Check https_proxy and http_proxy: they are of the form http://user:password@host:port, with special characters in user and password percent-encoded.',
        };
    }
    if (message.startsWith('tunneling socket')) {
        const status = /statusCode=(\d{3})/.exec(message)?.[1];
        return {
            kind: 'proxy',
            sent: false,
            heals: status !== '407',
            sentence: `the proxy did not connect to ${host}${status ? ` (it answered ${status})` : ''}`,
            advice: 'Check https_proxy (with user and password when the proxy asks for them) and no_proxy.',
        };
    }
    if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
        return {
            kind: 'dns',
            sent: false,
            heals: true,
            sentence: `the host ${host} could not be found (${code})`,
            advice: `Check ${peer.urlInput}, and that the runner can resolve that name.`,
        };
    }
    if (CERTIFICATE.test(code) || TLS.test(code)) {
        return {
            kind: 'tls',
            sent: false,
            heals: false,
            sentence: `no secure connection to ${host}: ${(0,_text_sanitize_js__WEBPACK_IMPORTED_MODULE_1__/* .plain */ .pj)(message, 160)} (${code})`,
            advice: CERTIFICATE.test(code)
                ? 'If the server uses your own certificate authority, name its file in the environment variable NODE_EXTRA_CA_CERTS of this step.'
                : `Check that ${peer.urlInput} and the proxy speak TLS on that port.`,
        };
    }
    // The same codes come from a connection that stood and died; those name the call that failed.
    if (UNREACHABLE.has(code) && !/^(read|write)\b/.test(message)) {
        return {
            kind: 'refused',
            sent: false,
            heals: true,
            sentence: `no connection to ${host} (${code})`,
            advice: `Check ${peer.urlInput}, and that the runner may reach it (firewall, proxy, VPN).`,
        };
    }
    return {
        kind: 'reset',
        sent: true,
        heals: true,
        sentence: `the connection to ${host} broke${code ? ` (${(0,_text_sanitize_js__WEBPACK_IMPORTED_MODULE_1__/* .plain */ .pj)(code, 40)})` : ''}`,
        advice: 'Run the job again; if it stays, look at the server and at proxies in between.',
    };
}


/***/ }),

/***/ 2346:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ read),
/* harmony export */   o: () => (/* binding */ joined)
/* harmony export */ });
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7067);
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__nccwpck_require__.n(node_http__WEBPACK_IMPORTED_MODULE_0__);

/**
 * Sends a request without a body, over Node's own HTTP: that is on the wire in half the time that axios takes to load.
 * Redirects are not followed. Any status is an answer.
 * @param largest bytes of the body, as sent and again after decompression
 * @throws what the socket, the parser or zlib gives; a `RangeError` with code `ERR_BODY_TOO_LARGE` beyond `largest`
 * @throws an `AbortError` when `signal` aborts
 */
async function read({ method, url, headers }, agent, largest, signal) {
    // Late, as in transport.ts.
    const send = url.protocol === 'https:' ? (await Promise.resolve(/* import() */).then(__nccwpck_require__.t.bind(__nccwpck_require__, 4708, 23))).request : node_http__WEBPACK_IMPORTED_MODULE_0__.request;
    const response = await new Promise((resolve, reject) => {
        send(url, { method, agent, signal, headers: { ...headers, 'Accept-Encoding': 'gzip' } }, resolve)
            .once('error', reject)
            .end();
    });
    const body = await collect(response, largest);
    const bytes = response.headers['content-encoding'] === 'gzip' ? await unzip(body, largest) : body;
    return { status: response.statusCode ?? 0, header: (name) => joined(response.headers[name]), bytes };
}
async function collect(response, largest) {
    const chunks = [];
    let size = 0;
    for await (const chunk of response) {
        size += chunk.length;
        // Leaving the loop destroys the response, and with it the connection.
        if (size > largest)
            throw Object.assign(new RangeError('body too large'), { code: 'ERR_BODY_TOO_LARGE' });
        chunks.push(chunk);
    }
    return Buffer.concat(chunks, size);
}
async function unzip(body, largest) {
    // An answer without a body may still carry the header.
    if (body.length === 0)
        return body;
    const { gunzip } = await Promise.resolve(/* import() */).then(__nccwpck_require__.t.bind(__nccwpck_require__, 8522, 23));
    return await new Promise((resolve, reject) => {
        gunzip(body, { maxOutputLength: largest }, (error, bytes) => {
            if (error)
                reject(error);
            else
                resolve(bytes);
        });
    });
}
/** Node joins repeated headers, except the few that it gives as a list. */
function joined(value) {
    return Array.isArray(value) ? value.join(', ') : value;
}


/***/ }),

/***/ 1517:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   o: () => (/* binding */ createTransport)
/* harmony export */ });
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7067);
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__nccwpck_require__.n(node_http__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var actions_http_client_lib_proxy__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(9443);
/* harmony import */ var _failure_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(2398);
/* harmony import */ var _read_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(2346);




/** Bytes. JSON answers are far smaller; what is larger is no answer of the API. */
const LARGEST_ANSWER = 8 * 1024 * 1024;
/**
 * Sends what is read over Node's own HTTP, and what changes something through axios. Both use the same agents, so the
 * same connections, and follow proxies by the rules of GitHub's own actions. What they throw never leaves this function:
 * errors of axios hold the request's headers.
 * @param env to tell a proxy that cannot be used from none
 */
function createTransport(env = {}) {
    const agentFor = createAgents(env);
    return async (outgoing, peer, limit, signal) => {
        try {
            const agent = await agentFor(outgoing.url);
            const send = outgoing.method === 'GET' ? _read_js__WEBPACK_IMPORTED_MODULE_3__/* .read */ .L : (await Promise.all(/* import() */[__nccwpck_require__.e(637), __nccwpck_require__.e(539)]).then(__nccwpck_require__.bind(__nccwpck_require__, 6539))).write;
            const largest = outgoing.largestAnswer ?? LARGEST_ANSWER;
            const answer = await send(outgoing, agent, largest, AbortSignal.any([signal, limit]));
            return { kind: 'answer', answer };
        }
        catch (error) {
            signal.throwIfAborted();
            if (limit.aborted)
                return { kind: 'failure', failure: tooSlow(outgoing.url.host) };
            return { kind: 'failure', failure: (0,_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .classify */ .L8)(codeAndMessage(error), peer, outgoing.url.host) };
        }
    };
}
/** The agents keep connections open for the next request; through a proxy each request gets a connection of its own. */
function createAgents(env) {
    const direct = new Map();
    return async (url) => {
        if (hasProxy(url, env)) {
            // Late, because few jobs have a proxy.
            const { HttpClient } = await __nccwpck_require__.e(/* import() */ 639).then(__nccwpck_require__.bind(__nccwpck_require__, 5639));
            return new HttpClient().getAgent(url.href);
        }
        const agent = direct.get(url.protocol) ?? (await createAgent(url.protocol));
        direct.set(url.protocol, agent);
        return agent;
    };
}
/**
 * Whether a request goes through a proxy. Where the toolkit cannot read the variable it would go out directly, which is
 * never what somebody wanted who set it.
 */
function hasProxy(url, env) {
    if (proxyHost(url))
        return true;
    const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
    if ((env[name] || env[name.toUpperCase()]) && !(0,actions_http_client_lib_proxy__WEBPACK_IMPORTED_MODULE_1__/* .checkBypass */ .H)(url)) {
        throw Object.assign(new Error('unusable proxy'), { code: _failure_js__WEBPACK_IMPORTED_MODULE_2__/* .UNUSABLE_PROXY */ .fB });
    }
    return false;
}
/** Empty or undefined for what the toolkit takes for no proxy: "proxy.test:3128" is a URL with a strange scheme to it. */
function proxyHost(url) {
    try {
        return (0,actions_http_client_lib_proxy__WEBPACK_IMPORTED_MODULE_1__/* .getProxyUrl */ .s)(url)?.hostname;
    }
    catch {
        return undefined;
    }
}
async function createAgent(protocol) {
    if (protocol === 'http:')
        return new node_http__WEBPACK_IMPORTED_MODULE_0__.Agent({ keepAlive: true });
    // Late, because TLS takes a third of the time in which Node starts, and stand-ins on loopback do without.
    const { Agent: TlsAgent } = await Promise.resolve(/* import() */).then(__nccwpck_require__.t.bind(__nccwpck_require__, 4708, 23));
    return new TlsAgent({ keepAlive: true });
}
function tooSlow(host) {
    return {
        kind: 'timeout',
        sent: true,
        heals: true,
        sentence: `${host} did not answer in time`,
        advice: 'Raise request-timeout, or look at the status page of the server.',
    };
}
function codeAndMessage(error) {
    if (!(error instanceof Error))
        return { code: '', message: '' };
    const { code } = error;
    return { code: typeof code === 'string' ? code : '', message: error.message };
}


/***/ }),

/***/ 9407:
/***/ ((module, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(module, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__nccwpck_require__.n(node_fs__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _http_transport_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(1517);
/* harmony import */ var _inputs_load_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(2985);
/* harmony import */ var _text_redact_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(8806);
/* harmony import */ var _start_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(8824);
/* harmony import */ var _state_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(2462);
/* harmony import */ var _wait_clock_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(4951);
/* harmony import */ var _wait_signals_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(2356);








/*
 * Imported above is what the first request needs, and no more. The rest, @actions/core first of all, takes longer to
 * load, so it is loaded while that request is under way.
 */
const { env } = process;
const redactor = new _text_redact_js__WEBPACK_IMPORTED_MODULE_3__/* .Redactor */ .p();
for (const secret of (0,_inputs_load_js__WEBPACK_IMPORTED_MODULE_2__/* .readSecrets */ .q)(env))
    redactor.add(secret);
// As @actions/core reads it, which is not loaded yet.
const inPost = (0,_state_js__WEBPACK_IMPORTED_MODULE_7__/* .isPost */ .tl)({ read: (name) => env[`STATE_${name}`] ?? '' });
const event = readEvent(env['GITHUB_EVENT_PATH']);
const world = {
    env,
    redactor,
    clock: _wait_clock_js__WEBPACK_IMPORTED_MODULE_5__/* .systemClock */ .m,
    signal: (0,_wait_signals_js__WEBPACK_IMPORTED_MODULE_6__/* .cancellation */ .W)(process),
    start: (0,_start_js__WEBPACK_IMPORTED_MODULE_4__/* .readStart */ .H6)(env, event, _wait_clock_js__WEBPACK_IMPORTED_MODULE_5__/* .systemClock */ .m, (text) => redactor.redact(text)),
};
const saved = inPost || saveState(env['GITHUB_STATE']);
const transport = (0,_http_transport_js__WEBPACK_IMPORTED_MODULE_1__/* .createTransport */ .o)(env);
const ahead = inPost ? transport : (0,_start_js__WEBPACK_IMPORTED_MODULE_4__/* .headStart */ .xk)(world, transport);
// Loading blocks the event loop, so the request gets a turn of it to leave first.
await new Promise((resolve) => {
    setImmediate(resolve);
});
const { main, post } = await Promise.all(/* import() */[__nccwpck_require__.e(810), __nccwpck_require__.e(521)]).then(__nccwpck_require__.bind(__nccwpck_require__, 1521));
await (inPost ? post : main)({ ...world, transport: ahead }, saved);
/** An event that cannot be read is no reason to fail: what is then missing is asked for by name. */
function readEvent(path) {
    if (!path)
        return undefined;
    try {
        return JSON.parse((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(path, 'utf8').replace(/^\uFEFF/, ''));
    }
    catch {
        return undefined;
    }
}
/**
 * What a killed step leaves has to be there before its first request, and what writes it otherwise is not loaded yet.
 * @returns false when the runner's file cannot be written
 */
function saveState(file) {
    if (!file)
        return false;
    try {
        const descriptor = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.openSync)(file, node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_WRONLY | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_APPEND);
        (0,_start_js__WEBPACK_IMPORTED_MODULE_4__/* .leaveForPost */ .xs)(world.start, {
            save: (name, value) => {
                // Both values are single lines, so no line of them can be the delimiter.
                (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.appendFileSync)(descriptor, `${name}<<end-of-${name}\n${redactor.redact(value)}\nend-of-${name}\n`);
            },
        });
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(descriptor);
        return true;
    }
    catch {
        return false;
    }
}

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 832:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   a: () => (/* binding */ loadCommon),
/* harmony export */   n6: () => (/* binding */ givenCommit),
/* harmony export */   ui: () => (/* binding */ wantsSummary)
/* harmony export */ });
/* unused harmony export COMMON_DEFAULTS */
/* harmony import */ var _github_event_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5015);
/* harmony import */ var _wait_durations_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(120);
/* harmony import */ var _field_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2029);
/* harmony import */ var _parsers_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(5165);




/** Values of inputs that were not given. action.yml says the same; a test compares them. */
const COMMON_DEFAULTS = { 'request-timeout': '30s', retries: '5', summary: 'true' };
const LONGEST_REQUEST_TIMEOUT_MS = 60 * 60 * 1000;
const FIELDS = {
    commit: (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .field */ .ZZ)('a full commit SHA of 40 or 64 hex digits', _github_event_js__WEBPACK_IMPORTED_MODULE_0__/* .parseSha */ .qL),
    'request-timeout': (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .field */ .ZZ)('a duration from 1ms to 1h, such as 30s or 1m30s', (text) => {
        const ms = (0,_wait_durations_js__WEBPACK_IMPORTED_MODULE_2__/* .parseDuration */ .E)(text);
        return ms !== undefined && ms > 0 && ms <= LONGEST_REQUEST_TIMEOUT_MS ? ms : undefined;
    }),
    retries: (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .field */ .ZZ)('a whole number from 0 to 10', (text) => (0,_parsers_js__WEBPACK_IMPORTED_MODULE_3__/* .parseInteger */ .cG)(text, 0, 10)),
    summary: (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .field */ .ZZ)('true or false', _parsers_js__WEBPACK_IMPORTED_MODULE_3__/* .parseBoolean */ .yG),
};
/** The commit, whatever is wrong with the other inputs: more of them depend on it. */
function givenCommit(env, context) {
    return (0,_github_event_js__WEBPACK_IMPORTED_MODULE_0__/* .parseSha */ .qL)((0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .input */ .hF)(env, 'commit')?.text ?? context.headCommit);
}
function loadCommon(env, context, show) {
    const given = {
        commit: (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .input */ .hF)(env, 'commit') ?? (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .fallback */ .Np)('commit', context.headCommit),
        'request-timeout': (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .input */ .hF)(env, 'request-timeout') ?? (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .fallback */ .Np)('request-timeout', COMMON_DEFAULTS['request-timeout']),
        retries: (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .input */ .hF)(env, 'retries') ?? (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .fallback */ .Np)('retries', COMMON_DEFAULTS.retries),
        summary: (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .input */ .hF)(env, 'summary') ?? (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .fallback */ .Np)('summary', COMMON_DEFAULTS.summary),
    };
    const { values, problems } = (0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .check */ .z6)(FIELDS, given, show);
    if (!values)
        return { value: undefined, problems, notices: [] };
    const { commit, retries, summary } = values;
    return {
        value: { commit, retries, summary, requestTimeout: values['request-timeout'] },
        problems,
        notices: [],
    };
}
/** Whether to write the job summary, also when other inputs are wrong. */
function wantsSummary(env) {
    return (0,_parsers_js__WEBPACK_IMPORTED_MODULE_3__/* .parseBoolean */ .yG)((0,_field_js__WEBPACK_IMPORTED_MODULE_1__/* .input */ .hF)(env, 'summary')?.text ?? COMMON_DEFAULTS.summary) !== false;
}


/***/ }),

/***/ 2029:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ae: () => (/* binding */ anyText),
/* harmony export */   CC: () => (/* binding */ problem),
/* harmony export */   Np: () => (/* binding */ fallback),
/* harmony export */   T2: () => (/* binding */ secretField),
/* harmony export */   ZZ: () => (/* binding */ field),
/* harmony export */   bv: () => (/* binding */ variable),
/* harmony export */   hF: () => (/* binding */ input),
/* harmony export */   lq: () => (/* binding */ optional),
/* harmony export */   z6: () => (/* binding */ check)
/* harmony export */ });
/** The input of that name; undefined when it is missing, empty or blank. */
function input(env, name) {
    const text = env[`INPUT_${name.toUpperCase()}`]?.trim();
    return text ? { text, source: `input ${name}` } : undefined;
}
/** The environment variable of that name; undefined when it is missing, empty or blank. */
function variable(env, name) {
    const text = env[name]?.trim();
    return text ? { text, source: `environment variable ${name}` } : undefined;
}
/** A value for an input that was not given; a problem with it is told in the input's name. */
function fallback(name, text) {
    return text === undefined ? undefined : { text, source: `input ${name}` };
}
function field(expected, parse) {
    return { expected, parse };
}
function optional(inner) {
    return { ...inner, optional: true };
}
/** Any text, for what is looked at elsewhere. */
const anyText = optional(field('a text', (text) => text));
/** A field whose value is a secret: `Show` hides it, so the message says what it may hold. */
function secretField(expected, accepts) {
    return field(`${expected} without spaces or line breaks`, (text) => (accepts.test(text) ? text : undefined));
}
/**
 * Checks texts against a field for each.
 * @returns the values, or every problem in the order of the fields
 */
function check(fields, given, show) {
    const problems = [];
    const values = {};
    for (const [name, { expected, parse, ...rest }] of Object.entries(fields)) {
        const found = given[name];
        if (!found && 'optional' in rest)
            continue;
        values[name] = found && parse(found.text);
        if (values[name] === undefined) {
            problems.push(problem(found ?? { text: '', source: `input ${name}` }, expected, show));
        }
    }
    return { values: problems.length > 0 ? undefined : values, problems };
}
/** A problem in one line: where, what was expected, what was got. */
function problem({ source, text }, expected, show) {
    return `${source}: expected ${expected}, got ${text === '' ? 'nothing' : show(text)}`;
}


/***/ }),

/***/ 2985:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  I: () => (/* binding */ loadInputs),
  q: () => (/* binding */ readSecrets)
});

// EXTERNAL MODULE: ./src/errors.ts + 1 modules
var errors = __nccwpck_require__(8674);
// EXTERNAL MODULE: ./src/abf/submit/fields.ts
var fields = __nccwpck_require__(9091);
// EXTERNAL MODULE: ./src/text/sanitize.ts
var sanitize = __nccwpck_require__(4212);
// EXTERNAL MODULE: ./src/inputs/field.ts
var field = __nccwpck_require__(2029);
;// CONCATENATED MODULE: ./src/inputs/abf-credentials.ts

/** Inputs that hold secrets, each with the environment variable that may hold it instead. */
const ABF_SECRETS = [
    ['abf-token', 'ABF_TOKEN'],
    ['abf-password', 'ABF_PASSWORD'],
];
/**
 * Secrets beyond `ABF_SECRETS` that must not be shown: user and password as a pair, because its base64 is what a request
 * carries. A token is a user with an empty password.
 */
function abfPairs(env) {
    const user = (0,field/* input */.hF)(env, 'abf-username') ?? (0,field/* variable */.bv)(env, 'ABF_USERNAME');
    const passwords = [(0,field/* input */.hF)(env, 'abf-password'), (0,field/* variable */.bv)(env, 'ABF_PASSWORD')];
    const tokens = [(0,field/* input */.hF)(env, 'abf-token'), (0,field/* variable */.bv)(env, 'ABF_TOKEN')];
    return [
        ...tokens.flatMap((token) => (token ? [`${token.text}:`] : [])),
        ...(user ? passwords.flatMap((password) => (password ? [`${user.text}:${password.text}`] : [])) : []),
    ];
}
/** What is wrong with the credentials for an operation, before the server is asked. */
function credentialProblems(operation, given) {
    const { 'abf-token': token, 'abf-username': user, 'abf-password': password } = given;
    if (token)
        return [];
    if (user && !password)
        return [nothing('abf-password', 'the password of abf-username')];
    if (password && !user)
        return [nothing('abf-username', 'the login that abf-password is for')];
    if (user || operation === 'watch' || operation === 'search')
        return [];
    return [
        nothing('abf-token', `an ABF API token (or ABF_TOKEN, or abf-username with abf-password), as abf-operation is ${operation}`),
    ];
}
/** The credentials to send, a token before a login, and where they were found. */
function credentialsOf(values, given) {
    const { 'abf-token': token, 'abf-username': user, 'abf-password': password } = values;
    if (token !== undefined) {
        return {
            credentials: { user: token, password: '' },
            credentialsSource: given['abf-token']?.source,
        };
    }
    if (user === undefined || password === undefined) {
        return { credentials: undefined, credentialsSource: undefined };
    }
    return { credentials: { user, password }, credentialsSource: given['abf-username']?.source };
}
/** The problem with an input that is not there. */
function nothing(name, expected) {
    return (0,field/* problem */.CC)({ text: '', source: `input ${name}` }, expected, String);
}

// EXTERNAL MODULE: ./src/github/event.ts
var github_event = __nccwpck_require__(5015);
// EXTERNAL MODULE: ./src/wait/durations.ts
var durations = __nccwpck_require__(120);
// EXTERNAL MODULE: ./src/inputs/parsers.ts
var parsers = __nccwpck_require__(5165);
;// CONCATENATED MODULE: ./src/inputs/abf-parse.ts



/** Texts of ABF's inputs to values. Each gives undefined, or problems, for what it does not accept; none throws. */
/** Ids are 32 bit numbers on the servers. */
function parseId(text) {
    if (!/^\d{1,10}$/.test(text))
        return undefined;
    const id = Number(text);
    return id >= 1 && id <= 2_147_483_647 ? id : undefined;
}
/** `left/right` with something on both sides, or a numeric id. */
function parsePair(text) {
    return parseId(text) !== undefined || /^[^\s/?#%]+\/[^\s/?#%]+$/.test(text) ? text : undefined;
}
function parsePairs(text) {
    const list = (0,parsers/* parseList */.E1)(text);
    return list.every((item) => parsePair(item) !== undefined) ? list : undefined;
}
/** The name of a platform, such as `cooker` or `rosa2021.1`, or a numeric id. */
function parsePlatform(text) {
    return /^[\w.-]{1,100}$/.test(text) ? text : undefined;
}
function parseArches(text) {
    const list = (0,parsers/* parseList */.E1)(text);
    return list.length > 0 && list.every((arch) => /^[\w-]{1,40}$/.test(arch)) ? list : undefined;
}
function parseMode(text) {
    switch (text.toLowerCase()) {
        case 'none':
        case 'false':
            return 'none';
        case 'default':
        case 'true':
            return 'default';
        case 'testing':
            return 'testing';
        default:
            return undefined;
    }
}
/** Ids as a list or, as this action's own output has them, as a JSON array; each once, in order. */
function parseBuildIds(text) {
    const list = (0,parsers/* parseList */.E1)(/^\[.*\]$/s.test(text) ? text.slice(1, -1) : text);
    const ids = list.flatMap((item) => parseId(item) ?? []);
    return ids.length === list.length && ids.length > 0 ? [...new Set(ids)] : undefined;
}
/** A JSON object with fields of a create that no other input sets. */
function parseOptions(given, show) {
    if (!given)
        return { value: {}, problems: [] };
    let json;
    try {
        json = JSON.parse(given.text);
        // It goes out as JSON again, which fails on what is nested some thousand levels deep.
        JSON.stringify(json);
    }
    catch {
        json = undefined;
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
        return {
            value: {},
            problems: [(0,field/* problem */.CC)(given, 'a JSON object such as {"use_extra_tests": false}', show)],
        };
    }
    const value = { ...json };
    const problems = Object.keys(value).flatMap((key) => {
        const owner = Object.hasOwn(fields/* OWNED_FIELDS */.Cd, key) ? fields/* OWNED_FIELDS */.Cd[key] : undefined;
        return owner === undefined
            ? []
            : [(0,field/* problem */.CC)({ ...given, text: key }, `no field that the input ${owner} sets`, show)];
    });
    return { value, problems };
}
const NUMBER = { expected: 'a whole number', accepts: /^\d{1,10}$/ };
const MOMENT = { expected: 'Unix seconds or DD/MM/YYYY', accepts: /^(\d{1,12}|\d{2}\/\d{2}\/\d{4})$/ };
const TEXT = { expected: 'a text', accepts: /./ };
const FLAG = { expected: 'true, false, 1 or 0', accepts: /^(true|false|0|1)$/ };
/** The servers' filter keys. They take an empty or crooked value for 0, which finds nothing, so it is refused here. */
const FILTER_KEYS = {
    arch_id: NUMBER,
    build_for_platform_id: NUMBER,
    created_at_end: MOMENT,
    created_at_start: MOMENT,
    id: NUMBER,
    is_circle: FLAG,
    mass_build_id: {
        expected: 'a whole number, or -1 for builds outside of mass builds',
        accepts: /^(-1|\d{1,10})$/,
    },
    new_core: { expected: '0 or 1', accepts: /^[01]$/ },
    ownership: {
        expected: 'owned, related, everything or index',
        accepts: /^(owned|related|everything|index)$/,
    },
    project_name: TEXT,
    project_version: TEXT,
    save_to_platform_id: NUMBER,
    save_to_repository_id: NUMBER,
    status: NUMBER,
    updated_at_end: MOMENT,
    updated_at_start: MOMENT,
};
/** Keys that servers of about 2012 knew and those of today read without using them. */
const IGNORED_FILTER_KEYS = new Set([
    'created_at_start',
    'created_at_end',
    'is_circle',
]);
/** `key=value` lines. */
function parseFilter(given, show) {
    if (!given)
        return { value: undefined, problems: [] };
    const value = {};
    const problems = [];
    for (const line of given.text.split(/[\r\n]+/).map((text) => text.trim())) {
        if (line === '')
            continue;
        const [, key = '', text = ''] = /^([^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
        const rule = Object.hasOwn(FILTER_KEYS, key) ? FILTER_KEYS[key] : undefined;
        if (!rule) {
            problems.push((0,field/* problem */.CC)({ ...given, text: line }, `lines key=value with a key of ${Object.keys(FILTER_KEYS).join(', ')}`, show));
        }
        else if (!rule.accepts.test(text)) {
            problems.push((0,field/* problem */.CC)({ ...given, text }, `${rule.expected} for ${key}`, show));
        }
        else if (Object.hasOwn(value, key)) {
            problems.push((0,field/* problem */.CC)({ ...given, text: line }, `${key} only once`, show));
        }
        else {
            value[key] = text;
        }
    }
    return { value, problems };
}

;// CONCATENATED MODULE: ./src/inputs/abf-fields.ts






/** The inputs of the ABF part one by one: defaults, and what each accepts. How they go together is in `abf.ts`. */
/** Values of inputs that were not given. action.yml says the same; a test compares them. */
const ABF_DEFAULTS = {
    'abf-url': 'https://abf.openmandriva.org',
    'abf-arches': 'x86_64',
    'abf-update-type': 'bugfix',
    'abf-auto-publish': 'none',
    'abf-reuse': 'true',
    'abf-wait': 'true',
    'abf-timeout': '5h30m',
    'abf-poll-interval': '30s',
    'abf-on-abort': 'cancel',
    'abf-tests-failed': 'fail',
    'abf-unpermitted-arch': 'skip',
    'abf-log-lines': '50',
};
const OPERATIONS = [
    'build',
    'watch',
    'publish',
    'publish-into-testing',
    'reject',
    'cancel',
    'search',
];
const LONGEST_TIMEOUT_MS = 120 * 3_600_000;
const LONGEST_INTERVAL_MS = 3_600_000;
const MOST_LOG_LINES = 1000;
const ABF_FIELDS = {
    'abf-operation': oneOf(OPERATIONS),
    'abf-url': (0,field/* field */.ZZ)('the base URL of an ABF server such as https://abf.openmandriva.org (https, or http on loopback; no user, query or /api/v1)', (text) => (/\/api\/v1\/?$/.test(text) ? undefined : (0,parsers/* parseBaseUrl */.Q2)(text))),
    'abf-token': (0,field/* optional */.lq)((0,field/* secretField */.T2)('an ABF API token', /^[\x21-\x39\x3b-\x7e]+$/)),
    'abf-username': (0,field/* optional */.lq)((0,field/* field */.ZZ)('a login without a colon', (text) => (text.includes(':') ? undefined : text))),
    'abf-password': field/* anyText */.Ae,
    'abf-project': (0,field/* optional */.lq)((0,field/* field */.ZZ)('a project as owner/name, or its numeric id', parsePair)),
    'abf-commit': (0,field/* optional */.lq)((0,field/* field */.ZZ)('a full commit SHA of 40 or 64 hex digits', github_event/* parseSha */.qL)),
    'abf-project-version': (0,field/* optional */.lq)((0,field/* field */.ZZ)('a branch or tag without spaces', (text) => (/\s/.test(text) ? undefined : text))),
    'abf-repository': (0,field/* optional */.lq)((0,field/* field */.ZZ)('a repository as platform/repository, or its numeric id', parsePair)),
    'abf-platform': (0,field/* optional */.lq)((0,field/* field */.ZZ)('the name of a platform, or its numeric id', parsePlatform)),
    'abf-include-repositories': (0,field/* optional */.lq)((0,field/* field */.ZZ)('repositories as platform/repository or numeric ids, separated by commas, spaces or line breaks', parsePairs)),
    'abf-arches': (0,field/* field */.ZZ)('names or numeric ids of architectures, separated by commas, spaces or line breaks', parseArches),
    'abf-update-type': oneOf(fields/* UPDATE_TYPES */.YK),
    'abf-auto-publish': (0,field/* field */.ZZ)('none, default, testing, false or true', parseMode),
    'abf-build-options': field/* anyText */.Ae,
    'abf-build-list-ids': (0,field/* optional */.lq)((0,field/* field */.ZZ)('numeric ids of build lists, as a list or a JSON array', parseBuildIds)),
    'abf-filter': field/* anyText */.Ae,
    'abf-reuse': (0,field/* field */.ZZ)('true or false', parsers/* parseBoolean */.yG),
    'abf-wait': (0,field/* field */.ZZ)('true or false', parsers/* parseBoolean */.yG),
    'abf-timeout': duration('from 1s to 120h, such as 90m or 5h30m', 1000, LONGEST_TIMEOUT_MS),
    'abf-poll-interval': duration('from 1s to 1h, such as 30s', 1000, LONGEST_INTERVAL_MS),
    'abf-on-abort': oneOf(['cancel', 'leave']),
    'abf-tests-failed': oneOf(['fail', 'accept']),
    'abf-unpermitted-arch': oneOf(['skip', 'fail']),
    'abf-log-lines': (0,field/* field */.ZZ)(`a whole number from 0 to ${MOST_LOG_LINES}`, (text) => (0,parsers/* parseInteger */.cG)(text, 0, MOST_LOG_LINES)),
};
function oneOf(choices) {
    return (0,field/* field */.ZZ)(choices.join(', '), (text) => choices.find((choice) => choice === text));
}
function duration(expected, min, max) {
    return (0,field/* field */.ZZ)(`a duration ${expected}`, (text) => {
        const ms = (0,durations/* parseDuration */.E)(text);
        return ms !== undefined && ms >= min && ms <= max ? ms : undefined;
    });
}

;// CONCATENATED MODULE: ./src/inputs/abf.ts








/** Any of these turns the ABF part on. */
const SWITCHES = ['abf-project', 'abf-build-list-ids', 'abf-filter', 'abf-operation'];
/**
 * @param commit what `abf-commit` is when it is not given; undefined when that has a problem of its own
 * @param show repeats what was given in messages, without secrets
 */
function loadAbf(env, commit, show) {
    if (SWITCHES.every((name) => (0,field/* input */.hF)(env, name) === undefined)) {
        return { value: { off: true }, problems: [], notices: [] };
    }
    const given = readTexts(env, commit);
    const { values, problems } = (0,field/* check */.z6)(ABF_FIELDS, given, show);
    const operation = OPERATIONS.find((choice) => choice === given['abf-operation']?.text);
    const options = parseOptions(given['abf-build-options'], show);
    const filter = parseFilter(given['abf-filter'], show);
    const all = [
        ...problems,
        ...(operation ? [...missing(operation, given), ...credentialProblems(operation, given)] : []),
        ...options.problems,
        ...filter.problems,
    ];
    if (!values || all.length > 0)
        return { value: undefined, problems: all, notices: [] };
    const task = taskOf(values, options.value, filter.value);
    // Without a commit there is nothing to build, and the problem with the commit is told elsewhere.
    if (!task)
        return { value: undefined, problems: [], notices: [] };
    return {
        problems: [],
        notices: notices(values, options.value, filter.value),
        value: {
            off: false,
            task,
            baseUrl: values['abf-url'],
            ...credentialsOf(values, given),
            reuse: values['abf-reuse'],
            wait: values['abf-wait'],
            timeout: values['abf-timeout'],
            pollInterval: values['abf-poll-interval'],
            onAbort: values['abf-on-abort'],
            testsFailed: values['abf-tests-failed'],
            unpermittedArch: values['abf-unpermitted-arch'],
            logLines: values['abf-log-lines'],
        },
    };
}
function readTexts(env, commit) {
    const names = Object.keys(ABF_FIELDS);
    const defaults = ABF_DEFAULTS;
    const texts = Object.fromEntries(names.map((name) => [name, (0,field/* input */.hF)(env, name) ?? (0,field/* fallback */.Np)(name, defaults[name])]));
    return {
        ...texts,
        'abf-operation': texts['abf-operation'] ?? (0,field/* fallback */.Np)('abf-operation', usualOperation(texts)),
        'abf-commit': texts['abf-commit'] ?? (0,field/* fallback */.Np)('commit', commit),
        'abf-token': texts['abf-token'] ?? (0,field/* variable */.bv)(env, 'ABF_TOKEN'),
        'abf-username': texts['abf-username'] ?? (0,field/* variable */.bv)(env, 'ABF_USERNAME'),
        'abf-password': texts['abf-password'] ?? (0,field/* variable */.bv)(env, 'ABF_PASSWORD'),
    };
}
function usualOperation(texts) {
    return texts['abf-project'] ? 'build' : texts['abf-build-list-ids'] ? 'watch' : 'search';
}
/** What an operation cannot do without. */
function missing(operation, given) {
    if (operation === 'build') {
        return ['abf-project', 'abf-repository']
            .filter((name) => given[name] === undefined)
            .map((name) => nothing(name, 'a value, as abf-operation is build'));
    }
    const named = given['abf-build-list-ids'] ?? given['abf-filter'];
    return named === undefined && operation !== 'search'
        ? [nothing('abf-build-list-ids', `ids (or abf-filter), as abf-operation is ${operation}`)]
        : [];
}
function taskOf(values, options, filter) {
    const operation = values['abf-operation'];
    const ids = values['abf-build-list-ids'] ?? [];
    if (operation !== 'build')
        return { operation, ids, filter };
    const { 'abf-project': project, 'abf-repository': repository, 'abf-commit': commit } = values;
    if (project === undefined || repository === undefined || commit === undefined)
        return undefined;
    return {
        operation,
        wanted: {
            project,
            commit,
            repository,
            projectVersion: values['abf-project-version'],
            platform: values['abf-platform'],
            includeRepositories: values['abf-include-repositories'] ?? [],
            arches: values['abf-arches'],
            updateType: values['abf-update-type'],
            mode: values['abf-auto-publish'],
            options,
        },
    };
}
function notices(values, options, filter) {
    const build = values['abf-operation'] === 'build';
    const unknown = Object.keys(options).filter((key) => !fields/* KNOWN_OPTIONS */.$D.has(key));
    const ignored = Object.keys(filter ?? {}).filter((key) => IGNORED_FILTER_KEYS.has(key));
    const unused = ['abf-build-list-ids', 'abf-filter'].filter((name) => build && values[name] !== undefined);
    return [
        ...(values['abf-token'] !== undefined && values['abf-username'] !== undefined
            ? ['abf-token is used; abf-username and abf-password are not.']
            : []),
        ...(unknown.length > 0
            ? [
                `abf-build-options: ${unknown.map((key) => (0,sanitize/* plain */.pj)(key, 60)).join(', ')} is passed on, but servers drop fields that they do not know without a word.`,
            ]
            : []),
        ...(ignored.length > 0
            ? [`abf-filter: ${ignored.join(', ')} is sent, but today's servers take no notice of it.`]
            : []),
        ...unused.map((name) => `${name} is not used, because abf-operation is build.`),
    ];
}

// EXTERNAL MODULE: ./src/inputs/common.ts
var inputs_common = __nccwpck_require__(832);
;// CONCATENATED MODULE: ./src/inputs/lifecycle.ts



/** Values of inputs that were not given. action.yml says the same; a test compares them. */
const LIFECYCLE_DEFAULTS = { 'set-commits': 'auto', finalize: 'true' };
const MODES = ['auto', 'refs', 'commits', 'skip'];
const LONGEST_NAME = 64;
const FIELDS = {
    'set-commits': (0,field/* field */.ZZ)('auto, refs, commits or skip', (text) => {
        const mode = text.toLowerCase();
        return MODES.includes(mode) ? mode : undefined;
    }),
    'previous-commit': (0,field/* optional */.lq)((0,field/* field */.ZZ)('a commit SHA of 7 to 64 hex digits', (text) => /^[0-9a-f]{7,64}$/i.test(text) ? text.toLowerCase() : undefined)),
    'github-token': (0,field/* optional */.lq)((0,field/* secretField */.T2)('a GitHub token', /^[\x21-\x7e]+$/)),
    finalize: (0,field/* field */.ZZ)('true or false', parsers/* parseBoolean */.yG),
    environment: (0,field/* optional */.lq)((0,field/* field */.ZZ)(`an environment of at most ${LONGEST_NAME} characters without "/" and line breaks`, (text) => (0,sanitize/* lengthOf */.Y5)(text) <= LONGEST_NAME && !/[/\r\n\f]/.test(text) ? text : undefined)),
    'deploy-name': (0,field/* optional */.lq)((0,field/* field */.ZZ)(`a name of at most ${LONGEST_NAME} characters`, (text) => (0,sanitize/* lengthOf */.Y5)(text) <= LONGEST_NAME ? text : undefined)),
    'deploy-url': (0,field/* optional */.lq)((0,field/* field */.ZZ)('an http or https URL of at most 200 characters', parsers/* parseLink */.Ap)),
    'started-at': (0,field/* optional */.lq)((0,field/* field */.ZZ)('a time in ISO 8601 such as 2026-01-31T12:00:00Z, or in Unix seconds', parsers/* parseTime */.pe)),
};
const OPTIONAL = [
    'previous-commit',
    'github-token',
    'environment',
    'deploy-name',
    'deploy-url',
    'started-at',
];
function loadLifecycle(env, context, show) {
    const given = {
        'set-commits': (0,field/* input */.hF)(env, 'set-commits') ?? (0,field/* fallback */.Np)('set-commits', LIFECYCLE_DEFAULTS['set-commits']),
        finalize: (0,field/* input */.hF)(env, 'finalize') ?? (0,field/* fallback */.Np)('finalize', LIFECYCLE_DEFAULTS.finalize),
        ...Object.fromEntries(OPTIONAL.map((name) => [name, (0,field/* input */.hF)(env, name)])),
    };
    const { values, problems } = (0,field/* check */.z6)(FIELDS, given, show);
    if (!values)
        return { value: undefined, problems, notices: [] };
    const { environment } = values;
    const unused = ['deploy-name', 'deploy-url', 'started-at'].filter((name) => values[name] !== undefined);
    return {
        problems,
        notices: environment === undefined && unused.length > 0
            ? [`No deploy is recorded, because environment is not given: ${unused.join(', ')} has no effect.`]
            : [],
        value: {
            setCommits: values['set-commits'],
            previousCommit: realCommit(values['previous-commit']),
            githubToken: values['github-token'],
            finalize: values.finalize,
            deploy: environment === undefined
                ? undefined
                : Object.freeze({
                    environment,
                    startedAt: values['started-at'],
                    ...deployIdentity(context, values['deploy-name'], values['deploy-url']),
                }),
        },
    };
}
/** GitHub writes zeros where a push has no commit before it. */
function realCommit(sha) {
    return sha === undefined || /^0+$/.test(sha) ? undefined : sha;
}
/** Identity of the deploy: the URL of this run attempt, unless the input deploy-url gives another one. */
function deployIdentity({ serverUrl, repository, runId, runAttempt }, name, url) {
    const own = (0,parsers/* parseLink */.Ap)(`${serverUrl}/${repository ?? ''}/actions/runs/${runId}/attempts/${runAttempt}`);
    return { name, url: url ?? own, urlGiven: url !== undefined };
}

;// CONCATENATED MODULE: ./src/sentry/token.ts
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/**
 * Reads an organization token: `sntrys_`, base64 of JSON with `org` and `url`, `_`, secret. Undefined for every
 * other kind of token, and for one that cannot be decoded: it is then used as it is.
 */
function decodeOrgToken(token) {
    const [prefix, payload = '', secret = '', ...rest] = token.split('_');
    if (prefix !== 'sntrys' || rest.length > 0 || !BASE64.test(payload) || secret === '')
        return undefined;
    try {
        const claims = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
        if (typeof claims !== 'object' || claims === null)
            return undefined;
        const { org, url } = claims;
        if (typeof org !== 'string' || org === '')
            return undefined;
        return { organization: org, url: typeof url === 'string' && url !== '' ? url : undefined };
    }
    catch {
        return undefined;
    }
}

// EXTERNAL MODULE: ./src/sentry/version.ts
var sentry_version = __nccwpck_require__(6963);
;// CONCATENATED MODULE: ./src/inputs/release.ts





/** Values of inputs that were not given. action.yml says the same; a test compares them. */
const SENTRY_DEFAULTS = { 'restore-archived': 'false' };
/** Where most organizations live; the last resort, after input, variable and token. */
const SAAS = 'https://sentry.io/';
const LONGEST_REF = 200;
const release_FIELDS = {
    'sentry-auth-token': (0,field/* secretField */.T2)('a Sentry auth token', /^[\x21-\x7e]+$/),
    organization: (0,field/* field */.ZZ)('an organization slug, as in the address of its pages (or SENTRY_ORG, or an organization token)', (text) => ((0,parsers/* isSlug */.u5)(text) ? text : undefined)),
    'sentry-url': (0,field/* field */.ZZ)('the base URL of a Sentry server such as https://sentry.io/ (https, or http on loopback; no user, query or /api/0)', (text) => (/\/api\/0\/?$/.test(text) ? undefined : (0,parsers/* parseBaseUrl */.Q2)(text))),
    projects: (0,field/* field */.ZZ)('at least one project slug or id, separated by commas, spaces or line breaks', (text) => {
        const list = (0,parsers/* parseList */.E1)(text);
        return list.length > 0 && list.every(parsers/* isSlug */.u5) ? list : undefined;
    }),
    version: field/* anyText */.Ae,
    ref: (0,field/* optional */.lq)((0,field/* field */.ZZ)(`a branch or tag of at most ${LONGEST_REF} characters`, (text) => (0,sanitize/* lengthOf */.Y5)(text) <= LONGEST_REF ? text : undefined)),
    url: (0,field/* optional */.lq)((0,field/* field */.ZZ)('an http or https URL of at most 200 characters', parsers/* parseLink */.Ap)),
    'restore-archived': (0,field/* field */.ZZ)('true or false', parsers/* parseBoolean */.yG),
};
/** @param commit undefined when the input or the event did not give a usable one */
function loadSentry(env, context, commit, show) {
    const token = (0,field/* input */.hF)(env, 'sentry-auth-token') ?? (0,field/* variable */.bv)(env, 'SENTRY_AUTH_TOKEN');
    const claims = decodeOrgToken(token?.text ?? '');
    const fromToken = (text) => text === undefined ? undefined : { text, source: `the token from ${token?.source ?? ''}` };
    const prefix = (0,field/* input */.hF)(env, 'version-prefix')?.text ?? '';
    const given = {
        'sentry-auth-token': token,
        organization: (0,field/* input */.hF)(env, 'organization') ?? (0,field/* variable */.bv)(env, 'SENTRY_ORG') ?? fromToken(claims?.organization),
        'sentry-url': (0,field/* input */.hF)(env, 'sentry-url') ??
            (0,field/* variable */.bv)(env, 'SENTRY_URL') ??
            fromToken(claims?.url) ??
            (0,field/* fallback */.Np)('sentry-url', SAAS),
        projects: (0,field/* input */.hF)(env, 'projects') ?? (0,field/* variable */.bv)(env, 'SENTRY_PROJECT'),
        version: (0,field/* input */.hF)(env, 'version') ?? derivedVersion(prefix, commit),
        ref: (0,field/* input */.hF)(env, 'ref'),
        url: (0,field/* input */.hF)(env, 'url'),
        'restore-archived': (0,field/* input */.hF)(env, 'restore-archived') ?? (0,field/* fallback */.Np)('restore-archived', SENTRY_DEFAULTS['restore-archived']),
    };
    const { values, problems } = (0,field/* check */.z6)(release_FIELDS, given, show);
    const all = [
        ...problems,
        ...versionProblems(given.version, show),
        ...clash(given.organization, claims, show),
    ];
    // Without a commit the version is missing too, and the problem with the commit says so.
    if (!values || all.length > 0 || values.version === undefined) {
        return { value: undefined, problems: all, notices: [] };
    }
    return {
        problems: [],
        notices: [
            ...(prefix && (0,field/* input */.hF)(env, 'version') ? ['version-prefix is not used, because version is given.'] : []),
            ...urlNotice(values['sentry-url'], given['sentry-url'], claims, show),
        ],
        value: {
            token: values['sentry-auth-token'],
            tokenSource: token?.source ?? '',
            organization: values.organization,
            baseUrl: values['sentry-url'],
            projects: Object.freeze(values.projects),
            version: values.version,
            ref: preferred(values.ref, defaultRef(context)),
            url: preferred(values.url, defaultUrl(context, commit)),
            restoreArchived: values['restore-archived'],
        },
    };
}
function derivedVersion(prefix, commit) {
    if (commit === undefined)
        return undefined;
    return { text: prefix + commit, source: prefix ? 'input version-prefix' : 'input commit' };
}
function versionProblems(version, show) {
    const expected = version && (0,sentry_version/* versionProblem */.E)(version.text);
    return version && expected ? [(0,field/* problem */.CC)(version, expected, show)] : [];
}
/** The token only works for its own organization, so anything else is a mistake that would end in a 403. */
function clash(organization, claims, show) {
    if (!organization || !claims || claims.organization === organization.text)
        return [];
    return [(0,field/* problem */.CC)(organization, `the organization of the token, ${show(claims.organization)}`, show)];
}
function urlNotice(baseUrl, given, claims, show) {
    if (claims?.url === undefined || (0,parsers/* parseBaseUrl */.Q2)(claims.url) === baseUrl)
        return [];
    return [
        `The token was made at ${show(claims.url)}, but ${given?.source ?? ''} says ${show(baseUrl)}, which is used.`,
    ];
}
function preferred(given, otherwise) {
    return Object.freeze({ value: given ?? otherwise, explicit: given !== undefined });
}
/** The branch or tag of the event. One that Sentry has no room for is left out: nobody asked for it. */
function defaultRef({ refName }) {
    return refName !== undefined && (0,sanitize/* lengthOf */.Y5)(refName) <= LONGEST_REF ? refName : undefined;
}
/** The commit's page on GitHub, left out where Sentry would refuse it (too long, or a host without a dot). */
function defaultUrl({ serverUrl, repository }, commit) {
    return repository === undefined || commit === undefined
        ? undefined
        : (0,parsers/* parseLink */.Ap)(`${serverUrl}/${repository}/commit/${commit}`);
}

;// CONCATENATED MODULE: ./src/inputs/load.ts







/** Inputs that hold secrets, each with the environment variable that may hold it instead. */
const SECRETS = [
    ['sentry-auth-token', 'SENTRY_AUTH_TOKEN'],
    ['github-token'],
    ...ABF_SECRETS,
];
/** The values that have to be masked before anything is logged. */
function readSecrets(env) {
    const single = SECRETS.flatMap(([name, other]) => [
        (0,field/* input */.hF)(env, name),
        other === undefined ? undefined : (0,field/* variable */.bv)(env, other),
    ]);
    return [...single.flatMap((given) => given?.text ?? []), ...abfPairs(env)];
}
/**
 * Reads all inputs, with their environment variables and defaults, into one frozen value.
 * @param redact takes secrets out of what is repeated, before it is shortened
 * @throws ActionError that lists every problem of every input
 */
function loadInputs(env, context, redact) {
    const show = (text) => (0,sanitize/* quoted */.TL)(redact(text));
    const commit = (0,inputs_common/* givenCommit */.n6)(env, context);
    const common = (0,inputs_common/* loadCommon */.a)(env, context, show);
    const sentry = loadSentry(env, context, commit, show);
    const lifecycle = loadLifecycle(env, context, show);
    const abf = loadAbf(env, commit, show);
    const parts = [common, sentry, lifecycle, abf];
    const problems = parts.flatMap((part) => part.problems);
    if (!common.value || !sentry.value || !lifecycle.value || !abf.value || problems.length > 0) {
        throw invalid(problems);
    }
    return Object.freeze({
        ...common.value,
        sentry: Object.freeze(sentry.value),
        lifecycle: Object.freeze(lifecycle.value),
        abf: Object.freeze(abf.value),
        notices: Object.freeze(parts.flatMap((part) => part.notices)),
    });
}
function invalid(problems) {
    const count = problems.length === 1 ? 'An input is' : `${problems.length} inputs are`;
    return new errors/* ActionError */.lZ(`${count} not usable. No request was sent.\n${problems.join('\n')}`, {
        title: 'Invalid input',
        advice: 'Correct the inputs of this step.',
    });
}


/***/ }),

/***/ 5165:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ap: () => (/* binding */ parseLink),
/* harmony export */   E1: () => (/* binding */ parseList),
/* harmony export */   Q2: () => (/* binding */ parseBaseUrl),
/* harmony export */   U9: () => (/* binding */ isLoopback),
/* harmony export */   cG: () => (/* binding */ parseInteger),
/* harmony export */   pe: () => (/* binding */ parseTime),
/* harmony export */   u5: () => (/* binding */ isSlug),
/* harmony export */   yG: () => (/* binding */ parseBoolean)
/* harmony export */ });
/* harmony import */ var _text_sanitize_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(4212);

/** Texts of inputs to values. Each gives undefined for what it does not accept; none throws. */
/** `true` or `false` in any case, nothing else. */
function parseBoolean(text) {
    const lower = text.toLowerCase();
    return lower === 'true' ? true : lower === 'false' ? false : undefined;
}
/** Items separated by line breaks, commas or spaces, each once, in order. */
function parseList(text) {
    return [...new Set(text.split(/[\s,]+/).filter((item) => item !== ''))];
}
/** A whole number from `min` to `max`, in digits. */
function parseInteger(text, min, max) {
    if (!/^\d{1,15}$/.test(text))
        return undefined;
    const value = Number(text);
    return value >= min && value <= max ? value : undefined;
}
/** Loopback, where plain http cannot be listened to by others. */
function isLoopback(hostname) {
    return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
/**
 * The base URL of a server, with a slash at its end: https, or http on loopback; a path prefix, but no user, query or
 * fragment.
 */
function parseBaseUrl(text) {
    if (!URL.canParse(text) || /[\s?#]/.test(text))
        return undefined;
    const url = new URL(text);
    const secure = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
    if (!secure || url.username || url.password)
        return undefined;
    return url.pathname.endsWith('/') ? url.href : `${url.href}/`;
}
/** Sentry's column for links. */
const LONGEST_LINK = 200;
/**
 * A link as Sentry accepts it: http or https, a host with a dot (or localhost, or an address), no spaces, at most 200
 * characters. It is kept as it was written.
 */
function parseLink(text) {
    // The URL parser mends what Sentry refuses: backslashes, and schemes without two slashes.
    if ((0,_text_sanitize_js__WEBPACK_IMPORTED_MODULE_0__/* .lengthOf */ .Y5)(text) > LONGEST_LINK || !/^https?:\/\/[^\s<>"\\]+$/i.test(text) || !URL.canParse(text)) {
        return undefined;
    }
    const { hostname } = new URL(text);
    const host = hostname.replace(/\.$/, '');
    return host === 'localhost' || host.startsWith('[') || /^[^.]+(\.[^.]+)+$/.test(host) ? text : undefined;
}
/** Names that Sentry uses in paths: letters, digits, `-` and `_`. */
function isSlug(text) {
    return /^[A-Za-z0-9_-]{1,100}$/.test(text);
}
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:?\d{2})?)?$/;
/**
 * A point in time as ISO 8601 in UTC, from ISO 8601 (without an offset: UTC) or from Unix seconds (9 or 10 digits, so
 * that neither milliseconds nor a date without dashes is taken for them).
 */
function parseTime(text) {
    if (/^\d{9,10}(\.\d{1,9})?$/.test(text))
        return new Date(Number(text) * 1000).toISOString();
    if (!ISO_TIME.test(text))
        return undefined;
    const zoned = /(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(text.slice(10)) || text.length === 10 ? text : `${text}Z`;
    const ms = Date.parse(zoned.replace(' ', 'T'));
    const day = text.slice(0, 10);
    const midnight = Date.parse(`${day}T00:00:00Z`);
    if (Number.isNaN(ms) || Number.isNaN(midnight))
        return undefined;
    // The parser takes 30 February for 2 March.
    return new Date(midnight).toISOString().startsWith(day) ? new Date(ms).toISOString() : undefined;
}


/***/ }),

/***/ 2099:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Bd: () => (/* binding */ pages),
/* harmony export */   DU: () => (/* binding */ lookUpCall),
/* harmony export */   KM: () => (/* binding */ isTrouble),
/* harmony export */   RV: () => (/* binding */ askOnce),
/* harmony export */   bD: () => (/* binding */ releasePath),
/* harmony export */   d_: () => (/* binding */ toRequest),
/* harmony export */   kC: () => (/* binding */ asProject),
/* harmony export */   qg: () => (/* binding */ parse),
/* harmony export */   uF: () => (/* binding */ createCaller)
/* harmony export */ });
/* harmony import */ var _http_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2398);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8496);


const SENTRY = { name: 'Sentry', urlInput: 'sentry-url' };
/** A list is never followed further than this, whatever the server says. */
const MOST_PAGES = 50;
function createCaller({ http, ...identity }) {
    return (call) => http.send(toRequest(call, identity));
}
/** The exact look-up of a release, `GET …/releases/<version>/`: 200, or 404 when there is none that the token may see. */
function lookUpCall(version) {
    return { method: 'GET', path: releasePath(version), intent: 'look up the release' };
}
/** A call as the request that it is on the wire. */
function toRequest({ method, path, query, body, intent, effect = 'idempotent' }, { account, token, userAgent }) {
    const root = new URL(`api/0/organizations/${encodeURIComponent(account.organization)}/`, account.base);
    const url = new URL(path, root);
    if (query) {
        for (const [key, value] of Object.entries(query)) {
            for (const one of [value].flat())
                url.searchParams.append(key, one);
        }
    }
    return {
        method,
        url,
        intent,
        effect,
        peer: SENTRY,
        body: body === undefined ? undefined : JSON.stringify(body),
        headers: {
            Accept: 'application/json',
            Authorization: `Bearer ${token}`,
            'User-Agent': userAgent,
            ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
    };
}
/**
 * Sends a call that must not be repeated blindly.
 * @returns the error, instead of throwing it, when the answer was lost or cut short: the call may have had its effect
 */
async function askOnce(call, what) {
    try {
        const reply = await call({ ...what, effect: 'creates' });
        const done = reply.status >= 200 && reply.status < 300;
        return done && reply.json === undefined ? (0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .unreadable */ .O$)(reply, 'no JSON') : reply;
    }
    catch (error) {
        if (error instanceof _http_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .HttpError */ .j$ && (error.kind === 'timeout' || error.kind === 'reset'))
            return error;
        throw error;
    }
}
/** The server, or something before it, failed: whether the call had its effect is open. */
function isTrouble({ status }) {
    return status === 408 || status >= 500;
}
/** The path of one release; a version holds no slash, so it is one segment. */
function releasePath(version) {
    return `releases/${encodeURIComponent(version)}/`;
}
/**
 * The body of an answer, checked.
 * @throws HttpError of kind `unreadable` that names the first field that does not fit
 */
function parse(schema, reply) {
    const parsed = schema.safeParse(reply.json);
    if (parsed.success)
        return parsed.data;
    const [issue] = parsed.error.issues;
    throw (0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .unreadable */ .O$)(reply, issue && issue.path.length > 0 ? `field ${issue.path.join('.')}` : 'no JSON');
}
/**
 * The answers to a paged list, one by one. Only the cursor is taken from the `Link` header: its URL is the server's,
 * and the token goes nowhere but to the base.
 */
async function* pages(call, first) {
    let query = { per_page: '100', ...first.query };
    for (let page = 0; page < MOST_PAGES; page += 1) {
        const reply = await call({ ...first, query });
        yield reply;
        const cursor = nextCursor(reply.header('link') ?? '');
        if (cursor === undefined || cursor === query['cursor'])
            return;
        query = { ...query, cursor };
    }
}
/** `Link` always holds a `rel="next"`; there is a next page only when it says `results="true"`. */
function nextCursor(link) {
    const next = link.split(/,\s*(?=<)/).find((part) => /;\s*rel="next"/.test(part));
    if (!next || !/;\s*results="true"/.test(next))
        return undefined;
    return /;\s*cursor="([^"]+)"/.exec(next)?.[1];
}
/** Ids as numbers: servers before December 2025 do not find them as text. */
function asProject(project) {
    return /^\d+$/.test(project) && Number.isSafeInteger(Number(project)) ? Number(project) : project;
}


/***/ }),

/***/ 8496:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   O$: () => (/* binding */ unreadable),
/* harmony export */   WE: () => (/* binding */ explain),
/* harmony export */   iW: () => (/* binding */ SCOPES)
/* harmony export */ });
/* unused harmony export serverWords */
/* harmony import */ var _links_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2654);

/** Any one of these lets a token do the call. */
const SCOPES = {
    read: ['org:ci', 'project:read', 'project:write', 'project:admin', 'project:releases'],
    write: ['org:ci', 'project:write', 'project:admin', 'project:releases'],
    repositories: ['org:ci', 'org:read', 'org:write', 'org:admin', 'org:integrations'],
};
/** Which input a field of a request comes from, to explain a 400. */
const INPUT_OF_FIELD = new Map([
    ['version', 'version (or version-prefix and commit)'],
    ['projects', 'projects'],
    ['ref', 'ref'],
    ['url', 'url (or deploy-url)'],
    ['status', 'restore-archived'],
    ['refs', 'set-commits and previous-commit'],
    ['commits', 'set-commits'],
    ['environment', 'environment'],
    ['name', 'deploy-name'],
    ['dateStarted', 'started-at'],
]);
/**
 * Turns an answer that is not what a call expects into an error with the server's words and the next thing to do.
 * @param scopes what the call needs, for servers that do not say (before mid-2026)
 */
function explain(reply, account, scopes) {
    const words = serverWords(reply);
    const said = words === '' ? '' : `: ${words}`;
    const html = looksLikeHtml(reply.text);
    return reply.error(html && reply.status < 300 ? 'unreadable' : 'status', `answered ${reply.status}${said}`, {
        words,
        advice: advise(reply, html, account, scopes),
        detail: errorId(reply),
    });
}
/** An answer with a status of success whose body is not what the API documents. */
function unreadable(reply, where) {
    const html = looksLikeHtml(reply.text);
    return reply.error('unreadable', html ? 'answered with a web page instead of JSON' : `sent an answer that is not understood (${where})`, {
        words: reply.words(reply.text, 120),
        advice: html
            ? 'Check sentry-url: it must be the base of a Sentry server, with its path prefix if it has one.'
            : 'Run the job again; if it stays, a proxy may be changing answers, or this Sentry is newer than this action.',
    });
}
function advise(reply, html, account, scopes) {
    const { base, organization, projects, tokenSource } = account;
    const tokens = (0,_links_js__WEBPACK_IMPORTED_MODULE_0__/* .tokenSettingsUrl */ .iK)(base, organization);
    if (html && reply.status < 500) {
        return `That is a web page, not Sentry's API: check sentry-url (now ${base}), and whether a proxy or firewall answers in its place.`;
    }
    switch (reply.status) {
        case 400:
            return adviseFields(reply);
        case 401:
            return `Sentry does not accept the token from ${tokenSource}. Make an organization token at ${tokens} and store it as a secret.`;
        case 403: {
            const named = scopesNamed(reply);
            return `The token from ${tokenSource} may not do this. It needs one of the scopes ${(named.length > 0 ? named : scopes).join(', ')}, and it must belong to organization ${organization}. An organization token from ${tokens} has all it needs.`;
        }
        case 404:
            return `Organization ${organization} is not known at ${base}, or this token may not see it. Open ${base}organizations/${organization}/ in a browser: if that page is missing, correct organization or sentry-url; else check that the token's account has access to ${projects.join(', ')}.`;
        case 405:
            return `Check sentry-url (now ${base}): it does not lead to a Sentry API.`;
        case 409:
            return 'Another job is writing this release right now. Run the job again in a few minutes.';
        case 413:
            return 'A proxy in front of Sentry limits the size of requests.';
        case 429:
            return 'Sentry limits how often this is called. Run the job again in a minute.';
        default:
            return reply.status >= 500
                ? 'Sentry or something in front of it has trouble. Look at https://status.sentry.io (or your own server), then run the job again.'
                : undefined;
    }
}
function adviseFields(reply) {
    const body = reply.json;
    const fields = typeof body === 'object' && body !== null ? Object.keys(body) : [];
    const inputs = fields.flatMap((field) => INPUT_OF_FIELD.get(field) ?? []);
    if (inputs.length === 0)
        return 'Check the inputs of this step.';
    const check = `Check the input ${inputs.join(' and ')}.`;
    return fields.includes('projects')
        ? `${check} Each must be the slug or id of a project of this organization; with a personal token, of a project in a team that you have joined.`
        : check;
}
/** `WWW-Authenticate: Bearer error="insufficient_scope", scope="a b"`: the scopes that would do. */
function scopesNamed(reply) {
    const header = reply.header('www-authenticate') ?? '';
    const scope = /\bscope="([^"]*)"/.exec(header)?.[1] ?? '';
    return scope.split(/\s+/).filter((name) => /^[a-z]+:[a-z_-]+$/.test(name));
}
/** Sentry's number for an internal error, which its support and logs can find. */
function errorId(reply) {
    const body = reply.json;
    if (typeof body !== 'object' || body === null)
        return [];
    const { errorId: id } = body;
    return typeof id === 'string' ? [`Sentry's error id: ${reply.words(id, 64)}`] : [];
}
/**
 * What the server said, out of all the shapes its errors have: `detail` as text or object, `error`, `info`, fields
 * with lists (nested by index), plain text, or the title of a web page.
 */
function serverWords(reply, max = 300) {
    const { text } = reply;
    if (looksLikeHtml(text)) {
        const title = /<title[^>]*>([^<]{1,2000})/i.exec(text)?.[1];
        return title ? `a web page titled "${reply.words(title, 100)}"` : 'a web page';
    }
    const body = reply.json;
    if (body === undefined)
        return reply.words(text, max);
    const words = (key) => reply.words(key, 40);
    return reply.words(flatten(body, '', words, 0).slice(0, 8).join('; '), max);
}
/** Each text in a body, with the path of the field that it is about. */
function flatten(value, path, words, depth) {
    if (depth > 6 || value === null || value === undefined)
        return [];
    if (Array.isArray(value)) {
        return value.slice(0, 8).flatMap((item) => flatten(item, path, words, depth + 1));
    }
    if (typeof value !== 'object') {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        return [path === '' ? text : `${path}: ${text}`];
    }
    return Object.entries(value)
        .filter(([key]) => !(depth === 0 && key === 'errorId') && !(path === '' && key === 'extra'))
        .slice(0, 8)
        .flatMap(([key, item]) => {
        const field = ENVELOPE.has(key) ? path : path === '' ? words(key) : `${path}.${words(key)}`;
        return flatten(item, field, words, depth + 1);
    });
}
/** These keys say nothing about a field of the request. */
const ENVELOPE = new Set(['detail', 'message', 'error', 'info']);
function looksLikeHtml(text) {
    return /^\s*(<!doctype html|<html|<head|<body|<\?xml)/i.test(text.slice(0, 500));
}


/***/ }),

/***/ 2654:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Vi: () => (/* binding */ numericId),
/* harmony export */   XA: () => (/* binding */ releaseUrl),
/* harmony export */   YS: () => (/* binding */ isProject),
/* harmony export */   iK: () => (/* binding */ tokenSettingsUrl)
/* harmony export */ });
/** Where Sentry serves organizations on sub-domains: sentry.io itself, its regions and its organization hosts. */
function isSaas(host) {
    return host === 'sentry.io' || host.endsWith('.sentry.io');
}
/**
 * The page of a release. Sentry's API gives no link, and the page stays blank for a project slug: the numeric id
 * is taken from the release. Self-hosted servers get the path that old and new ones serve.
 * @param base with a slash at its end
 */
function releaseUrl(base, organization, release, projects) {
    const attached = release.projects ?? [];
    const shown = attached.find((project) => projects.some((wanted) => isProject(project, wanted))) ?? attached[0];
    const id = numericId(shown?.id);
    const query = id === undefined ? '' : `?project=${id}`;
    const version = encodeURIComponent(release.version);
    // A numeric organization id has no sub-domain.
    return isSaas(new URL(base).hostname) && !/^\d+$/.test(organization)
        ? `https://${organization}.sentry.io/explore/releases/${version}/${query}`
        : `${base}organizations/${organization}/releases/${version}/${query}`;
}
/** An id of Sentry in digits; undefined for whatever else a server may send in its place. */
function numericId(id) {
    const text = String(id ?? '');
    return /^\d{1,20}$/.test(text) ? text : undefined;
}
/** The page where organization tokens are made. */
function tokenSettingsUrl(base, organization) {
    return `${base}settings/${organization}/auth-tokens/`;
}
/** True when an attached project is the one that was asked for by slug or numeric id. */
function isProject(project, wanted) {
    const { slug, id } = project;
    return slug === wanted || (id !== null && id !== undefined && String(id) === wanted);
}


/***/ }),

/***/ 6963:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ versionProblem),
/* harmony export */   O: () => (/* binding */ exactQuery)
/* harmony export */ });
/* harmony import */ var _text_sanitize_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(4212);

/** Code points; Sentry answers 400 to a longer version. */
const LONGEST = 200;
/**
 * Why Sentry would refuse a release version (POST /releases/, 400), or undefined when it is allowed. Sentry keeps
 * versions byte for byte and compares them with case.
 */
function versionProblem(version) {
    const length = (0,_text_sanitize_js__WEBPACK_IMPORTED_MODULE_0__/* .lengthOf */ .Y5)(version);
    if (version.trim() === '')
        return 'at least one character that is not a space';
    if (length > LONGEST)
        return `at most ${LONGEST} characters (this one has ${length})`;
    if (!version.isWellFormed())
        return 'well-formed Unicode';
    if (/[\r\n\f\t\0]/.test(version))
        return 'no line break, tab or form feed';
    if (/[/\\]/.test(version))
        return 'no "/" and no "\\" (for a tag or branch give only its last part)';
    if (/^(\.|\.\.|latest)$/i.test(version.trim()))
        return 'another name than ".", ".." and "latest"';
    return undefined;
}
/**
 * The `query` that makes GET /releases/ list exactly this version, or undefined when the search language cannot
 * express it: `*` and brackets are operators there, and a quote cannot be escaped.
 */
function exactQuery(version) {
    if (/["*[\]]/.test(version))
        return undefined;
    return /^[\w.@+-]+$/.test(version) ? `release:${version}` : `release:"${version}"`;
}


/***/ }),

/***/ 8824:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  xk: () => (/* binding */ headStart),
  xs: () => (/* binding */ leaveForPost),
  H6: () => (/* binding */ readStart)
});

// EXTERNAL MODULE: ./src/errors.ts + 1 modules
var errors = __nccwpck_require__(8674);
// EXTERNAL MODULE: ./src/github/event.ts
var github_event = __nccwpck_require__(5015);
;// CONCATENATED MODULE: ./src/http/ahead.ts
/**
 * Sends a request before anybody asks for it.
 * @returns a transport that gives its outcome to the first attempt of that same request, and sends all others
 */
function sendAhead(transport, request, limit, signal) {
    let outcome = transport(request, request.peer, limit, signal);
    // It rejects when the job is cancelled, which is told to who asks for it, and may be before that.
    outcome.catch(() => undefined);
    return (outgoing, ...rest) => {
        if (outcome && outgoing.method === request.method && outgoing.url.href === request.url.href) {
            const ready = outcome;
            outcome = undefined;
            return ready;
        }
        return transport(outgoing, ...rest);
    };
}

// EXTERNAL MODULE: ./src/inputs/load.ts + 7 modules
var load = __nccwpck_require__(2985);
// EXTERNAL MODULE: ./src/sentry/call.ts
var call = __nccwpck_require__(2099);
// EXTERNAL MODULE: ./src/state.ts
var src_state = __nccwpck_require__(2462);
// EXTERNAL MODULE: ./src/text/sanitize.ts
var sanitize = __nccwpck_require__(4212);
;// CONCATENATED MODULE: ./src/start.ts







/**
 * Reads what the step was told. It never throws, because what it would say needs a log.
 * @param redact takes secrets out of what a message repeats
 */
function readStart(env, event, clock, redact) {
    const startedAt = new Date(clock.now()).toISOString();
    const context = (0,github_event/* readContext */.yI)(env, event);
    const userAgent = `release-gate (run ${context.runId}.${context.runAttempt}; ${uniqueId(clock)})`;
    try {
        return { startedAt, context, userAgent, inputs: (0,load/* loadInputs */.I)(env, context, redact) };
    }
    catch (thrown) {
        return { startedAt, context, userAgent, inputs: (0,errors/* asActionError */.z6)(thrown) };
    }
}
/** Leaves for the post step that the main one ran, and on what, before anything is done. */
function leaveForPost({ inputs }, state) {
    (0,src_state/* markStarted */.Fm)(state);
    if (inputs instanceof Error)
        return;
    const { version, organization } = inputs.sentry;
    (0,src_state/* describeWork */.FG)(state, `release ${(0,sanitize/* plain */.pj)(version)} in organization ${organization}`);
}
/**
 * Puts the exact look-up of the release on the wire, which every run begins with, unless the inputs are not usable.
 * @returns a transport that has its answer ready for who asks for it
 */
function headStart({ start, clock, signal }, transport) {
    const { inputs, userAgent } = start;
    if (inputs instanceof Error)
        return transport;
    const { sentry, requestTimeout } = inputs;
    const account = { ...sentry, base: sentry.baseUrl };
    const request = (0,call/* toRequest */.d_)((0,call/* lookUpCall */.DU)(sentry.version), { account, token: sentry.token, userAgent });
    return sendAhead(transport, request, clock.timeout(requestTimeout), signal);
}
/** Tells processes apart and is no secret, so it can do without node:crypto, which would delay the first request. */
function uniqueId(clock) {
    return [clock.random(), clock.random()].map((number) => number.toString(36).slice(2)).join('');
}


/***/ }),

/***/ 2462:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   FG: () => (/* binding */ describeWork),
/* harmony export */   Fm: () => (/* binding */ markStarted),
/* harmony export */   NX: () => (/* binding */ settleWork),
/* harmony export */   a$: () => (/* binding */ unsettledWork),
/* harmony export */   tl: () => (/* binding */ isPost)
/* harmony export */ });
/** What the main step leaves for the post step. Names of work only, never a secret. */
const STARTED = 'started';
const WORK = 'work';
const SETTLED = 'settled';
/** Marks that the main step ran: the same bundle is then started again as the post step. */
function markStarted(state) {
    state.save(STARTED, 'true');
}
function isPost(state) {
    return state.read(STARTED) === 'true';
}
/** Says what is being done, before it is done, so that it can be named when the process is killed. */
function describeWork(state, work) {
    state.save(WORK, work);
}
/** The main step came to its own end, good or bad, and has said so itself. */
function settleWork(state) {
    state.save(SETTLED, 'true');
}
/** The work that was cut off, or undefined when the main step came to its own end. */
function unsettledWork(state) {
    return state.read(SETTLED) === 'true' ? undefined : state.read(WORK) || undefined;
}


/***/ }),

/***/ 8806:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  p: () => (/* binding */ Redactor)
});

// UNUSED EXPORTS: secretForms

;// CONCATENATED MODULE: ./src/text/escapes.ts
// Percent-encoding, JSON, and character references of HTML.
const ESCAPE = /%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\(["\\/nrt])|&#(\d{1,7});|&#x([0-9a-f]{1,6});|&(amp|lt|gt|quot|apos);/gi;
const JSON_ESCAPES = { n: '\n', r: '\r', t: '\t' };
const HTML_NAMES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/**
 * Resolves what is percent-encoded, escaped as in JSON or a character reference of HTML, once and all in one text.
 * Percent-encoded bytes become one character each, as they are: see `asBytes`.
 * @returns undefined for a text without escapes
 */
function escapes_unescape(text) {
    if (!/[%\\&]/.test(text))
        return undefined;
    // For each escape: where it is in the result, and by how much it was longer.
    const places = [];
    let shorter = 0;
    const plain = text.replace(ESCAPE, (escape, ...found) => {
        const char = resolve(found.slice(0, 6));
        places.push(found[6] - shorter, escape.length - char.length);
        shorter += escape.length - char.length;
        return char;
    });
    if (places.length === 0)
        return undefined;
    let at = 0;
    let sum = 0;
    return {
        text: plain,
        origin: (position) => {
            for (; at < places.length && (places[at] ?? 0) < position; at += 2)
                sum += places[at + 1] ?? 0;
            return position + sum;
        },
    };
}
function resolve([percent, unicode, json, decimal, hexadecimal, name]) {
    if (json !== undefined)
        return JSON_ESCAPES[json] ?? json;
    if (name !== undefined)
        return HTML_NAMES[name.toLowerCase()] ?? '';
    const code = decimal === undefined ? Number.parseInt(percent ?? unicode ?? hexadecimal ?? '', 16) : Number(decimal);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : '\uFFFD';
}
/** A text with one character for each byte of its UTF-8, which is how percent-encoded text comes out of `unescape`. */
function asBytes(text) {
    return Buffer.from(text).toString('latin1');
}

// EXTERNAL MODULE: ./src/text/sanitize.ts
var sanitize = __nccwpck_require__(4212);
;// CONCATENATED MODULE: ./src/text/redact.ts


const HIDDEN = '***';
/** Shorter values would blank out half of an ordinary text, and are no secret worth the name. */
const SHORTEST = 6;
/**
 * The texts that give a secret away: itself; its base64, alone and as either half of Basic credentials; and what of
 * its base64 stays the same whatever stands around it.
 */
function secretForms(secret) {
    const whole = [secret, `${secret}:`].flatMap((text) => {
        const base64 = Buffer.from(text).toString('base64');
        return [base64, base64.replace(/=+$/, ''), Buffer.from(text).toString('base64url')];
    });
    const forms = [
        secret,
        // A secret that ends in "%" is found in its percent-encoded form, too, and would leave the rest of it.
        encodeURIComponent(secret),
        ...whole,
        ...innerBase64(secret),
        (0,sanitize/* markup */.PT)(secret, Number.POSITIVE_INFINITY),
    ];
    return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
}
/** In base64 three bytes become four characters, so there are three ways to be written; those at the edges are shared. */
function innerBase64(secret) {
    const bytes = Buffer.from(secret);
    return [0, 1, 2].flatMap((shift) => {
        const first = Math.ceil((shift * 8) / 6);
        const last = Math.floor(((shift + bytes.length) * 8) / 6);
        const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
        return ['base64', 'base64url'].map((kind) => shifted.toString(kind).slice(first, last));
    });
}
/** Takes known secrets out of any text before it is shown, stored or handed on, also where they are escaped. */
class Redactor {
    secrets = [];
    #forms = [];
    #unescapedForms = [];
    #shortest = Number.POSITIVE_INFINITY;
    add(secret) {
        this.secrets.push(secret);
        // Longest first: a form that contains another one must not leave its rest behind.
        const forms = new Set([...this.#forms, ...secretForms(secret)]);
        this.#forms = [...forms].sort((a, b) => b.length - a.length);
        // A secret can hold what looks like an escape, and is read as one together with the rest.
        const read = (form) => [form, asBytes(form), escapes_unescape(form)?.text ?? form];
        this.#unescapedForms = [...new Set(this.#forms.flatMap(read))];
        this.#shortest = this.#forms.at(-1)?.length ?? Number.POSITIVE_INFINITY;
    }
    redact(text) {
        // Escapes only make a form longer.
        if (text.length < this.#shortest)
            return text;
        return this.#redactEscaped(this.#forms.reduce((rest, form) => rest.replaceAll(form, HIDDEN), text));
    }
    #redactEscaped(text) {
        const unescaped = escapes_unescape(text);
        if (!unescaped)
            return text;
        const parts = [];
        let done = 0;
        for (const [from, to] of this.#find(unescaped.text)) {
            parts.push(text.slice(done, unescaped.origin(from)), HIDDEN);
            done = unescaped.origin(to);
        }
        return done === 0 ? text : parts.join('') + text.slice(done);
    }
    /** The ranges that hold a secret, in order; those that touch or overlap as one. */
    #find(text) {
        const found = [];
        for (const form of this.#unescapedForms) {
            for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
                found.push([at, at + form.length]);
            }
        }
        found.sort(([a], [b]) => a - b);
        return found.reduce((joined, [from, to]) => {
            const last = joined.at(-1);
            if (last && from <= last[1])
                last[1] = Math.max(last[1], to);
            else
                joined.push([from, to]);
            return joined;
        }, []);
    }
}


/***/ }),

/***/ 4212:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   PT: () => (/* binding */ markup),
/* harmony export */   TL: () => (/* binding */ quoted),
/* harmony export */   Y5: () => (/* binding */ lengthOf),
/* harmony export */   lt: () => (/* binding */ attribute),
/* harmony export */   ml: () => (/* binding */ shorten),
/* harmony export */   pj: () => (/* binding */ plain),
/* harmony export */   tJ: () => (/* binding */ inert)
/* harmony export */ });
/**
 * Text that somebody else wrote (a server, a commit, an event, an input) on its way to a person.
 * Everything that shows such text goes through here, so that it can neither hide, nor act.
 */
// Terminal escapes first, whole, so that their printable tails ("[31m") do not stay behind.
const TERMINAL_ESCAPES = /\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[\u001B\u009B][[\]()#;?]*[0-9;?]*[ -/]*[@-~]?/g;
// Control and format characters (bidirectional overrides, zero-width marks, tags), line separators, and whatever else
// fonts show as nothing; all but the selector that makes a symbol an emoji.
const INVISIBLE = /(?:(?!\uFE0F)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}])+/gu;
// The runner's first command syntax, which it looks for anywhere in a line.
const LEGACY_COMMAND = /##\[/g;
/** The mark at the end of a text that was cut. */
const CUT = '…';
/**
 * One line of visible text: no terminal escapes, control, bidirectional or zero-width characters, no line breaks,
 * no runner command; at most `max` code points, with `…` where it was cut.
 */
function plain(text, max = 300) {
    // Far more than is ever shown, so that a megabyte of garbage costs nothing.
    const some = text.slice(0, max * 16);
    const visible = some
        .toWellFormed()
        .replace(TERMINAL_ESCAPES, '')
        .replace(INVISIBLE, ' ')
        .replace(/\s+/g, ' ')
        .trim();
    return shorten(inert(visible !== '' && some.length < text.length ? visible + CUT : visible), max);
}
/** At most `max` code points, the last one `…` when something was cut. */
function shorten(text, max) {
    if (text.length <= max)
        return text;
    const points = Array.from(text);
    return points.length <= max ? text : `${points.slice(0, Math.max(0, max - 1)).join('')}${CUT}`;
}
/** Length in code points, which is what the limits of servers and readers count. */
function lengthOf(text) {
    return Array.from(text).length;
}
/** `plain` text in double quotes, for messages that repeat what was given. */
function quoted(text, max = 120) {
    return `"${plain(text, max)}"`;
}
/**
 * `plain` text that is inert in Markdown and in HTML: every character that either language could read as syntax
 * becomes a numeric character reference, also the colon of a URL, so that nothing turns into a link by itself.
 */
function markup(text, max = 300) {
    return plain(text, max).replace(/[^\p{L}\p{M}\p{N} ,.;%…:/+=()-]|:(?=\/\/)/gu, reference);
}
/** A URL as the value of an HTML attribute in double quotes. */
function attribute(url) {
    return url.replace(/[&<>"'`\s]/g, reference);
}
function reference(char) {
    return `&#${char.codePointAt(0) ?? 0xfffd};`;
}
/**
 * A line for the log in which the runner finds no command: neither `::command::` at its start nor `##[command]`
 * anywhere. Line breaks of all kinds are kept, so that a text of many lines stays one.
 */
function inert(text) {
    return text
        .replace(LEGACY_COMMAND, '## [')
        .replace(/(^|[\r\n\u0085\u2028\u2029])([^\S\r\n]*)::/g, '$1$2: :');
}


/***/ }),

/***/ 4951:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ systemClock)
/* harmony export */ });
/* unused harmony export steadyNow */
/** The real clock. */
const systemClock = {
    now: steadyNow(),
    random: () => Math.random(),
    timeout: (ms) => AbortSignal.timeout(ms),
    sleep: (ms, signal) => new Promise((resolve, reject) => {
        const wake = () => {
            signal.removeEventListener('abort', stop);
            resolve();
        };
        const timer = setTimeout(wake, ms);
        const stop = () => {
            clearTimeout(timer);
            reject(signal.reason);
        };
        if (signal.aborted)
            stop();
        else
            signal.addEventListener('abort', stop, { once: true });
    }),
};
/** A clock that does not follow when the machine's clock is set back: pauses and deadlines would grow by as much. */
function steadyNow() {
    let last = 0;
    let behind = 0;
    return () => {
        const shown = Date.now();
        behind = Math.max(behind, last - shown);
        last = shown + behind;
        return last;
    };
}


/***/ }),

/***/ 120:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ parseDuration),
/* harmony export */   k: () => (/* binding */ sayDuration)
/* harmony export */ });
const UNITS = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;
/**
 * Milliseconds of `90s`, `15m`, `5h30m`, `1500ms` or a bare number of seconds; undefined for anything else.
 * Units go from large to small, each at most once, without spaces.
 */
function parseDuration(text) {
    if (/^\d+$/.test(text))
        return safe(Number(text) * 1000);
    const match = UNITS.exec(text);
    if (!match || text === '')
        return undefined;
    const [, h = '0', m = '0', s = '0', ms = '0'] = match;
    return safe(((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000 + Number(ms));
}
function safe(ms) {
    return Number.isSafeInteger(ms) ? ms : undefined;
}
const LONGEST_SAID_MS = 366 * 24 * 60 * 60 * 1000;
/** A span of milliseconds as people say it: `850 ms`, `12 s`, `4 min 5 s`, `2 h 3 min`. */
function sayDuration(ms) {
    if (!(ms < LONGEST_SAID_MS))
        return 'more than a year';
    if (ms < 1000)
        return `${Math.max(0, Math.round(ms))} ms`;
    if (ms < 9950)
        return `${(ms / 1000).toFixed(1).replace('.0', '')} s`;
    const seconds = Math.round(ms / 1000);
    if (seconds < 60)
        return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60)
        return join(minutes, 'min', seconds % 60, 's');
    return join(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}
function join(big, bigUnit, small, smallUnit) {
    return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}


/***/ }),

/***/ 2356:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   W: () => (/* binding */ cancellation)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8674);

/**
 * A signal that aborts when the runner asks the process to stop. On cancellation it sends SIGINT, 7.5 s later
 * SIGTERM, and then kills.
 */
function cancellation(process) {
    const controller = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM']) {
        process.on(name, () => {
            controller.abort(new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc(name));
        });
    }
    // A runner that is gone closes the pipe of the log. Without a listener each line would throw, also the one that says so.
    process.stdout.on('error', () => {
        controller.abort(new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc('the end of its log'));
    });
    return controller.signal;
}


/***/ }),

/***/ 2613:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");

/***/ }),

/***/ 6982:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");

/***/ }),

/***/ 4434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 9896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 8611:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http");

/***/ }),

/***/ 5675:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http2");

/***/ }),

/***/ 5692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("https");

/***/ }),

/***/ 9278:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("net");

/***/ }),

/***/ 3024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 7067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 4708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:https");

/***/ }),

/***/ 8522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 857:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");

/***/ }),

/***/ 6928:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");

/***/ }),

/***/ 2203:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("stream");

/***/ }),

/***/ 4756:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tls");

/***/ }),

/***/ 2018:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tty");

/***/ }),

/***/ 7016:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("url");

/***/ }),

/***/ 9023:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ }),

/***/ 3106:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("zlib");

/***/ }),

/***/ 9443:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ checkBypass),
/* harmony export */   s: () => (/* binding */ getProxyUrl)
/* harmony export */ });
function getProxyUrl(reqUrl) {
    const usingSsl = reqUrl.protocol === 'https:';
    if (checkBypass(reqUrl)) {
        return undefined;
    }
    const proxyVar = (() => {
        if (usingSsl) {
            return process.env['https_proxy'] || process.env['HTTPS_PROXY'];
        }
        else {
            return process.env['http_proxy'] || process.env['HTTP_PROXY'];
        }
    })();
    if (proxyVar) {
        try {
            return new DecodedURL(proxyVar);
        }
        catch (_a) {
            if (!proxyVar.startsWith('http://') && !proxyVar.startsWith('https://'))
                return new DecodedURL(`http://${proxyVar}`);
        }
    }
    else {
        return undefined;
    }
}
function checkBypass(reqUrl) {
    if (!reqUrl.hostname) {
        return false;
    }
    const reqHost = reqUrl.hostname;
    if (isLoopbackAddress(reqHost)) {
        return true;
    }
    const noProxy = process.env['no_proxy'] || process.env['NO_PROXY'] || '';
    if (!noProxy) {
        return false;
    }
    // Determine the request port
    let reqPort;
    if (reqUrl.port) {
        reqPort = Number(reqUrl.port);
    }
    else if (reqUrl.protocol === 'http:') {
        reqPort = 80;
    }
    else if (reqUrl.protocol === 'https:') {
        reqPort = 443;
    }
    // Format the request hostname and hostname with port
    const upperReqHosts = [reqUrl.hostname.toUpperCase()];
    if (typeof reqPort === 'number') {
        upperReqHosts.push(`${upperReqHosts[0]}:${reqPort}`);
    }
    // Compare request host against noproxy
    for (const upperNoProxyItem of noProxy
        .split(',')
        .map(x => x.trim().toUpperCase())
        .filter(x => x)) {
        if (upperNoProxyItem === '*' ||
            upperReqHosts.some(x => x === upperNoProxyItem ||
                x.endsWith(`.${upperNoProxyItem}`) ||
                (upperNoProxyItem.startsWith('.') &&
                    x.endsWith(`${upperNoProxyItem}`)))) {
            return true;
        }
    }
    return false;
}
function isLoopbackAddress(host) {
    const hostLower = host.toLowerCase();
    return (hostLower === 'localhost' ||
        hostLower.startsWith('127.') ||
        hostLower.startsWith('[::1]') ||
        hostLower.startsWith('[0:0:0:0:0:0:0:1]'));
}
class DecodedURL extends URL {
    constructor(url, base) {
        super(url, base);
        this._decodedUsername = decodeURIComponent(super.username);
        this._decodedPassword = decodeURIComponent(super.password);
    }
    get username() {
        return this._decodedUsername;
    }
    get password() {
        return this._decodedPassword;
    }
}
//# sourceMappingURL=proxy.js.map

/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId].call(module.exports, module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/compat get default export */
/******/ (() => {
/******/ 	// getDefaultExport function for compatibility with non-harmony modules
/******/ 	__nccwpck_require__.n = (module) => {
/******/ 		var getter = module && module.__esModule ?
/******/ 			() => (module['default']) :
/******/ 			() => (module);
/******/ 		__nccwpck_require__.d(getter, { a: getter });
/******/ 		return getter;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(9407);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
