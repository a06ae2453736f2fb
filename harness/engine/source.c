/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/source.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/seen.h"
#include "harness/base/str.h"

struct ifb_source {
    struct ifb_arena *arena;
    const char *folder;
    struct ifb_manifest *manifest;
    struct ifb_journal *journal;
    struct ifb_seen calls;  /* by key_of, with the call's number from 1 */
};

static ifb_str key_of(struct ifb_arena *arena, ifb_str model, const struct ifb_call_record *r)
{
    return ifb_fmt(arena, "%u %u %.*s\n%.*s\n%.*s", r->epoch, r->turn, IFB_ARG(r->suite),
                   IFB_ARG(model), IFB_ARG(r->item));
}

static enum ifb_code index_calls(struct ifb_source *s, struct ifb_error *err)
{
    struct ifb_arena *scratch = ifb_arena_new();
    enum ifb_code code = IFB_OK;

    for (uint32_t call = 0; call < s->manifest->calls && !code; call++) {
        struct ifb_call_record r;

        if (ifb_journal_state(s->journal, call) == IFB_CALL_PENDING)
            continue;
        ifb_arena_reset(scratch);
        code = ifb_journal_read(s->journal, call, scratch, &r, err);
        if (!code && !r.task.ptr)
            ifb_seen_add(&s->calls, s->arena, key_of(s->arena, r.model, &r), call + 1);
    }
    ifb_arena_close(scratch);
    return code;
}

enum ifb_code ifb_source_open(const char *folder, struct ifb_source **out, struct ifb_error *err)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_source *s = ifb_new(arena, struct ifb_source, 1);
    enum ifb_code code;

    s->arena = arena;
    s->folder = ifb_cstr(arena, ifb_str_of(folder));
    s->manifest = ifb_new(arena, struct ifb_manifest, 1);
    code = ifb_manifest_read(ifb_path_join(arena, folder, "manifest.json"), arena, s->manifest,
                             err);
    if (!code)
        code = ifb_journal_open(ifb_path_join(arena, folder, "journal.jsonl"),
                                (size_t)s->manifest->calls, &s->journal, err);
    if (!code)
        code = index_calls(s, err);
    if (code) {
        ifb_source_close(s);
        return code;
    }
    *out = s;
    return IFB_OK;
}

const struct ifb_manifest *ifb_source_manifest(const struct ifb_source *s)
{
    return s->manifest;
}

const char *ifb_source_folder(const struct ifb_source *s)
{
    return s->folder;
}

enum ifb_code ifb_source_answer(const struct ifb_source *s, ifb_str spec, struct ifb_arena *arena,
                                struct ifb_call_record *r, struct ifb_error *err)
{
    unsigned call = ifb_seen_find(&s->calls, key_of(arena, spec, r));
    struct ifb_call_record theirs;
    enum ifb_code code;

    if (!call) {
        r->error = ifb_fmt(arena, "no answer in %s", s->folder);
        return IFB_OK;
    }
    code = ifb_journal_read(s->journal, call - 1, arena, &theirs, err);
    if (code)
        return code;
    r->answered = theirs.answered;
    r->response = theirs.response;
    r->error = theirs.error;
    r->http_status = theirs.http_status;
    r->latency_ms = theirs.latency_ms;
    r->messages = theirs.messages;
    return IFB_OK;
}

void ifb_source_close(struct ifb_source *s)
{
    if (!s)
        return;
    ifb_journal_close(s->journal);
    ifb_arena_close(s->arena);
}
