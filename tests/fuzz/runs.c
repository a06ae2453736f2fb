/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of a run, which hold what models said. The first byte says what the rest is:
 * 'j' lines of a journal whose sums are put in here, 'J' a journal as it is, 's' a
 * summary.json, 'r' answers for the replay provider, 't' an answer with reasoning.
 */
#include <zlib.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/engine/journal.h"
#include "harness/engine/replay_file.h"
#include "harness/engine/summary_read.h"
#include "harness/engine/think.h"
#include "tests/fuzz/fuzz.h"

#define CALLS 4

/* Each line's closing brace gives way to the sum of what is before it. */
static ifb_str with_sums(ifb_str lines, struct ifb_arena *arena)
{
    struct ifb_buf buf;
    ifb_str line, made;

    ifb_buf_init(&buf, (size_t)16 << 20);
    while (ifb_str_chop(&lines, '\n', &line)) {
        uLong sum;

        line.len -= line.len && line.ptr[line.len - 1] == '}';
        sum = line.len ? crc32(0, (const Bytef *)line.ptr, (uInt)line.len) : 0;
        ifb_buf_str(&buf, line);
        ifb_buf_fmt(&buf, ",\"sum\":\"%08lx\"}\n", sum);
    }
    ifb_buf_str(&buf, lines);
    made = fuzz_exact(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return made;
}

static void look_at(const struct ifb_call_record *r, uint32_t call)
{
    ifb_str parts[] = { r->suite, r->item, r->model, r->error, r->response.text,
                        r->response.reasoning };

    fuzz_demand(r->call == call);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        fuzz_demand(ifb_utf8_valid(parts[i]) == parts[i].len);
    for (size_t i = 0; i < r->messages.n; i++)
        fuzz_demand(ifb_utf8_valid(r->messages.at[i].text) == r->messages.at[i].text.len);
}

static void read_journal(ifb_str bytes, struct ifb_arena *arena)
{
    const char *path = fuzz_file(arena, "journal.jsonl", bytes);
    struct ifb_call_record record;
    struct ifb_journal *j = NULL;
    struct ifb_error err;

    if (ifb_journal_open(path, CALLS, &j, &err))
        return;
    fuzz_demand(ifb_journal_answers(j) + ifb_journal_failures(j) <= CALLS);
    for (uint32_t call = 0; call < CALLS; call++) {
        enum ifb_call_state state = ifb_journal_state(j, call);
        enum ifb_code code = ifb_journal_read(j, call, arena, &record, &err);

        fuzz_demand(state != IFB_CALL_PENDING || code);
        if (!code)
            look_at(&record, call);
    }
    ifb_journal_close(j);
}

static void read_summary(ifb_str bytes, struct ifb_arena *arena)
{
    struct ifb_summary summary;
    struct ifb_error err;

    ifb_summary_read(fuzz_file(arena, "summary.json", bytes), arena, &summary, &err);
}

static void read_answers(ifb_str bytes, struct ifb_arena *arena)
{
    struct ifb_replay *replay = NULL;
    struct ifb_error err;
    ifb_str response;

    if (ifb_replay_read(fuzz_file(arena, "answers.jsonl", bytes), &replay, &err))
        return;
    if (ifb_replay_find(replay, IFB_STR("p"), false, &response))
        fuzz_demand(ifb_utf8_valid(response) == response.len);
    ifb_replay_find(replay, IFB_STR("p"), true, &response);
    ifb_replay_free(replay);
}

static void split(ifb_str text, struct ifb_arena *arena)
{
    struct ifb_think think;
    struct ifb_thought t;

    fuzz_demand(!ifb_think_read((ifb_str){ NULL, 0 }, (struct ifb_strs){ NULL, 0 }, arena, &think,
                                NULL));
    t = ifb_think_split(&think, text);
    fuzz_demand(t.incomplete || fuzz_within(t.answer, text));
    fuzz_demand(!t.removed || !t.reasoning.ptr || fuzz_within(t.reasoning, text));
    fuzz_demand(t.removed || t.incomplete || ifb_str_eq(t.answer, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    uint8_t kind = fuzz_byte(&in);
    ifb_str raw = { in.n ? (const char *)in.at : "", in.n };

    switch (kind) {
    case 'j': read_journal(with_sums(raw, arena), arena); break;
    case 'J': read_journal(raw, arena); break;
    case 's': read_summary(raw, arena); break;
    case 'r': read_answers(raw, arena); break;
    case 't': split(fuzz_rest(&in, arena), arena); break;
    default: break;
    }
    ifb_arena_close(arena);
    return 0;
}
