/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdict for verdict against the official IFBench checker, on its stored
 * verdicts for single cases: check by check, and through the batch reader.
 */
#include "tests/unit/parity.h"

#include "harness/base/buf.h"
#include "harness/engine/batch.h"

#define NEEDS (IFB_NEEDS_PUNKT | IFB_NEEDS_PULLED)
#define CASES "differential/ifbench.jsonl.gz"
#define NCASES 12770
#define FAMILIES_MAX 16

struct family {
    char name[16];
    size_t n, same;
};

struct tally {
    struct family families[FAMILIES_MAX];
    size_t nfamilies;
};

static struct family *family_of(struct tally *t, ifb_str id)
{
    ifb_str name = { id.ptr, ifb_str_chr(id, ':', 0) };

    assert_true(name.len < sizeof(t->families[0].name));
    for (size_t i = 0; i < t->nfamilies; i++)
        if (ifb_str_is(name, t->families[i].name))
            return &t->families[i];
    assert_true(t->nfamilies < FAMILIES_MAX);
    memcpy(t->families[t->nfamilies].name, name.ptr, name.len);
    return &t->families[t->nfamilies++];
}

static void see_case(struct walk *w, const struct ifb_json *row, const char *where, void *self)
{
    struct family *f = family_of(self, ifb_json_str(row, "instruction_id"));

    f->n++;
    f->same += judge_case(w, row, where);
}

static void single_cases_equal_upstreams_verdicts(void **state)
{
    struct tally t = { 0 };
    struct walk w;

    (void)state;
    if (!is_there(CASES) || !is_there(IFB_TAGGER_FILE))
        skip();
    open_walk(&w, NEEDS);
    walk_lines(&w, CASES, see_case, &t);
    for (size_t i = 0; i < t.nfamilies; i++)
        print_message("%-10s %5zu of %5zu\n", t.families[i].name, t.families[i].same,
                      t.families[i].n);
    assert_int_equal(w.bad, 0);
    assert_true(w.n >= NCASES);
    close_walk(&w);
}

/* ---- the batch reader ---- */

static bool keep(void *self, const char *bytes, size_t len)
{
    return ifb_buf_add(self, bytes, len);
}

struct answers {
    ifb_str rest;
    size_t n, bad;
};

/* null and false are told apart, so that an error is not taken for a failure. */
static bool same_truth(const struct ifb_json *a, const struct ifb_json *b)
{
    return a && b && a->kind == b->kind && a->truth == b->truth;
}

static void see_answer(struct walk *w, const struct ifb_json *row, const char *where, void *self)
{
    struct answers *a = self;
    const struct ifb_json *v;
    struct ifb_error err;
    ifb_str line;

    assert_true(ifb_str_chop(&a->rest, '\n', &line));
    if (ifb_json_parse(w->cell, line, 0, 1, &v, &err))
        fail_msg("%s: %s", where, err.msg);
    assert_true(ifb_str_eq(ifb_json_str(v, "id"), ifb_json_str(row, "id")));
    a->n++;
    if (!same_truth(ifb_json_get(v, "strict"), ifb_json_get(row, "strict")) ||
        !same_truth(ifb_json_get(v, "loose"), ifb_json_get(row, "loose")))
        if (a->bad++ < SHOWN)
            print_error("%s: found %.*s\n", where, IFB_ARG(line));
}

static void a_batch_of_them_gives_the_same(void **state)
{
    struct ifb_batch_options o = { .threads = 2, .explain = true };
    struct ifb_batch_counts counts;
    struct answers a = { .n = 0 };
    struct ifb_error err;
    struct ifb_buf out;
    struct ifb_sink sink = { .append = keep, .self = &out };
    struct walk w;

    (void)state;
    if (!is_there(CASES) || !is_there(IFB_TAGGER_FILE))
        skip();
    open_walk(&w, IFB_NEEDS_PUNKT);
    o.resources = ifb_lazy_new(&w.res, w.dirs, NULL);
    ifb_buf_init(&out, (size_t)64 << 20);
    if (ifb_batch_run(data_path(w.suite, CASES), &o, &sink, &counts, &err))
        fail_msg("%s", err.msg);
    a.rest = ifb_buf_view(&out);
    walk_lines(&w, CASES, see_answer, &a);
    assert_int_equal(a.bad, 0);
    assert_int_equal(a.rest.len, 0);
    assert_int_equal(a.n, counts.lines);
    ifb_buf_close(&out);
    ifb_lazy_close(o.resources);
    close_walk(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_cases_equal_upstreams_verdicts),
        cmocka_unit_test(a_batch_of_them_gives_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
