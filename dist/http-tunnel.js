export const id = 856;
export const ids = [856];
export const modules = {

/***/ 6856:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createTunnelAgent: () => (/* binding */ createTunnelAgent)
/* harmony export */ });
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7067);
/* harmony import */ var node_http__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_http__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_https__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(4708);
/* harmony import */ var node_https__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__webpack_require__.n(node_https__WEBPACK_IMPORTED_MODULE_1__);
/* harmony import */ var _failure_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2398);



/**
 * An agent whose connections go through a proxy by CONNECT (RFC 9110, 9.3.6).
 * @param proxy with user and password already percent-decoded, as the toolkit gives it
 * @param protocol of the requests: `https:` or `http:`
 */
function createTunnelAgent(proxy, protocol, keepAlive) {
    if (protocol === 'http:')
        return new PlainTunnelAgent(proxy, keepAlive);
    return new TlsTunnelAgent(proxy, keepAlive);
}
class PlainTunnelAgent extends node_http__WEBPACK_IMPORTED_MODULE_0__.Agent {
    #proxy;
    constructor(proxy, keepAlive) {
        super({ keepAlive });
        this.#proxy = proxy;
    }
    createConnection(options, connected) {
        openTunnel(this.#proxy, options).then((socket) => connected?.(null, socket), (error) => connected?.(error, undefined));
    }
}
class TlsTunnelAgent extends node_https__WEBPACK_IMPORTED_MODULE_1__.Agent {
    #proxy;
    constructor(proxy, keepAlive) {
        super({ keepAlive });
        this.#proxy = proxy;
    }
    createConnection(options, connected) {
        openTunnel(this.#proxy, options).then((socket) => connected?.(null, super.createConnection({ ...options, socket })), (error) => connected?.(error, undefined));
    }
}
/** @throws Error with code `ERR_NO_TUNNEL`, and the proxy's status where it gave one */
async function openTunnel(proxy, { host, port, tunnelSignal }) {
    const target = `${host?.includes(':') ? `[${host}]` : host}:${port}`;
    const login = proxy.username === '' && proxy.password === '' ? '' : `${proxy.username}:${proxy.password}`;
    const send = proxy.protocol === 'https:' ? node_https__WEBPACK_IMPORTED_MODULE_1__.request : node_http__WEBPACK_IMPORTED_MODULE_0__.request;
    return await new Promise((resolve, reject) => {
        const fail = (status) => {
            reject(Object.assign(new Error('no tunnel'), { code: _failure_js__WEBPACK_IMPORTED_MODULE_2__/* .NO_TUNNEL */ .Db, status }));
        };
        const connect = send({
            method: 'CONNECT',
            host: proxy.hostname.replace(/^\[|\]$/g, ''),
            port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
            path: target,
            agent: false,
            setHost: false,
            ...(tunnelSignal ? { signal: tunnelSignal } : {}),
            headers: {
                Host: target,
                ...(login && { 'Proxy-Authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
            },
        });
        connect.once('connect', ({ statusCode = 0 }, socket) => {
            if (statusCode >= 200 && statusCode < 300) {
                resolve(socket);
                return;
            }
            socket.destroy();
            fail(statusCode);
        });
        connect.once('response', ({ statusCode }) => {
            connect.destroy();
            fail(statusCode);
        });
        connect.once('error', () => {
            fail();
        });
        connect.end();
    });
}


/***/ })

};
