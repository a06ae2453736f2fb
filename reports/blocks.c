/* SPDX-License-Identifier: Apache-2.0 */
/* One buffer is filled and packed again and again: memory does not grow with the samples. */
#include "reports/blocks.h"

#include "harness/base/arena.h"
#include "harness/base/base64.h"
#include "harness/base/zip.h"

#define LEVEL 2  /* half the time of 4 and a quarter of that of 6, for 6 and 11 % more bytes */
#define TEXT_MAX ((size_t)512 << 20)

static bool append(void *self, const char *bytes, size_t len)
{
    return ifb_buf_add(self, bytes, len);
}

void ifb_blocks_open(struct ifb_blocks *b, const char *class, struct ifb_pen *page)
{
    *b = (struct ifb_blocks){ .page = page, .class = class };
    b->deflater = ifb_deflater_open(LEVEL);
    b->scratch = ifb_arena_new();
    b->arena = ifb_arena_new();
    ifb_buf_init(&b->text, TEXT_MAX);
    b->sink = (struct ifb_sink){ &b->text, append };
    ifb_pen_open(&b->pen, &b->sink);
}

void ifb_blocks_close(struct ifb_blocks *b)
{
    ifb_buf_close(&b->text);
    ifb_arena_close(b->scratch);
    ifb_arena_close(b->arena);
    ifb_deflater_close(b->deflater);
}

/* The base64 of the open block. */
static ifb_str pack(struct ifb_blocks *b)
{
    ifb_str out = ifb_base64_write(ifb_deflate(b->deflater, ifb_buf_view(&b->text), b->scratch),
                                   b->scratch);

    b->tried += b->text.len;
    b->packed += out.len;
    return out;
}

void ifb_blocks_finish(struct ifb_blocks *b)
{
    if (!b->open)
        return;
    ifb_buf_char(&b->text, ']');
    if (b->page && b->page->ok) {
        ifb_pen_fmt(b->page, "<script type=\"application/octet-stream\" class=\"%s\">", b->class);
        ifb_pen_str(b->page, pack(b));
        ifb_pen_cstr(b->page, "</script>\n");
    } else if (b->n % 8 == 0) {
        pack(b);
    }
    b->counts = ifb_grow(b->arena, b->counts, &b->cap, b->n + 1, sizeof(*b->counts));
    b->counts[b->n++] = b->open;
    b->open = 0;
    ifb_arena_reset(b->scratch);
    ifb_buf_clear(&b->text);
}

struct ifb_pen *ifb_blocks_begin(struct ifb_blocks *b)
{
    ifb_pen_cstr(&b->pen, b->open ? ",\n" : "[");
    ifb_pen_flush(&b->pen);
    return &b->pen;
}

uint64_t ifb_blocks_end(struct ifb_blocks *b)
{
    uint64_t len = b->pen.total;

    ifb_pen_flush(&b->pen);
    b->pen.total = 0;
    b->raw += len;
    b->open++;
    if (b->text.len >= IFB_BLOCK_SIZE)
        ifb_blocks_finish(b);
    return len;
}

void ifb_blocks_put_counts(struct ifb_pen *p, const struct ifb_blocks *b)
{
    ifb_pen_cstr(p, "[");
    for (size_t i = 0; i < b->n; i++)
        ifb_pen_fmt(p, "%s%u", i ? "," : "", (unsigned)b->counts[i]);
    ifb_pen_cstr(p, "]");
}
