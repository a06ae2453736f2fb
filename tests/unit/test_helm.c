/* SPDX-License-Identifier: Apache-2.0 */
/* The export in HELM's layout: files, members, statistics worked out by hand, hostile text. */
#include "tests/unit/shelf.h"

#include <cjson/cJSON.h>

#include "reports/helm.h"

static const struct ifb_message question[] = { { IFB_USER, S("  Say tea. \n"), NULL } };
static const struct ifb_message talk[] = {
    { IFB_SYSTEM, S("be kind"), NULL }, { IFB_USER, S("one"), NULL },
    { IFB_ASSISTANT, S("1"), NULL },    { IFB_USER, S("two"), NULL },
};

#define CHECK(name, a, b) { S(name), S("{\"keywords\":[\"tea\"]}"), 0, { a, S(""), NULL, 0 }, \
                            { b, S(""), NULL, 0 }, false }

static const struct ifb_sample_check half[] = {
    CHECK("keywords:existence", IFB_PASS, IFB_PASS), CHECK("a:b", IFB_FAIL, IFB_PASS),
    CHECK("needs:judge", IFB_UNSCORED, IFB_UNSCORED),
};
static const struct ifb_sample_check none[] = { CHECK("a:b", IFB_ERROR, IFB_FAIL) };
static const struct ifb_sample_check both[] = {
    CHECK("a:b", IFB_PASS, IFB_PASS), CHECK("c:d", IFB_PASS, IFB_PASS),
};
static const struct ifb_sample_check unscored[] = { CHECK("a:b", IFB_UNSCORED, IFB_UNSCORED) };

#define OF .suite = S("own"), .model = S("m")

/* Epoch 0: 0.5 and 0; epoch 1: 1 and nothing. */
static const struct ifb_sample samples[] = {
    { OF, .id = S("7"), .prompt = { question, 1 }, .answered = true, .answer = S("tea"),
      .finish = IFB_FINISH_STOP, .tokens_in = 10, .tokens_out = 3, .latency_ms = 250,
      .outcome = IFB_FAIL, .checks = half, .nchecks = 3 },
    { OF, .id = S("7"), .epoch = 1, .prompt = { question, 1 }, .answered = true,
      .answer = S("tea"), .tokens_in = -1, .tokens_out = -1, .latency_ms = -1,
      .outcome = IFB_PASS, .checks = both, .nchecks = 2 },
    { OF, .id = S("8"), .prompt = { talk, 4 }, .answered = true, .answer = S(""),
      .tokens_in = 30, .tokens_out = 5, .latency_ms = 750, .outcome = IFB_ERROR, .checks = none,
      .nchecks = 1 },
    { OF, .id = S("8"), .epoch = 1, .prompt = { talk, 4 }, .error = S("timed out <b>"),
      .tokens_in = -1, .tokens_out = -1, .latency_ms = 900, .outcome = IFB_UNSCORED,
      .checks = unscored, .nchecks = 1 },
};

static const struct ifb_metric_value metrics[] = {
    { S("hsr"), S("own"), S("m"), S("percent"), true, 12.5, NAN, NAN, NAN, -1, 2, 0 },
    { S("prompt_level_strict_acc"), S("own"), S("m"), S("proportion"), true, 1, 0, 1, 0, 1, 1, 0 },
    { S("csl"), S("own"), S("m"), S("levels"), true, NAN, NAN, NAN, NAN, -1, 0, 2 },
};
static const struct ifb_cell_summary cells[] = { { .suite = S("own"), .model = S("m") } };
static const struct ifb_summary summary = {
    .version = S("1"), .cells = cells, .ncells = 1, .metrics = metrics, .nmetrics = COUNT(metrics),
};
static const ifb_str stops[] = { S("END\n") };
static const struct ifb_cell_setup setups[] = {
    { .provider = S("openai"), .name = S("acme/m-7b"), .base_url = S("http://x"), .data = S(""),
      .wanted = { -1, -1, -1, -1 }, .sampling = { 0, -1, 1280, -1 }, .stop_at = { stops, 1 },
      .limit = 2, .epochs = 2 },
};

static enum ifb_code export(const struct ifb_summary *s, const struct ifb_cell_setup *how,
                            struct world_walk walk, struct shelf *shelf, struct ifb_error *err)
{
    struct ifb_samples all = world_iterator(&walk);
    struct ifb_folder folder = { shelf, shelf_begin, shelf_end };

    return ifb_report_find(IFB_STR("helm"))->write_files(s, how, &all, &folder, err);
}

static cJSON *parsed(const struct shelf *shelf, const char *path)
{
    ifb_str text = shelf_file(shelf, path);
    cJSON *json = cJSON_ParseWithLength(text.ptr, text.len);

    if (!json)
        fail_msg("%s is no JSON", path);
    assert_true(ifb_str_ends(text, IFB_STR("\n")));
    return json;
}

/* "a.0.b": members and places. */
static const cJSON *at(const cJSON *json, const char *path)
{
    char key[64];
    int used;

    for (const char *p = path; *p && json; p += used + (p[used] == '.')) {
        assert_int_equal(sscanf(p, "%63[^.]%n", key, &used), 1);
        json = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, atoi(key))
                                   : cJSON_GetObjectItemCaseSensitive(json, key);
    }
    if (!json)
        fail_msg("no %s", path);
    return json;
}

static double number(const cJSON *json, const char *path)
{
    assert_true(cJSON_IsNumber(at(json, path)));
    return at(json, path)->valuedouble;
}

static void says(const cJSON *json, const char *path, const char *want)
{
    assert_true(cJSON_IsString(at(json, path)));
    assert_string_equal(at(json, path)->valuestring, want);
}

static void is_near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12))
        fail_msg("got %.17g, wanted %.17g", got, want);
}

/* The statistic of that name in an array of them. */
static const cJSON *stat_of(const cJSON *stats, const char *name)
{
    const cJSON *s;

    cJSON_ArrayForEach(s, stats)
        if (strcmp(at(s, "name.name")->valuestring, name) == 0)
            return s;
    return NULL;
}

static void is_stat(const cJSON *stats, const char *name, int count, double sum, double squares,
                    double least, double most, double deviation)
{
    const cJSON *s = stat_of(stats, name);

    if (!s)
        fail_msg("no %s", name);
    says(s, "name.split", "test");
    assert_int_equal(number(s, "count"), count);
    is_near(number(s, "sum"), sum);
    is_near(number(s, "sum_squared"), squares);
    is_near(number(s, "min"), least);
    is_near(number(s, "max"), most);
    is_near(number(s, "mean"), sum / count);
    is_near(number(s, "variance"), deviation * deviation);
    is_near(number(s, "stddev"), deviation);
}

#define DIR "own:model=acme_m-7b/"

static void open_export(struct shelf *shelf)
{
    struct world_walk walk = { samples, COUNT(samples), COUNT(samples), SIZE_MAX, 0 };

    shelf_open(shelf);
    assert_int_equal(export(&summary, setups, walk, shelf, NULL), IFB_OK);
}

static void a_run_is_five_files(void **state)
{
    struct shelf shelf;
    cJSON *spec, *scenario;

    (void)state;
    open_export(&shelf);
    assert_int_equal(shelf.n, 5);
    spec = parsed(&shelf, DIR "run_spec.json");
    scenario = parsed(&shelf, DIR "scenario.json");
    says(spec, "name", "own:model=acme_m-7b");
    says(spec, "scenario_spec.class_name", "ifbench.suite.own");
    says(spec, "adapter_spec.method", "generation");
    says(spec, "adapter_spec.model", "acme/m-7b");
    says(spec, "adapter_spec.model_deployment", "openai/acme/m-7b");
    says(spec, "adapter_spec.stop_sequences.0", "END\n");
    assert_int_equal(number(spec, "adapter_spec.max_eval_instances"), 2);
    assert_int_equal(number(spec, "adapter_spec.num_train_trials"), 2);
    assert_int_equal(number(spec, "adapter_spec.max_tokens"), 1280);
    assert_int_equal(cJSON_GetArraySize(at(spec, "data_augmenter_spec.perturbations")), 0);
    says(spec, "groups.0", "own");
    at(spec, "metric_specs.0.args");
    says(scenario, "name", "own");
    assert_true(ifb_str_starts(shelf_file(&shelf, DIR "run_spec.json"),
                               IFB_STR("{\n  \"name\": \"own:model=acme_m-7b\",\n")));
    cJSON_Delete(spec);
    cJSON_Delete(scenario);
    shelf_close(&shelf);
}

static void a_sample_is_a_request_state(void **state)
{
    struct shelf shelf;
    const cJSON *first, *talked, *failed;
    cJSON *all;

    (void)state;
    open_export(&shelf);
    all = parsed(&shelf, DIR "scenario_state.json");
    assert_int_equal(cJSON_GetArraySize(at(all, "request_states")), 4);
    first = at(all, "request_states.0");
    says(first, "instance.id", "id7");
    says(first, "instance.input.text", "Say tea.");
    says(first, "instance.split", "test");
    says(first, "instance.extra_data.instruction_ids.1", "a:b");
    says(first, "instance.extra_data.instruction_kwargs.0.keywords.0", "tea");
    assert_int_equal(cJSON_GetArraySize(at(first, "instance.references")), 0);
    says(first, "request.prompt", "Say tea.");
    says(first, "result.completions.0.text", "tea");
    says(first, "result.completions.0.finish_reason.reason", "stop");
    is_near(number(first, "result.request_time"), 0.25);
    assert_true(cJSON_IsTrue(at(first, "result.success")));
    assert_int_equal(number(at(all, "request_states.1"), "train_trial_index"), 1);
    assert_null(cJSON_GetObjectItem(at(all, "request_states.1.result"), "request_time"));
    talked = at(all, "request_states.2");
    says(talked, "instance.input.text", "two");
    says(talked, "instance.input.messages.0.role", "system");
    says(talked, "request.messages.3.content", "two");
    says(talked, "result.completions.0.text", "");
    failed = at(all, "request_states.3.result");
    assert_true(cJSON_IsFalse(at(failed, "success")));
    assert_int_equal(cJSON_GetArraySize(at(failed, "completions")), 0);
    says(failed, "error", "timed out <b>");
    assert_false(world_has(shelf_file(&shelf, DIR "scenario_state.json"), "null"));
    cJSON_Delete(all);
    shelf_close(&shelf);
}

static void instances_have_statistics(void **state)
{
    struct shelf shelf;
    const cJSON *s;
    cJSON *all;

    (void)state;
    open_export(&shelf);
    all = parsed(&shelf, DIR "per_instance_stats.json");
    assert_int_equal(cJSON_GetArraySize(all), 4);
    says(all, "0.instance_id", "id7");
    s = at(all, "0.stats");  /* of three constraints one is not scored */
    is_stat(s, "own_strict_accuracy", 1, 0.5, 0.25, 0.5, 0.5, 0);
    is_stat(s, "own_loose_accuracy", 1, 1, 1, 1, 1, 0);
    is_stat(s, "prompt_level_strict_acc", 1, 0, 0, 0, 0, 0);
    is_stat(s, "num_prompt_tokens", 1, 10, 100, 10, 10, 0);
    is_stat(s, "inference_runtime", 1, 0.25, 0.0625, 0.25, 0.25, 0);
    s = at(all, "1.stats");
    assert_int_equal(number(all, "1.train_trial_index"), 1);
    is_stat(s, "own_strict_accuracy", 1, 1, 1, 1, 1, 0);
    assert_null(stat_of(s, "num_prompt_tokens"));
    is_stat(at(all, "2.stats"), "own_strict_accuracy", 1, 0, 0, 0, 0, 0);
    assert_int_equal(cJSON_GetArraySize(at(all, "3.stats")), 0);
    cJSON_Delete(all);
    shelf_close(&shelf);
}

/* Means of trials, not of instances: 0.25 and 1. */
static void statistics_are_over_trials(void **state)
{
    struct shelf shelf;
    cJSON *all;

    (void)state;
    open_export(&shelf);
    all = parsed(&shelf, DIR "stats.json");
    is_stat(all, "own_strict_accuracy", 2, 1.25, 1.0625, 0.25, 1, 0.375);
    is_stat(all, "prompt_level_strict_acc", 2, 1, 1, 0, 1, 0.5);
    is_stat(all, "num_prompt_tokens", 1, 20, 400, 20, 20, 0);
    is_stat(all, "inference_runtime", 1, 0.5, 0.25, 0.5, 0.5, 0);
    is_stat(all, "num_instances", 2, 4, 8, 2, 2, 0);
    is_stat(all, "hsr", 1, 12.5, 156.25, 12.5, 12.5, 0);
    assert_null(stat_of(all, "csl"));
    for (int i = 0; i < cJSON_GetArraySize(all); i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(at(cJSON_GetArrayItem(all, i), "name.name")->valuestring,
                                    at(cJSON_GetArrayItem(all, k), "name.name")->valuestring);
    cJSON_Delete(all);
    shelf_close(&shelf);
}

static void judgments_have_numbers_only(void **state)
{
    struct world_walk walk = { samples, COUNT(samples), 0, SIZE_MAX, 0 };
    struct ifb_cell_setup judged = setups[0];
    struct shelf shelf;
    cJSON *all;

    (void)state;
    judged.judged = true;
    shelf_open(&shelf);
    assert_int_equal(export(&summary, &judged, walk, &shelf, NULL), IFB_OK);
    all = parsed(&shelf, DIR "stats.json");
    is_stat(all, "hsr", 1, 12.5, 156.25, 12.5, 12.5, 0);
    is_stat(all, "prompt_level_strict_acc", 1, 1, 1, 1, 1, 0);
    assert_int_equal(cJSON_GetArraySize(all), 2);
    cJSON_Delete(all);
    assert_true(ifb_str_is(shelf_file(&shelf, DIR "per_instance_stats.json"), "[]\n"));
    shelf_close(&shelf);
}

static void hostile_text_stays_text(void **state)
{
    static const struct ifb_cell_setup how[] = {
        { .provider = S("p"), .name = S("../../\x01" "a\0b"), .base_url = S(""), .data = S(""),
          .sampling = { -1, -1, -1, -1 } },
        { .provider = S("p"), .name = S("../../\x01" "a\0b"), .base_url = S(""), .data = S(""),
          .sampling = { -1, -1, -1, -1 } },
    };
    struct ifb_sample ordered[COUNT(world_samples)];
    struct world_walk walk = { ordered, COUNT(ordered), 0, SIZE_MAX, 0 };
    struct ifb_summary hostile = world;
    struct shelf shelf;
    size_t n = 0;

    (void)state;
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < COUNT(world_samples); i++)
            if (ifb_str_eq(world_samples[i].suite, world_cells[c].suite))
                ordered[n++] = world_samples[i];
    shelf_open(&shelf);
    assert_int_equal(export(&hostile, how, walk, &shelf, NULL), IFB_OK);
    assert_int_equal(shelf.n, 10);
    for (size_t i = 0; i < shelf.n; i++) {
        cJSON *json = cJSON_ParseWithLength(shelf.files[i].text.ptr, shelf.files[i].text.len);

        assert_non_null(json);
        cJSON_Delete(json);
    }
    shelf_file(&shelf, "ifeval:model=.._..__a/stats.json");  /* printf ends at NUL */
    shelf_close(&shelf);

    walk = (struct world_walk){ world_samples, COUNT(world_samples), 0, SIZE_MAX, 0 };
    shelf_open(&shelf);
    assert_int_equal(export(&hostile, how, walk, &shelf, NULL), IFB_EINPUT);  /* not in order */
    shelf_close(&shelf);
}

static void variants_have_folders_of_their_own(void **state)
{
    static const struct ifb_cell_summary twice[] = {
        { .suite = S("own"), .model = S("m") }, { .suite = S("own"), .model = S("m t=1") },
    };
    const struct ifb_cell_setup how[] = { setups[0], setups[0] };
    struct ifb_summary two = summary;
    struct world_walk walk = { samples, COUNT(samples), 0, SIZE_MAX, 0 };
    struct shelf shelf;

    (void)state;
    two.cells = twice;
    two.ncells = 2;
    shelf_open(&shelf);
    assert_int_equal(export(&two, how, walk, &shelf, NULL), IFB_OK);
    shelf_file(&shelf, "own:model=acme_m-7b,variant=2/run_spec.json");
    shelf_close(&shelf);
}

static void faults_are_passed_on(void **state)
{
    static const struct ifb_sample_check broken[] = {
        { S("a:b"), S("{"), 0, { IFB_PASS, S(""), NULL, 0 }, { IFB_PASS, S(""), NULL, 0 }, false },
    };
    struct ifb_sample bad = samples[0];
    struct world_walk torn = { samples, COUNT(samples), 0, 2, 0 };
    struct world_walk walk = { &bad, 1, 0, SIZE_MAX, 0 };
    struct ifb_error err = { .code = IFB_OK };
    struct shelf shelf;

    (void)state;
    shelf_open(&shelf);
    assert_int_equal(export(&summary, setups, torn, &shelf, &err), IFB_EIO);
    shelf_close(&shelf);
    bad.checks = broken;
    bad.nchecks = 1;
    shelf_open(&shelf);
    assert_int_equal(export(&summary, setups, walk, &shelf, &err), IFB_EINPUT);
    assert_non_null(strstr(err.msg, "sample 7: arguments of a:b: "));
    shelf_close(&shelf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_five_files),
        cmocka_unit_test(a_sample_is_a_request_state),
        cmocka_unit_test(instances_have_statistics),
        cmocka_unit_test(statistics_are_over_trials),
        cmocka_unit_test(judgments_have_numbers_only),
        cmocka_unit_test(hostile_text_stays_text),
        cmocka_unit_test(variants_have_folders_of_their_own),
        cmocka_unit_test(faults_are_passed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
