/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long inputs made from short ones: a head, 64 KiB of one piece over and over, a tail.
 * The first byte chooses who reads them. There is nothing to crash here that other
 * targets do not reach: a unit that is slow is the finding.
 */
#include <ifbench/suite.h>
#include <ifbench/text.h>

#include "harness/base/arena.h"
#include "harness/base/csv.h"
#include "harness/base/json.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/pickle.h"
#include "tests/fuzz/fuzz.h"

#define LONG ((size_t)64 << 10)

static ifb_str make_long(struct fuzz_in *in, struct ifb_arena *arena)
{
    ifb_str head = fuzz_few(in, arena), tail = fuzz_few(in, arena), piece = fuzz_rest(in, arena);
    struct ifb_buf buf;
    ifb_str made;

    ifb_buf_init(&buf, 2 * LONG);
    ifb_buf_str(&buf, head);
    while (piece.len && buf.len + piece.len + tail.len <= LONG)
        ifb_buf_str(&buf, piece);
    ifb_buf_str(&buf, tail);
    made = fuzz_exact(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return made;
}

static void score(const struct ifb_constraint *c, ifb_str answer, struct ifb_arena *arena)
{
    struct ifb_arena *scratch = ifb_arena_new();
    ifb_verdict strict, loose;

    ifb_constraint_score(c, ifb_forms_new(arena, answer, fuzz_resources()), scratch, true, &strict,
                         &loose);
    ifb_arena_close(scratch);
}

static void read_check(struct fuzz_in *in, struct ifb_arena *arena)
{
    const struct ifb_check *check = fuzz_check(in);
    const struct ifb_json *args = NULL;
    struct ifb_constraint c;
    struct ifb_error err;
    struct ifb_buf buf;

    ifb_buf_init(&buf, LONG);
    fuzz_args(in, check, arena, &buf);
    if (!ifb_json_parse(arena, ifb_str_copy(arena, ifb_buf_view(&buf)), 0, 1, &args, &err) &&
        !ifb_constraint_load(arena, ifb_str_of(check->id), args, &c, &err)) {
        score(&c, make_long(in, arena), arena);
        ifb_constraint_release(&c);
    }
    ifb_buf_close(&buf);
}

static void read_text(ifb_str s, struct ifb_arena *arena)
{
    struct ifb_text *t = ifb_text_new(arena, s, NULL);

    ifb_text_lower(t);
    ifb_text_words(t);
    ifb_text_tokens(t);
    ifb_text_language(t);
}

static void read_json(ifb_str s, struct ifb_arena *arena)
{
    const struct ifb_json *v = NULL;
    struct ifb_constraint c;
    struct ifb_error err;

    if (ifb_json_parse(arena, s, 0, 1, &v, &err))
        return;
    ifb_json_canonical(arena, v, &err);
    if (!ifb_constraint_load_expression(arena, v, &c, &err)) {
        score(&c, IFB_STR("An answer.\n"), arena);
        ifb_constraint_release(&c);
    }
}

static void read_csv(ifb_str s, struct ifb_arena *arena)
{
    struct ifb_strs record;
    struct ifb_error err;
    struct ifb_csv csv;
    bool more = true;

    ifb_csv_open(&csv, arena, s, ',');
    while (more && !ifb_csv_next(&csv, &record, &more, &err))
        ;
}

static void ignore(void *self, const char *file, unsigned line, const char *message)
{
    (void)self, (void)file, (void)line, (void)message;
}

static void read_suite(ifb_str s, const char *name, struct ifb_arena *arena)
{
    struct ifb_suite_tally tally;
    struct ifb_error err;

    fuzz_file(arena, "t.csv", IFB_STR("id,a,b\n1,x,y\n2,\"p\nq\",z\n"));
    ifb_suite_validate(fuzz_file(arena, name, s), arena, ignore, NULL, &tally, &err);
}

static void read_pattern(ifb_str s)
{
    struct ifb_regex *re = NULL;
    struct ifb_error err;
    int64_t steps = 1000000;

    if (!ifb_regex_new(s, 0, &re, &err)) {
        ifb_regex_search_within(re, IFB_STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), &steps);
        ifb_regex_close(re);
    }
}

static bool take(void *self, struct ifb_pickle_value *box, const struct ifb_pickle_value *at,
                 size_t n)
{
    (void)self, (void)box, (void)at;
    return n > 0;
}

static void read_pickle(ifb_str s, struct ifb_arena *arena)
{
    const struct ifb_pickle_sink sink = { NULL, take };
    struct ifb_pickle_value top[IFB_PICKLE_MEMBERS];
    struct ifb_error err;
    size_t n;

    ifb_pickle_read(s, arena, &sink, top, &n, &err);
}

static void read_punkt(ifb_str s, struct ifb_arena *arena)
{
    const struct ifb_punkt *out;
    struct ifb_error err;

    ifb_punkt_load(s, arena, &out, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };

    switch (fuzz_below(&in, 32)) {
    case 1: read_text(make_long(&in, arena), arena); break;
    case 2: read_json(make_long(&in, arena), arena); break;
    case 3: read_csv(make_long(&in, arena), arena); break;
    case 4: read_suite(make_long(&in, arena), "own.yaml", arena); break;
    case 5: read_suite(make_long(&in, arena), "own.json", arena); break;
    case 6: read_suite(make_long(&in, arena), "own.jsonl", arena); break;
    case 7: read_pattern(make_long(&in, arena)); break;
    case 8: read_pickle(make_long(&in, arena), arena); break;
    case 9: read_punkt(make_long(&in, arena), arena); break;
    default: read_check(&in, arena); break;
    }
    ifb_arena_close(arena);
    return 0;
}
