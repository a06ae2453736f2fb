/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a plain or gzip file or pipe. Not by gzgets: gzread waits until its
 * buffer is full, so a co-process would never see its answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"

#define CHUNK ((size_t)128 << 10)
#define WINDOW ((size_t)64 << 10)
#define WINDOW_MAX (IFB_LINE_MAX + WINDOW)

struct ifb_lines {
    int fd;
    char *name;
    bool sniffed, gzip, ended;  /* ended: the source has no more bytes */
    bool member;                /* inside a gzip member */
    z_stream z;
    unsigned char *packed;      /* CHUNK bytes, when gzip */
    struct ifb_buf buf;         /* bytes read, not yet given */
    size_t from;                /* start of the next line in buf */
    size_t searched;            /* no newline before this */
    unsigned number;
    int64_t dropped;            /* bytes of the source before buf; plain files */
    int64_t given;              /* where the line last given begins */
    bool regular;
    struct ifb_buf window;      /* of lines read again: they are asked for one after the other */
    int64_t window_at;
};

enum ifb_code ifb_lines_open(const char *path, struct ifb_lines **out, struct ifb_error *err)
{
    bool in = strcmp(path, "-") == 0;
    int fd = in ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    struct ifb_lines *l;
    struct stat st;

    if (fd < 0)
        return ifb_fail(err, IFB_EINPUT, "cannot open %s: %s", path, strerror(errno));
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        return ifb_fail(err, IFB_EINPUT, "cannot read %s: it is a folder", path);
    }
    l = calloc(1, sizeof(*l));
    if (!l)
        ifb_out_of_memory();
    l->fd = fd;
    l->regular = !in && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    l->name = strdup(in ? "standard input" : path);
    if (!l->name)
        ifb_out_of_memory();
    ifb_buf_init(&l->buf, IFB_LINE_MAX + CHUNK);
    ifb_buf_init(&l->window, WINDOW_MAX);
    *out = l;
    return IFB_OK;
}

static enum ifb_code read_some(struct ifb_lines *l, void *to, size_t room, size_t *got,
                               struct ifb_error *err)
{
    ssize_t n;

    do
        n = read(l->fd, to, room);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return ifb_fail(err, IFB_EIO, "cannot read %s: %s", l->name, strerror(errno));
    *got = (size_t)n;
    return IFB_OK;
}

static enum ifb_code fill_plain(struct ifb_lines *l, struct ifb_error *err)
{
    char *room = ifb_buf_room(&l->buf, CHUNK);
    size_t got = 0;
    enum ifb_code code;

    if (!room)
        return ifb_fail(err, IFB_ELIMIT, "%s:%u: the line is longer than %zu MiB", l->name,
                        l->number + 1, IFB_LINE_MAX >> 20);
    code = read_some(l, room, CHUNK, &got, err);
    l->buf.len += got;
    l->ended = !code && !got;
    return code;
}

static enum ifb_code start_gzip(struct ifb_lines *l, struct ifb_error *err)
{
    l->gzip = l->member = true;
    l->packed = malloc(CHUNK);
    if (!l->packed)
        ifb_out_of_memory();
    memcpy(l->packed, l->buf.ptr, l->buf.len);
    l->z.next_in = l->packed;
    l->z.avail_in = (unsigned)l->buf.len;
    ifb_buf_clear(&l->buf);
    if (inflateInit2(&l->z, 15 + 16) != Z_OK)
        return ifb_fail(err, IFB_EBUG, "cannot start zlib");
    return IFB_OK;
}

/* One step of decompression; a file of several members is one stream. */
static enum ifb_code fill_gzip(struct ifb_lines *l, struct ifb_error *err)
{
    char *room = ifb_buf_room(&l->buf, CHUNK);
    size_t got = 0;
    int rc;

    if (!room)
        return ifb_fail(err, IFB_ELIMIT, "%s:%u: the line is longer than %zu MiB", l->name,
                        l->number + 1, IFB_LINE_MAX >> 20);
    if (!l->z.avail_in) {
        enum ifb_code code = read_some(l, l->packed, CHUNK, &got, err);

        if (code)
            return code;
        if (!got && l->member)
            return ifb_fail(err, IFB_EINPUT, "%s: the gzip file is cut off", l->name);
        l->ended = !got;
        l->z.next_in = l->packed;
        l->z.avail_in = (unsigned)got;
        if (!got)
            return IFB_OK;
    }
    if (!l->member) {
        inflateReset(&l->z);
        l->member = true;
    }
    l->z.next_out = (unsigned char *)room;
    l->z.avail_out = (unsigned)CHUNK;
    rc = inflate(&l->z, Z_NO_FLUSH);
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
        return ifb_fail(err, IFB_EINPUT, "%s: damaged gzip data", l->name);
    l->buf.len += CHUNK - l->z.avail_out;
    if (rc == Z_STREAM_END)
        l->member = false;
    return IFB_OK;
}

/* Reads some more bytes into the buffer, or finds the end. */
static enum ifb_code fill(struct ifb_lines *l, struct ifb_error *err)
{
    enum ifb_code code;

    if (l->gzip)
        return fill_gzip(l, err);
    code = fill_plain(l, err);
    if (code || l->sniffed || (l->buf.len < 2 && !l->ended))
        return code;
    l->sniffed = true;
    if (l->buf.len >= 2 && (unsigned char)l->buf.ptr[0] == 0x1f &&
        (unsigned char)l->buf.ptr[1] == 0x8b)
        return start_gzip(l, err);
    return IFB_OK;
}

/* Moves what is left to the front once most of the buffer has been given out. */
static void compact(struct ifb_lines *l)
{
    if (!l->from || l->from < l->buf.len / 2)
        return;
    memmove(l->buf.ptr, l->buf.ptr + l->from, l->buf.len - l->from);
    l->dropped += (int64_t)l->from;
    l->buf.len -= l->from;
    l->searched -= l->from;
    l->from = 0;
}

static ifb_str give(struct ifb_lines *l, size_t to)
{
    ifb_str line = { l->buf.ptr + l->from, to - l->from };

    l->given = l->dropped + (int64_t)l->from;
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    l->from = l->searched = to < l->buf.len ? to + 1 : to;
    l->number++;
    return line;
}

enum ifb_code ifb_lines_next(struct ifb_lines *l, ifb_str *line, bool *more, struct ifb_error *err)
{
    *more = true;
    for (;;) {
        size_t at = ifb_str_chr(ifb_buf_view(&l->buf), '\n', l->searched);
        enum ifb_code code;

        if (at != SIZE_MAX && (l->sniffed || l->gzip)) {
            *line = give(l, at);
            return IFB_OK;
        }
        l->searched = l->sniffed ? l->buf.len : 0;
        if (l->ended) {
            *more = l->from < l->buf.len;
            if (*more)
                *line = give(l, l->buf.len);
            return IFB_OK;
        }
        compact(l);
        code = fill(l, err);
        if (code)
            return code;
    }
}

enum ifb_code ifb_lines_slurp(struct ifb_lines *l, struct ifb_buf *out, struct ifb_error *err)
{
    for (;;) {
        enum ifb_code code;

        if (l->sniffed || l->gzip || l->ended) {
            if (!ifb_buf_add(out, l->buf.ptr + l->from, l->buf.len - l->from))
                return ifb_fail(err, IFB_ELIMIT, "%s is larger than %zu bytes", l->name, out->max);
            ifb_buf_clear(&l->buf);
            l->from = l->searched = 0;
        }
        if (l->ended)
            return IFB_OK;
        code = fill(l, err);
        if (code)
            return code;
    }
}

int64_t ifb_lines_at(const struct ifb_lines *l)
{
    return l->gzip || !l->regular ? -1 : l->given;
}

/* What the window holds from `at` on. */
static ifb_str window_from(const struct ifb_lines *l, int64_t at)
{
    if (at < l->window_at || at - l->window_at >= (int64_t)l->window.len)
        return (ifb_str){ "", 0 };
    return ifb_str_from(ifb_buf_view(&l->window), (size_t)(at - l->window_at));
}

/* Reads `n` bytes at `at` into the window, fewer at the end of the file. */
static enum ifb_code fill_window(struct ifb_lines *l, int64_t at, size_t n, struct ifb_error *err)
{
    char *room;
    ssize_t got = 1;

    ifb_buf_clear(&l->window);
    l->window_at = at;
    while (l->window.len < n && got > 0) {
        size_t want = n - l->window.len;

        room = ifb_buf_room(&l->window, want);
        if (!room)
            return ifb_fail(err, IFB_ELIMIT, "%s has a line that is too long", l->name);
        got = pread(l->fd, room, want, at + (int64_t)l->window.len);
        if (got > 0)
            l->window.len += (size_t)got;
    }
    return got < 0 ? ifb_fail(err, IFB_EIO, "cannot read %s: %s", l->name, strerror(errno)) : IFB_OK;
}

/* The window, wide enough for the line at `at`; *end is where that ends in `rest`. */
static enum ifb_code window_line(struct ifb_lines *l, int64_t at, ifb_str *rest, size_t *end,
                                 struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;
    size_t wide = WINDOW;

    *rest = window_from(l, at);
    *end = ifb_str_chr(*rest, '\n', 0);
    while (!code && *end == SIZE_MAX && wide) {
        code = fill_window(l, at, wide, err);
        *rest = ifb_buf_view(&l->window);
        *end = ifb_str_chr(*rest, '\n', 0);
        if (*end == SIZE_MAX && rest->len < wide)  /* the last line needs no newline */
            *end = rest->len;
        wide = wide == WINDOW_MAX ? 0 : wide < WINDOW_MAX / 8 ? 8 * wide : WINDOW_MAX;
    }
    return code;
}

enum ifb_code ifb_lines_again(struct ifb_lines *l, int64_t at, struct ifb_arena *arena,
                              ifb_str *line, struct ifb_error *err)
{
    size_t end = SIZE_MAX;
    ifb_str rest = { NULL, 0 };
    enum ifb_code code = window_line(l, at, &rest, &end, err);

    if (code)
        return code;
    if (!rest.len || end == SIZE_MAX)
        return ifb_fail(err, IFB_EINPUT, "%s has changed while it was in use", l->name);
    rest.len = end && rest.ptr[end - 1] == '\r' ? end - 1 : end;
    *line = ifb_str_copy(arena, rest);
    if (l->window.cap > 8 * WINDOW)
        ifb_buf_close(&l->window);
    return IFB_OK;
}

unsigned ifb_lines_number(const struct ifb_lines *l)
{
    return l->number;
}

bool ifb_lines_would_wait(const struct ifb_lines *l)
{
    struct pollfd p = { .fd = l->fd, .events = POLLIN };

    if (l->ended || l->z.avail_in ||
        ifb_str_chr(ifb_buf_view(&l->buf), '\n', l->searched) != SIZE_MAX)
        return false;
    return poll(&p, 1, 0) == 0;
}

void ifb_lines_close(struct ifb_lines *l)
{
    if (!l)
        return;
    if (l->gzip)
        inflateEnd(&l->z);
    close(l->fd);
    ifb_buf_close(&l->buf);
    ifb_buf_close(&l->window);
    free(l->packed);
    free(l->name);
    free(l);
}
