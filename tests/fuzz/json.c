/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader and writer: what was read is written, and read again as the same. */
#include "harness/base/json.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "tests/fuzz/fuzz.h"

static ifb_str write(struct ifb_arena *arena, const struct ifb_json *value)
{
    struct ifb_buf buf;
    struct ifb_jw w;
    ifb_str text;

    ifb_buf_init(&buf, (size_t)64 << 20);
    ifb_jw_open(&w, &buf);
    ifb_jw_value(&w, NULL, value);
    fuzz_demand(!buf.full);
    text = fuzz_exact(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return text;
}

/* Members are counted, strings are UTF-8, and each value's source is where it says. */
static void look_at(const struct ifb_json *v, ifb_str text, unsigned flags)
{
    size_t n = 0;

    fuzz_demand(v->at < text.len && v->line >= 1);
    fuzz_demand(ifb_utf8_valid(v->string) == v->string.len);
    fuzz_demand(ifb_utf8_valid(v->key) == v->key.len);
    for (const struct ifb_json *m = v->first; m; m = m->next, n++)
        look_at(m, text, flags);
    fuzz_demand(n == v->n);
}

static void round_trip(struct ifb_arena *arena, const struct ifb_json *v, unsigned flags)
{
    ifb_str once = write(arena, v);
    const struct ifb_json *again = NULL;

    fuzz_demand(!ifb_json_parse(arena, once, flags, 1, &again, NULL));
    fuzz_demand(ifb_str_eq(once, write(arena, again)));
    fuzz_demand(ifb_str_eq(once, write(arena, ifb_json_copy(arena, v))));
}

static void demand_canonical(struct ifb_arena *arena, const struct ifb_json *v)
{
    struct ifb_error err;
    const struct ifb_json *canonical = ifb_json_canonical(arena, v, &err), *again = NULL;
    ifb_str text;

    if (!canonical)
        return;
    text = write(arena, canonical);
    fuzz_demand(!ifb_json_parse(arena, text, 0, 1, &again, NULL));
    again = ifb_json_canonical(arena, again, &err);
    fuzz_demand(again && ifb_str_eq(text, write(arena, again)));
}

static void read(struct ifb_arena *arena, ifb_str text, unsigned flags)
{
    const struct ifb_json *v = NULL;
    struct ifb_error err = { 0 };
    enum ifb_code code = ifb_json_parse(arena, text, flags, 1, &v, &err);
    ifb_str source;

    fuzz_demand(code == IFB_OK || code == IFB_EINPUT || code == IFB_ELIMIT);
    if (flags || !code) /* it does not look for duplicates */
        fuzz_demand(ifb_json_check(text, flags, NULL) == code);
    if (code)
        return;
    look_at(v, text, flags);
    source = ifb_json_source(text, flags, v);
    fuzz_demand(fuzz_within(source, text) && source.len);
    round_trip(arena, v, flags);
    if (!flags)
        demand_canonical(arena, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    ifb_str text = fuzz_rest(&in, arena);

    read(arena, text, 0);
    read(arena, text, IFB_JSON_DUPLICATES);
    read(arena, text, IFB_JSON_PYTHON);
    ifb_arena_close(arena);
    return 0;
}
