/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdict for verdict against the official IFBench checkers: the families words
 * and ratio, and format:emoji; and the resources they stand on against what the
 * libraries say. Data-driven: skipped where the data are not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <ifbench/check.h>

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "scorers/nlp/emoji.h"
#include "scorers/nlp/stopwords.h"
#include "scorers/nlp/syllable.h"
#include "scorers/nlp/tagger.h"

#define SHOWN 20  /* mismatches that are printed */

static char *data_path(struct ifb_arena *arena, const char *name)
{
    const char *dir = getenv("IFBENCH_DATA");

    return ifb_path_join(arena, dir ? dir : "../shared/data", name);
}

/* The arenas of a run over a file, the resources, and what was counted. */
struct world {
    struct ifb_arena *suite, *cell, *scratch;
    struct ifb_resources res;
    size_t n, bad;
};

static ifb_str read_data(struct world *w, const char *name)
{
    struct ifb_error err;
    ifb_str bytes;

    if (ifb_file_read(data_path(w->suite, name), IFB_FILE_MAX, w->suite, &bytes, &err))
        fail_msg("%s", err.msg);
    return bytes;
}

static void load(struct world *w)
{
    struct ifb_error err = { 0 };

    if (ifb_punkt_load(read_data(w, "punkt/english.json"), w->suite, &w->res.punkt, &err) ||
        ifb_stopwords_load(read_data(w, "nltk/stopwords.zip"), w->suite, &w->res.stopwords,
                           &err) ||
        ifb_syllables_load(read_data(w, "syllapy/data.csv"), w->suite, &w->res.syllables, &err) ||
        ifb_tagger_load(read_data(w, "nltk/averaged_perceptron_tagger.zip"), w->suite,
                        &w->res.tagger, &err))
        fail_msg("%s", err.msg);
    w->res.have = IFB_NEEDS_PULLED;
}

/* False when `name` is not among the data. */
static bool open_world(struct world *w, const char *name)
{
    memset(w, 0, sizeof(*w));
    w->suite = ifb_arena_new();
    w->cell = ifb_arena_new();
    w->scratch = ifb_arena_new();
    return ifb_file_exists(data_path(w->suite, name));
}

static void close_world(struct world *w)
{
    ifb_arena_close(w->suite);
    ifb_arena_close(w->cell);
    ifb_arena_close(w->scratch);
}

/* ---- verdicts ---- */

static bool is_ours(ifb_str id)
{
    return ifb_str_starts(id, IFB_STR("words:")) || ifb_str_starts(id, IFB_STR("ratio:")) ||
           ifb_str_is(id, "format:emoji");
}

/* null in the files: upstream raised. */
static enum ifb_outcome wanted(const struct ifb_json *row, const char *phase)
{
    const struct ifb_json *value = ifb_json_get(row, phase);

    if (value->kind == IFB_JNULL)
        return IFB_ERROR;
    return value->truth ? IFB_PASS : IFB_FAIL;
}

static void judge(struct world *w, const struct ifb_json *row)
{
    ifb_str id = ifb_json_str(row, "instruction_id"), text = ifb_json_str(row, "response");
    struct ifb_constraint c;
    ifb_verdict s = { 0 }, l = { 0 };
    struct ifb_error err = { 0 };

    if (ifb_constraint_load(w->cell, id, ifb_json_get(row, "kwargs"), &c, &err))
        fail_msg("%.*s: %s", IFB_ARG(ifb_json_str(row, "id")), err.msg);
    ifb_constraint_score(&c, ifb_forms_new(w->cell, text, &w->res), w->scratch, true, &s, &l);
    w->n++;
    if ((s.outcome != wanted(row, "strict") || l.outcome != wanted(row, "loose")) &&
        w->bad++ < SHOWN)
        print_error("%.*s, %.*s %.*s: found %s (%.*s) and %s (%.*s), wanted %s and %s\n",
                    IFB_ARG(ifb_json_str(row, "id")), IFB_ARG(id), IFB_ARG(c.args_json),
                    ifb_outcome_name(s.outcome), IFB_ARG(s.why), ifb_outcome_name(l.outcome),
                    IFB_ARG(l.why), ifb_outcome_name(wanted(row, "strict")),
                    ifb_outcome_name(wanted(row, "loose")));
    ifb_constraint_release(&c);
}

#define CASES "differential/ifbench.jsonl.gz"

static void single_cases_equal_upstreams_verdicts(void **state)
{
    struct world w;
    struct ifb_lines *lines = NULL;
    struct ifb_error err;
    ifb_str line;
    bool more = true;

    (void)state;
    if (!open_world(&w, CASES)) {
        close_world(&w);
        skip();
    }
    load(&w);
    assert_int_equal(ifb_lines_open(data_path(w.suite, CASES), &lines, &err), IFB_OK);
    while (!ifb_lines_next(lines, &line, &more, &err) && more) {
        const struct ifb_json *row;

        ifb_arena_reset(w.cell);
        if (ifb_json_parse(w.cell, line, 0, ifb_lines_number(lines), &row, &err))
            fail_msg("%s", err.msg);
        if (is_ours(ifb_json_str(row, "instruction_id")))
            judge(&w, row);
    }
    ifb_lines_close(lines);
    print_message("%zu cases, %zu differ\n", w.n, w.bad);
    assert_int_equal(w.bad, 0);
    assert_true(w.n >= 4183);
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_cases_equal_upstreams_verdicts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
