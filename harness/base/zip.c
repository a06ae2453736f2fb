/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One member of a ZIP archive. Offsets are 32 bits wide in the format and are
 * added as size_t, so no sum of them can wrap.
 */
#include "harness/base/zip.h"

#include <stdlib.h>
#include <sys/mman.h>

#include <zlib.h>
#ifdef IFB_LIBDEFLATE
#include <libdeflate.h>
#endif

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

enum {
    END_SIZE = 22,      /* end of central directory, without its comment */
    CENTRAL_SIZE = 46,  /* header in the central directory */
    LOCAL_SIZE = 30,    /* header before the data */
    COMMENT_MAX = 0xffff,
    STORED = 0,
    DEFLATED = 8,
    FLAG_ENCRYPTED = 1
};

/* What the central directory says of a member. */
struct member {
    unsigned flags, method;
    uint32_t crc;
    size_t packed, size, local;
};

static unsigned get16(ifb_str zip, size_t at)
{
    const unsigned char *p = (const unsigned char *)zip.ptr + at;

    return p[0] | (unsigned)p[1] << 8;
}

static uint32_t get32(ifb_str zip, size_t at)
{
    return get16(zip, at) | (uint32_t)get16(zip, at + 2) << 16;
}

static bool has(ifb_str zip, size_t at, size_t len)
{
    return at <= zip.len && len <= zip.len - at;
}

static bool has_mark(ifb_str zip, size_t at, size_t len, const char *mark)
{
    return has(zip, at, len) && memcmp(zip.ptr + at, mark, 4) == 0;
}

/* A comment of any length may follow the end record: the last one that fits is it. */
static size_t find_end(ifb_str zip)
{
    size_t low = zip.len > END_SIZE + COMMENT_MAX ? zip.len - END_SIZE - COMMENT_MAX : 0;

    if (zip.len < END_SIZE)
        return SIZE_MAX;
    for (size_t at = zip.len - END_SIZE + 1; at-- > low;)
        if (has_mark(zip, at, END_SIZE, "PK\5\6") && has(zip, at + END_SIZE, get16(zip, at + 20)))
            return at;
    return SIZE_MAX;
}

/* Walks the central directory; every header takes at least CENTRAL_SIZE bytes of it. */
static enum ifb_code find_member(ifb_str zip, const char *name, struct member *out,
                                 struct ifb_error *err)
{
    size_t end = find_end(zip), at, n;

    if (end == SIZE_MAX)
        return ifb_fail(err, IFB_EINPUT, "not a zip archive: it has no end record");
    if (get16(zip, end + 4) || get16(zip, end + 6))
        return ifb_fail(err, IFB_EINPUT, "a zip archive of several disks is not read");
    at = get32(zip, end + 16);
    for (n = get16(zip, end + 10); n; n--) {
        size_t len;

        if (!has_mark(zip, at, CENTRAL_SIZE, "PK\1\2") ||
            !has(zip, at + CENTRAL_SIZE, len = get16(zip, at + 28)))
            return ifb_fail(err, IFB_EINPUT, "the zip archive's directory is damaged at byte %zu",
                            at);
        if (ifb_str_is(ifb_str_part(zip, at + CENTRAL_SIZE, at + CENTRAL_SIZE + len), name)) {
            *out = (struct member){ get16(zip, at + 8), get16(zip, at + 10), get32(zip, at + 16),
                                    get32(zip, at + 20), get32(zip, at + 24), get32(zip, at + 42) };
            return IFB_OK;
        }
        at += CENTRAL_SIZE + len + get16(zip, at + 30) + get16(zip, at + 32);
    }
    return ifb_fail(err, IFB_EINPUT, "the zip archive has no %s", name);
}

/* True when the stream ends exactly where both lengths say. */
static bool inflate_all(ifb_str packed, char *out, size_t size);
static uint32_t crc_of(ifb_str s);

#ifdef IFB_LIBDEFLATE

/* Twice as fast where all of the output is wanted at once. */
static bool inflate_all(ifb_str packed, char *out, size_t size)
{
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    size_t used = 0, made = 0;
    bool done;

    if (!d)
        ifb_out_of_memory();
    done = libdeflate_deflate_decompress_ex(d, packed.ptr, packed.len, out, size, &used, &made) ==
           LIBDEFLATE_SUCCESS;
    libdeflate_free_decompressor(d);
    return done && used == packed.len && made == size;
}

static uint32_t crc_of(ifb_str s)
{
    return libdeflate_crc32(0, s.ptr, s.len);
}

#else

static bool inflate_all(ifb_str packed, char *out, size_t size)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)packed.ptr, .avail_in = (uInt)packed.len,
                   .next_out = (Bytef *)out, .avail_out = (uInt)size };
    int rc;

    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return false;
    rc = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return rc == Z_STREAM_END && !z.avail_in && !z.avail_out;
}

static uint32_t crc_of(ifb_str s)
{
    return (uint32_t)crc32_z(0, (const Bytef *)s.ptr, s.len);
}

#endif

#define HUGE_PAGE ((size_t)2 << 20)

/* Room in the arena; a large one on huge pages where the system gives them, which halves the
 * page faults of loading the tagger. */
static char *make_room(struct ifb_arena *arena, size_t size)
{
    char *room;

    if (size < 2 * HUGE_PAGE)
        return ifb_alloc_raw(arena, size);
    room = ifb_alloc_raw(arena, size + 2 * HUGE_PAGE);
    room += HUGE_PAGE - (uintptr_t)room % HUGE_PAGE;
    madvise(room, (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1), MADV_HUGEPAGE);
    return room;
}

static bool unpack(const struct member *m, ifb_str packed, struct ifb_arena *arena, ifb_str *out)
{
    char *room;

    if (m->method == STORED) {
        *out = packed;
        return m->size == packed.len;
    }
    room = make_room(arena, m->size);
    *out = (ifb_str){ room, m->size };
    return inflate_all(packed, room, m->size);
}

enum ifb_code ifb_zip_read(ifb_str zip, const char *name, size_t max, struct ifb_arena *arena,
                           ifb_str *out, struct ifb_error *err)
{
    struct member m = { 0 };
    size_t data;
    enum ifb_code code = find_member(zip, name, &m, err);

    if (code)
        return code;
    if ((m.flags & FLAG_ENCRYPTED) || (m.method != STORED && m.method != DEFLATED))
        return ifb_fail(err, IFB_EINPUT, "%s is encrypted or packed by a method that is not read "
                        "(%u)", name, m.method);
    if (m.size > max)
        return ifb_fail(err, IFB_ELIMIT, "%s is %zu bytes long, at most %zu are read", name, m.size,
                        max);
    if (!has_mark(zip, m.local, LOCAL_SIZE, "PK\3\4"))
        return ifb_fail(err, IFB_EINPUT, "%s is not where the zip archive's directory says", name);
    data = m.local + LOCAL_SIZE + get16(zip, m.local + 26) + get16(zip, m.local + 28);
    if (!has(zip, data, m.packed))
        return ifb_fail(err, IFB_EINPUT, "%s is cut off", name);
    if (!unpack(&m, ifb_str_part(zip, data, data + m.packed), arena, out) ||
        crc_of(*out) != m.crc)
        return ifb_fail(err, IFB_EINPUT, "%s is damaged", name);
    return IFB_OK;
}

/* ---- writing ---- */

struct ifb_deflater {
    z_stream z;
};

struct ifb_deflater *ifb_deflater_open(int level)
{
    struct ifb_deflater *d = calloc(1, sizeof(*d));

    if (!d || deflateInit(&d->z, level) != Z_OK)
        ifb_out_of_memory();
    return d;
}

void ifb_deflater_close(struct ifb_deflater *d)
{
    if (!d)
        return;
    deflateEnd(&d->z);
    free(d);
}

ifb_str ifb_deflate(struct ifb_deflater *d, ifb_str bytes, struct ifb_arena *arena)
{
    size_t room = deflateBound(&d->z, bytes.len);
    char *out = ifb_alloc_raw(arena, room);

    deflateReset(&d->z);
    d->z.next_in = (Bytef *)(uintptr_t)bytes.ptr;
    d->z.avail_in = (uInt)bytes.len;
    d->z.next_out = (Bytef *)out;
    d->z.avail_out = (uInt)room;
    /* With room for the worst case one call ends the stream. */
    if (deflate(&d->z, Z_FINISH) != Z_STREAM_END)
        ifb_out_of_memory();
    return (ifb_str){ out, room - d->z.avail_out };
}
