/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to ucd.c and its table generator: how a code point's properties are
 * packed. A code point below UCD_LOW finds its record through two stages, one
 * above it through a short list of runs.
 */
#ifndef IFB_BASE_UCD_BITS_H
#define IFB_BASE_UCD_BITS_H

#include <stdint.h>

enum {
    UCD_SHIFT = 5,
    UCD_LOW = 0x20000
};

enum {
    UCD_SPACE = 0x001,
    UCD_WORD = 0x002,
    UCD_DECIMAL = 0x004,
    UCD_DIGIT = 0x008,
    UCD_ALPHA = 0x010,
    UCD_UPPER = 0x020,
    UCD_LOWER = 0x040,
    UCD_TITLE = 0x080,
    UCD_CASED = 0x100,      /* and not case-ignorable: all that final sigma asks for */
    UCD_IGNORABLE = 0x200
};

struct ucd_record {
    uint32_t flags;
    int32_t delta;
};

struct ucd_run {
    uint32_t from, to, record;
};

#endif
