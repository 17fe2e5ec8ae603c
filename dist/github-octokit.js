export const id = 825;
export const ids = [825];
export const modules = {

/***/ 3319:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  createCommitSource: () => (/* binding */ createCommitSource)
});

// EXTERNAL MODULE: ./node_modules/@actions/github/lib/utils.js + 2 modules
var utils = __webpack_require__(7176);
// EXTERNAL MODULE: ./node_modules/@octokit/rest/dist-src/index.js + 3 modules
var dist_src = __webpack_require__(1267);
// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/text/sanitize.ts
var sanitize = __webpack_require__(4212);
// EXTERNAL MODULE: ./src/text/url.ts
var url = __webpack_require__(114);
// EXTERNAL MODULE: ./src/http/error-body.ts
var error_body = __webpack_require__(4995);
;// CONCATENATED MODULE: ./src/github/errors.ts




/** The HTTP status of what octokit threw; undefined when there was no response. */
function statusOf(error) {
    const { status, cause } = error;
    return typeof status === 'number' && !(cause instanceof errors/* ActionError */.lZ) ? status : undefined;
}
/**
 * Octokit wraps what the transport throws, and its errors hold the request: neither travels further.
 */
function explain(error, { apiUrl, repository }) {
    if (error instanceof errors/* ActionError */.lZ)
        return error;
    const { cause, message } = error;
    if (cause instanceof errors/* ActionError */.lZ)
        return cause;
    const status = statusOf(error);
    const host = (0,url/* parseUrl */.D)(apiUrl)?.host ?? apiUrl;
    const reason = typeof message === 'string' ? describe(message) : 'no response';
    return new errors/* ActionError */.lZ(`Could not read the commits of ${repository} from ${host}: ${status === undefined ? reason : `HTTP ${status}: ${reason}`}`, { advice: advise(status, repository) });
}
function advise(status, repository) {
    switch (status) {
        case 401:
            return 'GitHub does not accept github-token. Leave the input out to use the token of the job.';
        case 403:
        case 404:
        case 422:
            return `Grant the job "permissions: contents: read", and check that github-token may read ${repository}.`;
        case 429:
            return 'GitHub limits how often its API is called. Re-run the job later.';
        case undefined:
        default:
            return 'Re-run the job. If the problem persists, check https://www.githubstatus.com, or set set-commits: skip.';
    }
}
/** Octokit takes the whole body for the message where it is not JSON. */
function describe(message) {
    return (0,error_body/* isWebPage */.AA)(message) ? (0,error_body/* describeWebPage */.Dd)(message, sanitize/* toSingleLine */.OX) : (0,sanitize/* toSingleLine */.OX)(message, 200);
}

// EXTERNAL MODULE: ./src/wait/pool.ts
var pool = __webpack_require__(7391);
// EXTERNAL MODULE: ./node_modules/zod/v4/mini/schemas.js + 5 modules
var schemas = __webpack_require__(8395);
;// CONCATENATED MODULE: ./src/github/schema.ts



/** The parts of GitHub's responses that are used; the types of octokit are not checked against what arrives. */
const Text = (0,schemas/* catch */.MfU)(schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* string */.YjP())), undefined);
const Signature = (0,schemas/* catch */.MfU)(schemas/* optional */.lqM(schemas/* nullable */.mee(schemas/* looseObject */._H3({ name: Text, email: Text, date: Text }))), undefined);
const CommitSchema = schemas/* looseObject */._H3({
    sha: schemas/* string */.YjP(),
    commit: schemas/* looseObject */._H3({ message: (0,schemas/* catch */.MfU)(schemas/* string */.YjP(), ''), author: Signature, committer: Signature }),
});
/** A list without the items that cannot be read, so that one of them does not cost the others. */
function readable(item) {
    return schemas/* pipe */.FsL(schemas/* array */.YOg((0,schemas/* catch */.MfU)(schemas/* optional */.lqM(item), undefined))
        .check(schemas/* refine */.YPB((items) => items.length === 0 || items.some((one) => one !== undefined))), schemas/* transform */.pdi((items) => items.filter((one) => one !== undefined)));
}
/** GET /repos/{owner}/{repo}/commits */
const CommitListSchema = readable(CommitSchema);
/** GET /repos/{owner}/{repo}/compare/{basehead} */
const ComparisonSchema = schemas/* looseObject */._H3({
    status: schemas/* string */.YjP(),
    total_commits: schemas/* number */.aig(),
    commits: CommitListSchema,
});
/** GET /repos/{owner}/{repo}/commits/{ref} */
const FilesSchema = schemas/* looseObject */._H3({
    files: schemas/* optional */.lqM(schemas/* nullable */.mee(readable(schemas/* looseObject */._H3({ status: schemas/* string */.YjP(), filename: schemas/* string */.YjP(), previous_filename: Text })))),
});
/**
 * A response of GitHub, checked.
 * @throws ActionError that names the first field that does not fit
 */
function parse(schema, data) {
    const parsed = schema.safeParse(data);
    if (parsed.success)
        return parsed.data;
    const path = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new errors/* ActionError */.lZ(`GitHub sent a response in an unknown format (${path === '' ? 'no such list' : `field ${path}`}).`, { advice: 'Check that GITHUB_API_URL is the address of a GitHub API, or set set-commits: skip.' });
}

;// CONCATENATED MODULE: ./src/github/range.ts




/** Commits without a base: what Sentry takes too when it has no earlier release. */
const WITHOUT_BASE = 20;
/** The largest page that GitHub gives, for commits and for files. */
const PER_PAGE = 100;
/** Pages of 100: about what fits into one request to Sentry. */
const MAX_PAGES = 10;
/** One request each, out of the 1,000 an hour that a repository has. */
const MAX_WITH_FILES = 100;
const CONCURRENCY = 6;
/** Commits whose files could not be read, after which no more files are requested. */
const MAX_FAILURES = 6;
/**
 * The commits of `head` that `base` does not have (GET /compare/), or the last 20 (GET /commits). On a branch that
 * left the history of `base`, the comparison has the commits since their merge base. A comparison of which a page is
 * missing is as good as none.
 * @throws what octokit throws, and ActionError when not even the last commits can be read
 */
async function readRange(octokit, place, head, base) {
    if (base === undefined)
        return { ...(await readLast(octokit, place, head)), base: 'none' };
    const first = await compare(octokit, place, head, base, 1).catch(unlessCancelled);
    if (!first)
        return { ...(await readLast(octokit, place, head)), base: 'unknown' };
    if (first instanceof Failed)
        return await readWithoutComparison(octokit, place, head, base, first);
    // Pages run from the oldest to the newest, and the newest are the ones to keep.
    const total = first.total_commits;
    const last = Math.max(1, Math.ceil(total / PER_PAGE));
    const wanted = Array.from({ length: last }, (_, index) => index + 1).slice(-MAX_PAGES);
    const read = await (0,pool/* mapPool */.P)(wanted, CONCURRENCY, async (page) => page === 1 ? first : await compare(octokit, place, head, base, page).catch(unlessCancelled));
    const pages = read.flatMap((page) => (page && !(page instanceof Failed) ? [page] : []));
    const commits = pages.flatMap((page) => page.commits.map(asCommit)).toReversed();
    // Sentry takes the newest commit for the head of the release, where the next one begins.
    const complete = pages.length === read.length && (total === 0 || commits[0]?.sha === head);
    if (!complete) {
        const failed = read.find((page) => page instanceof Failed) ?? new Failed('a part of the comparison is missing');
        return await readWithoutComparison(octokit, place, head, base, failed);
    }
    return { commits, total, base: first.status === 'diverged' ? 'diverged' : 'found' };
}
class Failed {
    reason;
    constructor(reason) {
        this.reason = reason;
    }
}
/**
 * What the history of `head` lists before `base` (GET /commits), for a comparison that GitHub cannot make; the last 20
 * commits when `base` is not in it.
 */
async function readWithoutComparison(octokit, place, head, base, { reason }) {
    const commits = [];
    for (let page = 1; page <= MAX_PAGES; page += 1) {
        const { data } = await octokit.repos.listCommits({ ...place, sha: head, page, per_page: PER_PAGE });
        const some = parse(CommitListSchema, data).map(asCommit);
        const end = some.findIndex(({ sha }) => sha.startsWith(base));
        commits.push(...some.slice(0, end === -1 ? undefined : end));
        if (end !== -1)
            return { commits, total: commits.length, base: 'listed', failure: reason };
        if (data.length < PER_PAGE)
            break;
    }
    const last = commits.slice(0, WITHOUT_BASE);
    return { commits: last, total: last.length, base: 'failed', failure: reason };
}
/** The failure of one request, which must not cost the whole list; a cancelled job ends here. */
function unlessCancelled(error) {
    const { cause } = error;
    if (cause instanceof errors/* CancelledError */.cc)
        throw cause;
    return new Failed(formatFailure(error));
}
/** Undefined when GitHub knows no such base (404). */
async function compare(octokit, place, head, base, page) {
    try {
        const basehead = `${base}...${head}`;
        const { data } = await octokit.repos.compareCommitsWithBasehead({
            ...place,
            basehead,
            page,
            per_page: PER_PAGE,
        });
        return parse(ComparisonSchema, data);
    }
    catch (error) {
        if (statusOf(error) === 404)
            return undefined;
        throw error;
    }
}
async function readLast(octokit, place, head) {
    const { data } = await octokit.repos.listCommits({ ...place, sha: head, per_page: WITHOUT_BASE });
    const commits = parse(CommitListSchema, data).map(asCommit);
    return { commits, total: commits.length };
}
/** Adds the changed files of the newest commits. A commit whose files cannot be read goes without them. */
async function withFiles(octokit, place, range) {
    const newest = range.commits.slice(0, MAX_WITH_FILES);
    const older = range.commits.slice(MAX_WITH_FILES);
    const reasons = new Set();
    let failures = 0;
    const detailed = await (0,pool/* mapPool */.P)(newest, CONCURRENCY, async (commit) => {
        // Without the right to read them, or in an outage, every request would fail and wait for its retries.
        if (failures >= MAX_FAILURES)
            return commit;
        const files = await readFiles(octokit, place, commit.sha).catch(unlessCancelled);
        if (!(files instanceof Failed))
            return { ...commit, files };
        failures += 1;
        reasons.add(files.reason);
        return commit;
    });
    if (older.length > 0)
        reasons.add(`files are read for the newest ${MAX_WITH_FILES} commits`);
    return {
        ...range,
        commits: [...detailed, ...older],
        filesMissing: reasons.size > 0 ? [...reasons].join('; ') : undefined,
    };
}
function formatFailure(error) {
    const status = statusOf(error);
    if (status !== undefined)
        return `GitHub responded with ${status}`;
    const { cause } = error;
    const own = error instanceof errors/* ActionError */.lZ ? error : cause;
    return own instanceof errors/* ActionError */.lZ ? own.message.replace(/\.$/, '') : 'GitHub could not be reached';
}
async function readFiles(octokit, place, ref) {
    const files = [];
    for (let page = 1; page <= MAX_PAGES; page += 1) {
        const { data } = await octokit.repos.getCommit({ ...place, ref, page, per_page: PER_PAGE });
        const some = parse(FilesSchema, data).files ?? [];
        files.push(...some.map((file) => ({
            status: file.status,
            path: file.filename,
            previousPath: file.previous_filename ?? undefined,
        })));
        if ((data.files ?? []).length < PER_PAGE)
            break;
    }
    return files;
}
function asCommit({ sha, commit }) {
    return {
        sha,
        message: commit.message,
        authorName: commit.author?.name ?? undefined,
        authorEmail: commit.author?.email ?? undefined,
        date: commit.committer?.date ?? commit.author?.date ?? undefined,
    };
}

;// CONCATENATED MODULE: ./src/github/octokit.ts







/*
 * This module is imported late, only when commits have to be read: octokit and @actions/github take longer to load
 * than a whole run without them.
 */
/** A comparison brings the patches of up to 300 files along. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;
/** Commits by GitHub's REST API: compare, list, and one commit each for its files. */
function createCommitSource(deps) {
    const octokit = connect(deps);
    const [owner = '', repo = ''] = deps.repository.split('/');
    const place = { owner, repo };
    return {
        async read(head, base) {
            if (!(0,url/* parseUrl */.D)(deps.apiUrl)) {
                throw new errors/* ActionError */.lZ(`GITHUB_API_URL is not a URL: ${(0,sanitize/* quoted */.TL)(deps.apiUrl)}.`, {
                    advice: 'The runner sets it; on GitHub Enterprise Server it ends in /api/v3.',
                });
            }
            try {
                const range = await readRange(octokit, place, head, base);
                return await withFiles(octokit, place, range);
            }
            catch (error) {
                throw explain(error, deps);
            }
        },
    };
}
/** Octokit over the action's own HTTP: the same proxies, limits, retries and cleaned errors as everywhere. */
function connect({ http, logger, token, apiUrl }) {
    const fetch = async (url, init) => {
        const response = await http.send({
            method: 'GET',
            url: new URL(url),
            headers: init.headers ?? {},
            intent: 'read the commits',
            effect: 'idempotent',
            peer: { name: 'GitHub', urlInput: 'GITHUB_API_URL' },
            maxResponseBytes: MAX_RESPONSE_BYTES,
        });
        const { status, json } = response;
        const link = response.header('link');
        // Octokit parses what it is given as JSON. Secrets are taken out of values only, so that it stays JSON.
        const type = json === undefined ? 'text/plain' : 'application/json';
        const headers = { 'content-type': type, ...(link === undefined ? {} : { link }) };
        const body = json === undefined ? response.text : JSON.stringify(json);
        return new Response(status === 204 || status === 304 ? null : body, { status, headers });
    };
    const debug = (message) => {
        logger.debug((0,sanitize/* toSingleLine */.OX)(message));
    };
    // Octokit would write to the console, past the one place that defuses what is shown.
    const ignore = () => undefined;
    return new dist_src/* Octokit */.E((0,utils/* getOctokitOptions */.EG)(token, {
        baseUrl: apiUrl.replace(/\/+$/, ''),
        request: { fetch },
        log: { debug: ignore, info: ignore, warn: debug, error: debug },
    }));
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


/***/ }),

/***/ 8501:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Q: () => (/* binding */ HttpClient)
/* harmony export */ });
class HttpClient {
  // @actions/github asks for both while it is loaded. There is no agent: octokit gets the action's own HTTP.
  getAgent() {
    return undefined
  }

  getAgentDispatcher() {
    return undefined
  }

  getJson() {
    throw new Error('HttpClient.getJson is not part of this action, see scripts/stubs/README.md')
  }
}


/***/ }),

/***/ 8019:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   h: () => (/* binding */ fetch)
/* harmony export */ });
/* unused harmony export ProxyAgent */
function ProxyAgent() {
  throw new Error('ProxyAgent is not part of this action, see scripts/stubs/README.md')
}

function fetch() {
  throw new Error('fetch is not part of this action, see scripts/stubs/README.md')
}


/***/ })

};
