/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of a text: its order, what repeats in it, and how it reads from both ends. */
#include "scorers/families.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/literal.h"
#include "scorers/units.h"

/* ---- sorted and unique ---- */

static const char *const orders[] = { "ascending", "descending", NULL };

struct pieces_args {
    int64_t unit, order;
    bool match_case, strict;
    ifb_str source;
    struct ifb_pattern pattern;
};

static enum ifb_code bind_pieces(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct pieces_args *a = args;

    if (a->unit == IFB_BYTES)
        return ifb_fail(err, IFB_EINPUT, "unit: bytes are counted only, wanted \"chars\"");
    return ifb_unit_bind((enum ifb_unit_id)a->unit, a->source, &a->pattern, arena, err);
}

static void release_pieces(void *args)
{
    ifb_pattern_close(&((struct pieces_args *)args)->pattern);
}

/* A piece as it is in the text, and as it is compared. */
struct entry {
    ifb_str piece, key;
    size_t index;
};

/* False, with the reason set, when there are no pieces to be had. */
static bool take_entries(const struct pieces_args *a, struct ifb_probe *p, struct entry **out,
                         size_t *n)
{
    struct ifb_strs pieces;

    if (!ifb_unit_pieces((enum ifb_unit_id)a->unit, &a->pattern, p, &pieces))
        return false;
    *out = ifb_new(p->scratch, struct entry, pieces.n);
    *n = pieces.n;
    for (size_t i = 0; i < pieces.n; i++) {
        ifb_str piece = ifb_strip(pieces.at[i]);

        (*out)[i] = (struct entry){ piece, a->match_case ? piece : ifb_lower(p->scratch, piece),
                                    i };
    }
    return true;
}

static enum ifb_outcome check_sorted(const void *args, struct ifb_probe *p)
{
    const struct pieces_args *a = args;
    struct entry *at;
    size_t n;

    if (!take_entries(a, p, &at, &n))
        return IFB_ERROR;
    for (size_t i = 1; i < n; i++) {
        int c = ifb_str_cmp(at[i - 1].key, at[i].key);

        c = a->order ? -c : c;
        if (c < 0 || (c == 0 && !a->strict))
            continue;
        ifb_mark(p, at[i].piece);
        ifb_why(p, "'%.*s' follows '%.*s', wanted %s order", IFB_ARG(ifb_shown(at[i].piece)),
                IFB_ARG(ifb_shown(at[i - 1].piece)), orders[a->order]);
        return IFB_FAIL;
    }
    ifb_why(p, "%zu %s in %s order", n, ifb_unit_names[a->unit], orders[a->order]);
    return IFB_PASS;
}

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int c = ifb_str_cmp(x->key, y->key);

    return c ? c : (x->index > y->index) - (x->index < y->index);
}

static enum ifb_outcome check_unique(const void *args, struct ifb_probe *p)
{
    const struct pieces_args *a = args;
    const struct entry *again = NULL;
    struct entry *at;
    size_t n;

    if (!take_entries(a, p, &at, &n))
        return IFB_ERROR;
    if (n)
        qsort(at, n, sizeof(*at), by_key);
    for (size_t i = 1; i < n; i++)
        if (ifb_str_eq(at[i].key, at[i - 1].key) && (!again || at[i].index < again->index))
            again = &at[i];
    if (!again) {
        ifb_why(p, "%zu different %s", n, ifb_unit_names[a->unit]);
        return IFB_PASS;
    }
    ifb_mark(p, again[-1].piece);
    ifb_mark(p, again->piece);
    ifb_why(p, "'%.*s' stands twice", IFB_ARG(ifb_shown(again->piece)));
    return IFB_FAIL;
}

#define UNIT_FIELDS                                                                         \
    IFB_FIELD(struct pieces_args, unit, "unit", .kind = IFB_CHOICE, .required = true,       \
              .choices = ifb_unit_names, .doc = "the pieces that are compared, without the " \
                                                "white space around them"),                 \
    IFB_FIELD(struct pieces_args, match_case, "match_case", .kind = IFB_BOOL,               \
              .doc = "with regard to case (false)"),                                        \
    IFB_FIELD(struct pieces_args, source, "pattern", .kind = IFB_STRING,                    \
              .doc = "of the unit matches, in Python's re syntax")

static const struct ifb_field sorted_fields[] = {
    UNIT_FIELDS,
    IFB_FIELD(struct pieces_args, order, "order", .kind = IFB_CHOICE, .choices = orders,
              .doc = "by code points (ascending)"),
    IFB_FIELD(struct pieces_args, strict, "strict", .kind = IFB_BOOL,
              .doc = "equal neighbours are out of order (false)"),
    { 0 }
};
static const struct ifb_field unique_fields[] = { UNIT_FIELDS, { 0 } };

static const struct ifb_example sorted_examples[] = {
    { "{\"unit\":\"bullets\"}", "Fruit:\n- apple\n- Banana\n- cherry", IFB_PASS },
    { "{\"unit\":\"bullets\",\"match_case\":true}", "- apple\n- Banana", IFB_FAIL },
    { "{\"unit\":\"words\",\"order\":\"descending\"}", "Zebra, yak; ant.", IFB_PASS },
    { "{\"unit\":\"words\",\"strict\":true}", "a b b c", IFB_FAIL },
    { "{\"unit\":\"headings\"}", "no heading at all", IFB_PASS },
    { "{\"unit\":\"bytes\"}", "abc", IFB_ERROR },
    { 0 }
};
static const struct ifb_example unique_examples[] = {
    { "{\"unit\":\"words\"}", "No word stands here again.", IFB_PASS },
    { "{\"unit\":\"words\"}", "The end of the day.", IFB_FAIL },
    { "{\"unit\":\"words\",\"match_case\":true}", "The end of the day.", IFB_PASS },
    { "{\"unit\":\"lines\"}", "one\ntwo\n one ", IFB_FAIL },
    { "{\"unit\":\"matches\",\"pattern\":\"(\"}", "x", IFB_ERROR },
    { 0 }
};

/* ---- palindrome ---- */

struct palindrome_args {
    bool exact;
};

/* The next character from one side that counts, without case; false at the end. */
static bool next_char(const struct palindrome_args *a, ifb_str *rest, bool backwards, uint32_t *cp)
{
    while (rest->len) {
        const char *p = backwards ? rest->ptr + rest->len : rest->ptr;

        *cp = backwards ? ifb_utf8_prev(&p) : ifb_utf8_next(&p);
        *rest = backwards ? ifb_str_part(*rest, 0, (size_t)(p - rest->ptr))
                          : ifb_str_from(*rest, (size_t)(p - rest->ptr));
        if (a->exact)
            return true;
        if (*cp != '_' && ifb_is_word(*cp)) {
            *cp = ifb_fold_char(*cp);
            return true;
        }
    }
    return false;
}

static enum ifb_outcome check_palindrome(const void *args, struct ifb_probe *p)
{
    const struct palindrome_args *a = args;
    ifb_str text = ifb_text_raw(p->text), front = text, back = text;
    size_t n = 0;
    uint32_t x = 0, y = 0;

    for (; next_char(a, &front, false, &x) && next_char(a, &back, true, &y); n++) {
        const char *left = front.ptr, *right = back.ptr + back.len;

        if (x != y) {
            ifb_utf8_prev(&left);
            ifb_mark(p, (ifb_str){ left, (size_t)(front.ptr - left) });
            left = right;
            ifb_utf8_next(&right);
            ifb_mark(p, (ifb_str){ left, (size_t)(right - left) });
            ifb_why(p, "differs at character %zu from either end", n + 1);
            return IFB_FAIL;
        }
        if (front.ptr >= back.ptr + back.len)
            break;
    }
    ifb_why(p, "%s", n ? "reads the same from both ends" : "has no letter or digit");
    return ifb_pass_if(n || a->exact);
}

static const struct ifb_field palindrome_fields[] = {
    IFB_FIELD(struct palindrome_args, exact, "exact", .kind = IFB_BOOL,
              .doc = "every character counts as it is, not letters and digits alone (false)"),
    { 0 }
};
static const struct ifb_example palindrome_examples[] = {
    { "{}", "A man, a plan, a canal: Panama!", IFB_PASS },
    { "{}", "A man, a plan.", IFB_FAIL },
    { "{\"exact\":true}", "A man, a plan, a canal: Panama!", IFB_FAIL },
    { "{\"exact\":true}", "-x-", IFB_PASS },
    { "{}", "...", IFB_FAIL },
    { 0 }
};

/* ---- alternates ---- */

enum { LETTERS, WORDS };
enum { EITHER, UPPER, LOWER };
static const char *const kinds[] = { "letters", "words", NULL };
static const char *const firsts[] = { "either", "upper", "lower", NULL };

struct alternates_args {
    int64_t by, first;
};

/* UPPER, LOWER, or EITHER for what has no case, or is mixed. */
static int64_t case_of(ifb_str piece)
{
    return ifb_str_isupper(piece) ? UPPER : ifb_str_islower(piece) ? LOWER : EITHER;
}

/* Pieces without case are passed over; a word in mixed case is out of turn. */
static bool has_case(ifb_str piece)
{
    const char *p = piece.ptr, *end = p + piece.len;

    while (p < end) {
        uint32_t cp = ifb_utf8_next(&p);

        if (ifb_is_upper(cp) || ifb_is_lower(cp) || ifb_is_title(cp))
            return true;
    }
    return false;
}

static enum ifb_outcome check_alternates(const void *args, struct ifb_probe *p)
{
    const struct alternates_args *a = args;
    int64_t wanted = a->first;
    struct ifb_strs pieces;
    size_t n = 0;

    if (!ifb_unit_pieces(a->by == WORDS ? IFB_WORDS : IFB_LETTERS, NULL, p, &pieces))
        return IFB_ERROR;
    for (size_t i = 0; i < pieces.n; i++) {
        int64_t found = case_of(pieces.at[i]);

        if (!has_case(pieces.at[i]))
            continue;
        if (found == EITHER || (wanted != EITHER && found != wanted)) {
            ifb_mark(p, pieces.at[i]);
            ifb_why(p, "'%.*s' is out of turn, wanted %s case", IFB_ARG(ifb_shown(pieces.at[i])),
                    wanted == EITHER ? "one" : firsts[wanted]);
            return IFB_FAIL;
        }
        wanted = found == UPPER ? LOWER : UPPER;
        n++;
    }
    ifb_why(p, "%zu %s alternate, wanted some", n, kinds[a->by]);
    return ifb_pass_if(n > 0);
}

static const struct ifb_field alternates_fields[] = {
    IFB_FIELD(struct alternates_args, by, "by", .kind = IFB_CHOICE, .choices = kinds,
              .doc = "what changes case in turn (letters)"),
    IFB_FIELD(struct alternates_args, first, "first", .kind = IFB_CHOICE, .choices = firsts,
              .doc = "the case of the first (either)"),
    { 0 }
};
static const struct ifb_example alternates_examples[] = {
    { "{}", "hElLo, WoRlD", IFB_PASS },
    { "{}", "HeLLo", IFB_FAIL },
    { "{\"first\":\"upper\"}", "hElLo", IFB_FAIL },
    { "{\"by\":\"words\"}", "ONE two 3 THREE", IFB_PASS },
    { "{\"by\":\"words\"}", "ONE Two", IFB_FAIL },
    { "{}", "1, 2", IFB_FAIL },
    { 0 }
};

const struct ifb_check ifb_shape_checks[] = {
    { .id = "sorted", .doc = "the pieces of a kind stand in order", .fields = sorted_fields,
      .args_size = sizeof(struct pieces_args), .needs = IFB_NEEDS_PUNKT, .bind = bind_pieces,
      .release = release_pieces, .run = check_sorted, .examples = sorted_examples },
    { .id = "unique", .doc = "no piece of a kind stands twice", .fields = unique_fields,
      .args_size = sizeof(struct pieces_args), .needs = IFB_NEEDS_PUNKT, .forbids = true,
      .bind = bind_pieces, .release = release_pieces, .run = check_unique,
      .examples = unique_examples },
    { .id = "palindrome", .doc = "reads the same from both ends", .fields = palindrome_fields,
      .args_size = sizeof(struct palindrome_args), .run = check_palindrome,
      .examples = palindrome_examples },
    { .id = "alternates", .doc = "upper and lower case take turns", .fields = alternates_fields,
      .args_size = sizeof(struct alternates_args), .run = check_alternates,
      .examples = alternates_examples },
    { 0 }
};
