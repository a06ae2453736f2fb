/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP by libcurl: many calls in flight on one thread, connections reused. The
 * only room that knows curl; it decides nothing (no retries, no limits), it
 * reports what happened.
 */
#ifndef IFB_HTTP_HTTP_H
#define IFB_HTTP_HTTP_H

#include <ifbench/provider.h>
#include <ifbench/types.h>

/*
 * Proxies come from the environment as libcurl reads it (http_proxy, https_proxy,
 * no_proxy), the trusted certificates from `ca_file`, else CURL_CA_BUNDLE, else
 * SSL_CERT_DIR and SSL_CERT_FILE, else the system. http:// is spoken as HTTP/1.1,
 * https:// as HTTP/2 where the server offers it. The process should ignore SIGPIPE.
 */
struct ifb_http;

/*
 * A piece of the body of a call with `stream` set and status 200, cut anywhere;
 * called within ifb_http_wait; `us` is since the start, as in the event. TAKEN: it
 * is done with. ENOUGH: it is, and so is the reply: the call ends without a fault,
 * when the server ends it or 0.1 s later. KEPT: it becomes part of reply.body, as it
 * would without `stream`. STOPPED: the call is to end now; its event has
 * IFB_ECANCELED.
 */
enum ifb_http_fate { IFB_HTTP_TAKEN, IFB_HTTP_ENOUGH, IFB_HTTP_KEPT, IFB_HTTP_STOPPED };
typedef enum ifb_http_fate ifb_http_piece(void *self, void *tag, ifb_str bytes, int64_t us);

struct ifb_http_options {
    int64_t connect_timeout_ms;  /* 0: 10 s; resolving and the TLS handshake included */
    size_t body_max;             /* ceiling of a reply, unpacked; 0: 16 MiB; of a body that is
                                    handed over 16 times that, as events outweigh their text */
    const char *ca_file;         /* NULL: see above */
    const char *proxy;           /* for all calls; NULL: see above */
    size_t connections_max;      /* idle ones kept open; 0: 100; grows with the calls in flight */
    int64_t (*wall_ms)(void);    /* for a Retry-After that is a date in a reply without Date,
                                    such as ifb_wall_ms; NULL: such a one is ignored */
    ifb_http_piece *piece;       /* NULL: `stream` of calls is ignored */
    void *self;                  /* for `piece` */
};

#define IFB_HTTP_BODY_MAX ((size_t)16 << 20)  /* unless the caller names another ceiling */
#define IFB_HTTP_RETRY_AFTER_MAX ((int64_t)24 * 3600 * 1000)  /* longer waits read as this */

/* One finished call. `reply.body` is valid until the next ifb_http_next or wait. */
struct ifb_http_event {
    void *tag;                 /* what start was given */
    /*
     * IFB_OK      a reply with any status came; whole, or with a status of 400 or
     *             more, which is enough to act on when its body is cut off
     * IFB_ENET    resolve, connect, TLS handshake, timeout, reset, truncated
     * IFB_EAUTH   a certificate that is not trusted, a proxy that wants a password
     * IFB_ELIMIT  the reply is larger than body_max
     * IFB_EPROTO  not HTTP, or packed in a broken way
     * IFB_EINPUT  the URL or the CA file cannot be used
     * IFB_ECANCELED  a piece was answered with STOPPED
     * Messages name host and port, never a path, header or key.
     */
    enum ifb_code code;
    struct ifb_http_reply reply;
    struct ifb_error error;    /* when code is not IFB_OK; http_status is 0 */
    int64_t total_us, first_byte_us;  /* from start, by curl's clock; first_byte_us is 0
                                         when no byte came */
};

/* `options` may be NULL. IFB_EUSAGE when the proxy is none (its message repeats no password). */
enum ifb_code ifb_http_open(const struct ifb_http_options *options, struct ifb_http **out,
                            struct ifb_error *err);

/*
 * Starts a call (method GET or POST); the strings of `call` are copied before it
 * returns. `timeout_ms` bounds the whole attempt, 0 does not. `tag` comes back
 * in the event. Redirects are not followed: a 3xx is a reply like any other.
 * IFB_EINPUT when the URL is not http(s):// or a header holds a line break;
 * there will be no event then. Nothing is sent before the next wait.
 */
enum ifb_code ifb_http_start(struct ifb_http *h, const struct ifb_http_call *call,
                             int64_t timeout_ms, void *tag, struct ifb_error *err);

/*
 * Moves all transfers on. When none is finished then, waits at most `wait_ms`
 * for something to happen (also when nothing is in flight) and moves on once
 * more. Fails only on a fault of our own (IFB_EBUG).
 */
enum ifb_code ifb_http_wait(struct ifb_http *h, int wait_ms, struct ifb_error *err);

/* The same, and waits for `n` other descriptors too; their revents are not set. */
struct pollfd;
enum ifb_code ifb_http_wait_for(struct ifb_http *h, const struct pollfd *fds, size_t n, int wait_ms,
                                struct ifb_error *err);

/* Takes the next finished call; false when there is none at the moment. */
bool ifb_http_next(struct ifb_http *h, struct ifb_http_event *out);

/* Calls started whose event was not taken yet. */
size_t ifb_http_flying(const struct ifb_http *h);

/* Ends a wait (the one now, or else the next) from another thread or a signal handler. */
void ifb_http_wake(struct ifb_http *h);

/* Drops what is in flight and releases everything. NULL is fine. */
void ifb_http_close(struct ifb_http *h);

/*
 * Fetches `url` (http, https, file) into `sink`, from byte `from` on (a server
 * that ignores the range gives status 200 instead of 206: the caller must start
 * over; a file: always starts at `from`). Follows redirects to http(s) only.
 * `append` returning false stops it with IFB_ECANCELED. *status is the HTTP
 * status (0 for file:). A status other than 2xx is not an error here, and its
 * body is not given to the sink; a body that ends early is IFB_ENET; less than
 * one byte a second for a minute counts as a timeout. `headers` tells the status
 * and the length still to come (-1 unknown) once, before the first byte, also
 * when there is none; may be NULL. Blocks; `options` as for open, body_max
 * aside; may be NULL.
 */
struct ifb_http_sink {
    void *self;
    void (*headers)(void *self, int status, int64_t length);
    bool (*append)(void *self, const char *bytes, size_t len);
};
enum ifb_code ifb_http_fetch(const struct ifb_http_options *options, const char *url, int64_t from,
                             const struct ifb_http_sink *sink, int *status, struct ifb_error *err);

/* Version of libcurl and its TLS library, for manifests. */
const char *ifb_http_version(void);

#endif
