/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: whole ones with a ceiling, lines of plain or gzip files in memory that
 * does not grow with the file, and outputs that appear under their name only
 * when they are complete.
 */
#ifndef IFB_BASE_FILE_H
#define IFB_BASE_FILE_H

#include <ifbench/types.h>

#include "harness/base/buf.h"

#define IFB_FILE_MAX ((size_t)1 << 30)  /* of a file that is read whole */
#define IFB_LINE_MAX ((size_t)64 << 20) /* of one line */

/* The whole file (plain or gzip) in `arena`; IFB_EIO, IFB_ELIMIT. */
enum ifb_code ifb_file_read(const char *path, size_t max, struct ifb_arena *arena, ifb_str *out,
                            struct ifb_error *err);

/*
 * The bytes of a plain file, mapped read-only: what is not looked at is not read.
 * Give it to ifb_file_unmap. IFB_EIO, IFB_ELIMIT.
 */
enum ifb_code ifb_file_map(const char *path, size_t max, ifb_str *out, struct ifb_error *err);
void ifb_file_unmap(ifb_str bytes);

bool ifb_file_exists(const char *path);

bool ifb_is_folder(const char *path);

/* Whether there is nothing in a folder; IFB_EIO when it cannot be read. */
enum ifb_code ifb_folder_is_empty(const char *path, bool *empty, struct ifb_error *err);

/* rm -rf, as far as it goes; a link is removed, not followed. */
void ifb_remove_tree(const char *path);

/* mkdir -p; fine when it is there. */
enum ifb_code ifb_make_dirs(const char *path, struct ifb_error *err);

/* "DIR/NAME" in the arena. */
char *ifb_path_join(struct ifb_arena *arena, const char *dir, const char *name);

/*
 * `name` made safe as one component of a path: [A-Za-z0-9._-] stay, anything
 * else becomes '_', a leading dot too; at most 100 bytes, never empty.
 */
char *ifb_path_component(struct ifb_arena *arena, ifb_str name);

/* ---- reading lines ---- */

struct ifb_lines;

/* Opens `path` ("-" is standard input); gzip is recognised by its content. */
enum ifb_code ifb_lines_open(const char *path, struct ifb_lines **out, struct ifb_error *err);

/*
 * The next line without its "\n" (nor a '\r' before it), valid until the next
 * call; *more is false at the end. A last line without "\n" counts.
 */
enum ifb_code ifb_lines_next(struct ifb_lines *l, ifb_str *line, bool *more, struct ifb_error *err);

/*
 * Where the line last given begins, for ifb_lines_again; -1 for what cannot be read
 * again by its place: gzip, a pipe.
 */
int64_t ifb_lines_at(const struct ifb_lines *l);

/*
 * Reads the line that begins at `at` again, in `arena`, without moving on.
 * IFB_EINPUT when there is none any more.
 */
enum ifb_code ifb_lines_again(struct ifb_lines *l, int64_t at, struct ifb_arena *arena,
                              ifb_str *line, struct ifb_error *err);

/* Number of the line last given, from 1. */
unsigned ifb_lines_number(const struct ifb_lines *l);

/*
 * Everything that is left, into `out`; IFB_ELIMIT when it does not fit its
 * ceiling.
 */
enum ifb_code ifb_lines_slurp(struct ifb_lines *l, struct ifb_buf *out, struct ifb_error *err);

/* True when the next call may have to wait for the peer (a pipe that pauses). */
bool ifb_lines_would_wait(const struct ifb_lines *l);

void ifb_lines_close(struct ifb_lines *l);

/* ---- writing ---- */

/*
 * An output that is written aside (".NAME.PID.tmp" in the same folder) and
 * renamed into place by commit; without commit, close removes it.
 */
struct ifb_out;

enum ifb_code ifb_out_open(const char *path, struct ifb_out **out, struct ifb_error *err);

/* Buffered; false after a failure, which commit reports. */
bool ifb_out_add(struct ifb_out *o, const char *bytes, size_t len);

/* Flushes and renames. With `durable`, fsyncs first. IFB_EIO names the file. */
enum ifb_code ifb_out_commit(struct ifb_out *o, bool durable, struct ifb_error *err);

/* Releases; removes the half-written file unless it was committed. NULL is fine. */
void ifb_out_close(struct ifb_out *o);

/* Writes a whole file the same way. */
enum ifb_code ifb_file_write(const char *path, ifb_str bytes, struct ifb_error *err);

#endif
