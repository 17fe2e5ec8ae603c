import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 6046:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   HF: () => (/* binding */ unfinishedWork),
/* harmony export */   K3: () => (/* binding */ clearUnfinishedWork),
/* harmony export */   m$: () => (/* binding */ StepBuilds)
/* harmony export */ });
/* harmony import */ var zod_mini__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8395);

const WORK = 'abf-work';
/** A create that is about to be sent, described so that its build can be found if no response arrives. */
const PendingSchema = zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({
    projectId: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr(),
    /** `owner/name` where it is known. */
    project: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP(),
    archId: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr(),
    repositoryId: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr(),
    platformId: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr(),
    commit: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP(),
    /** The value of `project_version` under which the server stores the build. */
    version: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .string */ .YjP(),
    /** Milliseconds since the epoch, by the runner's clock. */
    since: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .number */ .aig(),
    /** Ids of builds of the same source that existed before. */
    known: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .array */ .YOg(zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr()),
});
const WorkSchema = zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .object */ .Ikc({ ids: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .array */ .YOg(zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .int */ .Whr()), pending: zod_mini__WEBPACK_IMPORTED_MODULE_0__/* .optional */ .lqM(PendingSchema) });
/**
 * The builds of this step in their order. It saves what this run submits before and after each create, so that the post
 * step can cancel it when the process is killed.
 */
class StepBuilds {
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
    /** The create whose response has not arrived. */
    get pending() {
        return this.#pending;
    }
    /** Call before a create is sent. */
    startCreate(pending) {
        this.#pending = pending;
        this.#save();
    }
    /** Call when the create that was started has made no build of this run. */
    endCreate() {
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
    /** Call at the end of the step. `notCancelled`: ids that the step could not cancel, for the post step. */
    finish(notCancelled) {
        if (notCancelled.length > 0 || this.#pending)
            this.#save(notCancelled);
        else if (this.#cancels)
            clearUnfinishedWork(this.#state);
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
/** What the main step saved for the post step to cancel; undefined when there is nothing to cancel. */
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
function clearUnfinishedWork(state) {
    state.save(WORK, '');
}


/***/ }),

/***/ 3916:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   SS: () => (/* binding */ ReportedError),
/* harmony export */   cc: () => (/* binding */ CancelledError),
/* harmony export */   lZ: () => (/* binding */ ActionError),
/* harmony export */   xb: () => (/* binding */ assertNever),
/* harmony export */   z6: () => (/* binding */ asActionError)
/* harmony export */ });
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7975);
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__nccwpck_require__.n(node_util__WEBPACK_IMPORTED_MODULE_0__);

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
            advice: 'Re-run the job: what was already done is found and not done twice.',
        });
    }
}
/** A failure that annotations of its own have already reported. */
class ReportedError extends ActionError {
    name = 'ReportedError';
}
/** Turns whatever was thrown into an error that can be shown. */
function asActionError(thrown) {
    if (thrown instanceof ActionError)
        return thrown;
    const text = thrown instanceof Error ? thrown.message : (0,node_util__WEBPACK_IMPORTED_MODULE_0__.inspect)(thrown, { depth: 1 });
    return new ActionError(`Unexpected error: ${text}`, {
        advice: 'This is a bug of the action itself. Please report it with the log of this step.',
        detail: thrown instanceof Error && thrown.stack ? [thrown.stack] : [],
    });
}
/** Marks a branch that the types rule out. */
function assertNever(value) {
    throw new Error(`unreachable: ${JSON.stringify(value)}`);
}


/***/ }),

/***/ 3936:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   V: () => (/* binding */ decodeBody),
/* harmony export */   h: () => (/* binding */ ACCEPTED_CODING)
/* harmony export */ });
/* harmony import */ var _failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2398);

/** What `Accept-Encoding` offers. Servers and proxies may use another coding anyway. */
const ACCEPTED_CODING = 'gzip';
/** RFC 9110, 8.4.1: recipients take `x-gzip` for `gzip`. */
const GZIP = new Set(['gzip', 'x-gzip']);
/**
 * Undoes the content codings of a body (RFC 9110, 8.4): names in any case, several of them as a list, in the order in
 * which they were applied.
 * @param maxBytes of each step's result
 * @throws what zlib gives; an `Error` with code `ERR_UNKNOWN_CODING` for a coding that is not known
 */
async function decodeBody(body, contentEncoding, maxBytes) {
    const codings = (contentEncoding ?? '')
        .split(',')
        .map((coding) => coding.trim().toLowerCase())
        .filter((coding) => coding !== '' && coding !== 'identity');
    let bytes = body;
    // A response without a body may still carry the header.
    for (const coding of codings.toReversed())
        if (bytes.length > 0)
            bytes = await decode(bytes, coding, maxBytes);
    return bytes;
}
async function decode(body, coding, maxOutputLength) {
    const method = await methodOf(coding, body);
    if (!method)
        throw Object.assign(new Error('unknown content coding'), { code: _failure_js__WEBPACK_IMPORTED_MODULE_0__/* .UNKNOWN_CODING */ .Av });
    return await new Promise((resolve, reject) => {
        method(body, { maxOutputLength }, (error, bytes) => {
            if (error)
                reject(error);
            else
                resolve(bytes);
        });
    });
}
async function methodOf(coding, body) {
    const { brotliDecompress, gunzip, inflate, inflateRaw } = await Promise.resolve(/* import() */).then(__nccwpck_require__.t.bind(__nccwpck_require__, 8522, 23));
    if (GZIP.has(coding))
        return gunzip;
    if (coding === 'br')
        return brotliDecompress;
    // RFC 9110, 8.4.1.2: some servers send the compressed data without the zlib wrapper.
    if (coding === 'deflate')
        return hasZlibHeader(body) ? inflate : inflateRaw;
    return undefined;
}
/** RFC 1950, 2.2: the low half of the first byte names the method, and both bytes together are a multiple of 31. */
function hasZlibHeader(body) {
    const [first = 0, second = 0] = body;
    return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}


/***/ }),

/***/ 4995:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AA: () => (/* binding */ isWebPage),
/* harmony export */   Dd: () => (/* binding */ describeWebPage),
/* harmony export */   O$: () => (/* binding */ unreadable),
/* harmony export */   x_: () => (/* binding */ serverMessage)
/* harmony export */ });
/** Characters. Pages begin with one of the marks below, apart from white space. */
const PAGE_START = 500;
/** Characters within which the title of a page has to be. */
const PAGE_HEAD = 8000;
/** Whether a text is a web page: a proxy, a firewall or a wrong address responds in place of the API. */
function isWebPage(text) {
    return /^\s*(<!doctype html|<html|<head|<body|<\?xml)/i.test(text.slice(0, PAGE_START));
}
/** `a web page titled "…"`, or `a web page` when it has no title. */
function describeWebPage(text, sanitize) {
    const title = /<title[^>]*>([^<]{1,2000})/i.exec(text.slice(0, PAGE_HEAD))?.[1];
    return title === undefined ? 'a web page' : `a web page titled "${sanitize(title, 100)}"`;
}
/**
 * The server's message in the body of an error, sanitized: the title of a web page, the message in its JSON, or its plain
 * text.
 * @param fromJson finds the message, in the shapes of one system; empty when there is none
 * @param max code points
 */
function serverMessage(response, fromJson, max) {
    const { text, json } = response;
    const sanitize = (part, limit) => response.sanitize(part, limit);
    if (isWebPage(text))
        return describeWebPage(text, sanitize);
    return sanitize(json === undefined ? text : fromJson(json), max);
}
/**
 * A response with a status of success whose body is not what the API documents.
 * @param where names the first field that does not fit, where that is known
 * @param advice `page`: for a web page; `other`: for any other body
 */
function unreadable(response, where, advice) {
    const page = isWebPage(response.text);
    const place = where === undefined ? '' : ` (${where})`;
    return response.error('unreadable', page ? 'responded with a web page instead of JSON' : `sent a response in an unknown format${place}`, { serverMessage: response.sanitize(response.text, 120), advice: page ? advice.page : advice.other });
}


/***/ }),

/***/ 2398:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Av: () => (/* binding */ UNKNOWN_CODING),
/* harmony export */   Db: () => (/* binding */ NO_TUNNEL),
/* harmony export */   L8: () => (/* binding */ classify),
/* harmony export */   fB: () => (/* binding */ UNUSABLE_PROXY),
/* harmony export */   j$: () => (/* binding */ HttpError)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3916);
/* harmony import */ var _retry_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8902);
/* harmony import */ var _text_sanitize_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(4212);



/**
 * A request without the expected response. It carries the status (undefined when there was no response), the
 * method, the URL without credentials and query, and the server's message, sanitized and shortened; never a header.
 */
class HttpError extends _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ {
    name = 'HttpError';
    kind;
    status;
    method;
    url;
    serverMessage;
    /** Milliseconds after which the server accepts the request again, for callers that can wait that long. */
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
        this.serverMessage = fields.serverMessage ?? '';
        this.retryAfterMs = fields.retryAfterMs;
    }
}
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT']);
/** The environment names a proxy that is no usable URL; the message must not repeat it, because of its password. */
const UNUSABLE_PROXY = 'ERR_UNUSABLE_PROXY';
/** There is no connection through the proxy. */
const NO_TUNNEL = 'ERR_NO_TUNNEL';
/** The body has a content coding that is not known. */
const UNKNOWN_CODING = 'ERR_UNKNOWN_CODING';
/** Counted by ourselves, and by zlib; axios reports it in its message only. */
const TOO_LARGE = new Set(['ERR_BODY_TOO_LARGE', 'ERR_BUFFER_TOO_LARGE']);
const CERTIFICATE = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;
const TLS = /^(ERR_SSL_|EPROTO)/;
/**
 * Sorts what a socket can throw. Only the code and Node's own sentence are read: the error object of the HTTP
 * library also holds the request's headers.
 */
function classify(error, peer, host) {
    const { code, message, proxyStatus } = error;
    if (TOO_LARGE.has(code) || /maxContentLength/.test(message)) {
        return {
            kind: 'too-large',
            maybeDelivered: true,
            transient: false,
            sentence: `${host} sent more than this action accepts`,
            advice: `Check that ${peer.urlInput} is the address of a ${peer.name} server.`,
        };
    }
    if (code === UNUSABLE_PROXY) {
        return {
            kind: 'proxy',
            maybeDelivered: false,
            transient: false,
            sentence: `the proxy that the environment names for ${host} is no usable URL`,
            advice: 'Check https_proxy and http_proxy: they are of the form http://user:password@host:port, with special characters in user and password percent-encoded.',
        };
    }
    if (code === NO_TUNNEL) {
        return {
            kind: 'proxy',
            maybeDelivered: false,
            transient: proxyStatus === undefined || (0,_retry_js__WEBPACK_IMPORTED_MODULE_1__/* .isTransient */ .dg)(proxyStatus),
            sentence: `the proxy did not connect to ${host}${proxyStatus ? ` (status ${proxyStatus})` : ''}`,
            advice: 'Check https_proxy (with user and password when the proxy needs them) and no_proxy.',
        };
    }
    if (code === UNKNOWN_CODING) {
        return {
            kind: 'unreadable',
            maybeDelivered: true,
            transient: false,
            sentence: `${host} sent a response in a content coding that this action did not offer`,
            advice: 'Check the server and the proxies in between: this action accepts gzip.',
        };
    }
    if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
        return {
            kind: 'dns',
            maybeDelivered: false,
            transient: true,
            sentence: `the host ${host} could not be found (${code})`,
            advice: `Check ${peer.urlInput}, and that the runner can resolve that name.`,
        };
    }
    if (CERTIFICATE.test(code) || TLS.test(code)) {
        return {
            kind: 'tls',
            maybeDelivered: false,
            transient: false,
            sentence: `no secure connection to ${host}: ${(0,_text_sanitize_js__WEBPACK_IMPORTED_MODULE_2__/* .toSingleLine */ .OX)(message, 160)} (${code})`,
            advice: CERTIFICATE.test(code)
                ? 'If the server uses your own certificate authority, name its file in the environment variable NODE_EXTRA_CA_CERTS of this step.'
                : `Check that ${peer.urlInput} and the proxy speak TLS on that port.`,
        };
    }
    // The same codes come from a connection that stood and died; those name the call that failed.
    if (UNREACHABLE.has(code) && !/^(read|write)\b/.test(message)) {
        return {
            kind: 'refused',
            maybeDelivered: false,
            transient: true,
            sentence: `no connection to ${host} (${code})`,
            advice: `Check ${peer.urlInput}, and that the runner may reach it (firewall, proxy, VPN).`,
        };
    }
    return {
        kind: 'reset',
        maybeDelivered: true,
        transient: true,
        sentence: `the connection to ${host} broke${code ? ` (${(0,_text_sanitize_js__WEBPACK_IMPORTED_MODULE_2__/* .toSingleLine */ .OX)(code, 40)})` : ''}`,
        advice: 'Re-run the job. If the problem persists, check the server and the proxies in between.',
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
/* harmony import */ var _content_coding_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3936);


/**
 * Sends a request without a body, over Node's own HTTP: that is on the wire in half the time that axios takes to load.
 * Redirects are not followed. Any status is a response.
 * @param maxBytes of the body, as sent and again after decompression
 * @throws what the socket, the parser or zlib gives; a `RangeError` with code `ERR_BODY_TOO_LARGE` beyond `maxBytes`
 * @throws an `AbortError` when `signal` aborts
 */
async function read({ method, url, headers }, agent, maxBytes, signal, observe) {
    // Late, as in connections.ts.
    const send = url.protocol === 'https:' ? (await Promise.resolve(/* import() */).then(__nccwpck_require__.t.bind(__nccwpck_require__, 4708, 23))).request : node_http__WEBPACK_IMPORTED_MODULE_0__.request;
    const response = await new Promise((resolve, reject) => {
        const options = { method, agent, signal, tunnelSignal: signal };
        options.headers = { ...headers, 'Accept-Encoding': _content_coding_js__WEBPACK_IMPORTED_MODULE_1__/* .ACCEPTED_CODING */ .h };
        const outgoing = send(url, options, resolve).once('error', reject);
        observe(outgoing);
        outgoing.end();
    });
    const body = await collect(response, maxBytes);
    return {
        status: response.statusCode ?? 0,
        header: (name) => joined(response.headers[name]),
        bytes: await (0,_content_coding_js__WEBPACK_IMPORTED_MODULE_1__/* .decodeBody */ .V)(body, response.headers['content-encoding'], maxBytes),
    };
}
async function collect(response, maxBytes) {
    const chunks = [];
    let size = 0;
    for await (const chunk of response) {
        size += chunk.length;
        // Leaving the loop destroys the response, and with it the connection.
        if (size > maxBytes)
            throw Object.assign(new RangeError('body too large'), { code: 'ERR_BODY_TOO_LARGE' });
        chunks.push(chunk);
    }
    return Buffer.concat(chunks, size);
}
/** Node joins repeated headers, except the few that it gives as a list. */
function joined(value) {
    return Array.isArray(value) ? value.join(', ') : value;
}


/***/ }),

/***/ 8902:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   IR: () => (/* binding */ retryHint),
/* harmony export */   S4: () => (/* binding */ isLimit),
/* harmony export */   dg: () => (/* binding */ isTransient),
/* harmony export */   tE: () => (/* binding */ decideRetry),
/* harmony export */   yE: () => (/* binding */ RETRY_POLICY)
/* harmony export */ });
/** When a request is made again: the policy as data, the decision as a pure function. */
/** Pauses of about 0.5, 1.3, 3, 8 and 20 s: quick for a hiccup, long enough for a restart. */
const RETRY_POLICY = {
    budgetMs: 60_000,
    firstPauseMs: 500,
    factor: 2.5,
    maxPauseMs: 20_000,
};
/** Statuses of servers and proxies that are overloaded, restarting or timing out; 501 and 505 are permanent. */
function isTransient(status) {
    return (status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505));
}
/** Refused before anything happens: 429, and the 403 of a server that reports when its limit ends (GitHub). */
function isLimit({ status, hintMs, }) {
    return status === 429 || (status === 403 && hintMs !== undefined);
}
function mayRepeat(attempt, effect) {
    if (attempt.kind === 'response') {
        // A 5xx may come after the effect.
        return isLimit(attempt) || (effect === 'idempotent' && isTransient(attempt.status));
    }
    return attempt.transient && (effect === 'idempotent' || !attempt.maybeDelivered);
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
    const hint = attempt.kind === 'response' ? attempt.hintMs : undefined;
    if (hint !== undefined && hint > left)
        return { kind: 'retry-later', afterMs: hint };
    if (progress.tried > policy.retries)
        return { kind: 'stop' };
    if (hint !== undefined)
        return { kind: 'retry', afterMs: Math.min(asRequested(hint, random), left) };
    const afterMs = backoff(progress.tried, policy, random);
    return afterMs > left ? { kind: 'stop' } : { kind: 'retry', afterMs };
}
function backoff(tried, policy, random) {
    const pause = Math.min(policy.firstPauseMs * policy.factor ** (tried - 1), policy.maxPauseMs);
    return Math.round(pause * (0.5 + random / 2));
}
/** Never earlier than requested, at least 1 s (reset times have whole seconds), plus up to a second of jitter. */
function asRequested(hintMs, random) {
    return Math.round(Math.max(hintMs, 1000) + random * 1000);
}
/** Epoch seconds at which a limit ends: Sentry reports it on a 429, GitHub on a 403 or 429 with nothing remaining. */
function resetHeader(status, header) {
    if (status !== 403 && status !== 429)
        return undefined;
    if (header('x-ratelimit-remaining')?.trim() === '0')
        return header('x-ratelimit-reset');
    return status === 429 ? header('x-sentry-rate-limit-reset') : undefined;
}
/**
 * The pause in milliseconds that a response requests, or undefined: `Retry-After` in both forms, else the reset of a
 * limit (neither Sentry nor GitHub's primary limit sends a `Retry-After`). Points in time are taken relative to the
 * response's own `Date`, because the runner's clock may be off.
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

/***/ 9407:
/***/ ((module, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(module, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _main_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(392);

/* The runner starts this file as the main step and, at the end of the job, as the post step. */
await (0,_main_js__WEBPACK_IMPORTED_MODULE_0__/* .start */ .ni)(process);

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 392:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  ni: () => (/* binding */ start)
});

// UNUSED EXPORTS: main, post

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: external "os"
var external_os_ = __nccwpck_require__(857);
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function utils_toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function command_issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_.EOL);
}
function command_issue(name, message = '') {
    command_issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map
// EXTERNAL MODULE: external "crypto"
var external_crypto_ = __nccwpck_require__(6982);
// EXTERNAL MODULE: external "fs"
var external_fs_ = __nccwpck_require__(9896);
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function file_command_issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!external_fs_.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    external_fs_.appendFileSync(filePath, `${utils_toCommandValue(message)}${external_os_.EOL}`, {
        encoding: 'utf8'
    });
}
function file_command_prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${external_crypto_.randomUUID()}`;
    const convertedValue = utils_toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${external_os_.EOL}${convertedValue}${external_os_.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
// EXTERNAL MODULE: external "path"
var external_path_ = __nccwpck_require__(6928);
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/oidc-utils.js
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};



class oidc_utils_OidcClient {
    static createHttpClient(allowRetry = true, maxRetry = 10) {
        const requestOptions = {
            allowRetries: allowRetry,
            maxRetries: maxRetry
        };
        return new HttpClient('actions/oidc-client', [new BearerCredentialHandler(oidc_utils_OidcClient.getRequestToken())], requestOptions);
    }
    static getRequestToken() {
        const token = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
        if (!token) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_TOKEN env variable');
        }
        return token;
    }
    static getIDTokenUrl() {
        const runtimeUrl = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
        if (!runtimeUrl) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
        }
        return runtimeUrl;
    }
    static getCall(id_token_url) {
        return __awaiter(this, void 0, void 0, function* () {
            var _a;
            const httpclient = oidc_utils_OidcClient.createHttpClient();
            const res = yield httpclient
                .getJson(id_token_url)
                .catch(error => {
                throw new Error(`Failed to get ID Token. \n 
        Error Code : ${error.statusCode}\n 
        Error Message: ${error.message}`);
            });
            const id_token = (_a = res.result) === null || _a === void 0 ? void 0 : _a.value;
            if (!id_token) {
                throw new Error('Response json body do not have ID Token field');
            }
            return id_token;
        });
    }
    static getIDToken(audience) {
        return __awaiter(this, void 0, void 0, function* () {
            try {
                // New ID Token is requested from action service
                let id_token_url = oidc_utils_OidcClient.getIDTokenUrl();
                if (audience) {
                    const encodedAudience = encodeURIComponent(audience);
                    id_token_url = `${id_token_url}&audience=${encodedAudience}`;
                }
                debug(`ID token url is ${id_token_url}`);
                const id_token = yield oidc_utils_OidcClient.getCall(id_token_url);
                setSecret(id_token);
                return id_token;
            }
            catch (error) {
                throw new Error(`Error message: ${error.message}`);
            }
        });
    }
}
//# sourceMappingURL=oidc-utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/summary.js
var summary_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const { access, appendFile, writeFile } = external_fs_.promises;
const SUMMARY_ENV_VAR = 'GITHUB_STEP_SUMMARY';
const SUMMARY_DOCS_URL = 'https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-job-summary';
class Summary {
    constructor() {
        this._buffer = '';
    }
    /**
     * Finds the summary file path from the environment, rejects if env var is not found or file does not exist
     * Also checks r/w permissions.
     *
     * @returns step summary file path
     */
    filePath() {
        return summary_awaiter(this, void 0, void 0, function* () {
            if (this._filePath) {
                return this._filePath;
            }
            const pathFromEnv = process.env[SUMMARY_ENV_VAR];
            if (!pathFromEnv) {
                throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
            }
            try {
                yield access(pathFromEnv, external_fs_.constants.R_OK | external_fs_.constants.W_OK);
            }
            catch (_a) {
                throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
            }
            this._filePath = pathFromEnv;
            return this._filePath;
        });
    }
    /**
     * Wraps content in an HTML tag, adding any HTML attributes
     *
     * @param {string} tag HTML tag to wrap
     * @param {string | null} content content within the tag
     * @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
     *
     * @returns {string} content wrapped in HTML element
     */
    wrap(tag, content, attrs = {}) {
        const htmlAttrs = Object.entries(attrs)
            .map(([key, value]) => ` ${key}="${value}"`)
            .join('');
        if (!content) {
            return `<${tag}${htmlAttrs}>`;
        }
        return `<${tag}${htmlAttrs}>${content}</${tag}>`;
    }
    /**
     * Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
     *
     * @param {SummaryWriteOptions} [options] (optional) options for write operation
     *
     * @returns {Promise<Summary>} summary instance
     */
    write(options) {
        return summary_awaiter(this, void 0, void 0, function* () {
            const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
            const filePath = yield this.filePath();
            const writeFunc = overwrite ? writeFile : appendFile;
            yield writeFunc(filePath, this._buffer, { encoding: 'utf8' });
            return this.emptyBuffer();
        });
    }
    /**
     * Clears the summary buffer and wipes the summary file
     *
     * @returns {Summary} summary instance
     */
    clear() {
        return summary_awaiter(this, void 0, void 0, function* () {
            return this.emptyBuffer().write({ overwrite: true });
        });
    }
    /**
     * Returns the current summary buffer as a string
     *
     * @returns {string} string of summary buffer
     */
    stringify() {
        return this._buffer;
    }
    /**
     * If the summary buffer is empty
     *
     * @returns {boolen} true if the buffer is empty
     */
    isEmptyBuffer() {
        return this._buffer.length === 0;
    }
    /**
     * Resets the summary buffer without writing to summary file
     *
     * @returns {Summary} summary instance
     */
    emptyBuffer() {
        this._buffer = '';
        return this;
    }
    /**
     * Adds raw text to the summary buffer
     *
     * @param {string} text content to add
     * @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
     *
     * @returns {Summary} summary instance
     */
    addRaw(text, addEOL = false) {
        this._buffer += text;
        return addEOL ? this.addEOL() : this;
    }
    /**
     * Adds the operating system-specific end-of-line marker to the buffer
     *
     * @returns {Summary} summary instance
     */
    addEOL() {
        return this.addRaw(external_os_.EOL);
    }
    /**
     * Adds an HTML codeblock to the summary buffer
     *
     * @param {string} code content to render within fenced code block
     * @param {string} lang (optional) language to syntax highlight code
     *
     * @returns {Summary} summary instance
     */
    addCodeBlock(code, lang) {
        const attrs = Object.assign({}, (lang && { lang }));
        const element = this.wrap('pre', this.wrap('code', code), attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML list to the summary buffer
     *
     * @param {string[]} items list of items to render
     * @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
     *
     * @returns {Summary} summary instance
     */
    addList(items, ordered = false) {
        const tag = ordered ? 'ol' : 'ul';
        const listItems = items.map(item => this.wrap('li', item)).join('');
        const element = this.wrap(tag, listItems);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML table to the summary buffer
     *
     * @param {SummaryTableCell[]} rows table rows
     *
     * @returns {Summary} summary instance
     */
    addTable(rows) {
        const tableBody = rows
            .map(row => {
            const cells = row
                .map(cell => {
                if (typeof cell === 'string') {
                    return this.wrap('td', cell);
                }
                const { header, data, colspan, rowspan } = cell;
                const tag = header ? 'th' : 'td';
                const attrs = Object.assign(Object.assign({}, (colspan && { colspan })), (rowspan && { rowspan }));
                return this.wrap(tag, data, attrs);
            })
                .join('');
            return this.wrap('tr', cells);
        })
            .join('');
        const element = this.wrap('table', tableBody);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds a collapsable HTML details element to the summary buffer
     *
     * @param {string} label text for the closed state
     * @param {string} content collapsable content
     *
     * @returns {Summary} summary instance
     */
    addDetails(label, content) {
        const element = this.wrap('details', this.wrap('summary', label) + content);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML image tag to the summary buffer
     *
     * @param {string} src path to the image you to embed
     * @param {string} alt text description of the image
     * @param {SummaryImageOptions} options (optional) addition image attributes
     *
     * @returns {Summary} summary instance
     */
    addImage(src, alt, options) {
        const { width, height } = options || {};
        const attrs = Object.assign(Object.assign({}, (width && { width })), (height && { height }));
        const element = this.wrap('img', null, Object.assign({ src, alt }, attrs));
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML section heading element
     *
     * @param {string} text heading text
     * @param {number | string} [level=1] (optional) the heading level, default: 1
     *
     * @returns {Summary} summary instance
     */
    addHeading(text, level) {
        const tag = `h${level}`;
        const allowedTag = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].includes(tag)
            ? tag
            : 'h1';
        const element = this.wrap(allowedTag, text);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML thematic break (<hr>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addSeparator() {
        const element = this.wrap('hr', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML line break (<br>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addBreak() {
        const element = this.wrap('br', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML blockquote to the summary buffer
     *
     * @param {string} text quote text
     * @param {string} cite (optional) citation url
     *
     * @returns {Summary} summary instance
     */
    addQuote(text, cite) {
        const attrs = Object.assign({}, (cite && { cite }));
        const element = this.wrap('blockquote', text, attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML anchor tag to the summary buffer
     *
     * @param {string} text link text/content
     * @param {string} href hyperlink
     *
     * @returns {Summary} summary instance
     */
    addLink(text, href) {
        const element = this.wrap('a', text, { href });
        return this.addRaw(element).addEOL();
    }
}
const _summary = new Summary();
/**
 * @deprecated use `core.summary`
 */
const markdownSummary = (/* unused pure expression or super */ null && (_summary));
const summary = _summary;
//# sourceMappingURL=summary.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/path-utils.js

/**
 * toPosixPath converts the given path to the posix form. On Windows, \\ will be
 * replaced with /.
 *
 * @param pth. Path to transform.
 * @return string Posix path.
 */
function toPosixPath(pth) {
    return pth.replace(/[\\]/g, '/');
}
/**
 * toWin32Path converts the given path to the win32 form. On Linux, / will be
 * replaced with \\.
 *
 * @param pth. Path to transform.
 * @return string Win32 path.
 */
function toWin32Path(pth) {
    return pth.replace(/[/]/g, '\\');
}
/**
 * toPlatformPath converts the given path to a platform-specific path. It does
 * this by replacing instances of / and \ with the platform-specific path
 * separator.
 *
 * @param pth The path to platformize.
 * @return string The platform-specific path.
 */
function toPlatformPath(pth) {
    return pth.replace(/[/\\]/g, path.sep);
}
//# sourceMappingURL=path-utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/platform.js
var platform_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const getWindowsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout: version } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Version"', undefined, {
        silent: true
    });
    const { stdout: name } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Caption"', undefined, {
        silent: true
    });
    return {
        name: name.trim(),
        version: version.trim()
    };
});
const getMacOsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    var _a, _b, _c, _d;
    const { stdout } = yield exec.getExecOutput('sw_vers', undefined, {
        silent: true
    });
    const version = (_b = (_a = stdout.match(/ProductVersion:\s*(.+)/)) === null || _a === void 0 ? void 0 : _a[1]) !== null && _b !== void 0 ? _b : '';
    const name = (_d = (_c = stdout.match(/ProductName:\s*(.+)/)) === null || _c === void 0 ? void 0 : _c[1]) !== null && _d !== void 0 ? _d : '';
    return {
        name,
        version
    };
});
const getLinuxInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout } = yield exec.getExecOutput('lsb_release', ['-i', '-r', '-s'], {
        silent: true
    });
    const [name, version] = stdout.trim().split('\n');
    return {
        name,
        version
    };
});
const platform = external_os_.platform();
const arch = external_os_.arch();
const isWindows = platform === 'win32';
const isMacOS = platform === 'darwin';
const isLinux = platform === 'linux';
function getDetails() {
    return platform_awaiter(this, void 0, void 0, function* () {
        return Object.assign(Object.assign({}, (yield (isWindows
            ? getWindowsInfo()
            : isMacOS
                ? getMacOsInfo()
                : getLinuxInfo()))), { platform,
            arch,
            isWindows,
            isMacOS,
            isLinux });
    });
}
//# sourceMappingURL=platform.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/core.js
var core_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};






/**
 * The code to exit an action
 */
var ExitCode;
(function (ExitCode) {
    /**
     * A code indicating that the action was successful
     */
    ExitCode[ExitCode["Success"] = 0] = "Success";
    /**
     * A code indicating that the action was a failure
     */
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
//-----------------------------------------------------------------------
// Variables
//-----------------------------------------------------------------------
/**
 * Sets env variable for this action and future actions in the job
 * @param name the name of the variable to set
 * @param val the value of the variable. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    issueCommand('set-env', { name }, convertedVal);
}
/**
 * Registers a secret which will get masked from logs
 *
 * @param secret - Value of the secret to be masked
 * @remarks
 * This function instructs the Actions runner to mask the specified value in any
 * logs produced during the workflow run. Once registered, the secret value will
 * be replaced with asterisks (***) whenever it appears in console output, logs,
 * or error messages.
 *
 * This is useful for protecting sensitive information such as:
 * - API keys
 * - Access tokens
 * - Authentication credentials
 * - URL parameters containing signatures (SAS tokens)
 *
 * Note that masking only affects future logs; any previous appearances of the
 * secret in logs before calling this function will remain unmasked.
 *
 * @example
 * ```typescript
 * // Register an API token as a secret
 * const apiToken = "abc123xyz456";
 * setSecret(apiToken);
 *
 * // Now any logs containing this value will show *** instead
 * console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
 * ```
 */
function core_setSecret(secret) {
    command_issueCommand('add-mask', {}, secret);
}
/**
 * Prepends inputPath to the PATH (for this action and future actions)
 * @param inputPath
 */
function addPath(inputPath) {
    const filePath = process.env['GITHUB_PATH'] || '';
    if (filePath) {
        issueFileCommand('PATH', inputPath);
    }
    else {
        issueCommand('add-path', {}, inputPath);
    }
    process.env['PATH'] = `${inputPath}${path.delimiter}${process.env['PATH']}`;
}
/**
 * Gets the value of an input.
 * Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
 * Returns an empty string if the value is not defined.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string
 */
function getInput(name, options) {
    const val = process.env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] || '';
    if (options && options.required && !val) {
        throw new Error(`Input required and not supplied: ${name}`);
    }
    if (options && options.trimWhitespace === false) {
        return val;
    }
    return val.trim();
}
/**
 * Gets the values of an multiline input.  Each value is also trimmed.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string[]
 *
 */
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
/**
 * Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
 * Support boolean input list: `true | True | TRUE | false | False | FALSE` .
 * The return value is also in boolean type.
 * ref: https://yaml.org/spec/1.2/spec.html#id2804923
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   boolean
 */
function getBooleanInput(name, options) {
    const trueValue = ['true', 'True', 'TRUE'];
    const falseValue = ['false', 'False', 'FALSE'];
    const val = getInput(name, options);
    if (trueValue.includes(val))
        return true;
    if (falseValue.includes(val))
        return false;
    throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\n` +
        `Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
/**
 * Sets the value of an output.
 *
 * @param     name     name of the output to set
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return file_command_issueFileCommand('OUTPUT', file_command_prepareKeyValueMessage(name, value));
    }
    process.stdout.write(external_os_.EOL);
    command_issueCommand('set-output', { name }, utils_toCommandValue(value));
}
/**
 * Enables or disables the echoing of commands into stdout for the rest of the step.
 * Echoing is disabled by default if ACTIONS_STEP_DEBUG is not set.
 *
 */
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
//-----------------------------------------------------------------------
// Results
//-----------------------------------------------------------------------
/**
 * Sets the action status to failed.
 * When the action exits it will be with an exit code of 1
 * @param message add error issue message
 */
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    error(message);
}
//-----------------------------------------------------------------------
// Logging Commands
//-----------------------------------------------------------------------
/**
 * Gets whether Actions Step Debug is on or not
 */
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function core_debug(message) {
    command_issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    command_issueCommand('error', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    command_issueCommand('warning', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    command_issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function info(message) {
    process.stdout.write(message + external_os_.EOL);
}
/**
 * Begin an output group.
 *
 * Output until the next `groupEnd` will be foldable in this group
 *
 * @param name The name of the output group
 */
function startGroup(name) {
    command_issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    command_issue('endgroup');
}
/**
 * Wrap an asynchronous function call in a group.
 *
 * Returns the same type as the function itself.
 *
 * @param name The name of the group
 * @param fn The function to wrap in the group
 */
function group(name, fn) {
    return core_awaiter(this, void 0, void 0, function* () {
        startGroup(name);
        let result;
        try {
            result = yield fn();
        }
        finally {
            endGroup();
        }
        return result;
    });
}
//-----------------------------------------------------------------------
// Wrapper action state
//-----------------------------------------------------------------------
/**
 * Saves state for current action, the state can only be retrieved by this action's post job execution.
 *
 * @param     name     name of the state to store
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return file_command_issueFileCommand('STATE', file_command_prepareKeyValueMessage(name, value));
    }
    command_issueCommand('save-state', { name }, utils_toCommandValue(value));
}
/**
 * Gets the value of an state set by this action's main execution.
 *
 * @param     name     name of the state to get
 * @returns   string
 */
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return core_awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
/**
 * Summary exports
 */

/**
 * @deprecated use core.summary
 */

/**
 * Path exports
 */

/**
 * Platform utilities exports
 */

//# sourceMappingURL=core.js.map
// EXTERNAL MODULE: ./src/text/sanitize.ts
var sanitize = __nccwpck_require__(4212);
;// CONCATENATED MODULE: ./src/actions.ts


/** GitHub drops a job summary above 1 MiB. */
const MAX_SUMMARY_BYTES = 1024 * 1024;
/** GitHub refuses the message of an annotation above 64 KiB. */
const MAX_ANNOTATION_BYTES = 64 * 1024;
const CUT = '\n… The log of the step has the whole message.';
/**
 * The runner's side of the ports. Whatever leaves the process passes here, so secrets are removed and
 * workflow commands escaped here, for every output alike. The secrets are registered with the runner first, which masks them, too.
 */
function createActions(redactor) {
    for (const secret of redactor.secrets) {
        core_setSecret(secret);
        core_setSecret(Buffer.from(secret).toString('base64'));
    }
    const redact = (text) => redactor.redact(text);
    const safe = (text) => (0,sanitize/* escapeCommands */.g9)(redact(text));
    const annotate = (write, message, title) => {
        const text = safe(message);
        const fits = fitAnnotation(text);
        write(fits, title === undefined ? {} : { title });
        if (fits !== text)
            info(text);
    };
    const logger = {
        debug: (message) => {
            core_debug(safe(message));
        },
        info: (message) => {
            info(safe(message));
        },
        notice: (message, title) => {
            annotate(notice, message, title);
        },
        warning: (message, title) => {
            annotate(warning, message, title);
        },
        error: (message, title) => {
            annotate(error, message, title);
        },
        group: async (title, body) => {
            startGroup(safe(title));
            try {
                return await body();
            }
            finally {
                endGroup();
            }
        },
    };
    return {
        logger,
        redact,
        outputs: {
            set: writer('output', logger, (name, value) => {
                setOutput(name, redact(value));
            }),
        },
        state: {
            read: (name) => getState(name),
            save: writer('state', logger, (name, value) => {
                saveState(name, redact(value));
            }),
        },
        summary: {
            write: async (markdown) => {
                const text = redact(markdown);
                const fits = Buffer.byteLength(text) <= MAX_SUMMARY_BYTES;
                try {
                    await summary.addRaw(fits ? text : 'The summary is too long for GitHub; see the log.').write();
                }
                catch {
                    logger.debug('no job summary was written: GITHUB_STEP_SUMMARY is not set or not writable');
                }
            },
        },
    };
}
/** The message as it is, or as much of it as GitHub takes. */
function fitAnnotation(message) {
    const bytes = Buffer.from(message);
    if (bytes.length <= MAX_ANNOTATION_BYTES)
        return message;
    const start = bytes.subarray(0, MAX_ANNOTATION_BYTES - Buffer.byteLength(CUT)).toString('utf8');
    // The last character may be cut in two.
    return start.replace(/\ufffd+$/, '') + CUT;
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
            logger.warning(`The runner's ${kind} file cannot be written, so later steps cannot read ${name}. Its value is: ${value}`);
        }
    };
}

// EXTERNAL MODULE: ./src/errors.ts
var errors = __nccwpck_require__(3916);
// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __nccwpck_require__(7067);
;// CONCATENATED MODULE: ./node_modules/actions-http-client/lib/proxy.js
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
// EXTERNAL MODULE: ./src/http/failure.ts
var http_failure = __nccwpck_require__(2398);
;// CONCATENATED MODULE: ./src/http/connections.ts



/**
 * Gives the agent for a request, by the proxy rules of GitHub's own actions.
 * @throws Error with code `ERR_UNUSABLE_PROXY` when the environment names a proxy that is no usable URL
 */
function createConnections(env) {
    const agents = new Map();
    return async (url, kind) => {
        const proxy = proxyFor(url, env);
        const key = `${url.protocol} ${kind} ${proxy?.href ?? ''}`;
        const agent = agents.get(key) ?? (await createAgent(url.protocol, kind === 'reused', proxy));
        agents.set(key, agent);
        return agent;
    };
}
async function createAgent(protocol, keepAlive, proxy) {
    if (proxy) {
        const { createTunnelAgent } = await __nccwpck_require__.e(/* import() */ 856).then(__nccwpck_require__.bind(__nccwpck_require__, 6856));
        return createTunnelAgent(proxy, protocol, keepAlive);
    }
    if (protocol === 'http:')
        return new external_node_http_.Agent({ keepAlive });
    // Late, because TLS takes a third of the time in which Node starts, and stand-ins on loopback do without.
    const { Agent: TlsAgent } = await Promise.resolve(/* import() */).then(__nccwpck_require__.t.bind(__nccwpck_require__, 4708, 23));
    return new TlsAgent({ keepAlive });
}
/**
 * The proxy of a request. Where the toolkit cannot read the variable the request would go out directly, which is never
 * what somebody wanted who set it.
 */
function proxyFor(url, env) {
    const proxy = readProxy(url);
    if (proxy?.hostname)
        return proxy;
    const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
    if ((env[name] || env[name.toUpperCase()]) && !checkBypass(url)) {
        throw Object.assign(new Error('unusable proxy'), { code: http_failure/* UNUSABLE_PROXY */.fB });
    }
    return undefined;
}
/** Without a host for what the toolkit takes for no proxy: "proxy.test:3128" is a URL with a strange scheme to it. */
function readProxy(url) {
    try {
        return getProxyUrl(url);
    }
    catch {
        return undefined;
    }
}
function watchConnection() {
    let unanswered = () => false;
    const upgraded = rejectable();
    return {
        observe: (request) => {
            request.once('socket', (socket) => {
                const before = socket.bytesRead;
                unanswered = () => request.reusedSocket && socket.bytesRead === before;
            });
            request.once('upgrade', (_, socket) => {
                socket.destroy();
                upgraded.reject(new Error('the server switched protocols'));
            });
        },
        isStale: () => unanswered(),
        upgraded: upgraded.promise,
    };
}
function rejectable() {
    let reject = () => undefined;
    const promise = new Promise((_, fail) => {
        reject = fail;
    });
    return { promise, reject };
}

// EXTERNAL MODULE: ./src/http/read.ts
var read = __nccwpck_require__(2346);
;// CONCATENATED MODULE: ./src/http/transport.ts



/** Bytes. JSON responses are far smaller; what is larger is not a response of the API. */
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024;
/**
 * Sends what is read over Node's own HTTP, and what changes something through axios. Both use the same agents, so the
 * same connections. What they throw never leaves this function: errors of axios hold the request's headers.
 *
 * A server may close a connection after its response without saying so, and the next request then meets the end of it.
 * Therefore no request that creates something goes out on a reused connection, and any other one that breaks there
 * before the first byte of a response goes out once more, on a fresh one. For the caller both are one attempt.
 */
function createTransport(env = {}) {
    const agentFor = createConnections(env);
    async function send(outgoing, signal) {
        const { url, effect, method, maxResponseBytes: maxBytes = MAX_RESPONSE_BYTES } = outgoing;
        const once = method === 'GET' ? read/* read */.L : (await Promise.all(/* import() */[__nccwpck_require__.e(637), __nccwpck_require__.e(539)]).then(__nccwpck_require__.bind(__nccwpck_require__, 6539))).write;
        const watch = watchConnection();
        const sendOver = async (kind) => {
            const agent = await agentFor(url, kind);
            return await Promise.race([once(outgoing, agent, maxBytes, signal, watch.observe), watch.upgraded]);
        };
        if (effect === 'creates')
            return await sendOver('fresh');
        try {
            return await sendOver('reused');
        }
        catch (error) {
            if (signal.aborted || !watch.isStale())
                throw error;
            return await sendOver('fresh');
        }
    }
    return async (outgoing, peer, limit, signal) => {
        try {
            return { kind: 'response', response: await send(outgoing, AbortSignal.any([signal, limit])) };
        }
        catch (error) {
            signal.throwIfAborted();
            if (limit.aborted)
                return { kind: 'failure', failure: tooSlow(outgoing.url.host) };
            return { kind: 'failure', failure: (0,http_failure/* classify */.L8)(readError(error), peer, outgoing.url.host) };
        }
    };
}
function tooSlow(host) {
    return {
        kind: 'timeout',
        maybeDelivered: true,
        transient: true,
        sentence: `${host} did not respond in time`,
        advice: 'Raise request-timeout, or look at the status page of the server.',
    };
}
/** An AxiosError holds the error of the socket as its cause, with what else is known. */
function readError(error) {
    if (!(error instanceof Error))
        return { code: '', message: '' };
    const { code, cause } = error;
    const { status } = (cause instanceof Error ? cause : error);
    return {
        code: typeof code === 'string' ? code : '',
        message: error.message,
        ...(typeof status === 'number' ? { proxyStatus: status } : {}),
    };
}

;// CONCATENATED MODULE: ./src/text/sha.ts
const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
/**
 * A full commit SHA in lower case (40 hex digits, or 64 in SHA-256 repositories); undefined for anything else, and for
 * zeros, which Git writes where there is no commit.
 */
function parseSha(text) {
    return typeof text === 'string' && SHA.test(text) && !/^0+$/.test(text) ? text.toLowerCase() : undefined;
}

;// CONCATENATED MODULE: ./src/text/url-credentials.ts
/** User names and passwords inside of URLs, which people put into inputs and variables, and which must not be displayed. */
const HIDDEN = '***';
/** Characters; shorter ones are hidden in messages, but masking them would blank out ordinary text. */
const MIN_MASKED_PASSWORD = 6;
/** Without a password a user name is a secret when it is as long as a token. */
const MIN_MASKED_USER = 16;
/** Replaces what stands between the scheme and the `@` of every URL in a text. */
function hideUrlCredentials(text) {
    const parts = [];
    let done = 0;
    for (const [from, to] of credentialRanges(text)) {
        parts.push(text.slice(done, from), HIDDEN);
        done = to;
    }
    return parts.join('') + text.slice(done);
}
/**
 * For a text that should be a URL: also hides what the user wrote without `//`, as `user:password@host`, and a
 * password with a line break or a space in it.
 */
function hideInUrl(text) {
    const odd = /\s/.test(text) || !/[\\/]{2}/.test(text);
    return odd ? text.replace(/^.*@/s, `${HIDDEN}@`) : hideUrlCredentials(text);
}
/** The passwords, and the user names that are tokens, of every URL in a text, also in decoded form. */
function urlSecrets(text) {
    return credentialRanges(text).flatMap(([from, to]) => {
        const [user = '', ...rest] = text.slice(from, to).split(':');
        const password = rest.join(':');
        const secret = rest.length > 0 ? password : user;
        const min = rest.length > 0 ? MIN_MASKED_PASSWORD : MIN_MASKED_USER;
        return secret.length < min ? [] : [...new Set([secret, decoded(secret)])];
    });
}
/** Parsers of URLs take any number of slashes after these schemes, in both directions. */
const AUTHORITY_START = /\b(?:https?|wss?|ftps?):[\\/]*|[\\/]{2,}/gi;
/** Where the URL names a user: from the first character of the name to its `@`. */
function credentialRanges(text) {
    const ranges = [];
    let done = 0;
    for (const match of text.matchAll(AUTHORITY_START)) {
        const from = match.index + match[0].length;
        if (from < done)
            continue;
        const [line = ''] = text.slice(from).split(/[\r\n]/, 1);
        const [authority = ''] = line.split(/[\s\\/?#]/, 1);
        const length = authority.includes('@') ? authority.lastIndexOf('@') : oddPasswordEnd(authority, line);
        if (length < 0)
            continue;
        done = from + length;
        ranges.push([from, done]);
    }
    return ranges;
}
/** A password with a slash or a space in it, which no URL can have: what stands at the place of a port is no number. */
function oddPasswordEnd(authority, line) {
    return /^[^[:]*:(?!\d*$)/.test(authority) ? line.lastIndexOf('@') : -1;
}
function decoded(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}

// EXTERNAL MODULE: ./src/wait/durations.ts
var durations = __nccwpck_require__(120);
;// CONCATENATED MODULE: ./src/text/oddities.ts
/** Texts that are not what their author sees in the workflow file. */
/** Traces of a value that got lost on its way into an input. No input takes them. */
const LOST_VALUES = [
    [
        /^(?:Array|Object)$/,
        'GitHub writes this for a whole array or object: use join() or toJSON() in the expression',
    ],
    [/^\[object Object\]$/, 'JavaScript writes this for a whole object: use JSON.stringify()'],
    [/^\*{3}$/, 'GitHub shows this in the place of a secret; it is not its value'],
    [/\$\{\{/, 'this expression was not evaluated, as in a file that GitHub does not read as a workflow'],
    [/^(?:null|undefined)$/, 'this is what an empty value becomes in JSON or in a script'],
];
/** What is not visible in a text that was refused for another reason. */
const ODDITIES = [
    [/^-\s+\S/, 'this is a list in YAML, and one value is needed'],
    [/^(["'`]).*\1$/s, 'the quotes are part of the value'],
];
/** Invisible characters, spaces that are not the usual one, and full-width forms, which copied texts bring along. */
const ODD_CHARACTER = /(?![\t\r\n ])[\p{Cc}\p{Cf}\p{Zs}\p{Default_Ignorable_Code_Point}\uFF01-\uFF5E]/u;
function isLostValue(text) {
    return LOST_VALUES.some(([pattern]) => pattern.test(text));
}
/** What a text is that its author did not mean, in brackets after a space; empty for any other text. */
function describeOddity(text) {
    const nature = [...LOST_VALUES, ...ODDITIES].find(([pattern]) => pattern.test(text))?.[1] ?? oddityOf(text);
    return nature === undefined ? '' : ` (${nature})`;
}
function oddityOf(text) {
    const code = ODD_CHARACTER.exec(text)?.[0].codePointAt(0);
    if (code === undefined)
        return undefined;
    const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    return `it contains ${name}, an invisible or look-alike character: type the text instead of copying it`;
}

// EXTERNAL MODULE: ./src/text/url.ts
var text_url = __nccwpck_require__(114);
;// CONCATENATED MODULE: ./src/inputs/field.ts



/** Why parts of a text are refused. */
class Refusals {
    list;
    constructor(list) {
        this.list = list;
    }
}
/** A row whose value is one of a few words. */
function oneOf(choices) {
    const expected = [choices.slice(0, -1).join(', '), choices.at(-1)].filter(Boolean).join(' or ');
    return { expected, parse: (text) => choices.find((choice) => choice === text) };
}
/** A row whose value is a URL, which must not name a user or a password. */
function url(expected, parse) {
    return {
        expected: `${expected}, without user and password`,
        parse: (text) => {
            const { username, password } = (0,text_url/* parseUrl */.D)(text) ?? { username: '', password: '' };
            return username === '' && password === '' ? parse(text) : undefined;
        },
        hide: hideInUrl,
    };
}
/** A row for any text. */
const ANY_TEXT = { optional: true, expected: 'a text', parse: (text) => text };
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
/** A value for an input that was not given; a problem with it is reported in the name of the input. */
function fallback(name, text) {
    return text === undefined ? undefined : { text, source: `input ${name}` };
}
/** What was given for each row: the input, else its variable, else its default. */
function field_read(rows, env) {
    const entries = Object.entries(rows).map(([key, row]) => {
        const found = input(env, row.input) ?? (row.env === undefined ? undefined : variable(env, row.env));
        const text = found && (row.secret === 'token' ? stripQuotes(found.text) : found.text);
        return [key, found && text !== undefined ? { ...found, text } : fallback(row.input, row.default)];
    });
    return Object.fromEntries(entries);
}
/** Every text that a secret row may stand for, from inputs and variables alike. */
function secretsOf(rows, env) {
    return rows.flatMap((row) => {
        if (row.secret === undefined)
            return [];
        const found = [input(env, row.input), row.env === undefined ? undefined : variable(env, row.env)];
        return found.flatMap((given) => (given ? [given.text, stripQuotes(given.text)] : []));
    });
}
/** The inputs that are given with another meaning than their default. A variable in the place of one does not count. */
function changedInputs(rows, env) {
    return Object.values(rows).flatMap((row) => {
        const text = input(env, row.input)?.text;
        if (text === undefined)
            return [];
        const same = row.default !== undefined && JSON.stringify(row.parse(text)) === JSON.stringify(row.parse(row.default));
        return same ? [] : [row.input];
    });
}
/**
 * Checks what was given against the rows.
 * @returns the values, or every problem in the order of the rows
 */
function check(rows, given, show) {
    const problems = [];
    const values = {};
    for (const [key, { input: name, expected, parse, hide, secret, optional }] of Object.entries(rows)) {
        const found = given[key];
        if (!found) {
            values[key] = undefined;
            if (!optional)
                problems.push(missing(name, secret ? `${expected} (${NO_SECRETS})` : expected));
            continue;
        }
        const value = secret !== 'password' && isLostValue(found.text) ? undefined : parse(found.text);
        const refused = value instanceof Refusals ? value.list : [{ expected, got: found.text }];
        if (value !== undefined && !(value instanceof Refusals))
            values[key] = value;
        else
            problems.push(...refused.map((one) => problem({ ...found, text: one.got }, one.expected, show, hide)));
    }
    return { values: problems.length > 0 ? undefined : values, problems };
}
/**
 * A problem in one line: where, what was expected, what was got, and what that is when its author cannot see it.
 * @param hide hides what a message must not repeat
 */
function problem({ source, text }, expected, show, hide) {
    return `${source}: expected ${expected}, got ${text === '' ? 'nothing' : show(hide?.(text) ?? text) + describeOddity(text)}`;
}
/** The problem with an input that is required and not given. */
function missing(name, expected) {
    return problem({ text: '', source: `input ${name}` }, expected, String);
}
/** The first thing to check when a secret is missing. */
const NO_SECRETS = 'GitHub gives no secrets to runs that a fork or Dependabot started; for any other run check the name of the secret';
/** Why a value that was handed over arrives empty. */
const LOST = 'A job output arrives empty when GitHub takes it for a secret or when the job before was skipped; a variable, when it is not set.';
function stripQuotes(text) {
    return /^(?:"[^"]*"|'[^']*')$/.test(text) ? text.slice(1, -1).trim() : text;
}
/** `a is`, `a and b are`, `a, b and c are` */
function listed(names) {
    const last = names.at(-1) ?? '';
    return names.length < 2 ? `${last} is` : `${names.slice(0, -1).join(', ')} and ${last} are`;
}

;// CONCATENATED MODULE: ./src/inputs/parsers.ts



/** Texts of inputs to values. Each gives undefined for what it does not accept; none throws. */
/** `true` or `false` in any case, nothing else. */
function parseBoolean(text) {
    const lower = text.toLowerCase();
    return lower === 'true' ? true : lower === 'false' ? false : undefined;
}
/**
 * Items separated by line breaks, commas or spaces, each once, in order. A JSON array, quotes around an item, and the
 * dashes of a list in YAML are understood.
 */
function parseList(text) {
    const inner = /^\[(.*)\]$/s.exec(text)?.[1] ?? text;
    const items = inner.split(/[\s,]+/).filter((item) => item !== '' && item !== '-');
    return [...new Set(items.map(stripQuotes))];
}
/** Lines without what surrounds their text: spaces, the dashes of a list in YAML, quotes. A JSON array is understood. */
function parseLines(text) {
    const lines = jsonTexts(text) ?? text.split(/[\r\n]+/).map((line) => line.trim().replace(/^-\s+/, ''));
    return lines.map(stripQuotes).filter((line) => line !== '');
}
function jsonTexts(text) {
    if (!text.startsWith('['))
        return undefined;
    try {
        const json = JSON.parse(text);
        return Array.isArray(json) && json.every((item) => typeof item === 'string') ? json : undefined;
    }
    catch {
        return undefined;
    }
}
/** A whole number from `min` to `max`, in digits. */
function parseInteger(text, min, max) {
    if (!/^\d{1,15}$/.test(text))
        return undefined;
    const value = Number(text);
    return value >= min && value <= max ? value : undefined;
}
/**
 * The base URL of a server, with a slash at its end: https, or http on loopback; a path prefix, but no user, query or
 * fragment.
 */
function parseBaseUrl(text) {
    const url = /[\s?#]/.test(text) ? undefined : (0,text_url/* parseUrl */.D)(text);
    if (!url)
        return undefined;
    const secure = url.protocol === 'https:' || (url.protocol === 'http:' && (0,text_url/* isLoopback */.U)(url.hostname));
    if (!secure || url.username || url.password)
        return undefined;
    return url.pathname.endsWith('/') ? url.href : `${url.href}/`;
}
/** Code points; Sentry's column for links. */
const MAX_LINK = 200;
/** Characters of a whole host name. */
const MAX_HOST = 253;
const LETTER = String.raw `a-z\u00a1-\uffff`;
const IPV4 = String.raw `(?:0|25[0-5]|2[0-4]\d|1\d?\d?|[1-9]\d?)(?:\.(?:0|25[0-5]|2[0-4]\d|1\d?\d?|[1-9]\d?)){3}`;
const FIRST_LABEL = `[${LETTER}0-9](?:[${LETTER}0-9-]{0,61}[${LETTER}0-9])?`;
const INNER_LABELS = String.raw `(?:\.(?!-)[${LETTER}0-9-]{1,63}(?<!-))*`;
const LAST_LABEL = String.raw `\.(?!-)(?:[${LETTER}-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)\.?`;
const HOST = String.raw `${IPV4}|\[[0-9a-f:.]+\]|localhost|${FIRST_LABEL}${INNER_LABELS}${LAST_LABEL}`;
/** Django's URLValidator, which checks links in Sentry; the port as older versions of it want it. */
const LINK = new RegExp(String.raw `^(?:https?|ftps?)://(?:${HOST})(?::\d{2,5})?(?:[/?#][^\s\u001c-\u001f]*)?$`, 'i');
const LINK_EXPECTED = 'an http or https URL that Sentry accepts: at most 200 characters, no spaces, and a host such as git.example.com (no underscore, no digit in its last part)';
/**
 * A link as Sentry accepts it (its `url` fields reject anything else with 400), kept as it was written. Hosts with an
 * underscore, without a dot, or with a digit in their last label are refused there.
 */
function parseLink(text) {
    if ((0,sanitize/* lengthOf */.Y5)(text) > MAX_LINK || !LINK.test(text) || !text.isWellFormed())
        return undefined;
    const url = (0,text_url/* parseUrl */.D)(text);
    return url && url.hostname.length <= MAX_HOST ? text : undefined;
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
/** Code points; Sentry rejects a longer version with 400. */
const MAX_VERSION = 200;
/**
 * Why Sentry would refuse a release version (POST /releases/, 400), or undefined when it is allowed. Sentry keeps
 * versions byte for byte and compares them with case.
 */
function versionProblem(version) {
    const length = (0,sanitize/* lengthOf */.Y5)(version);
    if (version.trim() === '')
        return 'at least one character that is not a space';
    if (length > MAX_VERSION)
        return `at most ${MAX_VERSION} characters (this one has ${length})`;
    if (!version.isWellFormed())
        return 'well-formed Unicode';
    if (/[\r\n\f\t\0]/.test(version))
        return 'a version without line breaks, tabs and form feeds';
    if (/[/\\]/.test(version))
        return 'a version without "/" and "\\" (for a tag or branch give only its last part)';
    if (/^(\.|\.\.|latest)$/i.test(version.trim()))
        return 'a version other than ".", ".." and "latest"';
    return undefined;
}
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
    const list = parseList(text);
    return list.every((item) => parsePair(item) !== undefined) ? list : undefined;
}
/** The name of a platform, such as `cooker` or `rosa2021.1`, or a numeric id. */
function parsePlatform(text) {
    return /^[\w.-]{1,100}$/.test(text) ? text : undefined;
}
function parseArches(text) {
    const list = parseList(text);
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
/**
 * Ids as a list or, as this action's own output has them, as a JSON array; each once, in order. `[]` is that output
 * after a search that found nothing. A gap between commas is refused: there an id got lost, and its build would not
 * be waited for.
 */
function parseBuildIds(quoted) {
    const text = stripQuotes(quoted);
    const array = /^\[(.*)\]$/s.exec(text)?.[1]?.trim();
    if (array === '')
        return [];
    if ((array ?? text).split(',').some((item) => item.trim() === ''))
        return undefined;
    const list = parseList(text);
    const ids = list.flatMap((item) => parseId(item) ?? []);
    return ids.length === list.length && ids.length > 0 ? [...new Set(ids)] : undefined;
}

;// CONCATENATED MODULE: ./src/inputs/abf-keys.ts


/** The two inputs that hold keys of the server: further fields of a build, and filters of a search. */
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
 * A JSON object with fields of a create that no other input sets.
 * @returns undefined for anything but a JSON object
 */
function parseOptions(text) {
    let json;
    try {
        json = JSON.parse(text);
        // It is sent as JSON again, which fails on what is nested some thousand levels deep.
        JSON.stringify(json);
    }
    catch {
        return undefined;
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json))
        return undefined;
    const options = { ...json };
    const owned = Object.keys(options).flatMap((key) => {
        const owner = Object.hasOwn(OWNED_FIELDS, key) ? OWNED_FIELDS[key] : undefined;
        return owner === undefined
            ? []
            : [{ expected: `only fields without an input of their own (use ${owner})`, got: key }];
    });
    return owned.length > 0 ? new Refusals(owned) : options;
}
const NUMBER = { expected: 'a whole number', accepts: /^\d{1,10}$/ };
const MOMENT = { expected: 'Unix seconds or DD/MM/YYYY', accepts: /^(\d{1,12}|\d{2}\/\d{2}\/\d{4})$/ };
const TEXT = { expected: 'a text', accepts: /./ };
const FLAG = { expected: 'true, false, 1 or 0', accepts: /^(true|false|0|1)$/ };
/** The servers' filter keys. They take an empty or malformed value for 0, which finds nothing, so it is refused here. */
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
/** `key=value` lines; undefined for a text without any. */
function parseFilter(text) {
    const filter = {};
    const refused = [];
    for (const line of parseLines(text)) {
        const [, key = '', value = ''] = /^([^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
        const rule = Object.hasOwn(FILTER_KEYS, key) ? FILTER_KEYS[key] : undefined;
        if (!rule) {
            const known = Object.keys(FILTER_KEYS).join(', ');
            refused.push({ expected: `lines key=value with a key of ${known}`, got: line });
        }
        else if (!rule.accepts.test(value)) {
            refused.push({ expected: `${rule.expected} for ${key}`, got: value });
        }
        else if (Object.hasOwn(filter, key)) {
            refused.push({ expected: `${key} only once`, got: line });
        }
        else {
            filter[key] = value;
        }
    }
    if (refused.length > 0)
        return new Refusals(refused);
    return Object.keys(filter).length > 0 ? filter : undefined;
}

;// CONCATENATED MODULE: ./src/inputs/abf-rows.ts





/** The inputs of the ABF part one by one. How they go together is in `abf.ts`. */
const OPERATIONS = [
    'build',
    'watch',
    'publish',
    'publish-into-testing',
    'reject',
    'cancel',
    'search',
];
/** The operation that leaves the ABF part out on purpose. */
const OFF = 'none';
const MAX_TIMEOUT_MS = 120 * 3_600_000;
const MAX_INTERVAL_MS = 3_600_000;
const MAX_LOG_LINES = 1000;
/** Credentials. */
const LOGIN_ROWS = {
    token: {
        input: 'abf-token',
        env: 'ABF_TOKEN',
        secret: 'token',
        optional: true,
        expected: 'an ABF API token without spaces, line breaks and colons',
        parse: (text) => (/^[\x21-\x39\x3b-\x7e]+$/.test(text) ? text : undefined),
    },
    username: {
        input: 'abf-username',
        env: 'ABF_USERNAME',
        optional: true,
        expected: 'a login without a colon',
        parse: (text) => (text.includes(':') ? undefined : text),
    },
    password: { input: 'abf-password', env: 'ABF_PASSWORD', secret: 'password', ...ANY_TEXT },
};
/** What to build, as properties of `WantedBuild`. */
const BUILD_ROWS = {
    project: {
        input: 'abf-project',
        optional: true,
        expected: 'a project as owner/name, or its numeric id',
        parse: parsePair,
    },
    commit: {
        input: 'abf-commit',
        optional: true,
        expected: 'a full commit SHA of 40 or 64 hex digits, not all zeros',
        parse: parseSha,
    },
    projectVersion: {
        input: 'abf-project-version',
        optional: true,
        expected: 'a branch or tag without spaces',
        parse: (text) => (/\s/.test(text) ? undefined : text),
    },
    repository: {
        input: 'abf-repository',
        optional: true,
        expected: 'a repository as platform/repository, or its numeric id',
        parse: parsePair,
    },
    platform: {
        input: 'abf-platform',
        optional: true,
        expected: 'the name of a platform, or its numeric id',
        parse: parsePlatform,
    },
    includeRepositories: {
        input: 'abf-include-repositories',
        optional: true,
        expected: 'repositories as platform/repository or numeric ids, separated by commas, spaces or line breaks',
        parse: parsePairs,
    },
    arches: {
        input: 'abf-arches',
        default: 'x86_64',
        expected: 'names or numeric ids of architectures, separated by commas, spaces or line breaks',
        parse: parseArches,
    },
    updateType: {
        input: 'abf-update-type',
        default: 'bugfix',
        ...oneOf(['security', 'bugfix', 'enhancement', 'recommended', 'newpackage']),
    },
    mode: {
        input: 'abf-auto-publish',
        default: 'none',
        expected: 'none, default, testing, false or true',
        parse: parseMode,
    },
    options: {
        input: 'abf-build-options',
        optional: true,
        expected: 'a JSON object such as {"use_extra_tests": false}',
        parse: parseOptions,
    },
};
/** Which builds, and what to do with them. */
const SELECTION_ROWS = {
    operation: { input: 'abf-operation', optional: true, ...oneOf([...OPERATIONS, OFF]) },
    ids: {
        input: 'abf-build-list-ids',
        optional: true,
        expected: 'numeric ids of build lists, as a list without gaps or as a JSON array',
        parse: parseBuildIds,
    },
    filter: { input: 'abf-filter', optional: true, expected: 'lines key=value', parse: parseFilter },
};
/** How, as properties of `AbfOptions`. */
const OPTION_ROWS = {
    baseUrl: {
        input: 'abf-url',
        default: 'https://abf.openmandriva.org',
        ...url('the base URL of an ABF server such as https://abf.openmandriva.org (https, or http on loopback; no query, no /api/v1)', (text) => (/\/api\/v1\/?$/.test(text) ? undefined : parseBaseUrl(text))),
    },
    reuse: { input: 'abf-reuse', default: 'true', expected: 'true or false', parse: parseBoolean },
    wait: { input: 'abf-wait', default: 'true', expected: 'true or false', parse: parseBoolean },
    timeout: {
        input: 'abf-timeout',
        default: '5h30m',
        expected: 'a duration from 1s to 120h, such as 90m or 5h30m',
        parse: (text) => (0,durations/* parseDuration */.E)(text, 1000, MAX_TIMEOUT_MS),
    },
    pollInterval: {
        input: 'abf-poll-interval',
        default: '30s',
        expected: 'a duration from 1s to 1h, such as 30s',
        parse: (text) => (0,durations/* parseDuration */.E)(text, 1000, MAX_INTERVAL_MS),
    },
    onAbort: { input: 'abf-on-abort', default: 'cancel', ...oneOf(['cancel', 'leave']) },
    testsFailed: { input: 'abf-tests-failed', default: 'fail', ...oneOf(['fail', 'accept']) },
    unpermittedArch: { input: 'abf-unpermitted-arch', default: 'skip', ...oneOf(['skip', 'fail']) },
    logLines: {
        input: 'abf-log-lines',
        default: '50',
        expected: `a whole number from 0 to ${MAX_LOG_LINES}`,
        parse: (text) => parseInteger(text, 0, MAX_LOG_LINES),
    },
};
const ABF_ROWS = { ...LOGIN_ROWS, ...BUILD_ROWS, ...SELECTION_ROWS, ...OPTION_ROWS };

;// CONCATENATED MODULE: ./src/inputs/abf.ts



/** Any of these turns the ABF part on. */
const SWITCHES = [BUILD_ROWS.project, SELECTION_ROWS.ids, SELECTION_ROWS.filter, SELECTION_ROWS.operation];
const IS_OFF = { value: { off: true }, problems: [], notices: [] };
/**
 * @param commit what `abf-commit` is when it is not given; undefined when that has a problem of its own
 * @param show repeats what was given in messages, without secrets
 */
function loadAbf(env, commit, show) {
    if (input(env, 'abf-operation')?.text === OFF)
        return IS_OFF;
    if (SWITCHES.every((row) => input(env, row.input) === undefined)) {
        const lost = lostSwitch(env);
        return lost === undefined ? IS_OFF : { value: undefined, problems: [lost], notices: [] };
    }
    const given = readGiven(env, commit);
    const login = check(LOGIN_ROWS, given, show);
    const build = check(BUILD_ROWS, given, show);
    const selection = check(SELECTION_ROWS, given, show);
    const options = check(OPTION_ROWS, given, show);
    const operation = OPERATIONS.find((choice) => choice === given.operation?.text);
    const problems = [
        ...[login, build, selection, options].flatMap((part) => part.problems),
        ...(operation ? [...lacking(operation, given), ...credentialProblems(operation, given)] : []),
    ];
    const complete = selection.values && options.values && login.values && build.values;
    if (!complete || problems.length > 0 || !operation)
        return { value: undefined, problems, notices: [] };
    const task = taskOf(operation, selection.values, build.values);
    // Without a commit there is nothing to build, and the problem with the commit is reported elsewhere.
    if (!task)
        return { value: undefined, problems: [], notices: [] };
    return {
        problems: [],
        notices: notices({ ...selection.values, ...login.values, ...build.values, operation }, show),
        value: { task, ...options.values, ...credentialsOf(login.values, given) },
    };
}
/**
 * A gate fails closed: inputs of the ABF part without what turns it on mean that this got lost on the way. Environment
 * variables alone are no such sign, because they may be there for other steps.
 */
function lostSwitch(env) {
    const changed = changedInputs(ABF_ROWS, env);
    if (changed.length === 0)
        return undefined;
    const expected = `ids (or abf-project, abf-filter or abf-operation, which are empty, too), as ${listed(changed)} given`;
    return `${missing('abf-build-list-ids', expected)}. ${LOST} To leave out ABF on purpose, set abf-operation: ${OFF}.`;
}
function readGiven(env, commit) {
    const given = field_read(ABF_ROWS, env);
    const operation = given.project ? 'build' : given.ids ? 'watch' : 'search';
    return {
        ...given,
        operation: given.operation ?? fallback('abf-operation', operation),
        commit: given.commit ?? fallback('commit', commit),
    };
}
/** What an operation cannot do without. */
function lacking(operation, given) {
    if (operation === 'build') {
        return ['project', 'repository']
            .filter((key) => given[key] === undefined)
            .map((key) => `${missing(BUILD_ROWS[key].input, 'a value, as abf-operation is build')}. ${LOST}`);
    }
    return (given.ids ?? given.filter) === undefined && operation !== 'search'
        ? [`${missing('abf-build-list-ids', `ids (or abf-filter), as abf-operation is ${operation}`)}. ${LOST}`]
        : [];
}
/** What is wrong with the credentials for an operation, before a request is sent. */
function credentialProblems(operation, given) {
    const { token, username, password } = given;
    if (token)
        return [];
    if (username && !password)
        return [missing('abf-password', 'the password of abf-username')];
    if (password && !username)
        return [missing('abf-username', 'the login that abf-password is for')];
    if (username || operation === 'watch' || operation === 'search')
        return [];
    const expected = 'an ABF API token (or ABF_TOKEN, or abf-username with abf-password)';
    return [missing('abf-token', `${expected}, as abf-operation is ${operation}; ${NO_SECRETS}`)];
}
/**
 * Secrets beside the tokens and passwords themselves: user and password as a pair, because its base64 is what a request
 * carries. A token is a user with an empty password.
 */
function abfPairs(env) {
    const user = input(env, 'abf-username') ?? variable(env, 'ABF_USERNAME');
    const passwords = [input(env, 'abf-password'), variable(env, 'ABF_PASSWORD')];
    const tokens = [input(env, 'abf-token'), variable(env, 'ABF_TOKEN')];
    return [
        ...tokens.flatMap((token) => (token ? [`${token.text}:`, `${stripQuotes(token.text)}:`] : [])),
        ...(user ? passwords.flatMap((password) => (password ? [`${user.text}:${password.text}`] : [])) : []),
    ];
}
/** The credentials to send, a token before a login, and where they were found. */
function credentialsOf({ token, username, password }, given) {
    if (token !== undefined) {
        return { credentials: { user: token, password: '' }, credentialsSource: given.token?.source };
    }
    if (username === undefined || password === undefined) {
        return { credentials: undefined, credentialsSource: undefined };
    }
    return { credentials: { user: username, password }, credentialsSource: given.username?.source };
}
function taskOf(operation, { ids, filter }, build) {
    // Only a search without ids and without a filter lists whatever the server shows.
    const all = operation === 'search' && ids === undefined ? {} : undefined;
    if (operation !== 'build')
        return { operation, ids: ids ?? [], filter: filter ?? all };
    const { project, repository, commit, includeRepositories = [], options = {} } = build;
    if (project === undefined || repository === undefined || commit === undefined)
        return undefined;
    return { operation, wanted: { ...build, project, repository, commit, includeRepositories, options } };
}
function notices(values, show) {
    const { operation, options = {}, filter = {}, token, username } = values;
    const unknown = Object.keys(options).filter((key) => !KNOWN_OPTIONS.has(key));
    const ignored = Object.keys(filter).filter((key) => IGNORED_FILTER_KEYS.has(key));
    const unused = ['ids', 'filter'].filter((key) => operation === 'build' && values[key] !== undefined);
    return [
        ...(token !== undefined && username !== undefined
            ? ['abf-token is used. abf-username and abf-password are ignored.']
            : []),
        ...(unknown.length > 0
            ? [
                `abf-build-options: ${unknown.map(show).join(', ')} is sent as it is. Servers drop fields that they do not know, without an error.`,
            ]
            : []),
        ...(ignored.length > 0
            ? [`abf-filter: ${ignored.join(', ')} is sent, but current ABF servers ignore it.`]
            : []),
        ...unused.map((key) => `${SELECTION_ROWS[key].input} is not used, because abf-operation is build.`),
    ];
}

;// CONCATENATED MODULE: ./src/inputs/lifecycle.ts



const MODES = ['auto', 'refs', 'commits', 'skip'];
/** Code points of an environment and of the name of a deploy. */
const MAX_NAME = 64;
const LIFECYCLE_ROWS = {
    setCommits: {
        input: 'set-commits',
        default: 'auto',
        expected: 'auto, refs, commits or skip',
        parse: (text) => MODES.find((mode) => mode === text.toLowerCase()),
    },
    previousCommit: {
        input: 'previous-commit',
        optional: true,
        expected: 'a commit SHA of 7 to 64 hex digits',
        parse: (text) => (/^[0-9a-f]{7,64}$/i.test(text) ? text.toLowerCase() : undefined),
    },
    githubToken: {
        input: 'github-token',
        secret: 'token',
        optional: true,
        expected: 'a GitHub token without spaces or line breaks',
        parse: (text) => (/^[\x21-\x7e]+$/.test(text) ? text : undefined),
    },
    finalize: { input: 'finalize', default: 'true', expected: 'true or false', parse: parseBoolean },
};
/** Properties of `DeployInputs`; without an environment there is no deploy. */
const DEPLOY_ROWS = {
    environment: {
        input: 'environment',
        optional: true,
        expected: `an environment of at most ${MAX_NAME} characters without "/" and line breaks`,
        parse: (text) => ((0,sanitize/* lengthOf */.Y5)(text) <= MAX_NAME && !/[/\r\n\f]/.test(text) ? text : undefined),
    },
    name: {
        input: 'deploy-name',
        optional: true,
        expected: `a name of at most ${MAX_NAME} characters`,
        parse: (text) => ((0,sanitize/* lengthOf */.Y5)(text) <= MAX_NAME ? text : undefined),
    },
    url: { input: 'deploy-url', optional: true, ...url(LINK_EXPECTED, parseLink) },
    startedAt: {
        input: 'started-at',
        optional: true,
        expected: 'a time in ISO 8601 such as 2026-01-31T12:00:00Z, or in Unix seconds',
        parse: parseTime,
    },
};
/** @param commit undefined when the event has none, or when it has a problem of its own */
function loadLifecycle(env, context, commit, show) {
    const lifecycle = check(LIFECYCLE_ROWS, field_read(LIFECYCLE_ROWS, env), show);
    const deploy = check(DEPLOY_ROWS, field_read(DEPLOY_ROWS, env), show);
    const problems = [...lifecycle.problems, ...deploy.problems, ...lostEnvironment(env)];
    if (!lifecycle.values || !deploy.values || problems.length > 0) {
        return { value: undefined, problems, notices: [] };
    }
    const { setCommits, previousCommit } = lifecycle.values;
    const { environment, url } = deploy.values;
    const withoutCommit = commit === undefined && setCommits === 'auto';
    return {
        problems: [],
        notices: withoutCommit
            ? ['No commits are associated: the event does not name a commit, and the input commit is not given.']
            : [],
        value: {
            ...lifecycle.values,
            setCommits: withoutCommit ? 'skip' : setCommits,
            previousCommit: realCommit(previousCommit),
            deploy: environment === undefined
                ? undefined
                : Object.freeze({
                    ...deploy.values,
                    environment,
                    url: url ?? urlOfRun(context),
                    urlGiven: url !== undefined,
                }),
        },
    };
}
/** Details of a deploy without its environment: the environment got lost on the way, and the deploy with it. */
function lostEnvironment(env) {
    const details = changedInputs(DEPLOY_ROWS, env);
    if (details.length === 0 || input(env, DEPLOY_ROWS.environment.input))
        return [];
    const expected = `the environment of the deploy, as ${listed(details)} given`;
    return [`${missing('environment', expected)}. ${LOST} To record no deploy, leave these inputs empty, too.`];
}
/** GitHub writes zeros where a push has no commit before it. */
function realCommit(sha) {
    return sha === undefined || /^0+$/.test(sha) ? undefined : sha;
}
/** The page of this run attempt, unless Sentry would refuse its host. */
function urlOfRun({ serverUrl, repository, runId, runAttempt }) {
    return parseLink(`${serverUrl}/${repository ?? ''}/actions/runs/${runId}/attempts/${runAttempt}`);
}

;// CONCATENATED MODULE: ./src/inputs/release.ts



/** Where most organizations live; the last resort, after input, variable and token. */
const SAAS = 'https://sentry.io/';
const MAX_REF = 200;
const RELEASE_ROWS = {
    token: {
        input: 'sentry-auth-token',
        env: 'SENTRY_AUTH_TOKEN',
        secret: 'token',
        expected: 'a Sentry auth token without spaces or line breaks',
        parse: (text) => (/^[\x21-\x7e]+$/.test(text) ? text : undefined),
    },
    organization: {
        input: 'organization',
        env: 'SENTRY_ORG',
        expected: 'an organization slug, as in the address of its pages (or SENTRY_ORG, or an organization token)',
        parse: (text) => (isSlug(text) ? text : undefined),
    },
    baseUrl: {
        input: 'sentry-url',
        env: 'SENTRY_URL',
        ...url('the base URL of a Sentry server such as https://sentry.io/ (https, or http on loopback; no query, no /api/0)', (text) => (/\/api\/0\/?$/.test(text) ? undefined : parseBaseUrl(text))),
    },
    projects: {
        input: 'projects',
        env: 'SENTRY_PROJECT',
        expected: 'at least one project slug or id, separated by commas, spaces or line breaks',
        parse: (text) => {
            const list = parseList(text);
            return list.length > 0 && list.every(isSlug) ? list : undefined;
        },
    },
    version: {
        input: 'version',
        optional: true,
        expected: 'a version that Sentry accepts',
        parse: (text) => {
            const expected = versionProblem(text);
            return expected === undefined ? text : new Refusals([{ expected, got: text }]);
        },
    },
    versionPrefix: { input: 'version-prefix', ...ANY_TEXT },
    ref: {
        input: 'ref',
        optional: true,
        expected: `a branch or tag of at most ${MAX_REF} characters`,
        parse: (text) => ((0,sanitize/* lengthOf */.Y5)(text) <= MAX_REF ? text : undefined),
    },
    url: { input: 'url', optional: true, ...url(LINK_EXPECTED, parseLink) },
    restoreArchived: {
        input: 'restore-archived',
        default: 'false',
        expected: 'true or false',
        parse: parseBoolean,
    },
};
/** @param commit undefined when the input or the event did not give a usable one */
function loadSentry(env, context, commit, show) {
    const asGiven = field_read(RELEASE_ROWS, env);
    const { token, versionPrefix: prefix } = asGiven;
    const claims = decodeOrgToken(token?.text ?? '');
    const fromToken = (text) => text === undefined ? undefined : { text, source: `the token from ${token?.source ?? ''}` };
    const given = {
        ...asGiven,
        organization: asGiven.organization ?? fromToken(claims?.organization),
        baseUrl: asGiven.baseUrl ?? fromToken(claims?.url) ?? fallback('sentry-url', SAAS),
        version: asGiven.version ?? derivedVersion(prefix?.text ?? '', commit),
    };
    const { values, problems } = check(RELEASE_ROWS, given, show);
    const all = [...problems, ...clash(given.organization, claims, show)];
    // Without a commit the version is missing, too; the problem is then reported for the commit.
    if (!values || all.length > 0 || values.version === undefined) {
        return { value: undefined, problems: all, notices: [] };
    }
    const { baseUrl, version } = values;
    return {
        problems: [],
        notices: [
            ...(prefix && asGiven.version ? ['version-prefix is not used, because version is given.'] : []),
            ...(version.endsWith('@') ? [cutVersion(show(version))] : []),
            ...urlNotice(baseUrl, given.baseUrl, claims, show),
        ],
        value: {
            ...values,
            version,
            tokenSource: token?.source ?? '',
            projects: Object.freeze(values.projects),
            versionPrefix: asGiven.version ? undefined : values.versionPrefix,
            ref: preferred(values.ref, defaultRef(context)),
            url: preferred(values.url, defaultUrl(context, commit)),
        },
    };
}
function cutVersion(shown) {
    return `The version ${shown} ends with "@", as if the value behind it got lost. ${LOST}`;
}
function derivedVersion(prefix, commit) {
    if (commit === undefined)
        return undefined;
    return { text: prefix + commit, source: prefix ? 'input version-prefix' : 'input commit' };
}
/** The token only works for its own organization, so anything else is a mistake that would end in a 403. */
function clash(organization, claims, show) {
    if (!organization || !claims || claims.organization === organization.text)
        return [];
    return [problem(organization, `the organization of the token, ${show(claims.organization)}`, show)];
}
function urlNotice(baseUrl, given, claims, show) {
    if (claims?.url === undefined || parseBaseUrl(claims.url) === baseUrl)
        return [];
    return [
        `The token was created at ${show(claims.url)}, but ${given?.source ?? ''} is ${show(baseUrl)}. The step uses ${show(baseUrl)}.`,
    ];
}
function preferred(given, otherwise) {
    return Object.freeze({ value: given ?? otherwise, explicit: given !== undefined });
}
/** The branch or tag of the event, left out where it is too long for Sentry: the user did not request it. */
function defaultRef({ refName }) {
    return refName !== undefined && (0,sanitize/* lengthOf */.Y5)(refName) <= MAX_REF ? refName : undefined;
}
/** The page of the commit on GitHub, left out where Sentry would refuse it: the user did not request it. */
function defaultUrl({ serverUrl, repository }, commit) {
    return repository === undefined || commit === undefined
        ? undefined
        : parseLink(`${serverUrl}/${repository}/commit/${commit}`);
}
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

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
;// CONCATENATED MODULE: ./src/inputs/sourcemaps.ts





const MAX_DIST = 64;
const MAX_WAIT_MS = 60 * 60 * 1000;
/** `~/assets`, `/assets`, `https://host/assets` or `app:///`, without query and fragment. */
const PREFIX = /^(?:~|~?\/[^\s?#]*|[a-z][a-z0-9+.-]*:\/\/[^\s?#]*)$/i;
const PREFIX_ROW = url('a URL prefix such as ~/assets or https://example.com/assets', (text) => PREFIX.test(text) ? text.replace(/\/$/, '') : undefined);
const SOURCEMAP_ROWS = {
    paths: { input: 'sourcemaps', ...ANY_TEXT },
    inject: {
        input: 'sourcemaps-inject',
        default: 'true',
        ...anyCase(oneOf(['true', 'false', 'check'])),
    },
    urlPrefix: { input: 'sourcemaps-url-prefix', default: '~/', ...PREFIX_ROW },
    stripPrefix: {
        input: 'sourcemaps-strip-prefix',
        optional: true,
        expected: 'auto or a prefix',
        parse: (text) => text,
    },
    dist: {
        input: 'dist',
        optional: true,
        expected: `a distribution of at most ${MAX_DIST} characters without "/" and line breaks`,
        parse: (text) => ((0,sanitize/* lengthOf */.Y5)(text) <= MAX_DIST && !/[/\\\s]/.test(text) ? text : undefined),
    },
    missing: {
        input: 'sourcemaps-missing',
        default: 'fail',
        ...anyCase(oneOf(['fail', 'warn', 'ignore'])),
    },
    waitMs: {
        input: 'sourcemaps-wait',
        default: '5m',
        expected: 'a duration from 0s to 1h, such as 5m',
        parse: (text) => (0,durations/* parseDuration */.E)(text, 0, MAX_WAIT_MS),
    },
    deleteMaps: {
        input: 'sourcemaps-delete',
        default: 'false',
        expected: 'true or false',
        parse: parseBoolean,
    },
};
/** @returns `off` when no source maps are to be uploaded */
function loadSourceMaps(env, show) {
    const given = field_read(SOURCEMAP_ROWS, env);
    const { values, problems } = check(SOURCEMAP_ROWS, given, show);
    const workspace = (0,external_node_path_.resolve)(variable(env, 'GITHUB_WORKSPACE')?.text ?? '.');
    const temporary = variable(env, 'RUNNER_TEMP')?.text;
    if (!given.paths) {
        const all = [...problems, ...lostPaths(env)];
        const notices = values?.dist === undefined ? [] : ['No source maps are uploaded, so dist has no effect.'];
        return { value: all.length > 0 ? undefined : { off: true }, problems: all, notices };
    }
    const roots = rootsOf(given.paths, values?.urlPrefix ?? '~', workspace, show);
    const all = [...problems, ...roots.problems];
    if (!values || !roots.value || all.length > 0)
        return { value: undefined, problems: all, notices: [] };
    const { paths: _, urlPrefix: __, ...options } = values;
    return {
        problems: [],
        notices: [],
        value: { ...options, workspace, temporary: temporary && (0,external_node_path_.resolve)(temporary), roots: roots.value },
    };
}
const ROOT_EXPECTED = 'a directory or file inside of the workspace, or "path => URL prefix" (without user and password)';
function rootsOf(given, prefix, workspace, show) {
    const lines = parseLines(given.text);
    const parsed = lines.map((line) => parseRoot(line, prefix, workspace));
    const roots = parsed.filter((root) => root !== undefined);
    const refused = lines.length === 0 ? [given.text] : lines.filter((_, index) => parsed[index] === undefined);
    const problems = refused.map((text) => problem({ ...given, text }, ROOT_EXPECTED, show));
    return { value: problems.length > 0 ? undefined : Object.freeze(roots), problems };
}
function parseRoot(line, otherwise, workspace) {
    const [path = '', given, ...rest] = line.split(/\s*=>\s*/);
    const prefix = given === undefined ? otherwise : PREFIX_ROW.parse(given);
    const inside = (0,external_node_path_.relative)(workspace, (0,external_node_path_.resolve)(workspace, path));
    const outside = inside === '..' || inside.startsWith(`..${external_node_path_.sep}`) || (0,external_node_path_.isAbsolute)(inside);
    const usable = path !== '' && !path.includes('\0') && rest.length === 0 && !outside;
    return usable && prefix !== undefined ? { path, prefix } : undefined;
}
/** The same choices in any case. */
function anyCase({ expected, parse }) {
    return { expected, parse: (text) => parse(text.toLowerCase()) };
}
/** Inputs about source maps without their paths, which got lost on the way, and the source maps with them. */
function lostPaths(env) {
    const names = changedInputs(SOURCEMAP_ROWS, env).filter((name) => name !== SOURCEMAP_ROWS.dist.input);
    if (names.length === 0)
        return [];
    const expected = `directories or files, as ${listed(names)} given`;
    return [
        `${missing('sourcemaps', expected)}. ${LOST} To upload no source maps, leave these inputs empty, too.`,
    ];
}

;// CONCATENATED MODULE: ./src/inputs/load.ts












const MAX_REQUEST_TIMEOUT_MS = 60 * 60 * 1000;
const COMMON_ROWS = {
    commit: {
        input: 'commit',
        optional: true,
        expected: 'a full commit SHA of 40 or 64 hex digits, not all zeros',
        parse: parseSha,
    },
    requestTimeout: {
        input: 'request-timeout',
        default: '30s',
        expected: 'a duration from 1ms to 1h, such as 30s or 1m30s',
        parse: (text) => (0,durations/* parseDuration */.E)(text, 1, MAX_REQUEST_TIMEOUT_MS),
    },
    retries: {
        input: 'retries',
        default: '5',
        expected: 'a whole number from 0 to 10',
        parse: (text) => parseInteger(text, 0, 10),
    },
    summary: { input: 'summary', default: 'true', expected: 'true or false', parse: parseBoolean },
};
/** All inputs of the action. */
const ROWS = [
    RELEASE_ROWS,
    LIFECYCLE_ROWS,
    DEPLOY_ROWS,
    SOURCEMAP_ROWS,
    ABF_ROWS,
    COMMON_ROWS,
].flatMap((rows) => Object.values(rows));
/** The values that have to be masked before anything is logged. */
function readSecrets(env) {
    return [...new Set([...secretsOf(ROWS, env), ...abfPairs(env), ...inUrls(env)])];
}
/** Variables of the runner that hold URLs. */
const RUNNER_URLS = ['GITHUB_SERVER_URL', 'GITHUB_API_URL'];
/** Passwords in URLs, whichever input they were put into, and in the URL that an organization token names. */
function inUrls(env) {
    const token = stripQuotes((input(env, 'sentry-auth-token') ?? variable(env, 'SENTRY_AUTH_TOKEN'))?.text ?? '');
    const inputs = Object.keys(env).filter((name) => name.startsWith('INPUT_'));
    const texts = [...inputs, ...RUNNER_URLS, 'SENTRY_URL'].map((name) => env[name] ?? '');
    return [...texts, decodeOrgToken(token)?.url ?? ''].flatMap(urlSecrets);
}
/** GitHub's addresses are shown and linked to, so they must not hold a password either. */
function runnerProblems(env, show) {
    return RUNNER_URLS.flatMap((name) => {
        const url = variable(env, name);
        return url && hideUrlCredentials(url.text) !== url.text
            ? [problem(url, 'a URL without user and password', show)]
            : [];
    });
}
/**
 * Reads all inputs, with their environment variables and defaults, into one frozen value.
 * @param redact takes secrets out of what is repeated, before it is shortened
 * @throws ActionError that lists every problem of every input
 */
function loadInputs(env, context, redact) {
    const show = (text) => (0,sanitize/* quoted */.TL)(hideUrlCredentials(redact(text)));
    const commit = parseSha(input(env, 'commit')?.text ?? context.headCommit);
    const common = loadCommon(env, context, show);
    const sentry = loadSentry(env, context, commit, show);
    const lifecycle = loadLifecycle(env, context, commit, show);
    const sourceMaps = loadSourceMaps(env, show);
    const abf = loadAbf(env, commit, show);
    const parts = [common, sentry, lifecycle, sourceMaps, abf];
    const problems = [...parts.flatMap((part) => part.problems), ...runnerProblems(env, show)];
    if (!common.value ||
        !sentry.value ||
        !lifecycle.value ||
        !sourceMaps.value ||
        !abf.value ||
        problems.length > 0) {
        throw invalid(problems);
    }
    return Object.freeze({
        ...common.value,
        sentry: Object.freeze(sentry.value),
        lifecycle: Object.freeze(lifecycle.value),
        sourceMaps: Object.freeze(sourceMaps.value),
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
function loadCommon(env, context, show) {
    const asGiven = field_read(COMMON_ROWS, env);
    const given = { ...asGiven, commit: asGiven.commit ?? fallback('commit', context.headCommit) };
    const { values, problems } = check(COMMON_ROWS, given, show);
    const all = [...(given.commit ? [] : missingCommit(env, context)), ...problems];
    if (!values || all.length > 0)
        return { value: undefined, problems: all, notices: [] };
    return { value: values, problems: [], notices: [] };
}
function missingCommit(env, { noCommit }) {
    const needed = needsCommit(env);
    if (noCommit?.versionSuffices && needed === undefined)
        return [];
    const reason = noCommit?.reason ?? 'the event does not name one';
    const also = noCommit?.versionSuffices && needed !== undefined ? `, and ${needed}` : '';
    return [missing('commit', `a full commit SHA of 40 or 64 hex digits (${reason}${also})`)];
}
/** Which part of the step needs a commit, as a clause; undefined when none does. */
function needsCommit(env) {
    if (!input(env, 'version'))
        return 'the release is named after the commit unless version is given';
    const mode = input(env, 'set-commits')?.text.toLowerCase();
    if (mode === 'refs' || mode === 'commits')
        return `set-commits: ${mode} needs it`;
    const operation = input(env, 'abf-operation')?.text ?? (input(env, 'abf-project') ? 'build' : undefined);
    return operation === 'build' && !input(env, 'abf-commit') ? 'ABF needs a commit to build' : undefined;
}
/** Whether to write the job summary, also when other inputs are wrong. */
function wantsSummary(env) {
    return parseBoolean(input(env, 'summary')?.text ?? COMMON_ROWS.summary.default) !== false;
}

// EXTERNAL MODULE: ./src/abf/submitted-builds.ts
var submitted_builds = __nccwpck_require__(6046);
;// CONCATENATED MODULE: ./src/http/json.ts
/** Strings, to be left alone, and numbers, of a JSON text. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const LONG_INTEGER = /^-?\d{16,}$/;
/**
 * The value of a JSON text; undefined when it is none. A byte order mark before it is skipped (RFC 8259, 8.1). An
 * integer that a JavaScript number cannot hold exactly comes as a string of its digits, because ids can be that long.
 * @param clean applied to every string in it
 */
function parseJson(text, clean) {
    const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
    try {
        const value = JSON.parse(json, clean && ((_, value) => (typeof value === 'string' ? clean(value) : value)));
        // Only valid JSON is rewritten, so that nothing becomes valid by it.
        const exact = /\d{16}/.test(json) ? quoteLongIntegers(json) : json;
        return exact === json ? value : parseJson(exact, clean);
    }
    catch {
        return undefined;
    }
}
function quoteLongIntegers(json) {
    return json.replace(STRING_OR_NUMBER, (token) => LONG_INTEGER.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token);
}

// EXTERNAL MODULE: ./src/http/retry.ts
var retry = __nccwpck_require__(8902);
;// CONCATENATED MODULE: ./src/http/response.ts




/** Code points of a text of which a part is displayed. */
const MAX_SANITIZED = 65_536;
/** A response of any status, after retries. */
class HttpResponse {
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
    /** Refused because of too many requests, not for lack of rights: 429, or 403 with the time at which the limit ends. */
    get isLimit() {
        const hintMs = (0,retry/* retryHint */.IR)(this.status, (name) => this.header(name), 0);
        return (0,retry/* isLimit */.S4)({ status: this.status, hintMs });
    }
    get bytes() {
        return this.#incoming.bytes;
    }
    /** The body as text, without secrets. */
    get text() {
        return this.#redact(this.#raw);
    }
    /**
     * The body as JSON, without secrets, whatever its content type (Sentry sends a 429's JSON as text/html);
     * undefined if it is none.
     */
    get json() {
        this.#parsed ??= { value: this.#parse() };
        return this.#parsed.value;
    }
    #parse() {
        const raw = this.#raw;
        // The redactor knows a secret also as JSON escapes it. Only where there is one each value is looked at: taking it
        // out of the whole could cut an escape in two, and the response would be JSON no more.
        return parseJson(raw, this.#redact(raw) === raw ? undefined : this.#redact);
    }
    get #raw() {
        return this.bytes.toString('utf8').replace(/^\uFEFF/, '');
    }
    header(name) {
        return this.#incoming.header(name);
    }
    /** `max` code points of external text, without secrets and without anything that could act. */
    sanitize(text, max = 300) {
        // Twice: cleaning can put a secret together that was sent in pieces.
        return (0,sanitize/* shorten */.ml)(this.#redact((0,sanitize/* toSingleLine */.OX)(this.#redact(text), MAX_SANITIZED)), max);
    }
    /** An error with what was tried, where, and how it ended: `reason` continues "… could not …: <host> ". */
    error(kind, reason, more = {}) {
        const { peer, method, url, intent } = this.#request;
        return new http_failure/* HttpError */.j$({
            kind,
            message: `Could not ${intent}: ${peer.name} at ${url.host} ${reason}`,
            status: this.status,
            method,
            url: shownUrl(url),
            serverMessage: more.serverMessage,
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

;// CONCATENATED MODULE: ./src/http/client.ts





function createHttp(deps) {
    return { send: (request) => send(request, deps) };
}
async function send(request, deps) {
    const { clock, logger, signal } = deps;
    const { maxWaitMs: budgetMs = retry/* RETRY_POLICY */.yE.budgetMs } = request;
    const policy = { ...retry/* RETRY_POLICY */.yE, budgetMs, retries: deps.retries };
    const startedAt = clock.now();
    for (let tried = 1;; tried += 1) {
        signal.throwIfAborted();
        const outcome = await deps.transport(request, request.peer, clock.timeout(deps.requestTimeout), signal);
        const response = outcome.kind === 'response'
            ? new HttpResponse(request, outcome.response, tried, deps.redact)
            : undefined;
        const attempt = toAttempt(outcome, response, request, clock.now());
        const progress = { tried, elapsedMs: clock.now() - startedAt };
        const decision = (0,retry/* decideRetry */.tE)(attempt, request.effect, progress, policy, clock.random());
        if (decision.kind === 'retry') {
            const cause = describe(outcome, attempt);
            logger.info(`${request.peer.name}: ${request.method} ${request.url.pathname}: ${cause}; attempt ${tried + 1} of ${policy.retries + 1} in ${(0,durations/* formatDuration */.a)(decision.afterMs)}`);
            await clock.sleep(decision.afterMs, signal);
            continue;
        }
        if (!response) {
            throw noResponse(request, outcome.kind === 'failure' ? outcome.failure : undefined, tried, deps);
        }
        if (decision.kind === 'retry-later')
            throw retryLater(response, decision.afterMs, clock.now());
        if (response.status >= 300 && response.status < 400 && response.status !== 304) {
            throw redirected(response, request);
        }
        return response;
    }
}
function describe(outcome, attempt) {
    if (outcome.kind === 'failure')
        return outcome.failure.sentence;
    return attempt.kind === 'failure'
        ? 'the response was incomplete'
        : `responded with ${outcome.response.status}`;
}
/** A truncated body counts as a connection error: proxies end a body early and call it complete. */
function toAttempt(outcome, response, request, now) {
    if (outcome.kind === 'failure') {
        const { maybeDelivered, transient } = outcome.failure;
        return { kind: 'failure', maybeDelivered, transient };
    }
    if (response && request.effect === 'idempotent' && isTruncated(response, request)) {
        return { kind: 'failure', maybeDelivered: true, transient: true };
    }
    const { status } = outcome.response;
    return { kind: 'response', status, hintMs: (0,retry/* retryHint */.IR)(status, (name) => outcome.response.header(name), now) };
}
/** A success that should have a JSON body, by its own header or by the request and its first character, and has none. */
function isTruncated(response, request) {
    const { status, bytes } = response;
    if (status < 200 || status > 299 || status === 204)
        return false;
    if (bytes.length === 0)
        return !request.mayBeEmpty;
    const declared = /json/i.test(response.header('content-type') ?? '');
    const requested = /json/i.test(request.headers['Accept'] ?? request.headers['accept'] ?? '');
    const looksLikeJson = () => /^\uFEFF?\s*[[{]/.test(bytes.subarray(0, 100).toString('utf8'));
    return (declared || (requested && looksLikeJson())) && response.json === undefined;
}
function noResponse(request, failure, tried, deps) {
    return new http_failure/* HttpError */.j$({
        kind: failure?.kind ?? 'reset',
        message: `Could not ${request.intent}: ${deps.redact(failure?.sentence ?? 'no response')}`,
        method: request.method,
        url: shownUrl(request.url),
        advice: failure?.advice,
        detail: [
            ...(tried > 1 ? [`given up after ${tried} attempts`] : []),
            ...(failure?.kind === 'timeout' ? [`request-timeout: ${(0,durations/* formatDuration */.a)(deps.requestTimeout)}`] : []),
        ],
    });
}
function retryLater(response, afterMs, now) {
    const at = new Date(now + Math.min(afterMs, 366 * 86_400_000)).toISOString().replace(/\.\d+Z$/, 'Z');
    return response.error('status', `responded with ${response.status} and requests a pause of ${(0,durations/* formatDuration */.a)(afterMs)}`, {
        advice: `Re-run the job after ${at}. A single request waits for at most 60 s.`,
        retryAfterMs: afterMs,
    });
}
function redirected(response, request) {
    const location = response.header('location') ?? '';
    const target = location === '' ? undefined : (0,text_url/* parseUrl */.D)(location, request.url.href);
    const to = target ? response.sanitize(`${target.origin}${target.pathname}`, 200) : 'nowhere';
    return response.error('redirect', `responded with ${response.status} and points to ${to}, which is not followed`, {
        advice: `A redirect would send the token to another address. If that address is correct, set ${request.peer.urlInput} to its base.`,
    });
}

// EXTERNAL MODULE: ./src/sentry/call.ts
var sentry_call = __nccwpck_require__(2099);
// EXTERNAL MODULE: ./src/sentry/links.ts
var links = __nccwpck_require__(2654);
// EXTERNAL MODULE: ./node_modules/zod/v4/mini/schemas.js + 5 modules
var schemas = __nccwpck_require__(8395);
// EXTERNAL MODULE: ./node_modules/zod/v4/core/api.js + 1 modules
var api = __nccwpck_require__(3305);
;// CONCATENATED MODULE: ./src/sentry/schema.ts

/**
 * The parts of Sentry's responses that are used. Unknown fields pass, and everything but `version` may be absent:
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
    id: schemas/* union */.KCZ([schemas/* string */.YjP().check(api/* _minLength */.m9(1)), schemas/* number */.aig()]),
    environment: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    name: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    url: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    dateStarted: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
    dateFinished: schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())),
});
const DeployListSchema = schemas/* array */.YOg(DeploySchema);

;// CONCATENATED MODULE: ./src/sentry/create.ts



/**
 * POST of a release, in the form of `projects` that the server takes. After a 400 about projects it uses the next
 * form: all projects within reach of a personal token; digits as text, which is a slug, and from 25.12.1 an id, too;
 * slugs instead of ids, for servers before 24.8.
 * @returns the first response that does not refuse the projects, else the first one of all
 */
async function postWithProjects(release, call, widens) {
    const post = (projects, query) => call({
        method: 'POST',
        path: 'releases/',
        body: { ...release, projects },
        intent: 'create the release',
        query,
    });
    const ALL = { project: '-1' };
    const { projects } = release;
    const first = await post(projects.map(sentry_call/* asProject */.kC));
    if (!rejectsProjects(first))
        return first;
    if (widens) {
        // Without it only projects of joined teams count.
        const response = await post(projects.map(sentry_call/* asProject */.kC), ALL);
        if (!refused(response))
            return response;
    }
    if (projects.every((project) => typeof (0,sentry_call/* asProject */.kC)(project) === 'string'))
        return first;
    const query = widens ? ALL : undefined;
    const text = await post(projects, query);
    if (!refused(text))
        return text;
    const slugs = await Promise.all(projects.map((project) => slugOf(project, call)));
    const known = slugs.filter((slug) => slug !== undefined);
    if (known.length < projects.length)
        return first;
    const response = await post(known, query);
    return refused(response) ? first : response;
}
/** The slug of a numeric id, from any release of that project: what every token that may create releases can read. */
async function slugOf(project, call) {
    if (typeof (0,sentry_call/* asProject */.kC)(project) === 'string')
        return project;
    const response = await call({
        method: 'GET',
        path: 'releases/',
        query: { project, status: '', per_page: '1' },
        intent: 'look up the slug of the project',
    });
    if (response.status !== 200)
        return undefined;
    const [release] = (0,sentry_call/* parse */.qg)(ReleaseListSchema, response);
    return release?.projects?.find((candidate) => (0,links/* isProject */.YS)(candidate, project))?.slug ?? undefined;
}
/** Whatever the reason is, the first refusal is the one to explain. */
function refused({ status }) {
    return status === 400 || status === 403;
}
function rejectsProjects(response) {
    const body = response.json;
    return response.status === 400 && typeof body === 'object' && body !== null && 'projects' in body;
}

// EXTERNAL MODULE: ./src/sentry/errors.ts
var sentry_errors = __nccwpck_require__(8496);
;// CONCATENATED MODULE: ./src/sentry/version.ts
/** The `query` that makes GET /releases/ list the versions that begin with `prefix`; undefined when it cannot. */
function prefixQuery(prefix) {
    if (/["*[\]]/.test(prefix))
        return undefined;
    return /^[\w.@+-]+$/.test(prefix) ? `release:${prefix}*` : `release:"${prefix}*"`;
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

;// CONCATENATED MODULE: ./src/sentry/api.ts








/**
 * The calls about releases. Each throws HttpError, with advice, for a response that its type does not name, and
 * ActionError when a changed release has another version than the one that was sent.
 * @param widens whether `project=-1` can show a token more projects: true for personal tokens
 */
function createReleaseApi(call, account, widens, logger) {
    return {
        async find(version) {
            const response = await call((0,sentry_call/* lookUpCall */.DU)(version));
            if (response.status === 404)
                return undefined;
            if (response.status !== 200)
                throw (0,sentry_errors/* explain */.WE)(response, account, sentry_errors/* SCOPES */.iW.read);
            const release = (0,sentry_call/* parse */.qg)(ReleaseSchema, response);
            if (release.version === version)
                return release;
            // From a proxy, or a server that folds case.
            logger.info(`The step requested release ${(0,sanitize/* quoted */.TL)(version)} but Sentry responded with ${(0,sanitize/* quoted */.TL)(release.version)}, which is ignored.`);
            return undefined;
        },
        async list(version) {
            const list = listOfVersion(version, 'confirm the release in the list');
            if (!list)
                return undefined;
            try {
                return list.read(await call(list.call));
            }
            catch (error) {
                // The list also reads from the event store, so it can fail while the release itself is fine.
                if (error instanceof http_failure/* HttpError */.j$)
                    return undefined;
                throw error;
            }
        },
        async create(release) {
            const response = await postWithProjects(release, call, widens);
            if (response.status === 409) {
                return { kind: 'conflict', error: (0,sentry_errors/* explain */.WE)(response, account, sentry_errors/* SCOPES */.iW.write) };
            }
            if (!(0,sentry_call/* isSuccess */.oJ)(response))
                throw (0,sentry_errors/* explain */.WE)(response, account, sentry_errors/* SCOPES */.iW.write);
            return { kind: 'ok', release: parseChanged(response, release.version), status: response.status };
        },
        async update(version, change) {
            const response = await call({
                method: 'PUT',
                path: (0,sentry_call/* releasePath */.bD)(version),
                body: change,
                intent: 'update the release',
            });
            if (response.status === 404)
                return undefined;
            if (!(0,sentry_call/* isSuccess */.oJ)(response))
                throw (0,sentry_errors/* explain */.WE)(response, account, sentry_errors/* SCOPES */.iW.write);
            return parseChanged(response, version);
        },
    };
}
/**
 * The release after a change, which must be the one that was sent: everything that follows goes by its version.
 * @throws ActionError when it is another one
 */
function parseChanged(response, version) {
    const release = (0,sentry_call/* parse */.qg)(ReleaseSchema, response);
    if (release.version === version)
        return release;
    throw new errors/* ActionError */.lZ(`Sentry was sent release ${(0,sanitize/* quoted */.TL)(version)} and responded with ${(0,sanitize/* quoted */.TL)(release.version)}.`, { advice: 'Use a version that this Sentry stores unchanged, or report this to its administrator.' });
}
/**
 * The call that lists exactly one version, and how to read its response; undefined when the search language cannot
 * express the version. Both statuses, and all projects that the token can reach: the default is open releases of
 * joined teams. Servers before 2022 respond with 400 to the key `release:`.
 */
function listOfVersion(version, intent) {
    const query = exactQuery(version);
    if (query === undefined)
        return undefined;
    return {
        call: {
            method: 'GET',
            path: 'releases/',
            query: { query, status: '', project: '-1', per_page: '100' },
            intent,
        },
        read: (response) => (response.status === 200 ? (0,sentry_call/* parse */.qg)(ReleaseListSchema, response) : undefined),
    };
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
            for await (const response of list) {
                if (response.status === 404)
                    break;
                if (response.status !== 200) {
                    const error = (0,sentry_errors/* explain */.WE)(response, account, sentry_errors/* SCOPES */.iW.repositories);
                    if (response.status === 403 && !response.isLimit)
                        return { kind: 'forbidden', error };
                    throw error;
                }
                candidates.push(...(0,sentry_call/* parse */.qg)(RepositoryListSchema, response).filter((one) => isReadable(one, name)));
            }
            const found = candidates.find((one) => one.name === name) ?? candidates[0];
            return found ? { kind: 'found', name: found.name } : { kind: 'none' };
        },
        async previousCommit(version) {
            const response = await call({
                method: 'GET',
                path: `${(0,sentry_call/* releasePath */.bD)(version)}previous-with-commits/`,
                intent: 'look up the previous release',
            });
            if (response.status === 404)
                return undefined;
            if (response.status !== 200)
                throw (0,sentry_errors/* explain */.WE)(response, account, sentry_errors/* SCOPES */.iW.read);
            const previous = (0,sentry_call/* parse */.qg)(PreviousReleaseSchema, response);
            if (previous.version === version)
                return { kind: 'own' };
            const commit = previous.lastCommit?.id;
            return commit ? { kind: 'previous', commit } : { kind: 'none' };
        },
        async withPrefix(prefix) {
            const query = prefixQuery(prefix);
            const filter = query === undefined ? {} : { query };
            try {
                const response = await call({
                    method: 'GET',
                    path: 'releases/',
                    query: { ...filter, status: '', project: '-1', per_page: '100' },
                    intent: 'look up the previous release with the version-prefix',
                });
                if (response.status !== 200)
                    return undefined;
                return (0,sentry_call/* parse */.qg)(ReleaseListSchema, response).filter(({ version }) => version.startsWith(prefix));
            }
            catch (error) {
                // The list also reads from the event store, so it can fail while the release itself is fine.
                if (error instanceof http_failure/* HttpError */.j$)
                    return undefined;
                throw error;
            }
        },
        async associate(version, body, dateReleased) {
            const response = await (0,sentry_call/* sendOnce */.E4)(call, {
                method: 'PUT',
                path: (0,sentry_call/* releasePath */.bD)(version),
                body: dateReleased === undefined ? body : { ...body, dateReleased },
                intent: 'associate the commits',
            }, ReleaseSchema);
            if (response instanceof http_failure/* HttpError */.j$)
                return { kind: 'lost', error: response };
            const error = () => (0,sentry_errors/* explain */.WE)(response, account, sentry_errors/* SCOPES */.iW.write);
            if (response.status === 409)
                return { kind: 'busy', error: error() };
            if ((0,sentry_call/* isServerFailure */.Ab)(response))
                return { kind: 'lost', error: error() };
            if (response.status === 413)
                return { kind: 'too-large' };
            if (response.status === 404)
                return { kind: 'hidden' };
            if (!(0,sentry_call/* isSuccess */.oJ)(response))
                throw error();
            return { kind: 'ok', release: parseChanged(response, version) };
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
    const api = {
        ...createReleaseApi(call, deps.account, widens, deps.logger),
        ...createCommitsApi(call, deps.account),
    };
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
    // Known before the first response, so that a later `if: failure()` step has it.
    actions.outputs.set('release-version', sentry.version);
    report.version = sentry.version;
    report.projects = sentry.projects;
    report.finalize = inputs.lifecycle.finalize;
    report.environment = inputs.lifecycle.deploy?.environment;
    if (commit !== undefined)
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
/** How requests are sent; a caller can replace the limits. */
function httpDeps({ requestTimeout, retries }, { actions, clock, signal, transport }) {
    const { logger, redact } = actions;
    return { transport, clock, logger, signal, redact, requestTimeout, retries };
}

;// CONCATENATED MODULE: ./src/state.ts
/** What the main step saves for the post step. Names of work only, never a secret. */
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
/** Saves what the step is about to do, so that the post step can name it when the process was killed. */
function describeWork(state, work) {
    state.save(WORK, work);
}
/** The main step ended by itself, with or without an error, and has reported it. */
function settleWork(state) {
    state.save(SETTLED, 'true');
}
/** The work that was cut off, or undefined when the main step ended by itself. */
function unsettledWork(state) {
    return state.read(SETTLED) === 'true' ? undefined : state.read(WORK) || undefined;
}

;// CONCATENATED MODULE: ./src/post.ts





/**
 * The post step: cancels the builds that a killed main step submitted, and warns of everything else that may be
 * unfinished. It never throws and never fails the job.
 */
async function cleanUp(world) {
    const { logger, state } = world.actions;
    try {
        await cancelBuilds(world);
    }
    catch (thrown) {
        logger.warning(`Builds of this run may still be running: ${(0,errors/* asActionError */.z6)(thrown).message}`);
    }
    const work = unsettledWork(state);
    if (work === undefined)
        return;
    logger.warning(`The step was killed while it worked on ${work}. Re-run the job: it finds what was done and completes the rest.`, 'Release gate was interrupted');
}
async function cancelBuilds(world) {
    const { actions, clock, start } = world;
    if (!(0,submitted_builds/* unfinishedWork */.HF)(actions.state))
        return;
    const { inputs, userAgent } = start;
    if (inputs instanceof Error)
        throw inputs;
    if ('off' in inputs.abf)
        return;
    // Late, because most runs have nothing to build.
    const { cleanUpAbf } = await __nccwpck_require__.e(/* import() */ 108).then(__nccwpck_require__.bind(__nccwpck_require__, 8108));
    await cleanUpAbf(inputs.abf, {
        clock,
        logger: actions.logger,
        state: actions.state,
        userAgent,
        connect: (options) => createHttp({ ...httpDeps(inputs, world), ...options }),
    });
}

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
const MAX_LENGTH = { repository: 64, authorName: 128, authorEmail: 75, path: 255 };
/** Sentry and what stands before it refuse or time out on more. */
const MAX_LIST_BYTES = 1_000_000;
/**
 * Commits in the form that Sentry takes, in the order given (newest first). Every one has a timestamp, because the server sorts by
 * it and fails on a mixture; nothing is null, which the server accepts and then fails on (500).
 * @param now ISO 8601, for a commit without a date
 */
function toSentryCommits(commits, repository, now) {
    return commits.map((commit) => {
        const name = clean(commit.authorName ?? '').trim();
        const email = clean(commit.authorEmail ?? '').trim();
        const files = commit.files?.flatMap(patched);
        return {
            id: commit.sha,
            // Too long a name is a 400; without one Sentry files the commit under a placeholder.
            ...(repository.length <= MAX_LENGTH.repository ? { repository } : {}),
            message: clean(commit.message),
            ...(name ? { author_name: (0,sanitize/* shorten */.ml)(name, MAX_LENGTH.authorName) } : {}),
            // The server stores no more of an address than this, so cutting it here changes nothing.
            ...(email ? { author_email: Array.from(email).slice(0, MAX_LENGTH.authorEmail).join('') } : {}),
            timestamp: isDate(commit.date) ? commit.date : now,
            ...(files && files.length > 0 ? { patch_set: files } : {}),
        };
    });
}
/** Without NUL and lone surrogates, for which Sentry refuses the whole list. */
function clean(text) {
    return text.toWellFormed().replaceAll('\0', '');
}
/** Whether Sentry reads it as a time; it refuses the whole list for one that it cannot read. */
function isDate(text) {
    return text !== undefined && /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
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
    return entries.filter(({ path }) => path.length <= MAX_LENGTH.path && path.trim() !== '' && clean(path) === path);
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
 * @param deadline milliseconds since the epoch, or a function that gives them after each attempt; in the past: one attempt
 * @param pause the first and the longest pause in milliseconds
 * @returns undefined when nothing came by the deadline
 */
async function retryUntil(attempt, deadline, pause, { clock, signal }) {
    for (let next = pause.first;; next = Math.min(next * 2, pause.longest)) {
        const result = await attempt();
        if (result !== undefined)
            return result;
        const left = (typeof deadline === 'number' ? deadline : deadline()) - clock.now();
        if (left <= 0)
            return undefined;
        await clock.sleep(Math.min(Math.round(next * (0.5 + clock.random() / 2)), left), signal);
    }
}

;// CONCATENATED MODULE: ./src/sentry/visibility.ts

/**
 * Milliseconds. Sentry caches for 60 s per caller that it may not see a release, also when a POST has changed that
 * meanwhile. So for this long after a POST a 404 means "not visible yet", and after it "no access".
 */
const MAX_HIDDEN_MS = 70_000;
const PAUSE = { first: 500, longest: 10_000 };
/**
 * A test for a 404: true while the release may still appear, which the log says once.
 * @param hiddenUntil milliseconds since the epoch; in the past: a 404 is final
 */
function mayAppear(hiddenUntil, { clock, logger }) {
    let logged = false;
    return () => {
        if (clock.now() >= hiddenUntil)
            return false;
        if (!logged)
            logger.info('Sentry does not show the release yet (404). This can take a minute; retrying.');
        logged = true;
        return true;
    };
}
/**
 * Repeats a call for as long as Sentry may hide the release.
 * @param attempt gives undefined for a 404
 * @param hiddenUntil milliseconds since the epoch; in the past: one attempt
 * @returns undefined when the 404 is final
 */
function retryWhileHidden(attempt, hiddenUntil, session) {
    const hidden = mayAppear(hiddenUntil, session);
    return retryUntil(async () => {
        const result = await attempt();
        if (result === undefined)
            hidden();
        return result;
    }, hiddenUntil, PAUSE, session);
}

;// CONCATENATED MODULE: ./src/sentry/previous-commit.ts



/**
 * The last commit of the release before this one: with a prefix, of the newest earlier release with the same prefix
 * and a project of this step, else of the one that Sentry names.
 * @throws HttpError when Sentry refuses
 */
async function findPreviousCommit({ version, previousCommit, versionPrefix, projects, hiddenUntil }, session) {
    const { api, logger } = session;
    if (previousCommit !== undefined)
        return { kind: 'previous', commit: previousCommit };
    if (versionPrefix === undefined) {
        const previous = await retryWhileHidden(() => api.previousCommit(version), hiddenUntil, session);
        return previous ?? { kind: 'none' };
    }
    const rows = await api.withPrefix(versionPrefix);
    if (!rows) {
        logger.info('Sentry could not list the releases, so the previous release with the prefix is unknown.');
        return { kind: 'none' };
    }
    const previous = newestBefore(rows, version, versionPrefix, projects);
    const commit = previous && (previous.lastCommit?.id || derivedCommit(previous.version, versionPrefix));
    if (!previous || !commit)
        return { kind: 'none' };
    logger.info(`The previous release with the prefix ${(0,sanitize/* quoted */.TL)(versionPrefix)} is ${(0,sanitize/* quoted */.TL)(previous.version)}.`);
    return { kind: 'previous', commit };
}
/** @param rows newest first, all with the prefix */
function newestBefore(rows, version, prefix, projects) {
    const own = rows.findIndex((row) => row.version === version);
    return rows.slice(own + 1).find((row) => {
        // "web-" is also what "web-admin-" begins with: a SHA at the end must be all that follows the prefix.
        if (/.[0-9a-f]{40}$/i.test(row.version.slice(prefix.length)) && !derivedCommit(row.version, prefix)) {
            return false;
        }
        const hasCommit = Boolean(row.lastCommit?.id) || derivedCommit(row.version, prefix) !== undefined;
        const attached = row.projects ?? [];
        const shared = attached.length === 0 || projects.some((one) => attached.some((row) => (0,links/* isProject */.YS)(row, one)));
        return hasCommit && shared;
    });
}
/** The commit that a version consists of, behind its prefix. */
function derivedCommit(version, prefix) {
    const rest = version.slice(prefix.length);
    return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(rest) ? rest.toLowerCase() : undefined;
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
/** The wanted projects that the release is not attached to; all of them when the response does not contain projects. */
function missingProjects(release, wanted) {
    const attached = release.projects ?? [];
    return wanted.filter((project) => !attached.some((candidate) => (0,links/* isProject */.YS)(candidate, project)));
}
function difference(field, release, wanted) {
    const { value, explicit } = wanted[field];
    return explicit && value !== undefined && release[field] !== value ? { [field]: value } : {};
}

;// CONCATENATED MODULE: ./src/sentry/release-steps.ts






/** Milliseconds for which another writer of the release is waited for (409). */
const MAX_CONFLICT_MS = 60_000;
const release_steps_PAUSE = { first: 500, longest: 10_000 };
/**
 * Creates or amends the release by a POST, which may be repeated. 409 means that another writer was faster or holds
 * the release: its result is read, and the POST repeated for up to 60 s.
 */
async function post(wanted, session) {
    const body = {
        version: wanted.version,
        projects: wanted.projects,
        ref: wanted.ref.value,
        url: wanted.url.value,
        status: wanted.restoreArchived ? 'open' : undefined,
    };
    let conflict;
    let others = false;
    const attempt = async () => {
        const current = conflict ? await session.api.find(wanted.version) : undefined;
        others ||= current !== undefined;
        if (current && nextStep(current, wanted).kind !== 'amend') {
            return { release: current, status: undefined, others };
        }
        const result = await session.api.create(body);
        if (result.kind === 'ok')
            return { ...result, others };
        conflict = result.error;
        session.logger.info('Another job is writing this release (409). Checking again shortly.');
        return undefined;
    };
    const posted = await retryUntil(attempt, session.clock.now() + MAX_CONFLICT_MS, release_steps_PAUSE, session);
    if (posted)
        return posted;
    throw conflict ?? new errors/* ActionError */.lZ('Could not create the release.');
}
/** PUT of fields that a POST ignores. */
async function put(wanted, change, hiddenUntil, session) {
    const release = await retryWhileHidden(() => session.api.update(wanted.version, change), hiddenUntil, session);
    if (release)
        return release;
    const fields = Object.keys(change).join(' and ');
    throw new errors/* ActionError */.lZ(`Could not update ${fields} of release ${(0,sanitize/* quoted */.TL)(wanted.version)}: Sentry responded with 404.`, {
        advice: `Changing a release needs access to all of its projects, also those that this step does not name. Give the token that access, or leave out the input ${fields}.`,
    });
}
/**
 * Reads the release back: from the list, which is what people see, else by its exact version. Both are repeated until
 * the release shows all projects.
 * @throws ActionError when Sentry does not show it within 70 s
 */
async function release_steps_confirm(wanted, session) {
    let seen;
    let how = '';
    const read = async () => {
        const rows = await session.api.list(wanted.version);
        const listed = rows?.find((row) => row.version === wanted.version);
        how = listed
            ? 'the list of releases has version'
            : 'the list of releases does not show it, but Sentry returns version';
        seen = listed ?? (await session.api.find(wanted.version));
        return seen && (!seen.projects || missingProjects(seen, wanted.projects).length === 0) ? seen : undefined;
    };
    const confirmed = await retryUntil(read, session.clock.now() + MAX_HIDDEN_MS, release_steps_PAUSE, session);
    if (confirmed) {
        session.logger.info(`Confirmed: ${how} ${(0,sanitize/* toSingleLine */.OX)(confirmed.version)}.`);
        return confirmed;
    }
    throw new errors/* ActionError */.lZ(seen
        ? `Sentry shows release ${(0,sanitize/* quoted */.TL)(wanted.version)} without project ${missingProjects(seen, wanted.projects).join(', ')}.`
        : `Sentry accepted release ${(0,sanitize/* quoted */.TL)(wanted.version)} but does not show it ${(0,durations/* formatDuration */.a)(MAX_HIDDEN_MS)} later.`, {
        advice: 'Open the release in Sentry. If it is there, the token may create releases but not read them: give it project:read, or use an organization token.',
    });
}

;// CONCATENATED MODULE: ./src/sentry/send-commits.ts






const send_commits_PAUSE = { first: 2_000, longest: 15_000 };
/**
 * Sends as much of a list as the server takes: half as much after a 413, and the commits without their authors and
 * files after a 400, because Sentry refuses the whole list for one value.
 * @throws ActionError when even one bare commit is too much; HttpError when Sentry refuses bare commits
 */
async function sendFitting(commits, target, session) {
    let limit = MAX_LIST_BYTES;
    let list = commits;
    for (;;) {
        const { commits: sent, withoutFiles, dropped } = fit(list, limit);
        const [first, ...rest] = sent;
        if (!first)
            throw new errors/* ActionError */.lZ('There is no commit to send.');
        if (withoutFiles > 0 || dropped > 0) {
            session.logger.notice(`The commits do not fit into one request: ${withoutFiles} go without their files, the oldest ${dropped} are left out.`);
        }
        try {
            const release = await send_commits_send({ commits: [first, ...rest] }, target, session);
            if (release)
                return { release, sent };
        }
        catch (error) {
            if (list !== commits || !(error instanceof http_failure/* HttpError */.j$) || error.status !== 400)
                throw error;
            session.logger.notice(`Sentry refused the list of commits (${error.serverMessage}). It is sent again without authors and files.`);
            list = commits.map(withoutDetails);
            continue;
        }
        if (rest.length === 0 && !first.patch_set)
            throw tooLarge();
        limit = Math.floor(Math.min(limit, Buffer.byteLength(JSON.stringify(sent))) / 2);
    }
}
function withoutDetails({ id, repository, message, timestamp }) {
    return { id, ...(repository === undefined ? {} : { repository }), message, timestamp };
}
/** The error for a request of which nothing can be left out. */
function tooLarge() {
    return new errors/* ActionError */.lZ('Could not associate the commits: even the smallest request is too large for the server (413).', {
        advice: 'Raise the limit for request bodies of the proxy in front of Sentry.',
    });
}
/**
 * Sends until it is done or another job did it. After a lock (409), or without a response, the release is read first:
 * the commits may be there by now.
 * @returns undefined when the request is too large (413)
 * @throws HttpError when Sentry refuses, or holds the lock for 60 s; ActionError when the release stays hidden (404)
 */
async function send_commits_send(body, target, session) {
    const { api, clock, logger, retries } = session;
    const hidden = mayAppear(target.hiddenUntil, session);
    let last;
    let losses = 0;
    let deadline = clock.now() + MAX_HIDDEN_MS;
    const attempt = async () => {
        if (last?.kind === 'busy' || last?.kind === 'lost') {
            const found = await api.find(target.version);
            if (found && (found.commitCount ?? 0) > 0)
                return { kind: 'ok', release: found };
        }
        const result = await api.associate(target.version, body, target.dateReleased);
        switch (result.kind) {
            case 'ok':
            case 'too-large':
                return result;
            case 'hidden':
                if (!hidden())
                    throw noAccess();
                break;
            case 'busy':
                if (last?.kind !== 'busy')
                    deadline = clock.now() + MAX_CONFLICT_MS;
                logger.info('Another job holds the commits of this release (409). Checking again shortly.');
                break;
            case 'lost':
                losses += 1;
                if (losses > retries)
                    throw result.error;
                logger.info(`${result.error.message}. Checking whether the commits were stored anyway.`);
                break;
            default:
                return (0,errors/* assertNever */.xb)(result);
        }
        last = result;
        return undefined;
    };
    const result = await retryUntil(attempt, () => deadline, send_commits_PAUSE, session);
    if (result?.kind === 'ok')
        return result.release;
    if (result?.kind === 'too-large')
        return undefined;
    throw last && 'error' in last ? last.error : noAccess();
}
function noAccess() {
    return new errors/* ActionError */.lZ('Could not associate the commits: Sentry reports that the release does not exist (404).', {
        advice: 'Changing a release needs access to all of its projects, also those that this step does not name.',
    });
}

;// CONCATENATED MODULE: ./src/sentry/commits.ts





/**
 * Associates commits with a release that has none: by `refs` when Sentry can fetch them through an integration, else by
 * a list read from GitHub. A release that has commits is not changed.
 * @throws ActionError when it fails, except in mode `auto`, where a failure is a notice
 */
async function associateCommits(release, wanted, source, session) {
    if (wanted.mode === 'skip') {
        session.logger.info('set-commits is skip: no commits are associated.');
        return { kind: 'skipped' };
    }
    if ((release.commitCount ?? 0) > 0) {
        session.logger.info(`The release already has commits (${release.commitCount}); they are not changed.`);
        return { kind: 'present', release };
    }
    let tried = false;
    const api = {
        ...session.api,
        associate: (...request) => {
            tried = true;
            return session.api.associate(...request);
        },
    };
    try {
        return await associate(wanted, source, { ...session, api });
    }
    catch (error) {
        if (wanted.mode !== 'auto' || !(error instanceof errors/* ActionError */.lZ) || error instanceof errors/* CancelledError */.cc)
            throw error;
        session.logger.notice([error.message, error.advice].filter(Boolean).join('\n'), 'No commits associated');
        return { kind: 'none', reason: error.message, tried };
    }
}
async function associate(wanted, source, session) {
    const { repository, mode } = wanted;
    if (repository === undefined)
        throw new errors/* ActionError */.lZ('GITHUB_REPOSITORY is not set, so there are no commits to read.');
    const known = mode === 'commits' ? undefined : await integration(repository, wanted, session);
    if (known !== undefined)
        return await sendRefs(known, wanted, session);
    if (mode === 'refs') {
        throw new errors/* ActionError */.lZ(`Sentry has no integration with the repository ${(0,sanitize/* toSingleLine */.OX)(repository)}.`, {
            advice: 'Add the repository in Sentry under Settings, Integrations, GitHub, or use set-commits: auto or commits.',
        });
    }
    return await sendList(repository, wanted, source, session);
}
/** Without a prefix and a previous commit, Sentry finds the start of the range itself. */
async function sendRefs(repository, wanted, session) {
    const { commit, versionPrefix } = wanted;
    const start = versionPrefix === undefined || wanted.previousCommit !== undefined
        ? wanted.previousCommit
        : await previousWithPrefix(wanted, session);
    const ref = { repository, commit, ...(start ? { previousCommit: start } : {}) };
    const release = await send_commits_send({ refs: [ref] }, wanted, session);
    if (!release)
        throw tooLarge();
    session.logger.info(`Sent commit ${commit.slice(0, 12)} of ${(0,sanitize/* toSingleLine */.OX)(repository)} to Sentry; Sentry will fetch the commit list.`);
    return { kind: 'refs', release, previousCommit: start };
}
async function previousWithPrefix(wanted, session) {
    const previous = await findPreviousCommit(wanted, session);
    return previous.kind === 'previous' ? previous.commit : undefined;
}
/** The stored name of the repository. In `auto`, a failed look-up counts as "not there". */
async function integration(repository, { mode }, { api, logger }) {
    let failure;
    try {
        const found = await api.integratedRepository(repository);
        if (found.kind !== 'forbidden')
            return found.kind === 'found' ? found.name : undefined;
        failure = found.error;
        if (mode === 'refs') {
            logger.notice(`Sentry does not let this token list the repositories (403), which organization tokens may since version 23.8. The commit is sent for ${(0,sanitize/* toSingleLine */.OX)(repository)} without checking that Sentry has an integration with it.`);
            return repository;
        }
    }
    catch (error) {
        if (mode !== 'auto' || !(error instanceof errors/* ActionError */.lZ) || error instanceof errors/* CancelledError */.cc)
            throw error;
        failure = error;
    }
    logger.info(`The commits are read from GitHub, because the repositories of Sentry could not be listed: ${failure.message}`);
    return undefined;
}
async function sendList(repository, wanted, source, session) {
    const { api, clock, logger } = session;
    if (!source) {
        throw new errors/* ActionError */.lZ('There is no github-token to read the commits with.', {
            advice: 'Leave out the input github-token to use the token of the job, or set set-commits: skip.',
        });
    }
    const [reader, found] = await Promise.all([source(), findPreviousCommit(wanted, session)]);
    if (found.kind === 'own') {
        const release = await api.find(wanted.version);
        logger.info('Another job associated the commits at the same time.');
        return release
            ? { kind: 'present', release }
            : { kind: 'none', reason: 'another job associated them', tried: true };
    }
    const previous = found.kind === 'previous' ? found.commit : undefined;
    const range = await reader.read(wanted.commit, previous);
    logRange(range, wanted.commit, previous, logger);
    const commits = toSentryCommits(range.commits, repository, new Date(clock.now()).toISOString());
    if (commits.length === 0) {
        logger.info('There are no commits since the previous release.');
        return { kind: 'none', reason: 'no commits since the previous release', tried: false };
    }
    const { release, sent } = await sendFitting(commits, wanted, session);
    logger.info(`Associated ${sent.length} of ${range.total} commits, read from GitHub.`);
    return {
        kind: 'sent',
        release,
        commits: sent,
        previousCommit: range.base === 'none' || range.base === 'unknown' || range.base === 'failed' ? undefined : previous,
    };
}
function logRange(range, head, previous, logger) {
    const last = `The last ${range.commits.length} commits are used.`;
    const base = (0,sanitize/* toSingleLine */.OX)(previous ?? '', 64);
    if (range.base === 'diverged') {
        logger.notice(`The previous commit ${base} is not an ancestor of ${head}. The ${range.commits.length} commits since their merge base are used.`);
    }
    if (range.base === 'unknown') {
        logger.notice(`GitHub does not know the previous commit ${base} in this repository. ${last}`);
    }
    if (range.base === 'listed') {
        logger.notice(`GitHub could not compare the previous commit ${base} with ${head} (${(0,sanitize/* toSingleLine */.OX)(range.failure ?? '', 100)}). The ${range.commits.length} commits that the history of ${head} lists before it are used.`);
    }
    if (range.base === 'failed') {
        logger.notice(`GitHub could not compare the previous commit ${base} with ${head} (${(0,sanitize/* toSingleLine */.OX)(range.failure ?? '', 100)}). ${last}`);
    }
    if (range.filesMissing)
        logger.info(`Some commits go without their files: ${(0,sanitize/* toSingleLine */.OX)(range.filesMissing)}.`);
}

;// CONCATENATED MODULE: ./src/sentry/deploy-lookup.ts






/**
 * Looks for a deploy of exactly this identity. A deploy object does not name its projects, so they are derived from
 * the lists that Sentry gives for one project (`?project=`). Where that cannot be decided, no deploy is found:
 * a duplicate is noticed and can be deleted, a missing one is not.
 * @throws HttpError when Sentry refuses to list the deploys
 */
async function findDeploy(release, identity, session) {
    const attached = release.projects ?? [];
    const isWanted = (project) => identity.projects.some((wanted) => (0,links/* isProject */.YS)(project, wanted));
    const wantedIds = attached.filter(isWanted).map(({ id }) => (0,links/* numericId */.Vi)(id));
    const otherIds = attached.filter((project) => !isWanted(project)).map(({ id }) => (0,links/* numericId */.Vi)(id));
    const first = await listDeploys(release.version, wantedIds.slice(0, 1), session);
    if (first === 'hidden')
        return 'hidden';
    const matches = (first ?? []).filter((deploy) => isSimilar(deploy, identity));
    const similar = new Set(matches.map(deployId));
    const absent = { deploy: undefined, similar };
    if (!first || matches.length === 0 || !isAttachedTo(release, identity.projects))
        return absent;
    const [newest] = matches;
    if (newest && wantedIds.length === 1 && otherIds.length === 0)
        return { deploy: newest, similar };
    const lists = [first];
    for (const id of wantedIds.slice(1)) {
        const list = await listDeploys(release.version, [id], session);
        if (!list || list === 'hidden')
            return absent;
        lists.push(list);
    }
    const others = otherIds.length === 0 ? undefined : await listDeploys(release.version, otherIds, session);
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
        if ((await isDeployedTo(release.version, identity.environment, id, session)) !== true)
            return absent;
    }
    for (const id of otherIds) {
        if ((await isDeployedTo(release.version, identity.environment, id, session)) !== false)
            return absent;
    }
    return { deploy: newest, similar };
}
function isAttachedTo({ projects }, wanted) {
    return wanted.every((one) => projects?.some((project) => (0,links/* isProject */.YS)(project, one)));
}
/** Looks for the deploy that a POST without a response may have added: new, with exactly the dates that were sent. */
async function findSentDeploy(release, identity, sent, session) {
    const list = await listDeploys(release.version, [], session);
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
        if (response.status === 403 && ids.length > 0 && !response.isLimit)
            return undefined;
        if (response.status !== 200)
            throw (0,sentry_errors/* explain */.WE)(response, account, sentry_errors/* SCOPES */.iW.read);
        deploys.push(...(0,sentry_call/* parse */.qg)(DeployListSchema, response));
    }
    return deploys;
}
/**
 * Whether the release was deployed to an environment for one project. The list of releases knows that on every server,
 * but not by which deploy. Undefined when it does not report it.
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
 * Records a deploy once: Sentry adds a row for every POST and notifies people, so it looks for an equal deploy first,
 * and again when the response to the POST was lost.
 * @param hiddenUntil milliseconds since the epoch until which Sentry may hide the release (404)
 * @throws HttpError when Sentry refuses; ActionError when the release stays hidden (404)
 */
async function recordDeploy(release, wanted, hiddenUntil, session) {
    const { account, clock, logger, retries } = session;
    const sending = createSender(release, wanted, session);
    const hidden = mayAppear(hiddenUntil, session);
    let known;
    let lost;
    let losses = 0;
    const onHidden = () => {
        if (!hidden())
            throw deploy_noAccess(wanted);
    };
    const attempt = async () => {
        if (known === undefined) {
            const lookup = await findDeploy(release, wanted, session);
            if (lookup === 'hidden')
                return onHidden();
            known = lookup;
            // Without a URL runs cannot be distinguished, so a deploy of an earlier run proves nothing about this one.
            if (lookup.deploy && wanted.url !== undefined)
                return existing(lookup.deploy, wanted, logger);
            if (lookup.similar.size > 0 && wanted.url !== undefined) {
                logger.info(`Sentry has a deploy with the same environment, name and URL (${[...lookup.similar].join(', ')}), but not for exactly these projects, as far as it reports them. The step records a new deploy.`);
            }
        }
        if (lost) {
            const found = await findSentDeploy(release, wanted, { ...sending.dates, before: known.similar }, session);
            if (found === 'hidden')
                return onHidden();
            if (found)
                return { id: idOf(found), created: true };
            if (losses > retries)
                throw lost;
        }
        const response = await sending.post();
        if (response instanceof http_failure/* HttpError */.j$ || (0,sentry_call/* isServerFailure */.Ab)(response)) {
            lost = response instanceof http_failure/* HttpError */.j$ ? response : (0,sentry_errors/* explain */.WE)(response, account, sentry_errors/* SCOPES */.iW.write);
            losses += 1;
            logger.info(`${lost.message}. Checking whether the deploy was recorded anyway.`);
            return undefined;
        }
        if (response.status === 404)
            return onHidden();
        if (!(0,sentry_call/* isSuccess */.oJ)(response))
            throw (0,sentry_errors/* explain */.WE)(response, account, sentry_errors/* SCOPES */.iW.write);
        return { id: idOf((0,sentry_call/* parse */.qg)(DeploySchema, response)), created: true };
    };
    const deployed = await retryUntil(attempt, clock.now() + MAX_HIDDEN_MS, deploy_PAUSE, session);
    if (!deployed)
        throw lost ?? deploy_noAccess(wanted);
    if (deployed.created)
        logDeploy(deployed, wanted, logger);
    return deployed;
}
function existing(deploy, wanted, logger) {
    const id = idOf(deploy);
    const environment = (0,sanitize/* toSingleLine */.OX)(wanted.environment);
    const when = deploy.dateFinished ? ` on ${(0,sanitize/* toSingleLine */.OX)(deploy.dateFinished, 40)}` : '';
    logger.info(`The deploy to ${environment} already exists (${id}), recorded${when}.`);
    if (wanted.urlGiven) {
        logger.notice(`No new deploy was recorded: Sentry has a deploy to ${environment} with this deploy-url, recorded${when}. ` +
            'If this is a new deploy, give it another deploy-url, or leave deploy-url out to use the URL of the workflow run.', 'Deploy already recorded');
    }
    return { id, created: false };
}
function logDeploy({ id }, { environment, url }, logger) {
    logger.info(`Recorded a deploy to ${(0,sanitize/* toSingleLine */.OX)(environment)} (${id}).`);
    if (url === undefined) {
        logger.notice(`The deploy to ${(0,sanitize/* toSingleLine */.OX)(environment)} was recorded without a URL, because Sentry does not accept the URL of this workflow run. ` +
            'If the step runs again, it records another deploy. Set deploy-url to a URL that Sentry accepts to avoid that.', 'Deploy without a URL');
    }
}
function deploy_noAccess({ environment }) {
    return new errors/* ActionError */.lZ(`Could not record the deploy to ${(0,sanitize/* toSingleLine */.OX)(environment)}: Sentry reports that the release does not exist (404).`, {
        advice: 'A deploy needs access to all projects of the release, also those that this step does not name. If the token has it, re-run the job.',
    });
}
function idOf(deploy) {
    return (0,sanitize/* toSingleLine */.OX)(deployId(deploy), 64);
}
/** Sends the deploy, with the same dates each time: they identify it when a response is lost. */
function createSender(release, wanted, { call, clock }) {
    const { environment, name, url, startedAt } = wanted;
    const now = new Date(clock.now()).toISOString();
    const dates = { dateStarted: startedAt, dateFinished: now > startedAt ? now : startedAt };
    const attached = release.projects ?? [];
    const send = (projects) => (0,sentry_call/* sendOnce */.E4)(call, {
        method: 'POST',
        path: `${(0,sentry_call/* releasePath */.bD)(release.version)}deploys/`,
        body: { environment, name, url, ...dates, projects },
        intent: 'record the deploy',
    }, DeploySchema);
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
            throw response.error('status', `responded with 400: ${response.sanitize(INSUFFICIENT)}`, {
                serverMessage: INSUFFICIENT,
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
 * Sets the release date when there is none: PUT overwrites the date each time, so the release is read first when it may have changed.
 * @returns the release, with a date
 * @throws HttpError when Sentry refuses; ActionError when it does not show the date
 */
async function finalizeRelease(release, { fresh, hiddenUntil }, session) {
    const { api, clock, logger } = session;
    const current = fresh ? release : ((await api.find(release.version)) ?? release);
    if (current.dateReleased) {
        logger.info(`The release was finalized on ${(0,sanitize/* quoted */.TL)(current.dateReleased, 40)}; its date is kept.`);
        return current;
    }
    const dateReleased = new Date(clock.now()).toISOString();
    const done = await retryWhileHidden(() => api.update(release.version, { dateReleased }), hiddenUntil, session);
    if (!done) {
        throw new errors/* ActionError */.lZ(`Could not finalize release ${(0,sanitize/* quoted */.TL)(release.version)}: Sentry responded with 404.`, {
            advice: 'Changing a release needs access to all of its projects, also those that this step does not name.',
        });
    }
    if (!done.dateReleased) {
        throw new errors/* ActionError */.lZ(`Sentry accepted the release date of ${(0,sanitize/* quoted */.TL)(release.version)}, but its response has no date.`, {
            advice: 'Open the release in Sentry to see its state, then re-run the job.',
        });
    }
    logger.info('Finalized the release.');
    return done;
}

;// CONCATENATED MODULE: ./src/sentry/release.ts





/**
 * Ensures that exactly one release of this version exists, with all projects, and that Sentry shows it.
 * Reads first and changes only what is missing, so it can run any number of times, also at the same time.
 * @param onRelease called as soon as the release is known to exist, before it is confirmed, and after each change
 * @throws HttpError when Sentry refuses; ActionError when Sentry accepts but does not show the result within 70 s
 */
async function ensureRelease(wanted, onRelease, session) {
    const found = await session.api.find(wanted.version);
    session.logger.info(formatFound(found, wanted));
    let release = found;
    let created = false;
    let hiddenUntil = 0;
    const taken = [];
    for (;;) {
        const step = nextStep(release, wanted);
        if (step.kind === 'done' || (release && projectsUnknown(step, taken, release)))
            break;
        if (taken.some((earlier) => earlier.kind === step.kind))
            throw ignored(step);
        switch (step.kind) {
            case 'create':
            case 'amend': {
                const posted = await post(wanted, session);
                release = posted.release;
                hiddenUntil = session.clock.now() + MAX_HIDDEN_MS;
                created ||= found === undefined && isOurs(posted, session.userAgent);
                session.logger.info(formatPosted(step, created));
                break;
            }
            case 'update':
                release = await put(wanted, step.change, hiddenUntil, session);
                session.logger.info(`Updated ${Object.keys(step.change).join(' and ')} of the release.`);
                break;
            default:
                (0,errors/* assertNever */.xb)(step);
        }
        taken.push(step);
        onRelease(release, created);
    }
    if (!release)
        throw new errors/* ActionError */.lZ('Sentry accepted the release, but its response has none.');
    onRelease(release, created);
    if (taken.length > 0) {
        release = await release_steps_confirm(wanted, session);
    }
    warnIfArchived(release, session.logger);
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
 * Sentry responds with 201 also to a run that only attached a project, and 208 to the one that created the row when another
 * attached the project first. The User-Agent of the creating request, which Sentry keeps, distinguishes them; on servers
 * that do not keep it the status decides.
 */
function isOurs({ release, status, others }, userAgent) {
    return release.userAgent ? release.userAgent === userAgent : status === 201 && !others;
}
/** True when the response to a POST does not contain the attached projects: the confirmation will. */
function projectsUnknown(step, taken, release) {
    return (step.kind === 'amend' &&
        !step.reopen &&
        !release.projects &&
        taken.some(({ kind }) => kind === 'create' || kind === 'amend'));
}
function ignored(step) {
    const what = step.kind === 'amend' && step.attach.length > 0
        ? `attach project ${step.attach.map((project) => (0,sanitize/* toSingleLine */.OX)(project, 60)).join(', ')}`
        : step.kind === 'amend'
            ? 'reopen the archived release'
            : step.kind === 'update'
                ? `set ${Object.keys(step.change).join(' and ')}`
                : 'create the release';
    return new errors/* ActionError */.lZ(`Sentry accepted the request to ${what}, but its response does not show the change.`, {
        advice: 'Open the release in Sentry to see its state, then re-run the job.',
    });
}
function formatFound(found, wanted) {
    const version = (0,sanitize/* toSingleLine */.OX)(wanted.version);
    if (!found)
        return `Version ${version}: the release does not exist yet.`;
    const archived = found.status === 'archived' ? ', archived' : '';
    return `Version ${version}: the release exists${archived}.`;
}
function formatPosted(step, created) {
    if (step.kind === 'create') {
        return created
            ? 'Created the release.'
            : 'Another job created the release at the same time; the projects are attached.';
    }
    return [
        ...(step.attach.length > 0 ? [`Attached to project ${step.attach.join(', ')}.`] : []),
        ...(step.reopen ? ['Reopened the archived release.'] : []),
    ].join(' ');
}
function warnIfArchived(release, logger) {
    if (release.status !== 'archived')
        return;
    logger.warning('The release is archived, so Sentry hides it from its lists. The step continues with it; set restore-archived: true to reopen it.', 'Archived release');
}

;// CONCATENATED MODULE: ./src/stages.ts








/** Ensures that the release exists. */
async function release({ inputs, world, report, sentry }) {
    const { logger, outputs } = world.actions;
    const { organization, baseUrl, projects } = inputs.sentry;
    report.stage = 'release';
    logger.info(`Organization ${organization} at ${baseUrl}, project ${projects.join(', ')}`);
    const linkTo = (found) => (0,links/* releaseUrl */.XA)(baseUrl, organization, found, projects);
    const onRelease = (found, created) => {
        report.unconfirmed = { created, url: linkTo(found) };
        setReleaseOutputs(outputs, { release: found, created, url: linkTo(found) });
    };
    const ensured = await ensureRelease(inputs.sentry, onRelease, sentry);
    const url = linkTo(ensured.release);
    setReleaseOutputs(outputs, { ...ensured, url });
    report.release = { ensured, url };
    return ensured;
}
/** Gives scripts debug ids, and uploads them with their source maps. */
async function sourceMaps(wanted, step) {
    const { inputs, world, report, sentry } = step;
    const { logger, outputs } = world.actions;
    report.stage = 'source-maps';
    // Late, because many releases have no scripts.
    const { renderSourceMaps, uploadSourceMaps } = await __nccwpck_require__.e(/* import() */ 584).then(__nccwpck_require__.bind(__nccwpck_require__, 1584));
    const { projects, version } = inputs.sentry;
    await logger.group('Source maps', () => uploadSourceMaps(wanted, {
        ...sentry,
        outputs,
        projects,
        version,
        workspace: wanted.workspace,
        temporary: wanted.temporary,
        onReport: (facts) => {
            report.sourceMaps = renderSourceMaps(facts);
        },
    }));
}
/** Associates commits, and sets the release date with them when nothing has to be waited for. */
async function commits(step, { release, hiddenUntil }) {
    const { inputs, context, world, report, sentry } = step;
    const { setCommits, previousCommit, finalize } = inputs.lifecycle;
    report.stage = 'commits';
    // One request less where no verdict of a build has to be waited for.
    const together = finalize && 'off' in inputs.abf && !release.dateReleased;
    const result = await associateCommits(release, {
        version: release.version,
        mode: setCommits,
        // Without a commit the mode is skip.
        commit: inputs.commit ?? '',
        previousCommit,
        versionPrefix: inputs.sentry.versionPrefix,
        projects: inputs.sentry.projects,
        repository: context.repository,
        hiddenUntil,
        dateReleased: together ? new Date(world.clock.now()).toISOString() : undefined,
    }, commitSource(step), sentry);
    report.commits = result;
    setCommitOutputs(world.actions.outputs, result);
    if (!('release' in result)) {
        return { release, hiddenUntil, fresh: result.kind === 'skipped' || !result.tried, finalized: false };
    }
    const finalized = together && result.kind !== 'present' && Boolean(result.release.dateReleased);
    return { release: result.release, hiddenUntil, fresh: true, finalized };
}
/** In `auto` the step does not fail without commits, so it waits for GitHub some seconds only, not a minute. */
const RETRIES_IN_AUTO = 3;
function commitSource({ inputs, context, world }) {
    const { githubToken, setCommits } = inputs.lifecycle;
    const { repository, apiUrl } = context;
    if (githubToken === undefined || repository === undefined)
        return undefined;
    const retries = setCommits === 'auto' ? Math.min(inputs.retries, RETRIES_IN_AUTO) : inputs.retries;
    return async () => {
        // Late, because few runs read commits and octokit takes longer to load than a run without it.
        const { createCommitSource } = await Promise.all(/* import() */[__nccwpck_require__.e(778), __nccwpck_require__.e(825)]).then(__nccwpck_require__.bind(__nccwpck_require__, 3319));
        const http = createHttp({ ...httpDeps(inputs, world), retries });
        return createCommitSource({ http, logger: world.actions.logger, token: githubToken, apiUrl, repository });
    };
}
/** The ABF part: submits or selects builds, and waits for their results. */
async function builds(abf, step) {
    const { inputs, world, report, sentry } = step;
    const { logger, outputs, state } = world.actions;
    report.stage = 'builds';
    // Late, because most runs have nothing to build.
    const { runAbf, summarizeBuilds } = await __nccwpck_require__.e(/* import() */ 108).then(__nccwpck_require__.bind(__nccwpck_require__, 8108));
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
            report.builds = summarizeBuilds(facts);
        },
    };
    return await runAbf(abf, deps);
}
/** Sets the release date and records the deploy, unless the builds hold the release back. */
async function finish(step, current, verdict) {
    const { inputs, report, world } = step;
    const { finalize, deploy } = inputs.lifecycle;
    const { logger } = world.actions;
    report.stage = 'finish';
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
        logger.info('finalize is false: the release date is not changed.');
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
    const deployed = await recordDeploy(release, { ...deploy, projects, startedAt: deploy.startedAt ?? step.startedAt }, hiddenUntil, sentry);
    setDeployOutputs(world.actions.outputs, deployed);
    report.deploy = { ...deployed, url: deploy.url };
}

// EXTERNAL MODULE: ./src/summary/markdown.ts
var markdown = __nccwpck_require__(7175);
// EXTERNAL MODULE: ./src/text/dates.ts
var dates = __nccwpck_require__(8230);
;// CONCATENATED MODULE: ./src/summary/release.ts




/** The part of the job summary about the release: what is there at the end of the step, and what is not. */
const MAX_PROJECTS = 50;
const MAX_SLUG_LENGTH = 100;
/** Commits that are shown at once, and bytes for all of them. */
const FIRST_COMMITS = 10;
const MAX_COMMITS_BYTES = 120_000;
/** Of a step that failed or was cancelled before it came to a part. */
const NOT_REACHED = 'the step ended before this part';
/** The table about the release; empty while its version is not known. */
function renderRelease(report) {
    const { version, commit, projects, release, unconfirmed, repositoryUrl, environment } = report;
    if (version === undefined)
        return [];
    const commitUrl = repositoryUrl && `${repositoryUrl}/commit/${commit}`;
    const rows = [
        ['Release', (0,markdown/* linkIf */.qX)((release ?? unconfirmed)?.url, (0,markdown/* code */.aY)(version))],
        ['Status', release ? release_status(release.ensured) : unconfirmedStatus(report)],
        ...(commit === undefined ? [] : [['Commit', (0,markdown/* linkIf */.qX)(commitUrl, (0,markdown/* code */.aY)(commit))]]),
        ...(projects ? [['Projects', codes(projects)]] : []),
        ['Commits', release_commits(report)],
        ['Release date', releaseDate(report)],
        ...(environment === undefined ? [] : [['Deploy', deploy(environment, report)]]),
    ];
    return [
        '<table>',
        ...rows.map(([label, html]) => `<tr><th align="left">${label}</th><td>${html}</td></tr>`),
        '</table>',
        '',
    ];
}
function unconfirmedStatus({ unconfirmed }) {
    if (!unconfirmed)
        return `not known: the step ended before Sentry reported the release`;
    return `${unconfirmed.created ? 'created' : 'exists'}, not confirmed: the step ended before Sentry listed the release`;
}
function release_status({ created, release, attached, reopened, updated }) {
    if (created)
        return 'created and confirmed';
    const done = [
        ...(attached.length > 0 ? [`attached to ${codes(attached)}`] : []),
        ...(reopened ? ['reopened'] : []),
        ...(updated.length > 0 ? [`updated ${updated.join(' and ')}`] : []),
    ];
    const found = release.status === 'archived' ? 'already exists, archived' : 'already exists';
    return done.length > 0 ? `${found}; ${done.join(', ')}; confirmed` : `${found}; no changes needed`;
}
function codes(texts) {
    const left = texts.length - MAX_PROJECTS;
    const shown = texts.slice(0, MAX_PROJECTS).map((text) => (0,markdown/* code */.aY)(text, MAX_SLUG_LENGTH));
    return [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join(' ');
}
function release_commits(report) {
    const { commits: result, release } = report;
    if (result)
        return commitsResult(result, report);
    const count = release?.ensured.release.commitCount ?? 0;
    return count > 0 ? `${count}, associated before` : `not associated: ${NOT_REACHED}`;
}
function commitsResult(result, report) {
    switch (result.kind) {
        case 'skipped':
            return 'not associated: set-commits is skip';
        case 'present':
            return `${result.release.commitCount ?? 'some'}, associated before`;
        case 'refs':
            return `fetched by Sentry${range(result.previousCommit, report)}`;
        case 'sent':
            return `${result.commits.length} associated${range(result.previousCommit, report)}`;
        case 'none':
            return `none: ${(0,sanitize/* escapeMarkdown */.FV)(result.reason, 500)}`;
        default:
            return (0,errors/* assertNever */.xb)(result);
    }
}
function range(previous, { commit: head = '', repositoryUrl }) {
    if (previous === undefined)
        return '';
    const compare = `${repositoryUrl}/compare/${encodeURIComponent(previous.toWellFormed())}...${head}`;
    const text = (0,markdown/* code */.aY)(`${previous.slice(0, 12)}...${head.slice(0, 12)}`);
    return `, ${(0,markdown/* linkIf */.qX)(repositoryUrl && compare, text)}`;
}
function releaseDate({ finalized, finalize, heldBack, release }) {
    const date = finalized ?? release?.ensured.release.dateReleased;
    if (date)
        return (0,sanitize/* escapeMarkdown */.FV)((0,dates/* formatDate */.Y)(date));
    if (finalize === false)
        return 'not set: finalize is false';
    return `not set: ${heldBack === undefined ? NOT_REACHED : (0,sanitize/* escapeMarkdown */.FV)(heldBack)}`;
}
function deploy(environment, { deploy: deployed, heldBack }) {
    if (!deployed) {
        return `${(0,markdown/* code */.aY)(environment)}, not recorded: ${heldBack === undefined ? NOT_REACHED : (0,sanitize/* escapeMarkdown */.FV)(heldBack)}`;
    }
    const { id, url, created } = deployed;
    return `${(0,markdown/* linkIf */.qX)(url, (0,markdown/* code */.aY)(environment))}, ${created ? 'recorded' : 'already recorded'} as ${(0,markdown/* code */.aY)(id)}`;
}
/** The commits that this step sent: the first ones, the rest collapsed. */
function renderCommits({ commits: result, repositoryUrl }) {
    if (result?.kind !== 'sent')
        return [];
    const items = result.commits.map(({ id, message, author_name: author }) => {
        const sha = (0,markdown/* code */.aY)(id.slice(0, 12));
        const subject = (0,sanitize/* escapeMarkdown */.FV)(message.split('\n', 1)[0] ?? '', 120);
        const page = repositoryUrl && `${repositoryUrl}/commit/${encodeURIComponent(id.toWellFormed())}`;
        return `${(0,markdown/* linkIf */.qX)(page, sha)} ${subject}${author ? ` (${(0,sanitize/* escapeMarkdown */.FV)(author, 60)})` : ''}`;
    });
    return (0,markdown/* longList */.jm)(items, 'commit', FIRST_COMMITS, MAX_COMMITS_BYTES);
}

;// CONCATENATED MODULE: ./src/summary/summary.ts




const HEADLINES = {
    success: '✅ Success',
    warning: '⚠️ Success with a warning',
    in_progress: '⏳ In progress',
    failure: '❌ Failed',
    timed_out: '⌛ Timed out',
    cancelled: '⏹️ Cancelled',
};
const FAILED_STAGES = {
    inputs: 'the inputs are not valid',
    release: 'could not ensure the Sentry release',
    'source-maps': 'could not upload the source maps',
    commits: 'could not associate the commits',
    builds: 'could not complete the ABF part',
    finish: 'could not finalize or deploy the release',
};
/** For the lines of an error; a problem with an input is one line each. */
const MAX_ERROR_BYTES = 60_000;
/** The result in one line, for the end of the log. */
function formatResult({ release }) {
    if (!release)
        return '';
    const verb = release.ensured.created ? 'was created' : 'already exists';
    return `Sentry release ${(0,sanitize/* toSingleLine */.OX)(release.ensured.release.version)} ${verb}: ${release.url}`;
}
/**
 * The job summary in Markdown: the result of the step in its first line, what needs attention, then what is there.
 * Every text that this project did not write itself is escaped, and the whole stays below 1 MiB, which is GitHub's limit.
 */
function renderSummary(report) {
    const { builds, sourceMaps } = report;
    const lines = [
        `### ${headline(report)}`,
        '',
        ...failure(report),
        ...(builds?.problems ? [builds.problems] : []),
        ...(builds && report.version !== undefined ? ['#### Sentry release', ''] : []),
        ...renderRelease(report),
        ...renderCommits(report),
    ];
    return [...lines, ...(builds ? [builds.section] : []), ...(sourceMaps ? [sourceMaps] : [])].join('\n');
}
function headline(report) {
    const { failure, stage = 'inputs', builds } = report;
    const verdict = verdictOf(report);
    if (failure && !(failure instanceof errors/* ReportedError */.SS)) {
        if (verdict !== 'cancelled')
            return `${HEADLINES[verdict]}: ${FAILED_STAGES[stage]}`;
        return [HEADLINES.cancelled, ...(builds ? [builds.result] : [])].join(': ');
    }
    const isDone = verdict === 'success';
    const parts = [
        ...(isDone ? [releaseResult(report)] : []),
        ...(builds ? [builds.result] : []),
        ...(!isDone && report.heldBack !== undefined ? ['the release is not finalized'] : []),
    ];
    return `${HEADLINES[verdict]}: ${parts.join(', ')}`;
}
function verdictOf({ failure, builds }) {
    if (failure instanceof errors/* CancelledError */.cc)
        return 'cancelled';
    if (failure && !(failure instanceof errors/* ReportedError */.SS))
        return 'failure';
    return builds?.verdict ?? 'success';
}
function releaseResult({ release }) {
    if (release?.ensured.created)
        return 'Sentry release created';
    const { attached = [], reopened, updated = [] } = release?.ensured ?? {};
    const isChanged = attached.length > 0 || reopened || updated.length > 0;
    return isChanged ? 'Sentry release updated' : 'Sentry release already exists';
}
function failure({ failure: error }) {
    if (!error || error instanceof errors/* ReportedError */.SS)
        return [];
    const all = error.message.split('\n').map((line) => (0,sanitize/* escapeMarkdown */.FV)(line, 1000));
    const { first: lines, left } = (0,markdown/* splitList */.ry)(all, all.length, MAX_ERROR_BYTES);
    const rest = left === 0 ? [] : [`${(0,markdown/* counted */.hS)(left, 'more line')} in the log`];
    return [
        `<blockquote>${[...lines, ...rest].join('<br>')}</blockquote>`,
        '',
        ...(error.advice ? [`<p><strong>Next:</strong> ${(0,sanitize/* escapeMarkdown */.FV)(error.advice, 1000)}</p>`, ''] : []),
    ];
}

;// CONCATENATED MODULE: ./src/run.ts






/**
 * The main step: inputs → release → source maps → commits → builds → finalize → deploy → outputs and summary.
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
        if (!('off' in step.inputs.sourceMaps))
            await sourceMaps(step.inputs.sourceMaps, step);
        const current = await logger.group('Commits', () => commits(step, ensured));
        const verdict = 'off' in abf ? undefined : await builds(abf, step);
        await logger.group('Finalize and deploy', () => finish(step, current, verdict));
        logger.info(formatResult(report));
        if (verdict && !verdict.ok)
            throw new errors/* ReportedError */.SS(`ABF ${verdict.report.operation}: ${verdict.conclusion}.`);
    }
    catch (thrown) {
        report.failure = (0,errors/* asActionError */.z6)(thrown);
        throw report.failure;
    }
    finally {
        if (wantsSummary(env))
            await actions.summary.write(renderSummary(report));
        settleWork(actions.state);
    }
}

;// CONCATENATED MODULE: ./src/github/event.ts

/**
 * @param event the parsed file of GITHUB_EVENT_PATH, whatever it holds
 */
function readContext(env, event) {
    const eventName = env['GITHUB_EVENT_NAME'] ?? '';
    const { commit, ref, noCommit } = factsOf(eventName, event, {
        commit: parseSha(env['GITHUB_SHA']),
        ref: env['GITHUB_REF_NAME'] || undefined,
        headRef: env['GITHUB_HEAD_REF'] || undefined,
    });
    return {
        serverUrl: (env['GITHUB_SERVER_URL'] || 'https://github.com').replace(/\/+$/, ''),
        apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
        repository: env['GITHUB_REPOSITORY'] || undefined,
        eventName,
        runId: env['GITHUB_RUN_ID'] || '0',
        runAttempt: env['GITHUB_RUN_ATTEMPT'] || '1',
        refName: ref,
        headCommit: commit,
        noCommit: commit === undefined ? noCommit : undefined,
    };
}
/**
 * Which commit an event is about, and on which branch or tag it is. GITHUB_SHA is used only where it is that
 * commit: for `workflow_run`, `check_suite`, `check_run`, `status` and comments it is the head of the default branch,
 * for pull requests a test merge or the base branch, for a merge queue it is on a branch that is thrown away.
 */
const RULES = {
    push,
    pull_request: pullRequest,
    pull_request_target: pullRequest,
    pull_request_review: pullRequest,
    pull_request_review_comment: pullRequest,
    merge_group: (event, job) => ({
        commit: shaAt(event, 'merge_group', 'head_sha') ?? job.commit,
        ref: shortRef(textAt(event, 'merge_group', 'base_ref')),
    }),
    workflow_run: (event) => ({
        commit: shaAt(event, 'workflow_run', 'head_sha'),
        ref: textAt(event, 'workflow_run', 'head_branch'),
    }),
    check_suite: (event) => ({
        commit: shaAt(event, 'check_suite', 'head_sha'),
        ref: textAt(event, 'check_suite', 'head_branch'),
    }),
    check_run: (event) => ({
        commit: shaAt(event, 'check_run', 'head_sha'),
        ref: textAt(event, 'check_run', 'check_suite', 'head_branch'),
    }),
    deployment,
    deployment_status: deployment,
    status: (event) => ({ commit: shaAt(event, 'sha'), ref: branchWithHead(event, shaAt(event, 'sha')) }),
    issue_comment: issueComment,
};
function factsOf(eventName, event, job) {
    const rule = Object.hasOwn(RULES, eventName) ? RULES[eventName] : undefined;
    const facts = rule ? rule(event, job) : byJob(event, job);
    return {
        noCommit: {
            reason: `the event ${eventName || 'of this run'} does not name one`,
            versionSuffices: false,
        },
        ...facts,
    };
}
/** GitHub sets GITHUB_SHA to the commit, also for an annotated tag. */
function byJob(_event, { commit, ref }) {
    return { commit, ref };
}
/** A deleted branch or tag: `deleted` is true, `after` is zeros, and GITHUB_SHA is the head of the default branch. */
function push(event, job) {
    const deleted = at(event, 'deleted') === true || /^0+$/.test(textAt(event, 'after') ?? '');
    if (!deleted)
        return byJob(event, job);
    const reason = 'this push deleted a branch or tag, so there is no commit left to release; ' +
        'leave such runs out with if: ${{ !github.event.deleted }}';
    return { commit: undefined, ref: undefined, noCommit: { reason, versionSuffices: false } };
}
/**
 * The last commit of the branch while the pull request is open; once it is merged, the commit that landed in the base
 * branch, because after a squash or a rebase the head commit is in no branch. Payloads of reviews have no `merged`.
 */
function pullRequest(event, { headRef }) {
    const merged = at(event, 'pull_request', 'merged') === true || textAt(event, 'pull_request', 'merged_at');
    if (!merged) {
        return {
            commit: shaAt(event, 'pull_request', 'head', 'sha'),
            ref: textAt(event, 'pull_request', 'head', 'ref') ?? headRef,
        };
    }
    const reason = 'the event of this merged pull request has no merge_commit_sha, and its head commit may be in no branch; ' +
        'read the commit in a step before with: gh pr view "$NUMBER" --json mergeCommit --jq .mergeCommit.oid';
    return {
        commit: shaAt(event, 'pull_request', 'merge_commit_sha'),
        ref: textAt(event, 'pull_request', 'base', 'ref'),
        noCommit: { reason, versionSuffices: false },
    };
}
/** `ref` is what the deployment was requested for: a branch, a tag, or the SHA itself. */
function deployment(event, job) {
    const commit = shaAt(event, 'deployment', 'sha') ?? job.commit;
    const ref = textAt(event, 'deployment', 'ref');
    const isSha = /^[0-9a-f]{7,64}$/i.test(ref ?? '') && commit?.startsWith(ref?.toLowerCase() ?? '');
    return { commit, ref: isSha ? undefined : shortRef(ref) };
}
/**
 * A comment on a pull request: the payload has no commit, and GITHUB_SHA is the head of the default branch. Without a
 * payload it may be such a comment.
 */
function issueComment(event, job) {
    const isIssue = at(event, 'issue') !== undefined && (at(event, 'issue', 'pull_request') ?? null) === null;
    if (isIssue)
        return byJob(event, job);
    const reason = 'a comment on a pull request comes without the commit; ' +
        'read it in a step before with: gh pr view "$NUMBER" --json headRefOid --jq .headRefOid';
    return { commit: undefined, ref: undefined, noCommit: { reason, versionSuffices: true } };
}
/** A `status` lists up to ten branches that contain the commit, each with its head. */
function branchWithHead(event, commit) {
    const branches = at(event, 'branches');
    if (commit === undefined || !Array.isArray(branches))
        return undefined;
    const [only, ...more] = branches.filter((branch) => shaAt(branch, 'commit', 'sha') === commit);
    return more.length === 0 ? textAt(only, 'name') : undefined;
}
function shortRef(ref) {
    return ref?.replace(/^refs\/(?:heads|tags)\//, '');
}
function shaAt(value, ...path) {
    return parseSha(at(value, ...path));
}
/** A text that is not empty. */
function textAt(value, ...path) {
    const found = at(value, ...path);
    return typeof found === 'string' && found !== '' ? found : undefined;
}
function at(value, ...path) {
    return path.reduce((inner, key) => typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? inner[key]
        : undefined, value);
}

;// CONCATENATED MODULE: ./src/start.ts





/**
 * Reads inputs, environment and event. It never throws, because reporting an error needs a logger.
 * @param redact removes secrets from values that a message repeats
 */
function readStart(env, event, clock, redact) {
    const startedAt = new Date(clock.now()).toISOString();
    const context = readContext(env, event);
    const userAgent = `release-gate (run ${context.runId}.${context.runAttempt}; ${uniqueId(clock)})`;
    try {
        return { startedAt, context, userAgent, inputs: loadInputs(env, context, redact) };
    }
    catch (thrown) {
        return { startedAt, context, userAgent, inputs: (0,errors/* asActionError */.z6)(thrown) };
    }
}
/** Saves for the post step that the main step started, and what it works on, before any request is sent. */
function saveForPost({ inputs }, state) {
    markStarted(state);
    if (inputs instanceof Error)
        return;
    const { version, organization } = inputs.sentry;
    describeWork(state, `release ${(0,sanitize/* toSingleLine */.OX)(version)} in organization ${organization}`);
}
/** Identifies the process. It is not a secret. */
function uniqueId(clock) {
    return [clock.random(), clock.random()].map((number) => number.toString(36).slice(2)).join('');
}

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

;// CONCATENATED MODULE: ./src/text/redact.ts


const redact_HIDDEN = '***';
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
        (0,sanitize/* escapeMarkdown */.FV)(secret, Number.POSITIVE_INFINITY),
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
        return this.#redactEscaped(this.#forms.reduce((rest, form) => rest.replaceAll(form, redact_HIDDEN), text));
    }
    #redactEscaped(text) {
        const unescaped = escapes_unescape(text);
        if (!unescaped)
            return text;
        const parts = [];
        let done = 0;
        for (const [from, to] of this.#find(unescaped.text)) {
            parts.push(text.slice(done, unescaped.origin(from)), redact_HIDDEN);
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

;// CONCATENATED MODULE: ./src/wait/clock.ts
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

;// CONCATENATED MODULE: ./src/wait/signals.ts

/**
 * A signal that aborts when the runner asks the process to stop. On cancellation it sends SIGINT, 7.5 s later
 * SIGTERM, and then kills.
 */
function cancellation(process) {
    const controller = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM']) {
        process.on(name, () => {
            controller.abort(new errors/* CancelledError */.cc(name));
        });
    }
    // A runner that has ended closes the pipe of the log. Without a listener each line would throw, also the line that reports the error.
    process.stdout.on('error', () => {
        controller.abort(new errors/* CancelledError */.cc('the end of its log'));
    });
    return controller.signal;
}

;// CONCATENATED MODULE: ./src/main.ts












/** Runs the main step, or the post step when the saved state shows that the main step ran. Never rejects. */
async function start({ env }) {
    const redactor = new Redactor();
    for (const secret of readSecrets(env))
        redactor.add(secret);
    // Masks the secrets, so nothing is logged before it.
    const actions = createActions(redactor);
    const world = {
        env,
        actions,
        clock: systemClock,
        signal: cancellation(process),
        start: readStart(env, readEvent(env['GITHUB_EVENT_PATH']), systemClock, actions.redact),
        transport: createTransport(env),
    };
    await (isPost(actions.state) ? main_post : main)(world);
}
/** The main step: every failure becomes one red annotation and exit code 1. */
async function main(world) {
    const { logger, state } = world.actions;
    const fail = (thrown) => {
        process.exitCode = 1;
        logFailure(thrown, logger);
    };
    process.on('uncaughtException', fail);
    saveForPost(world.start, state);
    await run(world).catch(fail);
}
/** The post step: whatever happens, it only warns, because the job has its result by then. */
async function main_post(world) {
    const { logger } = world.actions;
    const warn = (thrown) => {
        logger.warning(`The post step could not finish: ${(0,errors/* asActionError */.z6)(thrown).message}`);
    };
    // Also where Node would end with a code of its own.
    process.exitCode = 0;
    process.on('uncaughtException', warn);
    await cleanUp(world).catch(warn);
}
/** An unreadable event is treated as an empty one: what is then missing is reported by the name of its input. */
function readEvent(path) {
    if (!path)
        return undefined;
    try {
        return JSON.parse((0,external_node_fs_.readFileSync)(path, 'utf8').replace(/^\uFEFF/, ''));
    }
    catch {
        return undefined;
    }
}
/** One red annotation with cause and advice; the details follow as plain log lines. */
function logFailure(thrown, logger) {
    const error = (0,errors/* asActionError */.z6)(thrown);
    if (error instanceof errors/* ReportedError */.SS) {
        logger.info(error.message);
        return;
    }
    logger.error([error.message, error.advice].filter(Boolean).join('\n'), error.title);
    for (const line of error.detail)
        logger.info(`  ${line}`);
}


/***/ }),

/***/ 2099:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ab: () => (/* binding */ isServerFailure),
/* harmony export */   Bd: () => (/* binding */ pages),
/* harmony export */   DU: () => (/* binding */ lookUpCall),
/* harmony export */   E4: () => (/* binding */ sendOnce),
/* harmony export */   bD: () => (/* binding */ releasePath),
/* harmony export */   kC: () => (/* binding */ asProject),
/* harmony export */   oJ: () => (/* binding */ isSuccess),
/* harmony export */   qg: () => (/* binding */ parse),
/* harmony export */   uF: () => (/* binding */ createCaller)
/* harmony export */ });
/* harmony import */ var _http_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2398);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(8496);


const SENTRY = { name: 'Sentry', urlInput: 'sentry-url' };
/** A list is never followed further than this, even when the server names another page. */
const MAX_PAGES = 50;
function createCaller({ http, ...identity }) {
    return (call) => http.send(toRequest(call, identity));
}
/** The exact look-up of a release, `GET …/releases/<version>/`: 200, or 404 when there is none that the token may see. */
function lookUpCall(version) {
    return { method: 'GET', path: releasePath(version), intent: 'look up the release' };
}
/** The HTTP request of a call. */
function toRequest({ method, path, query, body, upload, intent, effect = 'idempotent' }, { account, token, userAgent }) {
    const root = new URL(`api/0/organizations/${encodeURIComponent(account.organization)}/`, account.base);
    const url = upload?.url ?? new URL(path, root);
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
        bytes: upload?.bytes,
        mayBeEmpty: upload ? true : undefined,
        headers: {
            Accept: 'application/json',
            Authorization: `Bearer ${token}`,
            'User-Agent': userAgent,
            ...(upload ? { 'Content-Type': upload.contentType } : {}),
            ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
    };
}
/**
 * Sends a call that must not be repeated blindly.
 * @param schema of the body of a success
 * @returns the error, instead of throwing it, when the response was lost, cut short or is not what the API documents:
 * the call may have had its effect
 */
async function sendOnce(call, what, schema) {
    try {
        const response = await call({ ...what, effect: 'creates' });
        if (isSuccess(response))
            parse(schema, response);
        return response;
    }
    catch (error) {
        const lost = error instanceof _http_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .HttpError */ .j$ && ['timeout', 'reset', 'unreadable', 'too-large'].includes(error.kind);
        if (lost)
            return error;
        throw error;
    }
}
function isSuccess({ status }) {
    return status >= 200 && status <= 299;
}
/** The server, or a proxy in front of it, failed: it is unknown whether the call had its effect. */
function isServerFailure({ status }) {
    return status === 408 || status >= 500;
}
/** The path of one release; a version holds no slash, so it is one segment. */
function releasePath(version) {
    return `releases/${encodeURIComponent(version)}/`;
}
/**
 * The body of a response, checked.
 * @throws HttpError of kind `unreadable` that names the first field that does not fit
 */
function parse(schema, response) {
    const parsed = schema.safeParse(response.json);
    if (parsed.success)
        return parsed.data;
    const [issue] = parsed.error.issues;
    throw (0,_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .unreadable */ .O$)(response, issue && issue.path.length > 0 ? `field ${issue.path.join('.')}` : 'no JSON');
}
/**
 * The responses to a paged list, one by one. Only the cursor is taken from the `Link` header: its URL is the server's,
 * and the token goes nowhere but to the base.
 */
async function* pages(call, first) {
    let query = { per_page: '100', ...first.query };
    for (let page = 0; page < MAX_PAGES; page += 1) {
        const response = await call({ ...first, query });
        yield response;
        const cursor = nextCursor(response.header('link') ?? '');
        if (cursor === undefined || cursor === query['cursor'])
            return;
        query = { ...query, cursor };
    }
}
/** `Link` always holds a `rel="next"`; there is a next page only with `results="true"`. */
function nextCursor(link) {
    const next = link.split(/,\s*(?=<)/).find((part) => /;\s*rel="next"/.test(part));
    if (!next || !/;\s*results="true"/.test(next))
        return undefined;
    return /;\s*cursor="([^"]+)"/.exec(next)?.[1];
}
/** Ids as numbers: servers before December 2025 do not find them as text. A number as JSON has no leading zeros. */
function asProject(project) {
    return /^[1-9]\d*$/.test(project) && Number.isSafeInteger(Number(project)) ? Number(project) : project;
}


/***/ }),

/***/ 8496:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   O$: () => (/* binding */ unreadable),
/* harmony export */   WE: () => (/* binding */ explain),
/* harmony export */   iW: () => (/* binding */ SCOPES)
/* harmony export */ });
/* unused harmony export messageIn */
/* harmony import */ var _http_error_body_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(4995);
/* harmony import */ var _links_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2654);


/** Any one of these lets a token do the call. */
const SCOPES = {
    read: ['org:ci', 'project:read', 'project:write', 'project:admin', 'project:releases'],
    write: ['org:ci', 'project:write', 'project:admin', 'project:releases'],
    repositories: ['org:ci', 'org:read', 'org:write', 'org:admin', 'org:integrations'],
};
/** The input that a field of a request comes from, to explain a 400. */
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
 * Turns a response that a call does not expect into an error with the server's text and the next thing to do.
 * @param scopes what the call needs, for servers that do not name them (before mid-2026)
 */
function explain(response, account, scopes) {
    const message = messageIn(response);
    const reason = message === '' ? '' : `: ${message}`;
    const html = (0,_http_error_body_js__WEBPACK_IMPORTED_MODULE_0__/* .isWebPage */ .AA)(response.text);
    return response.error(html && response.status < 300 ? 'unreadable' : 'status', `responded with ${response.status}${reason}`, {
        serverMessage: message,
        advice: advise(response, html, account, scopes),
        detail: errorId(response),
    });
}
/** A response with a status of success whose body is not what the API documents. */
function unreadable(response, where) {
    return (0,_http_error_body_js__WEBPACK_IMPORTED_MODULE_0__/* .unreadable */ .O$)(response, where, {
        page: 'Check sentry-url: it must be the base of a Sentry server, with its path prefix if it has one.',
        other: 'Re-run the job. If the problem persists, a proxy may be changing responses, or this Sentry is newer than this action.',
    });
}
function advise(response, html, account, scopes) {
    const { base, organization, projects, tokenSource } = account;
    const tokens = (0,_links_js__WEBPACK_IMPORTED_MODULE_1__/* .tokenSettingsUrl */ .iK)(base, organization);
    if (html && response.status < 500) {
        return `The response is a web page, not one of Sentry's API. Check sentry-url (now ${base}), and whether a proxy or firewall responds instead of Sentry.`;
    }
    if (response.isLimit) {
        return 'Sentry limits the rate of these requests. Re-run the job in a minute.';
    }
    switch (response.status) {
        case 400:
            return adviseFields(response, projects);
        case 401:
            return `Sentry does not accept the token from ${tokenSource}. Create an organization token at ${tokens} and store it as a secret.`;
        case 403: {
            const named = scopesNamed(response);
            return `The token from ${tokenSource} does not have the right to do this. It needs one of the scopes ${(named.length > 0 ? named : scopes).join(', ')}, and it must belong to organization ${organization}. An organization token from ${tokens} has all scopes that this action needs.`;
        }
        case 404:
            return `Organization ${organization} does not exist at ${base}, or this token may not see it. Open ${base}organizations/${organization}/ in a browser: if that page is missing, correct organization or sentry-url; else check that the token's account has access to ${projects.join(', ')}.`;
        case 405:
            return `Check sentry-url (now ${base}): there is no Sentry API at that address.`;
        case 409:
            return 'Another job is writing this release right now. Re-run the job in a few minutes.';
        case 413:
            return 'A proxy in front of Sentry limits the size of requests.';
        default:
            return response.status >= 500
                ? 'Sentry or a proxy in front of it has a problem. Look at https://status.sentry.io (or your own server), then re-run the job.'
                : `Sentry's API does not respond like this to such a request. Check sentry-url (now ${base}), and whether a proxy changes responses, then re-run the job.`;
    }
}
function adviseFields(response, projects) {
    const body = response.json;
    const fields = typeof body === 'object' && body !== null ? Object.keys(body) : [];
    const inputs = fields.flatMap((field) => INPUT_OF_FIELD.get(field) ?? []);
    if (inputs.length === 0)
        return 'Check the inputs of this step.';
    const check = `Check the input ${inputs.join(' and ')}.`;
    return fields.includes('projects')
        ? `${check} The step sent ${projects.join(', ')}. Each must be the slug of a project of this organization (or its id, since version 24.8 of Sentry); with a personal token, of a project in a team that you have joined.`
        : check;
}
/** `WWW-Authenticate: Bearer error="insufficient_scope", scope="a b"`: the scopes that would do. */
function scopesNamed(response) {
    const header = response.header('www-authenticate') ?? '';
    const scope = /\bscope="([^"]*)"/.exec(header)?.[1] ?? '';
    return scope.split(/\s+/).filter((name) => /^[a-z]+:[a-z_-]+$/.test(name));
}
/** Sentry's id of an internal error, for its logs and its support. */
function errorId(response) {
    const body = response.json;
    if (typeof body !== 'object' || body === null)
        return [];
    const { errorId: id } = body;
    return typeof id === 'string' ? [`Sentry's error id: ${response.sanitize(id, 64)}`] : [];
}
/**
 * The server's text, from all the shapes that its errors have: `detail` as text or object, `error`, `info`, fields
 * with lists (nested by index), plain text, or the title of a web page.
 */
function messageIn(response, max = 300) {
    const sanitizeKey = (key) => response.sanitize(key, 40);
    return (0,_http_error_body_js__WEBPACK_IMPORTED_MODULE_0__/* .serverMessage */ .x_)(response, (json) => flatten(json, '', sanitizeKey, 0).slice(0, 8).join('; '), max);
}
/** Each text in a body, with the path of the field that it is about. */
function flatten(value, path, sanitizeKey, depth) {
    if (depth > 6 || value === null || value === undefined)
        return [];
    if (Array.isArray(value)) {
        return value.slice(0, 8).flatMap((item) => flatten(item, path, sanitizeKey, depth + 1));
    }
    if (typeof value !== 'object') {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        return [path === '' ? text : `${path}: ${text}`];
    }
    return Object.entries(value)
        .filter(([key]) => !(depth === 0 && key === 'errorId') && !(path === '' && key === 'extra'))
        .slice(0, 8)
        .flatMap(([key, item]) => {
        const field = ENVELOPE.has(key) ? path : path === '' ? sanitizeKey(key) : `${path}.${sanitizeKey(key)}`;
        return flatten(item, field, sanitizeKey, depth + 1);
    });
}
/** Keys around the text that do not name a field of the request. */
const ENVELOPE = new Set(['detail', 'message', 'error', 'info']);


/***/ }),

/***/ 2654:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Vi: () => (/* binding */ numericId),
/* harmony export */   XA: () => (/* binding */ releaseUrl),
/* harmony export */   YS: () => (/* binding */ isProject),
/* harmony export */   iK: () => (/* binding */ tokenSettingsUrl)
/* harmony export */ });
/**
 * Where Sentry serves organizations on sub-domains: sentry.io, its regions and the host of the organization itself.
 * Another host below sentry.io is a server of one customer (single tenant), with pages of its own.
 */
function isSaas(host, organization) {
    return (host === 'sentry.io' || /^[a-z]{2}\d?\.sentry\.io$/.test(host) || host === `${organization}.sentry.io`);
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
    return isSaas(new URL(base).hostname, organization) && !/^\d+$/.test(organization)
        ? `https://${organization}.sentry.io/explore/releases/${version}/${query}`
        : `${base}organizations/${organization}/releases/${version}/${query}`;
}
/**
 * An id of Sentry in digits; undefined for whatever else a server may send in its place, and for a number that cannot
 * hold all of its digits.
 */
function numericId(id) {
    if (typeof id === 'number' && !Number.isSafeInteger(id))
        return undefined;
    const text = String(id ?? '');
    return /^\d{1,20}$/.test(text) ? text : undefined;
}
/** The page where organization tokens are made. */
function tokenSettingsUrl(base, organization) {
    return `${base}settings/${organization}/auth-tokens/`;
}
/** True when an attached project is the one that was requested by slug or numeric id. */
function isProject(project, wanted) {
    const { slug, id } = project;
    return slug === wanted || (id !== null && id !== undefined && String(id) === wanted);
}


/***/ }),

/***/ 7175:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   aY: () => (/* binding */ code),
/* harmony export */   gv: () => (/* binding */ collapsedRest),
/* harmony export */   hS: () => (/* binding */ counted),
/* harmony export */   jm: () => (/* binding */ longList),
/* harmony export */   nf: () => (/* binding */ link),
/* harmony export */   qX: () => (/* binding */ linkIf),
/* harmony export */   ry: () => (/* binding */ splitList),
/* harmony export */   yZ: () => (/* binding */ collapsed),
/* harmony export */   z3: () => (/* binding */ formatBytes)
/* harmony export */ });
/* harmony import */ var _text_sanitize_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(4212);

/**
 * Parts of a job summary. GitHub shows HTML inside of Markdown, and an HTML block ends at a blank line, so no part has
 * one inside. `html` is HTML already; `text` and `url` come from outside and are escaped here.
 */
function code(text, max) {
    return `<code>${(0,_text_sanitize_js__WEBPACK_IMPORTED_MODULE_0__/* .escapeMarkdown */ .FV)(text, max)}</code>`;
}
function link(url, html) {
    return `<a href="${(0,_text_sanitize_js__WEBPACK_IMPORTED_MODULE_0__/* .attribute */ .lt)(url)}">${html}</a>`;
}
/** A link when there is an address, else only its text. */
function linkIf(url, html) {
    return url === undefined ? html : link(url, html);
}
/** A section that is closed until somebody opens it. */
function collapsed(title, body) {
    return [`<details><summary>${title}</summary>`, ...body, '</details>', ''];
}
/**
 * Splits a list for a summary: the first `count` items, then as many as fit into `maxBytes` of UTF-8. Every list has a
 * limit of its own, so that a long one leaves room for the others: GitHub drops a summary above 1 MiB.
 */
function splitList(items, count, maxBytes) {
    let room = maxBytes;
    let end = 0;
    for (; end < items.length; end += 1) {
        room -= Buffer.byteLength(items[end] ?? '') + 1;
        if (room < 0)
            break;
    }
    const first = items.slice(0, Math.min(count, end));
    return { first, rest: items.slice(first.length, end), left: items.length - end };
}
/**
 * A list of items in HTML: the first ones, and the rest collapsed under its count.
 * @param noun what an item is, in the singular of a word with a regular plural
 */
function longList(items, noun, count, maxBytes) {
    const long = splitList(items, count, maxBytes);
    const list = (shown) => [
        '<ul>',
        ...shown.map((item) => `<li>${item}</li>`),
        '</ul>',
    ];
    return [
        ...(long.first.length > 0 ? [...list(long.first), ''] : []),
        ...collapsedRest(long, long.first.length > 0 ? `more ${noun}` : noun, list),
    ];
}
/** What a long list has after its first items, under its count with the noun. */
function collapsedRest({ rest, left }, noun, body) {
    const count = rest.length + left;
    if (count === 0)
        return [];
    const verb = left === 1 ? 'is' : 'are';
    const notShown = left === 0 ? [] : [`<p>${left} of them ${verb} left out, to stay below the limit of GitHub.</p>`];
    return collapsed(counted(count, noun), [...(rest.length > 0 ? body(rest) : []), ...notShown]);
}
/** `1 build`, `2 builds`: a number with a noun that has a regular plural. */
function counted(count, noun) {
    return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
/** `900 bytes`, `1.5 kB`, `24 MB`: for people, so in the units of the decimal system. */
function formatBytes(bytes) {
    if (bytes < 1000)
        return counted(bytes, 'byte');
    const exponent = Math.min(3, Math.floor(Math.log10(bytes) / 3));
    const value = bytes / 1000 ** exponent;
    return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${['', 'kB', 'MB', 'GB'][exponent]}`;
}


/***/ }),

/***/ 8230:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Y: () => (/* binding */ formatDate)
/* harmony export */ });
const ISO_DATE = /^\d{4}-\d\d-\d\d(?:T|$)/;
/** `2026-01-31 12:00:00 UTC` for an ISO 8601 date or milliseconds since the epoch; any other text stays as it is. */
function formatDate(date) {
    if (typeof date === 'string' && !ISO_DATE.test(date))
        return date;
    const at = new Date(date);
    return Number.isNaN(at.getTime()) ? String(date) : `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}


/***/ }),

/***/ 4212:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   FV: () => (/* binding */ escapeMarkdown),
/* harmony export */   OX: () => (/* binding */ toSingleLine),
/* harmony export */   TL: () => (/* binding */ quoted),
/* harmony export */   Y5: () => (/* binding */ lengthOf),
/* harmony export */   g9: () => (/* binding */ escapeCommands),
/* harmony export */   lt: () => (/* binding */ attribute),
/* harmony export */   ml: () => (/* binding */ shorten)
/* harmony export */ });
/**
 * External text (of a server, a commit, an event, an input) is sanitized here before it is displayed, so that it can
 * neither hide anything nor become a workflow command or markup.
 */
// Terminal escapes first, whole, so that their printable tails ("[31m") do not stay behind.
const TERMINAL_ESCAPES = /\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[\u001B\u009B][[\]()#;?]*[0-9;?]*[ -/]*[@-~]?/g;
// Control and format characters (bidirectional overrides, zero-width marks, tags), line separators, and whatever else
// fonts show as nothing; all but the selector that makes a symbol an emoji.
const INVISIBLE = /(?:(?!\uFE0F)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}])+/gu;
// The runner's first command syntax, which it accepts anywhere in a line.
const LEGACY_COMMAND = /##\[/g;
/** The mark at the end of a text that was cut. */
const CUT = '…';
/**
 * One line of visible text: no terminal escapes, control, bidirectional or zero-width characters, no line breaks,
 * no runner command; at most `max` code points, with `…` where it was cut.
 */
function toSingleLine(text, max = 300) {
    // Far more than is ever shown, so that a megabyte of garbage costs nothing.
    const some = text.slice(0, max * 16);
    const visible = some
        .toWellFormed()
        .replace(TERMINAL_ESCAPES, '')
        .replace(INVISIBLE, ' ')
        .replace(/\s+/g, ' ')
        .trim();
    return shorten(escapeCommands(visible !== '' && some.length < text.length ? visible + CUT : visible), max);
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
/** `toSingleLine` text in double quotes, for messages that repeat what was given. */
function quoted(text, max = 120) {
    return `"${toSingleLine(text, max)}"`;
}
/**
 * `toSingleLine` text without meaning in Markdown and in HTML: every character that either language could read as syntax
 * becomes a numeric character reference, also the colon of a URL, so that nothing turns into a link by itself.
 */
function escapeMarkdown(text, max = 300) {
    return toSingleLine(text, max).replace(/[^\p{L}\p{M}\p{N} ,.;%…:/+=()-]|:(?=\/\/)/gu, reference);
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
function escapeCommands(text) {
    return text
        .replace(LEGACY_COMMAND, '## [')
        .replace(/(^|[\r\n\u0085\u2028\u2029])([^\S\r\n]*)::/g, '$1$2: :');
}


/***/ }),

/***/ 114:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ parseUrl),
/* harmony export */   U: () => (/* binding */ isLoopback)
/* harmony export */ });
/**
 * The URL that a text is; undefined for anything else. `URL.canParse` is not used: in Node 20 it refuses URLs with
 * letters outside of ASCII as soon as V8 has optimized its caller.
 */
function parseUrl(text, base) {
    try {
        return new URL(text, base);
    }
    catch {
        return undefined;
    }
}
/** Loopback, where plain http cannot be listened to by others. */
function isLoopback(hostname) {
    return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}


/***/ }),

/***/ 120:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ parseDuration),
/* harmony export */   a: () => (/* binding */ formatDuration)
/* harmony export */ });
const UNITS = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;
/**
 * Milliseconds of `90s`, `15m`, `5h30m`, `1500ms` or a bare number of seconds; undefined for anything else.
 * Units go from large to small, each at most once, without spaces.
 * @param min milliseconds
 * @param max milliseconds
 */
function parseDuration(text, min = 0, max = Number.MAX_SAFE_INTEGER) {
    const ms = /^\d+$/.test(text) ? Number(text) * 1000 : sumOfUnits(text);
    return ms !== undefined && ms >= min && ms <= max ? ms : undefined;
}
function sumOfUnits(text) {
    const match = UNITS.exec(text);
    if (!match || text === '')
        return undefined;
    const [, h = '0', m = '0', s = '0', ms = '0'] = match;
    return ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000 + Number(ms);
}
const MAX_FORMATTED_MS = 366 * 24 * 60 * 60 * 1000;
/** A span of milliseconds for people: `850 ms`, `12 s`, `4 min 5 s`, `2 h 3 min`. */
function formatDuration(ms) {
    if (!(ms < MAX_FORMATTED_MS))
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

/***/ 4573:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");

/***/ }),

/***/ 7598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 3024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 1455:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");

/***/ }),

/***/ 7067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 4708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:https");

/***/ }),

/***/ 8161:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");

/***/ }),

/***/ 6760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 7975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

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

/***/ 3305:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  _L: () => (/* binding */ _boolean),
  LK: () => (/* binding */ _int),
  m9: () => (/* binding */ _minLength),
  F7: () => (/* binding */ _number),
  NC: () => (/* binding */ _positive),
  fU: () => (/* binding */ _refine),
  Rl: () => (/* binding */ _string),
  em: () => (/* binding */ _unknown),
  q0: () => (/* binding */ describe),
  mI: () => (/* binding */ meta)
});

// UNUSED EXPORTS: TimePrecision, _any, _array, _base64, _base64url, _bigint, _catch, _check, _cidrv4, _cidrv6, _coercedBigint, _coercedBoolean, _coercedDate, _coercedNumber, _coercedString, _creditCard, _cuid, _cuid2, _custom, _date, _default, _discriminatedUnion, _e164, _email, _emoji, _endsWith, _enum, _file, _float32, _float64, _gt, _gte, _guid, _iban, _includes, _int32, _int64, _intersection, _ipv4, _ipv6, _isoDate, _isoDateTime, _isoDuration, _isoTime, _jwt, _ksuid, _lazy, _length, _literal, _lowercase, _lt, _lte, _mac, _map, _max, _maxLength, _maxSize, _mime, _min, _minSize, _multipleOf, _nan, _nanoid, _nativeEnum, _negative, _never, _nonnegative, _nonoptional, _nonpositive, _normalize, _null, _nullable, _optional, _overwrite, _pipe, _promise, _properties, _property, _readonly, _record, _regex, _set, _size, _slugify, _startsWith, _stringFormat, _stringbool, _success, _superRefine, _symbol, _templateLiteral, _toLowerCase, _toUpperCase, _transform, _trim, _tuple, _uint32, _uint64, _ulid, _undefined, _union, _uppercase, _url, _uuid, _uuidv4, _uuidv6, _uuidv7, _void, _xid, _xor

// EXTERNAL MODULE: ./node_modules/zod/v4/core/checks.js
var core_checks = __nccwpck_require__(4890);
;// CONCATENATED MODULE: ./node_modules/zod/v4/core/registries.js
var _a;
const $output = /*@__PURE__*/ (/* unused pure expression or super */ null && (Symbol("ZodOutput")));
const $input = /*@__PURE__*/ (/* unused pure expression or super */ null && (Symbol("ZodInput")));
class $ZodRegistry {
    constructor() {
        this._map = new WeakMap();
        this._idmap = new Map();
    }
    add(schema, ..._meta) {
        const meta = _meta[0];
        this._map.set(schema, meta);
        if (meta && typeof meta === "object" && "id" in meta) {
            this._idmap.set(meta.id, schema);
        }
        return this;
    }
    clear() {
        this._map = new WeakMap();
        this._idmap = new Map();
        return this;
    }
    remove(schema) {
        const meta = this._map.get(schema);
        if (meta && typeof meta === "object" && "id" in meta) {
            this._idmap.delete(meta.id);
        }
        this._map.delete(schema);
        return this;
    }
    get(schema) {
        // return this._map.get(schema) as any;
        // inherit metadata
        const p = schema._zod.parent;
        if (p) {
            const pm = { ...(this.get(p) ?? {}) };
            delete pm.id; // do not inherit id
            const f = { ...pm, ...this._map.get(schema) };
            return Object.keys(f).length ? f : undefined;
        }
        return this._map.get(schema);
    }
    has(schema) {
        return this._map.has(schema);
    }
}
// registries
function registry() {
    return new $ZodRegistry();
}
(_a = globalThis).__zod_globalRegistry ?? (_a.__zod_globalRegistry = registry());
const globalRegistry = globalThis.__zod_globalRegistry;

// EXTERNAL MODULE: ./node_modules/zod/v4/core/util.js
var core_util = __nccwpck_require__(4723);
;// CONCATENATED MODULE: ./node_modules/zod/v4/core/api.js




function snapshotChecks(def) {
    if (def.checks)
        def.checks = [...def.checks];
    return def;
}
// @__NO_SIDE_EFFECTS__
function _string(Class, params) {
    return new Class(snapshotChecks({ type: "string", ...core_util/* normalizeParams */.A2(params) }));
}
// @__NO_SIDE_EFFECTS__
function _coercedString(Class, params) {
    return new Class(snapshotChecks({ type: "string", coerce: true, ...util.normalizeParams(params) }));
}
// @__NO_SIDE_EFFECTS__
function _email(Class, params) {
    return new Class({
        type: "string",
        format: "email",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _guid(Class, params) {
    return new Class({
        type: "string",
        format: "guid",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uuid(Class, params) {
    return new Class({
        type: "string",
        format: "uuid",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uuidv4(Class, params) {
    return new Class({
        type: "string",
        format: "uuid",
        check: "string_format",
        abort: false,
        version: "v4",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uuidv6(Class, params) {
    return new Class({
        type: "string",
        format: "uuid",
        check: "string_format",
        abort: false,
        version: "v6",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uuidv7(Class, params) {
    return new Class({
        type: "string",
        format: "uuid",
        check: "string_format",
        abort: false,
        version: "v7",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _url(Class, params) {
    return new Class({
        type: "string",
        format: "url",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _emoji(Class, params) {
    return new Class({
        type: "string",
        format: "emoji",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _nanoid(Class, params) {
    return new Class({
        type: "string",
        format: "nanoid",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
/**
 * @deprecated CUID v1 is deprecated by its authors due to information leakage
 * (timestamps embedded in the id). Use {@link _cuid2} instead.
 * See https://github.com/paralleldrive/cuid.
 */
// @__NO_SIDE_EFFECTS__
function _cuid(Class, params) {
    return new Class({
        type: "string",
        format: "cuid",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _cuid2(Class, params) {
    return new Class({
        type: "string",
        format: "cuid2",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _ulid(Class, params) {
    return new Class({
        type: "string",
        format: "ulid",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _xid(Class, params) {
    return new Class({
        type: "string",
        format: "xid",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _ksuid(Class, params) {
    return new Class({
        type: "string",
        format: "ksuid",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _ipv4(Class, params) {
    return new Class({
        type: "string",
        format: "ipv4",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _ipv6(Class, params) {
    return new Class({
        type: "string",
        format: "ipv6",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _mac(Class, params) {
    return new Class({
        type: "string",
        format: "mac",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _cidrv4(Class, params) {
    return new Class({
        type: "string",
        format: "cidrv4",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _cidrv6(Class, params) {
    return new Class({
        type: "string",
        format: "cidrv6",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _base64(Class, params) {
    return new Class({
        type: "string",
        format: "base64",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _base64url(Class, params) {
    return new Class({
        type: "string",
        format: "base64url",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _e164(Class, params) {
    return new Class({
        type: "string",
        format: "e164",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _creditCard(Class, params) {
    return new Class({
        type: "string",
        format: "credit_card",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _iban(Class, params) {
    return new Class({
        type: "string",
        format: "iban",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _jwt(Class, params) {
    return new Class({
        type: "string",
        format: "jwt",
        check: "string_format",
        abort: false,
        ...util.normalizeParams(params),
    });
}
const TimePrecision = {
    Any: null,
    Minute: -1,
    Second: 0,
    Millisecond: 3,
    Microsecond: 6,
};
// @__NO_SIDE_EFFECTS__
function _isoDateTime(Class, params) {
    return new Class({
        type: "string",
        format: "datetime",
        check: "string_format",
        offset: false,
        local: false,
        precision: null,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _isoDate(Class, params) {
    return new Class({
        type: "string",
        format: "date",
        check: "string_format",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _isoTime(Class, params) {
    return new Class({
        type: "string",
        format: "time",
        check: "string_format",
        precision: null,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _isoDuration(Class, params) {
    return new Class({
        type: "string",
        format: "duration",
        check: "string_format",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _number(Class, params) {
    return new Class(snapshotChecks({ type: "number", checks: [], ...core_util/* normalizeParams */.A2(params) }));
}
// @__NO_SIDE_EFFECTS__
function _coercedNumber(Class, params) {
    return new Class(snapshotChecks({ type: "number", coerce: true, checks: [], ...util.normalizeParams(params) }));
}
// @__NO_SIDE_EFFECTS__
function _int(Class, params) {
    return new Class({
        type: "number",
        check: "number_format",
        abort: false,
        format: "safeint",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _float32(Class, params) {
    return new Class({
        type: "number",
        check: "number_format",
        abort: false,
        format: "float32",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _float64(Class, params) {
    return new Class({
        type: "number",
        check: "number_format",
        abort: false,
        format: "float64",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _int32(Class, params) {
    return new Class({
        type: "number",
        check: "number_format",
        abort: false,
        format: "int32",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uint32(Class, params) {
    return new Class({
        type: "number",
        check: "number_format",
        abort: false,
        format: "uint32",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _boolean(Class, params) {
    return new Class({
        type: "boolean",
        ...core_util/* normalizeParams */.A2(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _coercedBoolean(Class, params) {
    return new Class({
        type: "boolean",
        coerce: true,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _bigint(Class, params) {
    return new Class({
        type: "bigint",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _coercedBigint(Class, params) {
    return new Class({
        type: "bigint",
        coerce: true,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _int64(Class, params) {
    return new Class({
        type: "bigint",
        check: "bigint_format",
        abort: false,
        format: "int64",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uint64(Class, params) {
    return new Class({
        type: "bigint",
        check: "bigint_format",
        abort: false,
        format: "uint64",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _symbol(Class, params) {
    return new Class({
        type: "symbol",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _undefined(Class, params) {
    return new Class({
        type: "undefined",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _null(Class, params) {
    return new Class({
        type: "null",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _any(Class) {
    return new Class({
        type: "any",
    });
}
// @__NO_SIDE_EFFECTS__
function _unknown(Class) {
    return new Class({
        type: "unknown",
    });
}
// @__NO_SIDE_EFFECTS__
function _never(Class, params) {
    return new Class({
        type: "never",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _void(Class, params) {
    return new Class({
        type: "void",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _date(Class, params) {
    return new Class({
        type: "date",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _coercedDate(Class, params) {
    return new Class({
        type: "date",
        coerce: true,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _nan(Class, params) {
    return new Class({
        type: "nan",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _lt(value, params) {
    return new checks.$ZodCheckLessThan({
        check: "less_than",
        ...util.normalizeParams(params),
        value,
        inclusive: false,
    });
}
// @__NO_SIDE_EFFECTS__
function _lte(value, params) {
    return new checks.$ZodCheckLessThan({
        check: "less_than",
        ...util.normalizeParams(params),
        value,
        inclusive: true,
    });
}

// @__NO_SIDE_EFFECTS__
function _gt(value, params) {
    return new core_checks/* $ZodCheckGreaterThan */.J_({
        check: "greater_than",
        ...core_util/* normalizeParams */.A2(params),
        value,
        inclusive: false,
    });
}
// @__NO_SIDE_EFFECTS__
function _gte(value, params) {
    return new checks.$ZodCheckGreaterThan({
        check: "greater_than",
        ...util.normalizeParams(params),
        value,
        inclusive: true,
    });
}

// @__NO_SIDE_EFFECTS__
function _positive(params) {
    return _gt(0, params);
}
// negative
// @__NO_SIDE_EFFECTS__
function _negative(params) {
    return _lt(0, params);
}
// nonpositive
// @__NO_SIDE_EFFECTS__
function _nonpositive(params) {
    return _lte(0, params);
}
// nonnegative
// @__NO_SIDE_EFFECTS__
function _nonnegative(params) {
    return _gte(0, params);
}
// @__NO_SIDE_EFFECTS__
function _multipleOf(value, params) {
    return new checks.$ZodCheckMultipleOf({
        check: "multiple_of",
        ...util.normalizeParams(params),
        value,
    });
}
// @__NO_SIDE_EFFECTS__
function _maxSize(maximum, params) {
    return new checks.$ZodCheckMaxSize({
        check: "max_size",
        ...util.normalizeParams(params),
        maximum,
    });
}
// @__NO_SIDE_EFFECTS__
function _minSize(minimum, params) {
    return new checks.$ZodCheckMinSize({
        check: "min_size",
        ...util.normalizeParams(params),
        minimum,
    });
}
// @__NO_SIDE_EFFECTS__
function _size(size, params) {
    return new checks.$ZodCheckSizeEquals({
        check: "size_equals",
        ...util.normalizeParams(params),
        size,
    });
}
// @__NO_SIDE_EFFECTS__
function _maxLength(maximum, params) {
    const ch = new checks.$ZodCheckMaxLength({
        check: "max_length",
        ...util.normalizeParams(params),
        maximum,
    });
    return ch;
}
// @__NO_SIDE_EFFECTS__
function _minLength(minimum, params) {
    return new core_checks/* $ZodCheckMinLength */.Kk({
        check: "min_length",
        ...core_util/* normalizeParams */.A2(params),
        minimum,
    });
}
// @__NO_SIDE_EFFECTS__
function _length(length, params) {
    return new checks.$ZodCheckLengthEquals({
        check: "length_equals",
        ...util.normalizeParams(params),
        length,
    });
}
// @__NO_SIDE_EFFECTS__
function _regex(pattern, params) {
    return new checks.$ZodCheckRegex({
        check: "string_format",
        format: "regex",
        ...util.normalizeParams(params),
        pattern,
    });
}
// @__NO_SIDE_EFFECTS__
function _lowercase(params) {
    return new checks.$ZodCheckLowerCase({
        check: "string_format",
        format: "lowercase",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _uppercase(params) {
    return new checks.$ZodCheckUpperCase({
        check: "string_format",
        format: "uppercase",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _includes(includes, params) {
    return new checks.$ZodCheckIncludes({
        check: "string_format",
        format: "includes",
        ...util.normalizeParams(params),
        includes,
    });
}
// @__NO_SIDE_EFFECTS__
function _startsWith(prefix, params) {
    return new checks.$ZodCheckStartsWith({
        check: "string_format",
        format: "starts_with",
        ...util.normalizeParams(params),
        prefix,
    });
}
// @__NO_SIDE_EFFECTS__
function _endsWith(suffix, params) {
    return new checks.$ZodCheckEndsWith({
        check: "string_format",
        format: "ends_with",
        ...util.normalizeParams(params),
        suffix,
    });
}
// @__NO_SIDE_EFFECTS__
function _property(property, schema, params) {
    return new checks.$ZodCheckProperty({
        check: "property",
        property,
        schema,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _properties(shape, params) {
    return new checks.$ZodCheckProperties({
        check: "properties",
        shape,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _mime(types, params) {
    return new checks.$ZodCheckMimeType({
        check: "mime_type",
        mime: types,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _overwrite(tx) {
    return new checks.$ZodCheckOverwrite({
        check: "overwrite",
        tx,
    });
}
// normalize
// @__NO_SIDE_EFFECTS__
function _normalize(form) {
    return _overwrite((input) => input.normalize(form));
}
// trim
// @__NO_SIDE_EFFECTS__
function _trim() {
    return _overwrite((input) => input.trim());
}
// toLowerCase
// @__NO_SIDE_EFFECTS__
function _toLowerCase() {
    return _overwrite((input) => input.toLowerCase());
}
// toUpperCase
// @__NO_SIDE_EFFECTS__
function _toUpperCase() {
    return _overwrite((input) => input.toUpperCase());
}
// slugify
// @__NO_SIDE_EFFECTS__
function _slugify() {
    return _overwrite((input) => util.slugify(input));
}
// @__NO_SIDE_EFFECTS__
function _array(Class, element, params) {
    return new Class({
        type: "array",
        element,
        // get element() {
        //   return element;
        // },
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _union(Class, options, params) {
    return new Class({
        type: "union",
        options,
        ...util.normalizeParams(params),
    });
}
function _xor(Class, options, params) {
    return new Class({
        type: "union",
        options,
        inclusive: false,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _discriminatedUnion(Class, discriminator, options, params) {
    return new Class({
        type: "union",
        options: options,
        discriminator,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _intersection(Class, left, right) {
    return new Class({
        type: "intersection",
        left,
        right,
    });
}
// export function _tuple(
//   Class: util.SchemaClass<schemas.$ZodTuple>,
//   items: [],
//   params?: string | $ZodTupleParams
// ): schemas.$ZodTuple<[], null>;
// @__NO_SIDE_EFFECTS__
function _tuple(Class, items, _paramsOrRest, _params) {
    const hasRest = _paramsOrRest instanceof schemas.$ZodType;
    const params = hasRest ? _params : _paramsOrRest;
    const rest = hasRest ? _paramsOrRest : null;
    return new Class({
        type: "tuple",
        items,
        rest,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _record(Class, keyType, valueType, params) {
    return new Class({
        type: "record",
        keyType,
        valueType,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _map(Class, keyType, valueType, params) {
    return new Class({
        type: "map",
        keyType,
        valueType,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _set(Class, valueType, params) {
    return new Class({
        type: "set",
        valueType,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _enum(Class, values, params) {
    const entries = Array.isArray(values) ? Object.fromEntries(values.map((v) => [v, v])) : values;
    // if (Array.isArray(values)) {
    //   for (const value of values) {
    //     entries[value] = value;
    //   }
    // } else {
    //   Object.assign(entries, values);
    // }
    // const entries: util.EnumLike = {};
    // for (const val of values) {
    //   entries[val] = val;
    // }
    return new Class({
        type: "enum",
        entries,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
/** @deprecated This API has been merged into `z.enum()`. Use `z.enum()` instead.
 *
 * ```ts
 * enum Colors { red, green, blue }
 * z.enum(Colors);
 * ```
 */
function _nativeEnum(Class, entries, params) {
    return new Class({
        type: "enum",
        entries,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _literal(Class, value, params) {
    return new Class({
        type: "literal",
        values: Array.isArray(value) ? value : [value],
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _file(Class, params) {
    return new Class({
        type: "file",
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _transform(Class, fn) {
    return new Class({
        type: "transform",
        transform: fn,
    });
}
// @__NO_SIDE_EFFECTS__
function _optional(Class, innerType) {
    return new Class({
        type: "optional",
        innerType,
    });
}
// @__NO_SIDE_EFFECTS__
function _nullable(Class, innerType) {
    return new Class({
        type: "nullable",
        innerType,
    });
}
// @__NO_SIDE_EFFECTS__
function _default(Class, innerType, defaultValue) {
    return new Class({
        type: "default",
        innerType,
        get defaultValue() {
            return typeof defaultValue === "function" ? defaultValue() : util.shallowClone(defaultValue);
        },
    });
}
// @__NO_SIDE_EFFECTS__
function _nonoptional(Class, innerType, params) {
    return new Class({
        type: "nonoptional",
        innerType,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _success(Class, innerType) {
    return new Class({
        type: "success",
        innerType,
    });
}
// @__NO_SIDE_EFFECTS__
function _catch(Class, innerType, catchValue) {
    return new Class({
        type: "catch",
        innerType,
        catchValue: (typeof catchValue === "function" ? catchValue : util.constantCatch(catchValue)),
    });
}
// @__NO_SIDE_EFFECTS__
function _pipe(Class, in_, out) {
    return new Class({
        type: "pipe",
        in: in_,
        out,
    });
}
// @__NO_SIDE_EFFECTS__
function _readonly(Class, innerType) {
    return new Class({
        type: "readonly",
        innerType,
    });
}
// @__NO_SIDE_EFFECTS__
function _templateLiteral(Class, parts, params) {
    return new Class({
        type: "template_literal",
        parts,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function _lazy(Class, getter) {
    return new Class({
        type: "lazy",
        getter,
    });
}
// @__NO_SIDE_EFFECTS__
function _promise(Class, innerType) {
    return new Class({
        type: "promise",
        innerType,
    });
}
// @__NO_SIDE_EFFECTS__
function _custom(Class, fn, _params) {
    const norm = util.normalizeParams(_params);
    norm.abort ?? (norm.abort = true); // default to abort:false
    const schema = new Class({
        type: "custom",
        check: "custom",
        fn: fn,
        ...norm,
    });
    return schema;
}
// same as _custom but defaults to abort:false
// @__NO_SIDE_EFFECTS__
function _refine(Class, fn, _params) {
    const schema = new Class({
        type: "custom",
        check: "custom",
        fn: fn,
        ...core_util/* normalizeParams */.A2(_params),
    });
    return schema;
}
// @__NO_SIDE_EFFECTS__
function _superRefine(fn, params) {
    const ch = _check((payload) => {
        payload.addIssue = (issue) => {
            if (typeof issue === "string") {
                payload.issues.push(util.issue(issue, payload.value, ch._zod.def));
            }
            else {
                // for Zod 3 backwards compatibility
                const _issue = issue;
                if (_issue.fatal)
                    _issue.continue = false;
                _issue.code ?? (_issue.code = "custom");
                if (!("input" in _issue))
                    _issue.input = payload.value;
                _issue.inst ?? (_issue.inst = ch);
                _issue.continue ?? (_issue.continue = !ch._zod.def.abort); // abort is always undefined, so this is always true...
                payload.issues.push(util.issue(_issue));
            }
        };
        return fn(payload.value, payload);
    }, params);
    return ch;
}
// @__NO_SIDE_EFFECTS__
function _check(fn, params) {
    const ch = new checks.$ZodCheck({
        check: "custom",
        ...util.normalizeParams(params),
    });
    ch._zod.check = fn;
    return ch;
}
// @__NO_SIDE_EFFECTS__
function describe(description) {
    const ch = new core_checks/* $ZodCheck */.QP({ check: "describe" });
    ch._zod.onattach = [
        (inst) => {
            const existing = globalRegistry.get(inst) ?? {};
            globalRegistry.add(inst, { ...existing, description });
        },
    ];
    ch._zod.check = () => { }; // no-op check
    return ch;
}
// @__NO_SIDE_EFFECTS__
function meta(metadata) {
    const ch = new core_checks/* $ZodCheck */.QP({ check: "meta" });
    ch._zod.onattach = [
        (inst) => {
            const existing = globalRegistry.get(inst) ?? {};
            globalRegistry.add(inst, { ...existing, ...metadata });
        },
    ];
    ch._zod.check = () => { }; // no-op check
    return ch;
}
// @__NO_SIDE_EFFECTS__
function _stringbool(Classes, _params) {
    const params = util.normalizeParams(_params);
    let truthyArray = params.truthy ?? ["true", "1", "yes", "on", "y", "enabled"];
    let falsyArray = params.falsy ?? ["false", "0", "no", "off", "n", "disabled"];
    if (params.case !== "sensitive") {
        truthyArray = truthyArray.map((v) => (typeof v === "string" ? v.toLowerCase() : v));
        falsyArray = falsyArray.map((v) => (typeof v === "string" ? v.toLowerCase() : v));
    }
    const truthySet = new Set(truthyArray);
    const falsySet = new Set(falsyArray);
    const _Codec = Classes.Codec ?? schemas.$ZodCodec;
    const _Boolean = Classes.Boolean ?? schemas.$ZodBoolean;
    const _String = Classes.String ?? schemas.$ZodString;
    const stringSchema = new _String({ type: "string", error: params.error });
    const booleanSchema = new _Boolean({ type: "boolean", error: params.error });
    const codec = new _Codec({
        type: "pipe",
        in: stringSchema,
        out: booleanSchema,
        transform: ((input, payload) => {
            let data = input;
            if (params.case !== "sensitive")
                data = data.toLowerCase();
            if (truthySet.has(data)) {
                return true;
            }
            else if (falsySet.has(data)) {
                return false;
            }
            else {
                payload.issues.push({
                    code: "invalid_value",
                    expected: "stringbool",
                    values: [...truthySet, ...falsySet],
                    input: payload.value,
                    inst: codec,
                    continue: false,
                });
                return {};
            }
        }),
        reverseTransform: ((input, _payload) => {
            if (input === true) {
                return truthyArray[0] || "true";
            }
            else {
                return falsyArray[0] || "false";
            }
        }),
        error: params.error,
    });
    codec._zod.bag.truthy = truthyArray;
    codec._zod.bag.falsy = falsyArray;
    codec._zod.bag.case = params.case ?? "insensitive";
    return codec;
}
// @__NO_SIDE_EFFECTS__
function _stringFormat(Class, format, fnOrRegex, _params = {}) {
    const params = util.normalizeParams(_params);
    const def = {
        check: "string_format",
        type: "string",
        format,
        fn: typeof fnOrRegex === "function" ? fnOrRegex : (val) => fnOrRegex.test(val),
        ...params,
    };
    if (fnOrRegex instanceof RegExp) {
        def.pattern = fnOrRegex;
    }
    const inst = new Class(def);
    return inst;
}


/***/ }),

/***/ 4890:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J_: () => (/* binding */ $ZodCheckGreaterThan),
/* harmony export */   KH: () => (/* binding */ $ZodCheckNumberFormat),
/* harmony export */   Kk: () => (/* binding */ $ZodCheckMinLength),
/* harmony export */   QP: () => (/* binding */ $ZodCheck)
/* harmony export */ });
/* unused harmony exports $ZodCheckLessThan, $ZodCheckMultipleOf, $ZodCheckBigIntFormat, $ZodCheckMaxSize, $ZodCheckMinSize, $ZodCheckSizeEquals, $ZodCheckMaxLength, $ZodCheckLengthEquals, $ZodCheckStringFormat, $ZodCheckRegex, $ZodCheckLowerCase, $ZodCheckUpperCase, $ZodCheckIncludes, $ZodCheckStartsWith, $ZodCheckEndsWith, $ZodCheckProperty, $ZodCheckProperties, $ZodCheckMimeType, $ZodCheckOverwrite */
/* harmony import */ var _core_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8532);
/* harmony import */ var _util_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(4723);
// import { $ZodType } from "./schemas.js";



const $ZodCheck = /*@__PURE__*/ _core_js__WEBPACK_IMPORTED_MODULE_0__/* .$constructor */ .xI("$ZodCheck", (inst, def) => {
    var _a;
    inst._zod ?? (inst._zod = {});
    inst._zod.def = def;
    (_a = inst._zod).onattach ?? (_a.onattach = []);
});
/** Default `when` for size-based checks: run only on non-nullish values with a `size`. */
const _whenHasSize = (payload) => {
    const val = payload.value;
    return !util.nullish(val) && val.size !== undefined;
};
/** Default `when` for length-based checks: run only on non-nullish values with a `length`. */
const _whenHasLength = (payload) => {
    const val = payload.value;
    return !_util_js__WEBPACK_IMPORTED_MODULE_1__/* .nullish */ .cl(val) && val.length !== undefined;
};
const numericOriginMap = {
    number: "number",
    bigint: "bigint",
    object: "date",
};
const $ZodCheckLessThan = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckLessThan", (inst, def) => {
    $ZodCheck.init(inst, def);
    const origin = numericOriginMap[typeof def.value];
    inst._zod.check = (payload) => {
        if (def.inclusive ? payload.value <= def.value : payload.value < def.value) {
            return;
        }
        payload.issues.push({
            origin: numericOriginMap[typeof payload.value] ?? origin,
            code: "too_big",
            maximum: typeof def.value === "object" ? def.value.getTime() : def.value,
            input: payload.value,
            inclusive: def.inclusive,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckGreaterThan = /*@__PURE__*/ _core_js__WEBPACK_IMPORTED_MODULE_0__/* .$constructor */ .xI("$ZodCheckGreaterThan", (inst, def) => {
    $ZodCheck.init(inst, def);
    const origin = numericOriginMap[typeof def.value];
    inst._zod.check = (payload) => {
        if (def.inclusive ? payload.value >= def.value : payload.value > def.value) {
            return;
        }
        payload.issues.push({
            origin: numericOriginMap[typeof payload.value] ?? origin,
            code: "too_small",
            minimum: typeof def.value === "object" ? def.value.getTime() : def.value,
            input: payload.value,
            inclusive: def.inclusive,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCheckMultipleOf = 
/*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckMultipleOf", (inst, def) => {
    $ZodCheck.init(inst, def);
    inst._zod.check = (payload) => {
        if (typeof payload.value !== typeof def.value)
            throw new Error("Cannot mix number and bigint in multiple_of check.");
        const isMultiple = typeof payload.value === "bigint"
            ? // `value % 0n` throws, and nothing is a multiple of zero — the number branch already fails this way via NaN
                def.value !== BigInt(0) && payload.value % def.value === BigInt(0)
            : util.floatSafeRemainder(payload.value, def.value) === 0;
        if (isMultiple)
            return;
        payload.issues.push({
            origin: typeof payload.value,
            code: "not_multiple_of",
            divisor: def.value,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckNumberFormat = /*@__PURE__*/ _core_js__WEBPACK_IMPORTED_MODULE_0__/* .$constructor */ .xI("$ZodCheckNumberFormat", (inst, def) => {
    $ZodCheck.init(inst, def); // no format checks
    def.format = def.format || "float64";
    const isInt = def.format?.includes("int");
    const origin = isInt ? "int" : "number";
    const [minimum, maximum] = _util_js__WEBPACK_IMPORTED_MODULE_1__/* .NUMBER_FORMAT_RANGES */ .zH[def.format];
    inst._zod.check = (payload) => {
        const input = payload.value;
        if (isInt) {
            if (!Number.isInteger(input)) {
                // invalid_format issue
                // payload.issues.push({
                //   expected: def.format,
                //   format: def.format,
                //   code: "invalid_format",
                //   input,
                //   inst,
                // });
                // invalid_type issue
                payload.issues.push({
                    expected: origin,
                    format: def.format,
                    code: "invalid_type",
                    continue: false,
                    input,
                    inst,
                });
                return;
                // not_multiple_of issue
                // payload.issues.push({
                //   code: "not_multiple_of",
                //   origin: "number",
                //   input,
                //   inst,
                //   divisor: 1,
                // });
            }
            if (!Number.isSafeInteger(input)) {
                if (input > 0) {
                    // too_big
                    payload.issues.push({
                        input,
                        code: "too_big",
                        maximum: Number.MAX_SAFE_INTEGER,
                        note: "Integers must be within the safe integer range.",
                        inst,
                        origin,
                        inclusive: true,
                        continue: !def.abort,
                    });
                }
                else {
                    // too_small
                    payload.issues.push({
                        input,
                        code: "too_small",
                        minimum: Number.MIN_SAFE_INTEGER,
                        note: "Integers must be within the safe integer range.",
                        inst,
                        origin,
                        inclusive: true,
                        continue: !def.abort,
                    });
                }
                return;
            }
        }
        if (input < minimum) {
            payload.issues.push({
                origin: "number",
                input,
                code: "too_small",
                minimum,
                inclusive: true,
                inst,
                continue: !def.abort,
            });
        }
        if (input > maximum) {
            payload.issues.push({
                origin: "number",
                input,
                code: "too_big",
                maximum,
                inclusive: true,
                inst,
                continue: !def.abort,
            });
        }
    };
});
const $ZodCheckBigIntFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckBigIntFormat", (inst, def) => {
    $ZodCheck.init(inst, def); // no format checks
    const [minimum, maximum] = util.BIGINT_FORMAT_RANGES[def.format];
    inst._zod.check = (payload) => {
        const input = payload.value;
        if (input < minimum) {
            payload.issues.push({
                origin: "bigint",
                input,
                code: "too_small",
                minimum: minimum,
                inclusive: true,
                inst,
                continue: !def.abort,
            });
        }
        if (input > maximum) {
            payload.issues.push({
                origin: "bigint",
                input,
                code: "too_big",
                maximum,
                inclusive: true,
                inst,
                continue: !def.abort,
            });
        }
    };
})));
const $ZodCheckMaxSize = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckMaxSize", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasSize);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const size = input.size;
        if (size <= def.maximum)
            return;
        payload.issues.push({
            origin: util.getSizableOrigin(input),
            code: "too_big",
            maximum: def.maximum,
            inclusive: true,
            input,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckMinSize = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckMinSize", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasSize);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const size = input.size;
        if (size >= def.minimum)
            return;
        payload.issues.push({
            origin: util.getSizableOrigin(input),
            code: "too_small",
            minimum: def.minimum,
            inclusive: true,
            input,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckSizeEquals = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckSizeEquals", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasSize);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const size = input.size;
        if (size === def.size)
            return;
        const tooBig = size > def.size;
        payload.issues.push({
            origin: util.getSizableOrigin(input),
            ...(tooBig ? { code: "too_big", maximum: def.size } : { code: "too_small", minimum: def.size }),
            inclusive: true,
            exact: true,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckMaxLength = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckMaxLength", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasLength);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const units = input.length;
        // Strings are measured in Unicode code points, not UTF-16 units. A code point is at most two units, so a string that already fits in units fits in code points; only an overflow has to be counted.
        const length = typeof input === "string" && units > def.maximum ? util.codePointLength(input) : units;
        if (length <= def.maximum)
            return;
        const origin = util.getLengthableOrigin(input);
        payload.issues.push({
            origin,
            code: "too_big",
            maximum: def.maximum,
            inclusive: true,
            input,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckMinLength = /*@__PURE__*/ _core_js__WEBPACK_IMPORTED_MODULE_0__/* .$constructor */ .xI("$ZodCheckMinLength", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasLength);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const units = input.length;
        // A code point is one or two UTF-16 units, so fewer units than the floor can never reach it and twice the floor always clears it. Only in between is the exact count in doubt.
        const length = typeof input === "string" && units >= def.minimum && units < def.minimum * 2
            ? _util_js__WEBPACK_IMPORTED_MODULE_1__/* .codePointLength */ .O7(input)
            : units;
        if (length >= def.minimum)
            return;
        const origin = _util_js__WEBPACK_IMPORTED_MODULE_1__/* .getLengthableOrigin */ .Rc(input);
        payload.issues.push({
            origin,
            code: "too_small",
            minimum: def.minimum,
            inclusive: true,
            input,
            inst,
            continue: !def.abort,
        });
    };
});
const $ZodCheckLengthEquals = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckLengthEquals", (inst, def) => {
    var _a;
    $ZodCheck.init(inst, def);
    (_a = inst._zod.def).when ?? (_a.when = _whenHasLength);
    inst._zod.check = (payload) => {
        const input = payload.value;
        const units = input.length;
        // A code point is one or two UTF-16 units, so outside `[length, length * 2]` units the target is missed either way — and missed in the same direction in both measures.
        const length = typeof input === "string" && units >= def.length && units <= def.length * 2
            ? util.codePointLength(input)
            : units;
        if (length === def.length)
            return;
        const origin = util.getLengthableOrigin(input);
        const tooBig = length > def.length;
        payload.issues.push({
            origin,
            ...(tooBig ? { code: "too_big", maximum: def.length } : { code: "too_small", minimum: def.length }),
            inclusive: true,
            exact: true,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckStringFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckStringFormat", (inst, def) => {
    var _a, _b;
    $ZodCheck.init(inst, def);
    if (def.pattern)
        (_a = inst._zod).check ?? (_a.check = (payload) => {
            def.pattern.lastIndex = 0;
            if (def.pattern.test(payload.value))
                return;
            payload.issues.push({
                origin: "string",
                code: "invalid_format",
                format: def.format,
                input: payload.value,
                ...(def.pattern ? { pattern: def.pattern.toString() } : {}),
                inst,
                continue: !def.abort,
            });
        });
    else
        (_b = inst._zod).check ?? (_b.check = () => { });
})));
const $ZodCheckRegex = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckRegex", (inst, def) => {
    $ZodCheckStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        def.pattern.lastIndex = 0;
        if (def.pattern.test(payload.value))
            return;
        payload.issues.push({
            origin: "string",
            code: "invalid_format",
            format: "regex",
            input: payload.value,
            pattern: def.pattern.toString(),
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckLowerCase = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckLowerCase", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.lowercase);
    $ZodCheckStringFormat.init(inst, def);
})));
const $ZodCheckUpperCase = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckUpperCase", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.uppercase);
    $ZodCheckStringFormat.init(inst, def);
})));
const $ZodCheckIncludes = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckIncludes", (inst, def) => {
    $ZodCheck.init(inst, def);
    const escapedRegex = util.escapeRegex(def.includes);
    // `String.prototype.includes(sub, position)` matches `sub` at `position`
    // OR LATER, so the pattern must allow at least `position` leading chars
    // (`{N,}`), not exactly `position` chars (`{N}`).
    const pattern = new RegExp(typeof def.position === "number" ? `^.{${def.position},}${escapedRegex}` : escapedRegex);
    def.pattern = pattern;
    inst._zod.check = (payload) => {
        if (payload.value.includes(def.includes, def.position))
            return;
        payload.issues.push({
            origin: "string",
            code: "invalid_format",
            format: "includes",
            includes: def.includes,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckStartsWith = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckStartsWith", (inst, def) => {
    $ZodCheck.init(inst, def);
    const pattern = new RegExp(`^${util.escapeRegex(def.prefix)}.*`);
    def.pattern ?? (def.pattern = pattern);
    inst._zod.check = (payload) => {
        if (payload.value.startsWith(def.prefix))
            return;
        payload.issues.push({
            origin: "string",
            code: "invalid_format",
            format: "starts_with",
            prefix: def.prefix,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckEndsWith = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckEndsWith", (inst, def) => {
    $ZodCheck.init(inst, def);
    const pattern = new RegExp(`.*${util.escapeRegex(def.suffix)}$`);
    def.pattern ?? (def.pattern = pattern);
    inst._zod.check = (payload) => {
        if (payload.value.endsWith(def.suffix))
            return;
        payload.issues.push({
            origin: "string",
            code: "invalid_format",
            format: "ends_with",
            suffix: def.suffix,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
///////////////////////////////////
/////    $ZodCheckProperty    /////
///////////////////////////////////
function handleCheckPropertyResult(result, payload, property) {
    if (result.issues.length) {
        payload.issues.push(...util.prefixIssues(property, result.issues));
    }
}
const $ZodCheckProperty = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckProperty", (inst, def) => {
    $ZodCheck.init(inst, def);
    inst._zod.check = (payload) => {
        const result = def.schema._zod.run({
            value: payload.value[def.property],
            issues: [],
        }, {});
        if (result instanceof Promise) {
            return result.then((result) => handleCheckPropertyResult(result, payload, def.property));
        }
        handleCheckPropertyResult(result, payload, def.property);
        return;
    };
})));
const $ZodCheckProperties = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckProperties", (inst, def) => {
    $ZodCheck.init(inst, def);
    util.hide(inst, Symbol.iterator, function* () {
        yield inst;
    });
    // key and schema snapshotted together: reading one live and the other cached lets a later mutation of the caller's shape object pair a stale key with a missing schema
    let entries;
    inst._zod.check = (payload) => {
        // the base schema already typed the value, so only a nullish one is rejected here: the properties read on a primitive too, matching z.property() on a string's length
        if (payload.value == null) {
            payload.issues.push({ expected: "object", code: "invalid_type", input: payload.value, inst });
            return undefined;
        }
        entries ?? (entries = Reflect.ownKeys(def.shape).map((key) => [key, def.shape[key]]));
        const input = payload.value;
        let proms;
        for (const [key, schema] of entries) {
            const result = schema._zod.run({ value: input[key], issues: [] }, {});
            if (result instanceof Promise) {
                proms ?? (proms = []);
                proms.push(result.then((result) => handleCheckPropertyResult(result, payload, key)));
            }
            else {
                handleCheckPropertyResult(result, payload, key);
            }
        }
        if (proms)
            return Promise.all(proms).then(() => undefined);
        return undefined;
    };
})));
const $ZodCheckMimeType = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckMimeType", (inst, def) => {
    $ZodCheck.init(inst, def);
    const mimeSet = new Set(def.mime);
    inst._zod.check = (payload) => {
        if (mimeSet.has(payload.value.type))
            return;
        payload.issues.push({
            code: "invalid_value",
            values: def.mime,
            input: payload.value.type,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCheckOverwrite = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCheckOverwrite", (inst, def) => {
    $ZodCheck.init(inst, def);
    inst._zod.check = (payload) => {
        payload.value = def.tx(payload.value);
    };
})));


/***/ }),

/***/ 8532:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $W: () => (/* binding */ config),
/* harmony export */   GT: () => (/* binding */ $ZodAsyncError),
/* harmony export */   cV: () => (/* binding */ $ZodEncodeError),
/* harmony export */   cr: () => (/* binding */ globalConfig),
/* harmony export */   tm: () => (/* binding */ NEVER),
/* harmony export */   xI: () => (/* binding */ $constructor)
/* harmony export */ });
/* unused harmony export $brand */
/* harmony import */ var _util_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(4723);
var _a;

/** A special constant with type `never` */
const NEVER = /*@__PURE__*/ Object.freeze({
    status: "aborted",
});
/* Shared descriptor for installing `_zod`; defineProperty reads it
 * synchronously, so reusing one object avoids a per-instance allocation. */
const _zodDesc = { value: undefined, enumerable: false };
// null where suppressing the capture would be unrecoverable: `parse()` puts the frames back with `captureStackTrace`, so without it the throw would lose its stack. also latched to null once `stackTraceLimit` proves unassignable, which a realm can do at any point by hardening Error
let _E = "captureStackTrace" in Error ? Error : null;
// v8 captures a stack trace inside the Error constructor, which dominates a failed parse; costs only the frames, and parse() restores those. the constructor must RUN: Object.create is cheaper and passes instanceof, but Error.isError and util.types.isNativeError check an internal slot
function newError(Definition) {
    const E = _E;
    if (E) {
        const saved = E.stackTraceLimit;
        if (typeof saved === "number") {
            try {
                E.stackTraceLimit = 0;
            }
            catch {
                _E = null;
                return new Definition();
            }
            try {
                return new Definition();
            }
            finally {
                E.stackTraceLimit = saved;
            }
        }
    }
    return new Definition();
}
function $constructor(name, initializer, 
/** This trait's members, installed once on every prototype that composes it. They cannot be declared in the initializer above: that runs per instance, and the prototype is shared. */
proto, params) {
    // Prototype for this constructor's `_zod` internals. Lazily-derived fields (`values`, `pattern`, `optin`, …) install here once rather than as an accessor on every instance.
    const zodProto = {};
    // Assigning the fields in the constructor body is what gives instances in-object slots; building the object literally and reparenting it costs a second allocation and a generic property copy.
    function Internals(def) {
        this.def = def;
        this.constr = _;
        this.traits = new Set();
    }
    Internals.prototype = zodProto;
    const protoMembers = proto;
    // One trait's members land on every prototype whose chain composes it, so the answer is per prototype rather than per trait.
    const initialized = protoMembers && new WeakSet();
    function init(inst, def) {
        if (!inst._zod) {
            _zodDesc.value = new Internals(def);
            try {
                Object.defineProperty(inst, "_zod", _zodDesc);
            }
            finally {
                // Cleared even on throw, so the shared descriptor never leaks one instance's internals into the next.
                _zodDesc.value = undefined;
            }
        }
        else if (inst._zod.traits.has(name)) {
            return;
        }
        inst._zod.traits.add(name);
        initializer(inst, def);
        if (initialized) {
            // `super(def)` from a user subclass gives `this` a prototype the subclass owns, and installing there would overwrite whatever the subclass declared. `constr` built the instance, so its prototype is the one below the subclass's that should carry the members. A receiver whose chain never reaches that prototype installs on its own, which for a plain object handed straight to `init` means `Object.prototype` — unchanged from before.
            const own = Object.getPrototypeOf(inst);
            const ctorProto = inst._zod.constr.prototype;
            let up = own;
            while (up && up !== ctorProto)
                up = Object.getPrototypeOf(up);
            const target = up ?? own;
            if (!initialized.has(target)) {
                initialized.add(target);
                (0,_util_js__WEBPACK_IMPORTED_MODULE_0__/* .members */ .ol)(target, protoMembers);
            }
        }
        // support prototype modifications; for-in avoids the array allocation of Object.keys on the (usually empty) prototype
        const proto = _.prototype;
        for (const k in proto) {
            if (!Object.prototype.hasOwnProperty.call(proto, k))
                continue;
            if (!(k in inst)) {
                inst[k] = proto[k].bind(inst);
            }
        }
    }
    // doesn't work if Parent has a constructor with arguments
    const Parent = params?.Parent ?? Object;
    class Definition extends Parent {
    }
    Object.defineProperty(Definition, "name", { value: name });
    function _(def) {
        const inst = params?.Parent ? newError(Definition) : this;
        init(inst, def);
        const deferred = inst._zod.deferred;
        if (deferred) {
            for (const fn of deferred) {
                fn();
            }
            // Released: initializers run once, and the list would otherwise be retained for the schema's lifetime.
            inst._zod.deferred = undefined;
        }
        // Global post-processor hook. Internal: installed by `import "zod/compile"` to enable AOT compilation for every constructed schema. Runs last, once the instance is fully built, because it hands the instance to compile(). The post-processor is expected to be reentrancy-guarded by its own implementation.
        const pp = globalThis.__zod_globalConfig?.postProcessor;
        if (pp)
            pp(inst);
        return inst;
    }
    Object.defineProperty(_, "init", { value: init });
    Object.defineProperty(_, Symbol.hasInstance, {
        value: (inst) => {
            if (params?.Parent && inst instanceof params.Parent)
                return true;
            return inst?._zod?.traits?.has(name);
        },
    });
    Object.defineProperty(_, "name", { value: name });
    return _;
}
//////////////////////////////   UTILITIES   ///////////////////////////////////////
const $brand = /*@__PURE__*/ (/* unused pure expression or super */ null && (Symbol("zod_brand")));
class $ZodAsyncError extends Error {
    constructor() {
        super(`Encountered Promise during synchronous parse. Use .parseAsync() instead.`);
    }
}
class $ZodEncodeError extends Error {
    constructor(name) {
        super(`Encountered unidirectional transform during encode: ${name}`);
        this.name = "ZodEncodeError";
    }
}
(_a = globalThis).__zod_globalConfig ?? (_a.__zod_globalConfig = {});
const globalConfig = globalThis.__zod_globalConfig;
function config(newConfig) {
    if (newConfig)
        Object.assign(globalConfig, newConfig);
    return globalConfig;
}


/***/ }),

/***/ 4723:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   A2: () => (/* binding */ normalizeParams),
/* harmony export */   Gv: () => (/* binding */ isObject),
/* harmony export */   NM: () => (/* binding */ optionalKeys),
/* harmony export */   O7: () => (/* binding */ codePointLength),
/* harmony export */   PO: () => (/* binding */ cached),
/* harmony export */   QH: () => (/* binding */ aborted),
/* harmony export */   Rc: () => (/* binding */ getLengthableOrigin),
/* harmony export */   SS: () => (/* binding */ constantCatch),
/* harmony export */   Vy: () => (/* binding */ assignProp),
/* harmony export */   X: () => (/* binding */ installLazyProp),
/* harmony export */   cl: () => (/* binding */ nullish),
/* harmony export */   d3: () => (/* binding */ attachSchema),
/* harmony export */   gx: () => (/* binding */ captureStackTrace),
/* harmony export */   hi: () => (/* binding */ sizeCaps),
/* harmony export */   iR: () => (/* binding */ finalizeIssue),
/* harmony export */   jD: () => (/* binding */ hide),
/* harmony export */   k8: () => (/* binding */ jsonStringifyReplacer),
/* harmony export */   lQ: () => (/* binding */ prefixIssues),
/* harmony export */   o8: () => (/* binding */ clone),
/* harmony export */   ol: () => (/* binding */ members),
/* harmony export */   p6: () => (/* binding */ cleanRegex),
/* harmony export */   qQ: () => (/* binding */ propertyKeyTypes),
/* harmony export */   qh: () => (/* binding */ own),
/* harmony export */   rL: () => (/* binding */ explicitlyAborted),
/* harmony export */   sD: () => (/* binding */ escapeRegex),
/* harmony export */   sn: () => (/* binding */ issue),
/* harmony export */   v5: () => (/* binding */ defineLazyInternal),
/* harmony export */   w5: () => (/* binding */ getEnumValues),
/* harmony export */   zH: () => (/* binding */ NUMBER_FORMAT_RANGES)
/* harmony export */ });
/* unused harmony exports assertEqual, assertNotEqual, toZod, assertIs, assertNever, assert, joinValues, floatSafeRemainder, defineLazy, objectClone, rawShape, mergeDefs, cloneDef, getElementAtPath, promiseAllObject, randomString, esc, slugify, allowsEval, isPlainObject, shallowClone, numKeys, getParsedType, primitiveTypes, createTransparentProxy, stringifyPrimitive, BIGINT_FORMAT_RANGES, pick, omit, extend, safeExtend, merge, partial, required, unwrapMessage, getSizableOrigin, parsedType, cleanEnum, base64ToUint8Array, uint8ArrayToBase64, base64urlToUint8Array, uint8ArrayToBase64url, hexToUint8Array, uint8ArrayToHex, Class, derived, CONSTANT_CATCH */

// functions
function assertEqual(val) {
    return val;
}
function assertNotEqual(val) {
    return val;
}
function toZod() {
    return (schema) => schema;
}
function assertIs(_arg) { }
function assertNever(_x) {
    throw new Error("Unexpected value in exhaustive check");
}
function assert(_) { }
function getEnumValues(entries) {
    const numericValues = Object.values(entries).filter((v) => typeof v === "number");
    const values = Object.entries(entries)
        .filter(([k, _]) => numericValues.indexOf(+k) === -1)
        .map(([_, v]) => v);
    return values;
}
function joinValues(array, separator = "|") {
    return array.map((val) => stringifyPrimitive(val)).join(separator);
}
function jsonStringifyReplacer(_, value) {
    if (typeof value === "bigint")
        return value.toString();
    return value;
}
// the accessor lives on a shared prototype: an own accessor makes every box a dictionary-mode object (~360 B and a slow load per read against ~100 B and an inlined getter here)
class Cached {
    constructor(getter) {
        this._getter = getter;
        this._value = undefined;
    }
    get value() {
        const getter = this._getter;
        if (getter !== undefined) {
            this._value = getter();
            this._getter = undefined;
        }
        return this._value;
    }
}
function cached(getter) {
    return new Cached(getter);
}
function nullish(input) {
    return input === null || input === undefined;
}
function cleanRegex(source) {
    const start = source.startsWith("^") ? 1 : 0;
    const end = source.endsWith("$") ? source.length - 1 : source.length;
    return source.slice(start, end);
}
function floatSafeRemainder(val, step) {
    const ratio = val / step;
    const roundedRatio = Math.round(ratio);
    // `val` and `step` each round to a double before the division rounds again, so a true decimal multiple's quotient can sit up to 1.5 of these scaled epsilons from the integer. A 1x tolerance therefore rejected 2.03 as a multiple of 0.07; 4x covers the worst case with margin.
    const tolerance = 4 * Number.EPSILON * Math.max(Math.abs(ratio), 1);
    if (Math.abs(ratio - roundedRatio) < tolerance)
        return 0;
    return ratio - roundedRatio;
}
const EVALUATING = /* @__PURE__*/ (/* unused pure expression or super */ null && (Symbol("evaluating")));
function defineLazy(object, key, getter) {
    let value = undefined;
    Object.defineProperty(object, key, {
        get() {
            if (value === EVALUATING) {
                // Circular reference detected, return undefined to break the cycle
                return undefined;
            }
            if (value === undefined) {
                value = EVALUATING;
                value = getter();
            }
            return value;
        },
        set(v) {
            Object.defineProperty(object, key, {
                value: v,
                // configurable: true,
            });
            // object[key] = v;
        },
        configurable: true,
    });
}
function objectClone(obj) {
    return Object.create(Object.getPrototypeOf(obj), Object.getOwnPropertyDescriptors(obj));
}
function assignProp(target, prop, value) {
    Object.defineProperty(target, prop, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
    });
}
/**
 * Whichever object a def's `shape` currently answers from: the one the caller passed until the first read, the frozen copy after it.
 *
 * Its keys and descriptors read without invoking anything, which is what lets a discriminated union check its discriminator, and the cycle walk read a shape, without resolving a getter that references the schema being constructed. A def that answers `shape` from an accessor of its own has none.
 */
function rawShape(def) {
    const desc = Object.getOwnPropertyDescriptor(def, "shape");
    return desc?.get ? desc.get.raw : desc?.value;
}
// where a builder reads its source's keys and descriptors, resolving only a shape a def answers for itself. A shape resolves by object spread, so only its enumerable keys are ever part of it.
function sourceShape(schema) {
    return rawShape(schema._zod.def) ?? schema._zod.def.shape;
}
// a key whose value is not settled yet, self-caching so every read after the first gets the same one
function deferProp(target, key, getter) {
    Object.defineProperty(target, key, {
        get() {
            const value = getter();
            assignProp(this, key, value);
            return value;
        },
        enumerable: true,
        configurable: true,
    });
}
// Writes a settled key. A plain assignment is much cheaper than `defineProperty` and produces the same descriptor, but it runs whatever setter already answers to the key — an accessor this shape deferred, or an inherited one, which `__proto__` has on every object and prototype pollution can add for any name.
function putProp(target, key, value) {
    if (key in target)
        assignProp(target, key, value);
    else
        target[key] = value;
}
/**
 * Copies `keys` of `source`'s shape onto `target`, each value passed through `wrap`.
 *
 * A key the source has resolved is copied through now, so the derived shape states it outright and nothing has to resolve it to learn what it holds. A key the source still defers stays deferred, and reads back through the source's own `shape`, so it resolves once and both shapes get that one schema.
 */
function mirrorShape(target, source, keys, wrap) {
    const raw = sourceShape(source);
    for (const key of keys) {
        const desc = Object.getOwnPropertyDescriptor(raw, key);
        if (!desc.enumerable)
            continue;
        if (desc.get) {
            deferProp(target, key, () => {
                const value = source._zod.def.shape[key];
                return wrap ? wrap(value, key) : value;
            });
        }
        else
            putProp(target, key, wrap ? wrap(desc.value, key) : desc.value);
    }
}
// same, for a plain shape a caller passed rather than a schema's
function mirrorProps(target, source) {
    for (const key of Reflect.ownKeys(source)) {
        const desc = Object.getOwnPropertyDescriptor(source, key);
        if (!desc.enumerable)
            continue;
        if (desc.get)
            deferProp(target, key, () => source[key]);
        else
            putProp(target, key, desc.value);
    }
}
function mergeDefs(...defs) {
    const mergedDescriptors = {};
    for (const def of defs) {
        const descriptors = Object.getOwnPropertyDescriptors(def);
        Object.assign(mergedDescriptors, descriptors);
    }
    return Object.defineProperties({}, mergedDescriptors);
}
function cloneDef(schema) {
    return mergeDefs(schema._zod.def);
}
function getElementAtPath(obj, path) {
    if (!path)
        return obj;
    return path.reduce((acc, key) => acc?.[key], obj);
}
function promiseAllObject(promisesObj) {
    const keys = Object.keys(promisesObj);
    const promises = keys.map((key) => promisesObj[key]);
    return Promise.all(promises).then((results) => {
        const resolvedObj = {};
        for (let i = 0; i < keys.length; i++) {
            resolvedObj[keys[i]] = results[i];
        }
        return resolvedObj;
    });
}
function randomString(length = 10) {
    const chars = "abcdefghijklmnopqrstuvwxyz";
    let str = "";
    for (let i = 0; i < length; i++) {
        str += chars[Math.floor(Math.random() * chars.length)];
    }
    return str;
}
function esc(str) {
    return JSON.stringify(str);
}
function slugify(input) {
    return input
        .toLowerCase()
        .trim()
        .replace(/[^\w\s-]/g, "")
        .replace(/[\s_-]+/g, "-")
        .replace(/^-+|-+$/g, "");
}
const captureStackTrace = ("captureStackTrace" in Error ? Error.captureStackTrace : (..._args) => { });
function isObject(data) {
    return typeof data === "object" && data !== null && !Array.isArray(data);
}
const allowsEval = /* @__PURE__*/ (/* unused pure expression or super */ null && (cached(() => {
    // Skip the probe under `jitless`: strict CSPs report the caught `new Function` as a `securitypolicyviolation` even though the throw is swallowed.
    if (globalConfig.jitless) {
        return false;
    }
    // @ts-ignore
    if (typeof navigator !== "undefined" && navigator?.userAgent?.includes("Cloudflare")) {
        return false;
    }
    try {
        const F = Function;
        new F("");
        return true;
    }
    catch (_) {
        return false;
    }
})));
function isPlainObject(o) {
    if (isObject(o) === false)
        return false;
    // modified constructor
    const ctor = o.constructor;
    if (ctor === undefined)
        return true;
    if (typeof ctor !== "function")
        return true;
    // modified prototype
    const prot = ctor.prototype;
    if (isObject(prot) === false)
        return false;
    // ctor doesn't have static `isPrototypeOf`
    if (Object.prototype.hasOwnProperty.call(prot, "isPrototypeOf") === false) {
        return false;
    }
    return true;
}
function shallowClone(o) {
    if (isPlainObject(o))
        return { ...o };
    if (Array.isArray(o))
        return [...o];
    if (o instanceof Map)
        return new Map(o);
    if (o instanceof Set)
        return new Set(o);
    return o;
}
function numKeys(data) {
    let keyCount = 0;
    for (const key in data) {
        if (Object.prototype.hasOwnProperty.call(data, key)) {
            keyCount++;
        }
    }
    return keyCount;
}
const getParsedType = (data) => {
    const t = typeof data;
    switch (t) {
        case "undefined":
            return "undefined";
        case "string":
            return "string";
        case "number":
            return Number.isNaN(data) ? "nan" : "number";
        case "boolean":
            return "boolean";
        case "function":
            return "function";
        case "bigint":
            return "bigint";
        case "symbol":
            return "symbol";
        case "object":
            if (Array.isArray(data)) {
                return "array";
            }
            if (data === null) {
                return "null";
            }
            if (data.then && typeof data.then === "function" && data.catch && typeof data.catch === "function") {
                return "promise";
            }
            if (typeof Map !== "undefined" && data instanceof Map) {
                return "map";
            }
            if (typeof Set !== "undefined" && data instanceof Set) {
                return "set";
            }
            if (typeof Date !== "undefined" && data instanceof Date) {
                return "date";
            }
            // @ts-ignore
            if (typeof File !== "undefined" && data instanceof File) {
                return "file";
            }
            return "object";
        default:
            throw new Error(`Unknown data type: ${t}`);
    }
};
const propertyKeyTypes = /* @__PURE__*/ new Set(["string", "number", "symbol"]);
const primitiveTypes = /* @__PURE__*/ new Set([
    "string",
    "number",
    "bigint",
    "boolean",
    "symbol",
    "undefined",
]);
function escapeRegex(str) {
    return str.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
// zod-specific utils
function clone(inst, def, params) {
    const cl = new inst._zod.constr(def ?? inst._zod.def);
    if (!def || params?.parent)
        cl._zod.parent = inst;
    return cl;
}
function normalizeParams(_params) {
    const params = _params;
    if (!params)
        return {};
    if (typeof params === "string")
        return { error: () => params };
    if (params?.message !== undefined) {
        if (params?.error !== undefined)
            throw new Error("Cannot specify both `message` and `error` params");
        params.error = params.message;
    }
    delete params.message;
    if (typeof params.error === "string")
        return { ...params, error: () => params.error };
    return params;
}
function createTransparentProxy(getter) {
    let target;
    return new Proxy({}, {
        get(_, prop, receiver) {
            target ?? (target = getter());
            return Reflect.get(target, prop, receiver);
        },
        set(_, prop, value, receiver) {
            target ?? (target = getter());
            return Reflect.set(target, prop, value, receiver);
        },
        has(_, prop) {
            target ?? (target = getter());
            return Reflect.has(target, prop);
        },
        deleteProperty(_, prop) {
            target ?? (target = getter());
            return Reflect.deleteProperty(target, prop);
        },
        ownKeys(_) {
            target ?? (target = getter());
            return Reflect.ownKeys(target);
        },
        getOwnPropertyDescriptor(_, prop) {
            target ?? (target = getter());
            return Reflect.getOwnPropertyDescriptor(target, prop);
        },
        defineProperty(_, prop, descriptor) {
            target ?? (target = getter());
            return Reflect.defineProperty(target, prop, descriptor);
        },
    });
}
function stringifyPrimitive(value) {
    if (typeof value === "bigint")
        return value.toString() + "n";
    if (typeof value === "string")
        return `"${value}"`;
    return `${value}`;
}
function optionalKeys(shape) {
    return Object.keys(shape).filter((k) => {
        return shape[k]._zod.optin !== undefined && shape[k]._zod.optout === "optional";
    });
}
// Wrapped in a `@__PURE__` IIFE: esbuild never tree-shakes a top-level initializer that contains a member access on `Number`, so the bare object literal survived into every bundle.
const NUMBER_FORMAT_RANGES = /*@__PURE__*/ (() => ({
    safeint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    int32: [-2147483648, 2147483647],
    uint32: [0, 4294967295],
    float32: [-3.4028234663852886e38, 3.4028234663852886e38],
    float64: [-Number.MAX_VALUE, Number.MAX_VALUE],
}))();
const BIGINT_FORMAT_RANGES = {
    int64: [/* @__PURE__*/ BigInt("-9223372036854775808"), /* @__PURE__*/ BigInt("9223372036854775807")],
    uint64: [/* @__PURE__*/ BigInt(0), /* @__PURE__*/ BigInt("18446744073709551615")],
};
function pick(schema, mask) {
    const currDef = schema._zod.def;
    const checks = currDef.checks;
    const hasChecks = checks && checks.length > 0;
    if (hasChecks) {
        throw new Error(".pick() cannot be used on object schemas containing refinements");
    }
    const newShape = {};
    mirrorShape(newShape, schema, maskedKeys(schema, mask));
    return clone(schema, mergeDefs(currDef, { shape: newShape, checks: [] }));
}
// the mask keys that select something, checked against the source's shape without resolving it
function maskedKeys(schema, mask) {
    const raw = sourceShape(schema);
    const keys = [];
    // `for...in` skips symbols, so a symbol in the mask would select nothing
    for (const key of Reflect.ownKeys(mask)) {
        if (!Object.getOwnPropertyDescriptor(raw, key)?.enumerable) {
            throw new Error(`Unrecognized key: "${String(key)}"`);
        }
        if (mask[key])
            keys.push(key);
    }
    return keys;
}
function omit(schema, mask) {
    const currDef = schema._zod.def;
    const checks = currDef.checks;
    const hasChecks = checks && checks.length > 0;
    if (hasChecks) {
        throw new Error(".omit() cannot be used on object schemas containing refinements");
    }
    const omitted = new Set(maskedKeys(schema, mask));
    const newShape = {};
    mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)).filter((key) => !omitted.has(key)));
    return clone(schema, mergeDefs(currDef, { shape: newShape, checks: [] }));
}
function extend(schema, shape) {
    if (!isPlainObject(shape)) {
        throw new Error("Invalid input to extend: expected a plain object");
    }
    const checks = schema._zod.def.checks;
    const hasChecks = checks && checks.length > 0;
    if (hasChecks) {
        // Only throw if new shape overlaps with existing shape. Use getOwnPropertyDescriptor to check key existence without accessing values
        const existingShape = sourceShape(schema);
        for (const key of Reflect.ownKeys(shape)) {
            if (Object.getOwnPropertyDescriptor(existingShape, key) !== undefined) {
                throw new Error("Cannot overwrite keys on object schemas containing refinements. Use `.safeExtend()` instead.");
            }
        }
    }
    return clone(schema, mergeDefs(schema._zod.def, { shape: extended(schema, shape) }));
}
// the source's keys, then the caller's overlaid on top
function extended(schema, shape) {
    const newShape = {};
    mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)));
    mirrorProps(newShape, shape);
    return newShape;
}
function safeExtend(schema, shape) {
    if (!isPlainObject(shape)) {
        throw new Error("Invalid input to safeExtend: expected a plain object");
    }
    return clone(schema, mergeDefs(schema._zod.def, { shape: extended(schema, shape) }));
}
function merge(a, b) {
    if (!b?._zod?.def) {
        throw new Error("Invalid input to merge: expected an object schema. To merge a plain shape, use `.extend()`.");
    }
    if (a._zod.def.checks?.length) {
        throw new Error(".merge() cannot be used on object schemas containing refinements. Use .safeExtend() instead.");
    }
    const newShape = {};
    mirrorShape(newShape, a, Reflect.ownKeys(sourceShape(a)));
    mirrorShape(newShape, b, Reflect.ownKeys(sourceShape(b)));
    const def = mergeDefs(a._zod.def, {
        shape: newShape,
        get catchall() {
            return b._zod.def.catchall;
        },
        checks: b._zod.def.checks ?? [],
    });
    return clone(a, def);
}
function partial(Class, schema, mask, name = "partial") {
    const currDef = schema._zod.def;
    const checks = currDef.checks;
    const hasChecks = checks && checks.length > 0;
    if (hasChecks) {
        throw new Error(`.${name}() cannot be used on object schemas containing refinements`);
    }
    const selected = mask ? new Set(maskedKeys(schema, mask)) : undefined;
    const newShape = {};
    mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)), Class &&
        ((value, key) => (selected && !selected.has(key) ? value : new Class({ type: "optional", innerType: value }))));
    return clone(schema, mergeDefs(schema._zod.def, { shape: newShape, checks: [] }));
}
function required(Class, schema, mask) {
    const selected = mask ? new Set(maskedKeys(schema, mask)) : undefined;
    const newShape = {};
    mirrorShape(newShape, schema, Reflect.ownKeys(sourceShape(schema)), (value, key) => 
    // overwrite with non-optional
    selected && !selected.has(key) ? value : new Class({ type: "nonoptional", innerType: value }));
    return clone(schema, mergeDefs(schema._zod.def, { shape: newShape }));
}
// invalid_type | too_big | too_small | invalid_format | not_multiple_of | unrecognized_keys | invalid_union | invalid_key | invalid_element | invalid_value | custom
function aborted(x, startIndex = 0) {
    if (x.aborted === true)
        return true;
    for (let i = startIndex; i < x.issues.length; i++) {
        if (x.issues[i]?.continue !== true) {
            return true;
        }
    }
    return false;
}
// Checks for explicit abort (continue === false), as opposed to implicit abort (continue === undefined). Used to respect `abort: true` in .refine() even for checks that have a `when` function.
function explicitlyAborted(x, startIndex = 0) {
    if (x.aborted === true)
        return true;
    for (let i = startIndex; i < x.issues.length; i++) {
        if (x.issues[i]?.continue === false) {
            return true;
        }
    }
    return false;
}
function prefixIssues(path, issues) {
    return issues.map((iss) => {
        var _a;
        (_a = iss).path ?? (_a.path = []);
        iss.path.unshift(path);
        return iss;
    });
}
function unwrapMessage(message) {
    return typeof message === "string" ? message : message?.message;
}
/* A check holds no link back to the schema it is attached to — the same check instance is shared by every clone of that schema — so the owner is stamped onto the issues a check just raised, at the only point where both are in scope. Runs on the failure path only; `start` is the issue count from before the check ran. */
/** The leading size checks of `defChecks` that set an upper bound, each paired with it. */
function sizeCaps(defChecks) {
    const caps = [];
    for (const ch of defChecks ?? []) {
        const d = ch._zod.def;
        // a later check may rewrite the value
        if (!/_(length|size)$|_equals$/.test(d.check))
            break;
        const max = d.maximum ?? d.length ?? d.size;
        if (max >= 0)
            caps.push([max, ch]);
    }
    return caps;
}
function attachSchema(issues, start, inst) {
    var _a;
    for (let i = start; i < issues.length; i++) {
        (_a = issues[i]).schema ?? (_a.schema = inst);
    }
}
function finalizeIssue(iss, ctx, config) {
    var _a;
    // A schema that raised an issue itself owns it outright, and outranks any stamp an enclosing check left in `attachSchema`. String formats and z.custom() are schema and check at once, so when they act as a check they defer to that stamp instead.
    const traits = iss.inst?._zod?.traits;
    if (traits?.has("$ZodType")) {
        if (traits.has("$ZodCheck"))
            (_a = iss).schema ?? (_a.schema = iss.inst);
        else
            iss.schema = iss.inst;
    }
    // Decreasing specificity, first map to return a message wins. `inst` is whatever raised the issue, so a check's own map outranks the owning schema's.
    const schemaError = iss.schema !== iss.inst ? iss.schema?._zod.def?.error : undefined;
    const message = iss.message
        ? iss.message
        : (unwrapMessage(iss.inst?._zod.def?.error?.(iss)) ??
            unwrapMessage(schemaError?.(iss)) ??
            unwrapMessage(ctx?.error?.(iss)) ??
            unwrapMessage(config.customError?.(iss)) ??
            unwrapMessage(config.localeError?.(iss)) ??
            "Invalid input");
    // an explicit own-key copy beats object rest with excluded keys, which v8 routes through a generic runtime call; Object.keys rather than for-in so an issue pushed with a prototype does not leak inherited keys, and an own __proto__ key is dropped rather than assigned through the setter
    const full = {};
    for (const k of Object.keys(iss)) {
        if (k === "inst" || k === "schema" || k === "continue" || k === "input" || k === "__proto__")
            continue;
        full[k] = iss[k];
    }
    full.path ?? (full.path = []);
    full.message = message;
    if (ctx?.reportInput) {
        full.input = iss.input;
    }
    return full;
}
function getSizableOrigin(input) {
    if (input instanceof Set)
        return "set";
    if (input instanceof Map)
        return "map";
    // @ts-ignore
    if (input instanceof File)
        return "file";
    return "unknown";
}
const highSurrogate = /[\uD800-\uDBFF]/;
// Code points in `str`: a surrogate pair counts once, a lone surrogate as itself. Hand-rolled because the string iterator allocates and runs ~250x slower on this path; the regex probe exits ~50x quicker for a string with no astral characters.
function codePointLength(str) {
    const units = str.length;
    if (!highSurrogate.test(str))
        return units;
    let count = units;
    for (let i = 0; i < units - 1; i++) {
        if ((str.charCodeAt(i) & 0xfc00) === 0xd800 && (str.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
            count--;
            i++;
        }
    }
    return count;
}
function getLengthableOrigin(input) {
    if (Array.isArray(input))
        return "array";
    if (typeof input === "string")
        return "string";
    return "unknown";
}
function parsedType(data) {
    const t = typeof data;
    switch (t) {
        case "number": {
            return Number.isNaN(data) ? "nan" : "number";
        }
        case "object": {
            if (data === null) {
                return "null";
            }
            if (Array.isArray(data)) {
                return "array";
            }
            const obj = data;
            if (obj && Object.getPrototypeOf(obj) !== Object.prototype && "constructor" in obj && obj.constructor) {
                return obj.constructor.name;
            }
        }
    }
    return t;
}
function issue(...args) {
    const [iss, input, inst] = args;
    if (typeof iss === "string") {
        return {
            message: iss,
            code: "custom",
            input,
            inst,
        };
    }
    return { ...iss };
}
function cleanEnum(obj) {
    return Object.entries(obj)
        .filter(([k, _]) => {
        // return true if NaN, meaning it's not a number, thus a string key
        return Number.isNaN(Number.parseInt(k, 10));
    })
        .map((el) => el[1]);
}
// Codec utility functions
function base64ToUint8Array(base64) {
    const binaryString = atob(base64);
    const bytes = new Uint8Array(binaryString.length);
    for (let i = 0; i < binaryString.length; i++) {
        bytes[i] = binaryString.charCodeAt(i);
    }
    return bytes;
}
function uint8ArrayToBase64(bytes) {
    let binaryString = "";
    for (let i = 0; i < bytes.length; i++) {
        binaryString += String.fromCharCode(bytes[i]);
    }
    return btoa(binaryString);
}
function base64urlToUint8Array(base64url) {
    const base64 = base64url.replace(/-/g, "+").replace(/_/g, "/");
    const padding = "=".repeat((4 - (base64.length % 4)) % 4);
    return base64ToUint8Array(base64 + padding);
}
function uint8ArrayToBase64url(bytes) {
    return uint8ArrayToBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}
function hexToUint8Array(hex) {
    const cleanHex = hex.replace(/^0x/, "");
    if (cleanHex.length % 2 !== 0) {
        throw new Error("Invalid hex string length");
    }
    const bytes = new Uint8Array(cleanHex.length / 2);
    for (let i = 0; i < cleanHex.length; i += 2) {
        bytes[i / 2] = Number.parseInt(cleanHex.slice(i, i + 2), 16);
    }
    return bytes;
}
function uint8ArrayToHex(bytes) {
    return Array.from(bytes)
        .map((b) => b.toString(16).padStart(2, "0"))
        .join("");
}
// instanceof
class Class {
    constructor(..._args) { }
}
//////////    PROTOTYPE INSTALLERS     //////////
//
// Members live on the prototype and materialize per instance on first read, which keeps own-property count under the step where V8 stops using inline slots. Changing anything here means re-measuring runtime, memory and bundle size together — see "The three axes" in AGENTS.md.
/**
 * Installs a trait's members on its prototype. Each value builds that member for the instance on first read; the built value shadows the accessor as an own property, so a detached `const { parse } = schema` keeps working.
 *
 * Call this from a `proto` initializer, which runs once per prototype — never per instance.
 */
function members(proto, table) {
    for (const key in table) {
        const desc = Object.getOwnPropertyDescriptor(table, key);
        // a getter installs as written, so it stays live: `description` reads through to the registry on every access. not enumerable: an object literal's is, and a prototype member never was
        if (desc.get)
            Object.defineProperty(proto, key, { ...desc, enumerable: false });
        // a method materializes bound on first read, which is what keeps a detached member working: `const opt = schema.optional; opt()`
        else
            defineBound(proto, key, desc.value);
    }
}
/** Shadows a prototype member with an own value, so a getter that builds from the instance runs once. */
function own(inst, key, value, enumerable = true) {
    Object.defineProperty(inst, key, { configurable: true, writable: true, enumerable, value });
    return value;
}
/** Like {@link own}, for a member that was never an own data property and has to stay out of `Object.keys`. */
function hide(inst, key, value) {
    return own(inst, key, value, false);
}
/** Adds members a table derives from the instance: each builds on first read and shadows as own data, and assignment shadows the same way, as when these were own properties. */
function derived(computes, table) {
    for (const key in computes) {
        const compute = computes[key];
        // an object literal's accessor is configurable and enumerable, and `members` copies the descriptor as written
        Object.defineProperty(table, key, {
            configurable: true,
            enumerable: true,
            get() {
                return own(this, key, compute(this));
            },
            set(value) {
                own(this, key, value);
            },
        });
    }
    return table;
}
function defineBound(proto, key, fn) {
    Object.defineProperty(proto, key, {
        configurable: true,
        get() {
            // vitest's spyOn calls a prototype getter bare to find the function it wraps, so a nullish receiver answers the raw method
            return this == null ? fn : own(this, key, fn.bind(this));
        },
        set(value) {
            own(this, key, value);
        },
    });
}
/** Returns the prototype to install on, or `undefined` if this group is already installed on it. */
function claim(inst, sentinel) {
    const proto = Object.getPrototypeOf(inst);
    // Runs on every construction, so `in` rather than the costlier `hasOwnProperty.call`. Sentinels are keys the group itself defines.
    return sentinel in proto ? undefined : proto;
}
// The internals whose init chain is installing. A second call for the same one is a derived constructor overriding its base, so it must not construct another schema in between or the override is dropped.
let installing;
// Set while a getter is running, so a value that resolved through a recursion break is not memoized. One shared descriptor shadows the key for the duration, which costs no per-key allocation.
let broke = false;
const breaker = {
    configurable: true,
    get() {
        broke = true;
        return undefined;
    },
};
/**
 * Installs a lazily-derived internal on the `_zod` prototype of `inst`'s
 * constructor, computed from the internals object itself and cached there on
 * first read. One accessor per constructor rather than one per instance.
 */
function defineLazyInternal(inst, key, compute) {
    const proto = Object.getPrototypeOf(inst._zod);
    if (key in proto && installing !== inst._zod) {
        // A repeat construction: everything is installed already. Cleared here so the reference is not held past the first construction of every type.
        installing = undefined;
        return;
    }
    installing = inst._zod;
    Object.defineProperty(proto, key, {
        configurable: true,
        get() {
            // Shadowed before computing so a re-entrant read from a recursive schema resolves to undefined instead of running the getter again.
            Object.defineProperty(this, key, breaker);
            const outer = broke;
            broke = false;
            try {
                const value = compute(this);
                // A result that resolved through a recursion break is recomputed once the graph is complete; everything else memoizes, undefined included.
                if (broke)
                    delete this[key];
                else
                    Object.defineProperty(this, key, { configurable: true, writable: true, value });
                broke = broke || outer;
                return value;
            }
            catch (err) {
                // A compute that threw memoizes nothing, so a later read runs it again and fails the same way. The shadow goes with it, since leaving it installed would answer undefined for every later read.
                delete this[key];
                broke = broke || outer;
                throw err;
            }
        },
        set(value) {
            Object.defineProperty(this, key, { configurable: true, writable: true, value });
        },
    });
}
/**
 * Installs `key` on `inst`'s prototype, computed by `make` on first read and cached there as an own
 * data property. One accessor per constructor rather than one per instance, because an own accessor
 * puts every instance after the first into v8 dictionary mode. The key doubles as the sentinel.
 */
function installLazyProp(inst, key, make, enumerable) {
    const proto = claim(inst, key);
    if (!proto)
        return;
    Object.defineProperty(proto, key, {
        configurable: true,
        get() {
            // Shadowed before computing, so a re-entrant read from a self-referential shape resolves to undefined instead of running the getter again. A data property rather than an accessor: an own accessor is the dictionary-mode transition this exists to avoid.
            const desc = { configurable: true, writable: true, enumerable, value: undefined };
            Object.defineProperty(this, key, desc);
            // a compute that throws leaves the shadow behind, so later reads answer undefined instead of re-throwing; `defineLazy` did the same, and `defineLazyInternal`'s delete-on-catch would cost bytes in every bundle for a case only a throwing user getter reaches
            desc.value = make(this);
            Object.defineProperty(this, key, desc);
            return desc.value;
        },
        set(value) {
            Object.defineProperty(this, key, { configurable: true, writable: true, enumerable, value });
        },
    });
}
/** Marks the thunk `_catch` synthesises for a constant catch value. `Function.length` cannot tell that thunk from a user callback — rest and defaulted parameters both report arity 0 — and a user callback reads `ctx.error`, whose issues only finalize correctly against the caller's per-parse error map. Provenance can say what arity cannot. A plain string key rather than `Symbol.for`, whose call at module scope no bundler can prove pure — the same shape that anchored `urlCanParse` into every build. */
const CONSTANT_CATCH = "~constantCatch";
/** Wraps a constant catch value in a thunk tagged with {@link CONSTANT_CATCH}. */
function constantCatch(value) {
    const fn = () => value;
    fn[CONSTANT_CATCH] = true;
    return fn;
}


/***/ }),

/***/ 8395:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  YOg: () => (/* binding */ array),
  zMY: () => (/* binding */ schemas_boolean),
  MfU: () => (/* binding */ _catch),
  k5n: () => (/* binding */ _enum),
  Whr: () => (/* binding */ schemas_int),
  _H3: () => (/* binding */ looseObject),
  mee: () => (/* binding */ nullable),
  cl6: () => (/* binding */ nullish),
  aig: () => (/* binding */ schemas_number),
  Ikc: () => (/* binding */ object),
  lqM: () => (/* binding */ optional),
  FsL: () => (/* binding */ pipe),
  YPB: () => (/* binding */ refine),
  YjP: () => (/* binding */ schemas_string),
  pdi: () => (/* binding */ transform),
  KCZ: () => (/* binding */ union),
  L5J: () => (/* binding */ unknown)
});

// UNUSED EXPORTS: ZodMiniAny, ZodMiniArray, ZodMiniBase64, ZodMiniBase64URL, ZodMiniBigInt, ZodMiniBigIntFormat, ZodMiniBoolean, ZodMiniCIDRv4, ZodMiniCIDRv6, ZodMiniCUID, ZodMiniCUID2, ZodMiniCatch, ZodMiniCodec, ZodMiniCreditCard, ZodMiniCustom, ZodMiniCustomStringFormat, ZodMiniDate, ZodMiniDefault, ZodMiniDiscriminatedUnion, ZodMiniE164, ZodMiniEmail, ZodMiniEmoji, ZodMiniEnum, ZodMiniExactOptional, ZodMiniFile, ZodMiniFunction, ZodMiniGUID, ZodMiniIBAN, ZodMiniIPv4, ZodMiniIPv6, ZodMiniIntersection, ZodMiniJWT, ZodMiniKSUID, ZodMiniLazy, ZodMiniLiteral, ZodMiniMAC, ZodMiniMap, ZodMiniNaN, ZodMiniNanoID, ZodMiniNever, ZodMiniNonOptional, ZodMiniNull, ZodMiniNullable, ZodMiniNumber, ZodMiniNumberFormat, ZodMiniObject, ZodMiniOptional, ZodMiniPipe, ZodMiniPrefault, ZodMiniPromise, ZodMiniReadonly, ZodMiniRecord, ZodMiniSet, ZodMiniString, ZodMiniStringFormat, ZodMiniSuccess, ZodMiniSymbol, ZodMiniTemplateLiteral, ZodMiniTransform, ZodMiniTuple, ZodMiniType, ZodMiniULID, ZodMiniURL, ZodMiniUUID, ZodMiniUndefined, ZodMiniUnion, ZodMiniUnknown, ZodMiniVoid, ZodMiniXID, ZodMiniXor, _default, _function, any, base64, base64url, bigint, catchall, check, cidrv4, cidrv6, codec, creditCard, cuid, cuid2, currencyCode, custom, date, describe, discriminatedUnion, e164, email, emoji, exactOptional, exactPartial, extend, file, float32, float64, function, guid, hash, hex, hostname, httpUrl, iban, instanceof, int32, int64, intersection, invertCodec, ipv4, ipv6, json, jwt, keyof, ksuid, lazy, literal, looseRecord, mac, map, merge, meta, nan, nanoid, nativeEnum, never, nonoptional, null, omit, partial, partialRecord, pick, prefault, promise, readonly, record, required, safeExtend, set, strictObject, stringFormat, stringbool, success, superRefine, symbol, templateLiteral, tuple, uint32, uint64, ulid, undefined, url, uuid, uuidv4, uuidv6, uuidv7, void, xid, xor

// EXTERNAL MODULE: ./node_modules/zod/v4/core/core.js
var core_core = __nccwpck_require__(8532);
// EXTERNAL MODULE: ./node_modules/zod/v4/core/checks.js
var core_checks = __nccwpck_require__(4890);
;// CONCATENATED MODULE: ./node_modules/zod/v4/core/regexes.js

/**
 * @deprecated CUID v1 is deprecated by its authors due to information leakage
 * (timestamps embedded in the id). Use {@link cuid2} instead.
 * See https://github.com/paralleldrive/cuid.
 */
const cuid = /^[cC][0-9a-z]{6,}$/;
const cuid2 = /^[0-9a-z]+$/;
const ulid = /^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/;
const xid = /^[0-9a-vA-V]{20}$/;
const ksuid = /^[A-Za-z0-9]{27}$/;
const nanoid = /^[a-zA-Z0-9_-]{21}$/;
function nanoidOfLength(length) {
    return new RegExp(`^[a-zA-Z0-9_-]{${length}}$`);
}
/** ISO 8601-1 duration regex. Does not support the 8601-2 extensions like negative durations or fractional/negative components. */
const duration = /^P(?:(\d+W)|(?!.*W)(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?)$/;
/** Implements ISO 8601-2 extensions like explicit +- prefixes, mixing weeks with other units, and fractional/negative components. */
const extendedDuration = /^[-+]?P(?!$)(?:(?:[-+]?\d+Y)|(?:[-+]?\d+[.,]\d+Y$))?(?:(?:[-+]?\d+M)|(?:[-+]?\d+[.,]\d+M$))?(?:(?:[-+]?\d+W)|(?:[-+]?\d+[.,]\d+W$))?(?:(?:[-+]?\d+D)|(?:[-+]?\d+[.,]\d+D$))?(?:T(?=[\d+-])(?:(?:[-+]?\d+H)|(?:[-+]?\d+[.,]\d+H$))?(?:(?:[-+]?\d+M)|(?:[-+]?\d+[.,]\d+M$))?(?:[-+]?\d+(?:[.,]\d+)?S)?)??$/;
/** A regex for any UUID-like identifier: 8-4-4-4-12 hex pattern */
const guid = /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$/;
/** Returns a regex for validating an RFC 9562/4122 UUID.
 *
 * @param version Optionally specify a version 1-8. If no version is specified, all versions are supported. */
const uuid = (version) => {
    if (!version)
        return /^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff)$/;
    return new RegExp(`^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-${version}[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$`);
};
const uuid4 = /*@__PURE__*/ (/* unused pure expression or super */ null && (uuid(4)));
const uuid6 = /*@__PURE__*/ (/* unused pure expression or super */ null && (uuid(6)));
const uuid7 = /*@__PURE__*/ (/* unused pure expression or super */ null && (uuid(7)));
/** Practical email validation */
const email = /^(?:[A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$/;
/** Equivalent to the HTML5 input[type=email] validation implemented by browsers. Source: https://developer.mozilla.org/en-US/docs/Web/HTML/Element/input/email */
const html5Email = /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
/** The classic emailregex.com regex for RFC 5322-compliant emails */
const rfc5322Email = /^(([^<>()\[\]\\.,;:\s@"]+(\.[^<>()\[\]\\.,;:\s@"]+)*)|(".+"))@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}])|(([a-zA-Z\-0-9]+\.)+[a-zA-Z]{2,}))$/;
/** A loose regex that allows Unicode characters, enforces length limits, and that's about it. */
const unicodeEmail = /^[^\s@"]{1,64}@[^\s@]{1,255}$/u;
const idnEmail = (/* unused pure expression or super */ null && (unicodeEmail));
const browserEmail = /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
// from https://thekevinscott.com/emojis-in-javascript/#writing-a-regular-expression
// Single character class, not an alternation: the two properties overlap (U+1F9B0-U+1F9B3), so `(A|B)+` backtracks exponentially on a failed match. The leading lookahead then demands one anchor — a pictograph, a regional indicator, or the enclosing keycap — because `\p{Emoji_Component}` on its own covers ASCII digits, `#`, `*`, ZWJ, variation selectors and skin tone modifiers, none of which is an emoji without a base.
const _emoji = (/* unused pure expression or super */ null && (`^(?=[\\s\\S]*[\\p{Extended_Pictographic}\\p{Regional_Indicator}\\u20E3])[\\p{Extended_Pictographic}\\p{Emoji_Component}]+$`));
function emoji() {
    return new RegExp(_emoji, "u");
}
const ipv4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])$/;
const ipv6 = /^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))$/;
const mac = (delimiter) => {
    const escapedDelim = util.escapeRegex(delimiter ?? ":");
    return new RegExp(`^(?:[0-9A-F]{2}${escapedDelim}){5}[0-9A-F]{2}$|^(?:[0-9a-f]{2}${escapedDelim}){5}[0-9a-f]{2}$`);
};
const cidrv4 = /^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])\/([0-9]|[1-2][0-9]|3[0-2])$/;
const cidrv6 = /^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|([0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,5}(:[0-9a-fA-F]{1,4}){1,2}|([0-9a-fA-F]{1,4}:){1,4}(:[0-9a-fA-F]{1,4}){1,3}|([0-9a-fA-F]{1,4}:){1,3}(:[0-9a-fA-F]{1,4}){1,4}|([0-9a-fA-F]{1,4}:){1,2}(:[0-9a-fA-F]{1,4}){1,5}|[0-9a-fA-F]{1,4}:((:[0-9a-fA-F]{1,4}){1,6})|:((:[0-9a-fA-F]{1,4}){1,7}|:))\/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$/;
// https://stackoverflow.com/questions/7860392/determine-if-string-is-in-base64-using-javascript
const base64 = /^$|^(?:[0-9a-zA-Z+/]{4})*(?:(?:[0-9a-zA-Z+/]{2}==)|(?:[0-9a-zA-Z+/]{3}=))?$/;
const base64url = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$/;
// based on https://stackoverflow.com/questions/106179/regular-expression-to-match-dns-hostname-or-ip-address
// export const hostname: RegExp = /^([a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+$/;
const hostname = /^(?=.{1,253}\.?$)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[-0-9a-zA-Z]{0,61}[0-9a-zA-Z])?)*\.?$/;
const domain = /^(?=.{1,253}$)([a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}$/;
const httpProtocol = /^https?$/;
// https://blog.stevenlevithan.com/archives/validate-phone-number#r4-3 (regex sans spaces) E.164: leading digit must be 1-9; total digits (excluding '+') between 7-15
const e164 = /^\+[1-9]\d{6,14}$/;
// Credit card shape: 12–19 digits, optionally separated by single spaces or single hyphens. ISO/IEC 7812 caps the PAN at 19 digits; 12 is the shortest issued length (Maestro).
const creditCard = /^\d(?:[ -]?\d){11,18}$/;
// ISO 4217 alpha codes from the SIX list, regenerated by scripts/update-iso-4217.ts
const currencyCode = /^(?:AED|AFN|ALL|AMD|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BHD|BIF|BMD|BND|BOB|BOV|BRL|BSD|BTN|BWP|BYN|BZD|CAD|CDF|CHE|CHF|CHW|CLF|CLP|CNY|COP|COU|CRC|CUP|CVE|CZK|DJF|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|GIP|GMD|GNF|GTQ|GYD|HKD|HNL|HTG|HUF|IDR|ILS|INR|IQD|IRR|ISK|JMD|JOD|JPY|KES|KGS|KHR|KMF|KPW|KRW|KWD|KYD|KZT|LAK|LBP|LKR|LRD|LSL|LYD|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MXV|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|OMR|PAB|PEN|PGK|PHP|PKR|PLN|PYG|QAR|RON|RSD|RUB|RWF|SAR|SBD|SCR|SDG|SEK|SGD|SHP|SLE|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TND|TOP|TRY|TTD|TWD|TZS|UAH|UGX|USD|USN|UYI|UYU|UYW|UZS|VED|VES|VND|VUV|WST|XAD|XAF|XAG|XAU|XBA|XBB|XBC|XBD|XCD|XCG|XDR|XOF|XPD|XPF|XPT|XSU|XTS|XUA|XXX|YER|ZAR|ZMW|ZWG)$/;
// iban electronic format: 2-letter country, check digits 02-98 (the only values `98 - remainder` can produce), 11-30 bban characters
const iban = /^[A-Z]{2}(?!00|01|99)\d{2}[A-Z0-9]{11,30}$/;
const dateSource = (/* unused pure expression or super */ null && (`(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))`));
/** Anchors a pattern source. The interpolation lives here rather than at the call site because
 * esbuild will not drop a `@__PURE__` call whose own argument interpolates a variable, but it
 * will drop `anchor(dateSource)`. Keeping it inline pinned `date` into every bundle. */
function regexes_anchor(source) {
    return new RegExp(`^${source}$`);
}
const date = /*@__PURE__*/ (/* unused pure expression or super */ null && (regexes_anchor(dateSource)));
function timeSource(args) {
    const hhmm = `(?:[01]\\d|2[0-3]):[0-5]\\d`;
    const regex = typeof args.precision === "number"
        ? args.precision === -1
            ? `${hhmm}`
            : args.precision === 0
                ? `${hhmm}:[0-5]\\d`
                : `${hhmm}:[0-5]\\d\\.\\d{${args.precision}}`
        : args.seconds
            ? `${hhmm}:[0-5]\\d(?:\\.\\d+)?`
            : `${hhmm}(?::[0-5]\\d(?:\\.\\d+)?)?`;
    return regex;
}
function time(args) {
    return new RegExp(`^${timeSource(args)}$`);
}
// Adapted from https://stackoverflow.com/a/3143231
function datetime(args) {
    const opts = ["Z"];
    // if (args.offset) opts.push(`([+-]\\d{2}:\\d{2})`);
    if (args.offset)
        opts.push(`([+-](?:[01]\\d|2[0-3]):[0-5]\\d)`);
    // RFC 3339 mandates seconds wherever the time carries a `Z` or an offset, so only the unqualified form `local` adds may omit them
    const qualified = `${timeSource({ precision: args.precision, seconds: true })}(?:${opts.join("|")})`;
    const timeRegex = args.local ? `${qualified}|${timeSource({ precision: args.precision })}` : qualified;
    return new RegExp(`^${dateSource}T(?:${timeRegex})$`);
}
// the unbounded form of `string()` as a literal, so every plain string shares one instance instead of building its own
const anyString = /^[\s\S]{0,}$/;
const string = (params) => {
    const regex = params ? `[\\s\\S]{${params?.minimum ?? 0},${params?.maximum ?? ""}}` : `[\\s\\S]*`;
    return new RegExp(`^${regex}$`);
};
const bigint = /^-?\d+n?$/;
const integer = /^-?\d+$/;
const number = /^-?\d+(?:\.\d+)?$/;
const regexes_boolean = /^(?:true|false)$/i;
const _null = /^null$/i;

const _undefined = /^undefined$/i;

// regex for string with no uppercase letters
const lowercase = /^[^A-Z]*$/;
// regex for string with no lowercase letters
const uppercase = /^[^a-z]*$/;
// regex for hexadecimal strings (any length)
const hex = /^[0-9a-fA-F]*$/;
// Hash regexes for different algorithms and encodings
// Helper function to create base64 regex with exact length and padding
function fixedBase64(bodyLength, padding) {
    return new RegExp(`^[A-Za-z0-9+/]{${bodyLength}}${padding}$`);
}
// Helper function to create base64url regex with exact length (no padding)
function fixedBase64url(length) {
    return new RegExp(`^[A-Za-z0-9_-]{${length}}$`);
}
// MD5 (16 bytes): base64 = 24 chars total (22 + "==")
const md5_hex = /^[0-9a-fA-F]{32}$/;
const md5_base64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64(22, "==")));
const md5_base64url = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64url(22)));
// SHA1 (20 bytes): base64 = 28 chars total (27 + "=")
const sha1_hex = /^[0-9a-fA-F]{40}$/;
const sha1_base64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64(27, "=")));
const sha1_base64url = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64url(27)));
// SHA256 (32 bytes): base64 = 44 chars total (43 + "=")
const sha256_hex = /^[0-9a-fA-F]{64}$/;
const sha256_base64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64(43, "=")));
const sha256_base64url = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64url(43)));
// SHA384 (48 bytes): base64 = 64 chars total (no padding)
const sha384_hex = /^[0-9a-fA-F]{96}$/;
const sha384_base64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64(64, "")));
const sha384_base64url = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64url(64)));
// SHA512 (64 bytes): base64 = 88 chars total (86 + "==")
const sha512_hex = /^[0-9a-fA-F]{128}$/;
const sha512_base64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64(86, "==")));
const sha512_base64url = /*@__PURE__*/ (/* unused pure expression or super */ null && (fixedBase64url(86)));

// EXTERNAL MODULE: ./node_modules/zod/v4/core/util.js
var core_util = __nccwpck_require__(4723);
;// CONCATENATED MODULE: ./node_modules/zod/v4/core/versions.js
const version = {
    major: 4,
    minor: 6,
    patch: 7,
};

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/schemas.js







const $ZodType = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodType", (inst, def) => {
    var _a;
    inst ?? (inst = {});
    inst._zod.def = def; // set _def property
    inst._zod.bag = inst._zod.bag || {}; // initialize _bag object
    inst._zod.version = version;
    const defChecks = inst._zod.def.checks;
    // if inst is itself a checks.$ZodCheck, run it as a check
    const checks = inst._zod.traits.has("$ZodCheck")
        ? [inst, ...(defChecks ?? [])]
        : defChecks?.length
            ? [...defChecks]
            : [];
    for (const ch of checks) {
        for (const fn of ch._zod.onattach) {
            fn(inst);
        }
    }
    if (checks.length === 0) {
        // deferred initializer inst._zod.parse is not yet defined
        (_a = inst._zod).deferred ?? (_a.deferred = []);
        inst._zod.deferred?.push(() => {
            inst._zod.run = inst._zod.parse;
        });
    }
    else {
        const runChecks = (payload, checks, ctx) => {
            if (payload.memo)
                return payload;
            let isAborted = core_util/* aborted */.QH(payload);
            let asyncResult;
            for (const ch of checks) {
                if (ch._zod.def.when) {
                    if (core_util/* explicitlyAborted */.rL(payload))
                        continue;
                    const shouldRun = ch._zod.def.when(payload);
                    if (!shouldRun)
                        continue;
                }
                else if (isAborted) {
                    continue;
                }
                const currLen = payload.issues.length;
                const _ = ch._zod.check(payload);
                if (_ instanceof Promise && ctx?.async === false) {
                    throw new core_core/* $ZodAsyncError */.GT();
                }
                if (asyncResult || _ instanceof Promise) {
                    asyncResult = (asyncResult ?? Promise.resolve()).then(async () => {
                        await _;
                        const nextLen = payload.issues.length;
                        if (nextLen === currLen)
                            return;
                        core_util/* attachSchema */.d3(payload.issues, currLen, inst);
                        if (!isAborted)
                            isAborted = core_util/* aborted */.QH(payload, currLen);
                    });
                }
                else {
                    const nextLen = payload.issues.length;
                    if (nextLen === currLen)
                        continue;
                    core_util/* attachSchema */.d3(payload.issues, currLen, inst);
                    if (!isAborted)
                        isAborted = core_util/* aborted */.QH(payload, currLen);
                }
            }
            if (asyncResult) {
                return asyncResult.then(() => {
                    return payload;
                });
            }
            return payload;
        };
        const handleCanaryResult = (canary, payload, ctx) => {
            // abort if the canary is aborted
            if (core_util/* aborted */.QH(canary)) {
                canary.aborted = true;
                return canary;
            }
            // run checks first, then
            const checkResult = runChecks(payload, checks, ctx);
            if (checkResult instanceof Promise) {
                if (ctx.async === false)
                    throw new core_core/* $ZodAsyncError */.GT();
                return checkResult.then((checkResult) => inst._zod.parse(checkResult, ctx));
            }
            return inst._zod.parse(checkResult, ctx);
        };
        inst._zod.run = (payload, ctx) => {
            if (ctx.skipChecks) {
                return inst._zod.parse(payload, ctx);
            }
            if (ctx.direction === "backward") {
                // run canary initial pass (no checks)
                const canary = inst._zod.parse({ value: payload.value, issues: [] }, { ...ctx, skipChecks: true });
                if (canary instanceof Promise) {
                    return canary.then((canary) => {
                        return handleCanaryResult(canary, payload, ctx);
                    });
                }
                return handleCanaryResult(canary, payload, ctx);
            }
            // forward
            const result = inst._zod.parse(payload, ctx);
            if (result instanceof Promise) {
                if (ctx.async === false)
                    throw new core_core/* $ZodAsyncError */.GT();
                return result.then((result) => runChecks(result, checks, ctx));
            }
            return runChecks(result, checks, ctx);
        };
    }
}, {
    // Wrappers extend this by installing a richer factory over it; reading it eagerly would defeat the laziness.
    get "~standard"() {
        return core_util/* hide */.jD(this, "~standard", standardProps(this));
    },
    set "~standard"(value) {
        core_util/* own */.qh(this, "~standard", value);
    },
});
/** The Standard Schema surface for `inst`. Shared so wrappers can extend it without forcing it. */
// a Standard Schema result only reports issues, so a failure finalizes them straight off the raw payload: no ZodError, and no lazy result to read through
const toStandardResult = (r, ctx) => r.issues.length ? { issues: r.issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W())) } : { value: r.value };
async function validateAsync(inst, value) {
    const ctx = { async: true };
    return toStandardResult((await inst._zod.run({ value, issues: [] }, ctx)), ctx);
}
function standardProps(inst) {
    return {
        validate: (value) => {
            const ctx = { async: false };
            try {
                const r = inst._zod.run({ value, issues: [] }, ctx);
                if (!(r instanceof Promise))
                    return toStandardResult(r, ctx);
            }
            catch (_) { }
            // async function so a synchronously throwing check rejects instead of escaping validate
            return validateAsync(inst, value);
        },
        vendor: "zod",
        version: 1,
    };
}

const $ZodString = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodString", (inst, def) => {
    $ZodType.init(inst, def);
    // a format's own pattern, else unbounded; a template literal derives the check-aware form itself
    inst._zod.pattern = def.pattern ?? anyString;
    inst._zod.parse = (payload, _) => {
        if (def.coerce)
            try {
                payload.value = String(payload.value);
            }
            catch (_) { }
        if (typeof payload.value === "string")
            return payload;
        payload.issues.push({
            expected: "string",
            code: "invalid_type",
            input: payload.value,
            inst,
        });
        return payload;
    };
});
const $ZodStringFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodStringFormat", (inst, def) => {
    // check initialization must come first
    checks.$ZodCheckStringFormat.init(inst, def);
    $ZodString.init(inst, def);
})));
const $ZodGUID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodGUID", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.guid);
    $ZodStringFormat.init(inst, def);
})));
const $ZodUUID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodUUID", (inst, def) => {
    if (def.version) {
        const versionMap = {
            v1: 1,
            v2: 2,
            v3: 3,
            v4: 4,
            v5: 5,
            v6: 6,
            v7: 7,
            v8: 8,
        };
        const v = versionMap[def.version];
        if (v === undefined)
            throw new Error(`Invalid UUID version: "${def.version}"`);
        def.pattern ?? (def.pattern = regexes.uuid(v));
    }
    else
        def.pattern ?? (def.pattern = regexes.uuid());
    $ZodStringFormat.init(inst, def);
})));
const $ZodEmail = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodEmail", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.email);
    $ZodStringFormat.init(inst, def);
})));
/** The `://` guard rejected the input before the URL constructor saw it. */
const URL_BAD_FORMAT = 1;
/** The URL parser rejected the input. */
const URL_UNPARSEABLE = 2;
function canParseURL(input) {
    try {
        if (typeof URL !== "undefined" && typeof URL.canParse === "function")
            return URL.canParse(input);
        new URL(input);
        return true;
    }
    catch {
        return false;
    }
}
function validateURL(trimmed, def) {
    if (!("normalize" in def) && !("hostname" in def) && !("protocol" in def)) {
        return canParseURL(trimmed) || URL_UNPARSEABLE;
    }
    return parseURLObject(trimmed, def);
}
/** Parses a URL while preserving the non-normalizing HTTP guard. */
function parseURLObject(trimmed, def) {
    // When normalize is off, require :// for http/https URLs. This prevents strings like "http:example.com" or "https:/path" from being silently accepted
    if (!def.normalize && def.protocol?.source === regexes.httpProtocol.source && !/^https?:\/\//i.test(trimmed)) {
        return URL_BAD_FORMAT;
    }
    try {
        if (typeof URL !== "undefined") {
            const URLStatic = URL;
            if (typeof URLStatic.parse === "function")
                return URLStatic.parse(trimmed) ?? URL_UNPARSEABLE;
        }
        // @ts-ignore
        return new URL(trimmed);
    }
    catch {
        return URL_UNPARSEABLE;
    }
}
const asciiTabOrNewline = /[\t\n\r]/g;
/** The URL parser deletes every ASCII tab, LF and CR from its input before it parses, so `new URL("https://exa\nmple.com")` reports on `example.com`. Applying the same deletion to the returned value closes the half of that divergence which can move the host; the parser's other rewrite, stripping C0 controls at the edges, cannot. */
function stripTabAndNewline(value) {
    return value.replace(asciiTabOrNewline, "");
}
function urlHostnameOk(url, hostname) {
    hostname.lastIndex = 0;
    return hostname.test(url.hostname);
}
function urlProtocolOk(url, protocol) {
    protocol.lastIndex = 0;
    return protocol.test(url.protocol.endsWith(":") ? url.protocol.slice(0, -1) : url.protocol);
}
const $ZodURL = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodURL", (inst, def) => {
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        try {
            // Trim whitespace from input
            const trimmed = payload.value.trim();
            const url = validateURL(trimmed, def);
            if (url === URL_BAD_FORMAT) {
                payload.issues.push({
                    code: "invalid_format",
                    format: "url",
                    note: "Invalid URL format",
                    input: payload.value,
                    inst,
                    continue: !def.abort,
                });
                return;
            }
            if (url === URL_UNPARSEABLE) {
                payload.issues.push({
                    code: "invalid_format",
                    format: "url",
                    input: payload.value,
                    inst,
                    continue: !def.abort,
                });
                return;
            }
            if (url === true) {
                payload.value = stripTabAndNewline(trimmed);
                return;
            }
            if (def.hostname && !urlHostnameOk(url, def.hostname)) {
                payload.issues.push({
                    code: "invalid_format",
                    format: "url",
                    note: "Invalid hostname",
                    pattern: def.hostname.source,
                    input: payload.value,
                    inst,
                    continue: !def.abort,
                });
            }
            if (def.protocol && !urlProtocolOk(url, def.protocol)) {
                payload.issues.push({
                    code: "invalid_format",
                    format: "url",
                    note: "Invalid protocol",
                    pattern: def.protocol.source,
                    input: payload.value,
                    inst,
                    continue: !def.abort,
                });
            }
            // Set the output value based on normalize flag
            payload.value = def.normalize ? url.href : stripTabAndNewline(trimmed);
            return;
        }
        catch (_) {
            payload.issues.push({
                code: "invalid_format",
                format: "url",
                input: payload.value,
                inst,
                continue: !def.abort,
            });
        }
    };
})));
const $ZodEmoji = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodEmoji", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.emoji());
    $ZodStringFormat.init(inst, def);
})));
const $ZodNanoID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodNanoID", (inst, def) => {
    if (def.length !== undefined && (!Number.isInteger(def.length) || def.length < 1))
        throw new Error(`Invalid nanoid length: ${def.length}`);
    def.pattern ?? (def.pattern = def.length === undefined ? regexes.nanoid : regexes.nanoidOfLength(def.length));
    $ZodStringFormat.init(inst, def);
})));
/**
 * @deprecated CUID v1 is deprecated by its authors due to information leakage
 * (timestamps embedded in the id). Use {@link $ZodCUID2} instead.
 * See https://github.com/paralleldrive/cuid.
 */
const $ZodCUID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCUID", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.cuid);
    $ZodStringFormat.init(inst, def);
})));
const $ZodCUID2 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCUID2", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.cuid2);
    $ZodStringFormat.init(inst, def);
})));
const $ZodULID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodULID", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.ulid);
    $ZodStringFormat.init(inst, def);
})));
const $ZodXID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodXID", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.xid);
    $ZodStringFormat.init(inst, def);
})));
const $ZodKSUID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodKSUID", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.ksuid);
    $ZodStringFormat.init(inst, def);
})));
const $ZodISODateTime = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodISODateTime", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.datetime(def));
    $ZodStringFormat.init(inst, def);
})));
const $ZodISODate = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodISODate", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.date);
    $ZodStringFormat.init(inst, def);
})));
const $ZodISOTime = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodISOTime", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.time(def));
    $ZodStringFormat.init(inst, def);
})));
const $ZodISODuration = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodISODuration", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.duration);
    $ZodStringFormat.init(inst, def);
})));
const $ZodIPv4 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodIPv4", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.ipv4);
    $ZodStringFormat.init(inst, def);
})));
/** An IPv6 address is written with hex digits, colons and dots, and nothing else. The guard is what makes the check below an IPv6 check: `new URL("http://[...]")` parses an authority, not an address, so `@` and `\` re-delimit it and `"::@1\\"` validates against the host `0.0.0.1`. The URL parser also deletes ASCII tab, LF and CR rather than failing, which is how `"::1\n"` validated as `::1`. */
const ipv6Alphabet = /^[0-9a-fA-F:.]+$/;
function isValidIPv6(value) {
    if (!ipv6Alphabet.test(value))
        return false;
    return canParseURL(`http://[${value}]`);
}
const $ZodIPv6 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodIPv6", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.ipv6);
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (!isValidIPv6(payload.value)) {
            payload.issues.push({
                code: "invalid_format",
                format: "ipv6",
                input: payload.value,
                inst,
                continue: !def.abort,
            });
        }
    };
})));
const $ZodMAC = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodMAC", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.mac(def.delimiter));
    $ZodStringFormat.init(inst, def);
})));
const $ZodCIDRv4 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCIDRv4", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.cidrv4);
    $ZodStringFormat.init(inst, def);
})));
function isValidCIDRv6(value) {
    const parts = value.split("/");
    if (parts.length !== 2)
        return false;
    const [address, prefix] = parts;
    if (!prefix)
        return false;
    const prefixNum = Number(prefix);
    if (`${prefixNum}` !== prefix)
        return false;
    if (prefixNum < 0 || prefixNum > 128)
        return false;
    return isValidIPv6(address);
}
const $ZodCIDRv6 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCIDRv6", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.cidrv6); // not used for validation
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (!isValidCIDRv6(payload.value)) {
            payload.issues.push({
                code: "invalid_format",
                format: "cidrv6",
                input: payload.value,
                inst,
                continue: !def.abort,
            });
        }
    };
})));
//////////////////////////////   ZodBase64   //////////////////////////////
function isValidBase64(data) {
    if (data === "")
        return true;
    // atob ignores whitespace, so reject it up front.
    if (/\s/.test(data))
        return false;
    if (data.length % 4 !== 0)
        return false;
    try {
        // @ts-ignore
        atob(data);
        return true;
    }
    catch {
        return false;
    }
}
// lax on purpose: the quantified regexes.base64 overflows the regex stack on multi-MB input and its leading ^$| alternation leaks through template-literal composition; isValidBase64 enforces length and padding
const base64Charset = /^[0-9a-zA-Z+/]*={0,2}$/;
const $ZodBase64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodBase64", (inst, def) => {
    def.pattern ?? (def.pattern = base64Charset);
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (isValidBase64(payload.value))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: "base64",
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
//////////////////////////////   ZodBase64URL   //////////////////////////////
// lax on purpose: the quantified regexes.base64url overflows the regex stack on multi-MB input; isValidBase64 enforces length on the padded string
const base64urlCharset = /^[A-Za-z0-9_-]*$/;
function isValidBase64URL(data) {
    if (!base64urlCharset.test(data))
        return false;
    const base64 = data.replace(/[-_]/g, (c) => (c === "-" ? "+" : "/"));
    const padded = base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
    return isValidBase64(padded);
}
const $ZodBase64URL = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodBase64URL", (inst, def) => {
    def.pattern ?? (def.pattern = base64urlCharset);
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (isValidBase64URL(payload.value))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: "base64url",
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodE164 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodE164", (inst, def) => {
    def.pattern ?? (def.pattern = regexes.e164);
    $ZodStringFormat.init(inst, def);
})));
//////////////////////////////   ZodCreditCard   //////////////////////////////
const CC_SANITIZE = /[- ]/g;
/** Luhn checksum on a digit-only string. Adapted from valibot (MIT). */
function isLuhnAlgo(digits) {
    let length = digits.length;
    let bit = 1;
    let sum = 0;
    while (length) {
        const value = digits.charCodeAt(--length) - 48;
        bit ^= 1;
        sum += bit ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][value] : value;
    }
    return sum % 10 === 0;
}
function isValidCreditCard(input) {
    if (!regexes.creditCard.test(input))
        return false;
    return isLuhnAlgo(input.replace(CC_SANITIZE, ""));
}
const $ZodCreditCard = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCreditCard", (inst, def) => {
    // Shape only — the Luhn check below is not expressible as a pattern, so consumers of `pattern` (JSON Schema, template literals) get the length and separator rules alone.
    def.pattern ?? (def.pattern = regexes.creditCard);
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (isValidCreditCard(payload.value))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: "credit_card",
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
//////////////////////////////   ZodIBAN   //////////////////////////////
// iso 7064 mod 97-10 checksum without BigInt
function isIso7064Mod97(iban) {
    let remainder = 0;
    const len = iban.length;
    for (let i = 4; i < len; i++) {
        const code = iban.charCodeAt(i);
        remainder = (code >= 65 ? remainder * 100 + (code - 55) : remainder * 10 + (code - 48)) % 97;
    }
    for (let i = 0; i < 4; i++) {
        const code = iban.charCodeAt(i);
        remainder = (code >= 65 ? remainder * 100 + (code - 55) : remainder * 10 + (code - 48)) % 97;
    }
    return remainder === 1;
}
function isValidIBAN(input) {
    if (!regexes.iban.test(input))
        return false;
    return isIso7064Mod97(input);
}
const $ZodIBAN = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodIBAN", (inst, def) => {
    // shape only — checksum is not expressible as a pattern
    def.pattern ?? (def.pattern = regexes.iban);
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (isValidIBAN(payload.value))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: "iban",
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
//////////////////////////////   ZodJWT   //////////////////////////////
function isValidJWT(token, algorithm = null) {
    try {
        const tokensParts = token.split(".");
        if (tokensParts.length !== 3)
            return false;
        const [header] = tokensParts;
        if (!header)
            return false;
        // @ts-ignore
        const parsedHeader = JSON.parse(atob(header));
        if ("typ" in parsedHeader && parsedHeader?.typ !== "JWT")
            return false;
        if (!parsedHeader.alg)
            return false;
        if (algorithm && (!("alg" in parsedHeader) || parsedHeader.alg !== algorithm))
            return false;
        return true;
    }
    catch {
        return false;
    }
}
const $ZodJWT = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodJWT", (inst, def) => {
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (isValidJWT(payload.value, def.alg))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: "jwt",
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodCustomStringFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCustomStringFormat", (inst, def) => {
    $ZodStringFormat.init(inst, def);
    inst._zod.check = (payload) => {
        if (def.fn(payload.value))
            return;
        payload.issues.push({
            code: "invalid_format",
            format: def.format,
            input: payload.value,
            inst,
            continue: !def.abort,
        });
    };
})));
const $ZodNumber = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodNumber", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.pattern = number;
    inst._zod.parse = (payload, _ctx) => {
        if (def.coerce)
            try {
                payload.value = Number(payload.value);
            }
            catch (_) { }
        const input = payload.value;
        if (typeof input === "number" && !Number.isNaN(input) && Number.isFinite(input)) {
            return payload;
        }
        const received = typeof input === "number"
            ? Number.isNaN(input)
                ? "NaN"
                : !Number.isFinite(input)
                    ? String(input)
                    : undefined
            : undefined;
        payload.issues.push({
            expected: "number",
            code: "invalid_type",
            input,
            inst,
            ...(received ? { received } : {}),
        });
        return payload;
    };
});
const $ZodNumberFormat = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodNumberFormat", (inst, def) => {
    core_checks/* $ZodCheckNumberFormat */.KH.init(inst, def);
    $ZodNumber.init(inst, def); // no format checks
});
const $ZodBoolean = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodBoolean", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.pattern = regexes_boolean;
    inst._zod.parse = (payload, _ctx) => {
        if (def.coerce)
            try {
                payload.value = Boolean(payload.value);
            }
            catch (_) { }
        const input = payload.value;
        if (typeof input === "boolean")
            return payload;
        payload.issues.push({
            expected: "boolean",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
});
const $ZodBigInt = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodBigInt", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.pattern = regexes.bigint;
    inst._zod.parse = (payload, _ctx) => {
        if (def.coerce)
            try {
                payload.value = BigInt(payload.value);
            }
            catch (_) { }
        if (typeof payload.value === "bigint")
            return payload;
        payload.issues.push({
            expected: "bigint",
            code: "invalid_type",
            input: payload.value,
            inst,
        });
        return payload;
    };
})));
const $ZodBigIntFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodBigIntFormat", (inst, def) => {
    checks.$ZodCheckBigIntFormat.init(inst, def);
    $ZodBigInt.init(inst, def); // no format checks
})));
const $ZodSymbol = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodSymbol", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (typeof input === "symbol")
            return payload;
        payload.issues.push({
            expected: "symbol",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodUndefined = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodUndefined", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.pattern = regexes.undefined;
    inst._zod.values = new Set([undefined]);
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (typeof input === "undefined")
            return payload;
        payload.issues.push({
            expected: "undefined",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodNull = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodNull", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.pattern = regexes.null;
    inst._zod.values = new Set([null]);
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (input === null)
            return payload;
        payload.issues.push({
            expected: "null",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodAny = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodAny", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload) => payload;
})));
const $ZodUnknown = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodUnknown", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload) => payload;
});
const $ZodNever = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodNever", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        payload.issues.push({
            expected: "never",
            code: "invalid_type",
            input: payload.value,
            inst,
        });
        return payload;
    };
})));
const $ZodVoid = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodVoid", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (typeof input === "undefined")
            return payload;
        payload.issues.push({
            expected: "void",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodDate = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodDate", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        if (def.coerce) {
            try {
                payload.value = new Date(payload.value);
            }
            catch (_err) { }
        }
        const input = payload.value;
        const isDate = input instanceof Date;
        const isValidDate = isDate && !Number.isNaN(input.getTime());
        if (isValidDate)
            return payload;
        payload.issues.push({
            expected: "date",
            code: "invalid_type",
            input,
            ...(isDate ? { received: "Invalid Date" } : {}),
            inst,
        });
        return payload;
    };
})));
// an oversized container fails its leading size checks before any element is parsed
function capSize(inst, size) {
    const caps = core_util/* sizeCaps */.hi(inst._zod.def.checks);
    if (!caps.length)
        return;
    const cap = Math.min(...caps.map((c) => c[0]));
    const parse = inst._zod.parse;
    inst._zod.parse = (payload, ctx) => {
        const n = size(payload.value);
        if (n > cap && !ctx?.skipChecks && ctx?.direction !== "backward") {
            for (const [max, ch] of core_util/* sizeCaps */.hi(inst._zod.def.checks)) {
                if (n > max && ch._zod.def.when(payload)) {
                    const start = payload.issues.length;
                    ch._zod.check(payload);
                    // the value is still the raw input, so no later check may read it
                    payload.issues[start].continue = false;
                    core_util/* attachSchema */.d3(payload.issues, start, inst);
                    return payload;
                }
            }
        }
        return parse(payload, ctx);
    };
}
const arraySize = (input) => (Array.isArray(input) ? input.length : -1);
const mapSize = (input) => (input instanceof Map ? input.size : -1);
const setSize = (input) => (input instanceof Set ? input.size : -1);
function handleArrayResult(result, final, index) {
    if (result.issues.length) {
        final.issues.push(...core_util/* prefixIssues */.lQ(index, result.issues));
    }
    final.value[index] = result.value;
}
const $ZodArray = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodArray", (inst, def) => {
    $ZodType.init(inst, def);
    const memo = core_core/* globalConfig */.cr.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!Array.isArray(input)) {
            payload.issues.push({
                expected: "array",
                code: "invalid_type",
                input,
                inst,
            });
            return payload;
        }
        payload.value = memo ? memo.alloc(inst, payload, Array(input.length), ctx) : Array(input.length);
        const proms = [];
        const abortEarly = ctx?.abortEarly;
        for (let i = 0; i < input.length; i++) {
            const item = input[i];
            const result = def.element._zod.run({
                value: item,
                issues: [],
            }, ctx);
            if (result instanceof Promise) {
                proms.push(result.then((result) => handleArrayResult(result, payload, i)));
            }
            else {
                handleArrayResult(result, payload, i);
                // the element's payload is authoritative here, since handleArrayResult forwards every issue; an object's is not, because it drops a failed absent optional
                if (abortEarly && result.issues.length !== 0 && core_util/* aborted */.QH(result))
                    break;
            }
        }
        if (proms.length) {
            return Promise.all(proms).then(() => payload);
        }
        return payload; //handleArrayResultsAsync(parseResults, final);
    };
    capSize(inst, arraySize);
});
function handlePropertyResult(result, final, key, input, optin, optout) {
    const isPresent = key in input;
    const isOptionalOut = optout === "optional";
    // The middle rung means "absence permitted, nothing supplied in its place", so an absent key contributes nothing — whatever the schema made of `undefined` is invented, not substituted. Only `optional` reaches this with a value: `defaulted` substitutes, and a schema that isn't optional-out has to keep the key.
    if (!isPresent && isOptionalOut && optin === "optional") {
        return;
    }
    if (result.issues.length) {
        // For optional-in/out schemas, ignore errors on absent keys.
        if (optin !== undefined && isOptionalOut && !isPresent) {
            return;
        }
        final.issues.push(...core_util/* prefixIssues */.lQ(key, result.issues));
    }
    if (!isPresent && optin === undefined) {
        if (!result.issues.length) {
            final.issues.push({
                code: "invalid_type",
                expected: "nonoptional",
                input: undefined,
                path: [key],
            });
        }
        return;
    }
    if (result.value === undefined) {
        if (isPresent || (optin === "defaulted" && !isOptionalOut)) {
            final.value[key] = undefined;
        }
    }
    else {
        final.value[key] = result.value;
    }
}
// one shared instance; a fresh [] per schema cost 56 bytes retained
const NO_SYMBOL_KEYS = [];
function normalizeDef(def) {
    const keys = Object.keys(def.shape);
    const ownSymbols = Object.getOwnPropertySymbols(def.shape);
    const symbolKeys = ownSymbols.length ? ownSymbols : NO_SYMBOL_KEYS;
    // aliases `keys` when there are no symbols, so a string-only shape keeps one array
    const allKeys = symbolKeys.length ? [...keys, ...symbolKeys] : keys;
    for (const k of allKeys) {
        if (!def.shape?.[k]?._zod?.traits?.has("$ZodType")) {
            throw new Error(`Invalid element at key "${String(k)}": expected a Zod schema`);
        }
    }
    const okeys = core_util/* optionalKeys */.NM(def.shape);
    return {
        ...def,
        allKeys,
        symbolKeys,
        // string-only: handleCatchall matches it against `for...in`, which never yields a symbol
        keySet: new Set(keys),
        numKeys: keys.length,
        optionalKeys: new Set(okeys),
    };
}
function handleCatchall(proms, input, payload, ctx, def, inst, abortEarly) {
    const unrecognized = [];
    const keySet = def.keySet;
    const _catchall = def.catchall._zod;
    const t = _catchall.def.type;
    const optin = _catchall.optin;
    const optout = _catchall.optout;
    // starts at 0, not the current length: the shape phase already ran and may have aborted
    let seen = 0;
    for (const key in input) {
        if (abortEarly && payload.issues.length !== seen) {
            if (core_util/* aborted */.QH(payload, seen))
                break;
            seen = payload.issues.length;
        }
        // Must precede the __proto__ branch: a declared key is not unrecognized, even though the shape loop deliberately strips __proto__ from the parsed output.
        if (keySet.has(key))
            continue;
        // Don't copy an undeclared __proto__ into the result; assignment to a plain {} would replace the result prototype. But in strict mode it is still an unknown key, so report it before skipping.
        if (key === "__proto__") {
            if (t === "never")
                unrecognized.push(key);
            continue;
        }
        if (t === "never") {
            unrecognized.push(key);
            continue;
        }
        const r = _catchall.run({ value: input[key], issues: [] }, ctx);
        if (r instanceof Promise) {
            proms.push(r.then((r) => handlePropertyResult(r, payload, key, input, optin, optout)));
        }
        else {
            handlePropertyResult(r, payload, key, input, optin, optout);
        }
    }
    if (unrecognized.length) {
        payload.issues.push({
            code: "unrecognized_keys",
            keys: unrecognized,
            input,
            inst,
            // Describes the shape of the input, not the validity of the parsed value, so it never aborts. The parse still fails; the schema's own checks just get to run first, and an enclosing intersection can reconcile the key against a sibling operand.
            continue: true,
        });
    }
    if (!proms.length)
        return payload;
    return Promise.all(proms).then(() => {
        return payload;
    });
}
const $ZodObject = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodObject", (inst, def) => {
    // requires cast because technically $ZodObject doesn't extend
    $ZodType.init(inst, def);
    const desc = Object.getOwnPropertyDescriptor(def, "shape");
    // a cloned def carries its source's accessor, which knows the shape it answers from; adopting that keeps the clone's keys readable without running it
    const sh = desc?.get ? desc.get.raw : (def.shape ?? {});
    if (sh) {
        // Freezes the shape on first read, so its getters resolve once and every later read sees the same schemas.
        const get = () => {
            const newSh = { ...sh };
            Object.defineProperty(def, "shape", { value: newSh });
            get.raw = newSh;
            return newSh;
        };
        get.raw = sh;
        Object.defineProperty(def, "shape", { get });
    }
    const _normalized = core_util/* cached */.PO(() => normalizeDef(def));
    core_util/* defineLazyInternal */.v5(inst, "propValues", (zod) => {
        const shape = zod.def.shape;
        const propValues = {};
        for (const key in shape) {
            const field = shape[key]._zod;
            if (field.values) {
                if (!Object.prototype.hasOwnProperty.call(propValues, key)) {
                    core_util/* assignProp */.Vy(propValues, key, new Set());
                }
                for (const v of field.values)
                    propValues[key].add(v);
                // An omittable slot reads back as undefined at a discriminator lookup, so it has to claim undefined: two options that can both omit the key are not discriminable on it.
                if (field.optin !== undefined)
                    propValues[key].add(undefined);
            }
        }
        return propValues;
    });
    const isObject = core_util/* isObject */.Gv;
    const catchall = def.catchall;
    let value;
    const memo = core_core/* globalConfig */.cr.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        value ?? (value = _normalized.value);
        const input = payload.value;
        if (!isObject(input)) {
            payload.issues.push({
                expected: "object",
                code: "invalid_type",
                input,
                inst,
            });
            return payload;
        }
        payload.value = memo ? memo.alloc(inst, payload, {}, ctx) : {};
        const proms = [];
        const shape = value.shape;
        const abortEarly = ctx?.abortEarly;
        let seen = payload.issues.length;
        for (const key of value.allKeys) {
            if (abortEarly && payload.issues.length !== seen) {
                if (core_util/* aborted */.QH(payload, seen))
                    break;
                seen = payload.issues.length;
            }
            if (key === "__proto__")
                continue;
            const el = shape[key];
            const optin = el._zod.optin;
            const optout = el._zod.optout;
            const r = el._zod.run({ value: input[key], issues: [] }, ctx);
            if (r instanceof Promise) {
                proms.push(r.then((r) => handlePropertyResult(r, payload, key, input, optin, optout)));
            }
            else {
                handlePropertyResult(r, payload, key, input, optin, optout);
            }
        }
        if (!catchall) {
            return proms.length ? Promise.all(proms).then(() => payload) : payload;
        }
        return handleCatchall(proms, input, payload, ctx, _normalized.value, inst, abortEarly === true);
    };
});
const $ZodObjectJIT = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodObjectJIT", (inst, def) => {
    // requires cast because technically $ZodObject doesn't extend
    $ZodObject.init(inst, def);
    const superParse = inst._zod.parse;
    const _normalized = util.cached(() => normalizeDef(def));
    const memo = core.globalConfig.memoizer;
    const generateFastpass = (shape) => {
        const normalized = _normalized.value;
        const syms = normalized.symbolKeys;
        // a symbol has no source literal, so it is read as `syms[i]` off the closed-over scope
        const doc = new Doc(["payload", "ctx"], { shape, inst, memo, syms });
        const parseStr = (k) => `shape[${k}]._zod.run({ value: input[${k}], issues: [] }, ctx)`;
        // prefixes in place, like util.prefixIssues. newResult must land before the early return: a catchall runs after this and would otherwise write onto the caller's input
        const prefixStr = (id, k) => `
          let ${id}_ab = false;
          for (let i = 0; i < ${id}.issues.length; i++) {
            const iss = ${id}.issues[i];
            iss.path = iss.path ? [${k}, ...iss.path] : [${k}];
            payload.issues.push(iss);
            if (iss.continue !== true) ${id}_ab = true;
          }
          if (${id}_ab && ctx && ctx.abortEarly) {
            payload.value = newResult;
            return payload;
          }`;
        doc.write(`const input = payload.value;`);
        const ids = Object.create(null);
        let counter = 0;
        for (const key of normalized.allKeys) {
            ids[key] = `key_${counter++}`;
        }
        // A: preserve key order {
        doc.write(memo ? `const newResult = memo.alloc(inst, payload, {}, ctx);` : `const newResult = {};`);
        for (const key of normalized.allKeys) {
            if (key === "__proto__")
                continue;
            const id = ids[key];
            const k = typeof key === "symbol" ? `syms[${syms.indexOf(key)}]` : util.esc(key);
            const isPresent = `${k} in input`;
            const schema = shape[key];
            const optin = schema?._zod?.optin;
            const isOptionalIn = optin !== undefined;
            const isOptionalOut = schema?._zod?.optout === "optional";
            doc.write(`const ${id} = ${parseStr(k)};`);
            if (isOptionalIn && isOptionalOut) {
                // For optional-in/out schemas, ignore errors on absent keys — and, like the interpreted path, drop the value produced alongside them. The middle rung goes further: it permits absence without supplying anything in its place, so an absent key contributes nothing at all.
                const assign = optin === "optional" ? `${id}_present` : `${id}.value !== undefined || ${id}_present`;
                doc.write(`
        const ${id}_present = ${isPresent};
        if (!${id}.issues.length || ${id}_present) {
          if (${id}.issues.length) {${prefixStr(id, k)}
          }

          if (${assign}) {
            newResult[${k}] = ${id}.value;
          }
        }

      `);
            }
            else if (!isOptionalIn) {
                doc.write(`
        const ${id}_present = ${isPresent};
        if (${id}.issues.length) {${prefixStr(id, k)}
        }
        if (!${id}_present && !${id}.issues.length) {
          payload.issues.push({
            code: "invalid_type",
            expected: "nonoptional",
            input: undefined,
            path: [${k}]
          });
          if (ctx && ctx.abortEarly) {
            payload.value = newResult;
            return payload;
          }
        }

        if (${id}_present) {
          newResult[${k}] = ${id}.value;
        }

      `);
            }
            else {
                doc.write(`
        if (${id}.issues.length) {${prefixStr(id, k)}
        }
      `);
                if (optin === "defaulted") {
                    doc.write(`newResult[${k}] = ${id}.value;`);
                }
                else {
                    doc.write(`
        if (${id}.value !== undefined || ${isPresent}) {
          newResult[${k}] = ${id}.value;
        }
      `);
                }
            }
        }
        doc.write(`payload.value = newResult;`);
        doc.write(`return payload;`);
        // closing `shape` in is what pays: turbofan specializes the parser against that one shape object, so every `shape[k]._zod.run` folds to a known callee. as a parameter it stays a generic load and measures 13% slower even with the forwarding frame gone
        return doc.compile();
    };
    let fastpass;
    const isObject = util.isObject;
    const jit = !core.globalConfig.jitless;
    const allowsEval = util.allowsEval;
    const fastEnabled = jit && allowsEval.value; // && !def.catchall;
    const catchall = def.catchall;
    let value;
    inst._zod.parse = (payload, ctx) => {
        value ?? (value = _normalized.value);
        const input = payload.value;
        if (!isObject(input)) {
            payload.issues.push({
                expected: "object",
                code: "invalid_type",
                input,
                inst,
            });
            return payload;
        }
        if (jit && fastEnabled && ctx?.async === false && ctx.jitless !== true) {
            // always synchronous
            if (!fastpass)
                fastpass = generateFastpass(def.shape);
            payload = fastpass(payload, ctx);
            if (!catchall)
                return payload;
            return handleCatchall([], input, payload, ctx, value, inst, ctx?.abortEarly === true);
        }
        return superParse(payload, ctx);
    };
})));
function handleUnionResults(results, final, inst, ctx) {
    for (const result of results) {
        if (result.issues.length === 0) {
            final.value = result.value;
            return final;
        }
    }
    const nonaborted = results.filter((r) => !core_util/* aborted */.QH(r));
    if (nonaborted.length === 1) {
        final.value = nonaborted[0].value;
        return nonaborted[0];
    }
    final.issues.push({
        code: "invalid_union",
        input: final.value,
        inst,
        errors: results.map((result) => result.issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W()))),
    });
    return final;
}
const $ZodUnion = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodUnion", (inst, def) => {
    $ZodType.init(inst, def);
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.options.some((o) => o._zod.optin === "defaulted")
        ? "defaulted"
        : zod.def.options.some((o) => o._zod.optin !== undefined)
            ? "optional"
            : undefined);
    core_util/* defineLazyInternal */.v5(inst, "optout", (zod) => zod.def.options.some((o) => o._zod.optout === "optional") ? "optional" : undefined);
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => {
        if (zod.def.options.every((o) => o._zod.values)) {
            return new Set(zod.def.options.flatMap((option) => Array.from(option._zod.values)));
        }
        return undefined;
    });
    core_util/* defineLazyInternal */.v5(inst, "pattern", (zod) => {
        if (zod.def.options.every((o) => o._zod.pattern)) {
            const patterns = zod.def.options.map((o) => o._zod.pattern);
            return new RegExp(`^(${patterns.map((p) => core_util/* cleanRegex */.p6(p.source)).join("|")})$`);
        }
        return undefined;
    });
    const first = def.options.length === 1 ? def.options[0]._zod.run : null;
    inst._zod.parse = (payload, ctx) => {
        if (first) {
            return first(payload, ctx);
        }
        let async = false;
        const results = [];
        for (const option of def.options) {
            const result = option._zod.run({
                value: payload.value,
                issues: [],
            }, ctx);
            if (result instanceof Promise) {
                results.push(result);
                async = true;
            }
            else {
                if (result.issues.length === 0)
                    return result;
                results.push(result);
            }
        }
        if (!async)
            return handleUnionResults(results, payload, inst, ctx);
        return Promise.all(results).then((results) => {
            return handleUnionResults(results, payload, inst, ctx);
        });
    };
});
function handleExclusiveUnionResults(results, final, inst, ctx) {
    const matches = [];
    for (let i = 0; i < results.length; i++) {
        if (results[i].issues.length === 0)
            matches.push(i);
    }
    if (matches.length === 1) {
        final.value = results[matches[0]].value;
        return final;
    }
    if (matches.length === 0) {
        // No matches - same as regular union
        final.issues.push({
            code: "invalid_union",
            input: final.value,
            inst,
            errors: results.map((result) => result.issues.map((iss) => util.finalizeIssue(iss, ctx, core.config()))),
        });
    }
    else {
        // Multiple matches - exclusive union failure
        final.issues.push({
            code: "invalid_union",
            input: final.value,
            inst,
            errors: [],
            inclusive: false,
            matches,
        });
    }
    return final;
}
const $ZodXor = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodXor", (inst, def) => {
    $ZodUnion.init(inst, def);
    def.inclusive = false;
    const first = def.options.length === 1 ? def.options[0]._zod.run : null;
    inst._zod.parse = (payload, ctx) => {
        if (first) {
            return first(payload, ctx);
        }
        let async = false;
        const results = [];
        for (const option of def.options) {
            const result = option._zod.run({
                value: payload.value,
                issues: [],
            }, ctx);
            if (result instanceof Promise) {
                results.push(result);
                async = true;
            }
            else {
                results.push(result);
            }
        }
        if (!async)
            return handleExclusiveUnionResults(results, payload, inst, ctx);
        return Promise.all(results).then((results) => {
            return handleExclusiveUnionResults(results, payload, inst, ctx);
        });
    };
})));
/** Returns the option whose discriminator claims `value`, or throws if ambiguous. */
function getDiscriminatedOption(union, value) {
    const internals = union._zod;
    let map = internals.bag.optionsMap;
    if (!map) {
        map = discriminatorMap(internals.def);
        internals.bag.optionsMap = map;
    }
    const option = map.get(value);
    if (option === null)
        throw new Error(`Ambiguous discriminator value "${String(value)}"`);
    return option;
}
function discriminatorMap(def) {
    const map = new Map();
    for (const option of def.options) {
        const values = option._zod.propValues?.[def.discriminator];
        if (!values || values.size === 0)
            throw new Error(`Invalid discriminated union option at index "${def.options.indexOf(option)}"`);
        for (const value of values) {
            if (map.has(value)) {
                if (value !== undefined)
                    throw new Error(`Duplicate discriminator value "${String(value)}"`);
                // keep the collision marked so a later member cannot reclaim it
                map.set(value, null);
            }
            else {
                map.set(value, option);
            }
        }
    }
    return map;
}
const $ZodDiscriminatedUnion = 
/*@__PURE__*/
(/* unused pure expression or super */ null && (core.$constructor("$ZodDiscriminatedUnion", (inst, def) => {
    def.inclusive = false;
    $ZodUnion.init(inst, def);
    const _super = inst._zod.parse;
    util.defineLazyInternal(inst, "propValues", (zod) => {
        const propValues = {};
        let undefinedCount = 0;
        for (const option of zod.def.options) {
            const pv = option._zod.propValues;
            if (!pv || Object.keys(pv).length === 0)
                throw new Error(`Invalid discriminated union option at index "${zod.def.options.indexOf(option)}"`);
            if (pv[zod.def.discriminator]?.has(undefined))
                undefinedCount++;
            for (const [k, v] of Object.entries(pv)) {
                if (!Object.prototype.hasOwnProperty.call(propValues, k)) {
                    util.assignProp(propValues, k, new Set());
                }
                for (const val of v) {
                    propValues[k].add(val);
                }
            }
        }
        if (!zod.def.unionFallback && undefinedCount > 1)
            propValues[zod.def.discriminator]?.delete(undefined);
        return propValues;
    });
    // Checked now rather than in the lookup map below, so an option that lacks the discriminator fails at the `discriminatedUnion` call instead of on the first object parsed. Options whose shape cannot be enumerated without resolving it — pipes and lazies — are left to the map.
    def.options.forEach((option, i) => {
        const propShape = util.rawShape(option._zod.def);
        if (propShape && !Object.prototype.hasOwnProperty.call(propShape, def.discriminator)) {
            throw new Error(`Invalid discriminated union option at index "${i}"`);
        }
    });
    const disc = util.cached(() => discriminatorMap(def));
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!util.isObject(input)) {
            payload.issues.push({
                code: "invalid_type",
                expected: "object",
                input,
                inst,
            });
            return payload;
        }
        const value = input?.[def.discriminator];
        const opt = disc.value.get(value);
        // forward metadata cannot choose an encoder for an absent tag
        if (opt && (value !== undefined || ctx.direction !== "backward")) {
            return opt._zod.run(payload, ctx);
        }
        // Fall back to union matching when the fast discriminator path fails:
        // - explicitly enabled via unionFallback, or
        // - during backward direction (encode), since codec-based discriminators have different values in forward vs backward directions
        if (def.unionFallback || ctx.direction === "backward") {
            return _super(payload, ctx);
        }
        // no matching discriminator
        payload.issues.push({
            code: "invalid_union",
            errors: [],
            note: "No matching discriminator",
            discriminator: def.discriminator,
            options: Array.from(disc.value.keys()).filter((value) => disc.value.get(value) !== null),
            input,
            path: [def.discriminator],
            inst,
        });
        return payload;
    };
})));
const $ZodIntersection = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodIntersection", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        const left = def.left._zod.run({ value: input, issues: [] }, ctx);
        const right = def.right._zod.run({ value: input, issues: [] }, ctx);
        const async = left instanceof Promise || right instanceof Promise;
        if (async) {
            return Promise.all([left, right]).then(([left, right]) => {
                return handleIntersectionResults(payload, left, right);
            });
        }
        return handleIntersectionResults(payload, left, right);
    };
})));
function mergeValues(a, b) {
    // const aType = parse.t(a);
    // const bType = parse.t(b);
    if (a === b) {
        return { valid: true, data: a };
    }
    if (a instanceof Date && b instanceof Date && +a === +b) {
        return { valid: true, data: a };
    }
    if (util.isPlainObject(a) && util.isPlainObject(b)) {
        const bKeys = Object.keys(b);
        const sharedKeys = Object.keys(a).filter((key) => bKeys.indexOf(key) !== -1);
        const newObj = { ...a, ...b };
        if (Object.prototype.hasOwnProperty.call(newObj, "__proto__"))
            delete newObj.__proto__;
        for (const key of sharedKeys) {
            if (key === "__proto__")
                continue;
            const sharedValue = mergeValues(a[key], b[key]);
            if (!sharedValue.valid) {
                return {
                    valid: false,
                    mergeErrorPath: [key, ...sharedValue.mergeErrorPath],
                };
            }
            newObj[key] = sharedValue.data;
        }
        return { valid: true, data: newObj };
    }
    if (Array.isArray(a) && Array.isArray(b)) {
        if (a.length !== b.length) {
            return { valid: false, mergeErrorPath: [] };
        }
        const newArray = [];
        for (let index = 0; index < a.length; index++) {
            const itemA = a[index];
            const itemB = b[index];
            const sharedValue = mergeValues(itemA, itemB);
            if (!sharedValue.valid) {
                return {
                    valid: false,
                    mergeErrorPath: [index, ...sharedValue.mergeErrorPath],
                };
            }
            newArray.push(sharedValue.data);
        }
        return { valid: true, data: newArray };
    }
    return { valid: false, mergeErrorPath: [] };
}
function handleIntersectionResults(result, left, right) {
    // Track which side(s) reject each key. A key rejection is reported only when BOTH sides reject it, so a key owned by one branch survives the other's key schema. strictObject reports these as unrecognized_keys; a record with an open key schema reports one invalid_key per key.
    const unrecKeys = new Map();
    let unrecIssue;
    const keyIssues = new Map();
    const collect = (iss, side) => {
        let keys;
        if (iss.code === "unrecognized_keys" && !iss.path?.length) {
            unrecIssue ?? (unrecIssue = iss);
            keys = iss.keys;
        }
        else if (iss.code === "invalid_key" && iss.origin === "record" && iss.path?.length === 1) {
            const k = String(iss.path[0]);
            if (!keyIssues.has(k))
                keyIssues.set(k, iss);
            keys = [k];
        }
        else {
            return false;
        }
        for (const k of keys) {
            if (!unrecKeys.has(k))
                unrecKeys.set(k, {});
            unrecKeys.get(k)[side] = true;
        }
        return true;
    };
    for (const iss of left.issues) {
        if (!collect(iss, "l"))
            result.issues.push(iss);
    }
    for (const iss of right.issues) {
        if (!collect(iss, "r"))
            result.issues.push(iss);
    }
    // Report only keys rejected by BOTH sides
    const bothKeys = [...unrecKeys].filter(([, f]) => f.l && f.r).map(([k]) => k);
    if (bothKeys.length) {
        const aggregated = unrecIssue ? bothKeys.filter((k) => unrecIssue.keys.includes(k)) : [];
        if (aggregated.length)
            result.issues.push({ ...unrecIssue, keys: aggregated });
        for (const k of bothKeys) {
            if (!aggregated.includes(k) && keyIssues.has(k))
                result.issues.push(keyIssues.get(k));
        }
    }
    const merged = mergeValues(left.value, right.value);
    if (!merged.valid) {
        if (util.aborted(result))
            return result;
        throw new Error(`Unmergable intersection. Error path: ` + `${JSON.stringify(merged.mergeErrorPath)}`);
    }
    result.value = merged.data;
    return result;
}
const $ZodTuple = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodTuple", (inst, def) => {
    $ZodType.init(inst, def);
    const items = def.items;
    const memo = core.globalConfig.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!Array.isArray(input)) {
            payload.issues.push({
                input,
                inst,
                expected: "tuple",
                code: "invalid_type",
            });
            return payload;
        }
        payload.value = memo ? memo.alloc(inst, payload, [], ctx) : [];
        const proms = [];
        const optinStart = getTupleOptStart(items, "optin");
        const optoutStart = getTupleOptStart(items, "optout");
        if (!def.rest) {
            if (input.length < optinStart) {
                payload.issues.push({
                    code: "too_small",
                    minimum: optinStart,
                    inclusive: true,
                    input,
                    inst,
                    origin: "array",
                });
                return payload;
            }
            if (input.length > items.length) {
                payload.issues.push({
                    code: "too_big",
                    maximum: items.length,
                    inclusive: true,
                    input,
                    inst,
                    origin: "array",
                });
            }
        }
        // Run every item in parallel, collecting results into an indexed array. The post-processing in `handleTupleResults` walks them in order so it can decide whether an absent optional-output error can truncate the tail or must be reported to preserve required output.
        const itemResults = new Array(items.length);
        // only tracked when there is a rest loop to skip
        const abortEarly = def.rest ? ctx?.abortEarly : undefined;
        let itemAborted = false;
        for (let i = 0; i < items.length; i++) {
            const r = items[i]._zod.run({ value: input[i], issues: [] }, ctx);
            if (r instanceof Promise) {
                proms.push(r.then((rr) => {
                    itemResults[i] = rr;
                }));
            }
            else {
                itemResults[i] = r;
                if (abortEarly && !itemAborted && r.issues.length)
                    itemAborted = util.aborted(r);
            }
        }
        // sound because rest is non-empty exactly when every fixed index is present, the one case handleTupleResults cannot discard an item's issues
        if (def.rest && !itemAborted) {
            let i = items.length - 1;
            const rest = input.slice(items.length);
            let seen = payload.issues.length;
            for (const el of rest) {
                if (abortEarly && payload.issues.length !== seen) {
                    if (util.aborted(payload, seen))
                        break;
                    seen = payload.issues.length;
                }
                i++;
                const result = def.rest._zod.run({ value: el, issues: [] }, ctx);
                if (result instanceof Promise) {
                    proms.push(result.then((r) => handleTupleResult(r, payload, i)));
                }
                else {
                    handleTupleResult(result, payload, i);
                }
            }
        }
        if (proms.length) {
            return Promise.all(proms).then(() => handleTupleResults(itemResults, payload, items, input, optoutStart));
        }
        return handleTupleResults(itemResults, payload, items, input, optoutStart);
    };
})));
function getTupleOptStart(items, key) {
    for (let i = items.length - 1; i >= 0; i--) {
        // optin is a three-rung ladder so any rung above `undefined` permits an absent slot; optout stays two-valued.
        const omittable = key === "optin" ? items[i]._zod.optin !== undefined : items[i]._zod.optout === "optional";
        if (!omittable)
            return i + 1;
    }
    return 0;
}
function handleTupleResult(result, final, index) {
    if (result.issues.length) {
        final.issues.push(...util.prefixIssues(index, result.issues));
    }
    final.value[index] = result.value;
}
function handleTupleResults(itemResults, final, items, input, optoutStart) {
    // Walk results in order. Mirror $ZodObject's swallow-on-absent-optional rule, but only after `optoutStart`: the first index where the output tuple tail can be absent.
    for (let i = 0; i < items.length; i++) {
        const r = itemResults[i];
        const isPresent = i < input.length;
        // The array analog of `handlePropertyResult`'s absent-key early return: the middle rung permits absence without supplying anything in its place, so the tail truncates here instead of materializing whatever the item made of `undefined`.
        if (!isPresent && i >= optoutStart && items[i]._zod.optin === "optional") {
            final.value.length = i;
            break;
        }
        if (r.issues.length) {
            if (!isPresent && i >= optoutStart) {
                final.value.length = i;
                break;
            }
            final.issues.push(...util.prefixIssues(i, r.issues));
        }
        final.value[i] = r.value;
    }
    // Drop trailing slots that produced `undefined` for absent input
    // (the array analog of an absent optional key on an object). The
    // `i >= input.length` floor is critical: an explicit `undefined`
    // *inside* the input must be preserved even when the schema is
    // optional-out (e.g. `z.string().or(z.undefined())` accepting an
    // explicit undefined value).
    for (let i = final.value.length - 1; i >= input.length; i--) {
        if (items[i]._zod.optout === "optional" && final.value[i] === undefined) {
            final.value.length = i;
        }
        else {
            break;
        }
    }
    return final;
}
const $ZodRecord = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodRecord", (inst, def) => {
    $ZodType.init(inst, def);
    const memo = core.globalConfig.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!util.isPlainObject(input)) {
            payload.issues.push({
                expected: "record",
                code: "invalid_type",
                input,
                inst,
            });
            return payload;
        }
        // no guard in either loop below: a record's invalid_key aborts but an enclosing intersection can reconcile it, so a stopped loop hides keys the sibling does not own and the intersection then rejects nothing
        const proms = [];
        const values = def.keyType._zod.values;
        if (values && !def.partial) {
            payload.value = memo ? memo.alloc(inst, payload, {}, ctx) : {};
            const recordKeys = new Set();
            for (const key of values) {
                if (typeof key === "string" || typeof key === "number" || typeof key === "symbol") {
                    recordKeys.add(typeof key === "number" ? key.toString() : key);
                    // A declared __proto__ is stripped but is not an unrecognized key.
                    if (key === "__proto__")
                        continue;
                    const keyResult = def.keyType._zod.run({ value: key, issues: [] }, ctx);
                    if (keyResult instanceof Promise) {
                        throw new Error("Async schemas not supported in object keys currently");
                    }
                    if (keyResult.issues.length) {
                        payload.issues.push({
                            code: "invalid_key",
                            origin: "record",
                            issues: keyResult.issues.map((iss) => util.finalizeIssue(iss, ctx, core.config())),
                            input: key,
                            path: [key],
                            inst,
                        });
                        continue;
                    }
                    const outKey = keyResult.value;
                    if (outKey === "__proto__")
                        continue;
                    const result = def.valueType._zod.run({ value: input[key], issues: [] }, ctx);
                    if (result instanceof Promise) {
                        proms.push(result.then((result) => {
                            if (result.issues.length) {
                                payload.issues.push(...util.prefixIssues(key, result.issues));
                            }
                            payload.value[outKey] = result.value;
                        }));
                    }
                    else {
                        if (result.issues.length) {
                            payload.issues.push(...util.prefixIssues(key, result.issues));
                        }
                        payload.value[outKey] = result.value;
                    }
                }
            }
            let unrecognized;
            for (const key in input) {
                if (!recordKeys.has(key)) {
                    if (def.mode === "loose") {
                        // skip __proto__ so it can't replace the result prototype via the assignment setter on the plain {} we build into
                        if (key === "__proto__")
                            continue;
                        payload.value[key] = input[key];
                    }
                    else {
                        unrecognized = unrecognized ?? [];
                        unrecognized.push(key);
                    }
                }
            }
            if (unrecognized && unrecognized.length > 0) {
                payload.issues.push({
                    code: "unrecognized_keys",
                    input,
                    inst,
                    keys: unrecognized,
                    continue: true,
                });
            }
        }
        else {
            payload.value = memo ? memo.alloc(inst, payload, {}, ctx) : {};
            // An enumerable key schema declares which keys the record owns, so a key outside the set is unrecognized. A non-enumerable one (regex, refine) is a constraint every key must satisfy, so a failing key is invalid. Only the former is reconcilable against the other side of an intersection.
            let unrecognized;
            // Reflect.ownKeys for Symbol-key support; filter non-enumerable to match z.object()
            for (const key of Reflect.ownKeys(input)) {
                if (key === "__proto__")
                    continue;
                if (!Object.prototype.propertyIsEnumerable.call(input, key))
                    continue;
                let keyResult = def.keyType._zod.run({ value: key, issues: [] }, ctx);
                if (keyResult instanceof Promise) {
                    throw new Error("Async schemas not supported in object keys currently");
                }
                // Numeric string fallback: if key is a numeric string and failed, retry with Number(key). This handles z.number(), z.literal([1, 2, 3]), and unions containing numeric literals
                const checkNumericKey = typeof key === "string" && regexes.number.test(key) && keyResult.issues.length;
                if (checkNumericKey) {
                    const retryResult = def.keyType._zod.run({ value: Number(key), issues: [] }, ctx);
                    if (retryResult instanceof Promise) {
                        throw new Error("Async schemas not supported in object keys currently");
                    }
                    if (retryResult.issues.length === 0) {
                        keyResult = retryResult;
                    }
                }
                if (keyResult.issues.length) {
                    if (def.mode === "loose") {
                        // Pass through unchanged
                        payload.value[key] = input[key];
                    }
                    else if (values) {
                        unrecognized = unrecognized ?? [];
                        unrecognized.push(key);
                    }
                    else {
                        // Default "strict" behavior: error on invalid key
                        payload.issues.push({
                            code: "invalid_key",
                            origin: "record",
                            issues: keyResult.issues.map((iss) => util.finalizeIssue(iss, ctx, core.config())),
                            input: key,
                            path: [key],
                            inst,
                        });
                    }
                    continue;
                }
                // the guard above tests the raw input key, but the key schema can normalize an ordinary key into __proto__; re-check the key we actually write under
                const outKey = keyResult.value;
                if (outKey === "__proto__")
                    continue;
                const result = def.valueType._zod.run({ value: input[key], issues: [] }, ctx);
                if (result instanceof Promise) {
                    proms.push(result.then((result) => {
                        if (result.issues.length) {
                            payload.issues.push(...util.prefixIssues(key, result.issues));
                        }
                        payload.value[outKey] = result.value;
                    }));
                }
                else {
                    if (result.issues.length) {
                        payload.issues.push(...util.prefixIssues(key, result.issues));
                    }
                    payload.value[outKey] = result.value;
                }
            }
            if (unrecognized && unrecognized.length > 0) {
                payload.issues.push({
                    code: "unrecognized_keys",
                    input,
                    inst,
                    keys: unrecognized,
                    continue: true,
                });
            }
        }
        if (proms.length) {
            return Promise.all(proms).then(() => payload);
        }
        return payload;
    };
})));
const $ZodMap = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodMap", (inst, def) => {
    $ZodType.init(inst, def);
    const memo = core.globalConfig.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!(input instanceof Map)) {
            payload.issues.push({
                expected: "map",
                code: "invalid_type",
                input,
                inst,
            });
            return payload;
        }
        const proms = [];
        payload.value = memo ? memo.alloc(inst, payload, new Map(), ctx) : new Map();
        const abortEarly = ctx?.abortEarly;
        let seen = payload.issues.length;
        for (const [key, value] of input) {
            if (abortEarly && payload.issues.length !== seen) {
                if (util.aborted(payload, seen))
                    break;
                seen = payload.issues.length;
            }
            const keyResult = def.keyType._zod.run({ value: key, issues: [] }, ctx);
            const valueResult = def.valueType._zod.run({ value: value, issues: [] }, ctx);
            if (keyResult instanceof Promise || valueResult instanceof Promise) {
                proms.push(Promise.all([keyResult, valueResult]).then(([keyResult, valueResult]) => {
                    handleMapResult(keyResult, valueResult, payload, key, input, inst, ctx);
                }));
            }
            else {
                handleMapResult(keyResult, valueResult, payload, key, input, inst, ctx);
            }
        }
        if (proms.length)
            return Promise.all(proms).then(() => payload);
        return payload;
    };
    capSize(inst, mapSize);
})));
function handleMapResult(keyResult, valueResult, final, key, input, inst, ctx) {
    if (keyResult.issues.length) {
        if (util.propertyKeyTypes.has(typeof key)) {
            final.issues.push(...util.prefixIssues(key, keyResult.issues));
        }
        else {
            final.issues.push({
                code: "invalid_key",
                origin: "map",
                input,
                inst,
                issues: keyResult.issues.map((iss) => util.finalizeIssue(iss, ctx, core.config())),
            });
        }
    }
    if (valueResult.issues.length) {
        if (util.propertyKeyTypes.has(typeof key)) {
            final.issues.push(...util.prefixIssues(key, valueResult.issues));
        }
        else {
            final.issues.push({
                origin: "map",
                code: "invalid_element",
                input,
                inst,
                key: key,
                issues: valueResult.issues.map((iss) => util.finalizeIssue(iss, ctx, core.config())),
            });
        }
    }
    final.value.set(keyResult.value, valueResult.value);
}
const $ZodSet = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodSet", (inst, def) => {
    $ZodType.init(inst, def);
    const memo = core.globalConfig.memoizer;
    memo?.attach(inst);
    inst._zod.parse = (payload, ctx) => {
        const input = payload.value;
        if (!(input instanceof Set)) {
            payload.issues.push({
                input,
                inst,
                expected: "set",
                code: "invalid_type",
            });
            return payload;
        }
        const proms = [];
        payload.value = memo ? memo.alloc(inst, payload, new Set(), ctx) : new Set();
        const abortEarly = ctx?.abortEarly;
        let seen = payload.issues.length;
        for (const item of input) {
            if (abortEarly && payload.issues.length !== seen) {
                if (util.aborted(payload, seen))
                    break;
                seen = payload.issues.length;
            }
            const result = def.valueType._zod.run({ value: item, issues: [] }, ctx);
            if (result instanceof Promise) {
                proms.push(result.then((result) => handleSetResult(result, payload)));
            }
            else
                handleSetResult(result, payload);
        }
        if (proms.length)
            return Promise.all(proms).then(() => payload);
        return payload;
    };
    capSize(inst, setSize);
})));
function handleSetResult(result, final) {
    if (result.issues.length) {
        final.issues.push(...result.issues);
    }
    final.value.add(result.value);
}
const $ZodEnum = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodEnum", (inst, def) => {
    $ZodType.init(inst, def);
    const values = core_util/* getEnumValues */.w5(def.entries);
    const valuesSet = new Set(values);
    inst._zod.values = valuesSet;
    core_util/* defineLazyInternal */.v5(inst, "pattern", (zod) => {
        const patternValues = core_util/* getEnumValues */.w5(zod.def.entries).filter((k) => core_util/* propertyKeyTypes */.qQ.has(typeof k));
        // unmatchable fallback, RE2-safe: an empty alternation would compile to /^()$/, which matches ""
        return new RegExp(patternValues.length ? `^(${patternValues.map((o) => core_util/* escapeRegex */.sD(o.toString())).join("|")})$` : "^[^\\s\\S]$");
    });
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (valuesSet.has(input)) {
            return payload;
        }
        payload.issues.push({
            code: "invalid_value",
            values,
            input,
            inst,
        });
        return payload;
    };
});
const $ZodLiteral = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodLiteral", (inst, def) => {
    $ZodType.init(inst, def);
    const values = new Set(def.values);
    inst._zod.values = values;
    util.defineLazyInternal(inst, "pattern", (zod) => {
        const vals = zod.def.values;
        // unmatchable fallback, RE2-safe: an empty alternation would compile to /^()$/, which matches ""
        return new RegExp(vals.length
            ? `^(${vals
                .map((o) => typeof o === "string" ? util.escapeRegex(o) : o ? util.escapeRegex(o.toString()) : String(o))
                .join("|")})$`
            : "^[^\\s\\S]$");
    });
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        if (values.has(input)) {
            return payload;
        }
        payload.issues.push({
            code: "invalid_value",
            values: def.values,
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodFile = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodFile", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        const input = payload.value;
        // @ts-ignore
        if (input instanceof File)
            return payload;
        payload.issues.push({
            expected: "file",
            code: "invalid_type",
            input,
            inst,
        });
        return payload;
    };
})));
const $ZodTransform = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodTransform", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.optin = "optional";
    core_core/* globalConfig */.cr.memoizer?.guard(inst);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            throw new core_core/* $ZodEncodeError */.cV(inst.constructor.name);
        }
        const _out = def.transform(payload.value, payload);
        if (ctx.async) {
            const output = _out instanceof Promise ? _out : Promise.resolve(_out);
            return output.then((output) => {
                payload.value = output;
                return payload;
            });
        }
        if (_out instanceof Promise) {
            throw new core_core/* $ZodAsyncError */.GT();
        }
        payload.value = _out;
        return payload;
    };
});
function handleOptionalResult(payload, result) {
    // A substituting schema that still failed has no usable answer; yield undefined. Its issues are simply dropped: it ran on a payload of its own, so there is no shared array to truncate and nothing of the caller's to lose with it.
    payload.value = result.issues.length ? undefined : result.value;
    return payload;
}
const $ZodOptional = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodOptional", (inst, def) => {
    $ZodType.init(inst, def);
    // .optional() propagates absence rather than substituting for it, so a defaulted inner keeps its rung.
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.innerType._zod.optin === "defaulted" ? "defaulted" : "optional");
    inst._zod.optout = "optional";
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => {
        const values = zod.def.innerType._zod.values;
        return values ? new Set([...values, undefined]) : undefined;
    });
    core_util/* defineLazyInternal */.v5(inst, "pattern", (zod) => {
        const pattern = zod.def.innerType._zod.pattern;
        return pattern ? new RegExp(`^(${core_util/* cleanRegex */.p6(pattern.source)})?$`) : undefined;
    });
    inst._zod.parse = (payload, ctx) => {
        if (payload.value === undefined) {
            // Only the top rung substitutes a value for absence; everything else leaves it intact, which is what .optional() means.
            if (def.innerType._zod.optin !== "defaulted")
                return payload;
            // Its own payload, for the same reason $ZodCatch gets one: a pipe forwards an unrecognized key through the caller's issues array, and this must not read that as the substituting schema failing and drop it.
            const result = def.innerType._zod.run({ value: payload.value, issues: [] }, ctx);
            if (result instanceof Promise)
                return result.then((result) => handleOptionalResult(payload, result));
            return handleOptionalResult(payload, result);
        }
        return def.innerType._zod.run(payload, ctx);
    };
});
const $ZodExactOptional = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodExactOptional", (inst, def) => {
    // Call parent init - inherits optin/optout = "optional"
    $ZodOptional.init(inst, def);
    // Override values/pattern to NOT add undefined
    util.defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
    util.defineLazyInternal(inst, "pattern", (zod) => zod.def.innerType._zod.pattern);
    // Override parse to just delegate (no undefined handling)
    inst._zod.parse = (payload, ctx) => {
        return def.innerType._zod.run(payload, ctx);
    };
})));
const $ZodNullable = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodNullable", (inst, def) => {
    $ZodType.init(inst, def);
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.innerType._zod.optin);
    core_util/* defineLazyInternal */.v5(inst, "optout", (zod) => zod.def.innerType._zod.optout);
    core_util/* defineLazyInternal */.v5(inst, "pattern", (zod) => {
        const pattern = zod.def.innerType._zod.pattern;
        return pattern ? new RegExp(`^(${core_util/* cleanRegex */.p6(pattern.source)}|null)$`) : undefined;
    });
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => {
        return zod.def.innerType._zod.values ? new Set([...zod.def.innerType._zod.values, null]) : undefined;
    });
    inst._zod.parse = (payload, ctx) => {
        // Forward direction (decode): allow null to pass through
        if (payload.value === null)
            return payload;
        return def.innerType._zod.run(payload, ctx);
    };
});
const $ZodDefault = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodDefault", (inst, def) => {
    $ZodType.init(inst, def);
    // inst._zod.qin = "true";
    inst._zod.optin = "defaulted";
    util.defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            return def.innerType._zod.run(payload, ctx);
        }
        // Forward direction (decode): apply defaults for undefined input
        if (payload.value === undefined) {
            payload.value = def.defaultValue;
            /**
             * $ZodDefault returns the default value immediately in forward direction.
             * It doesn't pass the default value into the validator ("prefault"). There's no reason to pass the default value through validation. The validity of the default is enforced by TypeScript statically. Otherwise, it's the responsibility of the user to ensure the default is valid. In the case of pipes with divergent in/out types, you can specify the default on the `in` schema of your ZodPipe to set a "prefault" for the pipe.   */
            return payload;
        }
        // Forward direction: continue with default handling
        const result = def.innerType._zod.run(payload, ctx);
        if (result instanceof Promise) {
            return result.then((result) => handleDefaultResult(result, def));
        }
        return handleDefaultResult(result, def);
    };
})));
function handleDefaultResult(payload, def) {
    if (payload.value === undefined) {
        payload.value = def.defaultValue;
    }
    return payload;
}
const $ZodPrefault = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodPrefault", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.optin = "defaulted";
    util.defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            return def.innerType._zod.run(payload, ctx);
        }
        // Forward direction (decode): apply prefault for undefined input
        if (payload.value === undefined) {
            payload.value = def.defaultValue;
        }
        return def.innerType._zod.run(payload, ctx);
    };
})));
const $ZodNonOptional = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodNonOptional", (inst, def) => {
    $ZodType.init(inst, def);
    util.defineLazyInternal(inst, "values", (zod) => {
        const v = zod.def.innerType._zod.values;
        return v ? new Set([...v].filter((x) => x !== undefined)) : undefined;
    });
    inst._zod.parse = (payload, ctx) => {
        const result = def.innerType._zod.run(payload, ctx);
        if (result instanceof Promise) {
            return result.then((result) => handleNonOptionalResult(result, inst));
        }
        return handleNonOptionalResult(result, inst);
    };
})));
function handleNonOptionalResult(payload, inst) {
    if (!payload.issues.length && payload.value === undefined) {
        payload.issues.push({
            code: "invalid_type",
            expected: "nonoptional",
            input: payload.value,
            inst,
        });
    }
    return payload;
}
const $ZodSuccess = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodSuccess", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            throw new core.$ZodEncodeError("ZodSuccess");
        }
        const result = def.innerType._zod.run(payload, ctx);
        if (result instanceof Promise) {
            return result.then((result) => {
                payload.value = result.issues.length === 0;
                return payload;
            });
        }
        payload.value = result.issues.length === 0;
        return payload;
    };
})));
function handleCatchResult(payload, result, def, ctx) {
    if (!result.issues.length) {
        payload.value = result.value;
        // The value carries up, so the flag describing it has to carry with it: a back-edge into a node still being parsed must not be frozen by an enclosing readonly, and its checks belong to the node itself. Guarded so the ordinary case adds no own property.
        if (result.memo)
            payload.memo = true;
        return payload;
    }
    // Spread the inner's own payload, not ours: `value` has to stay the input the catch was handed, and the inner ran on a payload of its own so its issues are already private to this call.
    payload.value = def.catchValue({
        ...result,
        value: payload.value,
        error: {
            issues: result.issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W())),
        },
        input: payload.value,
    });
    return payload;
}
const $ZodCatch = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCatch", (inst, def) => {
    $ZodType.init(inst, def);
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.innerType._zod.optin === "defaulted" ? "defaulted" : "optional");
    core_util/* defineLazyInternal */.v5(inst, "optout", (zod) => zod.def.innerType._zod.optout);
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => zod.def.innerType._zod.values);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            return def.innerType._zod.run(payload, ctx);
        }
        // Forward direction (decode): apply catch logic
        const result = def.innerType._zod.run({ value: payload.value, issues: [] }, ctx);
        if (result instanceof Promise) {
            return result.then((result) => handleCatchResult(payload, result, def, ctx));
        }
        return handleCatchResult(payload, result, def, ctx);
    };
});
const $ZodNaN = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodNaN", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _ctx) => {
        if (typeof payload.value !== "number" || !Number.isNaN(payload.value)) {
            payload.issues.push({
                input: payload.value,
                inst,
                expected: "nan",
                code: "invalid_type",
            });
            return payload;
        }
        return payload;
    };
})));
const $ZodPipe = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodPipe", (inst, def) => {
    $ZodType.init(inst, def);
    core_util/* defineLazyInternal */.v5(inst, "values", (zod) => zod.def.in._zod.values);
    core_util/* defineLazyInternal */.v5(inst, "optin", (zod) => zod.def.in._zod.optin);
    core_util/* defineLazyInternal */.v5(inst, "optout", (zod) => zod.def.out._zod.optout);
    core_util/* defineLazyInternal */.v5(inst, "propValues", (zod) => zod.def.in._zod.propValues);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            const right = def.out._zod.run(payload, ctx);
            if (right instanceof Promise) {
                return right.then((right) => handlePipeResult(right, def.in, ctx));
            }
            return handlePipeResult(right, def.in, ctx);
        }
        const left = def.in._zod.run(payload, ctx);
        if (left instanceof Promise) {
            return left.then((left) => handlePipeResult(left, def.out, ctx));
        }
        return handlePipeResult(left, def.out, ctx);
    };
});
function handlePipeResult(left, next, ctx) {
    // Any issue stops the pipe, so a failing refinement never feeds its transform. An unrecognized key is the exception: it describes the input's extra properties, not the value being piped, and an enclosing intersection may yet reconcile it.
    if (left.issues.some((iss) => iss.code !== "unrecognized_keys")) {
        // prevent further checks
        left.aborted = true;
        return left;
    }
    return next._zod.run({ value: left.value, issues: left.issues }, ctx);
}
const $ZodCodec = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodCodec", (inst, def) => {
    $ZodType.init(inst, def);
    util.defineLazyInternal(inst, "values", (zod) => zod.def.in._zod.values);
    util.defineLazyInternal(inst, "optin", (zod) => zod.def.in._zod.optin);
    util.defineLazyInternal(inst, "optout", (zod) => zod.def.out._zod.optout);
    util.defineLazyInternal(inst, "propValues", (zod) => zod.def.in._zod.propValues);
    inst._zod.parse = (payload, ctx) => {
        const direction = ctx.direction || "forward";
        if (direction === "forward") {
            const left = def.in._zod.run(payload, ctx);
            if (left instanceof Promise) {
                return left.then((left) => handleCodecAResult(left, def, ctx));
            }
            return handleCodecAResult(left, def, ctx);
        }
        else {
            const right = def.out._zod.run(payload, ctx);
            if (right instanceof Promise) {
                return right.then((right) => handleCodecAResult(right, def, ctx));
            }
            return handleCodecAResult(right, def, ctx);
        }
    };
})));
function handleCodecAResult(result, def, ctx) {
    if (result.issues.length) {
        // prevent further checks
        result.aborted = true;
        return result;
    }
    const direction = ctx.direction || "forward";
    if (direction === "forward") {
        const transformed = def.transform(result.value, result);
        if (transformed instanceof Promise) {
            return transformed.then((value) => handleCodecTxResult(result, value, def.out, ctx));
        }
        return handleCodecTxResult(result, transformed, def.out, ctx);
    }
    else {
        const transformed = def.reverseTransform(result.value, result);
        if (transformed instanceof Promise) {
            return transformed.then((value) => handleCodecTxResult(result, value, def.in, ctx));
        }
        return handleCodecTxResult(result, transformed, def.in, ctx);
    }
}
function handleCodecTxResult(left, value, nextSchema, ctx) {
    // Check if transform added any issues
    if (left.issues.length) {
        left.aborted = true;
        return left;
    }
    return nextSchema._zod.run({ value, issues: left.issues }, ctx);
}
const $ZodPreprocess = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodPreprocess", (inst, def) => {
    $ZodPipe.init(inst, def);
})));
const $ZodReadonly = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodReadonly", (inst, def) => {
    $ZodType.init(inst, def);
    util.defineLazyInternal(inst, "propValues", (zod) => zod.def.innerType._zod.propValues);
    util.defineLazyInternal(inst, "values", (zod) => zod.def.innerType._zod.values);
    util.defineLazyInternal(inst, "optin", (zod) => zod.def.innerType?._zod?.optin);
    util.defineLazyInternal(inst, "optout", (zod) => zod.def.innerType?._zod?.optout);
    inst._zod.parse = (payload, ctx) => {
        if (ctx.direction === "backward") {
            return def.innerType._zod.run(payload, ctx);
        }
        const result = def.innerType._zod.run(payload, ctx);
        if (result instanceof Promise) {
            return result.then(handleReadonlyResult);
        }
        return handleReadonlyResult(result);
    };
})));
function handleReadonlyResult(payload) {
    // A repeat visit hands back a node that is still being built; freezing it here would make the rest of its keys fail to assign.
    if (!payload.memo)
        payload.value = Object.freeze(payload.value);
    return payload;
}
// a leaf's pattern source with its own checks folded in: the last pattern-carrying check wins, else length bounds narrow the catch-all, else an integer format narrows the number form. the fold lives here instead of on `_zod.pattern` so a bundle without template literals never pays for it
function leafPattern(schema) {
    const def = schema._zod.def;
    let pattern = def.pattern;
    let isInt = !!def.format?.includes("int");
    let minimum;
    let maximum;
    for (const ch of def.checks ?? []) {
        const d = ch._zod.def;
        if (d.pattern)
            pattern = d.pattern;
        isInt || (isInt = !!d.format?.includes("int"));
        const lo = d.minimum ?? d.length;
        const hi = d.maximum ?? d.length;
        if (lo !== undefined && (minimum === undefined || lo > minimum))
            minimum = lo;
        if (hi !== undefined && (maximum === undefined || hi < maximum))
            maximum = hi;
    }
    if (pattern)
        return pattern.source;
    // an empty range matches nothing at runtime, and `{8,5}` is not a legal quantifier
    if (minimum !== undefined && maximum !== undefined && minimum > maximum)
        return "(?!)";
    if (minimum !== undefined || maximum !== undefined)
        return regexes.string({ minimum, maximum }).source;
    const own = schema._zod.pattern;
    return (isInt && own === regexes.number ? regexes.integer : own)?.source;
}
// a part's pattern source. a wrapper's pattern embeds its inner pattern's source verbatim, so the folded form is substituted in place without knowing the wrapper's own composition; a union's options are joined the way the union builds its own pattern
function partPattern(schema) {
    const def = schema._zod.def;
    const own = schema._zod.pattern?.source;
    // lazy resolves its inner on the internals, not the def
    const inner = def.innerType ?? schema._zod.innerType;
    if (inner) {
        const before = inner._zod.pattern?.source;
        const after = partPattern(inner);
        if (own && before && after && after !== before) {
            return own.replace(util.cleanRegex(before), () => util.cleanRegex(after));
        }
        return own;
    }
    if (def.options) {
        const sources = def.options.map(partPattern);
        if (sources.every(Boolean))
            return `^(${sources.map((s) => util.cleanRegex(s)).join("|")})$`;
    }
    return leafPattern(schema);
}
const $ZodTemplateLiteral = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodTemplateLiteral", (inst, def) => {
    $ZodType.init(inst, def);
    const regexParts = [];
    for (const part of def.parts) {
        if (typeof part === "object" && part !== null) {
            // is Zod schema
            const source = partPattern(part);
            if (!source) {
                throw new Error(`Invalid template literal part, no pattern found: ${[...part._zod.traits].shift()}`);
            }
            regexParts.push(util.cleanRegex(source));
        }
        else if (part === null || util.primitiveTypes.has(typeof part)) {
            regexParts.push(util.escapeRegex(`${part}`));
        }
        else {
            throw new Error(`Invalid template literal part: ${part}`);
        }
    }
    inst._zod.pattern = new RegExp(`^${regexParts.join("")}$`);
    inst._zod.parse = (payload, _ctx) => {
        if (typeof payload.value !== "string") {
            payload.issues.push({
                input: payload.value,
                inst,
                expected: "string",
                code: "invalid_type",
            });
            return payload;
        }
        inst._zod.pattern.lastIndex = 0;
        if (!inst._zod.pattern.test(payload.value)) {
            payload.issues.push({
                input: payload.value,
                inst,
                code: "invalid_format",
                format: def.format ?? "template_literal",
                pattern: inst._zod.pattern.source,
            });
            return payload;
        }
        return payload;
    };
})));
const $ZodFunction = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodFunction", (inst, def) => {
    $ZodType.init(inst, def);
    // Defined, not assigned: the classic prototype exposes `_def` as a getter with no setter.
    Object.defineProperty(inst, "_def", { value: def });
    inst._zod.def = def;
    inst.implement = (func) => {
        if (typeof func !== "function") {
            throw new Error("implement() must be called with a function");
        }
        // Defined inline so the closure stays anonymous: binding it to a `const` first names it, which costs 256 bytes per implemented function.
        return Object.defineProperty(function (...args) {
            const parsedArgs = inst._def.input ? parse(inst._def.input, args) : args;
            const result = Reflect.apply(func, this, parsedArgs);
            if (inst._def.output) {
                return parse(inst._def.output, result);
            }
            return result;
        }, "_zod", { value: inst._zod, enumerable: false });
    };
    inst.implementAsync = (func) => {
        if (typeof func !== "function") {
            throw new Error("implementAsync() must be called with a function");
        }
        return Object.defineProperty(async function (...args) {
            const parsedArgs = inst._def.input ? await parseAsync(inst._def.input, args) : args;
            const result = await Reflect.apply(func, this, parsedArgs);
            if (inst._def.output) {
                return await parseAsync(inst._def.output, result);
            }
            return result;
        }, "_zod", { value: inst._zod, enumerable: false });
    };
    inst._zod.parse = (payload, _ctx) => {
        if (typeof payload.value !== "function") {
            payload.issues.push({
                code: "invalid_type",
                expected: "function",
                input: payload.value,
                inst,
            });
            return payload;
        }
        // Check if output is a promise type to determine if we should use async implementation
        const hasPromiseOutput = inst._def.output && inst._def.output._zod.def.type === "promise";
        if (hasPromiseOutput) {
            payload.value = inst.implementAsync(payload.value);
        }
        else {
            payload.value = inst.implement(payload.value);
        }
        return payload;
    };
    inst.input = (...args) => {
        const F = inst.constructor;
        if (Array.isArray(args[0])) {
            return new F({
                type: "function",
                input: new $ZodTuple({
                    type: "tuple",
                    items: args[0],
                    rest: args[1],
                }),
                output: inst._def.output,
            });
        }
        return new F({
            type: "function",
            input: args[0],
            output: inst._def.output,
        });
    };
    inst.output = (output) => {
        const F = inst.constructor;
        return new F({
            type: "function",
            input: inst._def.input,
            output,
        });
    };
    return inst;
})));
const $ZodPromise = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodPromise", (inst, def) => {
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, ctx) => {
        return Promise.resolve(payload.value).then((inner) => def.innerType._zod.run({ value: inner, issues: [] }, ctx));
    };
})));
const $ZodLazy = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("$ZodLazy", (inst, def) => {
    $ZodType.init(inst, def);
    // Cache the resolved inner type on the shared `def` so all clones of this lazy (e.g. via `.describe()`/`.meta()`) share the same inner instance, preserving identity for cycle detection on recursive schemas.
    util.defineLazy(inst._zod, "innerType", () => {
        const d = def;
        if (!d._cachedInner)
            d._cachedInner = def.getter();
        return d._cachedInner;
    });
    util.defineLazyInternal(inst, "pattern", (zod) => zod.innerType?._zod?.pattern);
    util.defineLazyInternal(inst, "propValues", (zod) => zod.innerType?._zod?.propValues);
    util.defineLazyInternal(inst, "optin", (zod) => zod.innerType?._zod?.optin ?? undefined);
    util.defineLazyInternal(inst, "optout", (zod) => zod.innerType?._zod?.optout ?? undefined);
    inst._zod.parse = (payload, ctx) => {
        const inner = inst._zod.innerType;
        return inner._zod.run(payload, ctx);
    };
})));
const $ZodCustom = /*@__PURE__*/ core_core/* $constructor */.xI("$ZodCustom", (inst, def) => {
    core_checks/* $ZodCheck */.QP.init(inst, def);
    $ZodType.init(inst, def);
    inst._zod.parse = (payload, _) => {
        return payload;
    };
    inst._zod.check = (payload) => {
        const input = payload.value;
        const r = def.fn(input);
        if (r instanceof Promise) {
            return r.then((r) => handleRefineResult(r, payload, input, inst));
        }
        handleRefineResult(r, payload, input, inst);
        return;
    };
});
function handleRefineResult(result, payload, input, inst) {
    if (!result) {
        const _iss = {
            code: "custom",
            input,
            inst, // incorporates params.error into issue reporting
            path: [...(inst._zod.def.path ?? [])], // incorporates params.error into issue reporting
            continue: !inst._zod.def.abort,
            // params: inst._zod.def.params,
        };
        if (inst._zod.def.params)
            _iss.params = inst._zod.def.params;
        payload.issues.push(core_util/* issue */.sn(_iss));
    }
}

// EXTERNAL MODULE: ./node_modules/zod/v4/core/api.js + 1 modules
var api = __nccwpck_require__(3305);
;// CONCATENATED MODULE: ./node_modules/zod/v4/core/errors.js


/* Computing the message eagerly is expensive (pretty-printed JSON of all
 * issues), so defer it until first read. The accessor functions and
 * descriptors are shared across instances to keep error construction
 * cheap; the computed message is cached on the internals object. The
 * setter preserves plain assignment semantics for consumers that
 * overwrite `message`. */
function _getMessage() {
    const internals = this._zod;
    internals.message ?? (internals.message = JSON.stringify(internals.def, core_util/* jsonStringifyReplacer */.k8, 2));
    return internals.message;
}
function _setMessage(value) {
    this._zod.message = value;
}
const _messageDesc = {
    get: _getMessage,
    set: _setMessage,
    enumerable: true,
    configurable: true,
};
const _issuesDesc = { value: undefined, enumerable: false };
/* Prototypes that already carry the lazy `toString`. Seeded with the
 * intrinsics so that `init` on a foreign object — it accepts any object —
 * can never install an accessor onto a prototype we do not own. */
const _installedToString = /* @__PURE__ */ new WeakSet([Object.prototype, Error.prototype]);
const initializer = (inst, def) => {
    inst.name = "$ZodError";
    // `_zod` is already non-enumerable: $constructor's init defined it with this same descriptor
    _issuesDesc.value = def;
    Object.defineProperty(inst, "issues", _issuesDesc);
    // Clear the shared slot; a retained `value` pins the last error's issues.
    _issuesDesc.value = undefined;
    Object.defineProperty(inst, "message", _messageDesc);
    /* `toString` lives as a non-enumerable lazy getter on the shared
     * prototype; on first access it caches a per-instance closure so
     * detached usage still works. */
    const proto = Object.getPrototypeOf(inst);
    if (!_installedToString.has(proto)) {
        _installedToString.add(proto);
        Object.defineProperty(proto, "toString", {
            configurable: true,
            enumerable: false,
            get() {
                const value = () => this.message;
                Object.defineProperty(this, "toString", { value, configurable: true, writable: true });
                return value;
            },
            set(value) {
                Object.defineProperty(this, "toString", { value, configurable: true, writable: true });
            },
        });
    }
};
const $ZodError = (0,core_core/* $constructor */.xI)("$ZodError", initializer);
const $ZodRealError = (0,core_core/* $constructor */.xI)("$ZodError", initializer, undefined, {
    Parent: Error,
});
/** Get-or-create `obj[key]` as an own data property. A path segment naming an inherited member
 * ("toString", "constructor") would otherwise read through to the prototype, and assigning
 * "__proto__" would hit the setter instead of creating a key. */
function node(obj, key, make) {
    if (!Object.prototype.hasOwnProperty.call(obj, key)) {
        if (key === "__proto__") {
            Object.defineProperty(obj, key, { value: make(), writable: true, enumerable: true, configurable: true });
        }
        else {
            obj[key] = make();
        }
    }
    return obj[key];
}
function flattenError(error, mapper = (issue) => issue.message) {
    const fieldErrors = {};
    const formErrors = [];
    for (const sub of error.issues) {
        if (sub.path.length > 0) {
            node(fieldErrors, sub.path[0], () => []).push(mapper(sub));
        }
        else {
            formErrors.push(mapper(sub));
        }
    }
    return { formErrors, fieldErrors };
}
function formatError(error, mapper = (issue) => issue.message) {
    const fieldErrors = { _errors: [] };
    const processError = (error, path = []) => {
        for (const issue of error.issues) {
            if (issue.code === "invalid_union" && issue.errors.length) {
                issue.errors.map((issues) => processError({ issues }, [...path, ...issue.path]));
            }
            else if (issue.code === "invalid_key") {
                processError({ issues: issue.issues }, [...path, ...issue.path]);
            }
            else if (issue.code === "invalid_element") {
                processError({ issues: issue.issues }, [...path, ...issue.path]);
            }
            else {
                const fullpath = [...path, ...issue.path];
                if (fullpath.length === 0) {
                    fieldErrors._errors.push(mapper(issue));
                }
                else {
                    let curr = fieldErrors;
                    let i = 0;
                    while (i < fullpath.length) {
                        const el = fullpath[i];
                        const terminal = i === fullpath.length - 1;
                        // `_errors` is reserved by this legacy format, so merge a matching path segment into the current node instead of treating its array as a child.
                        if (el === "_errors") {
                            if (terminal)
                                curr._errors.push(mapper(issue));
                            i++;
                            continue;
                        }
                        // A path element may collide with an inherited property name such as
                        // "__proto__" or "constructor". Truthiness checks read the prototype
                        // (so no node is created, then ._errors.push throws), and bracket
                        // assignment of "__proto__" hits the setter instead of creating an
                        // own key. Guard the read with hasOwnProperty and create the node
                        // with defineProperty so any path element becomes a real own key.
                        if (!Object.prototype.hasOwnProperty.call(curr, el)) {
                            Object.defineProperty(curr, el, {
                                value: { _errors: [] },
                                enumerable: true,
                                writable: true,
                                configurable: true,
                            });
                        }
                        const node = curr[el];
                        if (terminal) {
                            node._errors.push(mapper(issue));
                        }
                        curr = node;
                        i++;
                    }
                }
            }
        }
    };
    processError(error);
    return fieldErrors;
}
function treeifyError(error, mapper = (issue) => issue.message) {
    const result = { errors: [] };
    const processError = (error, path = []) => {
        var _a;
        for (const issue of error.issues) {
            if (issue.code === "invalid_union" && issue.errors.length) {
                // regular union error
                issue.errors.map((issues) => processError({ issues }, [...path, ...issue.path]));
            }
            else if (issue.code === "invalid_key") {
                processError({ issues: issue.issues }, [...path, ...issue.path]);
            }
            else if (issue.code === "invalid_element") {
                processError({ issues: issue.issues }, [...path, ...issue.path]);
            }
            else {
                const fullpath = [...path, ...issue.path];
                if (fullpath.length === 0) {
                    result.errors.push(mapper(issue));
                    continue;
                }
                let curr = result;
                let i = 0;
                while (i < fullpath.length) {
                    const el = fullpath[i];
                    const terminal = i === fullpath.length - 1;
                    if (typeof el === "string") {
                        curr.properties ?? (curr.properties = {});
                        // el may collide with an inherited property name ("__proto__",
                        // "constructor", ...); ??= reads the prototype so the node is never
                        // created and curr.errors.push throws. Guard with hasOwnProperty and
                        // create the node with defineProperty so "__proto__" becomes a real
                        // own key rather than invoking the prototype setter.
                        if (!Object.prototype.hasOwnProperty.call(curr.properties, el)) {
                            Object.defineProperty(curr.properties, el, {
                                value: { errors: [] },
                                enumerable: true,
                                writable: true,
                                configurable: true,
                            });
                        }
                        curr = curr.properties[el];
                    }
                    else {
                        curr.items ?? (curr.items = []);
                        (_a = curr.items)[el] ?? (_a[el] = { errors: [] });
                        curr = curr.items[el];
                    }
                    if (terminal) {
                        curr.errors.push(mapper(issue));
                    }
                    i++;
                }
            }
        }
    };
    processError(error);
    return result;
}
/** Format a ZodError as a human-readable string in the following form.
 *
 * From
 *
 * ```ts
 * ZodError {
 *   issues: [
 *     {
 *       expected: 'string',
 *       code: 'invalid_type',
 *       path: [ 'username' ],
 *       message: 'Invalid input: expected string'
 *     },
 *     {
 *       expected: 'number',
 *       code: 'invalid_type',
 *       path: [ 'favoriteNumbers', 1 ],
 *       message: 'Invalid input: expected number'
 *     }
 *   ];
 * }
 * ```
 *
 * to
 *
 * ```
 * username
 *   ✖ Expected number, received string at "username
 * favoriteNumbers[0]
 *   ✖ Invalid input: expected number
 * ```
 */
function toDotPath(_path) {
    const segs = [];
    const path = _path.map((seg) => (typeof seg === "object" ? seg.key : seg));
    for (const seg of path) {
        if (typeof seg === "number")
            segs.push(`[${seg}]`);
        else if (typeof seg === "symbol")
            segs.push(`[${JSON.stringify(String(seg))}]`);
        else if (/[^\w$]/.test(seg))
            segs.push(`[${JSON.stringify(seg)}]`);
        else {
            if (segs.length)
                segs.push(".");
            segs.push(seg);
        }
    }
    return segs.join("");
}
function prettifyError(error) {
    const lines = [];
    // sort by path length
    const issues = [...error.issues].sort((a, b) => (a.path ?? []).length - (b.path ?? []).length);
    // Process each issue
    for (const issue of issues) {
        lines.push(`✖ ${issue.message}`);
        if (issue.path?.length)
            lines.push(`  → at ${toDotPath(issue.path)}`);
    }
    // Convert Map to formatted string
    return lines.join("\n");
}

;// CONCATENATED MODULE: ./node_modules/zod/v4/core/parse.js



// Always both keys, so the `_params` read site in `_parse` sees one object shape rather than two.
function finalizeParams(callee, params) {
    return { callee: params?.callee ?? callee, Err: params?.Err };
}
const _parse = (_Err) => {
    const fn = (schema, value, _ctx, _params) => {
        const ctx = _ctx ? { ..._ctx, async: false } : { async: false };
        const result = schema._zod.run({ value, issues: [] }, ctx);
        if (result instanceof Promise) {
            throw new core_core/* $ZodAsyncError */.GT();
        }
        if (result.issues.length) {
            const e = new (_params?.Err ?? _Err)(result.issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W())));
            core_util/* captureStackTrace */.gx(e, _params?.callee ?? fn);
            throw e;
        }
        return result.value;
    };
    return fn;
};
const parse_parse = /* @__PURE__*/ _parse($ZodRealError);
const _parseAsync = (_Err) => {
    const fn = async (schema, value, _ctx, params) => {
        const ctx = _ctx ? { ..._ctx, async: true } : { async: true };
        let result = schema._zod.run({ value, issues: [] }, ctx);
        if (result instanceof Promise)
            result = await result;
        if (result.issues.length) {
            const e = new (params?.Err ?? _Err)(result.issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W())));
            core_util/* captureStackTrace */.gx(e, params?.callee ?? fn);
            throw e;
        }
        return result.value;
    };
    return fn;
};
const parse_parseAsync = /* @__PURE__*/ _parseAsync($ZodRealError);
const _safeParse = (_Err) => (schema, value, _ctx) => {
    const ctx = _ctx ? { ..._ctx, async: false } : { async: false };
    const result = schema._zod.run({ value, issues: [] }, ctx);
    if (result instanceof Promise) {
        throw new core_core/* $ZodAsyncError */.GT();
    }
    return result.issues.length ? failure(_Err, result.issues, ctx) : { success: true, data: result.value };
};
const safeParse = /* @__PURE__*/ _safeParse($ZodRealError);
// the error is built on the first read of `error`: finalizing the issues and constructing the instance is most of a failing parse, and a caller that only branches on `success` never pays it. a getter in the literal keeps this small; the alternative, one shared accessor descriptor plus a hidden state slot, reads ~15% faster but costs ~75 B gzipped in every bundle
function failure(Err, issues, ctx) {
    let error;
    return {
        success: false,
        get error() {
            if (!error) {
                error = new Err(issues.map((iss) => core_util/* finalizeIssue */.iR(iss, ctx, core_core/* config */.$W())));
                // finalizeIssue drops `input`, so the built error holds nothing; keeping the raw issues past this point pins the parsed value for the life of the result
                issues = undefined;
                ctx = undefined;
            }
            return error;
        },
        set error(e) {
            error = e;
            // a replacement makes the getter's branch unreachable, so the captures have to go here too
            issues = undefined;
            ctx = undefined;
        },
    };
}
const _safeParseAsync = (_Err) => async (schema, value, _ctx) => {
    const ctx = _ctx ? { ..._ctx, async: true } : { async: true };
    let result = schema._zod.run({ value, issues: [] }, ctx);
    if (result instanceof Promise)
        result = await result;
    return result.issues.length ? failure(_Err, result.issues, ctx) : { success: true, data: result.value };
};
const safeParseAsync = /* @__PURE__*/ _safeParseAsync($ZodRealError);
// registry mirrors of the compiler's sentinels, so this module never imports the compiler
const COMPILE_INVALID = /* @__PURE__ */ (/* unused pure expression or super */ null && (Symbol.for("zod.compile.invalid")));
const COMPILE_FALLBACK = /* @__PURE__ */ (/* unused pure expression or super */ null && (Symbol.for("zod.compile.fallback")));
// Deliberately tiny, because v8 will not inline a body carrying the fallback's object literals and throw. Everything that is not the compiled happy path lives in validateFallback, and that split is worth ~35% on a compiled schema.
const validate = ((schema, value, _ctx) => {
    const validator = schema._zod.bag.validator;
    if (validator !== undefined) {
        if (validator(value) !== COMPILE_INVALID)
            return true;
        // a definite sentinel means the runtime would reject, so skip the re-parse; a ctx can still change the answer
        if (validator.definite === true && _ctx === undefined)
            return false;
    }
    return validateFallback(schema, value, _ctx);
});
function validateFallback(schema, value, _ctx) {
    const ctx = _ctx
        ? { ..._ctx, async: false, abortEarly: true }
        : { async: false, abortEarly: true };
    const fallbackRun = schema._zod.bag.fallbackRun;
    let result;
    if (fallbackRun) {
        // skip nested fast paths on the fallback, so user callbacks keep the at-most-twice bound
        ctx[COMPILE_FALLBACK] = true;
        result = fallbackRun({ value, issues: [] }, ctx);
    }
    else {
        result = schema._zod.run({ value, issues: [] }, ctx);
    }
    if (result instanceof Promise) {
        throw new core.$ZodAsyncError();
    }
    return result.issues.length === 0;
}
// no fast path: the compiler keeps async parses on the runtime, because a promise-returning callback that is not declared async compiles to a throw
const parse_validateAsync = async (schema, value, _ctx) => {
    const ctx = _ctx
        ? { ..._ctx, async: true, abortEarly: true }
        : { async: true, abortEarly: true };
    let result = schema._zod.run({ value, issues: [] }, ctx);
    if (result instanceof Promise)
        result = await result;
    return result.issues.length === 0;
};
const _encode = (_Err) => {
    const parse = _parse(_Err);
    const fn = (schema, value, _ctx, _params) => {
        const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
        return parse(schema, value, ctx, finalizeParams(fn, _params));
    };
    return fn;
};
const encode = /* @__PURE__*/ _encode($ZodRealError);
const _decode = (_Err) => {
    const parse = _parse(_Err);
    const fn = (schema, value, _ctx, _params) => {
        return parse(schema, value, _ctx, finalizeParams(fn, _params));
    };
    return fn;
};
const decode = /* @__PURE__*/ _decode($ZodRealError);
const _encodeAsync = (_Err) => {
    const parseAsync = _parseAsync(_Err);
    const fn = async (schema, value, _ctx, _params) => {
        const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
        return (await parseAsync(schema, value, ctx, finalizeParams(fn, _params)));
    };
    return fn;
};
const encodeAsync = /* @__PURE__*/ _encodeAsync($ZodRealError);
const _decodeAsync = (_Err) => {
    const parseAsync = _parseAsync(_Err);
    const fn = async (schema, value, _ctx, _params) => {
        return await parseAsync(schema, value, _ctx, finalizeParams(fn, _params));
    };
    return fn;
};
const decodeAsync = /* @__PURE__*/ _decodeAsync($ZodRealError);
const _safeEncode = (_Err) => (schema, value, _ctx) => {
    const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
    return _safeParse(_Err)(schema, value, ctx);
};
const safeEncode = /* @__PURE__*/ _safeEncode($ZodRealError);
const _safeDecode = (_Err) => (schema, value, _ctx) => {
    return _safeParse(_Err)(schema, value, _ctx);
};
const safeDecode = /* @__PURE__*/ _safeDecode($ZodRealError);
const _safeEncodeAsync = (_Err) => async (schema, value, _ctx) => {
    const ctx = _ctx ? { ..._ctx, direction: "backward" } : { direction: "backward" };
    return _safeParseAsync(_Err)(schema, value, ctx);
};
const safeEncodeAsync = /* @__PURE__*/ _safeEncodeAsync($ZodRealError);
const _safeDecodeAsync = (_Err) => async (schema, value, _ctx) => {
    return _safeParseAsync(_Err)(schema, value, _ctx);
};
const safeDecodeAsync = /* @__PURE__*/ _safeDecodeAsync($ZodRealError);

;// CONCATENATED MODULE: ./node_modules/zod/v4/mini/schemas.js




const ZodMiniType = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniType", (inst, def) => {
    if (!inst._zod)
        throw new Error("Uninitialized schema in ZodMiniType.");
    $ZodType.init(inst, def);
    inst.def = def;
    inst.type = def.type;
}, {
    // `with` is an alias for `check`: the same function object, not a wrapper.
    get with() {
        return this.check;
    },
    set with(value) {
        core_util/* own */.qh(this, "with", value);
    },
    parse(data, params) {
        return parse_parse(this, data, params, { callee: this.parse });
    },
    parseAsync(data, params) {
        return parse_parseAsync(this, data, params, { callee: this.parseAsync });
    },
    safeParse(data, params) {
        return safeParse(this, data, params);
    },
    safeParseAsync(data, params) {
        return safeParseAsync(this, data, params);
    },
    check(...checks) {
        const def = this.def;
        return this.clone({
            ...def,
            checks: [
                ...(def.checks ?? []),
                ...checks.map((ch) => typeof ch === "function" ? { _zod: { check: ch, def: { check: "custom" }, onattach: [] } } : ch),
            ],
        }, { parent: true });
    },
    clone(_def, params) {
        return core_util/* clone */.o8(this, _def, params);
    },
    brand() {
        return this;
    },
    register(reg, meta) {
        reg.add(this, meta);
        return this;
    },
    apply(fn, ...args) {
        return args.length === 0 ? fn(this) : fn(this, ...args);
    },
});
const ZodMiniString = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniString", (inst, def) => {
    $ZodString.init(inst, def);
    ZodMiniType.init(inst, def);
});
// @__NO_SIDE_EFFECTS__
function schemas_string(params) {
    return api/* _string */.Rl(ZodMiniString, params);
}
const ZodMiniStringFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniStringFormat", (inst, def) => {
    core.$ZodStringFormat.init(inst, def);
    ZodMiniString.init(inst, def);
})));
const ZodMiniEmail = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniEmail", (inst, def) => {
    core.$ZodEmail.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_email(params) {
    return core._email(ZodMiniEmail, params);
}
const ZodMiniGUID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniGUID", (inst, def) => {
    core.$ZodGUID.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_guid(params) {
    return core._guid(ZodMiniGUID, params);
}
const ZodMiniUUID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniUUID", (inst, def) => {
    core.$ZodUUID.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_uuid(params) {
    return core._uuid(ZodMiniUUID, params);
}
// @__NO_SIDE_EFFECTS__
function uuidv4(params) {
    return core._uuidv4(ZodMiniUUID, params);
}
// ZodMiniUUIDv6
// @__NO_SIDE_EFFECTS__
function uuidv6(params) {
    return core._uuidv6(ZodMiniUUID, params);
}
// ZodMiniUUIDv7
// @__NO_SIDE_EFFECTS__
function uuidv7(params) {
    return core._uuidv7(ZodMiniUUID, params);
}
const ZodMiniURL = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniURL", (inst, def) => {
    core.$ZodURL.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function url(params) {
    return core._url(ZodMiniURL, params);
}
// @__NO_SIDE_EFFECTS__
function httpUrl(params) {
    return core._url(ZodMiniURL, {
        protocol: regexes.httpProtocol,
        hostname: regexes.domain,
        ...util.normalizeParams(params),
    });
}
const ZodMiniEmoji = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniEmoji", (inst, def) => {
    core.$ZodEmoji.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_emoji(params) {
    return core._emoji(ZodMiniEmoji, params);
}
const ZodMiniNanoID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniNanoID", (inst, def) => {
    core.$ZodNanoID.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_nanoid(params) {
    return core._nanoid(ZodMiniNanoID, params);
}
/**
 * @deprecated CUID v1 is deprecated by its authors due to information leakage
 * (timestamps embedded in the id). Use {@link ZodMiniCUID2} instead.
 * See https://github.com/paralleldrive/cuid.
 */
const ZodMiniCUID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniCUID", (inst, def) => {
    core.$ZodCUID.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
/**
 * Validates a CUID v1 string.
 *
 * @deprecated CUID v1 is deprecated by its authors due to information leakage
 * (timestamps embedded in the id). Use {@link cuid2 | `z.cuid2()`} instead.
 * See https://github.com/paralleldrive/cuid.
 */
// @__NO_SIDE_EFFECTS__
function schemas_cuid(params) {
    return core._cuid(ZodMiniCUID, params);
}
const ZodMiniCUID2 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniCUID2", (inst, def) => {
    core.$ZodCUID2.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_cuid2(params) {
    return core._cuid2(ZodMiniCUID2, params);
}
const ZodMiniULID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniULID", (inst, def) => {
    core.$ZodULID.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_ulid(params) {
    return core._ulid(ZodMiniULID, params);
}
const ZodMiniXID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniXID", (inst, def) => {
    core.$ZodXID.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_xid(params) {
    return core._xid(ZodMiniXID, params);
}
const ZodMiniKSUID = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniKSUID", (inst, def) => {
    core.$ZodKSUID.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_ksuid(params) {
    return core._ksuid(ZodMiniKSUID, params);
}
const ZodMiniIPv4 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniIPv4", (inst, def) => {
    core.$ZodIPv4.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_ipv4(params) {
    return core._ipv4(ZodMiniIPv4, params);
}
const ZodMiniIPv6 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniIPv6", (inst, def) => {
    core.$ZodIPv6.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_ipv6(params) {
    return core._ipv6(ZodMiniIPv6, params);
}
const ZodMiniCIDRv4 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniCIDRv4", (inst, def) => {
    core.$ZodCIDRv4.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_cidrv4(params) {
    return core._cidrv4(ZodMiniCIDRv4, params);
}
const ZodMiniCIDRv6 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniCIDRv6", (inst, def) => {
    core.$ZodCIDRv6.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_cidrv6(params) {
    return core._cidrv6(ZodMiniCIDRv6, params);
}
const ZodMiniMAC = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniMAC", (inst, def) => {
    core.$ZodMAC.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_mac(params) {
    return core._mac(ZodMiniMAC, params);
}
const ZodMiniBase64 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniBase64", (inst, def) => {
    core.$ZodBase64.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_base64(params) {
    return core._base64(ZodMiniBase64, params);
}
const ZodMiniBase64URL = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniBase64URL", (inst, def) => {
    core.$ZodBase64URL.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_base64url(params) {
    return core._base64url(ZodMiniBase64URL, params);
}
const ZodMiniE164 = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniE164", (inst, def) => {
    core.$ZodE164.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_e164(params) {
    return core._e164(ZodMiniE164, params);
}
const ZodMiniCreditCard = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniCreditCard", (inst, def) => {
    core.$ZodCreditCard.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_creditCard(params) {
    return core._creditCard(ZodMiniCreditCard, params);
}
const ZodMiniIBAN = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniIBAN", (inst, def) => {
    core.$ZodIBAN.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_iban(params) {
    return core._iban(ZodMiniIBAN, params);
}
const ZodMiniJWT = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniJWT", (inst, def) => {
    core.$ZodJWT.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function jwt(params) {
    return core._jwt(ZodMiniJWT, params);
}
const ZodMiniCustomStringFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniCustomStringFormat", (inst, def) => {
    core.$ZodCustomStringFormat.init(inst, def);
    ZodMiniStringFormat.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function stringFormat(format, fnOrRegex, _params = {}) {
    return core._stringFormat(ZodMiniCustomStringFormat, format, fnOrRegex, _params);
}
// @__NO_SIDE_EFFECTS__
function schemas_hostname(_params) {
    return core._stringFormat(ZodMiniCustomStringFormat, "hostname", regexes.hostname, _params);
}
// @__NO_SIDE_EFFECTS__
function schemas_hex(_params) {
    return core._stringFormat(ZodMiniCustomStringFormat, "hex", regexes.hex, _params);
}
// @__NO_SIDE_EFFECTS__
function schemas_currencyCode(_params) {
    return core._stringFormat(ZodMiniCustomStringFormat, "currency_code", regexes.currencyCode, _params);
}
// @__NO_SIDE_EFFECTS__
function hash(alg, params) {
    const enc = params?.enc ?? "hex";
    const format = `${alg}_${enc}`;
    const regex = core.regexes[format];
    // check for unrecognized format
    if (!regex)
        throw new Error(`Unrecognized hash format: ${format}`);
    return core._stringFormat(ZodMiniCustomStringFormat, format, regex, params);
}
const ZodMiniNumber = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniNumber", (inst, def) => {
    $ZodNumber.init(inst, def);
    ZodMiniType.init(inst, def);
});
// @__NO_SIDE_EFFECTS__
function schemas_number(params) {
    return api/* _number */.F7(ZodMiniNumber, params);
}
const ZodMiniNumberFormat = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniNumberFormat", (inst, def) => {
    $ZodNumberFormat.init(inst, def);
    ZodMiniNumber.init(inst, def);
});
function schemas_int(params) {
    return api/* _int */.LK(ZodMiniNumberFormat, params);
}
function float32(params) {
    return core._float32(ZodMiniNumberFormat, params);
}
function float64(params) {
    return core._float64(ZodMiniNumberFormat, params);
}
function int32(params) {
    return core._int32(ZodMiniNumberFormat, params);
}
function uint32(params) {
    return core._uint32(ZodMiniNumberFormat, params);
}
const ZodMiniBoolean = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniBoolean", (inst, def) => {
    $ZodBoolean.init(inst, def);
    ZodMiniType.init(inst, def);
});
// @__NO_SIDE_EFFECTS__
function schemas_boolean(params) {
    return api/* _boolean */._L(ZodMiniBoolean, params);
}
const ZodMiniBigInt = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniBigInt", (inst, def) => {
    core.$ZodBigInt.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_bigint(params) {
    return core._bigint(ZodMiniBigInt, params);
}
const ZodMiniBigIntFormat = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniBigIntFormat", (inst, def) => {
    core.$ZodBigIntFormat.init(inst, def);
    ZodMiniBigInt.init(inst, def);
})));
function int64(params) {
    return core._int64(ZodMiniBigIntFormat, params);
}
function uint64(params) {
    return core._uint64(ZodMiniBigIntFormat, params);
}
const ZodMiniSymbol = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniSymbol", (inst, def) => {
    core.$ZodSymbol.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function symbol(params) {
    return core._symbol(ZodMiniSymbol, params);
}
const ZodMiniUndefined = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniUndefined", (inst, def) => {
    core.$ZodUndefined.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_undefined(params) {
    return core._undefined(ZodMiniUndefined, params);
}

const ZodMiniNull = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniNull", (inst, def) => {
    core.$ZodNull.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_null(params) {
    return core._null(ZodMiniNull, params);
}

const ZodMiniAny = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniAny", (inst, def) => {
    core.$ZodAny.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function any() {
    return core._any(ZodMiniAny);
}
const ZodMiniUnknown = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniUnknown", (inst, def) => {
    $ZodUnknown.init(inst, def);
    ZodMiniType.init(inst, def);
});
// @__NO_SIDE_EFFECTS__
function unknown() {
    return api/* _unknown */.em(ZodMiniUnknown);
}
const ZodMiniNever = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniNever", (inst, def) => {
    core.$ZodNever.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function never(params) {
    return core._never(ZodMiniNever, params);
}
const ZodMiniVoid = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniVoid", (inst, def) => {
    core.$ZodVoid.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function _void(params) {
    return core._void(ZodMiniVoid, params);
}

const ZodMiniDate = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniDate", (inst, def) => {
    core.$ZodDate.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function schemas_date(params) {
    return core._date(ZodMiniDate, params);
}
const ZodMiniArray = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniArray", (inst, def) => {
    $ZodArray.init(inst, def);
    ZodMiniType.init(inst, def);
});
// @__NO_SIDE_EFFECTS__
function array(element, params) {
    return new ZodMiniArray({
        type: "array",
        element: element,
        ...core_util/* normalizeParams */.A2(params),
    });
}
// .keyof
// @__NO_SIDE_EFFECTS__
function keyof(schema) {
    const shape = schema._zod.def.shape;
    return _enum(Object.keys(shape));
}
const ZodMiniObject = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniObject", (inst, def) => {
    $ZodObject.init(inst, def);
    ZodMiniType.init(inst, def);
    core_util/* installLazyProp */.X(inst, "shape", (self) => self._zod.def.shape, false);
});
// @__NO_SIDE_EFFECTS__
function object(shape, params) {
    const def = {
        type: "object",
        shape: shape ?? {},
        ...core_util/* normalizeParams */.A2(params),
    };
    return new ZodMiniObject(def);
}
// strictObject
// @__NO_SIDE_EFFECTS__
function strictObject(shape, params) {
    return new ZodMiniObject({
        type: "object",
        shape,
        catchall: never(),
        ...util.normalizeParams(params),
    });
}
// looseObject
// @__NO_SIDE_EFFECTS__
function looseObject(shape, params) {
    return new ZodMiniObject({
        type: "object",
        shape,
        catchall: unknown(),
        ...core_util/* normalizeParams */.A2(params),
    });
}
// object methods
// @__NO_SIDE_EFFECTS__
function extend(schema, shape) {
    return util.extend(schema, shape);
}
// @__NO_SIDE_EFFECTS__
function safeExtend(schema, shape) {
    return util.safeExtend(schema, shape);
}
/**
 * @deprecated Use [`z.extend(A, B.shape)`](https://zod.dev/api?id=extend) instead.
 */
// @__NO_SIDE_EFFECTS__
function merge(a, b) {
    return util.merge(a, b);
}
// @__NO_SIDE_EFFECTS__
function pick(schema, mask) {
    return util.pick(schema, mask);
}
// .omit
// @__NO_SIDE_EFFECTS__
function omit(schema, mask) {
    return util.omit(schema, mask);
}
// @__NO_SIDE_EFFECTS__
function partial(schema, mask) {
    const def = schema._zod.def;
    if (def.type !== "tuple")
        return util.partial(ZodMiniOptional, schema, mask);
    // a refinement was authored against the full arity; partialing would run it on a shorter array
    if (def.checks?.length)
        throw new Error(".partial() cannot be used on tuple schemas containing refinements");
    return util.clone(schema, {
        ...def,
        items: def.items.map((item) => new ZodMiniOptional({ type: "optional", innerType: item })),
    });
}
// @__NO_SIDE_EFFECTS__
function exactPartial(schema, mask) {
    return util.partial(ZodMiniExactOptional, schema, mask, "exactPartial");
}
// @__NO_SIDE_EFFECTS__
function required(schema, mask) {
    return util.required(ZodMiniNonOptional, schema, mask);
}
// @__NO_SIDE_EFFECTS__
function catchall(inst, catchall) {
    // `mergeDefs` rather than a spread: spreading reads `shape`, and resolving it can mint a whole fresh subtree
    return inst.clone(util.mergeDefs(inst._zod.def, { catchall: catchall }));
}
const ZodMiniUnion = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniUnion", (inst, def) => {
    $ZodUnion.init(inst, def);
    ZodMiniType.init(inst, def);
});
// @__NO_SIDE_EFFECTS__
function union(options, params) {
    return new ZodMiniUnion({
        type: "union",
        options: options,
        ...core_util/* normalizeParams */.A2(params),
    });
}
const ZodMiniXor = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniXor", (inst, def) => {
    ZodMiniUnion.init(inst, def);
    core.$ZodXor.init(inst, def);
})));
/** Creates an exclusive union (XOR) where exactly one option must match.
 * Unlike regular unions that succeed when any option matches, xor fails if
 * zero or more than one option matches the input. */
function xor(options, params) {
    return new ZodMiniXor({
        type: "union",
        options: options,
        inclusive: false,
        ...util.normalizeParams(params),
    });
}
const ZodMiniDiscriminatedUnion = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniDiscriminatedUnion", (inst, def) => {
    core.$ZodDiscriminatedUnion.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function discriminatedUnion(discriminator, options, params) {
    return new ZodMiniDiscriminatedUnion({
        type: "union",
        options: options,
        discriminator,
        ...util.normalizeParams(params),
    });
}
const ZodMiniIntersection = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniIntersection", (inst, def) => {
    core.$ZodIntersection.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function intersection(left, right) {
    return new ZodMiniIntersection({
        type: "intersection",
        left: left,
        right: right,
    });
}
const ZodMiniTuple = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniTuple", (inst, def) => {
    core.$ZodTuple.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function tuple(items, _paramsOrRest, _params) {
    const hasRest = _paramsOrRest instanceof core.$ZodType;
    const params = hasRest ? _params : _paramsOrRest;
    const rest = hasRest ? _paramsOrRest : null;
    return new ZodMiniTuple({
        type: "tuple",
        items: items,
        rest,
        ...util.normalizeParams(params),
    });
}
const ZodMiniRecord = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniRecord", (inst, def) => {
    core.$ZodRecord.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function record(keyType, valueType, params) {
    // v3-compat: z.record(valueType, params?) — defaults keyType to z.string()
    if (!valueType || !valueType._zod) {
        return new ZodMiniRecord({
            type: "record",
            keyType: schemas_string(),
            valueType: keyType,
            ...util.normalizeParams(valueType),
        });
    }
    return new ZodMiniRecord({
        type: "record",
        keyType,
        valueType: valueType,
        ...util.normalizeParams(params),
    });
}
// @__NO_SIDE_EFFECTS__
function partialRecord(keyType, valueType, params) {
    return new ZodMiniRecord({
        type: "record",
        keyType,
        valueType: valueType,
        ...util.normalizeParams(params),
        partial: true,
    });
}
function looseRecord(keyType, valueType, params) {
    return new ZodMiniRecord({
        type: "record",
        keyType,
        valueType: valueType,
        mode: "loose",
        ...util.normalizeParams(params),
    });
}
const ZodMiniMap = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniMap", (inst, def) => {
    core.$ZodMap.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function map(keyType, valueType, params) {
    return new ZodMiniMap({
        type: "map",
        keyType: keyType,
        valueType: valueType,
        ...util.normalizeParams(params),
    });
}
const ZodMiniSet = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniSet", (inst, def) => {
    core.$ZodSet.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function set(valueType, params) {
    return new ZodMiniSet({
        type: "set",
        valueType: valueType,
        ...util.normalizeParams(params),
    });
}
const ZodMiniEnum = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniEnum", (inst, def) => {
    $ZodEnum.init(inst, def);
    ZodMiniType.init(inst, def);
    // reuse the parsed value set so a numeric TS enum's reverse-mapping keys stay out
    inst.options = [...inst._zod.values];
});
// @__NO_SIDE_EFFECTS__
function _enum(values, params) {
    const entries = Array.isArray(values) ? Object.fromEntries(values.map((v) => [v, v])) : values;
    return new ZodMiniEnum({
        type: "enum",
        entries,
        ...core_util/* normalizeParams */.A2(params),
    });
}

// @__NO_SIDE_EFFECTS__
/** @deprecated This API has been merged into `z.enum()`. Use `z.enum()` instead.
 *
 * ```ts
 * enum Colors { red, green, blue }
 * z.enum(Colors);
 * ```
 */
function nativeEnum(entries, params) {
    return new ZodMiniEnum({
        type: "enum",
        entries,
        ...util.normalizeParams(params),
    });
}
const ZodMiniLiteral = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniLiteral", (inst, def) => {
    core.$ZodLiteral.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function literal(value, params) {
    return new ZodMiniLiteral({
        type: "literal",
        values: Array.isArray(value) ? value : [value],
        ...util.normalizeParams(params),
    });
}
const ZodMiniFile = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniFile", (inst, def) => {
    core.$ZodFile.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function file(params) {
    return core._file(ZodMiniFile, params);
}
const ZodMiniTransform = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniTransform", (inst, def) => {
    $ZodTransform.init(inst, def);
    ZodMiniType.init(inst, def);
});
// @__NO_SIDE_EFFECTS__
function transform(fn) {
    return new ZodMiniTransform({
        type: "transform",
        transform: fn,
    });
}
const ZodMiniOptional = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniOptional", (inst, def) => {
    $ZodOptional.init(inst, def);
    ZodMiniType.init(inst, def);
});
// @__NO_SIDE_EFFECTS__
function optional(innerType) {
    return new ZodMiniOptional({
        type: "optional",
        innerType: innerType,
    });
}
const ZodMiniExactOptional = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniExactOptional", (inst, def) => {
    core.$ZodExactOptional.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function exactOptional(innerType) {
    return new ZodMiniExactOptional({
        type: "optional",
        innerType: innerType,
    });
}
const ZodMiniNullable = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniNullable", (inst, def) => {
    $ZodNullable.init(inst, def);
    ZodMiniType.init(inst, def);
});
// @__NO_SIDE_EFFECTS__
function nullable(innerType) {
    return new ZodMiniNullable({
        type: "nullable",
        innerType: innerType,
    });
}
// nullish
// @__NO_SIDE_EFFECTS__
function nullish(innerType) {
    return optional(nullable(innerType));
}
const ZodMiniDefault = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniDefault", (inst, def) => {
    core.$ZodDefault.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function _default(innerType, defaultValue) {
    return new ZodMiniDefault({
        type: "default",
        innerType: innerType,
        get defaultValue() {
            return typeof defaultValue === "function" ? defaultValue() : util.shallowClone(defaultValue);
        },
    });
}
const ZodMiniPrefault = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniPrefault", (inst, def) => {
    core.$ZodPrefault.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function prefault(innerType, defaultValue) {
    return new ZodMiniPrefault({
        type: "prefault",
        innerType: innerType,
        get defaultValue() {
            return typeof defaultValue === "function" ? defaultValue() : util.shallowClone(defaultValue);
        },
    });
}
const ZodMiniNonOptional = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniNonOptional", (inst, def) => {
    core.$ZodNonOptional.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function nonoptional(innerType, params) {
    return new ZodMiniNonOptional({
        type: "nonoptional",
        innerType: innerType,
        ...util.normalizeParams(params),
    });
}
const ZodMiniSuccess = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniSuccess", (inst, def) => {
    core.$ZodSuccess.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function success(innerType) {
    return new ZodMiniSuccess({
        type: "success",
        innerType: innerType,
    });
}
const ZodMiniCatch = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniCatch", (inst, def) => {
    $ZodCatch.init(inst, def);
    ZodMiniType.init(inst, def);
});
// @__NO_SIDE_EFFECTS__
function _catch(innerType, catchValue) {
    return new ZodMiniCatch({
        type: "catch",
        innerType: innerType,
        catchValue: (typeof catchValue === "function" ? catchValue : core_util/* constantCatch */.SS(catchValue)),
    });
}

const ZodMiniNaN = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniNaN", (inst, def) => {
    core.$ZodNaN.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function nan(params) {
    return core._nan(ZodMiniNaN, params);
}
const ZodMiniPipe = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniPipe", (inst, def) => {
    $ZodPipe.init(inst, def);
    ZodMiniType.init(inst, def);
});
// @__NO_SIDE_EFFECTS__
function pipe(in_, out) {
    return new ZodMiniPipe({
        type: "pipe",
        in: in_,
        out: out,
    });
}
const ZodMiniCodec = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniCodec", (inst, def) => {
    ZodMiniPipe.init(inst, def);
    core.$ZodCodec.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function codec(in_, out, params) {
    return new ZodMiniCodec({
        type: "pipe",
        in: in_,
        out: out,
        transform: params.decode,
        reverseTransform: params.encode,
    });
}
// @__NO_SIDE_EFFECTS__
function invertCodec(codec) {
    const def = codec._zod.def;
    return new ZodMiniCodec({
        type: "pipe",
        in: def.out,
        out: def.in,
        transform: def.reverseTransform,
        reverseTransform: def.transform,
    });
}
const ZodMiniReadonly = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniReadonly", (inst, def) => {
    core.$ZodReadonly.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function readonly(innerType) {
    return new ZodMiniReadonly({
        type: "readonly",
        innerType: innerType,
    });
}
const ZodMiniTemplateLiteral = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniTemplateLiteral", (inst, def) => {
    core.$ZodTemplateLiteral.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function templateLiteral(parts, params) {
    return new ZodMiniTemplateLiteral({
        type: "template_literal",
        parts,
        ...util.normalizeParams(params),
    });
}
const ZodMiniLazy = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniLazy", (inst, def) => {
    core.$ZodLazy.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// export function lazy<T extends object>(getter: () => T): T {
//   return util.createTransparentProxy<T>(getter);
// }
// @__NO_SIDE_EFFECTS__
function _lazy(getter) {
    return new ZodMiniLazy({
        type: "lazy",
        getter: getter,
    });
}

const ZodMiniPromise = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniPromise", (inst, def) => {
    core.$ZodPromise.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function promise(innerType) {
    return new ZodMiniPromise({
        type: "promise",
        innerType: innerType,
    });
}
const ZodMiniCustom = /*@__PURE__*/ core_core/* $constructor */.xI("ZodMiniCustom", (inst, def) => {
    $ZodCustom.init(inst, def);
    ZodMiniType.init(inst, def);
});
// custom checks
// @__NO_SIDE_EFFECTS__
function check(fn, params) {
    const ch = new core.$ZodCheck({
        check: "custom",
        ...util.normalizeParams(params),
    });
    ch._zod.check = fn;
    return ch;
}
// ZodCustom custom schema
// @__NO_SIDE_EFFECTS__
function custom(fn, _params) {
    return core._custom(ZodMiniCustom, fn ?? (() => true), _params);
}
// refine
// @__NO_SIDE_EFFECTS__
function refine(fn, _params = {}) {
    return api/* _refine */.fU(ZodMiniCustom, fn, _params);
}
// superRefine
// @__NO_SIDE_EFFECTS__
function superRefine(fn, params) {
    return core._superRefine(fn, params);
}
// Re-export describe and meta from core
const describe = api/* describe */.q0;
const meta = api/* meta */.mI;
// instanceof
class Class {
    constructor(..._args) { }
}
// @__NO_SIDE_EFFECTS__
function _instanceof(cls, params = {}) {
    const inst = custom((data) => data instanceof cls, params);
    inst._zod.bag.Class = cls;
    // Override check to emit invalid_type instead of custom
    inst._zod.check = (payload) => {
        if (!(payload.value instanceof cls)) {
            payload.issues.push({
                code: "invalid_type",
                expected: cls.name,
                input: payload.value,
                inst,
                path: [...(inst._zod.def.path ?? [])],
            });
        }
    };
    return inst;
}

// stringbool
const stringbool = (...args) => core._stringbool({
    Codec: ZodMiniCodec,
    Boolean: ZodMiniBoolean,
    String: ZodMiniString,
}, ...args);
// @__NO_SIDE_EFFECTS__
function json() {
    const jsonSchema = _lazy(() => {
        return union([schemas_string(), schemas_number(), schemas_boolean(), schemas_null(), array(jsonSchema), record(schemas_string(), jsonSchema)]);
    });
    return jsonSchema;
}
const ZodMiniFunction = /*@__PURE__*/ (/* unused pure expression or super */ null && (core.$constructor("ZodMiniFunction", (inst, def) => {
    core.$ZodFunction.init(inst, def);
    ZodMiniType.init(inst, def);
})));
// @__NO_SIDE_EFFECTS__
function _function(params) {
    return new ZodMiniFunction({
        type: "function",
        input: Array.isArray(params?.input) ? tuple(params?.input) : (params?.input ?? array(unknown())),
        output: params?.output ?? unknown(),
    });
}



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
/******/ 		return {"108":"abf","539":"http-write","584":"sourcemaps","637":"http-write-packages","778":"github-octokit-packages","825":"github-octokit","856":"http-tunnel"}[chunkId] + ".js";
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
