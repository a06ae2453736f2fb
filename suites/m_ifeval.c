/* SPDX-License-Identifier: Apache-2.0 */
/*
 * M-IFEval: IFEval in English, Spanish, French and Japanese, a suite a language.
 * The rows are IFEval's; the ids carry the language. The number that is
 * published is inst_level_strict_acc.
 */
#include "harness/base/error.h"
#include "suites/rows.h"
#include "suites/table.h"

/* Checks of one language may be missing for want of a dictionary: the others still count. */
static enum ifb_code open_m_ifeval(const struct ifb_suite_source *src, struct ifb_arena *arena,
                                   void **state, struct ifb_error *err)
{
    struct ifb_item_rows *rows = NULL;
    enum ifb_code code;

    if (!src || src->npaths != 1)
        return ifb_fail(err, IFB_EINPUT, "a suite of M-IFEval reads 1 file, found %zu",
                        src ? src->npaths : (size_t)0);
    code = ifb_item_rows_open(src->paths[0], arena, &rows, err);
    if (!code)
        ifb_item_rows_admit_unknown(rows);
    *state = rows;
    return code;
}

static const char *const files_en[] = { "m-ifeval/en_input_data.jsonl", NULL };
static const char *const files_es[] = { "m-ifeval/es_input_data.jsonl", NULL };
static const char *const files_fr[] = { "m-ifeval/fr_input_data.jsonl", NULL };
static const char *const files_ja[] = { "m-ifeval/ja_input_data.jsonl", NULL };

#define M_IFEVAL(code, text)                                                                  \
    const struct ifb_suite ifb_suite_m_ifeval_##code = {                                      \
        .id = "m-ifeval-" #code,                                                              \
        .doc = "M-IFEval: " text,                                                             \
        .cite = "Dussolle et al. 2025, M-IFEval: Multilingual Instruction-Following "         \
                "Evaluation, arXiv:2502.04688",                                               \
        .pack = "m-ifeval",                                                                   \
        .files = files_##code,                                                                \
        .missing = IFB_MISSING_FAIL, /* upstream counts a response that is no string false */ \
        .preset = { .temperature = 0, .top_p = -1, .max_tokens = 1280, .seed = -1 },          \
        .metrics = ifb_ifeval_metrics,                                                        \
        .open = open_m_ifeval,                                                                \
        .next = ifb_item_rows_suite_next,                                                     \
        .close = ifb_item_rows_suite_close,                                                   \
        .place = ifb_item_rows_suite_place,                                                   \
        .into = ifb_item_rows_suite_into,                                                     \
        .again = ifb_item_rows_suite_again,                                                   \
    }

M_IFEVAL(en, "IFEval's 541 English prompts");
M_IFEVAL(es, "115 Spanish prompts with verifiable instructions");
M_IFEVAL(fr, "235 French prompts with verifiable instructions");
M_IFEVAL(ja, "172 Japanese prompts with verifiable instructions");
