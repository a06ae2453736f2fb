/* SPDX-License-Identifier: Apache-2.0 */
/* Static files with byte ranges, and the ways a download goes wrong. */
#include "tests/mock/mock.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((int64_t)256 << 20)

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* Undoes %XX; false when the path is too long, or has a NUL or a broken escape. */
static bool unescape(struct span s, char *out, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c == '%') {
            int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
            int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (!c || n + 1 >= size)
            return false;
        out[n++] = c;
    }
    out[n] = '\0';
    return true;
}

/* Opens a regular file below the folder, however the name or a link tries to leave it. */
static int open_below(const char *dir, struct span name, struct stat *st)
{
    char wanted[PATH_MAX], root[PATH_MAX], path[2 * PATH_MAX], real[PATH_MAX];
    size_t n;
    int fd;

    if (!dir || !realpath(dir, root) || !unescape(name, wanted, sizeof(wanted)))
        return -1;
    n = strlen(root);
    memcpy(path, root, n);
    path[n] = '/';
    memcpy(path + n + 1, wanted, strlen(wanted) + 1);
    if (!realpath(path, real) || strncmp(real, root, n) || real[n] != '/')
        return -1;
    fd = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd >= 0 && (fstat(fd, st) || !S_ISREG(st->st_mode) || st->st_size > FILE_MAX)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* A range of one file: from `from` up to, not including, `to`. */
struct part {
    int64_t from, to, size;
    bool asked;
};

/* Reads `bytes=A-`, `A-B` or `-N`; false when it lies outside. What is not a range is ignored. */
static bool read_range(struct span range, struct part *p)
{
    const char *dash;
    struct span from, to;
    int64_t a = 0, b = p->size - 1;

    p->from = 0;
    p->to = p->size;
    if (!span_begins(range, SPAN("bytes=")))
        return true;
    range = (struct span){ range.p + 6, range.n - 6 };
    dash = range.n ? memchr(range.p, '-', range.n) : NULL;
    if (!dash)
        return true;
    from = (struct span){ range.p, (size_t)(dash - range.p) };
    to = (struct span){ dash + 1, range.n - from.n - 1 };
    if ((from.n && !span_number(from, INT64_MAX / 2, &a)) ||
        (to.n && !span_number(to, INT64_MAX / 2, &b)) || (!from.n && !to.n) ||
        (from.n && to.n && b < a))
        return true;
    p->asked = true;
    if (!from.n) {
        a = b < p->size ? p->size - b : 0;
        b = p->size - 1;
    }
    p->from = a;
    p->to = b < p->size ? b + 1 : p->size;
    return p->from < p->to;
}

static bool read_part(int fd, const struct part *p, struct buf *body)
{
    size_t want = (size_t)(p->to - p->from);

    buf_reserve(body, want);
    while (body->n < want) {
        ssize_t n = pread(fd, body->p + body->n, want - body->n, p->from + (int64_t)body->n);

        if (n <= 0)
            return false;
        body->n += (size_t)n;
    }
    return true;
}

static void send_part(int fd, const struct part *p, struct reply *r)
{
    r->type = "application/octet-stream";
    if (!read_part(fd, p, &r->body)) {
        openai_error(r, 500, "the file cannot be read", NULL);
        return;
    }
    if (p->asked) {
        r->status = 206;
        buf_fmt(&r->headers, "Content-Range: bytes %lld-%lld/%lld\r\n", (long long)p->from,
                (long long)p->to - 1, (long long)p->size);
    }
}

enum manner { PLAIN, TRUNCATED, WRONG, NO_RANGE };

static void send_file(struct mock *m, const struct request *q, struct span name,
                      enum manner manner, struct reply *r)
{
    struct stat st;
    int fd = open_below(m->opt.files, name, &st);
    struct part part = { 0 };

    if (fd < 0) {
        openai_error(r, 404, "no such file", NULL);
        return;
    }
    part.size = st.st_size;
    if (manner != NO_RANGE)
        buf_put(&r->headers, SPAN("Accept-Ranges: bytes\r\n"));
    if (read_range(manner == NO_RANGE ? (struct span){ NULL, 0 } : q->range, &part) ||
        !part.asked) {
        send_part(fd, &part, r);
    } else {
        openai_error(r, 416, NULL, NULL);
        buf_fmt(&r->headers, "Content-Range: bytes */%lld\r\n", (long long)part.size);
    }
    close(fd);
    if (manner == WRONG && part.from <= part.size / 2 && part.size / 2 < part.to && r->body.n)
        r->body.p[part.size / 2 - part.from] ^= 1;
    if (manner == TRUNCATED && !r->head && !part.from &&
        tally_next(&m->asked, hash64(0, name)) == 1)
        r->ending = END_TRUNCATE;
}

static void redirect(struct reply *r, struct span prefix, struct span target)
{
    r->status = 302;
    buf_put(&r->headers, SPAN("Location: "));
    buf_put(&r->headers, prefix);
    buf_put(&r->headers, target);
    buf_put(&r->headers, SPAN("\r\n"));
}

static bool after(struct span path, struct span prefix, struct span *rest)
{
    if (!span_begins(path, prefix))
        return false;
    *rest = (struct span){ path.p + prefix.n, path.n - prefix.n };
    return true;
}

bool files_route(struct mock *m, const struct request *q, struct reply *r)
{
    struct span rest;

    if (after(q->path, SPAN("/files/"), &rest))
        send_file(m, q, rest, PLAIN, r);
    else if (after(q->path, SPAN("/files-truncated/"), &rest))
        send_file(m, q, rest, TRUNCATED, r);
    else if (after(q->path, SPAN("/files-wrong/"), &rest))
        send_file(m, q, rest, WRONG, r);
    else if (after(q->path, SPAN("/files-norange/"), &rest))
        send_file(m, q, rest, NO_RANGE, r);
    else if (after(q->path, SPAN("/redirect/"), &rest))
        redirect(r, SPAN("/files/"), rest);
    else if (after(q->path, SPAN("/redirect-to/"), &rest))
        redirect(r, SPAN(""), rest);
    else if (span_equal(q->path, SPAN("/redirect-loop")))
        redirect(r, SPAN("/redirect-loop"), SPAN(""));
    else
        return false;
    return true;
}
