/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What AlpacaEval's judges reply, read into preferences, and which answer they
 * are shown first. A reply that cannot be read is NaN, never a guess.
 */
#include "scorers/judge/alpacaeval.h"

#include <math.h>

#include <ifbench/stats.h>

#include "harness/base/arena.h"
#include "harness/base/json.h"
#include "harness/base/pylist.h"
#include "harness/base/pyrandom.h"
#include "harness/base/regex.h"
#include "harness/base/str.h"

/* ---- order ---- */

bool ifb_alpaca_switched(struct ifb_arena *scratch, const char *what, ifb_str instruction,
                         const char *seed)
{
    size_t head = strlen(what), tail = strlen(seed), len = head + instruction.len + tail;
    char *bytes = ifb_alloc_raw(scratch, len + 1);
    struct ifb_mt mt;

    memcpy(bytes, what, head);
    memcpy(bytes + head, instruction.ptr ? instruction.ptr : "", instruction.len);
    memcpy(bytes + head + instruction.len, seed, tail);
    ifb_py_seed(&mt, (ifb_str){ bytes, len }, scratch);
    return ifb_mt_real(&mt) >= 0.5;
}

/* ---- log-probabilities ---- */

double ifb_alpaca_logprob_pair(double first, double second, bool binary)
{
    double most = fmax(first, second);

    if (!(most > -INFINITY))
        return NAN;
    if (binary)
        return first > second ? 1 : 2;
    return 2 - exp(first - most) / (exp(first - most) + exp(second - most));
}

/* The log-probability listed for a token; minus infinity where it is not listed. */
static double logprob_of(const struct ifb_json *top, ifb_str token)
{
    for (const struct ifb_json *m = top && top->kind == IFB_JARRAY ? top->first : NULL; m;
         m = m->next)
        if (ifb_str_eq(ifb_json_str(m, "token"), token))
            return ifb_json_real(m, "logprob", -INFINITY);
    return -INFINITY;
}

double ifb_alpaca_logprobs(const struct ifb_json *completion, ifb_str first, ifb_str second,
                           int64_t at, bool binary)
{
    const struct ifb_json *tokens =
        ifb_json_get(ifb_json_get(completion, "logprobs"), "content");
    int64_t n = tokens && tokens->kind == IFB_JARRAY ? (int64_t)tokens->n : 0;
    const struct ifb_json *top;

    if (at < 0)
        at += n;
    if (at < 0 || at >= n)
        return NAN;
    top = ifb_json_get(ifb_json_at(tokens, (size_t)at), "top_logprobs");
    return ifb_alpaca_logprob_pair(logprob_of(top, first), logprob_of(top, second), binary);
}

/* ---- texts ---- */

double ifb_alpaca_ranking(struct ifb_arena *scratch, ifb_str reply)
{
    const struct ifb_json *list = ifb_pyvalue_read(scratch, reply), *rank;

    if (!list || list->kind != IFB_JARRAY)
        return NAN;
    for (const struct ifb_json *m = list->first; m; m = m->next) {
        ifb_str model = ifb_json_str(m, "model");

        if (!ifb_str_is(model, "model_1") && !ifb_str_is(model, "m"))
            continue;
        rank = ifb_json_get(m, "rank");
        return rank && rank->kind == IFB_JNUMBER && (rank->number == 1 || rank->number == 2)
                   ? rank->number : (double)NAN;
    }
    return NAN;
}

double ifb_alpaca_lmsys(ifb_str reply)
{
    size_t newline = ifb_str_chr(reply, '\n', 0);
    ifb_str line = ifb_str_part(reply, 0, newline == SIZE_MAX ? reply.len : newline), word;
    double score[2];

    for (int i = 0; i < 2; i++) {
        size_t end = 0;

        while (end < line.len && line.ptr[end] != ' ' && line.ptr[end] != ',')
            end++;
        if ((end == line.len) != (i == 1))
            return NAN;
        word = ifb_str_part(line, 0, end);
        if (!ifb_str_real(word, &score[i]))
            return NAN;
        line = ifb_str_from(line, end + (i == 0));
    }
    return score[0] == score[1] ? 0 : score[0] > score[1] ? 1 : 2;
}

static enum ifb_code scan_both(struct ifb_regex *const re[2], ifb_str reply, size_t n, double *out,
                               bool *ok)
{
    size_t found = 0, from[2], to[2];

    for (;;) {
        int best = -1;

        for (int i = 0; i < 2; i++) {
            enum ifb_match m = ifb_regex_search(re[i], reply, &from[i], &to[i]);

            if (m == IFB_MATCH_LIMIT)
                return IFB_OK;
            if (m == IFB_MATCH && (best < 0 || from[i] < from[best]))
                best = i;
        }
        if (best < 0 || to[best] == 0)
            break;
        if (found == n)
            return IFB_OK;
        out[found++] = best + 1;
        reply = ifb_str_from(reply, to[best]);
    }
    *ok = found == n;
    return IFB_OK;
}

enum ifb_code ifb_alpaca_regex(ifb_str reply, ifb_str one, ifb_str two, size_t n, double *out,
                               bool *ok, struct ifb_error *err)
{
    struct ifb_regex *re[2] = { NULL, NULL };
    enum ifb_code code = ifb_regex_new(one, 0, &re[0], err);

    *ok = false;
    if (!code)
        code = ifb_regex_new(two, 0, &re[1], err);
    if (!code)
        code = scan_both(re, reply, n, out, ok);
    for (size_t i = 0; i < n && !*ok; i++)
        out[i] = NAN;
    ifb_regex_close(re[0]);
    ifb_regex_close(re[1]);
    return code;
}

const struct ifb_json *ifb_alpaca_json(struct ifb_arena *scratch, ifb_str reply, const char *key)
{
    static const ifb_str fence = IFB_STR_INIT("```json"), close = IFB_STR_INIT("```");
    size_t open = ifb_str_find(reply, fence, 0), end;
    const struct ifb_json *v;

    if (open != SIZE_MAX) {
        reply = ifb_str_from(reply, open + fence.len);
        end = ifb_str_find(reply, close, 0);
        if (end != SIZE_MAX)
            reply.len = end;
    }
    if (ifb_json_parse(scratch, reply, IFB_JSON_PYTHON, 1, &v, NULL))
        return NULL;
    return ifb_json_get(v, key);
}
