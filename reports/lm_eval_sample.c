/* SPDX-License-Identifier: Apache-2.0 */
/* A sample as lm-evaluation-harness logs it, to the byte: its hashes are of Python's JSON. */
#include "reports/lm_eval.h"

#include <stdio.h>

#include "harness/base/arena.h"
#include "harness/base/clock.h"
#include "harness/base/str.h"

#define DOC_MAX ((size_t)1 << 30)
#define NAME_MAX_BYTES ((size_t)150)
#define DEPTH_MAX 40  /* of arguments that are written as Python does; deeper ones compactly */

const char *const ifb_lm_metrics[IFB_LM_METRICS] = {
    "prompt_level_strict_acc", "inst_level_strict_acc",
    "prompt_level_loose_acc",  "inst_level_loose_acc",
};

/* The columns of google/IFEval: each row has all of them. */
static const char *const ifeval_kwargs[] = {
    "num_highlights",    "relation",     "num_words",         "num_placeholders",
    "prompt_to_repeat",  "num_bullets",  "section_spliter",   "num_sections",
    "capital_relation",  "capital_frequency", "keywords",     "num_paragraphs",
    "language",          "let_relation", "letter",            "let_frequency",
    "end_phrase",        "forbidden_words", "keyword",        "frequency",
    "num_sentences",     "postscript_marker", "first_word",   "nth_paragraph",
};

bool ifb_lm_date(ifb_str started, char out[IFB_LM_DATE_SIZE], int64_t *wall_ms)
{
    if (!ifb_iso_read(started, wall_ms))
        return false;
    /* Python's isoformat leaves a fraction of 0 off. */
    snprintf(out, IFB_LM_DATE_SIZE, *wall_ms % 1000 ? "%.23s000" : "%.19s", started.ptr);
    for (char *p = out; *p; p++)
        *p = *p == ':' ? '-' : *p;
    return true;
}

static bool is_unfit(unsigned char c)
{
    return c < 0x20 || c == 0x7f || strchr("\"<>:/|\\?*[]", c);
}

ifb_str ifb_lm_sanitized(struct ifb_arena *arena, ifb_str name)
{
    char *out = ifb_alloc_raw(arena, 2 * NAME_MAX_BYTES + 3);
    size_t n = 0, i = 0;

    if (!name.len || ifb_str_is(name, ".") || ifb_str_is(name, ".."))
        n = (size_t)snprintf(out, 3, "__");
    for (; i < name.len && n < NAME_MAX_BYTES; i++) {
        bool unfit = is_unfit((unsigned char)name.ptr[i]);

        if (unfit && i && is_unfit((unsigned char)name.ptr[i - 1]))
            continue;
        out[n++] = unfit ? '_' : name.ptr[i];
        if (unfit)
            out[n++] = '_';
    }
    /* No character may be cut in the middle. */
    for (; i < name.len && n && ((unsigned char)name.ptr[i] & 0xc0) == 0x80; i--)
        n--;
    return (ifb_str){ out, n };
}

const char *ifb_lm_key(struct ifb_arena *arena, ifb_str name)
{
    struct ifb_buf buf;
    ifb_str quoted;
    const char *key;

    ifb_buf_init(&buf, DOC_MAX);
    ifb_json_quote_python(&buf, name);
    quoted = ifb_buf_view(&buf);
    key = ifb_cstr(arena, buf.full ? IFB_STR("") : ifb_str_part(quoted, 1, quoted.len - 1));
    ifb_buf_close(&buf);
    return key;
}

static void put_real_or_null(struct ifb_jw *w, const char *key, double value)
{
    if (value >= 0)
        ifb_jw_real(w, key, value);
    else
        ifb_jw_null(w, key);
}

void ifb_lm_put_generation(struct ifb_jw *w, const char *key, const struct ifb_cell_setup *setup)
{
    const struct ifb_sampling *s = &setup->sampling;

    ifb_jw_object(w, key);
    ifb_jw_array(w, "until");
    for (size_t i = 0; i < setup->stop_at.n; i++)
        ifb_jw_str(w, NULL, setup->stop_at.at[i]);
    ifb_jw_end(w);
    if (s->temperature >= 0)
        ifb_jw_bool(w, "do_sample", s->temperature > 0);
    else
        ifb_jw_null(w, "do_sample");
    put_real_or_null(w, "temperature", s->temperature);
    if (s->max_tokens >= 0)
        ifb_jw_int(w, "max_gen_toks", s->max_tokens);
    else
        ifb_jw_null(w, "max_gen_toks");
    if (s->top_p >= 0)
        ifb_jw_real(w, "top_p", s->top_p);
    if (s->seed >= 0)
        ifb_jw_int(w, "seed", s->seed);
    ifb_jw_end(w);
}

static void put_value(struct ifb_jw *w, const char *key, const struct ifb_json *v, int depth,
                      struct ifb_arena *arena)
{
    if (depth > DEPTH_MAX) {
        ifb_jw_value(w, key, v);
        return;
    }
    switch (v->kind) {
    case IFB_JNULL: ifb_jw_null(w, key); break;
    case IFB_JBOOL: ifb_jw_bool(w, key, v->truth); break;
    case IFB_JNUMBER: ifb_jw_raw(w, key, v->string); break;
    case IFB_JSTRING: ifb_jw_str(w, key, v->string); break;
    case IFB_JARRAY:
    case IFB_JOBJECT:
        v->kind == IFB_JARRAY ? ifb_jw_array(w, key) : ifb_jw_object(w, key);
        for (const struct ifb_json *m = v->first; m; m = m->next)
            put_value(w, v->kind == IFB_JARRAY ? NULL : ifb_lm_key(arena, m->key), m, depth + 1,
                      arena);
        ifb_jw_end(w);
        break;
    }
}

/* ---- the row of the data set ---- */

static bool is_column(ifb_str key)
{
    for (size_t i = 0; i < sizeof(ifeval_kwargs) / sizeof(ifeval_kwargs[0]); i++)
        if (ifb_str_is(key, ifeval_kwargs[i]))
            return true;
    return false;
}

/* IFEval's with every column, null where unused; others as they stand in the suite. */
static void put_args(struct ifb_jw *w, const struct ifb_json *args, bool ifeval,
                     struct ifb_arena *arena)
{
    ifb_jw_object(w, NULL);
    for (size_t i = 0; ifeval && i < sizeof(ifeval_kwargs) / sizeof(ifeval_kwargs[0]); i++) {
        const struct ifb_json *v = ifb_json_get(args, ifeval_kwargs[i]);

        if (v)
            put_value(w, ifeval_kwargs[i], v, 0, arena);
        else
            ifb_jw_null(w, ifeval_kwargs[i]);
    }
    for (const struct ifb_json *m = args->first; m; m = m->next)
        if (args->kind == IFB_JOBJECT && !(ifeval && is_column(m->key)))
            put_value(w, ifb_lm_key(arena, m->key), m, 0, arena);
    ifb_jw_end(w);
}

static ifb_str last_question(const struct ifb_sample *s)
{
    for (size_t i = s->prompt.n; i > 0; i--)
        if (s->prompt.at[i - 1].role == IFB_USER)
            return s->prompt.at[i - 1].text;
    return IFB_STR("");
}

static void put_doc(struct ifb_jw *w, const char *key, const struct ifb_sample *s,
                    const struct ifb_json *const *args, struct ifb_arena *arena)
{
    bool ifeval = ifb_str_is(s->suite, "ifeval");
    int64_t number;

    ifb_jw_object(w, key);
    if (ifb_str_int(s->id, &number) && ifb_str_eq(ifb_fmt(arena, "%lld", (long long)number), s->id))
        ifb_jw_int(w, "key", number);
    else
        ifb_jw_str(w, "key", s->id);
    ifb_jw_str(w, "prompt", last_question(s));
    ifb_jw_array(w, "instruction_id_list");
    for (size_t i = 0; i < s->nchecks; i++)
        ifb_jw_str(w, NULL, s->checks[i].id);
    ifb_jw_end(w);
    ifb_jw_array(w, "kwargs");
    for (size_t i = 0; i < s->nchecks; i++)
        put_args(w, args[i], ifeval, arena);
    ifb_jw_end(w);
    ifb_jw_end(w);
}

/* ---- what was sent ---- */

/* One user message is told as its text, more as the JSON text of the messages. */
static ifb_str sent_text(const struct ifb_sample *s, struct ifb_arena *arena)
{
    static const char *const roles[] = { "system", "user", "assistant" };
    struct ifb_buf buf;
    struct ifb_jw w;
    ifb_str text;

    if (s->prompt.n <= 1)
        return last_question(s);
    ifb_buf_init(&buf, DOC_MAX);
    ifb_jw_open(&w, &buf);
    w.python = true;
    ifb_jw_array(&w, NULL);
    for (size_t i = 0; i < s->prompt.n; i++) {
        ifb_jw_object(&w, NULL);
        ifb_jw_cstr(&w, "role", roles[s->prompt.at[i].role]);
        ifb_jw_str(&w, "content", s->prompt.at[i].text);
        ifb_jw_end(&w);
    }
    ifb_jw_end(&w);
    text = ifb_str_copy(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return text;
}

static void put_arguments(struct ifb_jw *w, const struct ifb_sample *s, ifb_str sent,
                          const struct ifb_cell_setup *setup)
{
    ifb_jw_object(w, "arguments");
    ifb_jw_object(w, "gen_args_0");
    if (s->prompt.n > 1) {
        ifb_jw_array(w, "arg_0");
        ifb_jw_str(w, NULL, sent);
        ifb_jw_end(w);
    } else {
        ifb_jw_str(w, "arg_0", sent);
    }
    ifb_lm_put_generation(w, "arg_1", setup);
    ifb_jw_end(w);
    ifb_jw_end(w);
}

/* ---- verdicts ---- */

static bool follows(const struct ifb_sample_check *c, bool loose)
{
    return (loose ? c->loose : c->strict).outcome == IFB_PASS;
}

bool ifb_lm_follows_all(const struct ifb_sample *s, bool loose)
{
    for (size_t i = 0; i < s->nchecks; i++)
        if (!follows(&s->checks[i], loose))
            return false;
    return true;
}

static void put_verdicts(struct ifb_jw *w, const struct ifb_sample *s)
{
    for (size_t m = 0; m < IFB_LM_METRICS; m++) {
        bool loose = m >= 2;

        if (m % 2 == 0) {
            ifb_jw_bool(w, ifb_lm_metrics[m], ifb_lm_follows_all(s, loose));
            continue;
        }
        ifb_jw_array(w, ifb_lm_metrics[m]);
        for (size_t i = 0; i < s->nchecks; i++)
            ifb_jw_bool(w, NULL, follows(&s->checks[i], loose));
        ifb_jw_end(w);
    }
}

struct hashes {
    char doc[IFB_SHA256_HEX], prompt[IFB_SHA256_HEX], target[IFB_SHA256_HEX];
};

static void hash_sample(const struct ifb_sample *s, ifb_str sent,
                        const struct ifb_json *const *args, struct ifb_arena *arena,
                        struct ifb_sha256 *task, struct hashes *out)
{
    struct ifb_buf buf;
    struct ifb_jw w;

    ifb_buf_init(&buf, DOC_MAX);
    ifb_jw_open(&w, &buf);
    w.python = w.pretty = true;
    put_doc(&w, NULL, s, args, arena);
    ifb_sha256_of(ifb_buf_view(&buf), out->doc);
    ifb_buf_close(&buf);
    ifb_sha256_of(sent, out->prompt);
    ifb_sha256_of(IFB_STR("0"), out->target);
    ifb_sha256_add(task, out->doc, strlen(out->doc));
    ifb_sha256_add(task, out->prompt, strlen(out->prompt));
    ifb_sha256_add(task, out->target, strlen(out->target));
}

static enum ifb_code read_args(const struct ifb_sample *s, struct ifb_arena *arena,
                               const struct ifb_json ***out, struct ifb_error *err)
{
    *out = ifb_new(arena, const struct ifb_json *, s->nchecks);
    for (size_t i = 0; i < s->nchecks; i++) {
        enum ifb_code code = ifb_json_parse(arena, s->checks[i].args_json, IFB_JSON_DUPLICATES, 1,
                                            &(*out)[i], err);

        if (code)
            return code;
    }
    return IFB_OK;
}

enum ifb_code ifb_lm_put_sample(struct ifb_buf *out, const struct ifb_sample *s, int64_t doc_id,
                                const struct ifb_cell_setup *setup, struct ifb_sha256 *task,
                                struct ifb_arena *scratch, struct ifb_error *err)
{
    ifb_str sent = sent_text(s, scratch), answer = s->answer.ptr ? s->answer : IFB_STR("");
    const struct ifb_json **args;
    enum ifb_code code = read_args(s, scratch, &args, err);
    struct hashes hashes;
    struct ifb_jw w;

    if (code)
        return code;
    hash_sample(s, sent, args, scratch, task, &hashes);
    ifb_jw_open(&w, out);
    w.python = true;
    ifb_jw_object(&w, NULL);
    ifb_jw_int(&w, "doc_id", doc_id);
    put_doc(&w, "doc", s, args, scratch);
    ifb_jw_cstr(&w, "target", "0");
    put_arguments(&w, s, sent, setup);
    ifb_jw_array(&w, "resps");
    ifb_jw_array(&w, NULL);
    ifb_jw_str(&w, NULL, answer);
    ifb_jw_end(&w);
    ifb_jw_end(&w);
    ifb_jw_array(&w, "filtered_resps");
    ifb_jw_str(&w, NULL, answer);
    ifb_jw_end(&w);
    ifb_jw_cstr(&w, "filter", "none");
    ifb_jw_array(&w, "metrics");
    for (size_t m = 0; m < IFB_LM_METRICS; m++)
        ifb_jw_cstr(&w, NULL, ifb_lm_metrics[m]);
    ifb_jw_end(&w);
    ifb_jw_cstr(&w, "doc_hash", hashes.doc);
    ifb_jw_cstr(&w, "prompt_hash", hashes.prompt);
    ifb_jw_cstr(&w, "target_hash", hashes.target);
    put_verdicts(&w, s);
    ifb_jw_end(&w);
    ifb_buf_char(out, '\n');
    return IFB_OK;
}
