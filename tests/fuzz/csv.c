/* SPDX-License-Identifier: Apache-2.0 */
/* A delimiter and a text: records are read, written with quotes, and read again as the same. */
#include "harness/base/csv.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "tests/fuzz/fuzz.h"

static void put_field(ifb_str field, struct ifb_buf *out)
{
    ifb_buf_char(out, '"');
    for (size_t i = 0; i < field.len; i++) {
        if (field.ptr[i] == '"')
            ifb_buf_char(out, '"');
        ifb_buf_char(out, field.ptr[i]);
    }
    ifb_buf_char(out, '"');
}

static void put_record(struct ifb_strs record, char delimiter, struct ifb_buf *out)
{
    for (size_t i = 0; i < record.n; i++) {
        fuzz_demand(ifb_utf8_valid(record.at[i]) == record.at[i].len);
        if (i)
            ifb_buf_char(out, delimiter);
        put_field(record.at[i], out);
    }
    ifb_buf_char(out, '\n');
}

/* All records up to a fault, quoted. */
static ifb_str rewrite(ifb_str text, char delimiter, struct ifb_arena *arena, bool *fault)
{
    struct ifb_strs record;
    struct ifb_error err;
    struct ifb_csv csv;
    struct ifb_buf buf;
    bool more = true;
    ifb_str made;

    ifb_buf_init(&buf, (size_t)64 << 20);
    ifb_csv_open(&csv, arena, text, delimiter);
    while (!(*fault = ifb_csv_next(&csv, &record, &more, &err) != IFB_OK) && more)
        put_record(record, delimiter, &buf);
    fuzz_demand(ifb_csv_rest(&csv).len <= text.len);
    made = fuzz_exact(arena, ifb_buf_view(&buf));
    ifb_buf_close(&buf);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiters[] = ",;\t| :a~";
    struct ifb_arena *arena = ifb_arena_new();
    struct fuzz_in in = { data, size };
    char delimiter = delimiters[fuzz_byte(&in) & 7];
    ifb_str text = fuzz_rest(&in, arena), once;
    bool fault;

    once = rewrite(text, delimiter, arena, &fault);
    fuzz_demand(ifb_str_eq(once, rewrite(once, delimiter, arena, &fault)) && !fault);
    ifb_arena_close(arena);
    return 0;
}
