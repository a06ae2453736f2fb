/* SPDX-License-Identifier: Apache-2.0 */
/* Pickles spelt out by hand: what a sink is told of plain data, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ifbench/text.h>

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/rng.h"
#include "harness/base/str.h"
#include "scorers/nlp/pickle.h"

#define PICKLE(lit) { (lit), sizeof(lit) - 1 }

/* Writes "{k=v k=v}" or "[v v]" for every container that gets items, and counts them as its tag. */
static void write_value(struct ifb_buf *b, const struct ifb_pickle_value *v)
{
    switch (v->kind) {
    case IFB_PICKLE_STRING: ifb_buf_add(b, v->ptr, v->len); break;
    case IFB_PICKLE_NUMBER: ifb_buf_fmt(b, "%g", v->number); break;
    case IFB_PICKLE_DICT: ifb_buf_fmt(b, "dict%d", (int)v->tag); break;
    case IFB_PICKLE_LIST: ifb_buf_fmt(b, "list%d", (int)v->tag); break;
    case IFB_PICKLE_SET: ifb_buf_fmt(b, "set%d", (int)v->tag); break;
    default: ifb_buf_cstr(b, "tuple"); break;
    }
}

static bool record(void *self, struct ifb_pickle_value *box, const struct ifb_pickle_value *at,
                   size_t n)
{
    struct ifb_buf *b = self;
    bool dict = box->kind == IFB_PICKLE_DICT;

    ifb_buf_char(b, dict ? '{' : '[');
    for (size_t i = 0; i < n; i++) {
        ifb_buf_cstr(b, i ? " " : "");
        write_value(b, &at[dict ? 2 * i : i]);
        if (dict) {
            ifb_buf_char(b, '=');
            write_value(b, &at[2 * i + 1]);
        }
        if (at[i].kind == IFB_PICKLE_STRING && at[i].len == 3 && !memcmp(at[i].ptr, "bad", 3))
            return false;
    }
    ifb_buf_char(b, dict ? '}' : ']');
    box->tag += n;
    return true;
}

/* What was told, then "= " and the top values; or the error. */
static ifb_str run(struct ifb_arena *arena, ifb_str bytes)
{
    struct ifb_buf b;
    struct ifb_pickle_sink sink = { &b, record };
    struct ifb_pickle_value top[IFB_PICKLE_MEMBERS];
    struct ifb_error err = { 0 };
    size_t n = 0;
    ifb_str out;

    ifb_buf_init(&b, 1 << 20);
    if (ifb_pickle_read(bytes, arena, &sink, top, &n, &err)) {
        ifb_buf_clear(&b);
        ifb_buf_cstr(&b, err.msg);
    } else {
        ifb_buf_cstr(&b, "=");
        for (size_t i = 0; i < n; i++) {
            ifb_buf_char(&b, ' ');
            write_value(&b, &top[i]);
        }
    }
    out = ifb_str_copy(arena, ifb_buf_view(&b));
    ifb_buf_close(&b);
    return out;
}

#define HALF "G?\xe0\0\0\0\0\0\0"

static const struct {
    ifb_str pickle;
    const char *told;
} good[] = {
    { PICKLE("\x80\x02}."), "= dict0" },
    { PICKLE("\x80\x02}q\0(U\1aq\1" HALF "U\1bq\2K\7u."), "{a=0.5 b=7}= dict2" },
    { PICKLE("\x80\x02}(U\1aq\0}(h\0M\1\2uU\1b}h\0J\xff\xff\xff\xffsu."),
      "{a=513}{a=-1}{a=dict1 b=dict1}= dict2" },
    { PICKLE("\x80\x02}X\1\0\0\0xT\1\0\0\0ys."), "{x=y}= dict1" },
    { PICKLE("\x80\x02](K\1K\2e."), "[1 2]= list2" },
    { PICKLE("\x80\x02]K\1aK\2a."), "[1][2]= list2" },
    { PICKLE("\x80\x02}}c__builtin__\nset\nq\1](U\1aU\1be\x85Rq\2\x87q\3."),
      "[a b]= dict0 dict0 set2" },
    { PICKLE("\x80\x03" "cbuiltins\nset\n]\x85R."), "= set0" },
    { PICKLE("\x80\x02(K\1K\2\x86." ), "pickle, opcode 0x2e at byte 8: ends with values left over, "
                                       "or none" },
    { PICKLE("\x80\x02K\1K\2\x86."), "= 1 2" },
    { PICKLE("\x80\x02U\x9" "long textq\0X\x8\0\0\0longtextq\1\x86](h\0h\1e\x86."),
      "[long text longtext]= tuple list2" },
    { PICKLE("\x80\x02U\1ar\5\0\0\0j\5\0\0\0\x86."), "= a a" },
};

#define FAIL(offset, text) "pickle, opcode 0x" offset ": " text

static const struct {
    ifb_str pickle;
    const char *message;
} bad[] = {
    { PICKLE(""), FAIL("00 at byte 0", "cut off") },
    { PICKLE("\x80\x02}"), FAIL("00 at byte 3", "cut off") },
    { PICKLE("\x80\x02G12"), FAIL("00 at byte 5", "cut off") },
    { PICKLE("\x80\x02U\5abc."), FAIL("55 at byte 2", "a string is too long or cut off") },
    { PICKLE("\x80\x02X\xff\xff\xff\xff" "abc."), FAIL("58 at byte 2", "a string is too long") },
    { PICKLE("\x80\x02" "cos\nsystem\n(U\2lstR."), FAIL("63 at byte 2", "a name other than set") },
    { PICKLE("\x80\x02" "c__builtin__\nsetx\n."), FAIL("63 at byte 2", "a name other than set") },
    { PICKLE("\x80\x02I1\n."), FAIL("49 at byte 2", "not an opcode of plain data") },
    { PICKLE("\x80\x02}\x93."), FAIL("93 at byte 3", "not an opcode of plain data") },
    { PICKLE("\x80\x02}b."), FAIL("62 at byte 3", "not an opcode of plain data") },
    { PICKLE("\x80\x02" "c__builtin__\nset\n]K\1aR."), FAIL("52 at byte 23", "a call other") },
    { PICKLE("\x80\x02R."), FAIL("52 at byte 2", "a call other") },
    { PICKLE("\x80\x02" "c__builtin__\nset\nK\1\x85R."), FAIL("52 at byte 22", "a call other") },
    { PICKLE("\x80\x02}q\0h\0."), FAIL("68 at byte 5", "the memo holds no string there") },
    { PICKLE("\x80\x02h\0."), FAIL("68 at byte 2", "the memo holds no string there") },
    { PICKLE("\x80\x02q\0."), FAIL("71 at byte 2", "the memo is used out of order") },
    { PICKLE("\x80\x02U\1ar\xff\xff\xff\x7f."), FAIL("72 at byte 5", "the memo is used out of") },
    { PICKLE("\x80\x02}u."), FAIL("75 at byte 3", "no mark") },
    { PICKLE("\x80\x02(u."), FAIL("75 at byte 3", "items without the container") },
    { PICKLE("\x80\x02}(K\1u."), FAIL("75 at byte 6", "items without the container") },
    { PICKLE("\x80\x02](K\1K\2u."), FAIL("75 at byte 8", "items without the container") },
    { PICKLE("\x80\x02}K\1K\2K\3(\x87u."), FAIL("75 at byte 11", "items without the container") },
    { PICKLE("\x80\x02}s."), FAIL("73 at byte 3", "too few values") },
    { PICKLE("\x80\x02\x85."), FAIL("85 at byte 2", "too few values") },
    { PICKLE("\x80\x02](U\3bade."), FAIL("65 at byte 9", "values that are not wanted there") },
    { PICKLE("\x80\x02}}."), FAIL("2e at byte 4", "ends with values left over") },
};

static void plain_data_is_told(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ifb_str told = run(arena, good[i].pickle);

        if (!ifb_str_is(told, good[i].told))
            fail_msg("row %zu: \"%s\", wanted \"%s\"", i, told.ptr, good[i].told);
    }
    ifb_arena_close(arena);
}

static void anything_else_is_refused_with_its_place(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ifb_str told = run(arena, bad[i].pickle);

        if (!ifb_str_starts(told, ifb_str_of(bad[i].message)))
            fail_msg("row %zu: \"%s\", wanted \"%s\"", i, told.ptr, bad[i].message);
    }
    ifb_arena_close(arena);
}

/* Ten thousand opcodes of one kind: ceilings, not recursion or memory. */
static void depth_and_width_have_ceilings(void **state)
{
    struct ifb_arena *arena = ifb_arena_new();
    static char text[100000];

    (void)state;
    memset(text, '(', sizeof(text));
    assert_non_null(strstr(run(arena, (ifb_str){ text, sizeof(text) }).ptr, "nested too deeply"));
    memset(text, '}', sizeof(text));
    assert_non_null(strstr(run(arena, (ifb_str){ text, sizeof(text) }).ptr, "too many values"));
    ifb_arena_close(arena);
}

/* Opcodes drawn mostly from those that are known: no crash, whatever they do. */
static void any_opcodes_are_survived(void **state)
{
    static const char known[] = "(.}]cRTUXGJKMqrhjsuae\x80\x85\x86\x87\0\1\2";
    struct ifb_arena *arena = ifb_arena_new();
    struct ifb_rng rng;

    (void)state;
    ifb_rng_seed(&rng, 11);
    for (int i = 0; i < 50000; i++) {
        size_t n = ifb_rng_below(&rng, 60);
        char *text = malloc(n + !n);

        for (size_t k = 0; k < n; k++)
            text[k] = ifb_rng_below(&rng, 20) ? known[ifb_rng_below(&rng, sizeof(known))]
                                              : (char)ifb_rng_next(&rng);
        run(arena, (ifb_str){ text, n });
        free(text);
        ifb_arena_reset(arena);
    }
    ifb_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_data_is_told),
        cmocka_unit_test(anything_else_is_refused_with_its_place),
        cmocka_unit_test(depth_and_width_have_ceilings),
        cmocka_unit_test(any_opcodes_are_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
