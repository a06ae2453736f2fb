/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Embeds the language profiles. The path is relative to the tree's root, where
 * make runs; make does not see that this file depends on the table by itself.
 */
#include "scorers/nlp/langid_table.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the table is stored little-endian");

__asm__(".pushsection .rodata\n"
        ".balign 64\n"
        ".globl ifb_langid_table\n"
        ".hidden ifb_langid_table\n"
        ".type ifb_langid_table, %object\n"
        "ifb_langid_table:\n"
        ".incbin \"scorers/nlp/langid_table.bin\"\n"
        ".size ifb_langid_table, . - ifb_langid_table\n"
        ".popsection\n");
