/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of a run: append-only JSON lines, one write() a record, a CRC-32
 * in each, SHA-256 of the whole in the last. Every answer lands here before
 * anything else looks at it, and everything after it can be recomputed from it.
 *
 *     {"t":"begin","v":1,"plan":"<sha256>","at":"...","sum":"xxxxxxxx"}
 *     {"t":"answer","call":17,...,"sum":"xxxxxxxx"}
 *     {"t":"error","call":18,...,"sum":"xxxxxxxx"}
 *     {"t":"resume","at":"...","sum":"xxxxxxxx"}
 *     {"t":"end","answers":540,"errors":1,"digest":"<sha256>","sum":"xxxxxxxx"}
 *
 * `sum` is the CRC-32 of the line's bytes before `,"sum"`. `digest` is that of
 * all bytes before the end record. At most one answer a call; errors repeat.
 * ARCHITECTURE.md describes the members of each record.
 */
#ifndef IFB_ENGINE_JOURNAL_H
#define IFB_ENGINE_JOURNAL_H

#include <ifbench/provider.h>
#include <ifbench/types.h>

#include "harness/base/sha256.h"

struct ifb_journal;

/* What became of a call, as far as the journal tells. */
enum ifb_call_state { IFB_CALL_PENDING, IFB_CALL_ANSWERED, IFB_CALL_FAILED };

/* How a streamed answer came; all 0 when it was none, or nothing came. */
struct ifb_pace {
    int64_t first_us;    /* from sending to the first text or reasoning */
    double mean_us;      /* between one piece of it and the next */
    int64_t longest_us;  /* the longest of these */
};

/* One finished call, as it is written and read back. Strings are borrowed. */
struct ifb_call_record {
    uint32_t call;
    bool answered;
    ifb_str suite, item, model;
    uint32_t epoch;
    uint16_t turn;
    struct ifb_conversation messages;  /* as sent */
    struct ifb_response response;      /* when answered */
    ifb_str error;                     /* when not */
    int http_status;                   /* of the failure, 0 none */
    int64_t latency_ms;                /* of the attempt that counted; -1 unknown */
    struct ifb_pace pace;
    uint32_t attempts;
    bool cached;                       /* answered from the cache, without a request */
};

/*
 * Creates RUN/journal.jsonl (which must not exist) with its begin record. With
 * `durable` every record is written at once and a thread of its own calls
 * fdatasync once a second; without, records are written many at a time, and
 * flush must come before a read.
 */
enum ifb_code ifb_journal_create(const char *path, const char *plan_digest, int64_t wall_ms,
                                 size_t ncalls, bool durable, struct ifb_journal **out,
                                 struct ifb_error *err);

/*
 * Opens an existing one for appending: verifies every record, cuts a broken
 * tail off (also when that is all there is: it was killed at its birth), and
 * refuses damage in the middle, another plan's journal, a doubled answer or a
 * journal in use by another process (IFB_EINPUT, line named). With `reask`, calls that failed become pending again.
 * One that has ended and has nothing to ask again stays as it is.
 */
enum ifb_code ifb_journal_resume(const char *path, const char *plan_digest, int64_t wall_ms,
                                 size_t ncalls, bool reask, bool durable,
                                 struct ifb_journal **out, struct ifb_error *err);

/* The same for reading only: nothing is locked, cut or written. */
enum ifb_code ifb_journal_open(const char *path, size_t ncalls, struct ifb_journal **out,
                               struct ifb_error *err);

/*
 * The same for a part of a plan, to be copied from: of that plan only, and its
 * index holds no more than the calls that it has records of.
 */
enum ifb_code ifb_journal_open_part(const char *path, const char *plan_digest, size_t ncalls,
                                    struct ifb_journal **out, struct ifb_error *err);

/*
 * Appends the last record of a call in `from`, byte for byte; `arena` holds it
 * meanwhile. IFB_EINPUT when there is none, or it has changed since it was opened.
 */
enum ifb_code ifb_journal_copy(struct ifb_journal *to, const struct ifb_journal *from,
                               uint32_t call, struct ifb_arena *arena, struct ifb_error *err);

/* Appends a record; IFB_EBUG for a second answer of a call. A short write is cut away. */
enum ifb_code ifb_journal_add(struct ifb_journal *j, const struct ifb_call_record *r,
                              struct ifb_error *err);

/* Writes what waits; needed only when not durable. */
enum ifb_code ifb_journal_flush(struct ifb_journal *j, struct ifb_error *err);

enum ifb_call_state ifb_journal_state(const struct ifb_journal *j, uint32_t call);

/* True when the call's last record is a failure, also one that was made pending again. */
bool ifb_journal_failed(const struct ifb_journal *j, uint32_t call);

/* Numbers of answered and of failed calls. */
size_t ifb_journal_answers(const struct ifb_journal *j);
size_t ifb_journal_failures(const struct ifb_journal *j);

/* True when the last record is an end record. */
bool ifb_journal_ended(const struct ifb_journal *j);

/* Bytes of a broken tail that resume cut off. */
size_t ifb_journal_cut(const struct ifb_journal *j);

/*
 * Reads the last record of a call back, in `arena`. IFB_EINPUT when there is
 * none. Thread-safe against other reads.
 */
enum ifb_code ifb_journal_read(const struct ifb_journal *j, uint32_t call, struct ifb_arena *arena,
                               struct ifb_call_record *out, struct ifb_error *err);

/* Writes the end record and syncs. */
enum ifb_code ifb_journal_end(struct ifb_journal *j, struct ifb_error *err);

/* Digest of all bytes so far. */
void ifb_journal_digest(const struct ifb_journal *j, char out[IFB_SHA256_HEX]);

/* Syncs when durable, and releases. NULL is fine. */
void ifb_journal_close(struct ifb_journal *j);

#endif
