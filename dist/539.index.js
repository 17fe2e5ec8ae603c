export const id = 539;
export const ids = [539];
export const modules = {

/***/ 6539:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   write: () => (/* binding */ write)
/* harmony export */ });
/* harmony import */ var axios__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7637);
/* harmony import */ var _read_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2346);


/*
 * This module is imported late, when something has to be changed: axios takes longer to load than a whole run that
 * only finds that all is done.
 */
/** Bytes. Sentry refuses more than 2.5 MB. */
const LARGEST_REQUEST = 4 * 1024 * 1024;
/**
 * Redirects are never followed: they would carry the token elsewhere, and turn a POST into a GET. Any status is an
 * answer.
 */
const client = (0,axios__WEBPACK_IMPORTED_MODULE_1__/* .create */ .vt)({
    proxy: false,
    maxRedirects: 0,
    maxBodyLength: LARGEST_REQUEST,
    responseType: 'arraybuffer',
    transformRequest: [],
    transformResponse: [],
    validateStatus: () => true,
    adapter: 'http',
});
/**
 * Sends a request with a body.
 * @param largest bytes of the answer's body after decompression
 * @throws an AxiosError, which holds the request's headers and must not travel further
 */
async function write(outgoing, agent, largest, signal) {
    const response = await client.request({
        method: outgoing.method,
        url: outgoing.url.href,
        headers: outgoing.headers,
        data: outgoing.body,
        maxContentLength: largest,
        httpAgent: agent,
        httpsAgent: agent,
        signal,
    });
    const headers = response.headers;
    return {
        status: response.status,
        header: (name) => (0,_read_js__WEBPACK_IMPORTED_MODULE_0__/* .joined */ .o)(headers[name]),
        bytes: Buffer.from(response.data),
    };
}


/***/ })

};
