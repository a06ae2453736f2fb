/* SPDX-License-Identifier: Apache-2.0 */
/* Fenced code blocks: a line scanner, and the check `code_fence`. */
#include "scorers/fence.h"

#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "scorers/families.h"
#include "scorers/range.h"

const char *const ifb_extracts[] = { [IFB_EXTRACT_WHOLE] = "whole", [IFB_EXTRACT_FENCE] = "fence",
                                     NULL };

/* The line at `at` without its line end. */
static ifb_str line_at(ifb_str text, size_t at)
{
    size_t end = ifb_str_chr(text, '\n', at);

    return ifb_str_part(text, at, end == SIZE_MAX ? text.len : end);
}

/* Behind the line that starts at `at`. */
static size_t next_line(ifb_str text, size_t at)
{
    size_t end = ifb_str_chr(text, '\n', at);

    return end == SIZE_MAX ? text.len : end + 1;
}

/* The marks that a line begins with, three at least; "" when it is no fence. */
static ifb_str marks_of(ifb_str line)
{
    size_t from = 0, to;

    while (from < line.len && (line.ptr[from] == ' ' || line.ptr[from] == '\t'))
        from++;
    for (to = from; to < line.len && line.ptr[to] == line.ptr[from]; to++)
        ;
    if (to - from < 3 || (line.ptr[from] != '`' && line.ptr[from] != '~'))
        return (ifb_str){ line.ptr, 0 };
    return ifb_str_part(line, from, to);
}

static ifb_str behind(ifb_str line, ifb_str marks)
{
    return ifb_str_trim_ascii(ifb_str_from(line, (size_t)(marks.ptr - line.ptr) + marks.len));
}

static bool opens(ifb_str line, ifb_str *marks, struct ifb_fence *out)
{
    size_t word = 0;

    *marks = marks_of(line);
    if (!marks->len)
        return false;
    out->info = behind(line, *marks);
    if (marks->ptr[0] == '`' && ifb_str_chr(out->info, '`', 0) != SIZE_MAX)
        return false;
    while (word < out->info.len && out->info.ptr[word] != ' ' && out->info.ptr[word] != '\t')
        word++;
    out->language = ifb_str_part(out->info, 0, word);
    return true;
}

static bool closes(ifb_str line, ifb_str opening)
{
    ifb_str marks = marks_of(line);

    return marks.len >= opening.len && marks.ptr[0] == opening.ptr[0] && !behind(line, marks).len;
}

/* From the opening line at `from` on. */
static void read_body(struct ifb_fences *walk, size_t from, ifb_str marks, struct ifb_fence *out)
{
    size_t body = walk->at;

    out->line = walk->line + 1;
    while (walk->at < walk->text.len) {
        size_t at = walk->at;
        ifb_str line = line_at(walk->text, at);

        walk->at = next_line(walk->text, at);
        walk->line++;
        if (closes(line, marks)) {
            out->closed = true;
            out->body = ifb_str_part(walk->text, body, at);
            out->block = ifb_str_part(walk->text, from, at + line.len);
            return;
        }
    }
    out->body = ifb_str_from(walk->text, body);
    out->block = ifb_str_from(walk->text, from);
}

bool ifb_fence_next(struct ifb_fences *walk, struct ifb_fence *out)
{
    ifb_str marks;

    *out = (struct ifb_fence){ 0 };
    while (walk->at < walk->text.len) {
        size_t from = walk->at;

        walk->at = next_line(walk->text, from);
        walk->line++;
        if (!opens(line_at(walk->text, from), &marks, out))
            continue;
        read_body(walk, (size_t)(marks.ptr - walk->text.ptr), marks, out);
        return true;
    }
    return false;
}

enum ifb_outcome ifb_extract(struct ifb_probe *p, int64_t extract, ifb_str *part, unsigned *line)
{
    struct ifb_fences walk = { .text = ifb_text_raw(p->text) };
    struct ifb_fence fence, second;

    *part = walk.text;
    *line = 1;
    if (extract == IFB_EXTRACT_WHOLE || !ifb_fence_next(&walk, &fence))
        return IFB_PASS;
    if (!fence.closed || ifb_fence_next(&walk, &second)) {
        ifb_why(p, fence.closed ? "more than one code fence, wanted one"
                                : "the code fence is not closed");
        return IFB_FAIL;
    }
    *part = fence.body;
    *line = fence.line;
    return IFB_PASS;
}

/* ---- code_fence ---- */

struct fence_args {
    ifb_str language;
    struct ifb_range range;
    bool only;
};

static enum ifb_code bind_fence(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    (void)arena;
    return ifb_range_bind(&((struct fence_args *)args)->range, err);
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* Names of languages are ASCII; case does not tell them apart. */
static bool same_language(ifb_str a, ifb_str b)
{
    size_t i = 0;

    if (a.len != b.len)
        return false;
    while (i < a.len && small(a.ptr[i]) == small(b.ptr[i]))
        i++;
    return i == a.len;
}

/* Only white space stands before and behind the one fence. */
static bool is_alone(ifb_str text, ifb_str block)
{
    size_t from = (size_t)(block.ptr - text.ptr);

    return ifb_is_blank(ifb_str_part(text, 0, from)) &&
           ifb_is_blank(ifb_str_from(text, from + block.len));
}

static enum ifb_outcome check_fence(const void *args, struct ifb_probe *p)
{
    const struct fence_args *a = args;
    struct ifb_fences walk = { .text = ifb_text_raw(p->text) };
    struct ifb_fence fence = { 0 }, last = { 0 };
    int64_t n = 0, all = 0;

    while (ifb_fence_next(&walk, &fence) && fence.closed) {
        last = fence;
        all++;
        if (a->language.ptr && !same_language(a->language, fence.language))
            continue;
        ifb_mark(p, fence.block);
        n++;
    }
    if (ifb_range_check(p, n, &a->range, "closed code fences of the kind") != IFB_PASS)
        return IFB_FAIL;
    if (!a->only || (all == 1 && is_alone(walk.text, last.block)))
        return IFB_PASS;
    if (all == 1)
        ifb_why(p, "text stands outside the code fence");
    else
        ifb_why(p, "found %lld code fences, wanted one and nothing else", (long long)all);
    return IFB_FAIL;
}

static const struct ifb_field fence_fields[] = {
    IFB_FIELD(struct fence_args, language, "language", .kind = IFB_STRING,
              .doc = "the word behind the opening fence, in any case; absent: whichever, or none"),
    IFB_RANGE(struct fence_args, range),
    IFB_FIELD(struct fence_args, only, "only", .kind = IFB_BOOL,
              .doc = "the text is one code fence and nothing else but white space"),
    { 0 }
};
static const struct ifb_example fence_examples[] = {
    { "{\"language\":\"python\"}", "So:\n```python\nprint(1)\n```\nDone.", IFB_PASS },
    { "{\"language\":\"python\"}", "```\nprint(1)\n```", IFB_FAIL },
    { "{\"only\":true}", "\n```json\n{}\n```\n", IFB_PASS },
    { "{\"only\":true}", "Here:\n```json\n{}\n```\n", IFB_FAIL },
    { "{\"min\":1}", "```c\nint x;", IFB_FAIL },                       /* never closed */
    { "{\"min\":1,\"max\":1}", "````\n```\n````", IFB_PASS },          /* a fence in a fence */
    { "{\"max\":0}", "Use ```code``` inline.", IFB_PASS },
    { "{\"language\":\"sh\"}", "10. Run\n    ~~~ SH -e\n    ls\n    ~~~", IFB_PASS },
    { "{\"min\":2,\"max\":1}", "```\n```", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_fence_checks[] = {
    { .id = "code_fence", .doc = "so many fenced code blocks, perhaps of one language",
      .fields = fence_fields, .args_size = sizeof(struct fence_args), .bind = bind_fence,
      .run = check_fence, .examples = fence_examples },
    { 0 }
};
