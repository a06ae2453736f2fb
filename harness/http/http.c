/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl's multi interface, driven by perform and poll: cheaper than its
 * socket callbacks below a thousand connections. Easy handles are kept on a
 * free list and only what differs between calls is set again.
 */
#include "harness/http/http.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/http/curl_ways.h"
#include "harness/http/quota.h"

#define STREAM_TIMES 16            /* what events may weigh beside a plain body */
#define BODY_KEEP ((size_t)256 << 10)  /* larger buffers are not kept for the next call */
#define CONNECTIONS ((size_t)100)
#define LINGER_US ((int64_t)100 * 1000)  /* for a server to end a reply that is enough */
#define CALL_MAX ((size_t)256 << 20)   /* of what is sent */
#define HEADER_MAX ((size_t)64 << 10)

struct transfer {
    struct transfer *next;  /* on the free list, or of those that are enough */
    struct transfer *all;   /* every one there is */
    CURL *easy;
    struct curl_slist *headers;
    struct ifb_buf url;     /* ends in NUL; what curl was last told, or nothing */
    char how;               /* so with what only some calls want: 0 unknown, 's', 'd', 'b', 'p' */
    int64_t told_ms;        /* and the timeout */
    struct ifb_buf sent, body;
    void *tag;
    int64_t timeout_ms;
    int64_t head_us;        /* when a streamed reply began, then when the call did */
    size_t got;             /* bytes of the body, unpacked, wherever they went */
    bool head_ended;        /* the empty line behind the headers came */
    bool stream, ok;        /* ok: the status is 200, asked once */
    bool stopped, full;     /* why curl was told to end the transfer */
    bool enough;            /* nothing more is wanted; it ends at `end_us` at the latest */
    int64_t enough_us, end_us;  /* enough_us: since the call began */
    char retry_after[64], retry_after_ms[32], date[64];
    struct ifb_quota quota;
    struct ifb_http *http;
    char error[CURL_ERROR_SIZE];
};

struct ifb_http {
    CURLM *multi;
    struct transfer *all, *unused, *last, *lingering;
    size_t flying;
    size_t connections;
    int64_t connect_timeout_ms;
    size_t body_max;
    char *ca_file, *proxy;
    int64_t (*wall_ms)(void);
    ifb_http_piece *piece;
    void *self;
    struct ifb_buf line;  /* a header being written */
    struct curl_waitfd *extra;  /* other descriptors to wait for */
    size_t nextra;
};

static void *must(void *p)
{
    if (!p)
        ifb_out_of_memory();
    return p;
}

/* ---- handles ---- */

/* curl tells the time to the first byte, but only at the end that to any other. */
static void look_at_head(struct transfer *t)
{
    curl_off_t first_us = 0;
    long status = 0;

    ifb_curl.curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    ifb_curl.curl_easy_getinfo(t->easy, CURLINFO_STARTTRANSFER_TIME_T, &first_us);
    t->ok = status == 200;
    t->head_us -= t->ok ? first_us : 0;
}

/* From now on it is waited for only so that the connection can be used again. */
static void linger(struct transfer *t, int64_t us, int64_t end_us)
{
    t->enough = true;
    t->enough_us = us;
    t->end_us = end_us;
    t->next = t->http->lingering;
    t->http->lingering = t;
}

/* Events make no answer out of an error page: only a 200 is handed over. */
static enum ifb_http_fate hand_over(struct transfer *t, ifb_str bytes)
{
    int64_t now, us;
    enum ifb_http_fate fate;

    if (!t->stream || !t->http->piece)
        return IFB_HTTP_KEPT;
    if (!t->ok)
        look_at_head(t);
    if (t->ok && t->got > STREAM_TIMES * t->body.max)
        t->full = true;
    if (!t->ok || t->full)
        return t->ok ? IFB_HTTP_STOPPED : IFB_HTTP_KEPT;
    now = ifb_clock_us();
    us = now - t->head_us;
    fate = t->http->piece(t->http->self, t->tag, bytes, us);
    if (fate == IFB_HTTP_ENOUGH && !t->enough)
        linger(t, us, now + LINGER_US);
    return fate;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *user)
{
    struct transfer *t = user;

    t->got += size * n;
    switch (hand_over(t, (ifb_str){ bytes, size * n })) {
    case IFB_HTTP_TAKEN:
    case IFB_HTTP_ENOUGH:
        return n;
    case IFB_HTTP_STOPPED:
        t->stopped = !t->full;
        return 0;
    default:
        if (ifb_buf_add(&t->body, bytes, size * n))
            return n;
        t->full = true;
        return 0;
    }
}

/* Keeps the value of a header when it is the one called `name`. */
static void keep_header(ifb_str line, const char *name, char *out, size_t size)
{
    size_t len = strlen(name);
    ifb_str value;

    if (line.len <= len || line.ptr[len] != ':' || strncasecmp(line.ptr, name, len) != 0)
        return;
    value = ifb_str_trim_ascii(ifb_str_from(line, len + 1));
    if (value.len >= size || memchr(value.ptr, '\0', value.len))
        return;
    memcpy(out, value.ptr, value.len);
    out[value.len] = '\0';
}

static void forget_headers(struct transfer *t)
{
    t->head_ended = false;
    t->retry_after[0] = t->retry_after_ms[0] = t->date[0] = '\0';
    t->quota = (struct ifb_quota){ 0 };
}

static void keep_quota(struct transfer *t, ifb_str line)
{
    ifb_str name;

    if (ifb_str_chop(&line, ':', &name))
        ifb_quota_header(&t->quota, name, line, t->http->wall_ms ? t->http->wall_ms() : 0);
}

static size_t take_header(char *bytes, size_t size, size_t n, void *user)
{
    struct transfer *t = user;
    ifb_str line = { bytes, size * n };

    if (!line.len)
        return n;
    switch (tolower((unsigned char)line.ptr[0])) {
    case '\r':
    case '\n':
        t->head_ended = true;
        break;
    case 'h':  /* a status line: what came before belongs to a 100 or to the proxy */
        if (ifb_str_starts(line, IFB_STR("HTTP/")))
            forget_headers(t);
        if (t->stream && !t->head_us)
            t->head_us = ifb_clock_us();
        break;
    case 'r':
        keep_header(line, "retry-after", t->retry_after, sizeof(t->retry_after));
        keep_header(line, "retry-after-ms", t->retry_after_ms, sizeof(t->retry_after_ms));
        keep_quota(t, line);
        break;
    case 'x':
    case 'a':
        keep_quota(t, line);
        break;
    case 'd':
        keep_header(line, "date", t->date, sizeof(t->date));
        break;
    default:
        break;
    }
    return n;
}

static struct transfer *new_transfer(struct ifb_http *h)
{
    struct transfer *t = must(calloc(1, sizeof(*t)));

    t->easy = must(ifb_curl.curl_easy_init());
    ifb_buf_init(&t->url, HEADER_MAX);
    ifb_buf_init(&t->sent, CALL_MAX);
    ifb_buf_init(&t->body, h->body_max);
    t->http = h;
    ifb_curl_common(t->easy, h->ca_file, h->connect_timeout_ms, t->error);
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take_body);
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, take_header);
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
    t->all = h->all;
    h->all = t;
    return t;
}

static void drop_headers(struct transfer *t)
{
    for (struct curl_slist *s = t->headers; s; s = s->next)
        explicit_bzero(s->data, strlen(s->data));
    ifb_curl.curl_slist_free_all(t->headers);
    t->headers = NULL;
}

static void put_back(struct ifb_http *h, struct transfer *t)
{
    drop_headers(t);
    if (t->body.cap > BODY_KEEP)
        ifb_buf_close(&t->body);
    if (t->sent.cap > BODY_KEEP)
        ifb_buf_close(&t->sent);
    t->next = h->unused;
    h->unused = t;
}

static void release_last(struct ifb_http *h)
{
    if (h->last)
        put_back(h, h->last);
    h->last = NULL;
}

static struct transfer *take_transfer(struct ifb_http *h)
{
    struct transfer *t = h->unused;

    if (!t)
        return new_transfer(h);
    h->unused = t->next;
    return t;
}

/* ---- starting ---- */

static bool is_token(ifb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) && (!s.ptr[i] || !strchr("!#$%&'*+-.^_`|~", s.ptr[i])))
            return false;
    return s.len > 0;
}

static bool is_one_line(ifb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.ptr[i] < 0x20 && s.ptr[i] != '\t') || s.ptr[i] == 0x7f)
            return false;
    return true;
}

static void append_header(struct transfer *t, const char *line)
{
    t->headers = must(ifb_curl.curl_slist_append(t->headers, line));
}

static enum ifb_code add_header(struct ifb_http *h, struct transfer *t,
                                const struct ifb_header *header, struct ifb_error *err)
{
    bool fits;

    if (!is_token(header->name))
        return ifb_fail(err, IFB_EINPUT, "'%.*s' is not the name of a header",
                        IFB_ARG(ifb_str_part(header->name, 0, header->name.len < 60
                                             ? header->name.len : 60)));
    if (!is_one_line(header->value))
        return ifb_fail(err, IFB_EINPUT, "the value of header '%.*s' holds a control character",
                        IFB_ARG(header->name));
    ifb_buf_clear(&h->line);
    ifb_buf_str(&h->line, header->name);
    ifb_buf_cstr(&h->line, header->value.len ? ": " : ";");  /* curl's way to write an empty one */
    ifb_buf_str(&h->line, header->value);
    fits = ifb_buf_char(&h->line, '\0');
    if (fits)
        append_header(t, h->line.ptr);
    if (h->line.ptr)
        explicit_bzero(h->line.ptr, h->line.len);
    if (!fits)
        return ifb_fail(err, IFB_EINPUT, "header '%.*s' is too long", IFB_ARG(header->name));
    return IFB_OK;
}

static enum ifb_code set_headers(struct ifb_http *h, struct transfer *t,
                                 const struct ifb_http_call *call, struct ifb_error *err)
{
    for (size_t i = 0; i < call->nheaders; i++) {
        enum ifb_code code = add_header(h, t, &call->headers[i], err);

        if (code != IFB_OK)
            return code;
    }
    append_header(t, "Expect:");
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
    return IFB_OK;
}

static enum ifb_code set_url(struct transfer *t, ifb_str url, struct ifb_error *err)
{
    bool tls = ifb_str_starts(url, IFB_STR("https://"));

    /* Nearly every call goes where the one before it went. */
    if (t->url.len == url.len + 1 && memcmp(t->url.ptr, url.ptr, url.len) == 0)
        return IFB_OK;
    if (!tls && !ifb_str_starts(url, IFB_STR("http://")))
        return ifb_fail(err, IFB_EINPUT, "only http:// and https:// can be called");
    ifb_buf_clear(&t->url);
    ifb_buf_str(&t->url, url);
    if (!ifb_buf_char(&t->url, '\0') || !is_one_line(url)) {
        ifb_buf_clear(&t->url);
        return ifb_fail(err, IFB_EINPUT, "not a URL that can be called");
    }
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_URL, t->url.ptr);
    /* waiting for the first connection pays only where it can be shared */
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_PIPEWAIT, tls ? 1L : 0L);
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION,
                     tls ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
    return IFB_OK;
}

static enum ifb_code set_body(struct transfer *t, const struct ifb_http_call *call,
                              struct ifb_error *err)
{
    if (strcmp(call->method, "GET") == 0) {
        ifb_curl.curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
        return IFB_OK;
    }
    if (strcmp(call->method, "POST") != 0)
        return ifb_fail(err, IFB_EBUG, "method '%s' is not supported", call->method);
    ifb_buf_clear(&t->sent);
    if (!ifb_buf_str(&t->sent, call->body))
        return ifb_fail(err, IFB_ELIMIT, "the request is larger than %zu bytes", t->sent.max);
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, ifb_buf_view(&t->sent).ptr);
    ifb_curl.curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->sent.len);
    return IFB_OK;
}

/* Each option costs curl a copy: only what changes is set. */
static void set_way(struct ifb_http *h, struct transfer *t, const struct ifb_http_call *call,
                    int64_t timeout_ms)
{
    char how = call->direct ? (call->stream ? 'b' : 'd') : (call->stream ? 's' : 'p');

    if (how != t->how) {
        ifb_curl.curl_easy_setopt(t->easy, CURLOPT_PROXY, call->direct ? "" : h->proxy);
        /* who packs events holds them back until there is enough to pack */
        ifb_curl.curl_easy_setopt(t->easy, CURLOPT_ACCEPT_ENCODING,
                                  call->stream ? NULL : "gzip, deflate");
    }
    if (timeout_ms != t->told_ms)
        ifb_curl.curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    t->how = how;
    t->told_ms = timeout_ms;
}

static enum ifb_code prepare(struct ifb_http *h, struct transfer *t,
                             const struct ifb_http_call *call, int64_t timeout_ms,
                             struct ifb_error *err)
{
    enum ifb_code code = set_url(t, call->url, err);

    if (code == IFB_OK)
        code = set_body(t, call, err);
    if (code == IFB_OK)
        code = set_headers(h, t, call, err);
    if (code != IFB_OK)
        return code;
    set_way(h, t, call, timeout_ms);
    ifb_buf_clear(&t->body);
    forget_headers(t);
    t->error[0] = '\0';
    t->timeout_ms = timeout_ms;
    t->got = 0;
    t->head_us = 0;
    t->stream = call->stream;
    t->ok = t->stopped = t->full = t->enough = false;
    return IFB_OK;
}

/* Or else curl would close what each finished call leaves behind. */
static void keep_connections(struct ifb_http *h)
{
    while (h->connections < h->flying)
        h->connections *= 2;
    ifb_curl.curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)h->connections);
}

enum ifb_code ifb_http_start(struct ifb_http *h, const struct ifb_http_call *call,
                             int64_t timeout_ms, void *tag, struct ifb_error *err)
{
    struct transfer *t = take_transfer(h);
    enum ifb_code code = prepare(h, t, call, timeout_ms, err);
    CURLMcode rc;

    if (code != IFB_OK) {
        put_back(h, t);
        return code;
    }
    t->tag = tag;
    rc = ifb_curl.curl_multi_add_handle(h->multi, t->easy);
    if (rc != CURLM_OK) {
        put_back(h, t);
        return ifb_fail(err, IFB_EBUG, "libcurl: %s", ifb_curl.curl_multi_strerror(rc));
    }
    if (++h->flying > h->connections)
        keep_connections(h);
    return IFB_OK;
}

/* ---- moving on ---- */

/* curl's own kind of pollfd; valid until the next call. */
static struct curl_waitfd *waitfds(struct ifb_http *h, const struct pollfd *fds, size_t n)
{
    if (n > h->nextra) {
        h->extra = must(realloc(h->extra, n * sizeof(*h->extra)));
        h->nextra = n;
    }
    for (size_t i = 0; i < n; i++) {
        short events = (short)((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                               (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0));

        h->extra[i] = (struct curl_waitfd){ fds[i].fd, events, 0 };
    }
    return h->extra;
}

/* As long a wait as those that are enough leave. */
static int linger_ms(const struct ifb_http *h, int wait_ms)
{
    int64_t now = h->lingering ? ifb_clock_us() : 0;

    for (const struct transfer *t = h->lingering; t; t = t->next) {
        int64_t ms = t->end_us > now ? (t->end_us - now) / 1000 + 1 : 0;

        wait_ms = ms < wait_ms ? (int)ms : wait_ms;
    }
    return wait_ms;
}

enum ifb_code ifb_http_wait(struct ifb_http *h, int wait_ms, struct ifb_error *err)
{
    return ifb_http_wait_for(h, NULL, 0, wait_ms, err);
}

enum ifb_code ifb_http_wait_for(struct ifb_http *h, const struct pollfd *fds, size_t n, int wait_ms,
                                struct ifb_error *err)
{
    int running = 0;
    CURLMcode rc;

    release_last(h);
    wait_ms = linger_ms(h, wait_ms);
    rc = ifb_curl.curl_multi_perform(h->multi, &running);
    if (rc == CURLM_OK && (size_t)running == h->flying && wait_ms > 0) {
        rc = ifb_curl.curl_multi_poll(h->multi, n ? waitfds(h, fds, n) : NULL, (unsigned)n, wait_ms,
                                      NULL);
        if (rc == CURLM_OK)
            rc = ifb_curl.curl_multi_perform(h->multi, &running);
    }
    if (rc != CURLM_OK)
        return ifb_fail(err, IFB_EBUG, "libcurl: %s", ifb_curl.curl_multi_strerror(rc));
    return IFB_OK;
}

/* A number of `unit` milliseconds, held between 0 and the cap; -1 when it is none. */
static int64_t read_wait(const char *text, double unit)
{
    double value;

    if (!ifb_str_real(ifb_str_of(text), &value))
        return -1;
    value *= unit;
    if (value >= (double)IFB_HTTP_RETRY_AFTER_MAX)
        return IFB_HTTP_RETRY_AFTER_MAX;
    return value <= 0 ? 0 : (int64_t)value;
}

static int64_t retry_after(const struct ifb_http *h, const struct transfer *t, long status)
{
    int64_t wait = read_wait(t->retry_after_ms, 1), now;
    time_t until, date;

    if (wait < 0)
        wait = read_wait(t->retry_after, 1000);
    if (wait < 0 && !t->retry_after[0])
        return status == 429 || status == 503 ? ifb_quota_wait(&t->quota) : -1;
    if (wait >= 0)
        return wait;
    until = ifb_curl.curl_getdate(t->retry_after, NULL);
    date = t->date[0] ? ifb_curl.curl_getdate(t->date, NULL) : -1;
    if (until < 0 || (date < 0 && !h->wall_ms))
        return -1;
    now = date >= 0 ? (int64_t)date * 1000 : h->wall_ms();
    wait = (int64_t)until * 1000 - now;
    if (wait > IFB_HTTP_RETRY_AFTER_MAX)
        return IFB_HTTP_RETRY_AFTER_MAX;
    return wait < 0 ? 0 : wait;
}

static void fill_event(const struct ifb_http *h, struct transfer *t, CURLcode rc,
                       struct ifb_http_event *out)
{
    curl_off_t total = 0, first = 0;
    long status = 0;

    *out = (struct ifb_http_event){ .tag = t->tag, .error = { .retry_after_ms = -1 } };
    ifb_curl.curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    ifb_curl.curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &total);
    ifb_curl.curl_easy_getinfo(t->easy, CURLINFO_STARTTRANSFER_TIME_T, &first);
    out->total_us = total;
    out->first_byte_us = first;
    out->reply.status = (int)status;
    out->reply.body = ifb_buf_view(&t->body);
    out->reply.retry_after_ms = retry_after(h, t, status);
    /* curl is content when a connection ends within the headers */
    if (rc == CURLE_OK && !t->head_ended)
        rc = CURLE_PARTIAL_FILE;
    if (t->stopped) {
        out->code = ifb_fail(&out->error, IFB_ECANCELED, "stopped");
    } else if (rc != CURLE_OK && !ifb_status_is_enough(rc, status)) {
        const struct ifb_attempt a = { t->easy, t->url.ptr, t->error, t->timeout_ms,
                                   h->connect_timeout_ms, t->got,
                                   t->ok ? STREAM_TIMES * t->body.max : t->body.max, t->full };

        out->code = ifb_curl_explain(rc, &a, &out->error);
    }
}

/* Of those that are enough, one whose server has been waited for; or NULL. */
static struct transfer *find_overdue(const struct ifb_http *h)
{
    int64_t now = h->lingering ? ifb_clock_us() : 0;

    for (struct transfer *t = h->lingering; t; t = t->next)
        if (t->end_us <= now)
            return t;
    return NULL;
}

static void land(struct ifb_http *h, struct transfer *t, CURLcode rc, struct ifb_http_event *out)
{
    struct transfer **at = &h->lingering;

    while (t->enough && *at && *at != t)
        at = &(*at)->next;
    if (t->enough && *at)
        *at = t->next;
    h->last = t;
    ifb_curl.curl_multi_remove_handle(h->multi, t->easy);
    h->flying--;
    fill_event(h, t, t->enough ? CURLE_OK : rc, out);
    if (t->enough)
        out->total_us = t->enough_us;
}

bool ifb_http_next(struct ifb_http *h, struct ifb_http_event *out)
{
    char *private = NULL;
    struct transfer *overdue;
    CURLMsg *msg;
    int left;

    release_last(h);
    do {
        msg = ifb_curl.curl_multi_info_read(h->multi, &left);
    } while (msg && msg->msg != CURLMSG_DONE);
    if (msg) {
        ifb_curl.curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &private);
        land(h, (struct transfer *)(void *)private, msg->data.result, out);
        return true;
    }
    overdue = find_overdue(h);
    if (overdue)
        land(h, overdue, CURLE_OK, out);
    return overdue != NULL;
}

size_t ifb_http_flying(const struct ifb_http *h)
{
    return h->flying;
}

void ifb_http_wake(struct ifb_http *h)
{
    int saved = errno;

    ifb_curl.curl_multi_wakeup(h->multi);
    errno = saved;
}

/* ---- opening and closing ---- */

/* What curl would take for a host that is not there; the text may hold a password. */
static enum ifb_code check_proxy(const char *proxy, struct ifb_error *err)
{
    static const char *const schemes[] = { "http", "https", "socks4", "socks4a", "socks5",
                                           "socks5h" };
    CURLU *u = must(ifb_curl.curl_url());
    char *scheme = NULL;
    bool known = false;

    if (ifb_curl.curl_url_set(u, CURLUPART_URL, proxy,
                              CURLU_NON_SUPPORT_SCHEME | CURLU_DEFAULT_SCHEME) == CURLUE_OK &&
        ifb_curl.curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK)
        for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
            known |= strcmp(scheme, schemes[i]) == 0;
    ifb_curl.curl_free(scheme);
    ifb_curl.curl_url_cleanup(u);
    return known ? IFB_OK
                 : ifb_fail(err, IFB_EUSAGE, "not a proxy; wanted http://HOST:PORT (or https, "
                            "socks4, socks4a, socks5, socks5h)");
}

enum ifb_code ifb_http_open(const struct ifb_http_options *options, struct ifb_http **out,
                            struct ifb_error *err)
{
    static const struct ifb_http_options defaults;
    enum ifb_code code = ifb_curl_load(err);
    struct ifb_http *h;

    if (code != IFB_OK)
        return code;
    if (!options)
        options = &defaults;
    if (options->proxy && (code = check_proxy(options->proxy, err)) != IFB_OK)
        return code;
    h = must(calloc(1, sizeof(*h)));
    h->multi = must(ifb_curl.curl_multi_init());
    h->connect_timeout_ms =
        options->connect_timeout_ms ? options->connect_timeout_ms : IFB_CONNECT_TIMEOUT_MS;
    h->body_max = options->body_max ? options->body_max : IFB_HTTP_BODY_MAX;
    h->connections = options->connections_max ? options->connections_max : CONNECTIONS;
    h->ca_file = options->ca_file ? must(strdup(options->ca_file)) : NULL;
    h->proxy = options->proxy ? must(strdup(options->proxy)) : NULL;
    h->wall_ms = options->wall_ms;
    h->piece = options->piece;
    h->self = options->self;
    ifb_buf_init(&h->line, HEADER_MAX);
    ifb_curl.curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    keep_connections(h);
    *out = h;
    return IFB_OK;
}

static void free_transfer(struct ifb_http *h, struct transfer *t)
{
    ifb_curl.curl_multi_remove_handle(h->multi, t->easy);  /* no harm when it is not in there */
    ifb_curl.curl_easy_cleanup(t->easy);
    drop_headers(t);
    ifb_buf_close(&t->url);
    ifb_buf_close(&t->sent);
    ifb_buf_close(&t->body);
    free(t);
}

void ifb_http_close(struct ifb_http *h)
{
    if (!h)
        return;
    while (h->all) {
        struct transfer *t = h->all;

        h->all = t->all;
        free_transfer(h, t);
    }
    ifb_curl.curl_multi_cleanup(h->multi);
    ifb_buf_close(&h->line);
    free(h->ca_file);
    if (h->proxy)
        explicit_bzero(h->proxy, strlen(h->proxy));
    free(h->proxy);
    free(h->extra);
    free(h);
}

const char *ifb_http_version(void)
{
    if (ifb_curl_load(NULL) != IFB_OK)
        return "none";
    return ifb_curl.curl_version();
}
