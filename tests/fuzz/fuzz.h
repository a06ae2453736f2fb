/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets share: taking bytes off the front of an input, JSON made
 * from bytes, small resources of our own, and demands that end the process.
 *
 * A target is tests/fuzz/NAME.c with LLVMFuzzerTestOneInput. `make fuzz` links it
 * with libFuzzer, `make check` with standalone.c, which replays tests/fuzz/corpus/NAME.
 * Inputs that begin with a printable byte are text that can be written by hand;
 * others are read byte by byte by the target, which reaches further when they mutate.
 */
#ifndef IFB_TESTS_FUZZ_H
#define IFB_TESTS_FUZZ_H

#include <ifbench/check.h>
#include <ifbench/types.h>

#include "harness/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, as a crash would, unless `ok`. */
#define fuzz_demand(ok) ((ok) ? (void)0 : fuzz_broken(#ok, __FILE__, __LINE__))
void fuzz_broken(const char *what, const char *file, int line) __attribute__((noreturn));

/* What is left of an input; beyond its end every byte is 0. */
struct fuzz_in {
    const uint8_t *at;
    size_t n;
};

uint8_t fuzz_byte(struct fuzz_in *in);
unsigned fuzz_below(struct fuzz_in *in, unsigned n);  /* n is 1 to 65536 */

/* True for an input that is text; NUL separates its parts. */
bool fuzz_is_text(const struct fuzz_in *in);

/*
 * A valid UTF-8 copy whose end is the end of its block, so that a sanitizer sees
 * one byte too many: of all that is left; of what is left before `sep`, which is
 * taken off too; of a few bytes.
 */
ifb_str fuzz_rest(struct fuzz_in *in, struct ifb_arena *arena);
ifb_str fuzz_until(struct fuzz_in *in, char sep, struct ifb_arena *arena);
ifb_str fuzz_few(struct fuzz_in *in, struct ifb_arena *arena);
ifb_str fuzz_exact(struct ifb_arena *arena, ifb_str s);

/* The words that made JSON is made of; both end with NULL. */
struct fuzz_words {
    const char *const *keys, *const *strings;
};

/* Appends a JSON value, at most six levels deep. */
void fuzz_json(struct fuzz_in *in, const struct fuzz_words *words, struct ifb_arena *arena,
               struct ifb_buf *out);

/* The same, or where the input is text, the part of it before NUL. */
ifb_str fuzz_document(struct fuzz_in *in, bool text, const struct fuzz_words *words,
                      struct ifb_arena *arena);

/* A registered check. */
const struct ifb_check *fuzz_check(struct fuzz_in *in);

/* Appends a JSON object of arguments for `check`, mostly of the right types. */
void fuzz_args(struct fuzz_in *in, const struct ifb_check *check, struct ifb_arena *arena,
               struct ifb_buf *out);

/* True when `piece` lies within `whole`, cutting no character. */
bool fuzz_within(ifb_str piece, ifb_str whole);

/*
 * Scores with reasons and without them and demands what holds for every constraint:
 * the same outcomes, strict following implies loose following, spans within the answer.
 * Returns the strict one.
 */
enum ifb_outcome fuzz_score(const struct ifb_constraint *c, ifb_str answer,
                            const struct ifb_resources *res);

/* Small resources written for this purpose, all that there are; made once. */
const struct ifb_resources *fuzz_resources(void);

/* A zip archive with one stored member, in `arena`. */
ifb_str fuzz_zip(struct ifb_arena *arena, const char *name, ifb_str content);

/* "FOLDER/NAME" in the arena, a file with these bytes, in a folder that goes with the process. */
const char *fuzz_file(struct ifb_arena *arena, const char *name, ifb_str bytes);

#endif
