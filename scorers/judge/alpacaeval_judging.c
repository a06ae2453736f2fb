/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How AlpacaEval's answers are put before a judge: each beside the baseline's, in
 * the one order that its instruction decides; and annotations as the official tool
 * writes them.
 */
#include "scorers/judge/judgings.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "scorers/judge/alpacaeval.h"
#include "scorers/judge/judge.h"

#define RECORD_MAX ((size_t)256 << 20)
#define ORDERS 2

enum parser { BY_LOGPROB, BY_BINARY, BY_RANKING, BY_SCORES, BY_REGEX, BY_JSON };
static const char *const parsers[] = { "logprob", "binary", "ranking", "scores", "regex", "json",
                                       NULL };
static const struct ifb_judge *const protocols[] = {
    &ifb_judge_alpacaeval,        &ifb_judge_alpacaeval_binary, &ifb_judge_alpacaeval_ranking,
    &ifb_judge_alpacaeval_scores, &ifb_judge_alpacaeval_regex,  &ifb_judge_alpacaeval_json
};

struct options {
    int64_t parser;
    ifb_str first, second, key;
    bool both_orders;
};

struct state {
    const struct options *o;
    struct ifb_strs marks;
};

static enum ifb_code check_patterns(const struct options *o, struct ifb_error *err)
{
    double unused;
    bool ok;

    if (!o->first.len || !o->second.len)
        return ifb_fail(err, IFB_EUSAGE, "--judge-parser regex wants --judge-first and "
                        "--judge-second");
    if (ifb_alpaca_regex(IFB_STR(""), o->first, o->second, 1, &unused, &ok, err))
        return ifb_within(err, "--judge-first or --judge-second");
    return IFB_OK;
}

static enum ifb_code open_judging(const void *options, const struct ifb_judged_lent *lent,
                                  void **out, struct ifb_error *err)
{
    struct state *s = ifb_new(lent->arena, struct state, 1);
    ifb_str *marks = ifb_new(lent->arena, ifb_str, 2);
    const struct options *o = options;

    s->o = o;
    *out = s;
    if (o->parser == BY_REGEX && check_patterns(o, err))
        return err->code;
    if (o->parser == BY_JSON && !o->key.len)
        return ifb_fail(err, IFB_EUSAGE, "--judge-parser json wants --judge-key");
    marks[0] = o->parser == BY_JSON ? o->key : o->first;
    marks[1] = o->second;
    s->marks = (struct ifb_strs){ marks, o->parser == BY_JSON    ? 1
                                         : o->parser == BY_REGEX ? 2
                                                                 : 0 };
    return IFB_OK;
}

static enum ifb_versus versus(const void *state)
{
    (void)state;
    return IFB_VERSUS_BASELINE;
}

/* ---- tasks ---- */

static ifb_str instruction_of(const struct ifb_item *item)
{
    ifb_str instruction = ifb_judging_asked(item, 0);

    return instruction.ptr ? instruction : IFB_STR("");
}

static size_t count(const void *state, const struct ifb_item *item)
{
    (void)item;
    return ((const struct state *)state)->o->both_orders ? ORDERS : 1;
}

static struct ifb_judge_shape shape(const void *state, const struct ifb_item *item, size_t task)
{
    (void)state;
    (void)item;
    (void)task;
    return (struct ifb_judge_shape){ 1, 1 };
}

/* The official order first, then the other one. */
static bool shows_model_first(const struct ifb_item *item, size_t task)
{
    struct ifb_arena *scratch = ifb_arena_new();
    bool first = ifb_alpaca_switched(scratch, "is_switched_outputs", instruction_of(item), "0");

    ifb_arena_close(scratch);
    return first != (task == 1);
}

/* What nobody answered is empty, and has no preference. */
static ifb_str output_of(const struct ifb_judging_side *side)
{
    return side->answers.n ? side->answers.at[0] : IFB_STR("");
}

static enum ifb_code make_task(const void *state, const struct ifb_judging_match *m, size_t task,
                               struct ifb_arena *arena, struct ifb_judge_task *out,
                               struct ifb_error *err)
{
    const struct state *s = state;
    ifb_str *question = ifb_new(arena, ifb_str, 1);
    bool first = shows_model_first(m->item, task);

    (void)err;
    *question = instruction_of(m->item);
    *out = (struct ifb_judge_task){
        .protocol = protocols[s->o->parser],
        .label = first ? IFB_STR("model first") : IFB_STR("baseline first"),
        .context = { .category = m->item->group, .turn = 1, .game = first ? 2 : 1,
                     .questions = { question, 1 }, .marks = s->marks,
                     .answers = { m->sides[0].answers, m->sides[1].answers } },
        .said = { .how = IFB_READ, .rating = 1.5, .label = IFB_NO_DIFFERENCE },
    };
    out->decided = ifb_str_eq(output_of(&m->sides[0]), output_of(&m->sides[1]));
    return IFB_OK;
}

/* ---- annotations ---- */

/* From the order shown to 1: the baseline is better, 2: the model is; NaN: not read. */
static double preference_of(const struct ifb_judge_outcome *o)
{
    double shown = o->said.rating;

    return o->task->context.game == 2 ? 3 - shown : shown;
}

/* The official tool keeps ten decimals. */
static double rounded(double v)
{
    return round(v * 1e10) / 1e10;
}

static void write_top(struct ifb_jw *w, const char *key, const struct ifb_response *r)
{
    ifb_jw_array(w, key);
    for (size_t i = 0; i < r->ntop; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_str(w, "token", r->top[i].token);
        ifb_jw_real(w, "logprob", r->top[i].logprob);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

/* As a choice of a chat completion, as far as it is known. */
static void write_completion(struct ifb_jw *w, const struct ifb_response *r)
{
    ifb_jw_object(w, "raw_completion");
    ifb_jw_cstr(w, "finish_reason", ifb_finish_name(r->finish));
    ifb_jw_int(w, "index", 0);
    ifb_jw_object(w, "logprobs");
    ifb_jw_array(w, "content");
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "token", r->text);
    write_top(w, "top_logprobs", r);
    ifb_jw_end(w);
    ifb_jw_end(w);
    ifb_jw_end(w);
    ifb_jw_object(w, "message");
    ifb_jw_str(w, "content", r->text);
    ifb_jw_cstr(w, "role", "assistant");
    ifb_jw_end(w);
    ifb_jw_str(w, "text", r->text);
    ifb_jw_end(w);
}

static void write_reply(struct ifb_jw *w, const struct ifb_judge_outcome *o)
{
    if (!o->nreplies)
        ifb_jw_null(w, "raw_completion");
    else if (o->replies[0].ntop)
        write_completion(w, &o->replies[0]);
    else
        ifb_jw_str(w, "raw_completion", o->replies[0].text);
}

/* Of both orders the mean of those that were read. */
static double mean_preference(const struct ifb_judge_outcome *outcomes, size_t n)
{
    double sum = 0;
    size_t read = 0;

    for (size_t i = 0; i < n; i++) {
        double p = preference_of(&outcomes[i]);

        if (isnan(p))
            continue;
        sum += p;
        read++;
    }
    return read ? sum / (double)read : (double)NAN;
}

/* The preference when the baseline was shown first, then when the model was. */
static void write_orders(struct ifb_jw *w, const struct ifb_judge_outcome outcomes[ORDERS])
{
    bool swap = outcomes[0].task->context.game == 2;

    ifb_jw_array(w, "preference_by_order");
    for (size_t i = 0; i < ORDERS; i++)
        ifb_jw_real(w, NULL, rounded(preference_of(&outcomes[swap ? 1 - i : i])));
    ifb_jw_end(w);
}

static void write_annotation(struct ifb_jw *w, const struct ifb_judging_match *m,
                             const struct ifb_judge_outcome *outcomes, size_t n)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "instruction", instruction_of(m->item));
    ifb_jw_str(w, "output_1", output_of(&m->sides[1]));
    ifb_jw_str(w, "generator_1", m->sides[1].model);
    ifb_jw_str(w, "dataset", m->item->group);
    ifb_jw_str(w, "output_2", output_of(&m->sides[0]));
    ifb_jw_str(w, "generator_2", m->sides[0].model);
    ifb_jw_str(w, "annotator", outcomes[0].judge);
    ifb_jw_real(w, "preference", rounded(mean_preference(outcomes, n)));
    ifb_jw_null(w, "price_per_example");
    ifb_jw_null(w, "time_per_example");
    write_reply(w, &outcomes[0]);
    if (n == ORDERS)
        write_orders(w, outcomes);
    ifb_jw_end(w);
}

static enum ifb_code record(const void *state, const struct ifb_judging_match *m,
                            const struct ifb_judge_outcome *outcomes, size_t n,
                            const struct ifb_judging_sink *sink, struct ifb_error *err)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    enum ifb_code code = IFB_OK;

    (void)state;
    ifb_buf_init(&buf, RECORD_MAX);
    ifb_jw_open(&w, &buf);
    write_annotation(&w, m, outcomes, n);
    if (buf.full)
        code = ifb_fail(err, IFB_ELIMIT, "an annotation is larger than %zu MiB", RECORD_MAX >> 20);
    else
        sink->put(sink->self, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return code;
}

/* ---- model_outputs.json ---- */

static enum ifb_code read_answers(const struct ifb_judged_file *file, struct ifb_arena *scratch,
                                  const struct ifb_judging_answers *to, struct ifb_error *err)
{
    const struct ifb_json *all;
    enum ifb_code code = ifb_json_parse(scratch, file->bytes, IFB_JSON_PYTHON, 1, &all, err);

    if (code)
        return ifb_within(err, "%.*s", IFB_ARG(file->name));
    if (all->kind != IFB_JARRAY)
        return ifb_fail(err, IFB_EINPUT, "%.*s: line 1: found %s, wanted an array of outputs",
                        IFB_ARG(file->name), ifb_json_kind_name(all->kind));
    for (const struct ifb_json *row = all->first; row; row = row->next) {
        ifb_str instruction = ifb_json_str(row, "instruction");
        ifb_str output = ifb_json_str(row, "output");

        if (!instruction.ptr || !output.ptr)
            return ifb_fail(err, IFB_EINPUT, "%.*s: line %u: an output wants \"instruction\" and "
                            "\"output\", strings", IFB_ARG(file->name), row->line);
        to->put(to->self, ifb_json_str(row, "generator"), instruction,
                (struct ifb_strs){ &output, 1 });
    }
    return IFB_OK;
}

static const struct ifb_field fields[] = {
    IFB_FIELD(struct options, parser, "judge_parser", .kind = IFB_CHOICE, .choices = parsers,
              .doc = "what the judge is asked for and how that is read"),
    IFB_FIELD(struct options, first, "judge_first", .kind = IFB_STRING,
              .doc = "of regex: the pattern that says the output shown first is better"),
    IFB_FIELD(struct options, second, "judge_second", .kind = IFB_STRING,
              .doc = "of regex: the pattern that says the second is"),
    IFB_FIELD(struct options, key, "judge_key", .kind = IFB_STRING,
              .doc = "of json: the member that holds 1 or 2"),
    IFB_FIELD(struct options, both_orders, "both_orders", .kind = IFB_BOOL,
              .doc = "judge each pair in both orders; the preference is their mean"),
    { 0 }
};

static const struct options defaults_one = { .parser = BY_RANKING };
static const char *const baseline_two[] = { "alpacaeval/gpt4_1106_preview.model_outputs.json",
                                            NULL };
static const char *const baseline_one[] = { "alpacaeval/text_davinci_003.model_outputs.json",
                                            NULL };

const struct ifb_judging ifb_judging_alpacaeval = {
    .id = "alpacaeval", .doc = "each answer against gpt4_1106_preview's, by probabilities",
    .judged = "alpacaeval", .file = "annotations.json", .array = true, .apart = true,
    .fields = fields, .options_size = sizeof(struct options), .open = open_judging,
    .versus = versus, .count = count, .shape = shape, .task = make_task, .record = record,
    .baseline = baseline_two, .answers = read_answers, .key = instruction_of,
};

const struct ifb_judging ifb_judging_alpacaeval1 = {
    .id = "alpacaeval1", .doc = "each answer against text_davinci_003's, by ranking",
    .judged = "alpacaeval1", .file = "annotations.json", .array = true, .apart = true,
    .fields = fields, .options_size = sizeof(struct options), .defaults = &defaults_one,
    .open = open_judging, .versus = versus, .count = count, .shape = shape, .task = make_task,
    .record = record, .baseline = baseline_one, .answers = read_answers, .key = instruction_of,
};
