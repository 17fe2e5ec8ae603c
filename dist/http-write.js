export const id = 539;
export const ids = [539];
export const modules = {

/***/ 6539:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   write: () => (/* binding */ write)
/* harmony export */ });
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7067);
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_http__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_https__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(4708);
/* harmony import */ var node_https__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__webpack_require__.n(node_https__WEBPACK_IMPORTED_MODULE_1__);
/* harmony import */ var axios__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(7637);
/* harmony import */ var _content_coding_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3936);
/* harmony import */ var _read_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(2346);





/*
 * This module is imported late, when something has to be changed: axios takes longer to load than a whole run that
 * only finds that all is done.
 */
/** Bytes of a text. Sentry refuses more than 2.5 MB; the size of an upload is the server's word. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/**
 * Redirects are never followed: they would carry the token elsewhere, and turn a POST into a GET. Any status is a
 * response.
 */
const client = (0,axios__WEBPACK_IMPORTED_MODULE_4__/* .create */ .vt)({
    proxy: false,
    maxRedirects: 0,
    decompress: false,
    maxBodyLength: MAX_REQUEST_BYTES,
    responseType: 'arraybuffer',
    transformRequest: [],
    transformResponse: [],
    validateStatus: () => true,
    adapter: 'http',
});
/**
 * Sends a request with a body.
 * @param maxBytes of the response's body, as sent and again after decompression
 * @throws an AxiosError, which holds the request's headers and must not travel further; what zlib gives
 */
async function write(outgoing, agent, maxBytes, signal, observe) {
    const response = await client.request({
        method: outgoing.method,
        url: outgoing.url.href,
        headers: { ...outgoing.headers, 'Accept-Encoding': _content_coding_js__WEBPACK_IMPORTED_MODULE_2__/* .ACCEPTED_CODING */ .h },
        data: outgoing.bytes ?? outgoing.body,
        ...(outgoing.bytes ? { maxBodyLength: Infinity } : {}),
        maxContentLength: maxBytes,
        httpAgent: agent,
        httpsAgent: agent,
        transport: {
            request: (options, onResponse) => {
                const send = outgoing.url.protocol === 'https:' ? node_https__WEBPACK_IMPORTED_MODULE_1__.request : node_http__WEBPACK_IMPORTED_MODULE_0__.request;
                const tunnel = { tunnelSignal: signal };
                const request = send({ ...options, ...tunnel }, onResponse);
                observe(request);
                return request;
            },
        },
        signal,
    });
    const headers = response.headers;
    return {
        status: response.status,
        header: (name) => (0,_read_js__WEBPACK_IMPORTED_MODULE_3__/* .joined */ .o)(headers[name]),
        bytes: await (0,_content_coding_js__WEBPACK_IMPORTED_MODULE_2__/* .decodeBody */ .V)(Buffer.from(response.data), (0,_read_js__WEBPACK_IMPORTED_MODULE_3__/* .joined */ .o)(headers['content-encoding']), maxBytes),
    };
}


/***/ })

};
