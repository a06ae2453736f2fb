/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes harness/base/ucd_tables.inc.h from libunistring 1.0 (Unicode 14.0.0),
 * whose properties equal CPython 3.11's on every code point. Not part of the
 * library; by hand, from the tree's root:
 *
 *   cc -I. -Iinclude harness/base/gen/ucd_gen.c -lunistring -o /tmp/ucd_gen
 *   /tmp/ucd_gen > harness/base/ucd_tables.inc.h
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>

#include "harness/base/ucd_bits.h"

enum { SHIFT = UCD_SHIFT, BLOCK = 1 << SHIFT, LOW = UCD_LOW, MAX_RECORDS = 256, MAX_BLOCKS = 4096 };

struct record {
    unsigned flags;
    int delta;
};

static struct record records[MAX_RECORDS];
static size_t nrecords;
static uint8_t blocks[MAX_BLOCKS][BLOCK];
static size_t nblocks;
static size_t stage1[LOW >> SHIFT];

/* unicodedata's rule for str.isspace. */
static int is_space(ucs4_t c)
{
    int bidi = uc_bidi_class(c);

    return uc_is_general_category(c, UC_CATEGORY_Zs) || bidi == UC_BIDI_WS || bidi == UC_BIDI_B ||
           bidi == UC_BIDI_S;
}

static struct record describe(ucs4_t c)
{
    struct record r = { 0, (int)uc_tolower(c) - (int)c };
    int letter = uc_is_general_category(c, UC_CATEGORY_L);
    int title = uc_is_general_category(c, UC_CATEGORY_Lt);

    if (c >= 0xd800 && c < 0xe000)
        return (struct record){ 0, 0 };
    r.flags |= is_space(c) ? UCD_SPACE : 0u;
    r.flags |= letter || c == '_' || uc_is_general_category(c, UC_CATEGORY_N) ? UCD_WORD : 0u;
    r.flags |= uc_is_general_category(c, UC_CATEGORY_Nd) ? UCD_DECIMAL : 0u;
    r.flags |= uc_digit_value(c) >= 0 ? UCD_DIGIT : 0u;
    r.flags |= letter ? UCD_ALPHA : 0u;
    r.flags |= uc_is_property_uppercase(c) ? UCD_UPPER : 0u;
    r.flags |= uc_is_property_lowercase(c) ? UCD_LOWER : 0u;
    r.flags |= title ? UCD_TITLE : 0u;
    if (uc_is_property_case_ignorable(c))
        r.flags |= UCD_IGNORABLE;
    else if (uc_is_property_cased(c))
        r.flags |= UCD_CASED;
    return r;
}

static unsigned record_of(ucs4_t c)
{
    struct record r = describe(c);
    size_t i = 0;

    while (i < nrecords && (records[i].flags != r.flags || records[i].delta != r.delta))
        i++;
    if (i == MAX_RECORDS)
        abort();
    if (i == nrecords)
        records[nrecords++] = r;
    return (unsigned)i;
}

static void build_low(void)
{
    for (size_t b = 0; b < LOW >> SHIFT; b++) {
        size_t i = 0;

        if (nblocks == MAX_BLOCKS)
            abort();
        for (size_t k = 0; k < BLOCK; k++)
            blocks[nblocks][k] = (uint8_t)record_of((ucs4_t)(b << SHIFT | k));
        while (memcmp(blocks[i], blocks[nblocks], BLOCK) != 0)
            i++;
        nblocks += i == nblocks;
        stage1[b] = i;
    }
}

static void row(size_t i, unsigned value)
{
    printf("%s%u,", i % 24 ? "" : "\n    ", value);
}

/* The low eight flags, one load away: nearly all text is ASCII. */
static void print_ascii(void)
{
    printf("static const uint8_t ucd_ascii[128] = {");
    for (ucs4_t c = 0; c < 128; c++)
        row(c, describe(c).flags & 0xff);
    printf("\n};\n\n");
}

static void print_high(void)
{
    printf("/* The runs from U+%X on: first, last, record; nothing is said of the rest. */\n"
           "static const struct ucd_run ucd_high[] = {\n", (unsigned)LOW);
    for (ucs4_t c = LOW, from; c < 0x110000; c++) {
        unsigned r = record_of(c);

        from = c;
        while (c + 1 < 0x110000 && record_of(c + 1) == r)
            c++;
        if (records[r].flags || records[r].delta)
            printf("    { 0x%X, 0x%X, %u },\n", (unsigned)from, (unsigned)c, r);
    }
    printf("};\n\n");
}

int main(void)
{
    build_low();
    printf("/* SPDX-License-Identifier: Apache-2.0 */\n"
           "/* Unicode 14.0.0, written by harness/base/gen/ucd_gen.c; not for editing. */\n\n");
    print_ascii();
    printf("static const uint16_t ucd_stage1[%u] = {", (unsigned)(LOW >> SHIFT));
    for (size_t i = 0; i < LOW >> SHIFT; i++)
        row(i, (unsigned)stage1[i]);
    printf("\n};\n\nstatic const uint8_t ucd_stage2[%zu] = {", nblocks << SHIFT);
    for (size_t i = 0; i < nblocks << SHIFT; i++)
        row(i, blocks[i >> SHIFT][i & (BLOCK - 1)]);
    printf("\n};\n\n");
    print_high();
    printf("/* Flags and what to add for the simple lowercase. */\n"
           "static const struct ucd_record ucd_records[%zu] = {\n", nrecords);
    for (size_t i = 0; i < nrecords; i++)
        printf("    { 0x%03X, %d },\n", records[i].flags, records[i].delta);
    printf("};\n");
    return 0;
}
