/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the length-controlled win rate gets its difficulties and gamed rows from:
 * files that the user names, else the pack. What is missing is no error.
 */
#include "scorers/judge/alpacaeval.h"

#define PACK "alpacaeval-lc/"

/* What is needed of the pack; `there` is false when some of it is missing. */
static enum ifb_code lend(const struct ifb_alpaca_source *s, const char *const *names,
                          struct ifb_judged_file *out, bool *there, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    *there = true;
    for (; *names && !code && *there; names++, out++) {
        code = s->lent->data(s->lent->self, *names, out, err);
        *there = !code && out->bytes.ptr;
    }
    return code;
}

/* Difficulties of the pack, from whichever of its two models is there. */
static enum ifb_code derive_difficulty(struct ifb_alpaca_source *s, struct ifb_alpaca_rows *rows,
                                       bool *there, struct ifb_error *err)
{
    static const char *const files[2][3] = {
        { PACK "vicuna-7b-v1.5.annotations.json", PACK "baseline_gpt4_1106_preview.csv", NULL },
        { PACK "vicuna-13b-v1.5.annotations.json", PACK "baseline_gpt4_1106_preview.csv", NULL },
    };
    struct ifb_judged_file f[2];
    enum ifb_code code = IFB_OK;

    *there = false;
    for (int i = 0; i < 2 && !code && !*there; i++)
        code = lend(s, files[i], f, there, err);
    if (code || !*there)
        return code;
    return ifb_alpaca_difficulty_derive(&f[0], &f[1], s->lent->arena, s->lc, rows, err);
}

static enum ifb_code load_difficulty(struct ifb_alpaca_source *s, struct ifb_alpaca_rows *rows,
                                     struct ifb_error *err)
{
    struct ifb_judged_file file;
    bool there;
    enum ifb_code code;

    if (!s->difficulty.ptr) {
        code = derive_difficulty(s, rows, &there, err);
        if (!there)
            s->why = "the difficulties of the instructions are not there; `ifbench data pull "
                     "alpacaeval-lc` gets what they are derived from, --lc-difficulty names a csv";
        return code;
    }
    code = s->lent->file(s->lent->self, s->difficulty, &file, err);
    return code ? code : ifb_alpaca_difficulty_read(&file, s->lent->arena, s->lc, err);
}

enum ifb_code ifb_alpaca_baseline(const struct ifb_judged_lent *lent, struct ifb_alpaca_rows *rows,
                                  bool *there, struct ifb_error *err)
{
    static const char *const names[] = { "alpacaeval/gpt4_1106_preview.model_outputs.json", NULL };
    struct ifb_alpaca_source s = { .lent = lent };
    struct ifb_judged_file file;
    struct ifb_alpaca_row *at;
    enum ifb_code code = lend(&s, names, &file, there, err);

    if (!code && *there)
        code = ifb_alpaca_outputs(&file, lent->arena, rows, err);
    at = (struct ifb_alpaca_row *)rows->at;
    for (size_t i = 0; !code && *there && i < rows->n; i++)
        at[i].len_1 = at[i].len_2;
    return code;
}

static enum ifb_code derive_gamed(struct ifb_alpaca_source *s, struct ifb_alpaca_rows *rows,
                                  struct ifb_error *err)
{
    static const char *const names[] = { PACK "gpt4_1106_preview_verbose.model_outputs.json",
                                         PACK "gpt4_1106_preview_concise.model_outputs.json",
                                         NULL };
    struct ifb_judged_file files[2];
    struct ifb_alpaca_rows versions[2];
    bool there, base = true;
    enum ifb_code code = lend(s, names, files, &there, err);

    if (!code && there && !rows->n)
        code = ifb_alpaca_baseline(s->lent, rows, &base, err);
    if (!code && !(there && base))
        s->why = "the answers that game length are not there; `ifbench data pull alpacaeval-lc` "
                   "gets them (and `alpacaeval` the baseline's), --lc-gamed names a csv";
    for (int i = 0; i < 2 && !code && there && base; i++)
        code = ifb_alpaca_outputs(&files[i], s->lent->arena, &versions[i], err);
    if (code || !there || !base)
        return code;
    return ifb_alpaca_gamed_derive(rows, versions, s->lent->arena, s->lc, err);
}

enum ifb_code ifb_alpaca_lc_load(struct ifb_alpaca_source *s, struct ifb_error *err)
{
    struct ifb_alpaca_rows rows = { NULL, 0 };
    struct ifb_judged_file file;
    enum ifb_code code = load_difficulty(s, &rows, err);

    if (code || s->why)
        return code;
    if (!s->gamed.ptr)
        return derive_gamed(s, &rows, err);
    code = s->lent->file(s->lent->self, s->gamed, &file, err);
    return code ? code : ifb_alpaca_gamed_read(&file, s->lent->arena, s->lc, err);
}
