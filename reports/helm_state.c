/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sample as HELM's scenario_state.json has it: instance, request, result. What is not known is
 * left out, as HELM leaves out its nulls; "cached" is false also where the cache answered.
 */
#include "reports/helm.h"

#include <math.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

static void put_limits(struct ifb_jw *w, const struct ifb_cell_setup *setup, bool top_p)
{
    const struct ifb_sampling *s = &setup->sampling;

    if (s->temperature >= 0)
        ifb_jw_real(w, "temperature", s->temperature);
    if (s->max_tokens >= 0)
        ifb_jw_int(w, "max_tokens", s->max_tokens);
    if (top_p && s->top_p >= 0)
        ifb_jw_real(w, "top_p", s->top_p);
    ifb_jw_array(w, "stop_sequences");
    for (size_t i = 0; i < setup->stop_at.n; i++)
        ifb_jw_str(w, NULL, setup->stop_at.at[i]);
    ifb_jw_end(w);
}

/* Prompts are sent as they are: nothing before, between or behind. */
void ifb_helm_put_adapter(struct ifb_jw *w, const struct ifb_helm_run *run)
{
    static const char *const empty[] = {
        "global_prefix", "global_suffix", "instructions", "input_prefix", "input_suffix",
        "reference_prefix", "reference_suffix", "output_prefix", "output_suffix",
        "instance_prefix",
    };
    const struct ifb_cell_setup *setup = run->setup;

    ifb_jw_object(w, "adapter_spec");
    ifb_jw_cstr(w, "method", "generation");
    for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
        ifb_jw_cstr(w, empty[i], "");
    ifb_jw_array(w, "substitutions");
    ifb_jw_end(w);
    ifb_jw_int(w, "max_train_instances", 0);
    if (setup->limit > 0)
        ifb_jw_int(w, "max_eval_instances", setup->limit);
    ifb_jw_int(w, "num_outputs", 1);
    ifb_jw_int(w, "num_train_trials", setup->epochs > 0 ? setup->epochs : 1);
    ifb_jw_bool(w, "sample_train", false);
    ifb_jw_str(w, "model_deployment", run->deployment);
    ifb_jw_str(w, "model", run->model);
    put_limits(w, setup, false);
    ifb_jw_bool(w, "multi_label", false);
    ifb_jw_end(w);
}

ifb_str ifb_helm_instance_id(const struct ifb_sample *s, struct ifb_arena *arena)
{
    char *id = ifb_alloc_raw(arena, s->id.len + 2);

    memcpy(id, "id", 2);
    if (s->id.len)
        memcpy(id + 2, s->id.ptr, s->id.len);
    return (ifb_str){ id, s->id.len + 2 };
}

/* What was asked last. */
static ifb_str question_of(const struct ifb_sample *s)
{
    for (size_t i = s->prompt.n; i > 0; i--)
        if (s->prompt.at[i - 1].role == IFB_USER)
            return ifb_str_trim_ascii(s->prompt.at[i - 1].text);
    return IFB_STR("");
}

/* A single question is its text; more are messages besides. */
static void put_messages(struct ifb_jw *w, const struct ifb_sample *s)
{
    static const char *const roles[] = { "system", "user", "assistant" };

    if (s->prompt.n < 2)
        return;
    ifb_jw_array(w, "messages");
    for (size_t i = 0; i < s->prompt.n; i++) {
        ifb_jw_object(w, NULL);
        ifb_jw_cstr(w, "role", roles[s->prompt.at[i].role]);
        ifb_jw_str(w, "content", s->prompt.at[i].text);
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static enum ifb_code put_extra(struct ifb_jw *w, const struct ifb_sample *s, struct ifb_error *err)
{
    ifb_jw_object(w, "extra_data");
    ifb_jw_array(w, "instruction_ids");
    for (size_t i = 0; i < s->nchecks; i++)
        ifb_jw_str(w, NULL, s->checks[i].id);
    ifb_jw_end(w);
    ifb_jw_array(w, "instruction_kwargs");
    for (size_t i = 0; i < s->nchecks; i++) {
        enum ifb_code code = ifb_json_check(s->checks[i].args_json, IFB_JSON_DUPLICATES, err);

        if (code)
            return ifb_within(err, "sample %.*s: arguments of %.*s", IFB_ARG(s->id),
                              IFB_ARG(s->checks[i].id));
        ifb_jw_raw(w, NULL, s->checks[i].args_json);
    }
    ifb_jw_end(w);
    ifb_jw_end(w);
    return IFB_OK;
}

static enum ifb_code put_instance(struct ifb_jw *w, const struct ifb_sample *s,
                                  struct ifb_arena *scratch, struct ifb_error *err)
{
    enum ifb_code code;

    ifb_jw_object(w, "instance");
    ifb_jw_object(w, "input");
    ifb_jw_str(w, "text", question_of(s));
    put_messages(w, s);
    ifb_jw_end(w);
    ifb_jw_array(w, "references");
    ifb_jw_end(w);
    ifb_jw_cstr(w, "split", IFB_HELM_SPLIT);
    ifb_jw_str(w, "id", ifb_helm_instance_id(s, scratch));
    code = put_extra(w, s, err);
    ifb_jw_end(w);
    return code;
}

static void put_request(struct ifb_jw *w, const struct ifb_sample *s,
                        const struct ifb_helm_run *run)
{
    ifb_jw_object(w, "request");
    ifb_jw_str(w, "model_deployment", run->deployment);
    ifb_jw_str(w, "model", run->model);
    ifb_jw_bool(w, "embedding", false);
    ifb_jw_str(w, "prompt", question_of(s));
    ifb_jw_int(w, "num_completions", 1);
    put_limits(w, run->setup, true);
    ifb_jw_bool(w, "echo_prompt", false);
    put_messages(w, s);
    ifb_jw_end(w);
}

static void put_completion(struct ifb_jw *w, const struct ifb_sample *s)
{
    ifb_jw_object(w, NULL);
    ifb_jw_str(w, "text", s->answer);
    ifb_jw_real(w, "logprob", 0);
    ifb_jw_array(w, "tokens");
    ifb_jw_end(w);
    if (s->finish != IFB_FINISH_UNKNOWN) {
        ifb_jw_object(w, "finish_reason");
        ifb_jw_cstr(w, "reason", ifb_finish_name(s->finish));
        ifb_jw_end(w);
    }
    ifb_jw_end(w);
}

static void put_result(struct ifb_jw *w, const struct ifb_sample *s)
{
    ifb_jw_object(w, "result");
    ifb_jw_bool(w, "success", s->answered);
    ifb_jw_array(w, "embedding");
    ifb_jw_end(w);
    ifb_jw_array(w, "completions");
    if (s->answered)
        put_completion(w, s);
    ifb_jw_end(w);
    ifb_jw_bool(w, "cached", false);
    if (s->latency_ms >= 0)
        ifb_jw_real(w, "request_time", (double)s->latency_ms / 1000);
    if (s->error.len)
        ifb_jw_str(w, "error", s->error);
    ifb_jw_end(w);
}

enum ifb_code ifb_helm_put_state(struct ifb_jw *w, const struct ifb_sample *s,
                                 const struct ifb_helm_run *run, struct ifb_arena *scratch,
                                 struct ifb_error *err)
{
    enum ifb_code code;

    ifb_jw_object(w, NULL);
    code = put_instance(w, s, scratch, err);
    if (code)
        return code;
    ifb_jw_cstr(w, "request_mode", "original");
    ifb_jw_int(w, "train_trial_index", s->epoch);
    put_request(w, s, run);
    put_result(w, s);
    ifb_jw_int(w, "num_train_instances", 0);
    ifb_jw_bool(w, "prompt_truncated", false);
    ifb_jw_int(w, "num_conditioning_tokens", 0);
    ifb_jw_end(w);
    return IFB_OK;
}
