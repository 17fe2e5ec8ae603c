export const id = 584;
export const ids = [584];
export const modules = {

/***/ 1584:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  renderSourceMaps: () => (/* reexport */ renderSourceMaps),
  uploadSourceMaps: () => (/* binding */ uploadSourceMaps)
});

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./src/text/sanitize.ts
var sanitize = __webpack_require__(4212);
// EXTERNAL MODULE: ./node_modules/zod/v4/mini/schemas.js + 5 modules
var schemas = __webpack_require__(8395);
// EXTERNAL MODULE: ./node_modules/zod/v4/core/api.js + 1 modules
var api = __webpack_require__(3305);
// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/sentry/call.ts
var sentry_call = __webpack_require__(2099);
// EXTERNAL MODULE: ./src/text/url.ts
var text_url = __webpack_require__(114);
// EXTERNAL MODULE: ./src/sentry/errors.ts
var sentry_errors = __webpack_require__(8496);
;// CONCATENATED MODULE: ./src/sourcemaps/api.ts





/** Any one of these lets a token upload artifact bundles. */
const SCOPES = ['org:ci', 'project:write', 'project:admin', 'project:releases'];
/** Bytes. Sentry names 8 MiB; larger chunks would only take more memory. */
const MAX_CHUNK = 8 * 1024 * 1024;
const OptionsSchema = schemas/* object */.Ikc({
    url: schemas/* string */.YjP(),
    chunkSize: schemas/* number */.aig().check(api/* _positive */.NC()),
    maxRequestSize: schemas/* number */.aig().check(api/* _positive */.NC()),
    maxFileSize: schemas/* optional */.lqM(schemas/* number */.aig().check(api/* _positive */.NC())),
    concurrency: schemas/* number */.aig().check(api/* _positive */.NC()),
    hashAlgorithm: schemas/* string */.YjP(),
    accept: schemas/* optional */.lqM(schemas/* array */.YOg(schemas/* string */.YjP())),
});
const AssembleSchema = schemas/* object */.Ikc({
    state: schemas/* enum */.k5n(['not_found', 'created', 'assembling', 'ok', 'error']),
    missingChunks: schemas/* optional */.lqM(schemas/* array */.YOg(schemas/* string */.YjP())),
    detail: schemas/* nullish */.cl6(schemas/* string */.YjP()),
});
const BundleListSchema = schemas/* array */.YOg(schemas/* object */.Ikc({
    bundleId: schemas/* string */.YjP(),
    associations: schemas/* array */.YOg(schemas/* object */.Ikc({ release: schemas/* string */.YjP(), dist: schemas/* nullish */.cl6(schemas/* string */.YjP()) })),
}));
function createUploadApi(call, account) {
    return {
        async options() {
            const response = await call({ method: 'GET', path: 'chunk-upload/', intent: 'ask how to upload' });
            if (response.status !== 200)
                throw (0,sentry_errors/* explain */.WE)(response, account, SCOPES);
            const { accept = [], url, ...options } = (0,sentry_call/* parse */.qg)(OptionsSchema, response);
            const chunkSize = Math.min(options.chunkSize, options.maxRequestSize, MAX_CHUNK);
            const reportsMissing = accept.includes('artifact_bundles_v2');
            if ((!reportsMissing && !accept.includes('artifact_bundles')) || options.hashAlgorithm !== 'sha1') {
                throw tooOld(account);
            }
            const path = `api/0/organizations/${encodeURIComponent(account.organization)}/chunk-upload/`;
            const address = uploadUrl(url, new URL(path, account.base));
            return {
                ...address,
                reportsMissing,
                chunkSize: Math.max(1, Math.floor(chunkSize)),
                concurrency: Math.max(1, Math.floor(options.concurrency)),
                maxFileSize: options.maxFileSize,
            };
        },
        async assemble({ checksum, chunks, projects, version, dist }) {
            const response = await call({
                method: 'POST',
                path: 'artifactbundle/assemble/',
                body: { checksum, chunks, projects: projects.map(sentry_call/* asProject */.kC), version, dist },
                intent: 'assemble the bundle of source maps',
            });
            if (response.status !== 200)
                throw (0,sentry_errors/* explain */.WE)(response, account, SCOPES);
            return (0,sentry_call/* parse */.qg)(AssembleSchema, response);
        },
        async hasBundle(id, { projects, version, dist }) {
            for (const project of projects) {
                const names = [account.organization, project].map(encodeURIComponent).join('/');
                const reply = await call({
                    method: 'GET',
                    path: `../../projects/${names}/files/artifact-bundles/`,
                    query: { query: id },
                    intent: 'look up the bundle of source maps',
                });
                const list = reply.status === 200 ? BundleListSchema.safeParse(reply.json).data : undefined;
                const found = list?.find(({ bundleId }) => bundleId === id);
                const isThere = found?.associations.some((one) => one.release === version && (one.dist ?? undefined) === dist);
                if (!isThere)
                    return false;
            }
            return true;
        },
        async sendChunk(url, { bytes, contentType }) {
            const upload = { url, bytes, contentType };
            const response = await call({
                method: 'POST',
                path: '',
                upload,
                intent: 'upload a chunk of source maps',
            });
            if (response.status === 413)
                throw refusedSize(response, bytes.length);
            if (response.status !== 200)
                throw (0,sentry_errors/* explain */.WE)(response, account, SCOPES);
        },
    };
}
/**
 * Where chunks go. The server names the address, and the token is sent to it: it has to be the base's own host, or
 * over https a host below it (regions of sentry.io). Badly configured servers name an address that cannot be reached;
 * instead of any other, the address of the options is used.
 * @param own the address of the options
 */
function uploadUrl(text, own) {
    const url = (0,text_url/* parseUrl */.D)(text, own.href);
    const domain = own.hostname.endsWith('.sentry.io') ? 'sentry.io' : own.hostname;
    const isBelow = url?.protocol === 'https:' && url.port === '' && url.hostname.endsWith(`.${domain}`);
    if (url && !url.username && !url.password && (url.origin === own.origin || isBelow)) {
        return { url, refusedUrl: undefined };
    }
    return { url: own, refusedUrl: url ? `${url.origin}${url.pathname}` : text };
}
function tooOld({ base }) {
    return new errors/* ActionError */.lZ(`The Sentry server at ${base} does not accept artifact bundles.`, {
        title: 'Source maps failed',
        advice: 'Update the server to 23.6 or later, or leave the input sourcemaps out.',
    });
}
function refusedSize(response, bytes) {
    return response.error('status', `responded with 413: a request of ${bytes} bytes is too large`, {
        advice: 'A proxy in front of Sentry limits the size of requests. Raise its limit, such as client_max_body_size of nginx, to at least 32 MB.',
    });
}

;// CONCATENATED MODULE: ./src/sourcemaps/paths.ts

/** Whether an absolute path without links is inside of a directory, or is it. */
function isInside(path, directory) {
    return path === directory || path.startsWith(directory.endsWith(external_node_path_.sep) ? directory : directory + external_node_path_.sep);
}
/** A path relative to the workspace, with `/`. */
function shownPath(path, workspace) {
    return (0,external_node_path_.relative)(workspace, path).split(external_node_path_.sep).join('/') || '.';
}
/** Such as `.js`, in lower case. */
function extensionOf(path) {
    return (0,external_node_path_.extname)(path).toLowerCase();
}

;// CONCATENATED MODULE: ./src/sourcemaps/errors.ts



/** Lines of a message. */
const MAX_LISTED = 20;
function listed(lines) {
    const shown = lines.slice(0, MAX_LISTED).map((line) => (0,sanitize/* toSingleLine */.OX)(line));
    return [...shown, ...(lines.length > MAX_LISTED ? [`and ${lines.length - MAX_LISTED} more`] : [])].join('\n');
}
function failure(message, advice) {
    return new errors/* ActionError */.lZ(message, { title: 'Source maps failed', advice });
}
/** What the file system refused, as an error that a person can act on; undefined for any other error. */
function fileError(error, workspace) {
    const { code, syscall, path } = error;
    if (!(error instanceof Error) || typeof code !== 'string' || typeof syscall !== 'string')
        return undefined;
    const where = typeof path === 'string' ? (0,sanitize/* toSingleLine */.OX)(shownPath(path, workspace)) : 'a file';
    return failure(`The runner refused to ${syscall} ${where} (${(0,sanitize/* toSingleLine */.OX)(code, 20)}).`, code === 'ENOSPC'
        ? 'Free space on the disk of the runner.'
        : 'Check the owner and the permissions of this file.');
}
/** @param what the file, as a person knows it */
function changedMeanwhile(what) {
    return failure(`${what} was changed by another process while this step ran.`, 'Run this step after everything that writes to the build directory has ended.');
}

// EXTERNAL MODULE: ./src/summary/markdown.ts
var markdown = __webpack_require__(7175);
;// CONCATENATED MODULE: ./src/sourcemaps/report.ts


/** Rows of the table in the summary that are shown at once, and bytes for all of them. */
const FIRST_ROWS = 20;
const MAX_BYTES = 120_000;
/** Scripts in which errors will not be resolved, and why. */
function unresolved(scripts) {
    return scripts.flatMap(({ file, reason }) => (reason === undefined ? [] : [{ path: file.shown, reason }]));
}
/** Bytes in UTF-16, as GitHub counts; a larger output fails the job. */
const MAX_OUTPUT = 1024 * 1024;
/** @returns whether the list of unresolved scripts was left out, because GitHub takes no output of that size */
function setSourceMapOutputs(outputs, report) {
    const bundled = report.bundleIds.length === 0 ? [] : report.scripts.filter(({ upload, map }) => upload && map);
    const list = JSON.stringify(unresolved(report.scripts));
    const isTooLong = list.length * 2 > MAX_OUTPUT;
    outputs.set('sourcemap-bundle-ids', JSON.stringify(report.bundleIds));
    outputs.set('sourcemap-files', String(bundled.length));
    if (!isTooLong)
        outputs.set('sourcemap-unresolved', list);
    outputs.set('sourcemap-bytes-sent', String(report.bytesSent));
    outputs.set('sourcemap-state', report.state);
    return isTooLong;
}
/** The section of the job summary: one line, the scripts that Sentry cannot resolve, and all others collapsed. */
function renderSourceMaps({ scripts, state, bytesSent, bundleIds }) {
    const bad = scripts.filter(({ reason }) => reason !== undefined);
    const good = scripts.filter(({ reason }) => reason === undefined);
    const sent = `${(0,markdown/* counted */.hS)(bundleIds.length, 'bundle')}, ${(0,markdown/* formatBytes */.z3)(bytesSent)} sent by this run`;
    const results = {
        ok: `uploaded (${sent})`,
        pending: `uploaded, Sentry is still processing them (${sent})`,
        skipped: 'not uploaded',
    };
    const list = (0,markdown/* splitList */.ry)([...bad, ...good].map(row), Math.min(bad.length, FIRST_ROWS), MAX_BYTES);
    return [
        '#### Source maps',
        '',
        `<p>${(0,markdown/* counted */.hS)(scripts.length, 'script')}, ${good.length} with a usable source map: ${results[state]}</p>`,
        '',
        ...(list.first.length > 0 ? [...table(list.first), ''] : []),
        ...(0,markdown/* collapsedRest */.gv)(list, list.first.length > 0 ? 'more script' : 'script', table),
    ].join('\n');
}
/** The URL stands below the file, because they are nearly the same and both are long. */
function row({ file, id, reason, segments }) {
    const result = reason === undefined ? `✅ ${(0,markdown/* counted */.hS)(segments, 'mapping')}` : `⚠️ ${(0,sanitize/* escapeMarkdown */.FV)(reason)}`;
    return `<tr><td>${(0,markdown/* code */.aY)(file.shown)}<br>${(0,markdown/* code */.aY)(file.url)}</td><td>${result}</td><td>${(0,markdown/* code */.aY)(id ?? 'none')}</td></tr>`;
}
function table(rows) {
    const titles = ['File and URL', 'Result', 'Debug id'];
    const head = `<tr>${titles.map((title) => `<th align="left">${title}</th>`).join('')}</tr>`;
    return ['<table>', head, ...rows, '</table>'];
}

;// CONCATENATED MODULE: ./src/sourcemaps/check.ts


/** What must hold before a file is changed or a byte is sent. */
/** With `check`, every script must have its id already. */
function checkIds(scripts, { inject }) {
    const without = scripts.filter(({ id }) => id === undefined);
    if (inject !== 'check' || without.length === 0)
        return;
    throw failure(`${without.length} of ${scripts.length} scripts have no debug id:\n${listed(without.map(({ file }) => file.shown))}`, 'Deploy the files that the step with sourcemaps-inject: true has written.');
}
function checkUsable(scripts, { missing }, logger) {
    const bad = unresolved(scripts);
    if (scripts.length > 0 && bad.length === 0)
        return;
    const message = scripts.length === 0
        ? 'The paths of sourcemaps hold no scripts (.js, .cjs, .mjs).'
        : `Errors in ${bad.length} of ${scripts.length} scripts will not be resolved:\n${listed(bad.map(({ path, reason }) => `${path}: ${reason}`))}`;
    if (missing === 'fail') {
        throw failure(message, 'Check that the build writes source maps and that the paths are right. If these scripts need no source maps, set sourcemaps-missing to warn.');
    }
    if (missing === 'warn')
        logger.warning(message, 'Source maps missing');
    else
        logger.info(message);
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:buffer"
var external_node_buffer_ = __webpack_require__(4573);
;// CONCATENATED MODULE: ./src/sourcemaps/read-script.ts


/** Bytes. Node cannot hold a longer text than 512 MiB, and Sentry processes much less. */
const MAX_SCRIPT = 256 * 1024 * 1024;
/** @returns the bytes of a script, or why a file with the name of a script cannot be handled as one */
async function readScript(path, files) {
    const entry = await files.entry(path);
    if (!entry)
        return { problem: 'the file does not exist any more, or its name is not UTF-8' };
    if (entry.size > MAX_SCRIPT)
        return { problem: 'the script is larger than 256 MiB' };
    const script = await files.read(path);
    const problem = problemOf(script);
    return problem === undefined ? script : { problem };
}
function sha1(bytes) {
    return (0,external_node_crypto_.createHash)('sha1').update(bytes).digest('hex');
}
function problemOf(script) {
    if (script[0] === 0x1f && script[1] === 0x8b)
        return 'the file is compressed with gzip: run this step before compression';
    const magic = script.toString('hex', 0, 8);
    if (magic === 'c61fbc03c103191f')
        return 'Hermes bytecode: upload it with the tools of Sentry for React Native';
    if (magic.startsWith('e5d10bfb'))
        return 'a RAM bundle: upload it with the tools of Sentry for React Native';
    return (0,external_node_buffer_.isUtf8)(script) ? undefined : 'the script is not UTF-8';
}

;// CONCATENATED MODULE: ./src/sourcemaps/replace.ts







/**
 * Replaces files all together or not at all. New files are written beside the old ones. Then a journal says what is about
 * to be renamed, and each old file is kept under a second name until all are renamed. A process that is killed in between
 * leaves the journal, by which the next run undoes what was begun.
 */
/** Names of all files that are left behind when the process is killed; hidden, and so no part of a build. */
const LEFTOVER = '.debug-ids-';
const JOURNAL = /^\.debug-ids-[0-9a-f-]{36}\.json$/;
/** Whether an earlier run was ended after it had begun to rename. */
function isJournal(name) {
    return JOURNAL.test(name);
}
function startReplacement() {
    const staged = [];
    return {
        stage: async (path, bytes) => {
            const { mode } = (0,external_node_fs_.statSync)(path);
            const stem = (0,external_node_path_.join)((0,external_node_path_.dirname)(path), `${LEFTOVER}${(0,external_node_crypto_.randomUUID)()}`);
            const [fresh, old] = [`${stem}.new`, `${stem}.old`];
            staged.push({ path, fresh, old, digest: sha1(bytes), seen: stateOf(path) });
            (0,external_node_fs_.writeFileSync)(fresh, bytes, { mode: mode & 0o777, flag: 'wx' });
            // The mask of the process does not apply to a file that replaces another.
            (0,external_node_fs_.chmodSync)(fresh, mode & 0o7777);
        },
        commit: () => {
            commit(staged.splice(0));
        },
        discard: () => {
            clean(staged.splice(0));
        },
    };
}
/** Nothing in here waits, so that no signal and no other part of this process comes in between. */
function commit(staged) {
    const [first] = staged;
    if (!first)
        return;
    const journal = (0,external_node_path_.join)((0,external_node_path_.dirname)(first.path), `${LEFTOVER}${(0,external_node_crypto_.randomUUID)()}.json`);
    const renamed = [];
    try {
        for (const { path, old, seen } of staged) {
            if (stateOf(path) !== seen)
                throw changedMeanwhile((0,external_node_path_.basename)(path));
            keep(path, old);
        }
        (0,external_node_fs_.writeFileSync)(journal, describe(staged, (0,external_node_path_.dirname)(journal)), { flag: 'wx' });
        for (const one of staged) {
            (0,external_node_fs_.renameSync)(one.fresh, one.path);
            renamed.push(one);
        }
        (0,external_node_fs_.rmSync)(journal);
    }
    catch (error) {
        // When this fails, too, the journal is there for the next run.
        for (const { path, old } of renamed)
            (0,external_node_fs_.renameSync)(old, path);
        (0,external_node_fs_.rmSync)(journal, { force: true });
        clean(staged);
        throw error;
    }
    clean(staged);
}
function clean(staged) {
    for (const { fresh, old } of staged) {
        (0,external_node_fs_.rmSync)(fresh, { force: true });
        (0,external_node_fs_.rmSync)(old, { force: true });
    }
}
function describe(staged, directory) {
    const entries = staged.map(({ path, old, digest }) => ({
        path: (0,external_node_path_.relative)(directory, path),
        old: (0,external_node_path_.relative)(directory, old),
        digest,
    }));
    return JSON.stringify(entries);
}
/** A second name for a file; a copy where the file system has no such names. */
function keep(path, old) {
    try {
        (0,external_node_fs_.linkSync)(path, old);
    }
    catch {
        (0,external_node_fs_.copyFileSync)(path, old);
    }
}
/** Differs when a file was written or replaced. */
function stateOf(path) {
    const { ino, size, mtimeMs } = (0,external_node_fs_.statSync)(path);
    return `${ino} ${size} ${mtimeMs}`;
}
const JournalSchema = schemas/* array */.YOg(schemas/* object */.Ikc({ path: schemas/* string */.YjP(), old: schemas/* string */.YjP(), digest: schemas/* string */.YjP() }));
/**
 * Undoes what a run that was killed has begun, and removes the files that it left. A file that was written since then,
 * such as by another build, stays as it is.
 * @param leftovers absolute paths of files whose names begin with `LEFTOVER`
 * @param workspace absolute, without links; nothing outside of it is touched
 */
function undoReplacement(leftovers, workspace) {
    for (const journal of leftovers.filter((path) => isJournal((0,external_node_path_.basename)(path)))) {
        for (const { path, old, digest } of readJournal(journal)) {
            const [target, source] = [(0,external_node_path_.resolve)((0,external_node_path_.dirname)(journal), path), (0,external_node_path_.resolve)((0,external_node_path_.dirname)(journal), old)];
            const inside = [target, source].every((one) => isRealInside(one, workspace));
            if (!inside || !(0,external_node_path_.basename)(source).startsWith(LEFTOVER) || !exists(source))
                continue;
            if (exists(target) && sha1((0,external_node_fs_.readFileSync)(target)) === digest)
                (0,external_node_fs_.renameSync)(source, target);
        }
    }
    for (const path of leftovers)
        (0,external_node_fs_.rmSync)(path, { force: true });
}
function readJournal(path) {
    try {
        return JournalSchema.parse(JSON.parse((0,external_node_fs_.readFileSync)(path, 'utf8')));
    }
    catch {
        // Killed while it was written: nothing was renamed yet.
        return [];
    }
}
function isRealInside(path, workspace) {
    try {
        return isInside((0,external_node_path_.join)((0,external_node_fs_.realpathSync)((0,external_node_path_.dirname)(path)), (0,external_node_path_.basename)(path)), workspace);
    }
    catch {
        return false;
    }
}
function exists(path) {
    return (0,external_node_fs_.statSync)(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

;// CONCATENATED MODULE: ./src/sourcemaps/roots.ts


const SCRIPTS = new Set(['.js', '.cjs', '.mjs']);
/** A file that the user names is a script also with one of these extensions, or with none. */
const NAMED_SCRIPTS = new Set([...SCRIPTS, '.jsx', '.bundle', '.jsbundle', '']);
/**
 * Finds the roots in the workspace, in the order in which they are to be searched.
 * @param workspace absolute, without links
 * @returns the roots that exist, and what is wrong with the others
 */
async function findRoots(roots, workspace, files) {
    const places = [];
    const problems = [];
    for (const root of roots) {
        const place = await findRoot(root, workspace, files);
        if (typeof place === 'string')
            problems.push(`${root.path}: ${place}`);
        else
            places.push(place);
    }
    return { places: inOrder(places), problems };
}
/** @returns what is wrong with the root when it cannot be searched */
async function findRoot(root, workspace, files) {
    const path = await files.realPath((0,external_node_path_.resolve)(workspace, root.path));
    if (path === undefined)
        return `no such file or directory in the workspace${hint(root.path)}`;
    if (!isInside(path, workspace))
        return 'the path is outside of the workspace';
    const kind = (await files.entry(path))?.kind;
    if (kind === 'directory')
        return { root, path, isFile: false };
    if (kind !== 'file')
        return 'neither a file nor a directory';
    const extension = extensionOf(path);
    const isKnown = NAMED_SCRIPTS.has(extension) || extension === '.map';
    return isKnown ? { root, path, isFile: true } : 'not a script (.js, .cjs, .mjs)';
}
/** A root inside of another one comes first when it has a prefix of its own, so that its files get it. */
function inOrder(places) {
    const isOwn = ({ path, root }) => places.some((outer) => outer.path !== path && isInside(path, outer.path) && outer.root.prefix !== root.prefix);
    const own = places.filter(isOwn).toSorted((a, b) => b.path.length - a.path.length);
    const others = places.filter((place) => !own.includes(place));
    return [...own, ...others.toSorted((a, b) => a.path.length - b.path.length)];
}
/** Why a path that other tools accept is not found. */
function hint(path) {
    if (/[*?{}[\]]/.test(path))
        return ' (patterns are not supported: give a directory)';
    return /[\s,;]/.test(path) ? ' (give one path per line)' : '';
}

;// CONCATENATED MODULE: ./src/sourcemaps/discover.ts




const PAGES = new Set(['.html', '.htm', '.json', '.webmanifest']);
const COMPRESSED = new Set(['.gz', '.br', '.zst']);
/** Finds scripts, maps and pages below the roots. Nothing outside of the workspace is read, whatever a link says. */
async function discover(roots, workspace, files) {
    const real = (await files.realPath(workspace)) ?? workspace;
    const { places, problems } = await findRoots(roots, real, files);
    const search = {
        files,
        workspace: real,
        seen: new Set(),
        urls: new Map(),
        scripts: [],
        maps: [],
        pages: [],
        compressed: new Set(),
        leftovers: [],
        problems,
        notices: [],
    };
    for (const place of places)
        await searchPlace(place, search);
    search.scripts.sort((a, b) => (a.url < b.url ? -1 : 1));
    return search;
}
async function searchPlace({ root, path, isFile }, search) {
    if (!isFile) {
        await walk(path, path, { root, path }, search);
        return;
    }
    const directory = (0,external_node_path_.dirname)(path);
    for (const { name } of await search.files.list(directory))
        takeSpecial((0,external_node_path_.join)(directory, name), search);
    takeFile(path, path, { root, path: directory, isNamed: true }, search);
}
/** @param named the path of the directory as it was reached, which the URLs come from */
async function walk(directory, named, base, search) {
    if (search.seen.has(directory))
        return;
    search.seen.add(directory);
    for (const { name, kind } of await search.files.list(directory)) {
        const path = (0,external_node_path_.join)(directory, name);
        takeSpecial(path, search);
        // Hidden files are no part of a build, and packages are no part of the project.
        if (name.startsWith('.') || name === 'node_modules')
            continue;
        if (kind === 'link')
            await followLink(path, (0,external_node_path_.join)(named, name), base, search);
        else if (kind === 'directory')
            await walk(path, (0,external_node_path_.join)(named, name), base, search);
        else if (kind === 'file')
            takeFile(path, (0,external_node_path_.join)(named, name), base, search);
    }
}
async function followLink(path, named, base, search) {
    const target = await search.files.realPath(path);
    if (target === undefined)
        return;
    if (!isInside(target, search.workspace)) {
        search.notices.push(`${shownPath(named, search.workspace)}: the link leads out of the workspace and is not followed.`);
        return;
    }
    const entry = await search.files.entry(target);
    if (entry?.kind === 'directory')
        await walk(target, named, base, search);
    else if (entry?.kind === 'file')
        takeFile(target, named, base, search);
}
/** Files that say something about others, wherever they are. */
function takeSpecial(path, { leftovers, compressed }) {
    if ((0,external_node_path_.basename)(path).startsWith(LEFTOVER))
        leftovers.push(path);
    else if (COMPRESSED.has(extensionOf(path)))
        compressed.add(path);
}
function takeFile(path, named, base, search) {
    if (search.seen.has(path))
        return;
    search.seen.add(path);
    const extension = extensionOf(named);
    if (extension === '.map')
        search.maps.push(path);
    else if (PAGES.has(extension))
        search.pages.push(path);
    else if ((base.isNamed ? NAMED_SCRIPTS : SCRIPTS).has(extension))
        takeScript(path, named, base, search);
}
function takeScript(path, named, base, search) {
    const shown = shownPath(path, search.workspace);
    const url = `${base.root.prefix}/${shownPath(named, base.path)}`;
    const other = search.urls.get(url);
    if (other !== undefined) {
        search.problems.push(`${other} and ${shown} would both be ${url}: give one of them a prefix of its own, as in "dist/admin => ~/admin"`);
        return;
    }
    search.urls.set(url, shown);
    search.scripts.push({ path, shown, url });
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
;// CONCATENATED MODULE: ./src/sourcemaps/files.ts





/**
 * The real file system.
 * @param temporary an absolute folder for scratch files; without one that of the system
 */
function createFiles(temporary) {
    return {
        realPath: (path) => orUndefined((0,promises_.realpath)(path)),
        entry: async (path) => {
            const found = await orUndefined((0,promises_.stat)(path));
            if (!found)
                return undefined;
            const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
            return { kind, size: found.size };
        },
        list: async (directory) => {
            const entries = await (0,promises_.readdir)(directory, { withFileTypes: true });
            const listed = entries.map((entry) => ({
                name: entry.name,
                kind: entry.isSymbolicLink()
                    ? 'link'
                    : entry.isFile()
                        ? 'file'
                        : entry.isDirectory()
                            ? 'directory'
                            : 'other',
            }));
            return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
        },
        // For thousands of small files, a read that waits takes several times the processor time of one that does not.
        read: async (path) => (0,external_node_fs_.readFileSync)(path),
        replace: startReplacement,
        undoReplacement: undoReplacement,
        remove: (path) => (0,promises_.rm)(path),
        scratch: async () => {
            const directory = await (0,promises_.mkdtemp)((0,external_node_path_.join)(temporary ?? (0,external_node_os_.tmpdir)(), 'bundle-'));
            return scratchFile(directory, await (0,promises_.open)((0,external_node_path_.join)(directory, 'bundle.zip'), 'w+', 0o600));
        },
    };
}
function scratchFile(directory, handle) {
    let size = 0;
    return {
        write: async (bytes) => {
            let done = 0;
            while (done < bytes.length) {
                done += (await handle.write(bytes, done, bytes.length - done, size + done)).bytesWritten;
            }
            size += bytes.length;
        },
        read: async (buffer, position) => {
            let done = 0;
            while (done < buffer.length) {
                const { bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done);
                if (bytesRead === 0)
                    throw new Error('The temporary file of the bundle is shorter than it was written.');
                done += bytesRead;
            }
        },
        truncate: async (to) => {
            await handle.truncate(to);
            size = to;
        },
        close: async () => {
            await handle.close();
            await (0,promises_.rm)(directory, { recursive: true, force: true });
        },
    };
}
async function orUndefined(promise) {
    try {
        return await promise;
    }
    catch (error) {
        const { code } = error;
        if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP')
            return undefined;
        throw error;
    }
}

;// CONCATENATED MODULE: ./src/sourcemaps/integrity.ts


/** What becomes wrong because a script or a map changes: hashes of it, and compressed copies of it. */
/** Bytes. Pages and manifests are smaller. */
const MAX_PAGE = 5 * 1024 * 1024;
/** Hashes as pages and manifests write them: integrity attributes in base64, lists of service workers in hex. */
const BASE64 = /sha(256|384|512)-([A-Za-z0-9+/]{43,86}={0,2})/g;
const HEX = /(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f])/g;
const HEX_ALGORITHMS = { 32: 'md5', 40: 'sha1', 64: 'sha256' };
/** Only a script with one of these words can hold hashes: the list of a service worker, or a loader of other scripts. */
const WORDS_OF_LISTS = ['revision', 'sha256-', 'sha384-', 'sha512-'];
/** Whether a script is worth a search for hashes of others. */
function mayHoldHashes(script) {
    return script.length <= MAX_PAGE && WORDS_OF_LISTS.some((word) => script.includes(word));
}
/**
 * Files that hold a hash of a script or map whose bytes are about to change, which a browser would then refuse.
 * @returns sentences, one a changing file
 */
async function findHashes(found, scripts, files) {
    const changing = changingFiles(scripts, found.workspace);
    if (changing.length === 0)
        return [];
    const hashes = { kinds: new Map(), pages: new Map() };
    const lists = scripts.flatMap(({ file, mayHoldHashes }) => (mayHoldHashes ? [file.path] : []));
    for (const page of [...found.pages, ...lists])
        await collect(page, found.workspace, files, hashes);
    if (hashes.pages.size === 0)
        return [];
    const sentences = [];
    for (const { path, shown } of changing) {
        const bytes = await files.read(path);
        const page = [...hashes.kinds.values()]
            .map(({ algorithm, encoding }) => hashes.pages.get((0,external_node_crypto_.createHash)(algorithm).update(bytes).digest(encoding)))
            .find((name) => name !== undefined);
        if (page !== undefined)
            sentences.push(`${page} holds a hash of ${shown}, which is not valid any more.`);
    }
    return sentences;
}
/** Compressed copies of files that are about to change: a server that prefers them would deliver the old ones. */
function findCopies(found, scripts) {
    return changingFiles(scripts, found.workspace).flatMap(({ path, shown }) => ['.gz', '.br', '.zst']
        .filter((extension) => found.compressed.has(path + extension))
        .map((extension) => `${shown}${extension} is a copy of ${shown} without its debug id.`));
}
function changingFiles(scripts, workspace) {
    return scripts
        .filter(({ inject }) => inject)
        .flatMap(({ file, map }) => [
        { path: file.path, shown: file.shown },
        ...(map?.kind === 'file' ? [{ path: map.path, shown: shownPath(map.path, workspace) }] : []),
    ]);
}
async function collect(path, workspace, files, { kinds, pages }) {
    const entry = await files.entry(path);
    if (entry?.kind !== 'file' || entry.size > MAX_PAGE)
        return;
    const text = (await files.read(path)).toString('latin1');
    const add = (hash, algorithm, encoding) => {
        kinds.set(`${algorithm} ${encoding}`, { algorithm, encoding });
        if (!pages.has(hash))
            pages.set(hash, shownPath(path, workspace));
    };
    for (const [, bits = '', hash = ''] of text.matchAll(BASE64))
        add(hash, `sha${bits}`, 'base64');
    for (const [hash] of text.matchAll(HEX))
        add(hash, HEX_ALGORITHMS[hash.length] ?? 'sha256', 'hex');
}

;// CONCATENATED MODULE: ./src/sourcemaps/debug-id.ts

/**
 * The debug id of a script and its map: a UUID (version 5 form) from the first 16 bytes of the SHA-1 of script, NUL and
 * map as the build made them. The same build has the same ids everywhere; scripts that differ in a byte have different ones.
 */
function computeDebugId(script, map) {
    const hash = (0,external_node_crypto_.createHash)('sha1').update(script).update('\0');
    if (map)
        hash.update(map);
    return toUuid(hash.digest());
}
/** A UUID of version 5 form from the first 16 of the bytes. */
function toUuid(bytes) {
    const id = Buffer.from(bytes.subarray(0, 16));
    id[6] = ((id[6] ?? 0) & 0x0f) | 0x50;
    id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
    return hyphenated(id.toString('hex'));
}
/** A UUID with or without hyphens in the form that Sentry stores; undefined for anything else and for the nil UUID. */
function normalizeDebugId(text) {
    if (typeof text !== 'string')
        return undefined;
    const hex = text.toLowerCase();
    const digits = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(hex) ? hex.replaceAll('-', '') : hex;
    return /^[0-9a-f]{32}$/.test(digits) && !/^0+$/.test(digits) ? hyphenated(digits) : undefined;
}
/**
 * The id that a bundler plugin of Sentry left in a script without a comment, which it does on purpose where hashes of the
 * script are kept elsewhere. It counts only next to the table that the SDK reads.
 */
function pluginDebugId(script) {
    const at = script.lastIndexOf('sentry-dbid-');
    if (at < 0 || !script.includes('_sentryDebugIds'))
        return undefined;
    return normalizeDebugId(script.toString('latin1', at + 12, at + 48));
}
function hyphenated(hex) {
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
;// CONCATENATED MODULE: ./src/sourcemaps/zip.ts


/*
 * The parts of a zip file, as Sentry's own tools write it: deflate, no data descriptors, no extra fields, every time
 * stamp 1980-01-01, so that equal files make equal bytes.
 */
const compress = (0,external_node_util_.promisify)(external_node_zlib_.deflateRaw);
/** Level 3 takes half of the time of level 6 and makes bundles larger by an eighth. */
const LEVEL = 3;
/** Bytes. To wait for another thread takes longer than to compress so little. */
const SMALL = 64 * 1024;
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION_NEEDED = 20;
/** Unix, version 2.0. */
const VERSION_MADE_BY = 0x0314;
const DEFLATE = 8;
const UTF8_NAME = 0x0800;
const DATE_1980 = 0x0021;
/** A regular file, 0644. */
const ATTRIBUTES = 0x81a40000;
/** Without zip64. */
const MAX_ENTRIES = 65_535;
async function compressFile(content) {
    const options = { level: LEVEL, strategy: external_node_zlib_.constants.Z_DEFAULT_STRATEGY };
    const bytes = content.length < SMALL ? (0,external_node_zlib_.deflateRawSync)(content, options) : await compress(content, options);
    return { bytes, crc: (0,external_node_zlib_.crc32)(content), size: content.length };
}
/** Bytes that an entry takes, its place in the directory included. */
function entrySize(name, compressedSize) {
    return 30 + 46 + 2 * Buffer.byteLength(name) + compressedSize;
}
function directoryEntrySize(name) {
    return 46 + name.length;
}
function localHeader(name, file) {
    const head = Buffer.alloc(30);
    head.writeUInt32LE(LOCAL, 0);
    common(head, 4, name, file.crc, file.bytes.length, file.size);
    return Buffer.concat([head, name]);
}
/** The directory and the end of a zip whose directory begins at `at`. */
function directory(entries, at) {
    const heads = entries.map((entry) => {
        const head = Buffer.alloc(46);
        head.writeUInt32LE(CENTRAL, 0);
        head.writeUInt16LE(VERSION_MADE_BY, 4);
        common(head, 6, entry.name, entry.crc, entry.compressedSize, entry.size);
        head.writeUInt32LE(ATTRIBUTES, 38);
        head.writeUInt32LE(entry.at, 42);
        return Buffer.concat([head, entry.name]);
    });
    const list = Buffer.concat(heads);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(END, 0);
    end.writeUInt16LE(entries.length, 8);
    end.writeUInt16LE(entries.length, 10);
    end.writeUInt32LE(list.length, 12);
    end.writeUInt32LE(at, 16);
    return Buffer.concat([list, end]);
}
/** The fields that local and central headers share. */
function common(head, at, name, crc, compressed, size) {
    head.writeUInt16LE(VERSION_NEEDED, at);
    head.writeUInt16LE(name.some((byte) => byte > 0x7f) ? UTF8_NAME : 0, at + 2);
    head.writeUInt16LE(DEFLATE, at + 4);
    head.writeUInt16LE(0, at + 6);
    head.writeUInt16LE(DATE_1980, at + 8);
    head.writeUInt32LE(crc, at + 10);
    head.writeUInt32LE(compressed, at + 14);
    head.writeUInt32LE(size, at + 18);
    head.writeUInt16LE(name.length, at + 22);
}

;// CONCATENATED MODULE: ./src/sourcemaps/bundle.ts



const MAGIC = Buffer.from('SYSB\x02\0\0\0', 'latin1');
const MANIFEST = 'manifest.json';
/** Room for the manifest's attributes and the end of the directory. */
const RESERVE = 64 * 1024;
/** Writes one artifact bundle, file by file: nothing but the directory is held. */
class BundleWriter {
    #sink;
    #entries = [];
    #files = {};
    #hash = (0,external_node_crypto_.createHash)('sha1');
    #names = new Set();
    #size = 0;
    #manifestSize = 0;
    #directorySize = 0;
    constructor(sink) {
        this.#sink = sink;
    }
    get files() {
        return this.#entries.length;
    }
    /** Bytes so far. */
    get size() {
        return this.#size;
    }
    /** Whether the compressed artifacts still fit into a bundle of `limit` bytes. */
    fits(artifacts, limit) {
        if (this.#entries.length + artifacts.length >= MAX_ENTRIES)
            return false;
        const added = artifacts.reduce((sum, { artifact, compressed }) => sum + entrySize(artifact.url, compressed.bytes.length) + 3 * Buffer.byteLength(artifact.url) + 300, 0);
        return this.#size + this.#directorySize + this.#manifestSize + added + RESERVE <= limit;
    }
    async add(artifact, compressed) {
        const { type, url, debugId, sourcemap } = artifact;
        const path = this.#path(url);
        const headers = {
            ...(debugId === undefined ? {} : { 'debug-id': debugId }),
            ...(sourcemap === undefined ? {} : { sourcemap }),
        };
        this.#files[path] = { type, url, headers };
        this.#manifestSize += Buffer.byteLength(JSON.stringify([path, this.#files[path]]));
        const digest = (0,external_node_crypto_.createHash)('sha1').update(artifact.content).digest('hex');
        this.#hash.update(`${JSON.stringify([url, type, digest, headers])}\n`);
        await this.#write(path, compressed);
    }
    /** Writes manifest and directory; may be done again when the sink was cut back to the size before. */
    async finish(owner) {
        const [files, size, directorySize] = [this.#entries.length, this.#size, this.#directorySize];
        const id = toUuid(this.#hash.copy().digest());
        const manifest = Buffer.from(JSON.stringify({ files: this.#files, ...attributes(id, owner) }));
        await this.#write(MANIFEST, await compressFile(manifest));
        const end = directory(this.#entries, this.#size);
        await this.#put(end);
        const bundle = { id, files, size: this.#size };
        this.#entries.length = files;
        this.#size = size;
        this.#directorySize = directorySize;
        return bundle;
    }
    async #write(path, compressed) {
        if (this.#size === 0)
            await this.#put(MAGIC);
        const name = Buffer.from(path);
        this.#entries.push({
            name,
            crc: compressed.crc,
            size: compressed.size,
            compressedSize: compressed.bytes.length,
            at: this.#size,
        });
        this.#directorySize += directoryEntrySize(name);
        await this.#put(localHeader(name, compressed));
        await this.#put(compressed.bytes);
    }
    async #put(bytes) {
        await this.#sink.write(bytes);
        this.#size += bytes.length;
    }
    #path(url) {
        const path = bundlePath(url);
        for (let number = 0;; number += 1) {
            const candidate = number === 0 ? path : `${path}.${number}`;
            if (this.#names.has(candidate))
                continue;
            this.#names.add(candidate);
            return candidate;
        }
    }
}
/** `~/a.js` is at `files/_/_/a.js`, `https://host/a.js` at `files/https/host/a.js`. */
function bundlePath(url) {
    const match = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)\/*(.*)$/is.exec(url);
    if (match)
        return `files/${match[1] ?? ''}/${match[2] || '_'}/${match[3] ?? ''}`;
    return `files/_/_/${url.replace(/^~?\/*/, '')}`;
}
/**
 * The manifest's texts. Sentry remembers for ten minutes what it did with a checksum, for all projects of an organization
 * together: with several projects, their names are in the bytes, so that other projects make another checksum.
 */
function attributes(id, owner) {
    const { organization, projects, release, dist, attempt = 1 } = owner;
    const sorted = [...projects].sort();
    const note = [
        ...(sorted.length > 1 ? [`projects ${sorted.join(',')}`] : []),
        ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ].join('; ');
    return {
        debug_id: id,
        org: organization,
        ...(sorted.length === 1 ? { project: sorted[0] ?? '' } : {}),
        release,
        ...(dist === undefined ? {} : { dist }),
        ...(note === '' ? {} : { note }),
    };
}

;// CONCATENATED MODULE: ./src/sourcemaps/json-spans.ts
/** Places of values inside the bytes of a JSON document, so that a few of them can be changed and all else stays as it is. */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
/**
 * The members of the object that begins at `start`, by key; the last of two equal keys wins, as in JSON.parse. The
 * document must be valid JSON: the places of anything else are without meaning, but the search ends.
 */
function members(json, start) {
    const found = new Map();
    let at = skipSpace(json, start + 1);
    while (json[at] === QUOTE) {
        const keyEnd = skipString(json, at);
        const key = JSON.parse(json.toString('utf8', at, keyEnd));
        const from = skipSpace(json, skipSpace(json, keyEnd) + (json[skipSpace(json, keyEnd)] === COLON ? 1 : 0));
        const end = skipValue(json, from);
        found.set(key, { start: from, end });
        at = skipSpace(json, end);
        if (json[at] !== COMMA)
            break;
        at = skipSpace(json, at + 1);
    }
    return found;
}
/** The elements of the array that begins at `start`. */
function json_spans_elements(json, start) {
    const found = [];
    let at = skipSpace(json, start + 1);
    while (at < json.length && !CLOSE.has(json[at] ?? 0)) {
        const end = skipValue(json, at);
        found.push({ start: at, end });
        at = skipSpace(json, end);
        if (json[at] !== COMMA)
            break;
        at = skipSpace(json, at + 1);
    }
    return found;
}
/** The bytes with the edits made. Edits must not overlap. */
function applyEdits(bytes, edits) {
    const parts = [];
    let from = 0;
    for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
        parts.push(bytes.subarray(from, edit.start), edit.bytes);
        from = edit.end;
    }
    return Buffer.concat([...parts, bytes.subarray(from)]);
}
function skipSpace(json, start) {
    let at = start;
    while (SPACE.has(json[at] ?? 0))
        at += 1;
    return at;
}
function skipString(json, start) {
    let at = start;
    for (;;) {
        at = json.indexOf(QUOTE, at + 1);
        if (at < 0)
            return json.length;
        let slashes = 0;
        while (json[at - 1 - slashes] === BACKSLASH)
            slashes += 1;
        if (slashes % 2 === 0)
            return at + 1;
    }
}
function skipValue(json, start) {
    let depth = 0;
    let at = start;
    while (at < json.length) {
        const byte = json[at] ?? 0;
        if (byte === QUOTE) {
            at = skipString(json, at);
            if (depth === 0)
                return at;
            continue;
        }
        if (OPEN.has(byte))
            depth += 1;
        else if (CLOSE.has(byte)) {
            if (depth === 0)
                return at;
            depth -= 1;
            if (depth === 0)
                return at + 1;
        }
        else if (depth === 0 && (byte === COMMA || SPACE.has(byte)))
            return at;
        at += 1;
    }
    return at;
}

;// CONCATENATED MODULE: ./src/sourcemaps/map.ts



/** Bytes. What is larger cannot be parsed within the memory of a runner. */
const MAX_MAP = 256 * 1024 * 1024;
/** An index map inside of an index map is read this deep. */
const MAX_DEPTH = 8;
/** Where the JSON of a map begins: behind a byte order mark and the line that some servers put before it. */
function mapStart(map) {
    let at = map[0] === 0xef && map[1] === 0xbb && map[2] === 0xbf ? 3 : 0;
    if (map.toString('latin1', at, at + 3) === ')]}') {
        const lineEnd = map.indexOf(0x0a, at);
        at = lineEnd < 0 ? map.length : lineEnd + 1;
    }
    return skipSpace(map, at);
}
/** @returns the facts, or why the bytes are no source map */
function readMap(map) {
    if (map.length > MAX_MAP)
        return { problem: 'the map is larger than 256 MiB' };
    if (!(0,external_node_buffer_.isUtf8)(map))
        return { problem: 'the map is not UTF-8' };
    let json;
    try {
        json = JSON.parse(map.toString('utf8', mapStart(map)));
    }
    catch {
        return { problem: 'the map is not valid JSON' };
    }
    if (!isObject(json))
        return { problem: 'the map is not a JSON object' };
    const parts = readParts(json, 0, 0, 0);
    if (typeof parts === 'string')
        return { problem: parts };
    return {
        debugId: normalizeDebugId(json['debugId']) ?? normalizeDebugId(json['debug_id']),
        parts,
        sources: parts.reduce((sum, part) => sum + part.sources.length, 0),
        withoutContent: parts.reduce((sum, part) => sum + part.missing.length, 0),
    };
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function readParts(json, line, column, depth) {
    if (json['sections'] === undefined) {
        const part = readPart(json, line, column);
        return typeof part === 'string' ? part : [part];
    }
    if (!Array.isArray(json['sections']) || depth >= MAX_DEPTH)
        return 'the sections of the map cannot be read';
    const parts = [];
    for (const section of json['sections']) {
        const offset = isObject(section) ? section['offset'] : undefined;
        const inner = isObject(section) ? section['map'] : undefined;
        if (!isObject(offset) || !isCount(offset['line']) || !isCount(offset['column']) || !isObject(inner)) {
            return 'a section of the map has no offset or no map';
        }
        const own = offset['line'] === 0 ? column + offset['column'] : offset['column'];
        const read = readParts(inner, line + offset['line'], own, depth + 1);
        if (typeof read === 'string')
            return read;
        parts.push(...read);
    }
    return parts;
}
function readPart(json, line, column) {
    const { version, mappings, sources = [], names = [], sourceRoot, sourcesContent = [] } = json;
    if (version !== 3)
        return 'the map has no version 3';
    if (typeof mappings !== 'string')
        return 'the map has no mappings';
    if (!isTextList(sources)) {
        return 'the sources of the map are not a list of texts';
    }
    if (!Array.isArray(names))
        return 'the names of the map are not a list';
    if (sourcesContent !== null && !isTextList(sourcesContent)) {
        return 'sourcesContent of the map is not a list of texts';
    }
    if (sourceRoot !== undefined && sourceRoot !== null && typeof sourceRoot !== 'string') {
        return 'sourceRoot of the map is not a text';
    }
    const contents = sourcesContent ?? [];
    return {
        line,
        column,
        mappings,
        sources,
        names: names.length,
        sourceRoot: typeof sourceRoot === 'string' ? sourceRoot : undefined,
        missing: [...sources.keys()].filter((index) => typeof contents[index] !== 'string'),
    };
}
/** A null stands for what the tool does not know. Sentry's reader refuses the whole map for anything else. */
function isTextList(value) {
    return Array.isArray(value) && value.every((item) => item === null || typeof item === 'string');
}
function isCount(value) {
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

;// CONCATENATED MODULE: ./src/sourcemaps/embed.ts





/** Bytes. Sources that people write are smaller; larger ones are generated. */
const MAX_SOURCE = 2 * 1024 * 1024;
/** Of one map. What is more was not written by people, and would not fit into the memory. */
const MAX_READS = 20_000;
const MAX_TOTAL = 64 * 1024 * 1024;
/**
 * Puts the contents of sources into a map that lacks them, from files of the workspace. A map may
 * come from a dependency, and name any file: packages, hidden files (which hold credentials) and everything outside of
 * the workspace are never read.
 */
async function embedSources(map, reader) {
    return applyEdits(map, await edits(map, mapStart(map), reader, { reads: MAX_READS, bytes: MAX_TOTAL }));
}
async function edits(map, start, reader, budget) {
    const top = members(map, start);
    const sections = top.get('sections');
    if (!sections)
        return await contentEdit(map, start, top, reader, budget);
    const found = [];
    for (const section of json_spans_elements(map, sections.start)) {
        const inner = members(map, section.start).get('map');
        if (inner)
            found.push(...(await edits(map, inner.start, reader, budget)));
    }
    return found;
}
async function contentEdit(map, start, top, reader, budget) {
    const value = (key) => {
        const span = top.get(key);
        return span && JSON.parse(map.toString('utf8', span.start, span.end));
    };
    const sources = value('sources');
    const root = value('sourceRoot');
    const old = value('sourcesContent');
    const contents = Array.isArray(old) ? [...old] : [];
    let changed = false;
    for (const [index, source] of (sources ?? []).entries()) {
        if (typeof contents[index] === 'string')
            continue;
        const mayRead = source !== null && budget.reads > 0 && budget.bytes > 0;
        const text = mayRead ? await readSource(source, typeof root === 'string' ? root : '', reader) : undefined;
        budget.reads -= 1;
        budget.bytes -= text?.length ?? 0;
        contents[index] = text ?? null;
        changed ||= text !== undefined;
    }
    if (!changed)
        return [];
    const bytes = Buffer.from(JSON.stringify(contents));
    const span = top.get('sourcesContent');
    if (span)
        return [{ ...span, bytes }];
    return [
        {
            start: start + 1,
            end: start + 1,
            bytes: Buffer.concat([Buffer.from('"sourcesContent":'), bytes, Buffer.from(',')]),
        },
    ];
}
async function readSource(source, root, { files, workspace, directory }) {
    const name = /^[a-z][a-z0-9+.-]+:/i.test(source) || root === '' ? source : `${root.replace(/\/$/, '')}/${source}`;
    if (name.includes('\0') || /^[a-z][a-z0-9+.-]+:/i.test(name))
        return undefined;
    const path = await files.realPath((0,external_node_path_.resolve)(directory, name));
    if (path === undefined || !isInside(path, workspace))
        return undefined;
    const hidden = (0,external_node_path_.relative)(workspace, path)
        .split(external_node_path_.sep)
        .some((part) => part.startsWith('.') || part === 'node_modules');
    const entry = hidden ? undefined : await files.entry(path);
    if (entry?.kind !== 'file' || entry.size > MAX_SOURCE)
        return undefined;
    const bytes = await files.read(path);
    return (0,external_node_buffer_.isUtf8)(bytes) ? bytes.toString('utf8') : undefined;
}

;// CONCATENATED MODULE: ./src/sourcemaps/prologue.ts
/** The beginning of a script: what must stay in front of anything that is added. */
/** Characters that make the next line a continuation of an expression that begins with a string. */
const CONTINUES = /^(?:(?!\+\+|--)[.,([`+\-*/%&|^<>=?:]|!=|in(?:stanceof)?(?![\w$\\\x80-\xff]))/;
/** @param script UTF-8 */
function readPrologue(script) {
    const text = script.toString('latin1');
    const bom = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
    const line = /#![^\r\n]*?(?:\r\n|[\r\n]|\xe2\x80[\xa8\xa9]|$(?![\s\S]))/y;
    line.lastIndex = bom;
    const hashbang = line.exec(text)?.[0];
    const head = bom + (hashbang?.length ?? 0);
    return { head, hashbang: hashbang !== undefined, directives: readDirectives(text, head) };
}
function readDirectives(text, from) {
    const directives = [];
    let at = skipTrivia(text, from, true).at;
    for (;;) {
        const token = stringAt(text, at);
        if (token === undefined)
            return directives;
        const after = skipTrivia(text, at + token.length);
        const next = text[after.at];
        const ends = next === undefined || next === ';' || next === '}';
        if (!ends && (!after.newLine || CONTINUES.test(text.slice(after.at, after.at + 12))))
            return directives;
        directives.push(token);
        at = skipTrivia(text, next === ';' ? after.at + 1 : after.at).at;
    }
}
/** The string literal that begins at a place. It may be as long as the file, which no regular expression can match. */
function stringAt(text, from) {
    const quote = text[from];
    if (quote !== '"' && quote !== "'")
        return undefined;
    for (let at = from + 1; at < text.length; at += 1) {
        const character = text[at];
        if (character === quote)
            return text.slice(from, at + 1);
        if (character === '\n' || character === '\r')
            return undefined;
        if (character === '\\')
            at += text.startsWith('\r\n', at + 1) ? 2 : 1;
    }
    return undefined;
}
/**
 * White space of ECMAScript in UTF-8 bytes, both kinds of comments, and the two that browsers take from HTML: `<!--`
 * anywhere, and `-->` at the beginning of a line. Neither begins an expression, so they are safe to skip in modules, too.
 */
const TRIVIA = /[\t\v\f \r\n]{1,1000}|\xc2\xa0|\xef\xbb\xbf|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80|\/\/[^\r\n]*|\/\*[\s\S]*?\*\/|<!--[^\r\n]*/y;
const HTML_CLOSE = /-->[^\r\n]*/y;
/** Skips white space and comments. */
function skipTrivia(text, from, atLineStart = false) {
    let at = from;
    let newLine = false;
    for (;;) {
        const mayClose = newLine || atLineStart;
        const skipped = matchAt(TRIVIA, text, at) ?? (mayClose ? matchAt(HTML_CLOSE, text, at) : undefined);
        if (skipped === undefined)
            return { at, newLine };
        newLine ||= /^(?!\/\/|<!--)[\s\S]*(?:[\r\n]|\xe2\x80[\xa8\xa9])/.test(skipped);
        at += skipped.length;
    }
}
function matchAt(pattern, text, at) {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
}

;// CONCATENATED MODULE: ./src/sourcemaps/inject.ts



/** Puts debug ids into scripts and maps. One line is added to a script; nothing else in it moves. */
/**
 * Registers the id of the file under the stack of an error that is made in it, where the SDK reads it. It uses
 * `globalThis` first: a file may have a `const` named `window`, `self` or `global`, which cannot be read before it is set.
 */
function snippet(id) {
    return `;!function(){try{var g="undefined"!=typeof globalThis?globalThis:"undefined"!=typeof window?window:"undefined"!=typeof self?self:global,e=new g.Error().stack;e&&((g._sentryDebugIds=g._sentryDebugIds||{})[e]="${id}")}catch(e){}}();`;
}
/**
 * A script with a debug id. Directives are repeated before the added code, because behind it they have no effect.
 * @param inline the reference to a map inside of the script, and what it becomes
 */
function injectScript(script, id, inline) {
    const { head, hashbang, directives } = readPrologue(script);
    const added = directives.map((directive) => `${directive};`).join('');
    const headBytes = script.subarray(0, head);
    const rest = inline ? replaceInline(script, head, inline.trailer, inline.map) : script.subarray(head);
    const output = Buffer.concat([
        headBytes,
        Buffer.from(endsLine(headBytes) || !hashbang ? '' : '\n'),
        // Directives keep their bytes: one character is one byte here.
        Buffer.from(added, 'latin1'),
        Buffer.from(`${snippet(id)}\n`),
        rest,
        Buffer.from(rest.length === 0 || endsLine(rest) ? '' : '\n'),
        Buffer.from(`//# debugId=${id}\n`),
    ]);
    return { script: output, addedLine: hashbang ? 1 : 0 };
}
function replaceInline(script, head, trailer, map) {
    const { reference = '', referenceAt } = trailer;
    return Buffer.concat([
        script.subarray(head, referenceAt),
        Buffer.from(`data:application/json;charset=utf-8;base64,${map.toString('base64')}`),
        script.subarray(referenceAt + Buffer.byteLength(reference)),
    ]);
}
function endsLine(bytes) {
    const last = bytes.at(-1);
    return last === 0x0a || last === 0x0d;
}
/**
 * A map for a script that got one more line.
 * @param addedLine counted from 0; undefined: the script stays as it is, only the id is set
 */
function injectMap(map, id, addedLine) {
    const start = mapStart(map);
    const top = members(map, start);
    return applyEdits(map, [
        ...idEdits(top, start, id),
        ...(addedLine === undefined ? [] : lineEdits(map, top, addedLine)),
    ]);
}
function idEdits(top, start, id) {
    const value = Buffer.from(JSON.stringify(id));
    const known = ['debugId', 'debug_id'].flatMap((key) => top.get(key) ?? []);
    const edits = known.map((span) => ({ ...span, bytes: value }));
    if (top.has('debugId'))
        return edits;
    const added = Buffer.from(`"debugId":"${id}"${top.size > 0 ? ',' : ''}`);
    return [...edits, { start: start + 1, end: start + 1, bytes: added }];
}
function lineEdits(map, top, addedLine) {
    const sections = top.get('sections');
    if (sections)
        return json_spans_elements(map, sections.start).flatMap((section) => offsetEdit(map, section));
    return ['mappings', 'rangeMappings'].flatMap((key) => {
        const span = top.get(key);
        return span ? semicolonEdit(map, span, addedLine) : [];
    });
}
/** Lines are separated by semicolons, and all numbers in them are relative: one more semicolon moves what follows. */
function semicolonEdit(map, span, addedLine) {
    const { start, end } = span;
    if (map.subarray(start, end).includes(BACKSLASH))
        return escapedEdit(map, span, addedLine);
    const at = afterSemicolons(map, start + 1, end, addedLine);
    return at === undefined || end - start <= 2 ? [] : [{ start: at, end: at, bytes: Buffer.from(';') }];
}
/** No tool escapes characters of mappings, but JSON allows it. */
function escapedEdit(map, { start, end }, addedLine) {
    const text = Buffer.from(JSON.parse(map.toString('utf8', start, end)));
    const at = afterSemicolons(text, 0, text.length, addedLine);
    if (at === undefined)
        return [];
    const moved = `${text.toString('utf8', 0, at)};${text.toString('utf8', at)}`;
    return [{ start, end, bytes: Buffer.from(JSON.stringify(moved)) }];
}
/** The place behind so many semicolons; undefined when there are fewer. */
function afterSemicolons(bytes, from, end, count) {
    let at = from;
    for (let seen = 0; seen < count; seen += 1) {
        const next = bytes.indexOf(0x3b, at);
        if (next < 0 || next >= end)
            return undefined;
        at = next + 1;
    }
    return at;
}
/** A section at line 0 of a script with a hashbang has no code in that line, so every section moves. */
function offsetEdit(map, section) {
    const offset = members(map, section.start).get('offset');
    const line = offset && members(map, offset.start).get('line');
    if (!line)
        return [];
    const value = Number(map.toString('latin1', line.start, line.end));
    return [{ ...line, bytes: Buffer.from(String(value + 1)) }];
}

;// CONCATENATED MODULE: ./src/sourcemaps/reference.ts


const KEY = 'sourceMappingURL=';
const DEBUG_ID = /^\/\/#[ \t]*debugId=([0-9a-f-]{32,36})$/i;
/**
 * Reads the trailing comments of a script, from its end up to the last line with code. That line counts only for a
 * reference which runs to its end without a quote: text inside of a string or a template never names a map.
 */
function readTrailer(script) {
    // One character a byte, so that places in the text are places in the file.
    const text = script.toString('latin1');
    let reference;
    let debugId;
    let end = text.length;
    let begin = end;
    for (;;) {
        end = trimmedEnd(text, end);
        if (end === 0)
            break;
        // Several comments may be in one line.
        if (begin >= end)
            begin = lineStart(text, end);
        const line = text.slice(begin, end);
        if (line.trimStart().startsWith('//')) {
            reference ??= readReference(text, begin, end, '//');
            debugId ??= normalizeDebugId(DEBUG_ID.exec(line.trim())?.[1]);
            end = begin;
            continue;
        }
        if (!text.startsWith('*/', end - 2)) {
            reference ??= readReference(text, begin, end, '//');
            break;
        }
        const open = text.lastIndexOf('/*', end - 3);
        if (open < 0)
            break;
        reference ??= readReference(text, open, trimmedEnd(text, end - 2), '/*');
        end = open;
    }
    return {
        reference: reference && Buffer.from(reference.text, 'latin1').toString('utf8'),
        debugId,
        referenceAt: reference?.at ?? -1,
    };
}
/** The reference that ends at `end`, in a comment that `open` begins. */
function readReference(text, begin, end, open) {
    const inside = text.slice(begin, end).lastIndexOf(KEY);
    if (inside < 0)
        return undefined;
    const key = begin + inside;
    const before = text.slice(Math.max(begin, key - 8), key);
    const at = key + KEY.length;
    const value = text.slice(at, end);
    const marked = /[#@][ \t]+$/.exec(before);
    if (!marked || !before.slice(0, marked.index).endsWith(open))
        return undefined;
    return value === '' || /[\s'"`]/.test(value) ? undefined : { text: value, at };
}
function trimmedEnd(text, from) {
    let end = from;
    for (;;) {
        const last = text[end - 1];
        if (last !== undefined && ' \t\r\n\v\f'.includes(last))
            end -= 1;
        else if (/^\xe2\x80[\xa8\xa9]$/.test(text.slice(Math.max(0, end - 3), end)))
            end -= 3;
        else
            return end;
    }
}
function lineStart(text, end) {
    for (let at = end; at > 0; at -= 1) {
        const last = text[at - 1];
        if (last === '\n' || last === '\r')
            return at;
        if ((last === '\xa8' || last === '\xa9') && text.startsWith('\xe2\x80', at - 3))
            return at;
    }
    return 0;
}
const DATA_URL = /^data:([^,]*),/i;
/** Whether a reference holds the map itself. */
function isInline(reference) {
    return DATA_URL.test(reference);
}
/** The map inside of a `data:` reference; undefined when the reference is not such a URL. */
function decodeInline(reference) {
    const match = DATA_URL.exec(reference);
    if (!match)
        return undefined;
    const payload = reference.slice(match[0].length);
    if (/;base64$/i.test(match[1]?.trim() ?? ''))
        return Buffer.from(payload, 'base64');
    return Buffer.from(percentDecoded(payload) ?? payload, 'utf8');
}
/**
 * Where the map that a script names may be, best first, as paths in the form of `script`.
 * @param script path with `/`
 */
function namedMaps(script, reference) {
    const directory = external_node_path_.posix.dirname(script);
    // A place on another machine, or below the root of a web server, says nothing about this directory.
    const local = /^([a-z][a-z0-9+.-]*:|\/)/i.test(reference)
        ? []
        : spellings(reference).map((spelling) => external_node_path_.posix.join(directory, spelling));
    return unique([...local, ...namesIn(reference).map((name) => external_node_path_.posix.join(directory, name))]);
}
/** Where tools put the map of a script that names none (a hidden source map). @param script path with `/` */
function guessedMaps(script) {
    return guesses(external_node_path_.posix.basename(script)).map((name) => external_node_path_.posix.join(external_node_path_.posix.dirname(script), name));
}
/** The names that the map of a script may have, in whatever directory. */
function mapNames(script, reference) {
    const name = external_node_path_.posix.basename(script);
    return unique([...(reference === undefined ? guesses(name) : namesIn(reference)), `${name}.map`]);
}
/** A reference without query and fragment, as it is, decoded, and whole: a name may hold these characters. */
function spellings(reference) {
    const path = reference.replace(/[?#].*$/s, '');
    return [path, percentDecoded(path) ?? path, reference];
}
function namesIn(reference) {
    return spellings(reference)
        .map((spelling) => external_node_path_.posix.basename(spelling))
        .filter((name) => name !== '');
}
function guesses(name) {
    const extension = external_node_path_.posix.extname(name);
    const stem = name.slice(0, name.length - extension.length);
    const base = stem.replace(/\.min$/, '');
    return [`${base}.map`, `${base}.min${extension}.map`, `${base}${extension}.map`, `${base}.min.map`];
}
function percentDecoded(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return undefined;
    }
}
function unique(paths) {
    return [...new Set(paths)];
}

;// CONCATENATED MODULE: ./src/sourcemaps/contents.ts




/** The contents of a script and its map with their id, as they are written and uploaded. */
function contents(prepared, script, mapFile) {
    const { id, inject, map } = prepared;
    const trailer = readTrailer(script);
    const bytes = map?.kind === 'inline' ? decodeInline(trailer.reference ?? '') : mapFile;
    if (id === undefined)
        return { script, map: bytes };
    if (!inject)
        return { script, map: bytes && injectMap(bytes, id) };
    const addedLine = readPrologue(script).hashbang ? 1 : 0;
    const changed = bytes && injectMap(bytes, id, addedLine);
    const inline = map?.kind === 'inline' && changed ? { trailer, map: changed } : undefined;
    return { script: injectScript(script, id, inline).script, map: changed };
}
/** The path from a script to its map as a URL reference; undefined for an inline map. */
function mapReference({ file, map }) {
    return map?.kind === 'file' ? (0,external_node_path_.relative)((0,external_node_path_.dirname)(file.path), map.path).split(external_node_path_.sep).join('/') : undefined;
}

;// CONCATENATED MODULE: ./src/sourcemaps/rewrite.ts


/** Cuts a prefix off the sources inside of a map. `auto`: the longest directory that all absolute sources have in common. */
function stripSources(map, prefix) {
    return applyEdits(map, sourceEdits(map, mapStart(map), prefix));
}
function sourceEdits(map, start, prefix) {
    const top = members(map, start);
    const sections = top.get('sections');
    if (sections) {
        return json_spans_elements(map, sections.start).flatMap((section) => {
            const inner = members(map, section.start).get('map');
            return inner ? sourceEdits(map, inner.start, prefix) : [];
        });
    }
    const span = top.get('sources');
    return span ? sourceEdit(map, span, prefix) : [];
}
function sourceEdit(map, span, prefix) {
    const sources = JSON.parse(map.toString('utf8', span.start, span.end));
    const cut = prefix === 'auto' ? commonDirectory(sources) : prefix;
    if (cut === '' || !sources.some((source) => source?.startsWith(cut)))
        return [];
    const stripped = sources.map((source) => (source?.startsWith(cut) ? source.slice(cut.length) : source));
    return [{ ...span, bytes: Buffer.from(JSON.stringify(stripped)) }];
}
/** With the separator at its end; empty when the absolute sources have nothing in common. */
function commonDirectory(sources) {
    const absolute = sources.filter((source) => source !== null && /^(?:\/|[A-Za-z]:[\\/])/.test(source));
    const [first, ...others] = absolute;
    if (first === undefined)
        return '';
    let length = first.length;
    for (const other of others) {
        let same = 0;
        while (same < length && other[same] === first[same])
            same += 1;
        length = same;
    }
    const common = first.slice(0, length);
    return common.slice(0, Math.max(common.lastIndexOf('/'), common.lastIndexOf('\\')) + 1);
}

;// CONCATENATED MODULE: ./src/sourcemaps/make-bundles.ts








/** Makes the bundles one after another; each is deleted when the next is requested. One script and its map are held at a time. */
async function* makeBundles(scripts, options) {
    const queue = scripts.filter(({ upload }) => upload);
    let next = 0;
    let carried;
    while (next < queue.length || carried) {
        const file = await options.files.scratch();
        try {
            const writer = new BundleWriter(file);
            if (carried)
                await addPair(writer, carried);
            carried = undefined;
            for (; next < queue.length; next += 1) {
                options.signal.throwIfAborted();
                const pair = await readPair(queue[next], options);
                if (writer.fits(pair, options.maxSize))
                    await addPair(writer, pair);
                else if (writer.files === 0)
                    throw tooLarge(queue[next], options.maxSize);
                else {
                    carried = pair;
                    next += 1;
                    break;
                }
            }
            const end = writer.size;
            const bundle = await writer.finish(options.owner);
            yield {
                ...bundle,
                file,
                remake: async (attempt) => {
                    await file.truncate(end);
                    return await writer.finish({ ...options.owner, attempt });
                },
            };
        }
        finally {
            await file.close();
        }
    }
}
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
async function addPair(writer, pair) {
    for (const { artifact, compressed } of pair)
        await writer.add(artifact, compressed);
}
async function readPair(prepared, options) {
    const { file, id, map } = prepared;
    const { files } = options;
    const read = await files.read(file.path);
    const mapFile = map?.kind === 'file' ? await files.read(map.path) : undefined;
    if (sha1(read) !== prepared.digest)
        throw changedMeanwhile(file.shown);
    if (mapFile && sha1(mapFile) !== prepared.mapDigest)
        throw changedMeanwhile(`the source map of ${file.shown}`);
    const content = contents(prepared, read, mapFile);
    const place = content.map && mapPlace(prepared);
    const artifacts = [
        {
            type: 'minified_source',
            url: file.url,
            debugId: id,
            sourcemap: place?.reference,
            content: content.script,
        },
    ];
    if (content.map && place) {
        const uploaded = await finishMap(prepared, content.map, options);
        artifacts.push({ type: 'source_map', url: place.url, debugId: id, content: uploaded });
    }
    const pair = [];
    for (const artifact of artifacts)
        pair.push({ artifact, compressed: await compressFile(artifact.content) });
    return pair;
}
/** A map as it is uploaded: with the contents of its sources, and their paths as the user wants them. */
async function finishMap({ file, map, withoutContent }, content, { files, workspace, stripPrefix }) {
    const directory = (0,external_node_path_.dirname)(map?.kind === 'file' ? map.path : file.path);
    // Sentry's reader does not know the mark.
    const bom = content.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
    const json = content.subarray(bom);
    const whole = withoutContent > 0 ? await embedSources(json, { files, workspace, directory }) : json;
    return stripPrefix === undefined ? whole : stripSources(whole, stripPrefix);
}
/** Where the map is in the bundle: where it is relative to the script, or beside it when a URL cannot express that. */
function mapPlace(prepared) {
    const { url } = prepared.file;
    const reference = mapReference(prepared);
    const [, origin = '', path = ''] = /^([a-z][a-z0-9+.-]*:\/\/[^/]*|~?)(.*)$/is.exec(url) ?? [];
    const joined = reference === undefined ? undefined : external_node_path_.posix.join(external_node_path_.posix.dirname(path), reference);
    const climbs = reference !== undefined && external_node_path_.posix.join(external_node_path_.posix.dirname(path).slice(1), reference).startsWith('..');
    if (reference === undefined || joined === undefined || climbs) {
        return { url: `${url}.map`, reference: `${external_node_path_.posix.basename(url)}.map` };
    }
    return { url: origin + joined, reference };
}
function tooLarge({ file }, limit) {
    return failure(`${file.shown} and its source map do not fit into one bundle of ${limit} bytes, the limit of this Sentry.`, 'Split the script, or leave sourcesContent out of its map.');
}

;// CONCATENATED MODULE: ./src/sourcemaps/locate.ts




/**
 * Finds the map of each script: the one that the script names, then the one that has its name, then what tools usually
 * write. A guess never takes a map from the script that names it.
 * @returns in the order of `tier`
 */
async function locateMaps(found, files) {
    const mapsByName = new Map();
    for (const path of found.maps) {
        const same = mapsByName.get((0,external_node_path_.basename)(path));
        if (same)
            same.push(path);
        else
            mapsByName.set((0,external_node_path_.basename)(path), [path]);
    }
    const { workspace } = found;
    const context = { files, workspace, mapsByName, claimed: new Set(), notices: [] };
    const scripts = [];
    for (const file of found.scripts) {
        const located = await locate_readReference(file, context);
        if (located)
            scripts.push(located);
    }
    for (const tier of [2, 3]) {
        for (const { map } of scripts)
            if (map?.kind === 'file')
                context.claimed.add(map.path);
        for (const [index, located] of scripts.entries()) {
            if (!located.map && located.problem === undefined)
                scripts[index] = await guess(located, tier, context);
        }
    }
    return { scripts: scripts.toSorted((a, b) => a.tier - b.tier), notices: context.notices };
}
/** A script with the map that it names. */
async function locate_readReference(file, context) {
    const none = { file, problem: undefined, reference: undefined, map: undefined, tier: 3 };
    const script = await readScript(file.path, context.files);
    if ('problem' in script)
        return { ...none, problem: script.problem };
    if (script.length === 0) {
        context.notices.push(`${file.shown}: the script is empty and left out.`);
        return undefined;
    }
    const { reference } = readTrailer(script);
    if (reference === undefined)
        return none;
    // Such a reference may have many megabytes, and is not kept.
    if (isInline(reference))
        return { ...none, map: { kind: 'inline' }, tier: 0 };
    const path = await firstMap(namedMaps(slashes(file.path), reference), new Set(), context);
    if (path === undefined)
        return { ...none, reference };
    const tier = path === `${file.path}.map` ? 0 : 1;
    return { ...none, reference, map: { kind: 'file', path }, tier };
}
/** A script whose map has its name (2), or one of the names that tools give to maps (3). */
async function guess(located, tier, context) {
    const { file, reference } = located;
    const script = slashes(file.path);
    const guesses = reference === undefined ? guessedMaps(script) : [];
    const candidates = tier === 2 ? [`${script}.map`] : guesses;
    const path = await firstMap(candidates, context.claimed, context);
    if (path !== undefined)
        return { ...located, map: { kind: 'file', path }, tier };
    const only = tier === 2 ? undefined : onlyMap(mapNames(script, reference), context);
    if (only === undefined)
        return located;
    context.notices.push(`${file.shown}: its map is taken from ${shownPath(only, context.workspace)}, the only one of that name.`);
    return { ...located, map: { kind: 'file', path: only }, tier };
}
/** The only map below the roots with one of the names, wherever it is. */
function onlyMap(names, { mapsByName, claimed }) {
    const elsewhere = names.flatMap((name) => mapsByName.get(name) ?? []);
    const [only] = elsewhere;
    return only === undefined || elsewhere.length > 1 || claimed.has(only) ? undefined : only;
}
/** The real path of the first that is a regular file inside of the workspace. */
async function firstMap(candidates, excluded, { files, workspace }) {
    for (const candidate of candidates) {
        const real = candidate.includes('\0') ? undefined : await files.realPath(candidate);
        if (real === undefined || !isInside(real, workspace) || excluded.has(real))
            continue;
        if ((await files.entry(real))?.kind === 'file')
            return real;
    }
    return undefined;
}
function slashes(path) {
    return path.split(external_node_path_.sep).join('/');
}

;// CONCATENATED MODULE: ./src/sourcemaps/verify.ts
/** Whether the segments of a map resolve, and belong to the script at hand. Nothing is built from them: a map may have 10^7. */
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VLQ = new Int8Array(128).fill(-1);
for (let value = 0; value < DIGITS.length; value += 1)
    VLQ[DIGITS.charCodeAt(value)] = value;
const verify_COMMA = 0x2c;
const SEMICOLON = 0x3b;
const MAX_NUMBER = 2 ** 31;
/** One segment in this many may point behind the end of its line; more mean that the map belongs to another build. */
const TOLERANCE = 100;
/** Tools do not agree on what ends a line: some count only line feeds. */
const ALL_BREAKS = /\r\n|[\n\r\u2028\u2029]/g;
const LINE_FEEDS = /\n/g;
/** @param script text of the script that the map is for, as the build made both */
function verifyMap(facts, script) {
    const verdict = verifyLines(facts, lineLengths(script, ALL_BREAKS));
    if (verdict.usable || !/\r(?!\n)|[\u2028\u2029]/.test(script))
        return verdict;
    return verifyLines(facts, lineLengths(script, LINE_FEEDS));
}
function verifyLines(facts, lines) {
    let segments = 0;
    let beyond = 0;
    for (const part of facts.parts) {
        const seen = scan(part, lines);
        if (typeof seen === 'string')
            return { usable: false, reason: seen };
        segments += seen.segments;
        beyond += seen.beyond;
    }
    if (beyond * TOLERANCE > segments) {
        return {
            usable: false,
            reason: `the map belongs to another build: ${beyond} of ${segments} segments point behind the end of the script or a line`,
        };
    }
    return { usable: true, segments };
}
/** Lengths in UTF-16 units, as columns are counted. */
function lineLengths(script, breaks) {
    const lengths = [];
    let from = script.startsWith('\ufeff') ? 1 : 0;
    for (const match of script.matchAll(breaks)) {
        lengths.push(match.index - from);
        from = match.index + match[0].length;
    }
    lengths.push(script.length - from);
    return Uint32Array.from(lengths);
}
function scan(part, lines) {
    const { mappings, sources, names } = part;
    const fields = new Float64Array(5);
    const state = { column: 0, source: 0, line: 0, sourceColumn: 0, name: 0 };
    let [generated, segments, beyond, at] = [part.line, 0, 0, 0];
    const columnOffset = () => (generated === part.line ? part.column : 0);
    while (at < mappings.length) {
        const code = mappings.charCodeAt(at);
        if (code === SEMICOLON || code === verify_COMMA) {
            if (code === SEMICOLON) {
                generated += 1;
                state.column = 0;
            }
            at += 1;
            continue;
        }
        const read = readSegment(mappings, at, fields);
        if (typeof read === 'string')
            return read;
        at = read.at;
        segments += 1;
        const problem = advance(state, fields, read.count, sources.length, names);
        if (problem !== undefined)
            return problem;
        const length = lines[generated];
        if (length === undefined || state.column + columnOffset() > length)
            beyond += 1;
    }
    return { segments, beyond };
}
function advance(state, fields, count, sources, names) {
    state.column += fields[0] ?? 0;
    if (state.column < 0)
        return 'a segment of the map has a negative column';
    if (count === 1)
        return undefined;
    state.source += fields[1] ?? 0;
    state.line += fields[2] ?? 0;
    state.sourceColumn += fields[3] ?? 0;
    if (state.source < 0 || state.source >= sources)
        return 'a segment of the map names a source that the map does not have';
    if (state.line < 0 || state.sourceColumn < 0)
        return 'a segment of the map points before the start of a source';
    if (count < 5)
        return undefined;
    state.name += fields[4] ?? 0;
    return state.name < 0 || state.name >= names
        ? 'a segment of the map uses a name that the map does not have'
        : undefined;
}
function readSegment(text, from, fields) {
    let [at, count, value, factor] = [from, 0, 0, 1];
    for (; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        if (code === verify_COMMA || code === SEMICOLON)
            break;
        const digit = VLQ[code] ?? -1;
        if (digit < 0)
            return 'the mappings hold a character that is not base64';
        value += (digit & 31) * factor;
        factor *= 32;
        if (value >= 2 * MAX_NUMBER || factor > MAX_NUMBER)
            return 'a number in the mappings is too large';
        if (digit & 32)
            continue;
        if (count === 5)
            return 'a segment of the map has more than 5 numbers';
        fields[count] = value % 2 === 1 ? -Math.floor(value / 2) : value / 2;
        count += 1;
        value = 0;
        factor = 1;
    }
    if (factor !== 1)
        return 'the mappings end in the middle of a number';
    return [1, 4, 5].includes(count) ? { at, count } : `a segment of the map has ${count} numbers`;
}

;// CONCATENATED MODULE: ./src/sourcemaps/match.ts




/**
 * Reads the map of a script, and checks that it can be used for it.
 * @param reference what the script names
 * @param owner the script that has the same map already
 */
async function matchMap({ map, reference: named }, { script, reference }, owner, files) {
    const nothing = { segments: 0, withoutContent: 0, debugId: undefined, foreign: false, bytes: undefined };
    if (!map)
        return { ...nothing, reason: reasonForNone(script, named) };
    const bytes = map.kind === 'inline' ? decodeInline(reference ?? '') : await readFile(map.path, files);
    if (!bytes)
        return { ...nothing, reason: 'the map is larger than 256 MiB' };
    const facts = readMap(bytes);
    if ('problem' in facts)
        return { ...nothing, bytes, reason: facts.problem };
    const { debugId, withoutContent } = facts;
    const read = { ...nothing, bytes, debugId, withoutContent };
    if (owner && owner.digest !== sha1(script)) {
        return {
            ...read,
            reason: `shares its source map with ${owner.shown}, which is another script`,
            foreign: true,
        };
    }
    return { ...read, ...verdictOf(facts, script) };
}
function verdictOf(facts, script) {
    const verdict = verifyMap(facts, script.toString('utf8'));
    return verdict.usable
        ? { reason: undefined, segments: verdict.segments }
        : { reason: verdict.reason, segments: 0 };
}
async function readFile(path, files) {
    const entry = await files.entry(path);
    return entry && entry.size > MAX_MAP ? undefined : await files.read(path);
}
/** Webpack writes the modules of such a build as texts, each with a map of its own that is found by no id. */
function isEvalBuild(script) {
    return script.includes('eval(') && script.includes('sourceURL=webpack');
}
/** Characters of a reference in a message. */
const MAX_SHOWN = 200;
function reasonForNone(script, named) {
    if (named !== undefined)
        return `source map ${named.slice(0, MAX_SHOWN)} not found`;
    return isEvalBuild(script)
        ? 'a development build of webpack (eval) has no source map: build for production'
        : 'no source map found';
}

;// CONCATENATED MODULE: ./src/sourcemaps/prepare.ts






/** Reads every script and its map: which id it has or gets, and whether errors in it will be resolved. */
async function prepare(found, mode, files) {
    const located = await locateMaps(found, files);
    const notices = [...located.notices];
    const context = { files, mode, owners: new Map(), ids: new Map(), notices };
    const scripts = [];
    for (const one of located.scripts)
        scripts.push(await prepareScript(one, context));
    return { scripts: scripts.toSorted((a, b) => (a.file.url < b.file.url ? -1 : 1)), notices };
}
const NOTHING = {
    map: undefined,
    mapDigest: undefined,
    id: undefined,
    segments: 0,
    withoutContent: 0,
    mayHoldHashes: false,
};
async function prepareScript(located, context) {
    const { files, mode, owners, notices } = context;
    const { file, map } = located;
    const script = located.problem === undefined ? await readScript(file.path, files) : located;
    if (!Buffer.isBuffer(script)) {
        return { ...NOTHING, file, digest: '', inject: false, upload: false, reason: script.problem };
    }
    const digest = sha1(script);
    const trailer = readTrailer(script);
    const owner = map?.kind === 'file' ? owners.get(map.path) : undefined;
    const match = await matchMap(located, { script, reference: trailer.reference }, owner, files);
    const own = trailer.debugId ?? pluginDebugId(script);
    const computed = mode === 'true' ? computeDebugId(script, match.bytes) : undefined;
    // The id in a map that does not fit is the one of another script.
    const inMap = match.reason === undefined ? match.debugId : undefined;
    const id = own ?? (match.foreign ? undefined : owner?.id) ?? inMap ?? computed;
    if (own !== undefined && match.debugId !== undefined && own !== match.debugId) {
        notices.push(`${file.shown}: the script has debug id ${own}, its map ${match.debugId}; the one of the script is uploaded.`);
    }
    if (map && isEvalBuild(script)) {
        notices.push(`${file.shown}: a development build of webpack (eval); errors in it may not be resolved.`);
    }
    const clash = takeId(id, file.shown, digest, context);
    const reason = match.reason ?? clash;
    // A map that does not fit leaves its place to the next script that claims it.
    if (map?.kind === 'file' && !owner && reason === undefined) {
        owners.set(map.path, { shown: file.shown, digest, id });
    }
    return {
        file,
        digest,
        mapDigest: match.bytes && sha1(match.bytes),
        map: match.reason === undefined ? map : undefined,
        id,
        inject: mode === 'true' && own === undefined && clash === undefined && !match.foreign,
        reason,
        upload: clash === undefined && !match.foreign,
        segments: match.segments,
        withoutContent: match.withoutContent,
        mayHoldHashes: mayHoldHashes(script),
    };
}
/** Two scripts with one id: Sentry would take the map of either. */
function takeId(id, shown, digest, { ids }) {
    if (id === undefined)
        return undefined;
    const other = ids.get(id);
    if (other && other.digest !== digest)
        return `has the same debug id as ${other.shown}, which is another script`;
    ids.set(id, { shown, digest });
    return undefined;
}

// EXTERNAL MODULE: ./src/http/failure.ts
var http_failure = __webpack_require__(2398);
// EXTERNAL MODULE: ./src/wait/pool.ts
var pool = __webpack_require__(7391);
;// CONCATENATED MODULE: ./src/sourcemaps/chunks.ts



/** Requests at a time, whatever the server allows: each holds one chunk. */
const MAX_LANES = 3;
/** A chunk did not reach the server, and a smaller one may. */
class OversizedChunkError extends Error {
    name = 'OversizedChunkError';
    failure;
    constructor(message, failure) {
        super(message);
        this.failure = failure;
    }
}
/** SHA-1 of the first `size` bytes of a bundle, and of each chunk. */
async function checksums({ file }, size, chunkSize) {
    const whole = (0,external_node_crypto_.createHash)('sha1');
    const chunks = [];
    const buffer = Buffer.alloc(Math.min(size, chunkSize));
    for (let at = 0; at < size; at += chunkSize) {
        const bytes = buffer.subarray(0, Math.min(chunkSize, size - at));
        await file.read(bytes, at);
        whole.update(bytes);
        chunks.push({ sha1: (0,external_node_crypto_.createHash)('sha1').update(bytes).digest('hex'), at, size: bytes.length });
    }
    return { checksum: whole.digest('hex'), chunks };
}
/**
 * @returns bytes of the chunks that were sent
 * @throws OversizedChunkError when a proxy refuses the size (413), or the line is too slow for it
 */
async function sendChunks(chunks, wanted, { file }, options, { api, logger }) {
    const unique = new Map(chunks.filter(({ sha1 }) => wanted.has(sha1)).map((chunk) => [chunk.sha1, chunk]));
    const list = [...unique.values()];
    let sent = 0;
    await (0,pool/* mapPool */.P)(list, Math.min(MAX_LANES, options.concurrency), async (chunk) => {
        const body = multipart(chunk);
        await file.read(body.room, chunk.at);
        try {
            await api.sendChunk(options.url, body);
        }
        catch (error) {
            throw oversized(error) ?? error;
        }
        sent += 1;
        if (list.length > 1)
            logger.info(`Uploaded chunk ${sent} of ${list.length} (${chunk.size} bytes).`);
    });
    return list.reduce((sum, { size }) => sum + size, 0);
}
function oversized(error) {
    if (!(error instanceof http_failure/* HttpError */.j$))
        return undefined;
    if (error.status === 413)
        return new OversizedChunkError('is too large for the server (413)', error);
    return error.kind === 'timeout'
        ? new OversizedChunkError('takes longer than request-timeout', error)
        : undefined;
}
/**
 * A form with one file, named by its SHA-1. The bytes are those of a zip, which compression would not make smaller:
 * they are sent as they are, which every server takes.
 */
function multipart({ sha1, size }) {
    const boundary = `----chunk-${sha1}`;
    const head = Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${sha1}"\r\nContent-Type: application/octet-stream\r\n\r\n`);
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    const bytes = Buffer.alloc(head.length + size + tail.length);
    head.copy(bytes, 0);
    tail.copy(bytes, head.length + size);
    return {
        bytes,
        room: bytes.subarray(head.length, head.length + size),
        contentType: `multipart/form-data; boundary=${boundary}`,
    };
}

;// CONCATENATED MODULE: ./src/sourcemaps/upload.ts



/** Bytes. Nobody limits requests to less than this on purpose. */
const MIN_CHUNK = 256 * 1024;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5000;
/** Uploads one bundle and waits until the server has read it. @throws ActionError with the server's reason */
async function uploadBundle(bundle, target, deps) {
    // These servers do not say which chunks they have, so a second run would send all of them again.
    if (!target.options.reportsMissing && target.byDebugId && (await deps.api.hasBundle(bundle.id, target))) {
        return { id: bundle.id, state: 'ok', bytesSent: 0 };
    }
    const first = await uploadWhole(bundle.size, bundle, target, deps);
    if (first.last.state !== 'error')
        return finished(bundle.id, first);
    // The server keeps this result for ten minutes; other bytes get a fresh one.
    deps.logger.info(`Sentry could not read the bundle (${reason(first.last)}); uploading it once more.`);
    const again = await bundle.remake(2);
    const second = await uploadWhole(again.size, bundle, target, deps);
    if (second.last.state === 'error')
        throw failed(second.last);
    return finished(bundle.id, { ...second, bytesSent: first.bytesSent + second.bytesSent });
}
function finished(id, { last, bytesSent }) {
    return { id, bytesSent, state: last.state === 'ok' ? 'ok' : 'pending' };
}
/** Uploads in chunks of the size that the server names, and in smaller ones where a proxy refuses these (413) or the line is slow. */
async function uploadWhole(size, bundle, target, deps) {
    for (let chunkSize = Math.min(target.options.chunkSize, size);; chunkSize = Math.ceil(chunkSize / 2)) {
        try {
            return await uploadOnce(size, chunkSize, bundle, target, deps);
        }
        catch (error) {
            if (!(error instanceof OversizedChunkError))
                throw error;
            if (chunkSize <= MIN_CHUNK)
                throw error.failure;
            deps.logger.info(`A chunk of ${chunkSize} bytes ${error.message}; the chunks are halved.`);
        }
    }
}
async function uploadOnce(size, chunkSize, bundle, target, deps) {
    const { options, projects, version, dist } = target;
    const { checksum, chunks } = await checksums(bundle, size, chunkSize);
    const assembly = { checksum, projects, version, dist, chunks: chunks.map(({ sha1 }) => sha1) };
    let bytesSent = 0;
    const send = async (wanted) => {
        bytesSent += await sendChunks(chunks, new Set(wanted), bundle, options, deps);
    };
    if (!options.reportsMissing)
        await send(assembly.chunks);
    let last = await deps.api.assemble(assembly);
    for (let round = 0; last.state === 'not_found'; round += 1) {
        if (round === 2)
            throw lost(last);
        const missing = last.missingChunks ?? [];
        await send(missing.length > 0 ? missing : round > 0 ? assembly.chunks : []);
        last = await deps.api.assemble(assembly);
    }
    return { last: await settle(last, assembly, target.waitMs, deps), bytesSent };
}
/** Waits for the end of assembling. */
async function settle(first, assembly, waitMs, { api, clock, signal, logger }) {
    const deadline = clock.now() + waitMs;
    let last = first;
    for (let pause = FIRST_PAUSE_MS; isPending(last); pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
        const left = deadline - clock.now();
        if (left <= 0)
            return last;
        if (pause === MAX_PAUSE_MS)
            logger.info('Sentry is still reading the bundle.');
        await clock.sleep(Math.min(pause, left), signal);
        last = await api.assemble(assembly);
    }
    return last;
}
function isPending({ state }) {
    return state === 'created' || state === 'assembling';
}
function reason({ detail }) {
    return (0,sanitize/* toSingleLine */.OX)(detail ?? 'no reason given');
}
function failed(last) {
    return new errors/* ActionError */.lZ(`Sentry could not read the bundle of source maps: ${reason(last)}.`, {
        title: 'Source maps failed',
        advice: 'Sentry repeats this result for the same files for 10 minutes. Re-run the job after that; on a self-hosted server, read the log of its worker.',
    });
}
function lost(last) {
    return new errors/* ActionError */.lZ(`Sentry reported that chunks of the bundle are missing after they were uploaded (${last.missingChunks?.length ?? 0}).`, {
        title: 'Source maps failed',
        advice: 'Re-run the job. If the problem persists, check the file store of the Sentry server.',
    });
}

;// CONCATENATED MODULE: ./src/sourcemaps/write.ts



/**
 * Writes the ids into scripts and maps, all or none.
 * @returns the scripts as they are now
 */
async function writeIds(scripts, files, signal) {
    const replacement = files.replace();
    const maps = new Map();
    const result = [];
    try {
        for (const prepared of scripts) {
            signal.throwIfAborted();
            result.push(prepared.inject ? await stage(prepared, files, replacement, maps) : prepared);
        }
        replacement.commit();
    }
    catch (error) {
        replacement.discard();
        throw error;
    }
    // A map may be shared with a script that keeps its own bytes.
    return result.map((prepared) => ({
        ...prepared,
        mapDigest: (prepared.map?.kind === 'file' ? maps.get(prepared.map.path) : undefined) ?? prepared.mapDigest,
    }));
}
async function stage(prepared, files, replacement, maps) {
    const { file, map } = prepared;
    const script = await files.read(file.path);
    const mapFile = map?.kind === 'file' ? await files.read(map.path) : undefined;
    if (sha1(script) !== prepared.digest)
        throw changedMeanwhile(file.shown);
    if (mapFile && sha1(mapFile) !== prepared.mapDigest)
        throw changedMeanwhile(`the source map of ${file.shown}`);
    const after = contents(prepared, script, mapFile);
    if (map?.kind === 'file' && after.map && !maps.has(map.path)) {
        maps.set(map.path, sha1(after.map));
        await replacement.stage(map.path, after.map);
    }
    await replacement.stage(file.path, after.script);
    return { ...prepared, inject: false, digest: sha1(after.script) };
}

;// CONCATENATED MODULE: ./src/sourcemaps/index.ts















/** A bundle is never larger, whatever the server allows: zip without its 64-bit form ends at 4 GiB. */
const MAX_BUNDLE = 2 * 1024 * 1024 * 1024 - 1;
/**
 * Gives scripts debug ids, and uploads them with their source maps.
 * @throws ActionError when nothing usable is found (unless the inputs allow it), or the server refuses the upload
 */
async function uploadSourceMaps(inputs, deps) {
    try {
        await findAndUpload(inputs, deps);
    }
    catch (error) {
        throw fileError(error, deps.workspace) ?? error;
    }
}
async function findAndUpload(inputs, deps) {
    const { logger, temporary, signal } = deps;
    const files = createFiles(temporary);
    const found = await discoverWhole(inputs, deps, files);
    if (found.problems.length > 0) {
        publish({ scripts: [], bundleIds: [], bytesSent: 0, state: 'skipped' }, deps);
        throw failure(listed(found.problems), 'Correct the input sourcemaps.');
    }
    logger.info(`Found ${found.scripts.length} scripts and ${found.maps.length} source maps.`);
    const prepared = await prepare(found, inputs.inject, files);
    const notices = [...found.notices, ...prepared.notices];
    if (notices.length > 0)
        logger.notice(listed(notices), 'Source maps');
    const report = { scripts: prepared.scripts, bundleIds: [], bytesSent: 0, state: 'skipped' };
    if (publish(report, deps)) {
        logger.warning('The step leaves out the output sourcemap-unresolved, because it is too large: GitHub takes at most 1 MiB.', 'Output left out');
    }
    checkIds(prepared.scripts, inputs);
    checkUsable(prepared.scripts, inputs, logger);
    if (!prepared.scripts.some(({ upload, map }) => upload && map)) {
        logger.info('No script has a usable source map, so no file is changed and nothing is uploaded.');
        return;
    }
    await warnOfOthers(found, prepared.scripts, files, logger);
    const scripts = inputs.inject === 'true' ? await writeIds(prepared.scripts, files, signal) : prepared.scripts;
    const injected = prepared.scripts.filter(({ inject }) => inject).length;
    if (injected > 0) {
        logger.info(`Wrote debug ids into ${injected} scripts. Deploy these files, not earlier copies of them.`);
    }
    await uploadAll(scripts, inputs, { ...deps, files, workspace: found.workspace }, report);
    if (inputs.deleteMaps)
        await deleteMaps(scripts, found.maps, files, logger);
}
/** Warns of files that do not go with the scripts any more when these have ids. */
async function warnOfOthers(found, scripts, files, logger) {
    const hashes = await findHashes(found, scripts, files);
    if (hashes.length > 0) {
        logger.warning(`${listed(hashes)}\nCompute such hashes after this step.`, 'Hash of a changed file');
    }
    const copies = findCopies(found, scripts);
    if (copies.length > 0) {
        logger.warning(`${listed(copies)}\nCompress the scripts after this step.`, 'Compressed copy of a script');
    }
}
/** Finds the files as they were before a run that was killed while it wrote. */
async function discoverWhole({ roots, inject }, { logger, workspace }, files) {
    const found = await discover(roots, workspace, files);
    if (found.leftovers.length === 0)
        return found;
    if (inject === 'true') {
        logger.info('An earlier run was ended while it wrote debug ids: what it left is undone.');
        files.undoReplacement(found.leftovers, found.workspace);
        return await discover(roots, workspace, files);
    }
    if (!found.leftovers.some((path) => isJournal((0,external_node_path_.basename)(path))))
        return found;
    throw failure('An earlier run was ended while it wrote debug ids, so that only some of the files have them.', 'Build again, or let a step with sourcemaps-inject: true undo what is left.');
}
async function uploadAll(scripts, inputs, deps, first) {
    const { account, call, clock, logger, projects, version, signal, files, workspace } = deps;
    const { dist, waitMs, stripPrefix } = inputs;
    const api = createUploadApi(call, account);
    const options = await api.options();
    if (options.refusedUrl !== undefined) {
        logger.warning(`Sentry names ${(0,sanitize/* toSingleLine */.OX)(options.refusedUrl)} for uploads, which is not a host of sentry-url: the token is not sent there, and the chunks go to ${options.url.origin}.`, 'Upload address not used');
    }
    const owner = { organization: account.organization, projects, release: version, dist };
    const maxSize = Math.min(options.maxFileSize ?? MAX_BUNDLE, MAX_BUNDLE);
    const byDebugId = scripts.every(({ id, upload }) => id !== undefined || !upload);
    let report = first;
    for await (const bundle of makeBundles(scripts, {
        owner,
        files,
        workspace,
        stripPrefix,
        maxSize,
        signal,
    })) {
        logger.info(`Bundle ${bundle.id}: ${bundle.files} files, ${bundle.size} bytes.`);
        const target = { options, projects, version, dist, waitMs, byDebugId };
        const { id, state, bytesSent } = await uploadBundle(bundle, target, { api, clock, logger, signal });
        if (state === 'ok')
            logger.info(`Sentry has read the bundle; ${bytesSent} bytes were sent.`);
        const pending = state === 'pending' || report.state === 'pending';
        report = {
            ...report,
            bundleIds: [...report.bundleIds, id],
            bytesSent: report.bytesSent + bytesSent,
            state: pending ? 'pending' : 'ok',
        };
        publish(report, deps);
    }
    if (report.state === 'pending') {
        logger.notice('Sentry was still reading the source maps when the wait ended; its result is not known.', 'Source maps pending');
    }
}
/** @returns whether an output was left out */
function publish(report, { outputs, onReport }) {
    onReport(report);
    return setSourceMapOutputs(outputs, report);
}
/** Deletes every map below the paths, also those that no script uses: none of them is to be deployed. */
async function deleteMaps(scripts, found, files, logger) {
    const used = scripts.flatMap(({ map }) => (map?.kind === 'file' ? [map.path] : []));
    const paths = new Set([...found, ...used]);
    for (const path of paths)
        await files.remove(path);
    logger.info(`Deleted ${paths.size} source maps.`);
    const inline = scripts.flatMap(({ file, map }) => (map?.kind === 'inline' ? [file.shown] : []));
    if (inline.length > 0) {
        logger.warning(`These scripts hold their source map in themselves, which is not deleted:\n${listed(inline)}\nLet the build write separate source maps.`, 'Source maps inside of scripts');
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
