/* SPDX-License-Identifier: Apache-2.0 */
/* The gate of a run: opened before the first call, decided after the last one. */
#include <errno.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/str.h"
#include "harness/engine/inside.h"
#include "harness/engine/sequential.h"

#define GATE_MAX ((size_t)256 << 20)

/* Absolute: the run may be gone on with from another folder. */
static enum ifb_code find(struct ifb_run_inside *in, const char *what, ifb_str *path,
                          struct ifb_error *err)
{
    char *real = realpath(ifb_cstr(in->arena, *path), NULL);

    if (!real)
        return ifb_fail(err, IFB_EINPUT, "cannot read the %s %.*s: %s", what, IFB_ARG(*path),
                        strerror(errno));
    *path = ifb_str_copy(in->arena, ifb_str_of(real));
    free(real);
    return IFB_OK;
}

/* Notes a file of the gate; a run goes on only with the same bytes. */
static enum ifb_code note(struct ifb_run *run, const char *what, const char *path,
                          struct ifb_error *err)
{
    const struct ifb_manifest *then = run->inside->then;
    char sha[IFB_SHA256_HEX];
    int64_t bytes;
    enum ifb_code code = ifb_sha256_file(path, sha, &bytes, err);

    for (size_t i = 0; then && i < then->nfiles && !code; i++)
        if (ifb_str_is(then->files[i].suite, what) && strcmp(then->files[i].sha256, sha) != 0)
            code = ifb_fail(err, IFB_EINPUT, "%s has changed since the run was begun with it "
                            "(sha256 %.12s..., now %.12s...)", path, then->files[i].sha256, sha);
    if (!code)
        ifb_run_note_hash(run, what, path, sha, bytes);
    return code;
}

static enum ifb_code find_files(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    const char *base;
    enum ifb_code code = find(in, "policy", &in->o.gate_policy, err);

    if (!code)
        code = note(run, "gate policy", ifb_cstr(run->arena, in->o.gate_policy), err);
    if (!code && in->o.gate_baseline.ptr)
        code = find(in, "baseline", &in->o.gate_baseline, err);
    if (code || !in->o.gate_baseline.ptr)
        return code;
    base = ifb_cstr(run->arena, in->o.gate_baseline);
    return note(run, "gate baseline", ifb_is_folder(base)
                                          ? ifb_path_join(run->arena, base, "verdicts.jsonl")
                                          : base, err);
}

static uint64_t order_seed(const struct ifb_run_inside *in)
{
    return in->o.sampling.seed > 0 ? (uint64_t)in->o.sampling.seed : 0;
}

enum ifb_code ifb_run_open_gate(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_sequential *s = NULL;
    enum ifb_code code;

    if (!in->o.gate_policy.ptr)
        return in->o.gate_baseline.ptr || in->o.sequential
                   ? ifb_fail(err, IFB_EUSAGE, "%s goes with --gate-policy FILE",
                              in->o.sequential ? "--sequential" : "--gate-baseline") : IFB_OK;
    if (in->o.shard.of)
        return ifb_fail(err, IFB_EUSAGE, "a gate is for a whole run: put the shards together with "
                        "`ifbench merge`, then `ifbench gate`");
    if (in->o.sequential && in->o.retry_errors)
        return ifb_fail(err, IFB_EUSAGE, "--sequential asks in its order: --resume asks what failed "
                        "as well, --retry-errors would leave gaps");
    if (in->o.sequential && in->njudges)
        return ifb_fail(err, IFB_EUSAGE, "--sequential does not go with --judge: what a judge says "
                        "comes after the look");
    if (in->o.sequential && in->nmodels > 1)
        return ifb_fail(err, IFB_EUSAGE, "--sequential asks one model, here are %zu: make a run "
                        "for each", in->nmodels);
    code = find_files(run, err);
    if (code)
        return code;
    in->gate = ifb_new(in->arena, struct ifb_gate_options, 1);
    *in->gate = (struct ifb_gate_options){
        .baseline = in->o.gate_baseline.ptr ? ifb_cstr(in->arena, in->o.gate_baseline) : NULL,
        .policy = ifb_cstr(in->arena, in->o.gate_policy),
        .compare = { .common = in->o.gate_common, .base_model = in->o.gate_base_model },
    };
    /* What judges will say has numbers that the plan does not know. */
    if (in->njudges)
        return IFB_OK;
    /* Also for a gate at the end: what is wrong with a policy is said before a call is paid. */
    code = ifb_sequential_open(in->gate, &in->plan, &in->resources, order_seed(in), in->arena, &s,
                               err);
    if (!code && in->o.sequential)
        in->sequential = s;
    else
        ifb_sequential_close(s);
    return code;
}

static char *gate_file(const struct ifb_run *run)
{
    return ifb_path_join(run->arena, run->folder, "gate.json");
}

/* gate.json of a run that had a gate; NULL where there is none that can be read. */
static const struct ifb_json *read_gate(const struct ifb_run *run)
{
    const struct ifb_json *v;
    ifb_str text;

    if (ifb_file_read(gate_file(run), GATE_MAX, run->arena, &text, NULL) ||
        ifb_json_parse(run->arena, text, 0, 1, &v, NULL))
        return NULL;
    return v;
}

ifb_str ifb_run_gate_said(const struct ifb_run *run)
{
    const struct ifb_json *v = read_gate(run), *said = v ? ifb_json_get(v, "verdict") : NULL;

    for (int i = IFB_GATE_PASS; said && i <= IFB_GATE_FAIL; i++)
        if (ifb_str_is(said->string, ifb_gate_verdict_name((enum ifb_gate_verdict)i)))
            return said->string;
    return (ifb_str){ NULL, 0 };
}

bool ifb_run_gate_stands(const struct ifb_run *run)
{
    const struct ifb_json *v = run->inside->o.sequential ? read_gate(run) : NULL, *s, *settled;

    s = v ? ifb_json_get(v, "sequential") : NULL;
    settled = s ? ifb_json_get(s, "settled") : NULL;
    return settled && settled->truth;
}

void ifb_run_warn_gate(struct ifb_run *run)
{
    struct ifb_run_inside *in = run->inside;
    int64_t looked, items;

    if (!in->sequential || !ifb_sequential_settled(in->sequential) || run->ended)
        return;
    ifb_sequential_count(in->sequential, &looked, &items);
    ifb_run_warn(run, "the gate was settled after %lld of %lld items, and the rest was not asked: "
                 "these scores are not those of a whole run", (long long)looked, (long long)items);
}

/* After the last item bounds are decided as by `ifbench gate`, with what error is left. */
static enum ifb_code decide(struct ifb_run *run, struct ifb_gate *out, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    enum ifb_code code;

    if (in->sequential && (ifb_sequential_settled(in->sequential) || !run->ended))
        return ifb_sequential_gate(in->sequential, &run->summary, out, err);
    code = ifb_gate_run_after(run->folder, in->gate, in->sequential, run->arena, out, err);
    if (!code && in->sequential)
        ifb_sequential_overlay(in->sequential, out);
    return code;
}

static bool append_buf(void *self, const char *bytes, size_t len)
{
    ifb_buf_add(self, bytes, len);
    return true;
}

static enum ifb_code write_gate(struct ifb_run *run, const struct ifb_gate *gate,
                                struct ifb_error *err)
{
    struct ifb_buf buf;
    const struct ifb_sink sink = { &buf, append_buf };
    enum ifb_code code;

    ifb_buf_init(&buf, GATE_MAX);
    ifb_gate_report_find(IFB_STR("json"))->write(gate, &sink);
    code = ifb_file_write(gate_file(run), ifb_buf_view(&buf), err);
    ifb_buf_close(&buf);
    return code;
}

enum ifb_code ifb_run_decide_gate(struct ifb_run *run, struct ifb_error *err)
{
    struct ifb_run_inside *in = run->inside;
    struct ifb_gate *gate = ifb_new(run->arena, struct ifb_gate, 1);
    struct ifb_gate_sequel *sequel = ifb_new(run->arena, struct ifb_gate_sequel, 1);
    enum ifb_code code;

    if (!in->gate)
        return IFB_OK;
    code = decide(run, gate, err);
    if (code)
        return code;
    gate->cand = ifb_str_of(run->folder);
    if (in->sequential) {
        *sequel = (struct ifb_gate_sequel){
            .settled = ifb_sequential_settled(in->sequential), .seed = order_seed(in),
            .asked = (int64_t)(run->answers + run->failures), .calls = (int64_t)run->calls,
        };
        ifb_sequential_count(in->sequential, &sequel->looked, &sequel->items);
        gate->sequel = sequel;
    }
    run->gate = gate;
    run->summary.gate = ifb_str_of(ifb_gate_verdict_name(gate->verdict));
    return write_gate(run, gate, err);
}
