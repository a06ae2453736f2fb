/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that were paid for once. A SQLite file in WAL mode, which several
 * processes may use at once; a row an answer, found by the SHA-256 of the
 * canonical request. Failures are never kept. The cache is an aid: once it is
 * open, no fault of it ends a run, it merely stops helping and says why.
 */
#ifndef IFB_ENGINE_CACHE_H
#define IFB_ENGINE_CACHE_H

#include <ifbench/provider.h>
#include <ifbench/types.h>

struct ifb_cache;

/* SHA-256 of a canonical request. */
struct ifb_cache_key {
    unsigned char at[32];
};

/*
 * What decides an answer: provider, base URL (for a model that ifbench starts
 * itself its spec instead, as the port changes), model name, messages with their
 * pictures, sampling with seed, stop texts, the number of likely tokens, the extra
 * members of requests, and the epoch, so that repeats are not one answer many
 * times. Not in it: keys, headers, timeouts, concurrency.
 */
struct ifb_cache_key ifb_cache_key(const struct ifb_model *model,
                                   const struct ifb_request *request, uint32_t epoch);

/*
 * IFBENCH_CACHE, unless that is "off" (then there is none: NULL), else
 * $XDG_CACHE_HOME/ifbench/answers.db, else that under ~/.cache.
 */
char *ifb_cache_path(const char *(*env)(const char *), struct ifb_arena *arena);

/* Opens the file, made with its folder (private to the user) when it is not there. */
enum ifb_code ifb_cache_open(const char *path, struct ifb_cache **out, struct ifb_error *err);

/* True when there is an answer; its strings live in `arena`. */
bool ifb_cache_get(struct ifb_cache *c, const struct ifb_cache_key *key, struct ifb_arena *arena,
                   struct ifb_response *out);

/*
 * Keeps an answer. It is written with others in one short transaction, at the
 * latest by flush: a process that is killed loses at most those.
 */
void ifb_cache_put(struct ifb_cache *c, const struct ifb_cache_key *key, ifb_str model,
                   const struct ifb_response *response, int64_t wall_ms);

/* Writes what waits. */
void ifb_cache_flush(struct ifb_cache *c);

/* What went wrong since it was opened, "" when nothing did. */
const char *ifb_cache_trouble(const struct ifb_cache *c);

/* Flushes and releases. NULL is fine. */
void ifb_cache_close(struct ifb_cache *c);

/* ---- for `ifbench cache` ---- */

struct ifb_cache_stats {
    int64_t answers, text_bytes, file_bytes;
    int64_t oldest_ms, newest_ms;  /* since 1970; 0 when it is empty */
};

enum ifb_code ifb_cache_stats(struct ifb_cache *c, struct ifb_cache_stats *out,
                              struct ifb_error *err);

/*
 * Removes the answers kept before `before_ms`, then the oldest until at most
 * `max_bytes` of text are left (negative: no matter how many), and gives the
 * room back to the file system. *removed counts them.
 */
enum ifb_code ifb_cache_prune(struct ifb_cache *c, int64_t before_ms, int64_t max_bytes,
                              int64_t *removed, struct ifb_error *err);

#endif
