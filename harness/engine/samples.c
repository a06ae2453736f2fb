/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/samples.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"

struct ifb_sample_reader {
    char *path;
    struct ifb_lines *lines;
    const struct ifb_journal *journal;
    const struct ifb_think *think;
    struct ifb_arena *arena;  /* of the current sample */
};

static enum ifb_outcome outcome_named(ifb_str name)
{
    for (int i = IFB_UNSCORED; i <= IFB_ERROR; i++)
        if (ifb_str_is(name, ifb_outcome_name((enum ifb_outcome)i)))
            return (enum ifb_outcome)i;
    return IFB_UNSCORED;
}

static void read_spans(const struct ifb_json *array, struct ifb_arena *arena, ifb_verdict *out)
{
    size_t n = array ? array->n / 2 : 0, i = 0;
    struct ifb_span *at = ifb_new(arena, struct ifb_span, n);

    for (const struct ifb_json *m = array ? array->first : NULL; m && m->next && i < n;
         m = m->next->next, i++)
        at[i] = (struct ifb_span){ (uint32_t)m->integer, (uint32_t)m->next->integer };
    out->at = at;
    out->nat = (uint16_t)(i < IFB_SPANS_MAX ? i : IFB_SPANS_MAX);
}

static ifb_str compact_json(const struct ifb_json *value, struct ifb_arena *arena)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    ifb_str copy;

    if (!value)
        return IFB_STR("{}");
    ifb_buf_init(&buf, IFB_LINE_MAX);
    ifb_jw_open(&w, &buf);
    ifb_jw_value(&w, NULL, value);
    copy = ifb_str_copy(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return copy;
}

static struct ifb_sample_check read_check(const struct ifb_json *v, struct ifb_arena *arena)
{
    struct ifb_sample_check c = {
        .id = ifb_json_str(v, "id"),
        .args_json = compact_json(ifb_json_get(v, "args"), arena),
        .turn = (uint16_t)ifb_json_int(v, "turn", 0),
    };

    c.strict.outcome = outcome_named(ifb_json_str(v, "strict"));
    c.loose.outcome = outcome_named(ifb_json_str(v, "loose"));
    c.strict.why = ifb_json_str(v, "why");
    c.loose.why = ifb_json_get(v, "loose_why") ? ifb_json_str(v, "loose_why") : c.strict.why;
    c.negated = ifb_json_get(v, "negated") && ifb_json_get(v, "negated")->truth;
    read_spans(ifb_json_get(v, "at"), arena, &c.strict);
    return c;
}

static void read_checks(const struct ifb_json *array, struct ifb_arena *arena,
                        struct ifb_sample *out)
{
    size_t n = array ? array->n : 0, i = 0;
    struct ifb_sample_check *at = ifb_new(arena, struct ifb_sample_check, n);

    for (const struct ifb_json *m = array ? array->first : NULL; m; m = m->next)
        at[i++] = read_check(m, arena);
    out->checks = at;
    out->nchecks = n;
}

/* What was judged of one answer, as score.c takes it apart. */
static struct ifb_turn said_in(const struct ifb_sample_reader *r,
                               const struct ifb_call_record *record)
{
    ifb_str text = record->response.text.ptr ? record->response.text : IFB_STR("");
    struct ifb_turn said = { .answered = record->answered };

    if (!record->answered)
        return said;
    said.text = ifb_utf8_repair(r->arena, text);
    said.reasoning = record->response.reasoning;
    if (r->think) {
        struct ifb_thought t = ifb_think_split(r->think, said.text);

        said.text = t.answer;
        if (t.removed || t.incomplete)
            said.reasoning = t.reasoning;
    }
    return said;
}

/* The last call that the journal knows tells what was sent before it. */
static void take_last(const struct ifb_call_record *record, const struct ifb_turn *said,
                      struct ifb_sample *out)
{
    out->prompt = record->messages;
    out->item = record->item;
    out->latency_ms = record->latency_ms;
    if (!record->answered) {
        out->error = record->error;
        return;
    }
    out->answer = said->text;
    out->reasoning = said->reasoning;
    out->finish = record->response.finish;
    out->tokens_in = record->response.tokens_in;
    out->tokens_out = record->response.tokens_out;
}

static enum ifb_code read_records(struct ifb_sample_reader *r, uint32_t first, uint32_t turns,
                                  struct ifb_sample *out, struct ifb_error *err)
{
    struct ifb_turn *said;
    uint32_t n = 0;

    out->item = out->id;
    out->tokens_in = out->tokens_out = out->latency_ms = -1;
    while (n < turns && ifb_journal_state(r->journal, first + n) != IFB_CALL_PENDING)
        n++;
    said = ifb_new(r->arena, struct ifb_turn, n);
    for (uint32_t i = 0; i < n; i++) {
        struct ifb_call_record record;
        enum ifb_code code = ifb_journal_read(r->journal, first + i, r->arena, &record, err);

        if (code)
            return code;
        said[i] = said_in(r, &record);
        if (i + 1 == n)
            take_last(&record, &said[i], out);
    }
    out->turns = said;
    out->nturns = n;
    return IFB_OK;
}

static enum ifb_code next_sample(void *self, struct ifb_sample *out, bool *more,
                                 struct ifb_error *err)
{
    struct ifb_sample_reader *r = self;
    const struct ifb_json *v;
    ifb_str line;
    enum ifb_code code = ifb_lines_next(r->lines, &line, more, err);

    if (code || !*more)
        return code;
    ifb_arena_reset(r->arena);
    line = ifb_utf8_repair(r->arena, ifb_str_copy(r->arena, line));
    code = ifb_json_parse(r->arena, line, IFB_JSON_DUPLICATES, ifb_lines_number(r->lines), &v, err);
    if (code)
        return ifb_within(err, "%s", r->path);
    *out = (struct ifb_sample){
        .suite = ifb_json_str(v, "suite"), .model = ifb_json_str(v, "model"),
        .id = ifb_json_str(v, "item"), .group = ifb_json_str(v, "group"),
        .epoch = (uint32_t)ifb_json_int(v, "epoch", 0),
        .outcome = outcome_named(ifb_json_str(v, "outcome")),
    };
    out->answered = ifb_json_get(v, "answered") && ifb_json_get(v, "answered")->truth;
    read_checks(ifb_json_get(v, "checks"), r->arena, out);
    return read_records(r, (uint32_t)ifb_json_int(v, "call", 0),
                        (uint32_t)ifb_json_int(v, "turns", 1), out, err);
}

static void rewind_samples(void *self)
{
    struct ifb_sample_reader *r = self;
    struct ifb_lines *again;

    if (ifb_lines_open(r->path, &again, NULL))
        return; /* the old ones stay at their end: no sample follows */
    ifb_lines_close(r->lines);
    r->lines = again;
}

enum ifb_code ifb_samples_open(const char *run, const struct ifb_journal *journal,
                               const struct ifb_think *think, size_t n,
                               struct ifb_sample_reader **reader, struct ifb_samples *out,
                               struct ifb_error *err)
{
    struct ifb_sample_reader *r = calloc(1, sizeof(*r));
    enum ifb_code code;

    if (!r)
        ifb_out_of_memory();
    r->arena = ifb_arena_new();
    r->path = strdup(ifb_path_join(r->arena, run, "verdicts.jsonl"));
    if (!r->path)
        ifb_out_of_memory();
    r->journal = journal;
    r->think = think;
    code = ifb_lines_open(r->path, &r->lines, err);
    if (code) {
        ifb_samples_close(r);
        return code;
    }
    *reader = r;
    *out = (struct ifb_samples){ .self = r, .next = next_sample, .rewind = rewind_samples, .n = n };
    return IFB_OK;
}

void ifb_samples_close(struct ifb_sample_reader *r)
{
    if (!r)
        return;
    ifb_lines_close(r->lines);
    ifb_arena_close(r->arena);
    free(r->path);
    free(r);
}
