/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches a pack's file aside, goes on where the last try ended, and checks it into place. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/engine/packs.h"

/* A file on its way: FILE.part, open, locked, written at its end. */
struct part {
    const struct ifb_pull *pull;
    const struct ifb_pack_file *file;
    struct ifb_arena *arena;
    const char *path, *place;
    int fd;
    int64_t have;
    int64_t coming;  /* what the server said is still to come; -1 unknown */
    int error;       /* errno of a failed write */
    bool excess;     /* more bytes came than the file has */
    bool wrong;      /* the content is not the file's: worth nothing */
};

static bool is_url(const char *from)
{
    return strncasecmp(from, "http://", 7) == 0 || strncasecmp(from, "https://", 8) == 0;
}

enum ifb_code ifb_pull_check(const struct ifb_pull *pull, struct ifb_error *err)
{
    const char *from = pull->from;
    struct stat st;

    if (!from)
        return IFB_OK;
    if (is_url(from)) {
        if (strpbrk(from, "?#"))
            return ifb_fail(err, IFB_EUSAGE, "a mirror's URL is a beginning to which paths are "
                            "added: it cannot hold '?' or '#'");
        return IFB_OK;
    }
    if (strstr(from, "://"))
        return ifb_fail(err, IFB_EUSAGE, "files come from a folder or an http(s):// URL, not "
                        "from %s", from);
    if (stat(from, &st) != 0)
        return ifb_fail(err, IFB_EUSAGE, "no folder %s to take files from: %s", from,
                        strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return ifb_fail(err, IFB_EUSAGE, "files come from a folder or an http(s):// URL; %s is "
                        "neither", from);
    return IFB_OK;
}

/* ---- the file aside ---- */

static enum ifb_code fail_write(const struct part *p, int error, struct ifb_error *err)
{
    return ifb_fail(err, IFB_EIO, "cannot write %s: %s", p->path, strerror(error));
}

/* Another process may have renamed or removed what was opened before the lock was ours. */
static bool lock_part(int fd, const char *path, struct stat *st)
{
    struct stat now;

    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(fd, st) == 0 && stat(path, &now) == 0 && now.st_dev == st->st_dev &&
           now.st_ino == st->st_ino;
}

static bool start_over(struct part *p)
{
    p->have = 0;
    if (ftruncate(p->fd, 0) == 0 && lseek(p->fd, 0, SEEK_SET) == 0)
        return true;
    p->error = errno;
    return false;
}

static enum ifb_code open_part(struct part *p, struct ifb_error *err)
{
    const char *slash = strrchr(p->place, '/');
    ifb_str folder = { p->place, (size_t)(slash - p->place) };
    enum ifb_code code = ifb_make_dirs(ifb_cstr(p->arena, folder), err);
    struct stat st;

    if (code)
        return code;
    p->fd = open(p->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (p->fd < 0)
        return fail_write(p, errno, err);
    if (!lock_part(p->fd, p->path, &st))
        return ifb_fail(err, IFB_EIO, "another process is fetching %s", p->place);
    if (!S_ISREG(st.st_mode))
        return ifb_fail(err, IFB_EIO, "%s is there but not a file", p->path);
    p->have = st.st_size;
    if (p->have > p->file->bytes && !start_over(p))
        return fail_write(p, p->error, err);
    if (lseek(p->fd, p->have, SEEK_SET) < 0)
        return fail_write(p, errno, err);
    return IFB_OK;
}

static bool add_bytes(void *self, const char *bytes, size_t len)
{
    struct part *p = self;

    if (p->error)
        return false;
    if (len > (uint64_t)(p->file->bytes - p->have)) {
        p->excess = true;
        return false;
    }
    while (len) {
        ssize_t n = write(p->fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            p->error = n < 0 ? errno : ENOSPC;
            return false;
        }
        p->have += n;
        bytes += n;
        len -= (size_t)n;
    }
    if (p->pull->progress)
        p->pull->progress(p->pull->self, p->file, p->have);
    return true;
}

/* A fetch that add_bytes stopped: the reason is ours to tell. */
static enum ifb_code explain_stop(struct part *p, enum ifb_code code, struct ifb_error *err)
{
    if (p->error)
        return fail_write(p, p->error, err);
    if (!p->excess)
        return code;
    p->wrong = true;
    return ifb_fail(err, IFB_EINPUT, "it is larger than the %lld bytes that were expected",
                    (long long)p->file->bytes);
}

/* ---- by HTTP ---- */

static void take_headers(void *self, int status, int64_t length)
{
    struct part *p = self;

    if (status == 200 && p->have)
        start_over(p); /* the range was ignored: this is the file from its beginning */
    p->coming = status / 100 == 2 ? length : -1;
}

static enum ifb_code fetch_url(struct part *p, const char *url, int *status, struct ifb_error *err)
{
    const struct ifb_http_sink sink = { p, take_headers, add_bytes };
    bool resumed = p->have > 0;
    enum ifb_code code = ifb_http_fetch(p->pull->http, url, p->have, &sink, status, err);

    if (!code && *status == 416 && resumed) {
        if (!start_over(p))
            return fail_write(p, p->error, err);
        code = ifb_http_fetch(p->pull->http, url, 0, &sink, status, err);
    }
    if (p->error || code == IFB_ECANCELED)
        return explain_stop(p, code, err);
    /* Without a length, the end of a connection looks like the end of the file. */
    if (!code && *status / 100 == 2 && p->coming < 0 && p->have < p->file->bytes)
        return ifb_fail(err, IFB_ENET, "the reply ended after %lld of %lld bytes",
                        (long long)p->have, (long long)p->file->bytes);
    return code;
}

static enum ifb_code fail_status(int status, const char *what, struct ifb_error *err)
{
    ifb_fail(err, IFB_ENET, "HTTP %d for %s", status, what);
    if (err)
        err->http_status = status;
    return IFB_ENET;
}

/* 403 is what an object store says of a name it does not have. */
static bool is_absent(int status)
{
    return status == 404 || status == 403 || status == 410;
}

static enum ifb_code fetch_http(struct part *p, struct ifb_error *err)
{
    const char *from = p->pull->from ? p->pull->from : IFB_PACK_UPSTREAM;
    const char *paths[] = { p->file->local, p->file->upstream };
    int status = 0;

    for (size_t i = p->pull->from ? 0 : 1; i < 2; i++) {
        const char *url = ifb_pack_url(from, paths[i], p->arena);
        enum ifb_code code = fetch_url(p, url, &status, err);

        if (code || status / 100 == 2)
            return code;
        if (!is_absent(status) || i == 1)
            return fail_status(status, p->pull->from ? paths[i] : url, err);
    }
    return IFB_EBUG;
}

/* ---- from a folder ---- */

static enum ifb_code copy_fd(struct part *p, int fd, const char *path, struct ifb_error *err)
{
    char chunk[16384];
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) != 0)
        return ifb_fail(err, IFB_EIO, "cannot read %s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode) || st.st_size != p->file->bytes) {
        p->wrong = true;
        return ifb_fail(err, IFB_EINPUT, "%s has %lld bytes, expected were %lld", path,
                        S_ISREG(st.st_mode) ? (long long)st.st_size : 0LL,
                        (long long)p->file->bytes);
    }
    if (lseek(fd, p->have, SEEK_SET) < 0)
        return ifb_fail(err, IFB_EIO, "cannot read %s: %s", path, strerror(errno));
    while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ifb_fail(err, IFB_EIO, "cannot read %s: %s", path, strerror(errno));
        if (!add_bytes(p, chunk, (size_t)n))
            return explain_stop(p, IFB_EIO, err);
    }
    return IFB_OK;
}

static enum ifb_code fetch_folder(struct part *p, struct ifb_error *err)
{
    const char *paths[] = { p->file->local, p->file->upstream };

    for (size_t i = 0; i < 2; i++) {
        const char *path = ifb_path_join(p->arena, p->pull->from, paths[i]);
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        enum ifb_code code;

        if (fd >= 0) {
            code = copy_fd(p, fd, path, err);
            close(fd);
            return code;
        }
        if (errno != ENOENT && errno != ENOTDIR)
            return ifb_fail(err, IFB_EIO, "cannot read %s: %s", path, strerror(errno));
    }
    return ifb_fail(err, IFB_EINPUT, "not in %s, neither there nor as %s", p->pull->from,
                    p->file->upstream);
}

/* ---- one file ---- */

static enum ifb_code check_part(struct part *p, struct ifb_error *err)
{
    char hash[IFB_SHA256_HEX];
    int64_t size;
    enum ifb_code code = ifb_sha256_file(p->path, hash, &size, err);

    if (code)
        return code;
    p->wrong = true;
    if (size != p->file->bytes)
        return ifb_fail(err, IFB_EINPUT, "it has %lld bytes, expected were %lld",
                        (long long)size, (long long)p->file->bytes);
    if (strcmp(hash, p->file->sha256) != 0)
        return ifb_fail(err, IFB_EINPUT, "its SHA-256 is %s, expected was %s", hash,
                        p->file->sha256);
    p->wrong = false;
    return IFB_OK;
}

static enum ifb_code fetch_and_check(struct part *p, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    p->wrong = p->excess = false;
    if (p->have < p->file->bytes)
        code = p->pull->from && !is_url(p->pull->from) ? fetch_folder(p, err) : fetch_http(p, err);
    return code ? code : check_part(p, err);
}

static enum ifb_code fill_part(struct part *p, struct ifb_error *err)
{
    bool resumed = p->have > 0;
    enum ifb_code code = fetch_and_check(p, err);

    /* The fault may lie in what an earlier try left behind, perhaps from another source. */
    if (!p->wrong || !resumed)
        return code;
    if (!start_over(p))
        return fail_write(p, p->error, err);
    return fetch_and_check(p, err);
}

/* Puts the file into its place, or keeps what is worth going on from. */
static enum ifb_code end_part(struct part *p, enum ifb_code code, struct ifb_error *err)
{
    struct ifb_error was;

    if (!code) {
        if (rename(p->path, p->place) == 0)
            return IFB_OK;
        return ifb_fail(err, IFB_EIO, "cannot write %s: %s", p->place, strerror(errno));
    }
    if (p->wrong || !p->have) {
        unlink(p->path);
        return code;
    }
    if (!err)
        return code;
    was = *err;
    ifb_fail(err, code, "%s; %lld of %lld bytes are kept, the same command goes on from there",
             was.msg, (long long)p->have, (long long)p->file->bytes);
    err->http_status = was.http_status;
    return code;
}

enum ifb_code ifb_pack_pull(const struct ifb_pull *pull, const struct ifb_pack_file *file,
                            struct ifb_arena *arena, struct ifb_error *err)
{
    const char *place = ifb_path_join(arena, pull->dir, file->local);
    struct part p = { .pull = pull, .file = file, .arena = arena, .fd = -1, .place = place };
    enum ifb_code code;

    p.path = ifb_fmt(arena, "%s.part", place).ptr;
    code = open_part(&p, err);
    if (!code)
        code = end_part(&p, fill_part(&p, err), err);
    if (p.fd >= 0)
        close(p.fd);
    if (code)
        ifb_within(err, "%s", file->local);
    return code;
}
