/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transcripts of a page in blocks: the JSON of some samples, an array, deflated
 * and in base64, in a <script> that no browser runs. A page's script opens the
 * blocks that it needs. A block ends with the sample with which it reaches
 * IFB_BLOCK_SIZE.
 */
#ifndef IFB_REPORTS_BLOCKS_H
#define IFB_REPORTS_BLOCKS_H

#include "harness/base/buf.h"
#include "reports/pen.h"

#define IFB_BLOCK_SIZE ((size_t)128 << 10)  /* beyond, deflate hardly gains */

struct ifb_blocks {
    struct ifb_pen *page;    /* NULL or one that is not ok: blocks are measured, one of eight */
    const char *class;       /* of the elements */
    uint64_t raw;            /* bytes of JSON so far */
    uint64_t tried, packed;  /* of them deflated; what came of these, in base64 */
    /* private */
    struct ifb_deflater *deflater;
    struct ifb_arena *scratch, *arena;
    struct ifb_buf text;
    struct ifb_pen pen;
    struct ifb_sink sink;
    uint32_t *counts;        /* samples of each closed block */
    uint32_t open;           /* and of the one that is not */
    size_t n, cap;
};

void ifb_blocks_open(struct ifb_blocks *b, const char *class, struct ifb_pen *page);
void ifb_blocks_close(struct ifb_blocks *b);

/* Where the JSON of the next sample is to be written, and its end; returns its length. */
struct ifb_pen *ifb_blocks_begin(struct ifb_blocks *b);
uint64_t ifb_blocks_end(struct ifb_blocks *b);

/* Closes the last block; no sample follows. */
void ifb_blocks_finish(struct ifb_blocks *b);

/* `[75,80]`: how many samples each block has. */
void ifb_blocks_put_counts(struct ifb_pen *p, const struct ifb_blocks *b);

#endif
