/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check `markdown`: how many headings, lists, tables, links and so on a text
 * has, as md4c reads it: CommonMark with tables, task lists and strikethrough.
 */
#include <md4c.h>
#include <stdio.h>
#include <strings.h>

#include "harness/base/error.h"
#include "harness/base/str.h"
#include "scorers/families.h"
#include "scorers/range.h"

enum element {
    HEADING, LIST, ORDERED_LIST, UNORDERED_LIST, LIST_ITEM, TASK, TABLE, CODE_BLOCK, QUOTE, LINK,
    IMAGE, EMPHASIS, STRONG, CODE, RULE, NELEMENTS
};

static const char *const elements[] = {
    [HEADING] = "heading", [LIST] = "list", [ORDERED_LIST] = "ordered_list",
    [UNORDERED_LIST] = "unordered_list", [LIST_ITEM] = "list_item", [TASK] = "task",
    [TABLE] = "table", [CODE_BLOCK] = "code_block", [QUOTE] = "quote", [LINK] = "link",
    [IMAGE] = "image", [EMPHASIS] = "emphasis", [STRONG] = "strong", [CODE] = "code",
    [RULE] = "rule", [NELEMENTS] = NULL,
};

struct markdown_args {
    int64_t element;
    int64_t level, max_level;  /* 0: any */
    int64_t columns, rows;     /* 0: any; body rows */
    int64_t items;             /* 0: any; at least so many in the list itself */
    ifb_str language;
    struct ifb_range range;
};

/* ---- what md4c can afford ---- */

/*
 * md4c 0.4.8 is quadratic in two ways: each "[" may look for its end through
 * the rest of the text, and a blank line goes through all open containers.
 * Measured, a step of the first takes some two nanoseconds.
 */
#define BRACKET_STEPS 2000000000u
#define CONTAINERS_MAX 200
#define EVENTS_MAX 20000000

/* Behind a container's mark at `at` of a line, or `at` when there is none: ">", "- ", "12. ". */
static size_t skip_mark(ifb_str line, size_t at)
{
    size_t end = at;

    if (line.ptr[at] == '>')
        return at + 1;
    while (end < line.len && line.ptr[end] >= '0' && line.ptr[end] <= '9')
        end++;
    if (end > at ? end == line.len || !strchr(".)", line.ptr[end]) || !line.ptr[end]
                 : !strchr("-+*", line.ptr[at]) || !line.ptr[at])
        return at;
    end++;
    return end == line.len || line.ptr[end] == ' ' || line.ptr[end] == '\t' ? end : at;
}

static size_t containers_of(ifb_str line)
{
    size_t at = 0, n = 0;

    while (at < line.len) {
        size_t end = at + 1;

        if (line.ptr[at] != ' ' && line.ptr[at] != '\t') {
            end = skip_mark(line, at);
            if (end == at)
                break;
            n++;
        }
        at = end;
    }
    return n;
}

/* NULL, or why the text is too much. */
static const char *too_much(ifb_str text)
{
    size_t brackets = ifb_str_count(text, IFB_STR("["));
    ifb_str rest = text, line;

    if (brackets && text.len > BRACKET_STEPS / brackets)
        return "the text has too many brackets to be read as Markdown";
    while (rest.len) {
        line = rest;
        if (ifb_str_chop(&rest, '\n', &line) == false)
            rest.len = 0;
        if (containers_of(line) > CONTAINERS_MAX)
            return "more than 200 lists and quotes inside each other";
    }
    return NULL;
}

/* ---- counting ---- */

#define OPEN_MAX 256

/* A list, a table or a span that was entered and not yet left. */
struct open {
    int64_t items;  /* of a list */
    bool ordered;
};

struct counter {
    const struct markdown_args *args;
    struct ifb_probe *probe;
    ifb_str text;
    int64_t n, events;
    struct open lists[OPEN_MAX];
    size_t nlists;
    int64_t rows, columns;  /* of the table that is open */
    size_t depth;           /* open elements of the wanted kind, to mark the outermost */
    const char *from, *to;  /* the text inside it so far; NULL: none */
};

static void begin(struct counter *c)
{
    if (c->depth++ == 0)
        c->from = c->to = NULL;
}

/* Blocks and spans come without a place: their evidence is the text inside. */
static void end(struct counter *c, bool counts)
{
    c->n += counts;
    if (--c->depth == 0 && counts && c->from)
        ifb_mark(c->probe, (ifb_str){ c->from, (size_t)(c->to - c->from) });
}

static bool of_level(const struct markdown_args *a, unsigned level)
{
    return (!a->level || level == (uint64_t)a->level) &&
           (!a->max_level || level > (uint64_t)a->max_level);
}

static bool of_language(const struct markdown_args *a, const MD_BLOCK_CODE_DETAIL *code)
{
    ifb_str lang = { code->lang.text, code->lang.size };

    return !a->language.ptr ||
           (lang.len == a->language.len && strncasecmp(lang.ptr, a->language.ptr, lang.len) == 0);
}

/* Is a block of md4c of the kind that is asked for? */
static bool is_block(const struct counter *c, MD_BLOCKTYPE type, const void *detail)
{
    const struct markdown_args *a = c->args;

    switch (a->element) {
    case HEADING:
        return type == MD_BLOCK_H && of_level(a, ((const MD_BLOCK_H_DETAIL *)detail)->level);
    case LIST: return type == MD_BLOCK_UL || type == MD_BLOCK_OL;
    case ORDERED_LIST: return type == MD_BLOCK_OL;
    case UNORDERED_LIST: return type == MD_BLOCK_UL;
    case LIST_ITEM: return type == MD_BLOCK_LI;
    case TASK: return type == MD_BLOCK_LI && ((const MD_BLOCK_LI_DETAIL *)detail)->is_task;
    case TABLE: return type == MD_BLOCK_TABLE;
    case CODE_BLOCK: return type == MD_BLOCK_CODE && of_language(a, detail);
    case QUOTE: return type == MD_BLOCK_QUOTE;
    case RULE: return type == MD_BLOCK_HR;
    default: return false;
    }
}

static bool is_span(int64_t element, MD_SPANTYPE type)
{
    switch (element) {
    case LINK: return type == MD_SPAN_A;
    case IMAGE: return type == MD_SPAN_IMG;
    case EMPHASIS: return type == MD_SPAN_EM;
    case STRONG: return type == MD_SPAN_STRONG;
    case CODE: return type == MD_SPAN_CODE;
    default: return false;
    }
}

static bool is_list(MD_BLOCKTYPE type)
{
    return type == MD_BLOCK_UL || type == MD_BLOCK_OL;
}

static int tired(struct counter *c)
{
    return ++c->events > EVENTS_MAX || c->nlists == OPEN_MAX;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    struct counter *c = user;

    if (tired(c))
        return 1;
    if (type == MD_BLOCK_LI && c->nlists)
        c->lists[c->nlists - 1].items++;
    if (is_list(type))
        c->lists[c->nlists++] = (struct open){ 0 };
    if (type == MD_BLOCK_TABLE) {
        c->columns = (int64_t)((const MD_BLOCK_TABLE_DETAIL *)detail)->col_count;
        c->rows = (int64_t)((const MD_BLOCK_TABLE_DETAIL *)detail)->body_row_count;
    }
    if (is_block(c, type, detail))
        begin(c);
    return 0;
}

/* Of the right kind; large enough, too? */
static bool is_large(const struct counter *c, MD_BLOCKTYPE type)
{
    const struct markdown_args *a = c->args;

    if (is_list(type))
        return c->lists[c->nlists - 1].items >= a->items;
    if (type == MD_BLOCK_TABLE)
        return (!a->columns || c->columns == a->columns) && c->rows >= a->rows;
    return true;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    struct counter *c = user;

    if (tired(c))
        return 1;
    if (is_block(c, type, detail))
        end(c, is_large(c, type));
    if (is_list(type))
        c->nlists--;
    return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *user)
{
    struct counter *c = user;

    (void)detail;
    if (is_span(c->args->element, type))
        begin(c);
    return tired(c);
}

static int leave_span(MD_SPANTYPE type, void *detail, void *user)
{
    struct counter *c = user;

    (void)detail;
    if (is_span(c->args->element, type))
        end(c, true);
    return tired(c);
}

/* Some texts are md4c's own, a line break for one. */
static int add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *user)
{
    struct counter *c = user;
    uintptr_t at = (uintptr_t)text, start = (uintptr_t)c->text.ptr;

    (void)type;
    if (c->depth && size && at >= start && at + size <= start + c->text.len) {
        c->from = c->from ? c->from : text;
        c->to = text + size;
    }
    return tired(c);
}

/* ---- the check ---- */

static enum ifb_code bind_markdown(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct markdown_args *a = args;

    (void)arena;
    if ((a->level || a->max_level) && a->element != HEADING)
        return ifb_fail(err, IFB_EINPUT, "level and max_level are for headings");
    if (a->language.ptr && a->element != CODE_BLOCK)
        return ifb_fail(err, IFB_EINPUT, "language is for a code_block");
    if ((a->columns || a->rows) && a->element != TABLE)
        return ifb_fail(err, IFB_EINPUT, "columns and rows are for a table");
    if (a->items && a->element != LIST && a->element != ORDERED_LIST &&
        a->element != UNORDERED_LIST)
        return ifb_fail(err, IFB_EINPUT, "items are for lists");
    if (a->max_level && ifb_range_given(&a->range))
        return ifb_fail(err, IFB_EINPUT, "max_level stands alone: no heading is deeper");
    return ifb_range_bind(&a->range, err);
}

static enum ifb_outcome judge(struct counter *c)
{
    const struct markdown_args *a = c->args;
    char things[80];

    if (a->max_level) {
        ifb_why(c->probe, "found %lld headings deeper than level %lld", (long long)c->n,
                (long long)a->max_level);
        return ifb_pass_if(c->n == 0);
    }
    snprintf(things, sizeof(things), "elements \"%s\"%s", elements[a->element],
             a->level || a->language.ptr || a->columns || a->rows || a->items ? " of the kind"
                                                                             : "");
    return ifb_range_check(c->probe, c->n, &a->range, things);
}

static enum ifb_outcome check_markdown(const void *args, struct ifb_probe *p)
{
    const struct markdown_args *a = args;
    MD_PARSER parser = { .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS,
                         .enter_block = enter_block, .leave_block = leave_block,
                         .enter_span = enter_span, .leave_span = leave_span, .text = add_text };
    struct counter c = { .args = a, .probe = p, .text = ifb_text_raw(p->text) };
    const char *why = too_much(c.text);

    if (!why && md_parse(c.text.ptr, (MD_SIZE)c.text.len, &parser, &c) != 0)
        why = "the text is too much to be read as Markdown";
    if (!why)
        return judge(&c);
    ifb_why(p, "%s", why);
    return IFB_ERROR;
}

static const struct ifb_field markdown_fields[] = {
    IFB_FIELD(struct markdown_args, element, "element", .kind = IFB_CHOICE, .required = true,
              .choices = elements, .doc = "what to count"),
    IFB_RANGE(struct markdown_args, range),
    IFB_FIELD(struct markdown_args, level, "level", .kind = IFB_INT, .min = 1, .max = 6,
              .doc = "headings of that level only"),
    IFB_FIELD(struct markdown_args, max_level, "max_level", .kind = IFB_INT, .min = 1, .max = 6,
              .doc = "no heading is deeper than that; instead of min and max"),
    IFB_FIELD(struct markdown_args, language, "language", .kind = IFB_STRING,
              .doc = "code blocks of that language only, in any case"),
    IFB_FIELD(struct markdown_args, columns, "columns", .kind = IFB_INT, .min = 1, .max = 1000,
              .doc = "tables with exactly so many columns only"),
    IFB_FIELD(struct markdown_args, rows, "rows", .kind = IFB_INT, .min = 1, .max = 1e9,
              .doc = "tables with at least so many rows below the head only"),
    IFB_FIELD(struct markdown_args, items, "items", .kind = IFB_INT, .min = 1, .max = 1e9,
              .doc = "lists with at least so many items of their own only"),
    { 0 }
};

#define TABLE_TEXT "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n"

static const struct ifb_example markdown_examples[] = {
    { "{\"element\":\"heading\",\"level\":2,\"min\":2}", "# A\n## B\ntext\n## C\n", IFB_PASS },
    { "{\"element\":\"heading\",\"min\":1}", "#hashtag\n**Bold**\n", IFB_FAIL },
    { "{\"element\":\"heading\",\"max\":0}", "```\n# a comment\n```\n", IFB_PASS },
    { "{\"element\":\"heading\",\"max_level\":2}", "# A\n## B\n### C\n", IFB_FAIL },
    { "{\"element\":\"list\",\"items\":3}", "- a\n- b\n- c\n", IFB_PASS },
    { "{\"element\":\"list\",\"items\":3}", "- a\n- b\n\n1. c\n", IFB_FAIL },
    { "{\"element\":\"list_item\",\"min\":3,\"max\":3}", "1. a\n   - b\n2. c\n", IFB_PASS },
    { "{\"element\":\"table\",\"columns\":2,\"rows\":2}", TABLE_TEXT, IFB_PASS },
    { "{\"element\":\"table\",\"columns\":3}", TABLE_TEXT, IFB_FAIL },
    { "{\"element\":\"table\"}", "| a | b |\n", IFB_FAIL },  /* no line of dashes */
    { "{\"element\":\"code_block\",\"language\":\"python\"}", "- so:\n\n  ```Python\n  1\n  ```\n",
      IFB_PASS },
    { "{\"element\":\"link\",\"max\":0}", "See [tea](https://tea.example).", IFB_FAIL },
    { "{\"element\":\"emphasis\",\"min\":1}", "2 * 3 * 4", IFB_FAIL },
    { "{\"element\":\"strong\"}", "It is **good**.", IFB_PASS },
    { "{\"element\":\"list\",\"level\":2}", "- a", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_markdown_checks[] = {
    { .id = "markdown", .doc = "so many headings, lists, tables, links or the like in Markdown",
      .fields = markdown_fields, .args_size = sizeof(struct markdown_args),
      .bind = bind_markdown, .run = check_markdown, .examples = markdown_examples },
    { 0 }
};
