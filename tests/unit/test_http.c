/* SPDX-License-Identifier: Apache-2.0 */
/* http.c against a loopback server whose reply is chosen by the path asked for. */
#include "harness/http/http.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "harness/base/buf.h"
#include "harness/base/str.h"

#define BIG ((size_t)3 << 20)
#define CONNECTIONS_MAX 256

/* ---- the server ---- */

struct server {
    int fd, port;
    pthread_t thread, peers[CONNECTIONS_MAX];
    int fds[CONNECTIONS_MAX];  /* -1 once closed */
    atomic_int accepted;
    pthread_mutex_t lock;
    char seen[8192];  /* the last request, head and body */
};

struct peer {
    struct server *server;
    int fd, index;
};

enum after { KEEP, CLOSE, RESET, HOLD };

static const struct script {
    const char *path, *reply;
    enum after after;
} scripts[] = {
    { "/ok", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", KEEP },
    { "/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", KEEP },
    { "/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n"
      "0\r\n\r\n", KEEP },
    { "/until-close", "HTTP/1.1 200 OK\r\n\r\nto the end", CLOSE },
    { "/429", "HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nslow", KEEP },
    { "/429-ms", "HTTP/1.1 429 x\r\nretry-after-ms: 250\r\nRetry-After: 7\r\n"
      "Content-Length: 0\r\n\r\n", KEEP },
    { "/429-fraction", "HTTP/1.1 429 x\r\nRETRY-AFTER: 1.5\r\nContent-Length: 0\r\n\r\n", KEEP },
    { "/429-date", "HTTP/1.1 429 x\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
      "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT\r\nContent-Length: 0\r\n\r\n", KEEP },
    { "/429-dateless", "HTTP/1.1 429 x\r\nRetry-After: Sun, 06 Nov 1994 08:50:07 GMT\r\n"
      "Content-Length: 0\r\n\r\n", KEEP },
    { "/429-past", "HTTP/1.1 429 x\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
      "Retry-After: Sun, 06 Nov 1994 07:00:00 GMT\r\nContent-Length: 0\r\n\r\n", KEEP },
    { "/429-forever", "HTTP/1.1 429 x\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n",
      KEEP },
    { "/429-odd", "HTTP/1.1 429 x\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", KEEP },
    { "/429-minus", "HTTP/1.1 429 x\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n", KEEP },
    { "/100-first", "HTTP/1.1 100 Continue\r\nRetry-After: 9\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", KEEP },
    { "/redirect", "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 2\r\n\r\nno", KEEP },
    { "/truncated", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n0123456789", CLOSE },
    { "/truncated-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n0123", CLOSE },
    { "/truncated-error", "HTTP/1.1 401 x\r\nContent-Length: 500\r\n\r\nbad key", CLOSE },
    { "/head-only", "HTTP/1.1 200 OK\r\nContent-Le", CLOSE },
    { "/nothing", "", CLOSE },
    { "/reset", "", RESET },
    { "/reset-late", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n0123456789", RESET },
    { "/hold", "", HOLD },
    { "/hold-late", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n0123456789", HOLD },
    { "/babble", "I am no HTTP server, said the server\r\n\r\n", CLOSE },
    { "/broken-gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\n"
      "not gzip ..!", KEEP },
    { "/range", "HTTP/1.1 206 Partial\r\nContent-Range: bytes 3-6/7\r\nContent-Length: 4\r\n\r\n"
      "lowe", KEEP },
};

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n <= 0)
            return;
        bytes += n;
        len -= (size_t)n;
    }
}

/* `n` bytes of 'x' under a gzip or plain encoding, with its headers. */
static void send_big(int fd, const char *status, size_t n, bool packed)
{
    unsigned char *plain = malloc(n), *small = malloc(n + 1024);
    z_stream z = { .next_in = plain, .avail_in = (uInt)n, .next_out = small,
                   .avail_out = (uInt)n + 1024 };
    char head[200];

    memset(plain, 'x', n);
    if (packed) {
        deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
        deflate(&z, Z_FINISH);
        deflateEnd(&z);
    }
    snprintf(head, sizeof(head), "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status,
             packed ? "Content-Encoding: gzip\r\n" : "", packed ? (size_t)z.total_out : n);
    send_all(fd, head, strlen(head));
    send_all(fd, packed ? (char *)small : (char *)plain, packed ? z.total_out : n);
    free(plain);
    free(small);
}

static void send_long_header(int fd)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nX-Long: ", tail[] = "\r\nContent-Length: 0\r\n\r\n";
    size_t n = (size_t)2 << 20;
    char *filler = malloc(n);

    memset(filler, 'h', n);
    send_all(fd, head, sizeof(head) - 1);
    send_all(fd, filler, n);
    send_all(fd, tail, sizeof(tail) - 1);
    free(filler);
}

static enum after play(struct server *s, int fd, const char *path)
{
    const struct script *script = NULL;

    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
        if (strcmp(path, scripts[i].path) == 0)
            script = &scripts[i];
    if (script) {
        send_all(fd, script->reply, strlen(script->reply));
        return script->after;
    }
    if (strcmp(path, "/big") == 0)
        send_big(fd, "200 OK", BIG, false);
    else if (strcmp(path, "/big-error") == 0)
        send_big(fd, "500 Oops", BIG, false);
    else if (strcmp(path, "/gzip") == 0)
        send_big(fd, "200 OK", 5000, true);
    else if (strcmp(path, "/bomb") == 0)
        send_big(fd, "200 OK", BIG, true);
    else if (strcmp(path, "/long-header") == 0)
        send_long_header(fd);
    else if (strcmp(path, "/echo") == 0) {
        char reply[9000];

        pthread_mutex_lock(&s->lock);
        snprintf(reply, sizeof(reply), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
                 strlen(s->seen), s->seen);
        pthread_mutex_unlock(&s->lock);
        send_all(fd, reply, strlen(reply));
    } else {
        send_all(fd, "HTTP/1.1 404 x\r\nContent-Length: 4\r\n\r\nnone", 41);
    }
    return KEEP;
}

/* Reads one request into `text`; false when the client is gone. */
static bool read_request(int fd, char *text, size_t size)
{
    size_t len = 0, whole = 0;

    while (len + 1 < size && (!whole || len < whole)) {
        ssize_t n = recv(fd, text + len, size - 1 - len, 0);
        const char *end, *length;

        if (n <= 0)
            return false;
        len += (size_t)n;
        text[len] = '\0';
        if (text[0] == 0x16) {  /* a TLS handshake: answer as web servers do */
            send_all(fd, "HTTP/1.1 400 x\r\n\r\n", 18);
            return false;
        }
        end = strstr(text, "\r\n\r\n");
        length = strstr(text, "Content-Length: ");
        if (end)
            whole = (size_t)(end + 4 - text) + (length ? strtoul(length + 16, NULL, 10) : 0);
    }
    return true;
}

static void *serve_peer(void *arg)
{
    struct peer *p = arg;
    char text[8192], path[100], drain[512];
    enum after after = KEEP;

    while (after == KEEP) {
        if (!read_request(p->fd, text, sizeof(text)) || sscanf(text, "%*s %99s", path) != 1) {
            after = CLOSE;
            break;
        }
        pthread_mutex_lock(&p->server->lock);
        memcpy(p->server->seen, text, sizeof(text));
        pthread_mutex_unlock(&p->server->lock);
        after = play(p->server, p->fd, path);
    }
    if (after == RESET) {
        struct linger now = { .l_onoff = 1, .l_linger = 0 };

        setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    } else {
        if (after == CLOSE)
            shutdown(p->fd, SHUT_WR);
        while (recv(p->fd, drain, sizeof(drain), 0) > 0)
            continue;
    }
    pthread_mutex_lock(&p->server->lock);
    close(p->fd);
    p->server->fds[p->index] = -1;
    pthread_mutex_unlock(&p->server->lock);
    free(p);
    return NULL;
}

static void *serve(void *arg)
{
    struct server *s = arg;

    for (;;) {
        int n = atomic_load(&s->accepted), fd = accept(s->fd, NULL, NULL);
        struct peer *p;

        if (fd < 0)
            return NULL;
        if (n == CONNECTIONS_MAX)
            abort();
        p = malloc(sizeof(*p));
        *p = (struct peer){ s, fd, n };
        s->fds[n] = fd;
        pthread_create(&s->peers[n], NULL, serve_peer, p);
        atomic_store(&s->accepted, n + 1);
    }
}

static int bind_loopback(int *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static int start_server(void **state)
{
    struct server *s = calloc(1, sizeof(*s));

    pthread_mutex_init(&s->lock, NULL);
    s->fd = bind_loopback(&s->port);
    listen(s->fd, 64);
    pthread_create(&s->thread, NULL, serve, s);
    *state = s;
    return 0;
}

static int stop_server(void **state)
{
    struct server *s = *state;

    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    /* a test that failed may have left its connections open */
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < s->accepted; i++)
        if (s->fds[i] >= 0)
            shutdown(s->fds[i], SHUT_RDWR);
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; i < s->accepted; i++)
        pthread_join(s->peers[i], NULL);
    close(s->fd);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return 0;
}

/* ---- helpers ---- */

static struct ifb_http *open_http(const struct ifb_http_options *options)
{
    struct ifb_http *h = NULL;
    struct ifb_error err;

    assert_int_equal(ifb_http_open(options, &h, &err), IFB_OK);
    return h;
}

static void start(struct ifb_http *h, const char *url, int64_t timeout_ms, void *tag)
{
    struct ifb_http_call call = { .method = "POST", .url = ifb_str_of(url),
                                  .body = IFB_STR("{\"a\":1}") };
    struct ifb_error err;

    call.headers[0] = (struct ifb_header){ IFB_STR("Content-Type"), IFB_STR("application/json"),
                                           false };
    call.nheaders = 1;
    if (ifb_http_start(h, &call, timeout_ms, tag, &err) != IFB_OK)
        fail_msg("%s: %s", url, err.msg);
}

static void finish(struct ifb_http *h, struct ifb_http_event *e)
{
    struct ifb_error err;

    for (int i = 0; i < 100000; i++) {
        assert_int_equal(ifb_http_wait(h, 1000, &err), IFB_OK);
        if (ifb_http_next(h, e))
            return;
    }
    fail_msg("no event");
}

static void call_url(struct ifb_http *h, const char *url, int64_t timeout_ms,
                     struct ifb_http_event *e)
{
    start(h, url, timeout_ms, e);
    finish(h, e);
    assert_ptr_equal(e->tag, e);
}

static void call_path(struct server *s, struct ifb_http *h, const char *path, int64_t timeout_ms,
                      struct ifb_http_event *e)
{
    char url[200];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", s->port, path);
    call_url(h, url, timeout_ms, e);
}

static int64_t a_wall_ms(void)
{
    return (int64_t)784111777 * 1000;  /* Sun, 06 Nov 1994 08:49:37 GMT */
}

/* The same clock after it was set wrong by a year, either way. */
static int64_t a_year_on_ms(void)
{
    return a_wall_ms() + (int64_t)365 * 86400 * 1000;
}

static int64_t a_year_ago_ms(void)
{
    return a_wall_ms() - (int64_t)365 * 86400 * 1000;
}

/* ---- pieces of a streamed body ---- */

struct pieces {
    enum ifb_http_fate fate;
    size_t n, bytes;
    int64_t us;
    void *tag;
};

static enum ifb_http_fate take_piece(void *self, void *tag, ifb_str bytes, int64_t us)
{
    struct pieces *p = self;

    assert_true(us >= p->us && bytes.len > 0);
    p->us = us;
    p->tag = tag;
    p->n++;
    p->bytes += bytes.len;
    return p->fate;
}

static void stream_path(struct server *s, struct ifb_http *h, const char *path,
                        struct ifb_http_event *e)
{
    struct ifb_http_call call = { .method = "POST", .body = IFB_STR("{}"), .stream = true };
    struct ifb_error err;
    char url[200];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", s->port, path);
    call.url = ifb_str_of(url);
    assert_int_equal(ifb_http_start(h, &call, 0, e, &err), IFB_OK);
    finish(h, e);
}

/* ---- tests ---- */

static void test_streamed_bodies(void **state)
{
    static const struct {
        const char *path;
        enum ifb_http_fate fate;
        enum ifb_code code;
        size_t bytes, kept;  /* handed over; in the event */
    } rows[] = {
        { "/chunked", IFB_HTTP_TAKEN, IFB_OK, 7, 0 },
        { "/chunked", IFB_HTTP_KEPT, IFB_OK, 7, 7 },
        { "/ok", IFB_HTTP_STOPPED, IFB_ECANCELED, 5, 0 },
        { "/ok", IFB_HTTP_TAKEN, IFB_OK, 5, 0 },
        { "/429", IFB_HTTP_TAKEN, IFB_OK, 0, 4 },         /* not a 200 */
        { "/redirect", IFB_HTTP_STOPPED, IFB_OK, 0, 2 },
        { "/empty", IFB_HTTP_TAKEN, IFB_OK, 0, 0 },
        { "/truncated", IFB_HTTP_TAKEN, IFB_ENET, 10, 0 },
        { "/ok", IFB_HTTP_ENOUGH, IFB_OK, 5, 0 },
        { "/hold-late", IFB_HTTP_ENOUGH, IFB_OK, 10, 0 },  /* its end never comes */
        { "/truncated", IFB_HTTP_ENOUGH, IFB_OK, 10, 0 },
    };
    struct pieces p = { 0 };
    const struct ifb_http_options options = { .piece = take_piece, .self = &p };
    struct ifb_http *h = open_http(&options);
    struct ifb_http_event e;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        p = (struct pieces){ .fate = rows[i].fate };
        stream_path(*state, h, rows[i].path, &e);
        if (e.code != rows[i].code || p.bytes != rows[i].bytes ||
            (!e.code && e.reply.body.len != rows[i].kept))
            fail_msg("row %zu: code %d '%s', %zu bytes, %zu kept", i, e.code, e.error.msg, p.bytes,
                     e.reply.body.len);
        assert_true(!p.n || (p.tag == &e && p.us <= e.total_us + 1000));
    }
    p = (struct pieces){ 0 };
    call_path(*state, h, "/chunked", 0, &e);  /* and a call like any other on the same handle */
    assert_true(!p.n && ifb_str_is(e.reply.body, "abcdefg"));
    ifb_http_close(h);
}

static void test_streamed_body_without_end(void **state)
{
    struct pieces p = { .fate = IFB_HTTP_TAKEN };
    const struct ifb_http_options options = { .piece = take_piece, .self = &p,
                                              .body_max = 100000 };
    struct ifb_http *h = open_http(&options);
    struct ifb_http_event e;

    stream_path(*state, h, "/big", &e);
    assert_int_equal(e.code, IFB_ELIMIT);
    assert_non_null(strstr(e.error.msg, "is larger than 1600000 bytes"));
    assert_true(p.bytes <= 1600000);
    ifb_http_close(h);
}

static void test_a_proxy_that_is_none(void **state)
{
    static const struct { const char *proxy; enum ifb_code code; } rows[] = {
        { "http://127.0.0.1:8080", IFB_OK }, { "127.0.0.1:8080", IFB_OK },
        { "socks5h://u:hunter2@localhost", IFB_OK }, { "https://p.example", IFB_OK },
        { "ftp://u:hunter2@p.example", IFB_EUSAGE }, { "http://u:hunter2@p.example:port", IFB_EUSAGE },
        { "", IFB_EUSAGE }, { "http://", IFB_EUSAGE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_http_options options = { .proxy = rows[i].proxy };
        struct ifb_error err = { 0 };
        struct ifb_http *h = NULL;

        if (ifb_http_open(&options, &h, &err) != rows[i].code || strstr(err.msg, "hunter2"))
            fail_msg("row %zu: '%s'", i, err.msg);
        ifb_http_close(h);
    }
}

static void test_proxy_by_name(void **state)
{
    struct server *s = *state;
    char proxy[100];
    struct ifb_http_options options = { .proxy = proxy };
    struct ifb_http_call call = { .method = "POST", .url = IFB_STR("http://model.invalid/ok"),
                                  .body = IFB_STR("{}") };
    struct ifb_http_event e;
    struct ifb_error err;
    struct ifb_http *h;

    snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", s->port);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    h = open_http(&options);
    call_url(h, "http://model.invalid/ok", 0, &e);  /* asked of the proxy, which does not know it */
    assert_true(e.code == IFB_OK && e.reply.status == 404);
    pthread_mutex_lock(&s->lock);
    assert_ptr_equal(strstr(s->seen, "POST http://model.invalid/ok HTTP/1.1"), s->seen);
    pthread_mutex_unlock(&s->lock);
    call.direct = true;
    assert_int_equal(ifb_http_start(h, &call, 0, &e, &err), IFB_OK);
    finish(h, &e);
    assert_string_equal(e.error.msg, "cannot resolve host 'model.invalid'");
    unsetenv("http_proxy");
    ifb_http_close(h);
}

static void test_replies(void **state)
{
    static const struct {
        const char *path, *body;
        int status;
        int64_t retry_after_ms;
    } rows[] = {
        { "/ok", "hello", 200, -1 },
        { "/empty", "", 200, -1 },
        { "/chunked", "abcdefg", 200, -1 },
        { "/until-close", "to the end", 200, -1 },
        { "/429", "slow", 429, 7000 },
        { "/ok", "hello", 200, -1 },
        { "/429-ms", "", 429, 250 },
        { "/429-fraction", "", 429, 1500 },
        { "/429-date", "", 429, 30000 },
        { "/429-dateless", "", 429, 30000 },
        { "/429-past", "", 429, 0 },
        { "/429-minus", "", 429, 0 },
        { "/429-forever", "", 429, IFB_HTTP_RETRY_AFTER_MAX },
        { "/429-odd", "", 429, -1 },
        { "/100-first", "ok", 200, -1 },
        { "/redirect", "no", 302, -1 },
        { "/missing", "none", 404, -1 },
        { "/truncated-error", "bad key", 401, -1 },
    };
    const struct ifb_http_options options = { .wall_ms = a_wall_ms };
    struct ifb_http *h = open_http(&options);
    struct ifb_http_event e;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        call_path(*state, h, rows[i].path, 20000, &e);
        if (e.code != IFB_OK || e.reply.status != rows[i].status ||
            !ifb_str_is(e.reply.body, rows[i].body) ||
            e.reply.retry_after_ms != rows[i].retry_after_ms)
            fail_msg("row %zu %s: code %d (%s), status %d, body '%.*s', retry after %lld", i,
                     rows[i].path, e.code, e.error.msg, e.reply.status, IFB_ARG(e.reply.body),
                     (long long)e.reply.retry_after_ms);
        assert_true(e.total_us > 0 && e.first_byte_us > 0 && e.first_byte_us <= e.total_us);
    }
    assert_int_equal(ifb_http_flying(h), 0);
    ifb_http_close(h);
}

/* The server's own Date is what its Retry-After counts from; without it the wait is bounded. */
static void test_clocks_that_jump(void **state)
{
    static const struct { int64_t (*wall_ms)(void); int64_t dated, dateless; } rows[] = {
        { a_wall_ms, 30000, 30000 },
        { a_year_on_ms, 30000, 0 },
        { a_year_ago_ms, 30000, IFB_HTTP_RETRY_AFTER_MAX },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct ifb_http_options options = { .wall_ms = rows[i].wall_ms };
        struct ifb_http *h = open_http(&options);
        struct ifb_http_event e;

        call_path(*state, h, "/429-date", 20000, &e);
        assert_int_equal(e.reply.retry_after_ms, rows[i].dated);
        call_path(*state, h, "/429-dateless", 20000, &e);
        assert_int_equal(e.reply.retry_after_ms, rows[i].dateless);
        ifb_http_close(h);
    }
}

static void test_failures(void **state)
{
    static const struct {
        const char *path;
        int64_t timeout_ms;
        enum ifb_code code;
        const char *msg;  /* %s stands for the peer */
    } rows[] = {
        { "/truncated", 0, IFB_ENET, "the reply of %s was cut off after 10 bytes" },
        { "/429", 0, IFB_OK, "" },  /* a status must not linger in the handle */
        { "/truncated-chunk", 0, IFB_ENET, "the reply of %s was cut off after 4 bytes" },
        { "/429", 0, IFB_OK, "" },
        { "/reset-late", 0, IFB_ENET, "the reply of %s was cut off after 10 bytes" },
        { "/head-only", 0, IFB_ENET, "the reply of %s was cut off after 0 bytes" },
        { "/429", 0, IFB_OK, "" },
        { "/nothing", 0, IFB_ENET, "%s closed the connection without a reply" },
        { "/429", 0, IFB_OK, "" },
        { "/reset", 0, IFB_ENET, "%s closed the connection without a reply" },
        { "/hold", 50, IFB_ENET, "timed out after 0.05 s waiting for %s" },
        { "/ok", 0, IFB_OK, "" },
        { "/hold", 50, IFB_ENET, "timed out after 0.05 s waiting for %s" },
        { "/babble", 0, IFB_EPROTO, "%s does not answer in HTTP" },
        { "/broken-gzip", 0, IFB_EPROTO, "the reply of %s is packed in a broken way" },
        { "/big", 0, IFB_ELIMIT, "the reply of %s is larger than 1048576 bytes" },
        { "/bomb", 0, IFB_ELIMIT, "the reply of %s is larger than 1048576 bytes" },
        { "/ok", 0, IFB_OK, "" },
    };
    const struct ifb_http_options options = { .body_max = (size_t)1 << 20 };
    struct server *s = *state;
    struct ifb_http *h = open_http(&options);
    char peer[40], want[300];
    struct ifb_http_event e;

    snprintf(peer, sizeof(peer), "127.0.0.1:%d", s->port);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *at = strstr(rows[i].msg, "%s");
        int before = at ? (int)(at - rows[i].msg) : (int)strlen(rows[i].msg);

        snprintf(want, sizeof(want), "%.*s%s%s", before, rows[i].msg, at ? peer : "",
                 at ? at + 2 : "");
        call_path(s, h, rows[i].path, rows[i].timeout_ms, &e);
        if (e.code != rows[i].code || strcmp(e.error.msg, want) != 0 || e.error.http_status)
            fail_msg("row %zu %s: code %d '%s', wanted %d '%s'", i, rows[i].path, e.code,
                     e.error.msg, rows[i].code, want);
    }
    ifb_http_close(h);
}

static void test_timeout_in_the_middle_of_a_reply(void **state)
{
    struct ifb_http *h = open_http(NULL);
    struct ifb_http_event e;

    /* whether the ten bytes came within that time is not for a test to say */
    call_path(*state, h, "/hold-late", 50, &e);
    assert_int_equal(e.code, IFB_ENET);
    assert_non_null(strstr(e.error.msg, "timed out after 0.05 s"));
    ifb_http_close(h);
}

static void test_error_status_with_a_huge_body(void **state)
{
    const struct ifb_http_options options = { .body_max = 1000000 };
    struct ifb_http *h = open_http(&options);
    struct ifb_http_event e;

    call_path(*state, h, "/big-error", 0, &e);
    assert_int_equal(e.code, IFB_OK);
    assert_int_equal(e.reply.status, 500);
    ifb_http_close(h);
}

static void test_headers_without_end(void **state)
{
    struct ifb_http *h = open_http(NULL);
    struct ifb_http_event e;

    call_path(*state, h, "/long-header", 0, &e);
    assert_int_not_equal(e.code, IFB_OK);
    assert_int_not_equal(e.code, IFB_EBUG);
    ifb_http_close(h);
}

static void test_unpacks_gzip(void **state)
{
    struct ifb_http *h = open_http(NULL);
    struct ifb_http_event e;

    call_path(*state, h, "/gzip", 0, &e);
    assert_int_equal(e.code, IFB_OK);
    assert_int_equal(e.reply.body.len, 5000);
    assert_int_equal(e.reply.body.ptr[4999], 'x');
    call_path(*state, h, "/big", 0, &e);
    assert_int_equal(e.reply.body.len, BIG);
    ifb_http_close(h);
}

static void test_what_is_sent(void **state)
{
    struct server *s = *state;
    struct ifb_http *h = open_http(NULL);
    struct ifb_http_call call = { .method = "POST", .body = IFB_STR("{\"q\":\"\\u00e9\"}") };
    struct ifb_http_event e;
    struct ifb_error err;
    char url[100], body[2000];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/echo", s->port);
    call.url = ifb_str_of(url);
    call.headers[0] = (struct ifb_header){ IFB_STR("Content-Type"), IFB_STR("application/json"),
                                           false };
    call.headers[1] = (struct ifb_header){ IFB_STR("Authorization"), IFB_STR("Bearer k"), true };
    call.headers[2] = (struct ifb_header){ IFB_STR("X-Empty"), IFB_STR(""), false };
    call.nheaders = 3;
    assert_int_equal(ifb_http_start(h, &call, 0, NULL, &err), IFB_OK);
    memset(url, '!', sizeof(url) - 1);  /* everything was copied */
    finish(h, &e);
    assert_int_equal(e.code, IFB_OK);
    snprintf(body, sizeof(body), "%.*s", IFB_ARG(e.reply.body));
    assert_ptr_equal(strstr(body, "POST /echo HTTP/1.1\r\n"), body);
    assert_non_null(strstr(body, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(body, "\r\nAuthorization: Bearer k\r\n"));
    assert_non_null(strstr(body, "\r\nX-Empty:\r\n"));
    assert_non_null(strstr(body, "\r\nAccept-Encoding: gzip, deflate\r\n"));
    assert_non_null(strstr(body, "\r\n\r\n{\"q\":\"\\u00e9\"}"));
    assert_null(strstr(body, "Expect"));
    ifb_http_close(h);
}

static void test_get_after_post_sends_no_body(void **state)
{
    struct server *s = *state;
    struct ifb_http *h = open_http(NULL);
    struct ifb_http_call call = { .method = "GET" };
    struct ifb_http_event e;
    struct ifb_error err;
    char url[100];

    call_path(s, h, "/ok", 0, &e);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/echo", s->port);
    call.url = ifb_str_of(url);
    assert_int_equal(ifb_http_start(h, &call, 0, NULL, &err), IFB_OK);
    finish(h, &e);
    assert_true(ifb_str_starts(e.reply.body, IFB_STR("GET /echo HTTP/1.1\r\n")));
    assert_true(ifb_str_ends(e.reply.body, IFB_STR("\r\n\r\n")));
    ifb_http_close(h);
}

static void test_refuses_bad_calls(void **state)
{
    static const struct {
        const char *method, *url, *name, *value;
        enum ifb_code code;
    } rows[] = {
        { "POST", "ftp://x/", "A", "b", IFB_EINPUT },
        { "POST", "file:///etc/passwd", "A", "b", IFB_EINPUT },
        { "POST", "http://x/\r\nA: b", "A", "b", IFB_EINPUT },
        { "POST", "http://x/", "A b", "b", IFB_EINPUT },
        { "POST", "http://x/", "", "b", IFB_EINPUT },
        { "POST", "http://x/", "A", "b\r\nC: d", IFB_EINPUT },
        { "POST", "http://x/", "A", "b\n", IFB_EINPUT },
        { "PUT", "http://x/", "A", "b", IFB_EBUG },
    };
    struct ifb_http *h = open_http(NULL);
    struct ifb_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ifb_http_call call = { .method = rows[i].method, .url = ifb_str_of(rows[i].url),
                                      .nheaders = 1 };
        enum ifb_code code;

        call.headers[0].name = ifb_str_of(rows[i].name);
        call.headers[0].value = ifb_str_of(rows[i].value);
        code = ifb_http_start(h, &call, 0, NULL, &err);
        if (code != rows[i].code || ifb_http_flying(h))
            fail_msg("row %zu: code %d, wanted %d", i, code, rows[i].code);
    }
    ifb_http_close(h);
}

static void test_cannot_connect(void **state)
{
    struct ifb_http *h = open_http(NULL);
    struct ifb_http_event e;
    char url[100], want[200];
    int port, fd = bind_loopback(&port);

    (void)state;
    close(fd);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1?secret", port);
    call_url(h, url, 0, &e);
    snprintf(want, sizeof(want), "cannot connect to 127.0.0.1:%d (connection refused)", port);
    assert_int_equal(e.code, IFB_ENET);
    assert_string_equal(e.error.msg, want);
    assert_int_equal(e.reply.retry_after_ms, -1);
    ifb_http_close(h);
}

/* The kernel takes the connection, nobody the handshake. */
static void test_connect_timeout_covers_the_handshake(void **state)
{
    const struct ifb_http_options options = { .connect_timeout_ms = 60 };
    struct ifb_http *h = open_http(&options);
    struct ifb_http_event e;
    char url[100], want[200];
    int port, fd = bind_loopback(&port);

    (void)state;
    listen(fd, 4);
    snprintf(url, sizeof(url), "https://127.0.0.1:%d/v1", port);
    call_url(h, url, 0, &e);
    snprintf(want, sizeof(want), "cannot connect to 127.0.0.1:%d within 0.06 s", port);
    assert_int_equal(e.code, IFB_ENET);
    assert_string_equal(e.error.msg, want);
    close(fd);
    ifb_http_close(h);
}

static void test_cannot_resolve(void **state)
{
    struct ifb_http *h = open_http(NULL);
    struct ifb_http_event e;

    (void)state;
    call_url(h, "http://nonexistent.invalid/v1", 30000, &e);
    assert_int_equal(e.code, IFB_ENET);
    assert_non_null(strstr(e.error.msg, "cannot resolve host 'nonexistent.invalid'"));
    ifb_http_close(h);
}

static void test_url_with_password_is_not_called_nor_shown(void **state)
{
    struct ifb_http *h = open_http(NULL);
    struct ifb_http_event e;

    (void)state;
    call_url(h, "http://user:hunter2@127.0.0.1:1/v1", 0, &e);
    assert_int_equal(e.code, IFB_EINPUT);
    assert_null(strstr(e.error.msg, "hunter2"));
    ifb_http_close(h);
}

static void test_tls_to_a_plain_server(void **state)
{
    struct server *s = *state;
    struct ifb_http *h = open_http(NULL);
    struct ifb_http_event e;
    char url[100], want[100];

    snprintf(url, sizeof(url), "https://127.0.0.1:%d/ok", s->port);
    snprintf(want, sizeof(want), "no TLS connection to 127.0.0.1:%d", s->port);
    call_url(h, url, 20000, &e);
    assert_int_equal(e.code, IFB_ENET);
    if (strstr(e.error.msg, want) != e.error.msg)
        fail_msg("'%s', wanted '%s'", e.error.msg, want);
    ifb_http_close(h);
}

static void test_ca_file_that_is_not_there(void **state)
{
    const struct ifb_http_options options = { .ca_file = "/nonexistent/ca.pem" };
    struct server *s = *state;
    struct ifb_http *h = open_http(&options);
    struct ifb_http_event e;
    char url[100];

    snprintf(url, sizeof(url), "https://127.0.0.1:%d/ok", s->port);
    call_url(h, url, 20000, &e);
    assert_int_equal(e.code, IFB_EINPUT);
    assert_non_null(strstr(e.error.msg, "/nonexistent/ca.pem"));
    ifb_http_close(h);
}

static void test_proxy_from_the_environment(void **state)
{
    struct ifb_http *h = open_http(NULL);
    struct ifb_http_event e;
    char proxy[100];
    int port, fd = bind_loopback(&port);

    close(fd);
    snprintf(proxy, sizeof(proxy), "http://user:hunter2@127.0.0.1:%d", port);
    setenv("http_proxy", proxy, 1);
    call_url(h, "http://model.invalid/v1", 0, &e);
    unsetenv("http_proxy");
    assert_int_equal(e.code, IFB_ENET);
    assert_string_equal(e.error.msg,
                        "cannot connect to the proxy for model.invalid:80 (connection refused)");
    call_path(*state, h, "/ok", 0, &e);
    assert_int_equal(e.code, IFB_OK);
    ifb_http_close(h);
}

static void test_one_connection_for_calls_in_a_row(void **state)
{
    struct server *s = *state;
    struct ifb_http *h = open_http(NULL);
    struct ifb_http_event e;
    int before = s->accepted;

    for (int i = 0; i < 50; i++) {
        call_path(s, h, "/ok", 0, &e);
        assert_int_equal(e.code, IFB_OK);
    }
    assert_int_equal(s->accepted - before, 1);
    ifb_http_close(h);
}

static void test_many_at_once(void **state)
{
    enum { N = 60, ROUNDS = 5 };
    const struct ifb_http_options options = { .connections_max = 2 };
    struct server *s = *state;
    struct ifb_http *h = open_http(&options);
    int before = s->accepted, tags[N] = { 0 };
    struct ifb_http_event e;
    char url[100];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/chunked", s->port);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < N; i++)
            start(h, url, 0, &tags[i]);
        assert_int_equal(ifb_http_flying(h), N);
        for (int i = 0; i < N; i++) {
            finish(h, &e);
            assert_int_equal(e.code, IFB_OK);
            assert_true(ifb_str_is(e.reply.body, "abcdefg"));
            ++*(int *)e.tag;
        }
    }
    for (int i = 0; i < N; i++)
        assert_int_equal(tags[i], ROUNDS);
    assert_true(s->accepted - before <= N);  /* the cache grew with what flies */
    ifb_http_close(h);
}

static void test_close_drops_what_flies(void **state)
{
    struct server *s = *state;
    struct ifb_http *h = open_http(NULL);
    struct ifb_error err;
    char url[100];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/hold", s->port);
    for (int i = 0; i < 4; i++)
        start(h, url, 0, NULL);
    assert_int_equal(ifb_http_wait(h, 10, &err), IFB_OK);
    assert_int_equal(ifb_http_flying(h), 4);
    ifb_http_close(h);
    ifb_http_close(NULL);
}

static void *wake_it(void *h)
{
    ifb_http_wake(h);
    return NULL;
}

static void test_wake_ends_a_wait(void **state)
{
    struct ifb_http *h = open_http(NULL);
    struct ifb_error err;
    pthread_t thread;

    (void)state;
    pthread_create(&thread, NULL, wake_it, h);
    alarm(60);  /* ends the test if the wait is not ended */
    assert_int_equal(ifb_http_wait(h, 600 * 1000, &err), IFB_OK);
    alarm(0);
    pthread_join(thread, NULL);
    ifb_http_close(h);
}

/* ---- downloads ---- */

struct sunk {
    struct ifb_buf bytes;
    int status, told;
    int64_t length;
    bool refuse;
};

static void sink_headers(void *self, int status, int64_t length)
{
    struct sunk *k = self;

    k->told++;
    k->status = status;
    k->length = length;
}

static bool sink_append(void *self, const char *bytes, size_t len)
{
    struct sunk *k = self;

    return !k->refuse && ifb_buf_add(&k->bytes, bytes, len);
}

static void test_fetch(void **state)
{
    static const struct {
        const char *path, *body;
        int64_t from;
        bool refuse;
        int status;
        int64_t length;
        enum ifb_code code;
    } rows[] = {
        { "/ok", "hello", 0, false, 200, 5, IFB_OK },
        { "/empty", "", 0, false, 200, 0, IFB_OK },
        { "/chunked", "abcdefg", 0, false, 200, -1, IFB_OK },
        { "/redirect", "hello", 0, false, 200, 5, IFB_OK },
        { "/range", "lowe", 3, false, 206, 4, IFB_OK },
        { "/ok", "hello", 3, false, 200, 5, IFB_OK },
        { "/missing", "", 0, false, 404, 4, IFB_OK },
        { "/truncated", "0123456789", 0, false, 200, 500, IFB_ENET },
        { "/reset-late", NULL, 0, false, 200, 500, IFB_ENET },
        { "/ok", "", 0, true, 200, 5, IFB_ECANCELED },
    };
    struct server *s = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sunk k = { .refuse = rows[i].refuse };
        const struct ifb_http_sink sink = { &k, sink_headers, sink_append };
        struct ifb_error err = { 0 };
        enum ifb_code code;
        int status = -1;
        char url[100];

        ifb_buf_init(&k.bytes, 100000);
        snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", s->port, rows[i].path);
        code = ifb_http_fetch(NULL, url, rows[i].from, &sink, &status, &err);
        if (code != rows[i].code || status != rows[i].status || k.status != status ||
            k.told != 1 || k.length != rows[i].length ||
            (rows[i].body && !ifb_str_is(ifb_buf_view(&k.bytes), rows[i].body)))
            fail_msg("row %zu %s: code %d (%s), status %d, told %d times %d and %lld, '%.*s'", i,
                     rows[i].path, code, err.msg, status, k.told, k.status, (long long)k.length,
                     IFB_ARG(ifb_buf_view(&k.bytes)));
        ifb_buf_close(&k.bytes);
    }
}

static void test_fetch_asks_for_the_range(void **state)
{
    struct server *s = *state;
    struct sunk k = { 0 };
    const struct ifb_http_sink sink = { &k, NULL, sink_append };
    struct ifb_error err;
    char url[100];
    int status;

    ifb_buf_init(&k.bytes, 100000);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/echo", s->port);
    assert_int_equal(ifb_http_fetch(NULL, url, 42, &sink, &status, &err), IFB_OK);
    assert_int_not_equal(ifb_str_find(ifb_buf_view(&k.bytes), IFB_STR("\r\nRange: bytes=42-\r\n"), 0),
                         SIZE_MAX);
    ifb_buf_close(&k.bytes);
}

static void test_fetch_file(void **state)
{
    char path[] = "/tmp/ifbench-test-http-XXXXXX", url[100];
    struct sunk k = { 0 };
    const struct ifb_http_sink sink = { &k, sink_headers, sink_append };
    struct ifb_error err;
    int status = -1, fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "0123456789", 10), 10);
    close(fd);
    ifb_buf_init(&k.bytes, 1000);
    snprintf(url, sizeof(url), "file://%s", path);
    assert_int_equal(ifb_http_fetch(NULL, url, 0, &sink, &status, &err), IFB_OK);
    assert_int_equal(status, 0);
    assert_int_equal(k.told, 1);
    assert_true(ifb_str_is(ifb_buf_view(&k.bytes), "0123456789"));
    ifb_buf_clear(&k.bytes);
    assert_int_equal(ifb_http_fetch(NULL, url, 7, &sink, &status, &err), IFB_OK);
    assert_true(ifb_str_is(ifb_buf_view(&k.bytes), "789"));
    unlink(path);
    assert_int_equal(ifb_http_fetch(NULL, url, 0, &sink, &status, &err), IFB_EIO);
    ifb_buf_close(&k.bytes);
}

static void test_version_is_named(void **state)
{
    (void)state;
    assert_non_null(strstr(ifb_http_version(), "libcurl/"));
}

int main(void)
{
    static const char *const proxies[] = { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                           "ALL_PROXY", "no_proxy", "NO_PROXY", "CURL_CA_BUNDLE",
                                           "SSL_CERT_FILE", "SSL_CERT_DIR" };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_clocks_that_jump),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_timeout_in_the_middle_of_a_reply),
        cmocka_unit_test(test_error_status_with_a_huge_body),
        cmocka_unit_test(test_headers_without_end),
        cmocka_unit_test(test_unpacks_gzip),
        cmocka_unit_test(test_what_is_sent),
        cmocka_unit_test(test_get_after_post_sends_no_body),
        cmocka_unit_test(test_refuses_bad_calls),
        cmocka_unit_test(test_cannot_connect),
        cmocka_unit_test(test_connect_timeout_covers_the_handshake),
        cmocka_unit_test(test_cannot_resolve),
        cmocka_unit_test(test_url_with_password_is_not_called_nor_shown),
        cmocka_unit_test(test_tls_to_a_plain_server),
        cmocka_unit_test(test_ca_file_that_is_not_there),
        cmocka_unit_test(test_proxy_from_the_environment),
        cmocka_unit_test(test_a_proxy_that_is_none),
        cmocka_unit_test(test_proxy_by_name),
        cmocka_unit_test(test_streamed_bodies),
        cmocka_unit_test(test_streamed_body_without_end),
        cmocka_unit_test(test_one_connection_for_calls_in_a_row),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_close_drops_what_flies),
        cmocka_unit_test(test_wake_ends_a_wait),
        cmocka_unit_test(test_fetch),
        cmocka_unit_test(test_fetch_asks_for_the_range),
        cmocka_unit_test(test_fetch_file),
        cmocka_unit_test(test_version_is_named),
    };

    for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++)
        unsetenv(proxies[i]);
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
