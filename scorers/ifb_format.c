/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format: brackets, quotes, options, templates and titles (IFBench); what goes
 * line by line is in ifb_format_lines.c.
 */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/punct.h"

/* ---- parentheses ---- */

#define DEEP 5

static char opener_of(char closer)
{
    return closer == ')' ? '(' : closer == ']' ? '[' : closer == '}' ? '{' : '\0';
}

/*
 * Upstream's NestedParenthesesChecker is content when one of five is closed, and
 * forgets everything at a closer that does not fit. Below DEEP only the top of
 * the stack can matter, so that the rest of it has DEEP places.
 */
static bool find_nested(ifb_str text, size_t *at, size_t *deepest)
{
    size_t depth = 0;
    char stack[DEEP];

    *deepest = 0;
    for (*at = 0; *at < text.len; ++*at) {
        char c = text.ptr[*at], opener = opener_of(c);

        if (c == '(' || c == '[' || c == '{') {
            stack[depth < DEEP ? depth : DEEP - 1] = c;
            depth++;
            *deepest = *deepest > depth ? *deepest : depth;
        } else if (opener && depth && stack[depth < DEEP ? depth - 1 : DEEP - 1] == opener) {
            depth--;
            if (*deepest >= DEEP)
                return true;
        } else if (opener) {
            depth = *deepest = 0;
        }
    }
    return false;
}

static enum ifb_outcome check_parentheses(const void *args, struct ifb_probe *p)
{
    ifb_str text = ifb_text_raw(p->text);
    size_t at, deepest;
    bool found = find_nested(text, &at, &deepest);

    (void)args;
    if (found)
        ifb_mark(p, ifb_str_part(text, at, at + 1));
    ifb_why(p, "brackets nest %zu deep %s, wanted %d and one of them closed", deepest,
            found ? "where one is closed" : "at the end", DEEP);
    return ifb_pass_if(found);
}

static const struct ifb_example parentheses_examples[] = {
    { "{}", "(one [two {three (four [five])}])", IFB_PASS },
    { "{}", "(one [two {three (four)}])", IFB_FAIL },
    { "{}", "((((( never mind)", IFB_PASS },  /* closing one is enough */
    { "{}", "((((] ()", IFB_FAIL },           /* a wrong closer clears the stack */
    { 0 }
};

/* ---- quotes ---- */

/*
 * A stack of " and ' on which equal marks never meet: the top tells all the
 * others. Upstream's NestedQuotesChecker never lowers its maximum.
 */
static enum ifb_outcome check_quotes(const void *args, struct ifb_probe *p)
{
    ifb_str text = ifb_text_raw(p->text);
    size_t depth = 0, deepest = 0;
    char top = '\0';

    (void)args;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c != '"' && c != '\'')
            continue;
        if (!depth || c != top) {
            depth++;
            deepest = deepest > depth ? deepest : depth;
            top = c;
            continue;
        }
        depth--;
        top = c == '"' ? '\'' : '"';
        if (deepest - depth >= 3) {
            ifb_mark(p, ifb_str_part(text, i, i + 1));
            ifb_why(p, "quotes nest %zu deep and %zu are closed", deepest, deepest - depth);
            return IFB_PASS;
        }
    }
    ifb_why(p, "quotes nest %zu deep, wanted 3 and all of them closed", deepest);
    return IFB_FAIL;
}

static const struct ifb_example quotes_examples[] = {
    { "{}", "\"He said 'she said \"yes\"'\"", IFB_PASS },
    { "{}", "\"He said 'yes'\"", IFB_FAIL },
    { "{}", "\"It's \"mine\", isn't it\"", IFB_PASS },  /* apostrophes count */
    { "{}", "\"a 'b \"c", IFB_FAIL },
    { 0 }
};

/* ---- options ---- */

struct options_args {
    ifb_str options;
    bool letters;         /* they are a, b, c...: compared as they stand */
    struct ifb_strs list; /* stripped; trimmed and lowered unless `letters` */
};

/* The end of \W* at `at`. */
static size_t skip_marks(ifb_str s, size_t at)
{
    const char *p = s.ptr + at, *end = s.ptr + s.len, *here = p;

    while (p < end && !ifb_is_word(ifb_utf8_next(&p)))
        here = p;
    return (size_t)(here - s.ptr);
}

/* re.match(r"\W*[aA]\W*[bB]\W*[cC]\W*"). */
static bool are_letters(ifb_str options)
{
    size_t at = 0;

    for (char c = 'a'; c <= 'c'; c++) {
        at = skip_marks(options, at);
        if (at >= options.len || (options.ptr[at] | 0x20) != c)
            return false;
        at++;
    }
    return true;
}

static ifb_str as_option(struct ifb_arena *arena, ifb_str s)
{
    return ifb_lower(arena, ifb_trim_punct(s));
}

/* Upstream's OptionsResponseChecker splits at "or" also inside a word. */
static enum ifb_code bind_options(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct options_args *a = args;
    ifb_str sep = IFB_STR(","), *list;

    (void)err;
    if (ifb_str_chr(a->options, '/', 0) != SIZE_MAX)
        sep = IFB_STR("/");
    else if (ifb_str_find(a->options, IFB_STR("or"), 0) != SIZE_MAX)
        sep = IFB_STR("or");
    a->letters = are_letters(a->options);
    a->list = ifb_split(arena, a->options, sep);
    list = ifb_new(arena, ifb_str, a->list.n);
    for (size_t i = 0; i < a->list.n; i++) {
        list[i] = ifb_strip(a->list.at[i]);
        if (!a->letters)
            list[i] = as_option(arena, list[i]);
    }
    a->list.at = list;
    return IFB_OK;
}

static enum ifb_outcome check_options(const void *args, struct ifb_probe *p)
{
    const struct options_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    ifb_str answer = a->letters ? text : as_option(p->scratch, text);

    for (size_t i = 0; i < a->list.n; i++)
        if (ifb_str_eq(answer, a->list.at[i])) {
            ifb_why(p, "the answer is option %zu of %zu", i + 1, a->list.n);
            return IFB_PASS;
        }
    ifb_why(p, "found '%.*s', wanted one of '%.*s' alone", IFB_ARG(ifb_shown(text)),
            IFB_ARG(ifb_shown(a->options)));
    return IFB_FAIL;
}

static const struct ifb_field options_fields[] = {
    IFB_TEXT(struct options_args, options, "options", "divided by /, else by or, else by a comma"),
    { 0 }
};
static const struct ifb_example options_examples[] = {
    { "{\"options\":\"yes/no/maybe\"}", "Maybe.", IFB_PASS },
    { "{\"options\":\"yes/no/maybe\"}", "Maybe not.", IFB_FAIL },
    { "{\"options\":\"a), b), c)\"}", "a)", IFB_PASS },
    { "{\"options\":\"a), b), c)\"}", "a", IFB_FAIL },          /* letters: as they stand */
    { "{\"options\":\"North, South\"}", "North", IFB_FAIL },    /* parted at "or" */
    { 0 }
};

/* ---- quote_unquote ---- */

static bool is_edge(char c)
{
    return (c >= '0' && c <= '9') || (ifb_is_punct(c) && c != '"');
}

/* text.replace("'\"'", "") and then no white space, in `arena`. */
static ifb_str pack(struct ifb_arena *arena, ifb_str text)
{
    char *out = ifb_alloc_raw(arena, text.len);
    const char *at = text.ptr, *end = at + text.len;
    size_t n = 0;

    while (at < end) {
        const char *from = at;

        if (end - at >= 3 && memcmp(at, "'\"'", 3) == 0) {
            at += 3;
        } else if (!ifb_is_space(ifb_utf8_next(&at))) {
            memcpy(out + n, from, (size_t)(at - from));
            n += (size_t)(at - from);
        }
    }
    return (ifb_str){ out, n };
}

static enum ifb_outcome check_unquote(const void *args, struct ifb_probe *p)
{
    ifb_str s = pack(p->scratch, ifb_text_raw(p->text));

    (void)args;
    if (ifb_str_find(s, IFB_STR("\"\""), 0) != SIZE_MAX) {
        ifb_why(p, "a quotation follows another or is empty, wanted words after each");
        return IFB_FAIL;
    }
    while (s.len && is_edge(s.ptr[s.len - 1]))
        s.len--;
    while (s.len && is_edge(s.ptr[0]))
        s = ifb_str_from(s, 1);
    if (s.len && s.ptr[s.len - 1] == '"') {
        ifb_why(p, "the text ends with a quotation, wanted words after it");
        return IFB_FAIL;
    }
    ifb_why(p, "words follow each quotation");
    return IFB_PASS;
}

static const struct ifb_example unquote_examples[] = {
    { "{}", "\"Tea is life\" means that we like it.", IFB_PASS },
    { "{}", "We like it: \"Tea is life.\"", IFB_FAIL },
    { "{}", "\"Tea\" \"is\" life", IFB_FAIL },
    { "{}", "No quotation at all.", IFB_PASS },
    { 0 }
};

/* ---- list ---- */

struct list_args {
    ifb_str sep;
};

static enum ifb_outcome check_list(const void *args, struct ifb_probe *p)
{
    const struct list_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    size_t at = 0, n = 0;

    for (; a->sep.len && (at = ifb_str_find(text, a->sep, at)) != SIZE_MAX; at += a->sep.len, n++)
        ifb_mark(p, ifb_str_part(text, at, at + a->sep.len));
    if (!a->sep.len)
        n = ifb_utf8_count(text) + 1; /* str.count of the empty string */
    ifb_why(p, "found '%.*s' %zu times, wanted at least 2", IFB_ARG(ifb_shown(a->sep)), n);
    return ifb_pass_if(n >= 2);
}

static const struct ifb_field list_fields[] = {
    IFB_TEXT(struct list_args, sep, "sep", "what stands between the members"),
    { 0 }
};
static const struct ifb_example list_examples[] = {
    { "{\"sep\":\"...\"}", "tea ... milk ... sugar", IFB_PASS },
    { "{\"sep\":\"...\"}", "tea ... milk", IFB_FAIL },
    { "{\"sep\":\"...\"}", "......", IFB_PASS },
    { "{\"sep\":\"...\"}", ".....", IFB_FAIL },  /* they do not overlap */
    { 0 }
};

/* ---- thesis ---- */

static size_t find_either(ifb_str text, const char *first, const char *second)
{
    size_t at = ifb_str_find(text, ifb_str_of(first), 0);

    return at != SIZE_MAX ? at : ifb_str_find(text, ifb_str_of(second), 0);
}

/* Upstream's ItalicsThesisChecker measures <em> as if it were <i>: its '>' is text. */
static enum ifb_outcome check_thesis(const void *args, struct ifb_probe *p)
{
    ifb_str text = ifb_text_raw(p->text);
    size_t at = find_either(text, "<i>", "<em>"), end = SIZE_MAX;

    (void)args;
    if (at != SIZE_MAX) {
        text = ifb_str_from(text, at);
        end = find_either(text, "</i>", "</em>");
    }
    if (end == SIZE_MAX) {
        ifb_why(p, "no text in <i> found");
        return IFB_FAIL;
    }
    ifb_mark(p, ifb_str_part(text, 0, end));
    if (ifb_is_blank(ifb_str_part(text, 3, end)) || ifb_is_blank(ifb_str_from(text, end + 4))) {
        ifb_why(p, "the text in <i> or what follows it is blank");
        return IFB_FAIL;
    }
    ifb_why(p, "found text in <i> and text after it");
    return IFB_PASS;
}

static const struct ifb_example thesis_examples[] = {
    { "{}", "<i>Tea is good.</i> It warms.", IFB_PASS },
    { "{}", "Well: <i>Tea is good.</i>\n", IFB_FAIL },
    { "{}", "<em></em>", IFB_PASS },  /* measured as <i>: two '>' are left over */
    { "{}", "*Tea is good.* It warms.", IFB_FAIL },
    { 0 }
};

/* ---- title_case ---- */

/* Upstream's TitleCaseChecker lets pass whatever is neither all lower nor lower before upper. */
static bool is_titled(ifb_str token)
{
    const char *at = token.ptr;
    uint32_t first = ifb_utf8_next(&at);
    ifb_str rest = { at, token.len - (size_t)(at - token.ptr) };

    if (!ifb_is_alpha(first) || !ifb_is_lower(first))
        return true;
    return rest.len && !ifb_str_islower(rest) && !ifb_str_isupper(rest);
}

static enum ifb_outcome check_title_case(const void *args, struct ifb_probe *p)
{
    struct ifb_strs tokens = ifb_text_tokens(p->text);
    ifb_str text = ifb_text_raw(p->text);

    (void)args;
    for (size_t i = 0; i < tokens.n; i++) {
        if (is_titled(tokens.at[i]))
            continue;
        if (tokens.at[i].ptr >= text.ptr && tokens.at[i].ptr < text.ptr + text.len)
            ifb_mark(p, tokens.at[i]);
        ifb_why(p, "'%.*s' begins with a small letter", IFB_ARG(ifb_shown(tokens.at[i])));
        return IFB_FAIL;
    }
    ifb_why(p, "no word of %zu begins with a small letter", tokens.n);
    return IFB_PASS;
}

static const struct ifb_example title_examples[] = {
    { "{}", "Tea And Milk", IFB_PASS },
    { "{}", "Tea and Milk", IFB_FAIL },
    { "{}", "iPhone McDonald TEA 7up", IFB_PASS },  /* mixed, capital or not a letter */
    { "{}", "Don't Stop", IFB_FAIL },               /* the tokenizer parts n't */
    { 0 }
};

/* ---- output_template ---- */

static enum ifb_outcome check_template(const void *args, struct ifb_probe *p)
{
    static const ifb_str parts[] = { IFB_STR_INIT("My Answer:"), IFB_STR_INIT("My Conclusion:"),
                                     IFB_STR_INIT("Future Outlook:") };
    ifb_str text = ifb_text_raw(p->text);

    (void)args;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t at = ifb_str_find(text, parts[i], 0);

        if (at == SIZE_MAX) {
            ifb_why(p, "'%s' not found", parts[i].ptr);
            return IFB_FAIL;
        }
        ifb_mark(p, ifb_str_part(text, at, at + parts[i].len));
    }
    ifb_why(p, "found all three headings");
    return IFB_PASS;
}

static const struct ifb_example template_examples[] = {
    { "{}", "My Answer: tea. My Conclusion: tea. Future Outlook: tea.", IFB_PASS },
    { "{}", "My Answer: tea. My Conclusion: tea.", IFB_FAIL },
    { "{}", "Future Outlook:My Conclusion:My Answer:", IFB_PASS },  /* in any order */
    { "{}", "my answer: my conclusion: future outlook:", IFB_FAIL },
    { 0 }
};

/* ---- no_whitespace ---- */

static enum ifb_outcome check_no_space(const void *args, struct ifb_probe *p)
{
    ifb_str text = ifb_text_raw(p->text);
    const char *at = text.ptr, *end = at + text.len;

    (void)args;
    while (at < end) {
        const char *from = at;

        if (!ifb_is_space(ifb_utf8_next(&at)))
            continue;
        ifb_mark(p, (ifb_str){ from, (size_t)(at - from) });
        ifb_why(p, "found white space at byte %zu", (size_t)(from - text.ptr) + 1);
        return IFB_FAIL;
    }
    ifb_why(p, "found no white space");
    return IFB_PASS;
}

static const struct ifb_example no_space_examples[] = {
    { "{}", "Tea,please.", IFB_PASS },
    { "{}", "Tea, please.", IFB_FAIL },
    { "{}", "Tea.\n", IFB_FAIL },
    { "{}", "Tea\xe2\x80\x8bplease", IFB_PASS },  /* U+200B is no white space */
    { 0 }
};

const struct ifb_check ifb_format_text_checks[] = {
    { .id = "format:parentheses", .doc = "brackets nest five deep, and one of the five is closed",
      .run = check_parentheses, .examples = parentheses_examples },
    { .id = "format:quotes", .doc = "double and single quotes nest three deep and are closed",
      .run = check_quotes, .examples = quotes_examples },
    { .id = "format:options", .doc = "the answer is one of the options and nothing else",
      .fields = options_fields, .args_size = sizeof(struct options_args), .bind = bind_options,
      .run = check_options, .examples = options_examples },
    { .id = "format:quote_unquote", .doc = "words follow each quotation in double quotes",
      .run = check_unquote, .examples = unquote_examples },
    { .id = "format:list", .doc = "a separator occurs at least twice", .fields = list_fields,
      .args_size = sizeof(struct list_args), .run = check_list, .examples = list_examples },
    { .id = "format:thesis", .doc = "text in <i> or <em>, and text after it", .run = check_thesis,
      .examples = thesis_examples },
    { .id = "format:title_case", .doc = "no word begins with a small letter",
      .needs = IFB_NEEDS_PUNKT, .run = check_title_case, .examples = title_examples },
    { .id = "format:output_template", .doc = "three given headings occur", .run = check_template,
      .examples = template_examples },
    { .id = "format:no_whitespace", .doc = "no white space at all", .run = check_no_space,
      .examples = no_space_examples },
    { 0 }
};
