/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python's pattern syntax, read as CPython 3.11 reads it: function by function
 * after re/_parser.py, so that both refuse the same patterns.
 */
#include "harness/base/regex_parse.h"

#include <uniname.h>
#include <unictype.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

#define PATTERN_MAX ((size_t)1 << 20)
/* Where CPython's default recursion limit ends a nest of parentheses. */
#define DEPTH_MAX 495
#define NONE 0xffffffffu

/* What the tokenizer hands out: a character, or a backslash and a character. */
struct token {
    uint32_t c;
    bool escaped, end;
};

struct group {
    bool closed;
    uint64_t lo, hi;
};

struct name {
    const uint32_t *at;
    size_t n;
    uint32_t group;
    struct name *next;
};

struct parser {
    struct ifb_arena *arena;
    struct ifb_error *err;
    const uint32_t *text;
    size_t n, index;
    struct token next;
    unsigned flags;
    struct group *groups;  /* groups[0] is the whole pattern */
    size_t ngroups, groups_cap;
    struct name *names;
    size_t behind_groups;  /* ngroups at the outermost open lookbehind, 0 outside one */
    uint32_t most_wanted;  /* highest group number a conditional asks for */
    uint32_t depth, deepest;
    bool failed, repeats, bad_behind;
};

static struct ifb_re_seq *parse_sub(struct parser *p, bool verbose, bool top);
static struct ifb_re_seq *parse_seq(struct parser *p, bool verbose, bool first);

/* ---- tokens ---- */

static size_t tell(const struct parser *p)
{
    return p->index - (p->next.end ? 0 : 1u + p->next.escaped);
}

/* Everything unwinds by itself afterwards: the pattern seems to end here. */
static bool fail_at(struct parser *p, size_t at, const char *what)
{
    if (!p->failed)
        ifb_fail(p->err, IFB_EINPUT, "%s at position %zu", what, at);
    p->failed = true;
    p->next = (struct token){ .end = true };
    p->index = p->n;
    return false;
}

static bool fail(struct parser *p, const char *what)
{
    return fail_at(p, tell(p), what);
}

static void advance(struct parser *p)
{
    size_t i = p->index;

    if (i >= p->n) {
        p->next = (struct token){ .end = true };
        return;
    }
    p->next = (struct token){ .c = p->text[i] };
    if (p->next.c == '\\') {
        if (++i == p->n) {
            fail_at(p, p->n - 1, "bad escape (end of pattern)");
            return;
        }
        p->next = (struct token){ .c = p->text[i], .escaped = true };
    }
    p->index = i + 1;
}

static struct token get(struct parser *p)
{
    struct token t = p->next;

    advance(p);
    return t;
}

static void seek(struct parser *p, size_t index)
{
    if (p->failed)
        return;
    p->index = index;
    advance(p);
}

static bool is(struct token t, uint32_t c)
{
    return !t.end && !t.escaped && t.c == c;
}

static bool match(struct parser *p, uint32_t c)
{
    if (!is(p->next, c))
        return false;
    advance(p);
    return true;
}

static bool is_one_of(struct token t, const char *chars)
{
    return !t.end && !t.escaped && t.c && t.c < 0x80 && strchr(chars, (int)t.c);
}

static bool is_ascii_digit(struct token t)
{
    return is_one_of(t, "0123456789");
}

static bool is_octal(struct token t)
{
    return is_one_of(t, "01234567");
}

static int hex_value(struct token t)
{
    if (!is_one_of(t, "0123456789abcdefABCDEF"))
        return -1;
    return t.c <= '9' ? (int)t.c - '0' : ((int)t.c | 0x20) - 'a' + 10;
}

/* The text up to `end`, which is consumed; fails when it is empty or unterminated. */
static bool get_until(struct parser *p, uint32_t end, const char *missing, const uint32_t **at,
                      size_t *n)
{
    size_t from = tell(p), to;

    while (!p->next.end && !is(p->next, end))
        advance(p);
    to = tell(p);
    if (p->failed || p->next.end || to == from)
        return fail(p, missing);
    advance(p);
    *at = p->text + from;
    *n = to - from;
    return !p->failed;
}

/* ---- nodes ---- */

static struct ifb_re_node *add_node(struct parser *p, struct ifb_re_seq *seq, enum ifb_re_kind kind)
{
    struct ifb_re_node *node = ifb_new(p->arena, struct ifb_re_node, 1);

    node->kind = kind;
    if (seq->last)
        seq->last->next = node;
    else
        seq->first = node;
    seq->last = node;
    return node;
}

static void add_literal(struct parser *p, struct ifb_re_seq *seq, uint32_t cp)
{
    add_node(p, seq, RE_LITERAL)->cp = cp;
}

static void add_at(struct parser *p, struct ifb_re_seq *seq, enum ifb_re_at at)
{
    add_node(p, seq, RE_AT)->at = at;
}

static struct ifb_re_item *new_item(struct parser *p, enum ifb_re_class what, uint32_t lo,
                                    uint32_t hi)
{
    struct ifb_re_item *item = ifb_new(p->arena, struct ifb_re_item, 1);

    *item = (struct ifb_re_item){ .what = what, .lo = lo, .hi = hi };
    return item;
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* SubPattern.getwidth of one item; subpatterns know theirs already. */
static void node_width(const struct parser *p, const struct ifb_re_node *node, uint64_t *lo,
                       uint64_t *hi)
{
    const struct ifb_re_seq *sub = node->subs;

    *lo = *hi = 0;
    switch (node->kind) {
    case RE_LITERAL:
    case RE_ANY:
    case RE_SET:
        *lo = *hi = 1;
        break;
    case RE_GROUP:
    case RE_ATOMIC:
        *lo = sub->lo;
        *hi = sub->hi;
        break;
    case RE_REPEAT:
        *lo = sub->lo * node->min;
        *hi = sub->hi * node->max;
        break;
    case RE_BACKREF:
        *lo = p->groups[node->group].lo;
        *hi = p->groups[node->group].hi;
        break;
    case RE_COND:
    case RE_BRANCH:
        *lo = node->kind == RE_COND && !sub->next ? 0 : IFB_RE_MANY - 1;
        for (; sub; sub = sub->next) {
            *lo = least_of(*lo, sub->lo);
            *hi = *hi > sub->hi ? *hi : sub->hi;
        }
        break;
    case RE_AT:
    case RE_LOOK:
        break;
    }
}

static struct ifb_re_seq *measure(const struct parser *p, struct ifb_re_seq *seq)
{
    uint64_t lo, hi;

    seq->lo = seq->hi = 0;
    for (const struct ifb_re_node *node = seq->first; node; node = node->next) {
        node_width(p, node, &lo, &hi);
        seq->lo = least_of(seq->lo + least_of(lo, IFB_RE_MANY), IFB_RE_MANY - 1);
        seq->hi = least_of(seq->hi + least_of(hi, IFB_RE_MANY), IFB_RE_MANY);
    }
    return seq;
}

/* ---- escapes ---- */

static bool hex_escape(struct parser *p, size_t digits, uint32_t *cp)
{
    uint32_t value = 0;

    for (size_t i = 0; i < digits; i++) {
        int digit = hex_value(p->next);

        if (digit < 0)
            return fail(p, "incomplete escape");
        value = value << 4 | (uint32_t)digit;
        advance(p);
    }
    if (value > 0x10ffff)
        return fail(p, "bad escape (no such code point)");
    *cp = value;
    return true;
}

/* \N{...}: libunistring's names, which lack the aliases of control characters. */
static bool named_escape(struct parser *p, uint32_t *cp)
{
    const uint32_t *at;
    char name[128];
    size_t n;

    if (!match(p, '{'))
        return fail(p, "missing {");
    if (!get_until(p, '}', "missing character name or }", &at, &n))
        return false;
    if (n >= sizeof(name))
        return fail(p, "undefined character name");
    for (size_t i = 0; i < n; i++) {
        if (at[i] < 0x20 || at[i] > 0x7e)
            return fail(p, "undefined character name");
        name[i] = (char)at[i];
    }
    name[n] = '\0';
    *cp = unicode_name_character(name);
    return *cp != UNINAME_INVALID || fail(p, "undefined character name");
}

/* The control characters, alike inside and outside a set but for \b. */
static uint32_t control_escape(uint32_t c)
{
    switch (c) {
    case 'a': return '\a';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return NONE;
    }
}

static bool class_escape(uint32_t c, enum ifb_re_class *what)
{
    switch (c) {
    case 'd': *what = RE_DIGIT; return true;
    case 'D': *what = RE_NOT_DIGIT; return true;
    case 's': *what = RE_SPACE; return true;
    case 'S': *what = RE_NOT_SPACE; return true;
    case 'w': *what = RE_WORD; return true;
    case 'W': *what = RE_NOT_WORD; return true;
    default: return false;
    }
}

/* What is left once classes, anchors and digits are out of the way. */
static bool character_escape(struct parser *p, uint32_t c, uint32_t *cp)
{
    *cp = control_escape(c);
    if (*cp != NONE)
        return true;
    switch (c) {
    case 'x': return hex_escape(p, 2, cp);
    case 'u': return hex_escape(p, 4, cp);
    case 'U': return hex_escape(p, 8, cp);
    case 'N': return named_escape(p, cp);
    default: break;
    }
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return fail(p, "bad escape");
    *cp = c;
    return true;
}

/* Up to two more octal digits; a set alone allows three that exceed 0o377 to be seen. */
static bool octal_escape(struct parser *p, uint32_t value, uint32_t *cp)
{
    for (size_t i = 0; i < 2 && is_octal(p->next); i++)
        value = value << 3 | (get(p).c - '0');
    if (value > 0377)
        return fail(p, "octal escape value outside of range 0-0o377");
    *cp = value;
    return true;
}

/* State.checklookbehindgroup */
static bool check_behind(struct parser *p, size_t group)
{
    if (!p->behind_groups)
        return true;
    if (group >= p->ngroups || !p->groups[group].closed)
        return fail(p, "cannot refer to an open group");
    if (group >= p->behind_groups)
        return fail(p, "cannot refer to group defined in the same lookbehind subpattern");
    return true;
}

static bool add_backref(struct parser *p, struct ifb_re_seq *seq, uint32_t group)
{
    if (!p->groups[group].closed)
        return fail(p, "cannot refer to an open group");
    if (!check_behind(p, group))
        return false;
    add_node(p, seq, RE_BACKREF)->group = group;
    return true;
}

/* \1 to \99 are groups, unless three octal digits follow each other. */
static bool digit_escape(struct parser *p, struct ifb_re_seq *seq, uint32_t c)
{
    struct token second = p->next;
    uint32_t value = c - '0', cp = 0;

    if (c == '0') {
        if (!octal_escape(p, 0, &cp))
            return false;
        add_literal(p, seq, cp);
        return true;
    }
    if (is_ascii_digit(second)) {
        advance(p);
        if (c < '8' && is_octal(second) && is_octal(p->next)) {
            uint32_t low = get(p).c - '0';

            cp = value << 6 | (second.c - '0') << 3 | low;
            if (cp > 0377)
                return fail(p, "octal escape value outside of range 0-0o377");
            add_literal(p, seq, cp);
            return true;
        }
        value = value * 10 + (second.c - '0');
    }
    if (value >= p->ngroups)
        return fail(p, "invalid group reference");
    return add_backref(p, seq, value);
}

/* _escape */
static bool parse_escape(struct parser *p, struct ifb_re_seq *seq, uint32_t c)
{
    enum ifb_re_class what;
    uint32_t cp;

    if (class_escape(c, &what)) {
        add_node(p, seq, RE_SET)->items = new_item(p, what, 0, 0);
        return true;
    }
    switch (c) {
    case 'A': add_at(p, seq, RE_AT_START); return true;
    case 'Z': add_at(p, seq, RE_AT_FINISH); return true;
    case 'b': add_at(p, seq, RE_AT_WORD); return true;
    case 'B': add_at(p, seq, RE_AT_NOT_WORD); return true;
    default: break;
    }
    if (c >= '0' && c <= '9')
        return digit_escape(p, seq, c);
    if (!character_escape(p, c, &cp))
        return false;
    add_literal(p, seq, cp);
    return true;
}

/* ---- sets ---- */

/* One member, an escape or a character; _class_escape for the former. */
static bool set_member(struct parser *p, struct token t, struct ifb_re_item *item)
{
    uint32_t cp = t.c;

    *item = (struct ifb_re_item){ .what = RE_RANGE };
    if (t.escaped && class_escape(t.c, &item->what))
        return true;
    if (t.escaped && t.c == 'b')
        cp = '\b';
    else if (t.escaped && t.c >= '0' && t.c <= '7' && !octal_escape(p, t.c - '0', &cp))
        return false;
    else if (t.escaped && (t.c == '8' || t.c == '9'))
        return fail(p, "bad escape");
    else if (t.escaped && (t.c < '0' || t.c > '9') && !character_escape(p, t.c, &cp))
        return false;
    item->lo = item->hi = cp;
    return true;
}

/* "-x" after the member `item`; *closed when the '-' was the last thing before ']'. */
static bool range_end(struct parser *p, struct ifb_re_item *item, bool *closed)
{
    struct token t = get(p);
    struct ifb_re_item to;

    if (t.end)
        return fail(p, "unterminated character set");
    if (is(t, ']')) {
        *closed = true;
        return true;
    }
    if (!set_member(p, t, &to))
        return false;
    if (item->what != RE_RANGE || to.what != RE_RANGE || to.lo < item->lo)
        return fail(p, "bad character range");
    item->hi = to.lo;
    return true;
}

static void add_item(struct parser *p, struct ifb_re_node *set, struct ifb_re_item **last,
                     const struct ifb_re_item *item)
{
    struct ifb_re_item *copy = new_item(p, item->what, item->lo, item->hi);

    if (*last)
        (*last)->next = copy;
    else
        set->items = copy;
    *last = copy;
}

/* A set of one character is that character: case is then compared another way. */
static void simplify_set(struct ifb_re_node *set)
{
    const struct ifb_re_item *one = set->items;

    if (set->negate || !one || one->what != RE_RANGE)
        return;
    for (const struct ifb_re_item *i = one; i; i = i->next)
        if (i->what != RE_RANGE || i->lo != one->lo || i->hi != one->lo)
            return;
    set->kind = RE_LITERAL;
    set->cp = one->lo;
}

static bool parse_set(struct parser *p, struct ifb_re_seq *seq)
{
    struct ifb_re_node *set = add_node(p, seq, RE_SET);
    struct ifb_re_item item, *last = NULL;
    bool closed = false;

    set->negate = match(p, '^');
    while (!closed) {
        struct token t = get(p);

        if (t.end)
            return fail(p, "unterminated character set");
        if (is(t, ']') && set->items)
            break;
        if (!set_member(p, t, &item))
            return false;
        if (match(p, '-') && !range_end(p, &item, &closed))
            return false;
        add_item(p, set, &last, &item);
        if (closed)
            add_item(p, set, &last, &(struct ifb_re_item){ .what = RE_RANGE, .lo = '-', .hi = '-' });
    }
    simplify_set(set);
    return !p->failed;
}

/* ---- repeats ---- */

/* Decimal digits; *value is NONE when there are none. False beyond sre's MAXREPEAT. */
static bool get_count(struct parser *p, uint32_t *value)
{
    uint64_t n = 0;
    bool any = false;

    while (is_ascii_digit(p->next)) {
        any = true;
        n = least_of(n * 10 + (get(p).c - '0'), IFB_RE_MANY);
    }
    *value = any ? (uint32_t)n : NONE;
    return !any || n < IFB_RE_MANY;
}

/* After '{'; *literal when it is an ordinary character after all. */
static bool get_braces(struct parser *p, uint32_t *min, uint32_t *max, bool *literal)
{
    size_t here = tell(p);
    uint32_t lo = NONE, hi = NONE;
    bool ok, comma;

    *literal = true;
    if (is(p->next, '}'))
        return true;
    ok = get_count(p, &lo);
    comma = match(p, ',');
    if (comma)
        ok = get_count(p, &hi) && ok;
    else
        hi = lo;
    if (!match(p, '}')) {
        seek(p, here);
        return true;
    }
    *literal = false;
    if (!ok)
        return fail_at(p, here, "the repetition number is too large");
    *min = lo == NONE ? 0 : lo;
    *max = hi == NONE ? IFB_RE_MANY : hi;
    return *min <= *max || fail_at(p, here, "min repeat greater than max repeat");
}

/* Puts a copy of the last item into a repeat that takes its place. */
static struct ifb_re_node *wrap_last(struct parser *p, struct ifb_re_seq *seq)
{
    struct ifb_re_node *item = ifb_new(p->arena, struct ifb_re_node, 1), *last = seq->last;
    struct ifb_re_seq *sub = ifb_new(p->arena, struct ifb_re_seq, 1);

    *item = *last;
    sub->first = sub->last = item;
    if (item->kind == RE_GROUP && !item->group && !item->add && !item->del)
        sub = item->subs;
    else
        measure(p, sub);
    *last = (struct ifb_re_node){ .kind = RE_REPEAT, .subs = sub };
    return last;
}

static bool parse_repeat(struct parser *p, struct ifb_re_seq *seq, uint32_t sign)
{
    uint32_t min = sign == '+', max = sign == '?' ? 1 : IFB_RE_MANY;
    size_t here = tell(p);
    struct ifb_re_node *node;
    bool literal = false;

    if (sign == '{' && !get_braces(p, &min, &max, &literal))
        return false;
    if (literal) {
        add_literal(p, seq, '{');
        return !p->failed;
    }
    if (!seq->last || seq->last->kind == RE_AT)
        return fail_at(p, here - 1, "nothing to repeat");
    if (seq->last->kind == RE_REPEAT)
        return fail_at(p, here - 1, "multiple repeat");
    node = wrap_last(p, seq);
    node->min = min;
    node->max = max;
    node->lazy = match(p, '?');
    node->possessive = !node->lazy && match(p, '+');
    p->repeats = true;
    return !p->failed;
}

/* ---- groups ---- */

/* str.isidentifier */
static bool is_identifier(const uint32_t *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (at[i] != '_' &&
            !(i ? uc_is_property_xid_continue(at[i]) : uc_is_property_xid_start(at[i])))
            return false;
    return n > 0;
}

static uint32_t find_name(const struct parser *p, const uint32_t *at, size_t n)
{
    for (const struct name *i = p->names; i; i = i->next)
        if (i->n == n && memcmp(i->at, at, n * sizeof(*at)) == 0)
            return i->group;
    return 0;
}

static uint32_t open_group(struct parser *p, const uint32_t *at, size_t n)
{
    struct name *name;
    uint32_t group = (uint32_t)p->ngroups;

    p->groups = ifb_grow(p->arena, p->groups, &p->groups_cap, p->ngroups + 1, sizeof(*p->groups));
    p->groups[p->ngroups++] = (struct group){ 0 };
    if (!n)
        return group;
    if (find_name(p, at, n))
        fail(p, "redefinition of group name");
    name = ifb_new(p->arena, struct name, 1);
    *name = (struct name){ .at = at, .n = n, .group = group, .next = p->names };
    p->names = name;
    return group;
}

/* Python's int(): white space around, a sign, underscores between digits of any script. */
static bool python_int(const uint32_t *at, size_t n, uint32_t *out)
{
    uint64_t value = 0;
    bool digit = false;

    while (n && ifb_is_space(at[0]))
        at++, n--;
    while (n && ifb_is_space(at[n - 1]))
        n--;
    if (n && at[0] == '+')
        at++, n--;
    for (size_t i = 0; i < n; i++) {
        if (at[i] == '_' && digit) {
            digit = false;
            continue;
        }
        digit = ifb_is_decimal(at[i]);
        if (!digit)
            return false;
        value = least_of(value * 10 + (uint64_t)uc_decimal_value(at[i]), NONE);
    }
    *out = (uint32_t)value;
    return digit;
}

/* The group that "(?(" asks for: a name or a number, which may come later. */
static bool condition_group(struct parser *p, uint32_t *group)
{
    const uint32_t *at;
    size_t n;

    if (!get_until(p, ')', "missing group name or )", &at, &n))
        return false;
    if (is_identifier(at, n)) {
        *group = find_name(p, at, n);
        return *group || fail(p, "unknown group name");
    }
    if (!python_int(at, n, group))
        return fail(p, "bad character in group name");
    if (!*group)
        return fail(p, "bad group number");
    if (*group >= NONE / 4)
        return fail(p, "invalid group reference");
    if (*group > p->most_wanted)
        p->most_wanted = *group;
    return true;
}

static bool close_paren(struct parser *p, size_t start)
{
    if (p->failed)
        return false;
    return match(p, ')') ? !p->failed : fail_at(p, start, "missing ), unterminated subpattern");
}

static bool parse_condition(struct parser *p, struct ifb_re_seq *seq, bool verbose, size_t start)
{
    struct ifb_re_node *node;
    uint32_t group;

    if (!condition_group(p, &group) || !check_behind(p, group))
        return false;
    node = add_node(p, seq, RE_COND);
    node->group = group;
    node->subs = parse_seq(p, verbose, false);
    if (match(p, '|')) {
        node->subs->next = parse_seq(p, verbose, false);
        if (is(p->next, '|'))
            return fail(p, "conditional backref with more than two branches");
    }
    return close_paren(p, start);
}

static bool parse_look(struct parser *p, struct ifb_re_seq *seq, bool verbose, uint32_t sign,
                       size_t start)
{
    struct ifb_re_node *node = add_node(p, seq, RE_LOOK);
    size_t outer = p->behind_groups;

    if (sign == '<') {
        struct token t = get(p);

        if (!is_one_of(t, "=!"))
            return fail(p, t.end ? "unexpected end of pattern" : "unknown extension ?<");
        sign = t.c;
        node->behind = true;
        if (!outer)
            p->behind_groups = p->ngroups;
    }
    node->negate = sign == '!';
    node->subs = parse_sub(p, verbose, false);
    p->behind_groups = outer;
    if (node->behind && node->subs->lo != node->subs->hi)
        p->bad_behind = true;
    return close_paren(p, start);
}

static bool skip_comment(struct parser *p, size_t start)
{
    while (!p->next.end && !is(p->next, ')'))
        advance(p);
    if (p->failed || p->next.end)
        return fail_at(p, start, "missing ), unterminated comment");
    advance(p);
    return !p->failed;
}

static unsigned flag_of(struct token t)
{
    static const char letters[] = "imsaxut";
    static const unsigned flags[] = { IFB_RE_IGNORECASE, IFB_RE_MULTILINE, IFB_RE_DOTALL,
                                      IFB_RE_ASCII, IFB_RE_VERBOSE, IFB_RE_UNICODE,
                                      IFB_RE_TEMPLATE };

    return is_one_of(t, letters) ? flags[strchr(letters, (int)t.c) - letters] : 0;
}

/* After '-': the flags to turn off, up to the ':'. */
static bool flags_off(struct parser *p, unsigned *del)
{
    struct token t;

    do {
        unsigned flag;

        t = get(p);
        if (is(t, ':') && *del)
            return true;
        flag = flag_of(t);
        if (!flag)
            return fail(p, *del ? "missing :" : "missing flag");
        if (flag & (IFB_RE_ASCII | IFB_RE_UNICODE))
            return fail(p, "bad inline flags: cannot turn off flags 'a', 'u' and 'L'");
        *del |= flag;
    } while (!t.end);
    return false;
}

/* _parse_flags, from the token `t` on; *global when they are for the whole pattern. */
static bool parse_flags(struct parser *p, struct token t, unsigned *add, unsigned *del,
                        bool *global)
{
    *global = false;
    while (!is_one_of(t, ")-:")) {
        unsigned flag = flag_of(t);

        if (is(t, 'L'))
            return fail(p, "bad inline flags: cannot use 'L' flag with a str pattern");
        if (!flag)
            return fail(p, t.end ? "missing -, : or )" : "unknown flag");
        *add |= flag;
        if ((*add & IFB_RE_ASCII) && (*add & IFB_RE_UNICODE))
            return fail(p, "bad inline flags: flags 'a', 'u' and 'L' are incompatible");
        t = get(p);
    }
    if (is(t, ')')) {
        p->flags |= *add;
        *global = true;
        return !p->failed;
    }
    if (*add & IFB_RE_TEMPLATE)
        return fail(p, "bad inline flags: cannot turn on global flag");
    if (is(t, '-') && !flags_off(p, del))
        return false;
    if (*del & IFB_RE_TEMPLATE)
        return fail(p, "bad inline flags: cannot turn off global flag");
    if (*add & *del)
        return fail(p, "bad inline flags: flag turned on and off");
    return !p->failed;
}

/* "(?P": *name is set for a group; a reference is complete with this. */
static bool parse_named(struct parser *p, struct ifb_re_seq *seq, const uint32_t **at, size_t *n)
{
    bool define = match(p, '<');
    uint32_t group;
    size_t len;

    if (!define && !match(p, '='))
        return fail(p, p->next.end ? "unexpected end of pattern" : "unknown extension ?P");
    if (!get_until(p, define ? '>' : ')', "missing group name", at, n))
        return false;
    if (!is_identifier(*at, *n))
        return fail(p, "bad character in group name");
    if (define)
        return true;
    len = *n;
    *n = 0;
    group = find_name(p, *at, len);
    if (!group)
        return fail(p, "unknown group name");
    return add_backref(p, seq, group);
}

struct opening {
    const uint32_t *name;
    size_t name_len;
    unsigned add, del;
    bool capture, atomic, verbose;
};

static bool parse_body(struct parser *p, struct ifb_re_seq *seq, const struct opening *o,
                       size_t start)
{
    struct ifb_re_node *node = add_node(p, seq, o->atomic ? RE_ATOMIC : RE_GROUP);
    bool verbose = (o->verbose || (o->add & IFB_RE_VERBOSE)) && !(o->del & IFB_RE_VERBOSE);

    node->add = o->add;
    node->del = o->del;
    if (o->capture)
        node->group = open_group(p, o->name, o->name_len);
    node->subs = parse_sub(p, verbose, false);
    if (!close_paren(p, start))
        return false;
    if (o->capture)
        p->groups[node->group] = (struct group){ true, node->subs->lo, node->subs->hi };
    return true;
}

/* After "(?"; *verbose and *first matter for flags that stand alone. */
static bool parse_extension(struct parser *p, struct ifb_re_seq *seq, bool *verbose, bool first,
                            size_t start)
{
    struct opening o = { .verbose = *verbose };
    struct token t = get(p);
    bool global;

    if (t.end)
        return fail(p, "unexpected end of pattern");
    if (is(t, 'P')) {
        o.capture = true;
        if (!parse_named(p, seq, &o.name, &o.name_len))
            return false;
        return o.name_len ? parse_body(p, seq, &o, start) : true;
    }
    if (is(t, '#'))
        return skip_comment(p, start);
    if (is_one_of(t, "=!<"))
        return parse_look(p, seq, *verbose, t.c, start);
    if (is(t, '('))
        return parse_condition(p, seq, *verbose, start);
    o.atomic = is(t, '>');
    if (o.atomic || is(t, ':'))
        return parse_body(p, seq, &o, start);
    if (!is(t, '-') && !is(t, 'L') && !flag_of(t))
        return fail(p, "unknown extension");
    if (!parse_flags(p, t, &o.add, &o.del, &global))
        return false;
    if (!global)
        return parse_body(p, seq, &o, start);
    if (!first || seq->first)
        return fail_at(p, start, "global flags not at the start of the expression");
    *verbose = p->flags & IFB_RE_VERBOSE;
    return true;
}

static bool parse_group(struct parser *p, struct ifb_re_seq *seq, bool *verbose, bool first)
{
    struct opening o = { .capture = true, .verbose = *verbose };
    size_t start = tell(p) - 1;
    bool ok;

    if (++p->depth > DEPTH_MAX)
        return fail(p, "parentheses nested too deeply");
    if (p->depth > p->deepest)
        p->deepest = p->depth;
    if (match(p, '?'))
        ok = parse_extension(p, seq, verbose, first, start);
    else
        ok = parse_body(p, seq, &o, start);
    p->depth--;
    return ok;
}

/* ---- the whole ---- */

static bool skip_verbose(struct parser *p, struct token t)
{
    if (is_one_of(t, " \t\n\r\v\f"))
        return true;
    if (!is(t, '#'))
        return false;
    while (!t.end && !is(t, '\n'))
        t = get(p);
    return true;
}

static bool parse_one(struct parser *p, struct ifb_re_seq *seq, struct token t, bool *verbose,
                      bool first)
{
    if (t.escaped)
        return parse_escape(p, seq, t.c);
    switch (t.c) {
    case '[': return parse_set(p, seq);
    case '(': return parse_group(p, seq, verbose, first);
    case '*':
    case '+':
    case '?':
    case '{': return parse_repeat(p, seq, t.c);
    case '.': add_node(p, seq, RE_ANY); return true;
    case '^': add_at(p, seq, RE_AT_BEGIN); return true;
    case '$': add_at(p, seq, RE_AT_END); return true;
    default: add_literal(p, seq, t.c); return true;
    }
}

/* _parse: one alternative. */
static struct ifb_re_seq *parse_seq(struct parser *p, bool verbose, bool first)
{
    struct ifb_re_seq *seq = ifb_new(p->arena, struct ifb_re_seq, 1);

    while (!p->next.end && !is_one_of(p->next, "|)")) {
        struct token t = get(p);

        if (verbose && skip_verbose(p, t))
            continue;
        if (p->failed || !parse_one(p, seq, t, &verbose, first))
            return seq;
    }
    return measure(p, seq);
}

/* _parse_sub: alternatives; several of them become one branch. */
static struct ifb_re_seq *parse_sub(struct parser *p, bool verbose, bool top)
{
    struct ifb_re_seq *head = parse_seq(p, verbose, top), *tail = head, *seq;

    if (top)
        verbose = p->flags & IFB_RE_VERBOSE;
    while (match(p, '|')) {
        tail->next = parse_seq(p, verbose, false);
        tail = tail->next;
    }
    if (head == tail || p->failed)
        return head;
    seq = ifb_new(p->arena, struct ifb_re_seq, 1);
    add_node(p, seq, RE_BRANCH)->subs = head;
    return measure(p, seq);
}

static void check_whole(struct parser *p)
{
    if (p->failed)
        return;
    if ((p->flags & IFB_RE_ASCII) && (p->flags & IFB_RE_UNICODE))
        fail(p, "ASCII and UNICODE flags are incompatible");
    else if (!p->next.end)
        fail(p, "unbalanced parenthesis");
    else if (p->most_wanted >= p->ngroups)
        fail(p, "invalid group reference");
    else if ((p->flags & IFB_RE_TEMPLATE) && p->repeats)
        fail(p, "internal: unsupported template operator");
    else if (p->bad_behind)
        fail(p, "look-behind requires fixed-width pattern");
}

static const uint32_t *decode(struct ifb_arena *arena, ifb_str s, size_t *n)
{
    uint32_t *out = ifb_alloc_raw(arena, s.len * sizeof(*out));
    const char *p = s.ptr, *end = s.ptr + s.len;

    *n = 0;
    while (p < end)
        out[(*n)++] = ifb_utf8_next(&p);
    return out;
}

enum ifb_code ifb_re_parse(struct ifb_arena *arena, ifb_str pattern, unsigned flags,
                           struct ifb_re_tree *out, struct ifb_error *err)
{
    struct parser p = { .arena = arena, .err = err, .flags = flags };

    if (pattern.len > PATTERN_MAX)
        return ifb_fail(err, IFB_ELIMIT, "pattern of more than %zu bytes", PATTERN_MAX);
    if (ifb_utf8_valid(pattern) != pattern.len)
        return ifb_fail(err, IFB_EINPUT, "pattern is not valid UTF-8");
    p.text = pattern.len ? decode(arena, pattern, &p.n) : NULL;
    open_group(&p, NULL, 0);
    advance(&p);
    out->seq = parse_sub(&p, false, true);
    check_whole(&p);
    out->flags = p.flags;
    out->depth = p.deepest;
    return p.failed ? IFB_EINPUT : IFB_OK;
}
