/* SPDX-License-Identifier: Apache-2.0 */
/* The file, its checks and its index; what a record holds is record.c. */
#include "harness/engine/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/record.h"

#define RECORD_MAX ((size_t)256 << 20)
#define BEGIN_MAX 1024
#define LATE_MAX ((size_t)256 << 10)
#define SUM_LEN (sizeof(",\"sum\":\"xxxxxxxx\"}") - 1)

/* Where a call's last record is. */
struct place {
    uint64_t at;
    uint32_t len;
    uint8_t state;
};

struct syncer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool running, stop, dirty;
    int failed;         /* errno of a sync that failed: what was written may be lost */
};

struct ifb_journal {
    int fd;
    bool writable, durable, ended;
    char *path;
    uint64_t size;      /* of the good part, with what waits in `late` */
    uint64_t written;   /* of it on file */
    size_t cut, ncalls, answers, failures;
    struct place *places;
    uint32_t *known;    /* of a part: the calls that `places` are of, rising; else NULL */
    struct ifb_buf line;
    struct ifb_buf late;  /* whole records not yet written; only when not durable */
    struct ifb_sha256 *digest;
    struct syncer sync;
};

static uint32_t crc_of(const char *bytes, size_t len)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)bytes, len);
}

/* ---- the sync thread ---- */

static void *sync_main(void *arg)
{
    struct ifb_journal *j = arg;
    struct timespec until;
    int failed;

    pthread_mutex_lock(&j->sync.lock);
    while (!j->sync.stop) {
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        pthread_cond_timedwait(&j->sync.wake, &j->sync.lock, &until);
        if (!j->sync.dirty || j->sync.stop)
            continue;
        j->sync.dirty = false;
        pthread_mutex_unlock(&j->sync.lock);
        failed = fdatasync(j->fd) ? errno : 0;
        pthread_mutex_lock(&j->sync.lock);
        j->sync.failed = failed ? failed : j->sync.failed;
    }
    pthread_mutex_unlock(&j->sync.lock);
    return NULL;
}

static void sync_start(struct ifb_journal *j)
{
    j->sync.running = pthread_create(&j->sync.thread, NULL, sync_main, j) == 0;
}

static enum ifb_code sync_mark(struct ifb_journal *j, struct ifb_error *err)
{
    int failed;

    if (!j->durable)
        return IFB_OK;
    pthread_mutex_lock(&j->sync.lock);
    j->sync.dirty = true;
    failed = j->sync.failed;
    pthread_mutex_unlock(&j->sync.lock);
    return failed ? ifb_fail(err, IFB_EIO, "cannot write %s: %s", j->path, strerror(failed))
                  : IFB_OK;
}

static void sync_stop(struct ifb_journal *j)
{
    if (!j->durable)
        return;
    if (j->sync.running) {
        pthread_mutex_lock(&j->sync.lock);
        j->sync.stop = true;
        pthread_cond_signal(&j->sync.wake);
        pthread_mutex_unlock(&j->sync.lock);
        pthread_join(j->sync.thread, NULL);
    }
    fdatasync(j->fd);
}

/* ---- appending ---- */

/* One write(); what went short is cut away again. */
static enum ifb_code write_records(struct ifb_journal *j, const struct ifb_buf *b,
                                   struct ifb_error *err)
{
    ssize_t n;

    do
        n = write(j->fd, b->ptr, b->len);
    while (n < 0 && errno == EINTR);
    if (n == (ssize_t)b->len) {
        j->written += b->len;
        return IFB_OK;
    }
    if (n > 0 && ftruncate(j->fd, (off_t)j->written) != 0)
        return ifb_fail(err, IFB_EIO, "%s: a cut-off record is left at its end", j->path);
    return ifb_fail(err, IFB_EIO, "cannot write %s: %s", j->path,
                    n < 0 ? strerror(errno) : "no space left on device");
}

static enum ifb_code flush_late(struct ifb_journal *j, struct ifb_error *err)
{
    enum ifb_code code = j->late.len ? write_records(j, &j->late, err) : IFB_OK;

    ifb_buf_clear(&j->late);
    return code;
}

/*
 * Appends what `line` holds, an object still without its closing brace. Answers
 * that cost nothing to make again (scoring a file) are written many at once.
 */
static enum ifb_code append_line(struct ifb_journal *j, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    ifb_buf_fmt(&j->line, ",\"sum\":\"%08x\"}\n", crc_of(j->line.ptr, j->line.len));
    if (j->line.full)
        return ifb_fail(err, IFB_ELIMIT, "%s: a record is larger than %zu MiB", j->path,
                        RECORD_MAX >> 20);
    if (j->late.len + j->line.len > LATE_MAX)
        code = flush_late(j, err);
    if (!code && (j->durable || j->line.len > LATE_MAX))
        code = write_records(j, &j->line, err);
    else if (!code)
        ifb_buf_add(&j->late, j->line.ptr, j->line.len);
    if (code)
        return code;
    ifb_sha256_add(j->digest, j->line.ptr, j->line.len);
    j->size += j->line.len;
    return sync_mark(j, err);
}

static enum ifb_code append_note(struct ifb_journal *j, const char *type, const char *plan,
                                 int64_t wall_ms, struct ifb_error *err)
{
    char at[IFB_ISO_SIZE];

    ifb_iso_time(wall_ms, at);
    ifb_buf_clear(&j->line);
    ifb_buf_fmt(&j->line, "{\"t\":\"%s\",\"v\":1,\"plan\":\"%s\",\"at\":\"%s\"", type, plan, at);
    return append_line(j, err);
}

/* Appends what `line` holds as the record of a call. */
static enum ifb_code append_call(struct ifb_journal *j, uint32_t call, bool answered,
                                 struct ifb_error *err)
{
    struct place *p = &j->places[call];
    uint64_t at = j->size;
    enum ifb_code code = append_line(j, err);

    if (code)
        return code;
    j->failures -= p->state == IFB_CALL_FAILED;
    j->answers += answered;
    j->failures += !answered;
    *p = (struct place){ at, (uint32_t)(j->size - at),
                         answered ? IFB_CALL_ANSWERED : IFB_CALL_FAILED };
    j->ended = false;
    return IFB_OK;
}

enum ifb_code ifb_journal_add(struct ifb_journal *j, const struct ifb_call_record *r,
                              struct ifb_error *err)
{
    if (r->answered && j->places[r->call].state == IFB_CALL_ANSWERED)
        return ifb_fail(err, IFB_EBUG, "call %u was answered twice", r->call);
    ifb_buf_clear(&j->line);
    ifb_record_write(r, &j->line);
    return append_call(j, r->call, r->answered, err);
}

enum ifb_code ifb_journal_end(struct ifb_journal *j, struct ifb_error *err)
{
    char digest[IFB_SHA256_HEX];
    enum ifb_code code;

    ifb_sha256_hex(j->digest, digest);
    ifb_buf_clear(&j->line);
    ifb_buf_fmt(&j->line, "{\"t\":\"end\",\"answers\":%zu,\"errors\":%zu,\"digest\":\"%s\"",
                j->answers, j->failures, digest);
    code = append_line(j, err);
    if (!code)
        code = flush_late(j, err);
    j->ended = !code;
    return code;
}

enum ifb_code ifb_journal_flush(struct ifb_journal *j, struct ifb_error *err)
{
    return flush_late(j, err);
}

/* ---- opening ---- */

/* How many calls there are says a manifest, anybody's. NULL, and `fd` closed, for too many. */
static struct ifb_journal *make(const char *path, int fd, size_t ncalls, struct ifb_error *err)
{
    struct place *places = calloc(ncalls ? ncalls : 1, sizeof(*places));
    struct ifb_journal *j = calloc(1, sizeof(*j));
    pthread_condattr_t monotonic;

    if (!places) {
        ifb_fail(err, IFB_ELIMIT, "%s: there is no memory for %zu calls, which its manifest.json "
                 "says it has", path, ncalls);
        free(j);
        close(fd);
        return NULL;
    }
    if (!j)
        ifb_out_of_memory();
    j->fd = fd;
    j->path = strdup(path);
    j->places = places;
    if (!j->path)
        ifb_out_of_memory();
    pthread_mutex_init(&j->sync.lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&j->sync.wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    j->ncalls = ncalls;
    j->digest = ifb_sha256_new();
    ifb_buf_init(&j->line, RECORD_MAX);
    ifb_buf_init(&j->late, LATE_MAX);
    return j;
}

static enum ifb_code lock(struct ifb_journal *j, struct ifb_error *err)
{
    if (flock(j->fd, LOCK_EX | LOCK_NB) != 0)
        return ifb_fail(err, IFB_EINPUT, "%s is in use by another ifbench", j->path);
    return IFB_OK;
}

enum ifb_code ifb_journal_create(const char *path, const char *plan_digest, int64_t wall_ms,
                                 size_t ncalls, bool durable, struct ifb_journal **out,
                                 struct ifb_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    struct ifb_journal *j;
    enum ifb_code code;

    if (fd < 0 && errno == EEXIST)
        return ifb_fail(err, IFB_EINPUT, "%s exists already; go on with --resume, or name another "
                        "--out", path);
    if (fd < 0)
        return ifb_fail(err, IFB_EIO, "cannot write %s: %s", path, strerror(errno));
    j = make(path, fd, ncalls, err);
    if (!j) {
        unlink(path);
        return IFB_ELIMIT;
    }
    j->writable = true;
    code = lock(j, err);
    j->durable = durable;
    if (!code)
        code = append_note(j, "begin", plan_digest, wall_ms, err);
    if (code) {
        j->durable = false;
        unlink(path);
        ifb_journal_close(j);
        return code;
    }
    if (durable)
        sync_start(j);
    *out = j;
    return IFB_OK;
}

/* True when the line carries the checksum of its own bytes. */
static bool intact(ifb_str line)
{
    char want[SUM_LEN + 1];
    size_t body = line.len - SUM_LEN;

    if (line.len <= SUM_LEN)
        return false;
    snprintf(want, sizeof(want), ",\"sum\":\"%08x\"}", crc_of(line.ptr, body));
    return memcmp(line.ptr + body, want, SUM_LEN) == 0;
}

/* What one reading of the file needs to know. */
struct replay {
    struct ifb_arena *arena;
    const char *plan;  /* NULL: any */
    unsigned line;
};

static enum ifb_code replay_call(struct ifb_journal *j, const struct replay *r,
                                 const struct ifb_json *v, ifb_str line, struct ifb_error *err)
{
    bool answered = ifb_str_is(ifb_json_str(v, "t"), "answer");
    int64_t call = ifb_json_int(v, "call", -1);
    struct place *p;

    if (call < 0 || (uint64_t)call >= j->ncalls)
        return ifb_fail(err, IFB_EINPUT, "%s:%u: call %lld is not in the plan", j->path, r->line,
                        (long long)call);
    p = &j->places[call];
    if (answered && p->state == IFB_CALL_ANSWERED)
        return ifb_fail(err, IFB_EINPUT, "%s:%u: call %lld is answered a second time", j->path,
                        r->line, (long long)call);
    if (p->state == IFB_CALL_ANSWERED)
        return IFB_OK;
    j->failures += !answered && p->state != IFB_CALL_FAILED;
    j->failures -= answered && p->state == IFB_CALL_FAILED;
    j->answers += answered;
    *p = (struct place){ j->size, (uint32_t)(line.len + 1),
                         answered ? IFB_CALL_ANSWERED : IFB_CALL_FAILED };
    return IFB_OK;
}

static enum ifb_code replay_end(struct ifb_journal *j, const struct replay *r,
                                const struct ifb_json *v, struct ifb_error *err)
{
    char digest[IFB_SHA256_HEX];

    ifb_sha256_hex(j->digest, digest);
    if (!ifb_str_is(ifb_json_str(v, "digest"), digest))
        return ifb_fail(err, IFB_EINPUT, "%s:%u: the digest does not fit the records before it",
                        j->path, r->line);
    if (ifb_json_int(v, "answers", -1) != (int64_t)j->answers ||
        ifb_json_int(v, "errors", -1) != (int64_t)j->failures)
        return ifb_fail(err, IFB_EINPUT, "%s:%u: the counts do not fit the records before it",
                        j->path, r->line);
    return IFB_OK;
}

static enum ifb_code replay_begin(struct ifb_journal *j, const struct replay *r,
                                  const struct ifb_json *v, struct ifb_error *err)
{
    if (ifb_json_int(v, "v", 0) != 1)
        return ifb_fail(err, IFB_EINPUT, "%s:%u: written by a version that this one cannot read",
                        j->path, r->line);
    if (r->plan && !ifb_str_is(ifb_json_str(v, "plan"), r->plan))
        return ifb_fail(err, IFB_EINPUT, "%s:%u: the suite's data, the models or the options have "
                        "changed since this run began; start a new run", j->path, r->line);
    return IFB_OK;
}

static enum ifb_code replay_line(struct ifb_journal *j, const struct replay *r, ifb_str line,
                                 struct ifb_error *err)
{
    const struct ifb_json *v;
    enum ifb_code code;
    ifb_str type;

    ifb_arena_reset(r->arena);
    code = ifb_json_parse(r->arena, ifb_utf8_repair(r->arena, line), 0, r->line, &v, err);
    if (code)
        return ifb_within(err, "%s", j->path);
    type = ifb_json_str(v, "t");
    j->ended = false;
    if (r->line == 1 && !ifb_str_is(type, "begin"))
        return ifb_fail(err, IFB_EINPUT, "%s:1: not a journal of ifbench", j->path);
    if (ifb_str_is(type, "begin") || ifb_str_is(type, "resume"))
        code = replay_begin(j, r, v, err);
    else if (ifb_str_is(type, "answer") || ifb_str_is(type, "error"))
        code = replay_call(j, r, v, line, err);
    else if (ifb_str_is(type, "end"))
        code = replay_end(j, r, v, err);
    else
        code = ifb_fail(err, IFB_EINPUT, "%s:%u: unknown record type \"%.*s\"", j->path, r->line,
                        (int)(type.len < 20 ? type.len : 20), type.ptr ? type.ptr : "");
    j->ended = !code && ifb_str_is(type, "end");
    return code;
}

/* Killed before its first record was whole: nothing was asked, nothing is lost. */
static bool is_unborn(const struct ifb_journal *j, const struct stat *st)
{
    static const char begin[] = "{\"t\":\"begin\",";
    char head[sizeof(begin) - 1];
    ssize_t n = pread(j->fd, head, sizeof(head), 0);

    return n >= 0 && st->st_size < BEGIN_MAX && memcmp(head, begin, (size_t)n) == 0;
}

/*
 * Reads the whole file. A line that is not intact is the broken tail when it is
 * the last one, damage otherwise.
 */
static enum ifb_code replay_all(struct ifb_journal *j, const char *plan, struct ifb_error *err)
{
    struct replay r = { .arena = ifb_arena_new(), .plan = plan };
    struct ifb_lines *lines = NULL;
    struct stat st;
    unsigned broken = 0;
    bool more;
    ifb_str line;
    enum ifb_code code = ifb_lines_open(j->path, &lines, err);

    if (!code && fstat(j->fd, &st) != 0)
        code = ifb_fail(err, IFB_EIO, "cannot read %s: %s", j->path, strerror(errno));
    while (!code) {
        code = ifb_lines_next(lines, &line, &more, err);
        if (code || !more)
            break;
        if (broken) {
            code = ifb_fail(err, IFB_EINPUT, "%s:%u: the record is damaged", j->path, broken);
            break;
        }
        r.line++;
        /* A last line without its newline is torn, however whole it looks. */
        if (!intact(line) || j->size + line.len + 1 > (uint64_t)st.st_size) {
            broken = r.line;
            continue;
        }
        code = replay_line(j, &r, line, err);
        if (code)
            break;
        ifb_sha256_add(j->digest, line.ptr, line.len);
        ifb_sha256_add(j->digest, "\n", 1);
        j->size += line.len + 1;
    }
    if (!code && j->size == 0 && !(j->writable && is_unborn(j, &st)))
        code = ifb_fail(err, IFB_EINPUT, "%s holds no whole record", j->path);
    if (!code)
        j->cut = (size_t)((uint64_t)st.st_size - j->size);
    j->written = j->size;
    ifb_lines_close(lines);
    ifb_arena_close(r.arena);
    return code;
}

static enum ifb_code open_existing(const char *path, int flags, size_t ncalls, const char *plan,
                                   struct ifb_journal **out, struct ifb_error *err)
{
    int fd = open(path, flags | O_CLOEXEC);
    struct ifb_journal *j;
    enum ifb_code code = IFB_OK;

    if (fd < 0)
        return ifb_fail(err, IFB_EINPUT, "cannot open %s: %s", path, strerror(errno));
    j = make(path, fd, ncalls, err);
    if (!j)
        return IFB_ELIMIT;
    j->writable = flags != O_RDONLY;
    if (j->writable)
        code = lock(j, err);
    if (!code)
        code = replay_all(j, plan, err);
    if (code) {
        ifb_journal_close(j);
        return code;
    }
    *out = j;
    return IFB_OK;
}

enum ifb_code ifb_journal_open(const char *path, size_t ncalls, struct ifb_journal **out,
                               struct ifb_error *err)
{
    return open_existing(path, O_RDONLY, ncalls, NULL, out, err);
}

/* Many parts of a large plan are open at once: each keeps what is its own. */
static void narrow(struct ifb_journal *j)
{
    size_t most = j->answers + j->failures, n = 0;
    struct place *own = calloc(most + 1, sizeof(*own));

    j->known = calloc(most + 1, sizeof(*j->known));
    if (!own || !j->known)
        ifb_out_of_memory();
    for (size_t i = 0; i < j->ncalls && n < most; i++) {
        if (j->places[i].state == IFB_CALL_PENDING)
            continue;
        j->known[n] = (uint32_t)i;
        own[n++] = j->places[i];
    }
    free(j->places);
    j->places = own;
}

enum ifb_code ifb_journal_open_part(const char *path, const char *plan_digest, size_t ncalls,
                                    struct ifb_journal **out, struct ifb_error *err)
{
    enum ifb_code code = open_existing(path, O_RDONLY, ncalls, plan_digest, out, err);

    if (!code)
        narrow(*out);
    return code;
}

enum ifb_code ifb_journal_resume(const char *path, const char *plan_digest, int64_t wall_ms,
                                 size_t ncalls, bool reask, bool durable,
                                 struct ifb_journal **out, struct ifb_error *err)
{
    struct ifb_journal *j = NULL;
    enum ifb_code code = open_existing(path, O_RDWR | O_APPEND, ncalls, plan_digest, &j, err);

    if (code)
        return code;
    j->durable = durable;
    if (j->cut && ftruncate(j->fd, (off_t)j->size) != 0)
        code = ifb_fail(err, IFB_EIO, "cannot cut the broken tail of %s: %s", path,
                        strerror(errno));
    /* A run that came to its end stays as it is, unless something is to be asked again. */
    if (!code && !(j->ended && !(reask && j->failures))) {
        code = append_note(j, j->size ? "resume" : "begin", plan_digest, wall_ms, err);
        j->ended = false;
    }
    if (code) {
        ifb_journal_close(j);
        return code;
    }
    for (size_t i = 0; reask && i < ncalls; i++)
        if (j->places[i].state == IFB_CALL_FAILED) {
            j->places[i].state = IFB_CALL_PENDING;
            j->failures--;
        }
    if (durable)
        sync_start(j);
    *out = j;
    return IFB_OK;
}

/* ---- asking ---- */

static const struct place *place_of(const struct ifb_journal *j, uint32_t call)
{
    static const struct place none = { 0 };
    size_t lo = 0, hi = j->answers + j->failures;

    if (call >= j->ncalls)
        return &none;
    if (!j->known)
        return &j->places[call];
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (j->known[mid] < call)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < j->answers + j->failures && j->known[lo] == call ? &j->places[lo] : &none;
}

enum ifb_call_state ifb_journal_state(const struct ifb_journal *j, uint32_t call)
{
    return (enum ifb_call_state)place_of(j, call)->state;
}

bool ifb_journal_failed(const struct ifb_journal *j, uint32_t call)
{
    return j->places[call].len && j->places[call].state != IFB_CALL_ANSWERED;
}

size_t ifb_journal_answers(const struct ifb_journal *j)
{
    return j->answers;
}

size_t ifb_journal_failures(const struct ifb_journal *j)
{
    return j->failures;
}

bool ifb_journal_ended(const struct ifb_journal *j)
{
    return j->ended;
}

size_t ifb_journal_cut(const struct ifb_journal *j)
{
    return j->cut;
}

void ifb_journal_digest(const struct ifb_journal *j, char out[IFB_SHA256_HEX])
{
    ifb_sha256_hex(j->digest, out);
}

/* The last line of a call, without its newline. */
static enum ifb_code read_line(const struct ifb_journal *j, uint32_t call, struct ifb_arena *arena,
                               ifb_str *line, struct ifb_error *err)
{
    const struct place *p = place_of(j, call);
    char *bytes;
    ssize_t n;

    if (p->state == IFB_CALL_PENDING)
        return ifb_fail(err, IFB_EINPUT, "%s has no record of call %u", j->path, call);
    bytes = ifb_alloc_raw(arena, p->len);
    n = pread(j->fd, bytes, p->len, (off_t)p->at);
    if (n != (ssize_t)p->len)
        return ifb_fail(err, IFB_EIO, "cannot read %s: %s", j->path,
                        n < 0 ? strerror(errno) : "it became shorter");
    *line = (ifb_str){ bytes, (size_t)p->len - 1 };
    return IFB_OK;
}

enum ifb_code ifb_journal_read(const struct ifb_journal *j, uint32_t call, struct ifb_arena *arena,
                               struct ifb_call_record *out, struct ifb_error *err)
{
    ifb_str line;
    enum ifb_code code = read_line(j, call, arena, &line, err);

    return code ? code : ifb_record_read(line, arena, out, err);
}

enum ifb_code ifb_journal_copy(struct ifb_journal *to, const struct ifb_journal *from,
                               uint32_t call, struct ifb_arena *arena, struct ifb_error *err)
{
    ifb_str line;
    enum ifb_code code = read_line(from, call, arena, &line, err);

    if (code)
        return code;
    if (!intact(line))
        return ifb_fail(err, IFB_EINPUT, "%s has changed while it was read", from->path);
    ifb_buf_clear(&to->line);
    ifb_buf_add(&to->line, line.ptr, line.len - SUM_LEN);
    return append_call(to, call, ifb_journal_state(from, call) == IFB_CALL_ANSWERED, err);
}

void ifb_journal_close(struct ifb_journal *j)
{
    if (!j)
        return;
    flush_late(j, NULL);
    sync_stop(j);
    pthread_mutex_destroy(&j->sync.lock);
    pthread_cond_destroy(&j->sync.wake);
    close(j->fd);
    ifb_buf_close(&j->late);
    ifb_buf_close(&j->line);
    ifb_sha256_close(j->digest);
    free(j->places);
    free(j->known);
    free(j->path);
    free(j);
}
