/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval_results_strict.jsonl and eval_results_loose.jsonl as google-research's
 * evaluation_main.write_outputs makes them, for tools that read those. A
 * constraint in error counts as not followed. A sample that is unscored is left
 * out: upstream has no word for it. `prompt` is the last user message.
 */
#include <ifbench/report.h>

#include "harness/base/error.h"
#include "harness/base/json.h"

#define LINE_MAX_BYTES ((size_t)1 << 30)

static ifb_str last_question(const struct ifb_sample *s)
{
    for (size_t i = s->prompt.n; i > 0; i--)
        if (s->prompt.at[i - 1].role == IFB_USER)
            return s->prompt.at[i - 1].text;
    return (ifb_str){ "", 0 };
}

static bool followed(const struct ifb_sample_check *c, bool loose)
{
    return (loose ? c->loose : c->strict).outcome == IFB_PASS;
}

static void put_line(struct ifb_buf *out, const struct ifb_sample *s, bool loose)
{
    bool all = true;
    struct ifb_jw w;

    ifb_jw_open(&w, out);
    ifb_jw_object(&w, NULL);
    /* Upstream walks dir(OutputExample): the members are in alphabetical order. */
    for (size_t i = 0; i < s->nchecks; i++)
        all = all && followed(&s->checks[i], loose);
    ifb_jw_bool(&w, "follow_all_instructions", all);
    ifb_jw_array(&w, "follow_instruction_list");
    for (size_t i = 0; i < s->nchecks; i++)
        ifb_jw_bool(&w, NULL, followed(&s->checks[i], loose));
    ifb_jw_end(&w);
    ifb_jw_array(&w, "instruction_id_list");
    for (size_t i = 0; i < s->nchecks; i++)
        ifb_jw_str(&w, NULL, s->checks[i].id);
    ifb_jw_end(&w);
    ifb_jw_str(&w, "prompt", last_question(s));
    ifb_jw_str(&w, "response", s->answer.ptr ? s->answer : (ifb_str){ "", 0 });
    ifb_jw_end(&w);
    ifb_buf_char(out, '\n');
}

static enum ifb_code write_results(struct ifb_samples *samples, const struct ifb_sink *sink,
                                   bool loose, struct ifb_error *err)
{
    struct ifb_sample s;
    struct ifb_buf line;
    enum ifb_code code;
    bool more = true;

    ifb_buf_init(&line, LINE_MAX_BYTES);
    samples->rewind(samples->self);
    while ((code = samples->next(samples->self, &s, &more, err)) == IFB_OK && more) {
        if (s.outcome == IFB_UNSCORED)
            continue;
        ifb_buf_clear(&line);
        put_line(&line, &s, loose);
        if (line.full) {
            code = ifb_fail(err, IFB_ELIMIT, "sample %.*s: its line would be larger than 1 GiB",
                            IFB_ARG(s.id));
            break;
        }
        if (!sink->append(sink->self, line.ptr, line.len))
            break;
    }
    ifb_buf_close(&line);
    return code;
}

static enum ifb_code write_strict(const struct ifb_summary *summary, struct ifb_samples *samples,
                                  const struct ifb_sink *sink, struct ifb_error *err)
{
    (void)summary;
    return write_results(samples, sink, false, err);
}

static enum ifb_code write_loose(const struct ifb_summary *summary, struct ifb_samples *samples,
                                 const struct ifb_sink *sink, struct ifb_error *err)
{
    (void)summary;
    return write_results(samples, sink, true, err);
}

const struct ifb_report ifb_report_eval_strict = {
    .id = "eval-strict", .file = "eval_results_strict.jsonl", .by_score = true,
    .write = write_strict,
    .doc = "strict results as IFEval's evaluation_main writes them; unscored samples left out",
};

const struct ifb_report ifb_report_eval_loose = {
    .id = "eval-loose", .file = "eval_results_loose.jsonl", .by_score = true,
    .write = write_loose,
    .doc = "loose results as IFEval's evaluation_main writes them; unscored samples left out",
};
