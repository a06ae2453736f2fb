/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, paths and outputs; reading by lines is lines.c. */
#include "harness/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

bool ifb_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool ifb_is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum ifb_code ifb_folder_is_empty(const char *path, bool *empty, struct ifb_error *err)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;

    if (!dir)
        return ifb_fail(err, IFB_EIO, "%s: %s", path, strerror(errno));
    *empty = true;
    while ((entry = readdir(dir)) != NULL)
        *empty = *empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    closedir(dir);
    return IFB_OK;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path) && 0;
}

void ifb_remove_tree(const char *path)
{
    nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* Reads until `size` bytes are there or none come; how many came. */
static size_t read_fully(int fd, char *to, size_t size)
{
    size_t have = 0;

    while (have < size) {
        ssize_t n = read(fd, to + have, size - have);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        have += (size_t)n;
    }
    return have;
}

/*
 * An ordinary file that is not packed goes straight into its place. False when it
 * is anything else, or changes while it is read: the general way has the message.
 * A pipe is not even opened, as its writer would see the end of it.
 */
static bool read_ordinary(const char *path, size_t max, struct ifb_arena *arena, ifb_str *out)
{
    struct stat st;
    char magic[2], *room, beyond;
    bool ok = stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
              (uint64_t)st.st_size <= max;
    int fd = ok ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    ok = fd >= 0 && read_fully(fd, magic, 2) == 2 && memcmp(magic, "\x1f\x8b", 2) != 0;
    if (ok) {
        size_t size = (size_t)st.st_size;

        room = ifb_alloc_raw(arena, size + 1);
        memcpy(room, magic, 2);
        room[size] = '\0';
        *out = (ifb_str){ room, size };
        ok = read_fully(fd, room + 2, size - 2) == size - 2 && read_fully(fd, &beyond, 1) == 0;
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

enum ifb_code ifb_file_read(const char *path, size_t max, struct ifb_arena *arena, ifb_str *out,
                            struct ifb_error *err)
{
    struct ifb_lines *l;
    struct ifb_buf buf;
    enum ifb_code code;

    if (strcmp(path, "-") != 0 && read_ordinary(path, max, arena, out))
        return IFB_OK;
    code = ifb_lines_open(path, &l, err);
    if (code)
        return code;
    ifb_buf_init(&buf, max);
    code = ifb_lines_slurp(l, &buf, err);
    if (!code)
        *out = ifb_str_copy(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    ifb_lines_close(l);
    return code;
}

enum ifb_code ifb_file_map(const char *path, size_t max, ifb_str *out, struct ifb_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *at = MAP_FAILED;

    if (fd < 0)
        return ifb_fail(err, IFB_EIO, "cannot open %s: %s", path, strerror(errno));
    if (fstat(fd, &st) == 0 && st.st_size > 0 && (size_t)st.st_size <= max)
        at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (at == MAP_FAILED)
        return ifb_fail(err, IFB_ELIMIT, "%s cannot be mapped, wanted 1 to %zu bytes", path, max);
    *out = (ifb_str){ at, (size_t)st.st_size };
    return IFB_OK;
}

void ifb_file_unmap(ifb_str bytes)
{
    if (bytes.len)
        munmap((void *)(uintptr_t)bytes.ptr, bytes.len);
}

enum ifb_code ifb_make_dirs(const char *path, struct ifb_error *err)
{
    char part[4096];
    size_t len = strlen(path);
    struct stat st;

    if (len >= sizeof(part))
        return ifb_fail(err, IFB_EIO, "the path is too long: %.80s...", path);
    memcpy(part, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return ifb_fail(err, IFB_EIO, "cannot make the folder %s: %s", part, strerror(errno));
        part[i] = path[i];
    }
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return ifb_fail(err, IFB_EIO, "%s is there but not a folder", path);
    return IFB_OK;
}

char *ifb_path_join(struct ifb_arena *arena, const char *dir, const char *name)
{
    size_t len = strlen(dir);
    const char *slash = len && dir[len - 1] == '/' ? "" : "/";

    return (char *)ifb_fmt(arena, "%s%s%s", dir, slash, name).ptr;
}

char *ifb_path_component(struct ifb_arena *arena, ifb_str name)
{
    size_t len = name.len < 100 ? name.len : 100;
    char *out = ifb_alloc(arena, len + 2);

    for (size_t i = 0; i < len; i++) {
        char c = name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || (c == '.' && i);

        out[i] = plain ? c : '_';
    }
    if (!len)
        out[0] = '_';
    return out;
}

struct ifb_out {
    int fd;
    int error;  /* errno of the first failure */
    char *path, *aside;
    struct ifb_buf buf;
    bool committed;
};

#define OUT_CHUNK ((size_t)256 << 10)

static char *aside_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    int dir = slash ? (int)(slash - path + 1) : 0;
    char *aside;

    if (asprintf(&aside, "%.*s.%s.%ld.tmp", dir, path, path + dir, (long)getpid()) < 0)
        ifb_out_of_memory();
    return aside;
}

enum ifb_code ifb_out_open(const char *path, struct ifb_out **out, struct ifb_error *err)
{
    struct ifb_out *o = calloc(1, sizeof(*o));

    if (!o)
        ifb_out_of_memory();
    o->path = strdup(path);
    if (!o->path)
        ifb_out_of_memory();
    o->aside = aside_name(path);
    ifb_buf_init(&o->buf, 2 * OUT_CHUNK);
    o->fd = open(o->aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (o->fd < 0) {
        ifb_fail(err, IFB_EIO, "cannot write %s: %s", path, strerror(errno));
        ifb_out_close(o);
        return IFB_EIO;
    }
    *out = o;
    return IFB_OK;
}

static bool write_all(int fd, const char *bytes, size_t len, int *error)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            *error = n < 0 ? errno : ENOSPC;
            return false;
        }
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static bool flush(struct ifb_out *o)
{
    if (!o->error)
        write_all(o->fd, o->buf.ptr, o->buf.len, &o->error);
    ifb_buf_clear(&o->buf);
    return !o->error;
}

bool ifb_out_add(struct ifb_out *o, const char *bytes, size_t len)
{
    if (o->error)
        return false;
    if (o->buf.len + len > OUT_CHUNK && !flush(o))
        return false;
    if (len > OUT_CHUNK)
        return write_all(o->fd, bytes, len, &o->error);
    return ifb_buf_add(&o->buf, bytes, len);
}

enum ifb_code ifb_out_commit(struct ifb_out *o, bool durable, struct ifb_error *err)
{
    flush(o);
    if (!o->error && durable && fsync(o->fd) != 0)
        o->error = errno;
    if (!o->error && close(o->fd) != 0)
        o->error = errno;
    o->fd = o->error ? o->fd : -1;
    if (!o->error && rename(o->aside, o->path) != 0)
        o->error = errno;
    if (o->error)
        return ifb_fail(err, IFB_EIO, "cannot write %s: %s", o->path, strerror(o->error));
    o->committed = true;
    return IFB_OK;
}

void ifb_out_close(struct ifb_out *o)
{
    if (!o)
        return;
    if (o->fd >= 0)
        close(o->fd);
    if (!o->committed && o->aside)
        unlink(o->aside);
    ifb_buf_close(&o->buf);
    free(o->path);
    free(o->aside);
    free(o);
}

enum ifb_code ifb_file_write(const char *path, ifb_str bytes, struct ifb_error *err)
{
    struct ifb_out *o;
    enum ifb_code code = ifb_out_open(path, &o, err);

    if (code)
        return code;
    ifb_out_add(o, bytes.ptr, bytes.len);
    code = ifb_out_commit(o, false, err);
    ifb_out_close(o);
    return code;
}
