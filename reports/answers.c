/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as the official tools of judged suites keep them: model_outputs.json of
 * AlpacaEval, model_answer lines of MT-Bench and Arena-Hard. A folder a suite, a file
 * a model. What is not answered is left out. An item stands there once, by its first
 * epoch, also where its turns or pairs were judged one by one.
 */
#include <ifbench/report.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/seen.h"
#include "harness/base/sha256.h"
#include "harness/base/str.h"
#include "reports/lm_eval.h"

#define RECORD_MAX ((size_t)1 << 30)

/* A walk over the samples, and the file under way. */
struct walk {
    struct ifb_samples *samples;
    struct ifb_sample s;
    bool more;
    struct ifb_arena *arena, *scratch;
    ifb_str model;     /* as the file calls it */
    double started;    /* the run, in seconds since 1970 */
    struct ifb_buf record;
    struct ifb_seen seen;  /* items of the file */
};

/* ---- records ---- */

/* The first message of the user's, which is all that one-turn suites ask. */
static ifb_str question_of(const struct ifb_sample *s)
{
    for (size_t i = 0; i < s->prompt.n; i++)
        if (s->prompt.at[i].role == IFB_USER)
            return s->prompt.at[i].text;
    return IFB_STR("");
}

/* Ids that are numbers in the official file are numbers here. */
static void put_id(struct ifb_jw *w, const char *key, ifb_str id)
{
    bool number = id.len && id.len < 16 && (id.ptr[0] != '0' || id.len == 1);

    for (size_t i = 0; i < id.len && number; i++)
        number = id.ptr[i] >= '0' && id.ptr[i] <= '9';
    if (number)
        ifb_jw_raw(w, key, id);
    else
        ifb_jw_str(w, key, id);
}

/* Instead of a random one: the same answer has the same id. */
static void put_answer_id(struct ifb_jw *w, const char *key, const struct walk *k)
{
    char hex[IFB_SHA256_HEX];

    ifb_sha256_of(ifb_fmt(k->scratch, "%.*s\n%.*s\n%.*s", IFB_ARG(k->model), IFB_ARG(k->s.item),
                          IFB_ARG(k->s.answer)), hex);
    ifb_jw_str(w, key, (ifb_str){ hex, 22 });
}

static void put_alpacaeval(struct ifb_jw *w, const struct walk *k)
{
    ifb_jw_str(w, "dataset", k->s.group);
    ifb_jw_str(w, "instruction", question_of(&k->s));
    ifb_jw_str(w, "output", k->s.answer);
    ifb_jw_str(w, "generator", k->model);
}

/* FastChat's line; Arena-Hard 0.1 has an object in place of each text. */
static void put_choice(struct ifb_jw *w, const struct walk *k, bool objects)
{
    put_id(w, "question_id", k->s.item);
    put_answer_id(w, "answer_id", k);
    ifb_jw_str(w, "model_id", k->model);
    ifb_jw_array(w, "choices");
    ifb_jw_object(w, NULL);
    ifb_jw_int(w, "index", 0);
    ifb_jw_array(w, "turns");
    for (size_t i = 0; i < k->s.nturns; i++) {
        if (objects)
            ifb_jw_object(w, NULL);
        ifb_jw_str(w, objects ? "content" : NULL, k->s.turns[i].text);
        if (objects)
            ifb_jw_end(w);
    }
    for (int i = 0; i < 3; i++)
        ifb_jw_end(w);
    ifb_jw_real(w, "tstamp", k->started);
}

static void put_mtbench(struct ifb_jw *w, const struct walk *k)
{
    put_choice(w, k, false);
}

static void put_arenahard(struct ifb_jw *w, const struct walk *k)
{
    put_choice(w, k, true);
}

static void put_arenahard_v2(struct ifb_jw *w, const struct walk *k)
{
    ifb_jw_str(w, "uid", k->s.item);
    put_answer_id(w, "ans_id", k);
    ifb_jw_str(w, "model", k->model);
    ifb_jw_array(w, "messages");
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "role", "user");
    ifb_jw_str(w, "content", question_of(&k->s));
    ifb_jw_end(w);
    ifb_jw_object(w, NULL);
    ifb_jw_cstr(w, "role", "assistant");
    ifb_jw_object(w, "content");
    ifb_jw_str(w, "answer", k->s.answer);
    for (int i = 0; i < 3; i++)
        ifb_jw_end(w);
    ifb_jw_real(w, "tstamp", k->started);
}

static const struct form {
    const char *suite, *ending;
    bool array;
    void (*put)(struct ifb_jw *w, const struct walk *k);
} forms[] = {
    { "alpacaeval", ".model_outputs.json", true, put_alpacaeval },
    { "alpacaeval1", ".model_outputs.json", true, put_alpacaeval },
    { "mtbench", ".jsonl", false, put_mtbench },
    { "arenahard", ".jsonl", false, put_arenahard },
    { "arenahard-v2", ".jsonl", false, put_arenahard_v2 },
};

static const struct form *form_of(ifb_str suite)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (ifb_str_is(suite, forms[i].suite))
            return &forms[i];
    return NULL;
}

/* ---- files ---- */

static enum ifb_code step(struct walk *k, struct ifb_error *err)
{
    return k->samples->next(k->samples->self, &k->s, &k->more, err);
}

static bool is_of(const struct ifb_sample *s, const struct ifb_cell_summary *cell)
{
    return ifb_str_eq(s->suite, cell->suite) && ifb_str_eq(s->model, cell->model);
}

static bool is_again(struct walk *k)
{
    if (ifb_seen_find(&k->seen, k->s.item))
        return true;
    ifb_seen_add(&k->seen, k->arena, ifb_str_copy(k->arena, k->s.item), 1);
    return false;
}

static enum ifb_code write_record(struct walk *k, const struct form *form, bool first,
                                  const struct ifb_sink *sink, struct ifb_error *err)
{
    struct ifb_jw w;

    ifb_buf_clear(&k->record);
    ifb_arena_reset(k->scratch);
    if (form->array)
        ifb_buf_str(&k->record, first ? IFB_STR("[\n") : IFB_STR(",\n"));
    ifb_jw_open(&w, &k->record);
    ifb_jw_object(&w, NULL);
    form->put(&w, k);
    ifb_jw_end(&w);
    if (!form->array)
        ifb_buf_char(&k->record, '\n');
    if (k->record.full)
        return ifb_fail(err, IFB_ELIMIT, "sample %.*s: its record would be larger than 1 GiB",
                        IFB_ARG(k->s.id));
    sink->append(sink->self, k->record.ptr, k->record.len);
    return IFB_OK;
}

static enum ifb_code write_file(struct walk *k, const struct form *form,
                                const struct ifb_cell_summary *cell,
                                const struct ifb_folder *folder, struct ifb_error *err)
{
    ifb_str name = ifb_fmt(k->arena, "%.*s%s", IFB_ARG(ifb_lm_sanitized(k->arena, k->model)),
                           form->ending);
    struct ifb_sink sink;
    bool first = true;
    enum ifb_code code;

    k->seen = (struct ifb_seen){ 0 };
    code = folder->begin(folder->self, ifb_str_of(form->suite), name, &sink, err);

    for (; !code && k->more && is_of(&k->s, cell); code = step(k, err)) {
        if (k->s.epoch || !k->s.answered || is_again(k))
            continue;
        code = write_record(k, form, first, &sink, err);
        if (code)
            return code;
        first = false;
    }
    if (code)
        return code;
    if (form->array)
        sink.append(sink.self, first ? "[\n]\n" : "\n]\n", first ? 4 : 3);
    return folder->end(folder->self, err);
}

/* The model's own name; its spec where a variant before it, of the same suite, has that name. */
static ifb_str name_of(const struct ifb_summary *s, const struct ifb_cell_setup *setups, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (ifb_str_eq(s->cells[k].suite, s->cells[i].suite) &&
            ifb_str_eq(setups[k].name, setups[i].name))
            return s->cells[i].model;
    return setups[i].name.len ? setups[i].name : s->cells[i].model;
}

static enum ifb_code write_cells(const struct ifb_summary *s, const struct ifb_cell_setup *setups,
                                 struct walk *k, const struct ifb_folder *folder,
                                 struct ifb_error *err)
{
    enum ifb_code code = step(k, err);

    for (size_t i = 0; i < s->ncells && !code; i++) {
        const struct form *form = form_of(s->cells[i].suite);

        k->model = name_of(s, setups, i);
        if (form && !setups[i].judged && k->more && is_of(&k->s, &s->cells[i]))
            code = write_file(k, form, &s->cells[i], folder, err);
        while (!code && k->more && is_of(&k->s, &s->cells[i]))
            code = step(k, err);
    }
    return code;
}

static enum ifb_code write_answers(const struct ifb_summary *s,
                                   const struct ifb_cell_setup *setups,
                                   struct ifb_samples *samples, const struct ifb_folder *folder,
                                   struct ifb_error *err)
{
    struct walk k = { .samples = samples, .more = true, .arena = ifb_arena_new(),
                      .scratch = ifb_arena_new() };
    char date[IFB_LM_DATE_SIZE];
    int64_t wall_ms = 0;
    enum ifb_code code;

    if (ifb_lm_date(s->started, date, &wall_ms))
        k.started = (double)wall_ms / 1000;
    ifb_buf_init(&k.record, RECORD_MAX);
    samples->rewind(samples->self);
    code = write_cells(s, setups, &k, folder, err);
    ifb_buf_close(&k.record);
    ifb_arena_close(k.arena);
    ifb_arena_close(k.scratch);
    return code;
}

const struct ifb_report ifb_report_answers = {
    .id = "answers", .write_files = write_answers,
    .doc = "answers of judged suites as their official tools read them",
};
