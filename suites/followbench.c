/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FollowBench: groups of an instruction and five more, each with a constraint
 * added. Some groups are scored by rules, the others wait for a judge.
 */
#include "suites/followbench.h"

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "suites/table.h"

#define LEVELS IFB_FOLLOWBENCH_LEVELS
#define ARGS_MAX ((size_t)16 << 20)
#define JUDGE_ID "followbench:judge"

enum language { EN, ZH };

/* How records of a source are scored. */
static const struct rule {
    const char *source, *check;
    bool summary;  /* takes source and level in place of the reference */
    bool language;
} rules[] = {
    { "E2E", "followbench:equal", false, false },
    { "text_editing", "followbench:equal", false, false },
    { "WIKIEVENTS", "followbench:lines", false, false },
    { "CONLL2003", "followbench:member", false, false },
    { "BBH_logical", "followbench:option", false, false },
    { "BBH_time", "followbench:date", false, false },
    { "self_made_space", "followbench:contains", false, false },
    { "gsm_8k", "followbench:amount", false, true },
    { "cnn_dailymail", "followbench:summary", true, true },
    { "xsum", "followbench:summary", true, true },
    { "samsum", "followbench:summary", true, true },
    { "gigaword", "followbench:summary", true, true },
    { "arxiv", "followbench:summary", true, true },
};

/* The records being read: one file at a time. */
struct book {
    struct ifb_arena *arena;  /* of the items */
    struct ifb_arena *page;   /* of the file */
    struct ifb_arena *scratch;
    const char *const *paths;
    size_t npaths, next_path;
    enum language language;
    const struct ifb_json *row;  /* the next one */
    const char *path;            /* that it is in */
    size_t category;             /* of the group under way */
    int64_t example_id, level;   /* of the last record; level LEVELS: the group is complete */
    ifb_str *ladder;             /* the group's instructions */
    int64_t last_id[IFB_FOLLOWBENCH_CATEGORIES];
    size_t items;
};

/* A record's members, checked. */
struct record {
    int64_t example_id, level;
    ifb_str category, source, instruction, target;
};

static enum ifb_code open_book(const struct ifb_suite_source *src, enum language language,
                               struct ifb_arena *arena, void **state, struct ifb_error *err)
{
    struct book *b = ifb_new(arena, struct book, 1);

    if (!src || !src->npaths)
        return ifb_fail(err, IFB_EINPUT, "the suite followbench reads files, found none");
    *b = (struct book){ .arena = arena, .page = ifb_arena_new(), .scratch = ifb_arena_new(),
                        .paths = src->paths, .npaths = src->npaths, .language = language,
                        .level = LEVELS };
    for (size_t c = 0; c < IFB_FOLLOWBENCH_CATEGORIES; c++)
        b->last_id[c] = INT64_MIN;
    *state = b;
    return IFB_OK;
}

static enum ifb_code open_en(const struct ifb_suite_source *src, struct ifb_arena *arena,
                             void **state, struct ifb_error *err)
{
    return open_book(src, EN, arena, state, err);
}

static enum ifb_code open_zh(const struct ifb_suite_source *src, struct ifb_arena *arena,
                             void **state, struct ifb_error *err)
{
    return open_book(src, ZH, arena, state, err);
}

static void close_book(void *state)
{
    struct book *b = state;

    ifb_arena_close(b->page);
    ifb_arena_close(b->scratch);
    b->page = b->scratch = NULL;
}

/* Reads the next file; its rows hang on b->row. */
static enum ifb_code open_page(struct book *b, struct ifb_error *err)
{
    const struct ifb_json *document;
    enum ifb_code code;
    ifb_str text;

    ifb_arena_reset(b->page);
    b->path = b->paths[b->next_path++];
    code = ifb_file_read(b->path, IFB_FILE_MAX, b->page, &text, err);
    if (code)
        return code;
    if (ifb_utf8_valid(text) != text.len)
        return ifb_fail(err, IFB_EINPUT, "%s: byte %zu is not UTF-8", b->path,
                        ifb_utf8_valid(text) + 1);
    code = ifb_json_parse(b->page, text, 0, 1, &document, err);
    if (code) {
        ifb_within(err, "%s", b->path);
        return IFB_EINPUT;
    }
    if (document->kind != IFB_JARRAY)
        return ifb_fail(err, IFB_EINPUT, "%s:1: found %s, wanted an array of records", b->path,
                        ifb_json_kind_name(document->kind));
    b->row = document->first;
    return IFB_OK;
}

static enum ifb_code read_string(const struct ifb_json *row, const char *key, ifb_str *out,
                                 struct ifb_error *err)
{
    const struct ifb_json *v = ifb_json_get(row, key);

    if (!v || v->kind != IFB_JSTRING)
        return ifb_fail(err, IFB_EINPUT, "\"%s\" is %s, wanted a string", key,
                        v ? ifb_json_kind_name(v->kind) : "missing");
    *out = v->string;
    return IFB_OK;
}

static enum ifb_code read_number(const struct ifb_json *row, const char *key, int64_t most,
                                 int64_t *out, struct ifb_error *err)
{
    const struct ifb_json *v = ifb_json_get(row, key);

    if (!v || v->kind != IFB_JNUMBER || !v->whole || v->integer < 0 || v->integer > most)
        return ifb_fail(err, IFB_EINPUT, "\"%s\" is %s, wanted a whole number from 0 to %lld", key,
                        v ? ifb_json_kind_name(v->kind) : "missing", (long long)most);
    *out = v->integer;
    return IFB_OK;
}

static enum ifb_code read_record(const struct ifb_json *row, struct record *r,
                                 struct ifb_error *err)
{
    enum ifb_code code;

    if (row->kind != IFB_JOBJECT)
        return ifb_fail(err, IFB_EINPUT, "found %s, wanted an object",
                        ifb_json_kind_name(row->kind));
    code = read_number(row, "example_id", INT32_MAX, &r->example_id, err);
    if (!code)
        code = read_number(row, "level", LEVELS, &r->level, err);
    if (!code)
        code = read_string(row, "category", &r->category, err);
    if (!code)
        code = read_string(row, "source", &r->source, err);
    if (!code)
        code = read_string(row, "instruction", &r->instruction, err);
    if (!code)
        code = read_string(row, "target", &r->target, err);
    if (!code && r->level && !ifb_str_trim_ascii(r->instruction).len)
        return ifb_fail(err, IFB_EINPUT, "\"instruction\" is empty");
    return code;
}

/* A group's category is that of its first record: those of "mixed" change from level to level. */
static enum ifb_code begin_group(struct book *b, const struct record *r, struct ifb_error *err)
{
    size_t c = 0;

    if (b->level != LEVELS)
        return ifb_fail(err, IFB_EINPUT, "the group before ends at level %lld, wanted %d",
                        (long long)b->level, LEVELS);
    while (ifb_followbench_categories[c] && !ifb_str_is(r->category, ifb_followbench_categories[c]))
        c++;
    if (!ifb_followbench_categories[c])
        return ifb_fail(err, IFB_EINPUT, "category \"%.*s\" is not one of content, situation, "
                        "style, format, mixed, example", IFB_ARG(ifb_utf8_cut(r->category, 80)));
    if (r->level != (c == IFB_FOLLOWBENCH_EXAMPLE))
        return ifb_fail(err, IFB_EINPUT, "a group of %s begins at level %lld, wanted %d",
                        ifb_followbench_categories[c], (long long)r->level,
                        c == IFB_FOLLOWBENCH_EXAMPLE);
    if (r->example_id <= b->last_id[c])
        return ifb_fail(err, IFB_EINPUT, "\"example_id\" is %lld after %lld, wanted one that rises",
                        (long long)r->example_id, (long long)b->last_id[c]);
    b->category = c;
    b->last_id[c] = b->example_id = r->example_id;
    b->ladder = c == IFB_FOLLOWBENCH_EXAMPLE ? NULL : ifb_new(b->arena, ifb_str, LEVELS + 1);
    return IFB_OK;
}

static enum ifb_code place_record(struct book *b, const struct record *r, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    if (b->level == LEVELS || r->example_id != b->example_id)
        code = begin_group(b, r, err);
    else if (r->level != b->level + 1)
        code = ifb_fail(err, IFB_EINPUT, "level %lld follows level %lld", (long long)r->level,
                        (long long)b->level);
    b->level = r->level;
    return code;
}

static const struct rule *rule_of(const struct book *b, const struct record *r)
{
    static const struct rule example = { "", "followbench:template", false, false };
    static const struct rule list = { NULL, "followbench:list", true, true };
    static const struct rule points = { NULL, "followbench:points", true, false };

    if (b->category == IFB_FOLLOWBENCH_EXAMPLE)
        return &example;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (ifb_str_is(r->source, rules[i].source))
            return &rules[i];
    if (!ifb_str_is(r->category, "format"))
        return NULL;
    return r->example_id == 22                         ? &list
           : r->example_id == 30 && b->language == EN ? &points
                                                       : NULL;
}

/* The arguments as a suite file would have them, so that there is one way in. */
static enum ifb_code load_rule(struct book *b, const struct rule *rule, const struct record *r,
                               struct ifb_constraint *out, struct ifb_error *err)
{
    const struct ifb_json *args;
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code;

    ifb_buf_init(&buf, ARGS_MAX);
    ifb_jw_open(&w, &buf);
    ifb_jw_object(&w, NULL);
    if (rule->summary && rule->source)
        ifb_jw_cstr(&w, "source", rule->source);
    if (rule->summary)
        ifb_jw_int(&w, "level", r->level);
    else
        ifb_jw_str(&w, "target", r->target);
    if (rule->language && b->language == ZH)
        ifb_jw_cstr(&w, "language", "zh");
    ifb_jw_end(&w);
    ifb_arena_reset(b->scratch);
    code = buf.full ? ifb_fail(err, IFB_ELIMIT, "\"target\" is too long")
                    : ifb_json_parse(b->scratch, ifb_buf_view(&buf), 0, 1, &args, err);
    if (!code)
        code = ifb_constraint_load(b->arena, ifb_str_of(rule->check), args, out, err);
    ifb_buf_close(&buf);
    return code;
}

/* A judge says of each constraint that was added whether the answer satisfies it. */
static void await_judge(struct book *b, const struct record *r, struct ifb_item *item)
{
    struct ifb_constraint one =
        ifb_constraint_unscored(b->arena, IFB_STR(JUDGE_ID), IFB_STR("needs a judge"));

    item->nconstraints = (size_t)r->level;
    item->constraints = ifb_new(b->arena, struct ifb_constraint, item->nconstraints);
    for (size_t i = 0; i < item->nconstraints; i++)
        item->constraints[i] = one;
    item->ladder = (struct ifb_strs){ b->ladder, (size_t)r->level + 1 };
}

static enum ifb_code make_item(struct book *b, const struct record *r, ifb_str instruction,
                               struct ifb_item *item, struct ifb_error *err)
{
    struct ifb_message *message = ifb_new(b->arena, struct ifb_message, 1);
    const char *category = ifb_followbench_categories[b->category];
    const struct rule *rule = rule_of(b, r);

    *message = (struct ifb_message){ .role = IFB_USER, .text = instruction };
    *item = (struct ifb_item){
        .id = ifb_fmt(b->arena, "%s-%lld-%lld", category, (long long)r->example_id,
                      (long long)r->level),
        .prompt = { message, 1 },
        .group = ifb_str_of(category),
        .level = (uint16_t)r->level,
    };
    if (r->target.len)
        item->reference = ifb_str_copy(b->arena, r->target);
    if (!rule) {
        await_judge(b, r, item);
        return IFB_OK;
    }
    item->constraints = ifb_new(b->arena, struct ifb_constraint, 1);
    item->nconstraints = 1;
    return load_rule(b, rule, r, item->constraints, err);
}

/* Takes a record; *made is false when it is one of level 0, which is never asked. */
static enum ifb_code take_record(struct book *b, struct ifb_item *item, bool *made,
                                 struct ifb_error *err)
{
    struct record r = { 0 };
    enum ifb_code code = read_record(b->row, &r, err);
    ifb_str instruction;

    if (!code)
        code = place_record(b, &r, err);
    if (code)
        return code;
    instruction = ifb_str_copy(b->arena, r.instruction);
    if (b->ladder)
        b->ladder[r.level] = instruction;
    *made = r.level > 0;
    if (*made)
        code = make_item(b, &r, instruction, item, err);
    b->items += !code && *made;
    return code;
}

static enum ifb_code next_item(void *state, struct ifb_item *item, bool *more,
                               struct ifb_error *err)
{
    struct book *b = state;
    enum ifb_code code;

    for (*more = false; !*more;) {
        if (!b->row && b->level != LEVELS)
            return ifb_fail(err, IFB_EINPUT, "%s: the last group ends at level %lld, wanted %d",
                            b->path, (long long)b->level, LEVELS);
        if (!b->row && b->next_path == b->npaths)
            return b->items ? IFB_OK : ifb_fail(err, IFB_EINPUT, "%s: no records", b->path);
        if (!b->row) {
            code = open_page(b, err);
            if (code)
                return code;
            continue;
        }
        code = take_record(b, item, more, err);
        if (code) {
            ifb_within(err, "%s:%u", b->path, b->row->line);
            return code;
        }
        b->row = b->row->next;
    }
    return IFB_OK;
}

#define CITE                                                                               \
    "Jiang et al. 2024, FollowBench: A Multi-level Fine-grained Constraints Following "    \
    "Benchmark for Large Language Models, arXiv:2310.20410"

static const char *const files_en[] = {
    "followbench/content_constraints.json", "followbench/situation_constraints.json",
    "followbench/style_constraints.json",   "followbench/format_constraints.json",
    "followbench/mixed_constraints.json",   "followbench/example_constraints.json", NULL
};

static const char *const files_zh[] = {
    "followbench/zh/content_constraints.json", "followbench/zh/situation_constraints.json",
    "followbench/zh/style_constraints.json",   "followbench/zh/format_constraints.json",
    "followbench/zh/mixed_constraints.json",   "followbench/zh/example_constraints.json", NULL
};

/* Upstream stops with a KeyError where an answer is missing. */
const struct ifb_suite ifb_suite_followbench = {
    .id = "followbench",
    .doc = "FollowBench: constraints that add up level by level; a judge scores what no rule does",
    .cite = CITE,
    .pack = "followbench",
    .files = files_en,
    .missing = IFB_MISSING_FAIL,
    .first_answer = true,
    .preset = { .temperature = 0, .top_p = -1, .max_tokens = 2048, .seed = -1 },
    .metrics = ifb_followbench_metrics,
    .open = open_en,
    .next = next_item,
    .close = close_book,
};

const struct ifb_suite ifb_suite_followbench_zh = {
    .id = "followbench-zh",
    .doc = "FollowBench in Chinese; a judge scores what no rule does",
    .cite = CITE,
    .pack = "followbench-zh",
    .files = files_zh,
    .missing = IFB_MISSING_FAIL,
    .first_answer = true,
    .preset = { .temperature = 0, .top_p = -1, .max_tokens = 2048, .seed = -1 },
    .metrics = ifb_followbench_metrics,
    .open = open_zh,
    .next = next_item,
    .close = close_book,
};
