/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The export in lm-evaluation-harness's layout: names, hostile text, the order
 * of samples, and its structure held against files of that harness.
 */
#include "tests/unit/report_world.h"

#include <glob.h>

#include "harness/base/clock.h"
#include "harness/base/json.h"
#include "reports/lm_eval.h"
#include "tests/unit/shelf.h"

static enum ifb_code export(const struct ifb_summary *summary, const struct ifb_cell_setup *setups,
                            struct world_walk walk, struct shelf *shelf, struct ifb_error *err)
{
    struct ifb_samples samples = world_iterator(&walk);
    struct ifb_folder folder = { shelf, shelf_begin, shelf_end };

    return ifb_report_find(IFB_STR("lm-eval"))->write_files(summary, setups, &samples, &folder,
                                                            err);
}

/* ---- names and times ---- */

static void names_follow_upstreams_rule(void **state)
{
    static const struct { ifb_str in; const char *out; } rows[] = {
        { S("acme/demo-7b"), "acme__demo-7b" },
        { S("a<>:/|\\?*[]\"b"), "a__b" },
        { S("a/b:c"), "a__b__c" },
        { S("/x/"), "__x__" },
        { S("a_b c\xc3\xa9"), "a_b c\xc3\xa9" },
        { S(""), "__" },
        { S("."), "__." },
        { S(".."), "__.." },
        { S("../.."), "..__.." },
        { S("a\0\n\x7f" "b"), "a__b" },
    };
    struct ifb_arena *arena = ifb_arena_new();
    char wide[400];
    ifb_str cut;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        ifb_str got = ifb_lm_sanitized(arena, rows[i].in);

        if (!ifb_str_is(got, rows[i].out))
            fail_msg("row %zu: got \"%.*s\", wanted \"%s\"", i, IFB_ARG(got), rows[i].out);
    }
    for (size_t i = 0; i < 399; i++)
        wide[i] = "\xe6\x97\xa5"[i % 3];
    cut = ifb_lm_sanitized(arena, (ifb_str){ wide, 399 });
    assert_int_equal(cut.len, 150);
    cut = ifb_lm_sanitized(arena, (ifb_str){ wide + 1, 398 }); /* begins with a stray half */
    assert_int_equal(cut.len, 149);
    ifb_arena_close(arena);
}

static void dates_come_from_the_run(void **state)
{
    static const struct { ifb_str in; const char *out; int64_t ms; } rows[] = {
        { S("2026-01-02T03:04:05.678Z"), "2026-01-02T03-04-05.678000", 1767323045678 },
        { S("2024-02-29T23:59:59.000Z"), "2024-02-29T23-59-59", 1709251199000 },
        { S("1970-01-01T00:00:00.001Z"), "1970-01-01T00-00-00.001000", 1 },
        { S("2023-02-29T00:00:00.000Z"), NULL, 0 },
        { S("2026-13-02T03:04:05.678Z"), NULL, 0 },
        { S("2026-00-00T03:04:05.678Z"), NULL, 0 },
        { S("2026-01-02T24:04:05.678Z"), NULL, 0 },
        { S("1969-12-31T23:59:59.999Z"), NULL, 0 },
        { S("2026-01-02T03:04:05Z"), NULL, 0 },
        { S("../../../../etc/x.000Z.."), NULL, 0 },
        { S(""), NULL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char date[IFB_LM_DATE_SIZE];
        int64_t ms = 0;
        bool fine = ifb_lm_date(rows[i].in, date, &ms);

        if (fine != !!rows[i].out || (fine && (strcmp(date, rows[i].out) || ms != rows[i].ms)))
            fail_msg("row %zu: %d \"%s\" %lld", i, fine, fine ? date : "", (long long)ms);
    }
}

static void json_can_be_pythons(void **state)
{
    static const char want[] =
        "{\"s\": \"\\u0000\\b\\f\\n\\\"\\\\\x7f\xe2\x80\xa8\xc2\x85</\", \"r\": [1.0, 0.5, 1e-07], "
        "\"e\": {}}";
    struct ifb_buf buf;
    struct ifb_jw w;

    (void)state;
    ifb_buf_init(&buf, 1000);
    ifb_jw_open(&w, &buf);
    w.python = true;
    ifb_jw_object(&w, NULL);
    ifb_jw_str(&w, "s", IFB_STR("\0\b\f\n\"\\\x7f\xe2\x80\xa8\xc2\x85</"));
    ifb_jw_array(&w, "r");
    ifb_jw_real(&w, NULL, 1);
    ifb_jw_real(&w, NULL, 0.5);
    ifb_jw_real(&w, NULL, 1e-7);
    ifb_jw_end(&w);
    ifb_jw_object(&w, "e");
    ifb_jw_end(&w);
    ifb_jw_end(&w);
    assert_true(ifb_str_is(ifb_buf_view(&buf), want));
    ifb_buf_close(&buf);
}

/* ---- hostile text, order ---- */

static const struct ifb_cell_setup hostile_setups[] = {
    { .provider = S("openai"), .name = S(".."), .base_url = S(""), .data = S(""),
      .wanted = { -1, -1, -1, -1 }, .sampling = { -1, -1, -1, -1 }, .limit = 5, .epochs = 0 },
    { .provider = S("openai"), .name = S("../\"" WORLD_SCRIPT), .base_url = S("http://x/\n"),
      .data = S("\"\\"), .wanted = { 1, 0.5, 3, 4 }, .sampling = { 1, 0.5, 3, 4 }, .epochs = 2 },
};

/* The world's samples as a run has them: those of the first cell, then the other's. */
static void in_order(struct ifb_sample out[COUNT(world_samples)])
{
    size_t n = 0;

    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < COUNT(world_samples); i++)
            if (ifb_str_is(world_samples[i].suite, "ifeval") == (k == 0))
                out[n++] = world_samples[i];
}

static void hostile_text_stays_text(void **state)
{
    struct ifb_sample samples[COUNT(world_samples)];
    struct world_walk walk = { samples, COUNT(samples), COUNT(samples), SIZE_MAX, 0 };
    struct shelf shelf;
    struct ifb_error err = { 0 };

    (void)state;
    in_order(samples);
    shelf_open(&shelf);
    if (export(&world, hostile_setups, walk, &shelf, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(shelf.n, 4);
    for (size_t i = 0; i < shelf.n; i++) {
        ifb_str text = shelf.files[i].text, line;
        const struct ifb_json *v;
        bool lines = ifb_str_ends(shelf.files[i].path, IFB_STR(".jsonl"));

        while (lines && ifb_str_chop(&text, '\n', &line))
            assert_int_equal(ifb_json_parse(shelf.arena, line, 0, 1, &v, NULL), IFB_OK);
        if (!lines)
            assert_int_equal(ifb_json_parse(shelf.arena, text, 0, 1, &v, NULL), IFB_OK);
    }
    /* four of the first cell, one of them unscored and left out */
    assert_int_equal(ifb_str_count(shelf_file(&shelf, "__../samples_ifeval_2026-01-02T03-04-05."
                                              "678000.jsonl"), IFB_STR("\n")), 3);
    assert_true(world_has(shelf_file(&shelf, "__../results_2026-01-02T03-04-05.678000.json"),
                          "\"effective\": 3"));
    shelf_close(&shelf);
}

static void samples_out_of_order_and_failures_are_told(void **state)
{
    struct world_walk broken = world_walk();
    struct shelf shelf;
    struct ifb_error err = { 0 };

    (void)state;
    shelf_open(&shelf);
    assert_int_equal(export(&world, hostile_setups, world_walk(), &shelf, &err), IFB_EINPUT);
    assert_non_null(strstr(err.msg, "does not stand with"));
    shelf_close(&shelf);
    shelf_open(&shelf);
    broken.fails_at = 1;
    assert_int_equal(export(&world, hostile_setups, broken, &shelf, &err), IFB_EIO);
    assert_string_equal(err.msg, "the disk is gone");
    assert_int_equal(shelf.n, 0);
    shelf_close(&shelf);
}

/* ---- against that harness's own files ---- */

static char *golden_path(const char *pattern, struct ifb_arena *arena)
{
    const char *data = getenv("IFBENCH_DATA");
    ifb_str full = ifb_fmt(arena, "%s/lm-eval/%s", data ? data : "../shared/data", pattern);
    glob_t found;
    char *path = NULL;

    if (glob(full.ptr, 0, NULL, &found))
        return NULL;
    path = ifb_cstr(arena, ifb_str_of(found.gl_pathv[0]));
    globfree(&found);
    return path;
}

static struct ifb_sample sample_of(const struct ifb_json *line, struct ifb_arena *arena)
{
    const struct ifb_json *doc = ifb_json_get(line, "doc"), *kw = ifb_json_get(doc, "kwargs")->first;
    const struct ifb_json *strict = ifb_json_get(line, "inst_level_strict_acc")->first;
    const struct ifb_json *loose = ifb_json_get(line, "inst_level_loose_acc")->first;
    struct ifb_message *m = ifb_new(arena, struct ifb_message, 1);
    size_t n = ifb_json_get(doc, "kwargs")->n, i = 0;
    struct ifb_sample_check *checks = ifb_new(arena, struct ifb_sample_check, n);

    for (const struct ifb_json *id = ifb_json_get(doc, "instruction_id_list")->first; id;
         id = id->next, kw = kw->next, strict = strict->next, loose = loose->next) {
        struct ifb_buf buf;
        struct ifb_jw w;

        ifb_buf_init(&buf, (size_t)1 << 20);
        ifb_jw_open(&w, &buf);
        ifb_jw_object(&w, NULL); /* as a run keeps it: in another order, without nulls */
        for (size_t k = kw->n; k-- > 0;)
            if (ifb_json_at(kw, k)->kind != IFB_JNULL)
                ifb_jw_value(&w, ifb_cstr(arena, ifb_json_at(kw, k)->key), ifb_json_at(kw, k));
        ifb_jw_end(&w);
        checks[i].id = id->string;
        checks[i].args_json = ifb_str_copy(arena, ifb_buf_view(&buf));
        checks[i].strict.outcome = strict->truth ? IFB_PASS : IFB_FAIL;
        checks[i++].loose.outcome = loose->truth ? IFB_PASS : IFB_FAIL;
        ifb_buf_close(&buf);
    }
    m->role = IFB_USER;
    m->text = ifb_json_str(doc, "prompt");
    return (struct ifb_sample){
        .suite = S("ifeval"), .model = S("openai:acme/demo-7b"), .answered = true,
        .id = ifb_fmt(arena, "%lld", (long long)ifb_json_int(doc, "key", -1)),
        .prompt = { m, 1 }, .answer = ifb_json_at(ifb_json_get(line, "filtered_resps"), 0)->string,
        .outcome = ifb_json_get(line, "prompt_level_strict_acc")->truth ? IFB_PASS : IFB_FAIL,
        .checks = checks, .nchecks = n,
    };
}

/* What only that harness knows, and a run has null for. */
static bool may_be_null(ifb_str key)
{
    static const char *const keys[] = { "random_seed", "numpy_seed", "torch_seed", "fewshot_seed",
                                        "git_hash" };

    for (size_t i = 0; i < COUNT(keys); i++)
        if (ifb_str_is(key, keys[i]))
            return true;
    return false;
}

/* Same keys in the same order, same kinds, at every depth; under "results" the same values. */
static void same_shape(const struct ifb_json *got, const struct ifb_json *want, bool values)
{
    const struct ifb_json *g = got->first, *w = want->first;

    if (got->kind != want->kind && !(got->kind == IFB_JNULL && may_be_null(want->key)))
        fail_msg("%.*s is %s, wanted %s", IFB_ARG(want->key), ifb_json_kind_name(got->kind),
                 ifb_json_kind_name(want->kind));
    if (values && !want->first && (!ifb_str_eq(got->string, want->string) ||
                                   got->truth != want->truth))
        fail_msg("%.*s is %.*s, wanted %.*s", IFB_ARG(want->key), IFB_ARG(got->string),
                 IFB_ARG(want->string));
    for (; g && w; g = g->next, w = w->next) {
        if (!ifb_str_eq(g->key, w->key))
            fail_msg("key \"%.*s\", wanted \"%.*s\"", IFB_ARG(g->key), IFB_ARG(w->key));
        same_shape(g, w, values || ifb_str_is(w->key, "results") ||
                             ifb_str_is(w->key, "n-samples") || ifb_str_is(w->key, "task_hashes") ||
                             ifb_str_is(w->key, "versions") || ifb_str_is(w->key, "model_args"));
    }
    if (g || w)
        fail_msg("%.*s: a member too %s", IFB_ARG(want->key), g ? "many" : "few");
}

static void the_layout_is_that_of_the_harness(void **state)
{
    static const struct ifb_metric_value metrics[] = {
        { S("prompt_level_strict_acc"), S("ifeval"), S("openai:acme/demo-7b"), S("proportion"),
          true, 1.0 / 3, 0, 1, 0.27, 1, 3, 0 },
        { S("inst_level_strict_acc"), S("ifeval"), S("openai:acme/demo-7b"), S("proportion"),
          true, 0.5, 0, 1, 0.25, 2, 4, 0 },
        { S("prompt_level_loose_acc"), S("ifeval"), S("openai:acme/demo-7b"), S("proportion"),
          true, 2.0 / 3, 0, 1, 0.27, 2, 3, 0 },
        { S("inst_level_loose_acc"), S("ifeval"), S("openai:acme/demo-7b"), S("proportion"),
          true, 0.75, 0, 1, 0.22, 3, 4, 0 },
    };
    static const struct ifb_cell_summary cells[] = {
        { .suite = S("ifeval"), .model = S("openai:acme/demo-7b") },
    };
    static const struct ifb_cell_setup setups[] = {
        { .provider = S("openai"), .name = S("acme/demo-7b"),
          .base_url = S("http://127.0.0.1:8000/v1/chat/completions"), .data = S("input.jsonl"),
          .wanted = { -1, -1, -1, -1 }, .sampling = { 0, -1, 1280, -1 }, .epochs = 1 },
    };
    static const struct ifb_summary summary = {
        .version = S("1"), .started = S("2026-01-02T03:04:05.678Z"), .seconds = 2, .cells = cells,
        .ncells = 1, .metrics = metrics, .nmetrics = COUNT(metrics),
    };
    struct shelf shelf;
    struct ifb_sample samples[16];
    struct world_walk walk = { samples, 0, 0, SIZE_MAX, 0 };
    ifb_str text, rest, line;
    const struct ifb_json *v, *want;
    char *lines, *results;

    (void)state;
    shelf_open(&shelf);
    lines = golden_path("samples_ifeval_*.jsonl", shelf.arena);
    results = golden_path("results_*.json", shelf.arena);
    if (!lines || !results) {
        print_message("lm-eval/results_*.json and samples_ifeval_*.jsonl are absent\n");
        shelf_close(&shelf);
        skip();
    }
    assert_int_equal(ifb_file_read(lines, (size_t)1 << 20, shelf.arena, &text, NULL), IFB_OK);
    for (rest = text; walk.n < COUNT(samples) && ifb_str_chop(&rest, '\n', &line);) {
        assert_int_equal(ifb_json_parse(shelf.arena, line, 0, 1, &v, NULL), IFB_OK);
        samples[walk.n++] = sample_of(v, shelf.arena);
    }
    assert_int_equal(export(&summary, setups, walk, &shelf, NULL), IFB_OK);
    assert_true(ifb_str_eq(shelf_file(&shelf, "acme__demo-7b/samples_ifeval_2026-01-02T03-04-05."
                                      "678000.jsonl"), text));
    line = shelf_file(&shelf, "acme__demo-7b/results_2026-01-02T03-04-05.678000.json");
    assert_int_equal(ifb_json_parse(shelf.arena, line, 0, 1, &v, NULL), IFB_OK);
    assert_int_equal(ifb_file_read(results, (size_t)1 << 20, shelf.arena, &text, NULL), IFB_OK);
    assert_int_equal(ifb_json_parse(shelf.arena, text, 0, 1, &want, NULL), IFB_OK);
    same_shape(v, want, false);
    assert_true(ifb_str_is(ifb_json_str(v, "model_name_sanitized"), "acme__demo-7b"));
    assert_true(ifb_str_is(ifb_json_str(v, "total_evaluation_time_seconds"), "2.0"));
    assert_int_equal(line.ptr[line.len - 1], '}');
    shelf_close(&shelf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_follow_upstreams_rule),
        cmocka_unit_test(dates_come_from_the_run),
        cmocka_unit_test(json_can_be_pythons),
        cmocka_unit_test(hostile_text_stays_text),
        cmocka_unit_test(samples_out_of_order_and_failures_are_told),
        cmocka_unit_test(the_layout_is_that_of_the_harness),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
