/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/cache.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"
#include "harness/engine/record.h"

#define BATCH 512                       /* answers in one transaction */
#define BATCH_BYTES ((size_t)4 << 20)
#define BODY_MAX ((size_t)32 << 20)
#define BUSY_MS 5000                    /* other processes write for milliseconds */
#define SCHEMA_VERSION 2
#define EXTRA_MAX ((size_t)4 << 20)     /* of --extra-body */

struct waiting {
    struct ifb_cache_key key;
    int64_t at_ms;
    size_t model_from, body_from, end;  /* in `bytes` */
};

struct ifb_cache {
    sqlite3 *db;
    sqlite3_stmt *get, *last, *find, *put, *put_key;
    struct waiting waiting[BATCH];
    size_t nwaiting;
    struct ifb_buf bytes;  /* model and body of each that waits */
    char trouble[256];
};

/* ---- keys ---- */

static void hash_str(struct ifb_sha256 *h, ifb_str s)
{
    uint64_t len = s.len;

    ifb_sha256_add(h, &len, sizeof(len));
    ifb_sha256_add(h, s.ptr, s.len);
}

static void hash_sampling(struct ifb_sha256 *h, const struct ifb_sampling *s)
{
    ifb_sha256_add(h, &s->temperature, sizeof(s->temperature));
    ifb_sha256_add(h, &s->top_p, sizeof(s->top_p));
    ifb_sha256_add(h, &s->max_tokens, sizeof(s->max_tokens));
    ifb_sha256_add(h, &s->seed, sizeof(s->seed));
}

/* What else decides an answer, when it was asked for; a letter in front tells which it is. */
static void hash_rest(struct ifb_sha256 *h, const struct ifb_model *model,
                      const struct ifb_request *request)
{
    struct ifb_buf extra;
    struct ifb_jw w;

    for (size_t i = 0; i < request->stop.n; i++) {
        hash_str(h, IFB_STR("s"));
        hash_str(h, request->stop.at[i]);
    }
    if (request->top_logprobs > 0) {
        hash_str(h, IFB_STR("l"));
        ifb_sha256_add(h, &request->top_logprobs, sizeof(request->top_logprobs));
    }
    if (model->prompt_template.ptr) {
        hash_str(h, IFB_STR("p"));
        hash_str(h, model->prompt_template);
    }
    if (!model->extra_body)
        return;
    ifb_buf_init(&extra, EXTRA_MAX);
    ifb_jw_open(&w, &extra);
    ifb_jw_value(&w, NULL, model->extra_body);
    hash_str(h, IFB_STR("x"));
    hash_str(h, ifb_buf_view(&extra));
    ifb_buf_close(&extra);
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

struct ifb_cache_key ifb_cache_key(const struct ifb_model *model,
                                   const struct ifb_request *request, uint32_t epoch)
{
    struct ifb_sha256 *h = ifb_sha256_new();
    struct ifb_cache_key key;
    char hex[IFB_SHA256_HEX];

    hash_str(h, ifb_str_of(model->provider->id));
    if (model->provider->reach == IFB_BY_SERVER)
        hash_str(h, model->given);
    else
        hash_str(h, model->base_url);
    hash_str(h, model->name);
    hash_sampling(h, &request->sampling);
    ifb_sha256_add(h, &epoch, sizeof(epoch));
    for (size_t i = 0; i < request->messages.n; i++) {
        const struct ifb_images *images = request->messages.at[i].images;
        uint32_t role = request->messages.at[i].role;

        ifb_sha256_add(h, &role, sizeof(role));
        hash_str(h, request->messages.at[i].text);
        for (size_t k = 0; images && k < images->n; k++)
            hash_str(h, images->at[k].sha256);
    }
    hash_rest(h, model, request);
    ifb_sha256_hex(h, hex);
    ifb_sha256_close(h);
    for (size_t i = 0; i < sizeof(key.at); i++)
        key.at[i] = (unsigned char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    return key;
}

/* The index is the first eight bytes; the whole stands beside it. */
static sqlite3_int64 index_of(const struct ifb_cache_key *key)
{
    uint64_t n = 0;

    for (int i = 0; i < 8; i++)
        n = n << 8 | key->at[i];
    return (sqlite3_int64)n;
}

/* ---- the file ---- */

char *ifb_cache_path(const char *(*env)(const char *), struct ifb_arena *arena)
{
    const char *xdg = env ? env("XDG_CACHE_HOME") : NULL;
    const char *home = env ? env("HOME") : NULL;
    const char *set = env ? env("IFBENCH_CACHE") : NULL;

    if (set && *set)
        return strcmp(set, "off") == 0 ? NULL : ifb_cstr(arena, ifb_str_of(set));
    if (xdg && *xdg)
        return ifb_path_join(arena, xdg, "ifbench/answers.db");
    return home && *home ? ifb_path_join(arena, home, ".cache/ifbench/answers.db") : NULL;
}

static void note_trouble(struct ifb_cache *c, const char *doing)
{
    if (!c->trouble[0])
        snprintf(c->trouble, sizeof(c->trouble), "%s: %s", doing, sqlite3_errmsg(c->db));
}

static enum ifb_code fail_sql(const struct ifb_cache *c, struct ifb_error *err)
{
    return ifb_fail(err, IFB_EIO, "%s", sqlite3_errmsg(c->db));
}

/* Folders of answers are nobody else's business. */
static enum ifb_code make_folder(const char *path, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    const char *slash = strrchr(path, '/');
    enum ifb_code code = IFB_OK;

    if (slash && slash > path) {
        char *dir = ifb_cstr(arena, (ifb_str){ path, (size_t)(slash - path) });
        bool is_new = !ifb_file_exists(dir);

        code = ifb_make_dirs(dir, err);
        if (!code && is_new)
            (void)chmod(dir, 0700);
    }
    ifb_arena_close(arena);
    return code;
}

static int read_version(struct ifb_cache *c)
{
    sqlite3_stmt *s = NULL;
    int version = -1;

    if (sqlite3_prepare_v2(c->db, "PRAGMA user_version", -1, &s, NULL) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW)
        version = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    return version;
}

/*
 * Answers stand in the order in which they came, and a small table finds them: rows as long as
 * texts, kept by a random key, would make every answer a page to read and two to write.
 */
#define TABLES \
    "CREATE TABLE answers (id INTEGER PRIMARY KEY, h BLOB NOT NULL, model TEXT NOT NULL," \
    " at INTEGER NOT NULL, body BLOB NOT NULL);" \
    "CREATE TABLE keys (k INTEGER PRIMARY KEY, id INTEGER NOT NULL);" \
    "PRAGMA user_version=2;"

/* Version 1 had one table, by key. */
static const char upgrade[] =
    "ALTER TABLE answers RENAME TO older;" TABLES
    "INSERT INTO keys SELECT k, row_number() OVER (ORDER BY at, k) FROM older;"
    "INSERT INTO answers SELECT keys.id, h, model, at, body FROM keys JOIN older USING (k)"
    " ORDER BY keys.id;"
    "DROP TABLE older;";

static bool run_sql(struct ifb_cache *c, const char *sql)
{
    return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* Makes the tables, or brings them up to date; of two processes at once one does it. */
static enum ifb_code make_tables(struct ifb_cache *c, struct ifb_error *err)
{
    bool ok = run_sql(c, "PRAGMA journal_mode=WAL") && run_sql(c, "BEGIN IMMEDIATE");
    int version = ok ? read_version(c) : -1;

    if (ok && version < SCHEMA_VERSION)
        ok = run_sql(c, version == 1 ? upgrade : TABLES);
    if (ok && run_sql(c, "COMMIT"))
        return IFB_OK;
    (void)fail_sql(c, err);
    (void)run_sql(c, "ROLLBACK");
    return err->code;
}

static bool prepare_one(struct ifb_cache *c, sqlite3_stmt **s, const char *sql)
{
    return sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, s, NULL) == SQLITE_OK;
}

static enum ifb_code prepare(struct ifb_cache *c, struct ifb_error *err)
{
    int version = read_version(c);
    enum ifb_code code = IFB_OK;

    if (version > SCHEMA_VERSION)
        return ifb_fail(err, IFB_EINPUT, "written by a newer ifbench (version %d)", version);
    if (version < SCHEMA_VERSION)
        code = make_tables(c, err);
    if (code)
        return code;
    if (!run_sql(c, "PRAGMA synchronous=NORMAL") ||
        !prepare_one(c, &c->get, "SELECT h, body FROM keys JOIN answers USING (id) WHERE k = ?1") ||
        !prepare_one(c, &c->last, "SELECT coalesce(max(id), 0) FROM answers") ||
        !prepare_one(c, &c->find, "SELECT id FROM keys WHERE k = ?1") ||
        !prepare_one(c, &c->put_key, "INSERT OR IGNORE INTO keys VALUES (?1, ?2)") ||
        !prepare_one(c, &c->put, "INSERT OR REPLACE INTO answers VALUES (?1, ?2, ?3, ?4, ?5)"))
        return fail_sql(c, err);
    return IFB_OK;
}

enum ifb_code ifb_cache_open(const char *path, struct ifb_cache **out, struct ifb_error *err)
{
    struct ifb_cache *c;
    enum ifb_code code = make_folder(path, err);

    *out = NULL;
    if (code)
        return ifb_within(err, "the cache %s", path);
    c = calloc(1, sizeof(*c));
    if (!c)
        ifb_out_of_memory();
    ifb_buf_init(&c->bytes, BODY_MAX + BATCH_BYTES);
    if (sqlite3_open_v2(path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                        SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        code = fail_sql(c, err);
    } else {
        sqlite3_busy_timeout(c->db, BUSY_MS);
        code = prepare(c, err);
    }
    if (code) {
        ifb_cache_close(c);
        return ifb_within(err, "the cache %s", path);
    }
    *out = c;
    return IFB_OK;
}

/* ---- answers ---- */

static bool same_key(sqlite3_stmt *s, const struct ifb_cache_key *key)
{
    return sqlite3_column_bytes(s, 0) == (int)sizeof(key->at) &&
           memcmp(sqlite3_column_blob(s, 0), key->at, sizeof(key->at)) == 0;
}

/* A row that cannot be read is one that is not there. */
static bool read_body(ifb_str body, struct ifb_arena *arena, struct ifb_response *out)
{
    const struct ifb_json *v;

    if (ifb_json_parse(arena, ifb_str_copy(arena, body), IFB_JSON_DUPLICATES, 1, &v, NULL) ||
        v->kind != IFB_JOBJECT)
        return false;
    *out = ifb_response_read(v);
    return true;
}

bool ifb_cache_get(struct ifb_cache *c, const struct ifb_cache_key *key, struct ifb_arena *arena,
                   struct ifb_response *out)
{
    bool found = false;
    int rc;

    sqlite3_bind_int64(c->get, 1, index_of(key));
    rc = sqlite3_step(c->get);
    if (rc == SQLITE_ROW && same_key(c->get, key)) {
        ifb_str body = { sqlite3_column_blob(c->get, 1),
                         (size_t)sqlite3_column_bytes(c->get, 1) };

        found = body.len && read_body(body, arena, out);
    } else if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        note_trouble(c, "cannot be read");
    }
    sqlite3_reset(c->get);
    return found;
}

void ifb_cache_put(struct ifb_cache *c, const struct ifb_cache_key *key, ifb_str model,
                   const struct ifb_response *response, int64_t wall_ms)
{
    struct waiting *w = &c->waiting[c->nwaiting];
    size_t before = c->bytes.len;
    struct ifb_jw jw;

    *w = (struct waiting){ .key = *key, .at_ms = wall_ms, .model_from = before };
    ifb_buf_str(&c->bytes, model);
    w->body_from = c->bytes.len;
    ifb_jw_open(&jw, &c->bytes);
    ifb_jw_object(&jw, NULL);
    ifb_response_write(&jw, response);
    ifb_jw_end(&jw);
    w->end = c->bytes.len;
    if (c->bytes.full) {  /* one answer beyond all measure: not kept */
        c->bytes.len = before;
        c->bytes.full = false;
        return;
    }
    if (++c->nwaiting == BATCH || c->bytes.len > BATCH_BYTES)
        ifb_cache_flush(c);
}

/* The number that a statement gives for `k`, or for nothing when it takes none; -1: none. */
static int64_t number_of(sqlite3_stmt *s, sqlite3_int64 k)
{
    int64_t n = -1;

    if (sqlite3_bind_parameter_count(s))
        sqlite3_bind_int64(s, 1, k);
    if (sqlite3_step(s) == SQLITE_ROW)
        n = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return n;
}

static bool do_once(sqlite3_stmt *s)
{
    int rc = sqlite3_step(s);

    sqlite3_reset(s);
    return rc == SQLITE_DONE;
}

/* The row that a key leads to: `next` when the key is new. */
static int64_t row_for(struct ifb_cache *c, sqlite3_int64 k, int64_t next)
{
    sqlite3_bind_int64(c->put_key, 1, k);
    sqlite3_bind_int64(c->put_key, 2, next);
    if (!do_once(c->put_key))
        return -1;
    return sqlite3_changes(c->db) ? next : number_of(c->find, k);
}

static bool write_one(struct ifb_cache *c, const struct waiting *w, int64_t *next)
{
    const char *at = c->bytes.ptr;
    int64_t row = row_for(c, index_of(&w->key), *next);

    if (row < 0)
        return false;
    *next += row == *next;
    sqlite3_bind_int64(c->put, 1, row);
    sqlite3_bind_blob(c->put, 2, w->key.at, (int)sizeof(w->key.at), SQLITE_STATIC);
    sqlite3_bind_text(c->put, 3, at + w->model_from, (int)(w->body_from - w->model_from),
                      SQLITE_STATIC);
    sqlite3_bind_int64(c->put, 4, w->at_ms);
    sqlite3_bind_blob(c->put, 5, at + w->body_from, (int)(w->end - w->body_from), SQLITE_STATIC);
    return do_once(c->put);
}

void ifb_cache_flush(struct ifb_cache *c)
{
    int64_t next;
    bool ok;

    if (!c->nwaiting)
        return;
    /* IMMEDIATE: two processes that both read first would deadlock at COMMIT. */
    ok = run_sql(c, "BEGIN IMMEDIATE");
    next = ok ? number_of(c->last, 0) + 1 : 0;
    ok = ok && next > 0;
    for (size_t i = 0; i < c->nwaiting && ok; i++)
        ok = write_one(c, &c->waiting[i], &next);
    ok = ok && run_sql(c, "COMMIT");
    if (!ok) {
        note_trouble(c, "cannot be written");
        (void)run_sql(c, "ROLLBACK");
    }
    c->nwaiting = 0;
    if (c->bytes.cap > BATCH_BYTES)
        ifb_buf_close(&c->bytes);
    ifb_buf_clear(&c->bytes);
}

const char *ifb_cache_trouble(const struct ifb_cache *c)
{
    return c->trouble;
}

void ifb_cache_close(struct ifb_cache *c)
{
    if (!c)
        return;
    ifb_cache_flush(c);
    sqlite3_finalize(c->get);
    sqlite3_finalize(c->last);
    sqlite3_finalize(c->find);
    sqlite3_finalize(c->put_key);
    sqlite3_finalize(c->put);
    sqlite3_close(c->db);
    ifb_buf_close(&c->bytes);
    free(c);
}

/* ---- upkeep ---- */

static enum ifb_code one_row(struct ifb_cache *c, const char *sql, int64_t argument,
                             int64_t *columns, int n, struct ifb_error *err)
{
    sqlite3_stmt *s = NULL;
    enum ifb_code code = IFB_OK;

    if (sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) != SQLITE_OK)
        return fail_sql(c, err);
    if (sqlite3_bind_parameter_count(s))
        sqlite3_bind_int64(s, 1, argument);
    switch (sqlite3_step(s)) {
    case SQLITE_ROW:
        for (int i = 0; i < n; i++)
            columns[i] = sqlite3_column_int64(s, i);
        break;
    case SQLITE_DONE:
        break;
    default:
        code = fail_sql(c, err);
    }
    sqlite3_finalize(s);
    return code;
}

enum ifb_code ifb_cache_stats(struct ifb_cache *c, struct ifb_cache_stats *out,
                              struct ifb_error *err)
{
    int64_t row[4] = { 0 }, pages[1] = { 0 }, size[1] = { 0 };
    enum ifb_code code = one_row(c, "SELECT count(*), coalesce(sum(length(body)), 0),"
                                 " coalesce(min(at), 0), coalesce(max(at), 0) FROM answers",
                                 0, row, 4, err);

    if (!code)
        code = one_row(c, "PRAGMA page_count", 0, pages, 1, err);
    if (!code)
        code = one_row(c, "PRAGMA page_size", 0, size, 1, err);
    *out = (struct ifb_cache_stats){ row[0], row[1], pages[0] * size[0], row[2], row[3] };
    return code;
}

/* Keeps the newest answers that fit, drops the rest. */
static enum ifb_code cut_for_size(struct ifb_cache *c, int64_t max_bytes, int64_t *removed,
                                  struct ifb_error *err)
{
    static const char drop[] =
        "DELETE FROM answers WHERE id IN (SELECT id FROM (SELECT id, sum(length(body)) OVER"
        " (ORDER BY at DESC, id) AS so_far FROM answers) WHERE so_far > ?1)";
    enum ifb_code code;

    if (max_bytes < 0)
        return IFB_OK;
    code = one_row(c, drop, max_bytes, NULL, 0, err);
    *removed += sqlite3_changes(c->db);
    return code;
}

static enum ifb_code remove_answers(struct ifb_cache *c, int64_t before_ms, int64_t max_bytes,
                                    int64_t *removed, struct ifb_error *err)
{
    enum ifb_code code = one_row(c, "DELETE FROM answers WHERE at < ?1", before_ms, NULL, 0, err);

    *removed = code ? 0 : sqlite3_changes(c->db);
    if (!code)
        code = cut_for_size(c, max_bytes, removed, err);
    if (!code)
        code = one_row(c, "DELETE FROM keys WHERE id NOT IN (SELECT id FROM answers)", 0, NULL, 0,
                       err);
    return code;
}

enum ifb_code ifb_cache_prune(struct ifb_cache *c, int64_t before_ms, int64_t max_bytes,
                              int64_t *removed, struct ifb_error *err)
{
    enum ifb_code code;

    *removed = 0;
    if (!run_sql(c, "BEGIN IMMEDIATE"))
        return fail_sql(c, err);
    code = remove_answers(c, before_ms, max_bytes, removed, err);
    if (!code && !run_sql(c, "COMMIT"))
        code = fail_sql(c, err);
    if (code) {
        (void)run_sql(c, "ROLLBACK");
        return code;
    }
    if (*removed && !run_sql(c, "VACUUM"))
        code = fail_sql(c, err);
    sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return code;
}
