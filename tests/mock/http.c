/* SPDX-License-Identifier: Apache-2.0 */
/* Reads HTTP/1.x requests from what has arrived so far; strict where a client should be. */
#include "tests/mock/mock.h"

#include <string.h>
#include <strings.h>

#define HEAD_MAX ((size_t)64 << 10)
#define BODY_MAX ((int64_t)64 << 20)
#define CHUNKED_MAX ((size_t)8 << 20)

struct framing {
    int64_t length;  /* -1: not said */
    bool chunked, host;
};

const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } rows[] = {
        { 200, "OK" },
        { 206, "Partial Content" },
        { 302, "Found" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 408, "Request Timeout" },
        { 413, "Content Too Large" },
        { 416, "Range Not Satisfiable" },
        { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" },
        { 500, "Internal Server Error" },
        { 502, "Bad Gateway" },
        { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" },
        { 529, "Overloaded" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].status == status)
            return rows[i].reason;
    }
    return "Status";
}

static bool named(struct span s, const char *name)
{
    return s.n == strlen(name) && !strncasecmp(s.p, name, s.n);
}

/* Whether a comma-separated header holds `token`, by caseless search; good enough here. */
static bool lists(struct span value, const char *token)
{
    size_t n = strlen(token);

    for (size_t i = 0; i + n <= value.n; i++) {
        if (!strncasecmp(value.p + i, token, n))
            return true;
    }
    return false;
}

/* Cuts one line off *rest, without its line end. */
static struct span take_line(struct span *rest)
{
    const char *nl = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    struct span line = { rest->p, nl ? (size_t)(nl - rest->p) : rest->n };
    size_t used = nl ? line.n + 1 : line.n;

    *rest = (struct span){ rest->p + used, rest->n - used };
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

static struct span take_word(struct span *line)
{
    const char *space = line->n ? memchr(line->p, ' ', line->n) : NULL;
    struct span word = { line->p, space ? (size_t)(space - line->p) : line->n };
    size_t used = space ? word.n + 1 : word.n;

    *line = (struct span){ line->p + used, line->n - used };
    return word;
}

static struct span trim(struct span s)
{
    while (s.n && (*s.p == ' ' || *s.p == '\t'))
        s = (struct span){ s.p + 1, s.n - 1 };
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static bool read_first_line(struct span line, struct request *q)
{
    struct span target;
    const char *mark;

    q->method = take_word(&line);
    target = take_word(&line);
    q->http10 = span_equal(line, SPAN("HTTP/1.0"));
    if (!q->method.n || !target.n || target.p[0] != '/' ||
        (!q->http10 && !span_equal(line, SPAN("HTTP/1.1"))))
        return false;
    mark = memchr(target.p, '?', target.n);
    q->path = (struct span){ target.p, mark ? (size_t)(mark - target.p) : target.n };
    q->query = (struct span){ mark ? mark + 1 : NULL, mark ? target.n - q->path.n - 1 : 0 };
    q->keep_alive = !q->http10;
    return true;
}

static bool read_header(struct span line, struct request *q, struct framing *f)
{
    const char *colon = memchr(line.p, ':', line.n);
    struct span name, value;

    if (!colon || colon == line.p)
        return false;
    name = (struct span){ line.p, (size_t)(colon - line.p) };
    value = trim((struct span){ colon + 1, line.n - name.n - 1 });
    if (named(name, "content-length"))
        return f->length < 0 && span_number(value, INT64_MAX / 16, &f->length);
    if (named(name, "transfer-encoding"))
        f->chunked = lists(value, "chunked");
    else if (named(name, "connection"))
        q->keep_alive = lists(value, "keep-alive") || (q->keep_alive && !lists(value, "close"));
    else if (named(name, "expect"))
        q->expect_continue = lists(value, "100-continue");
    else if (named(name, "authorization"))
        q->authorization = value;
    else if (named(name, "x-api-key"))
        q->x_api_key = value;
    else if (named(name, "x-goog-api-key"))
        q->goog_api_key = value;
    else if (named(name, "api-key"))
        q->api_key = value;
    else if (named(name, "anthropic-version"))
        q->anthropic_version = value;
    else if (named(name, "range"))
        q->range = value;
    else if (named(name, "host"))
        f->host = true;
    return true;
}

static bool chunk_size(struct span line, size_t *out)
{
    size_t n = 0, i;

    for (i = 0; i < line.n && line.p[i] != ';' && line.p[i] != ' '; i++) {
        const char *digits = "0123456789abcdef", *at = strchr(digits, line.p[i] | 0x20);

        if (!line.p[i] || !at || !*at || n > CHUNKED_MAX)
            return false;
        n = n * 16 + (size_t)(at - digits);
    }
    *out = n;
    return i > 0;
}

static int read_chunks(struct span rest, struct request *q, struct buf *scratch)
{
    const char *from = rest.p;

    scratch->n = 0;
    for (;;) {
        struct span line;
        size_t n;

        if (!rest.n || !memchr(rest.p, '\n', rest.n))
            return HTTP_MORE;
        line = take_line(&rest);
        if (!chunk_size(line, &n))
            return 400;
        if (!n)
            break;
        if (scratch->n + n > CHUNKED_MAX)
            return 413;
        if (rest.n < n + 2)
            return HTTP_MORE;
        buf_put(scratch, (struct span){ rest.p, n });
        rest = (struct span){ rest.p + n, rest.n - n };
        take_line(&rest);
    }
    do {
        if (!rest.n || !memchr(rest.p, '\n', rest.n))
            return HTTP_MORE;
    } while (take_line(&rest).n);
    q->body = buf_span(scratch);
    q->size += (size_t)(rest.p - from);
    return HTTP_WHOLE;
}

static int read_body(struct span rest, struct request *q, const struct framing *f,
                     struct buf *scratch)
{
    size_t n = f->length < 0 ? 0 : (size_t)f->length;

    if (f->length > BODY_MAX)
        return 413;
    if (f->chunked)
        return f->length >= 0 ? 400 : read_chunks(rest, q, scratch);
    if (rest.n < n)
        return HTTP_MORE;
    q->body = (struct span){ rest.p, n };
    q->size += n;
    return HTTP_WHOLE;
}

int http_read(struct span in, struct request *q, struct buf *scratch)
{
    struct framing f = { .length = -1 };
    struct span rest = in, line;
    const char *end = in.n ? memmem(in.p, in.n, "\r\n\r\n", 4) : NULL;

    *q = (struct request){ 0 };
    if (!end)
        return in.n > HEAD_MAX ? 431 : HTTP_MORE;
    if ((size_t)(end - in.p) > HEAD_MAX)
        return 431;
    q->size = (size_t)(end - in.p) + 4;
    if (!read_first_line(take_line(&rest), q))
        return 400;
    while ((line = take_line(&rest)).n) {
        if (!read_header(line, q, &f))
            return 400;
    }
    if (!f.host && !q->http10)
        return 400;
    return read_body((struct span){ in.p + q->size, in.n - q->size }, q, &f, scratch);
}
