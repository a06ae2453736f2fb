/* SPDX-License-Identifier: Apache-2.0 */
/* length_constraints: how many sentences, words and paragraphs. */
#include "scorers/families.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"
#include "scorers/shared.h"

/* ---- number_sentences and number_words ---- */

static enum ifb_outcome check_sentences(const void *args, struct ifb_probe *p)
{
    const struct ifb_count_args *a = args;
    size_t n = ifb_text_sentences(p->text).n;

    return ifb_compare(p, (int64_t)n, a->relation, a->limit, "sentences");
}

static bool is_ascii_word(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

/* len(ifb_text_words()), without keeping the words. */
static size_t count_words(ifb_str text)
{
    const char *p = text.ptr, *end = p + text.len;
    bool inside = false;
    size_t n = 0;

    while (p < end) {
        unsigned char c = (unsigned char)*p;
        bool word;

        if (c < 0x80) {
            word = is_ascii_word(c);
            p++;
        } else {
            word = ifb_is_word(ifb_utf8_next(&p));
        }
        n += word && !inside;
        inside = word;
    }
    return n;
}

enum ifb_outcome ifb_words_check(const void *args, struct ifb_probe *p)
{
    const struct ifb_count_args *a = args;

    return ifb_compare(p, (int64_t)count_words(ifb_text_raw(p->text)), a->relation, a->limit,
                       "words");
}

static const struct ifb_field sentences_fields[] = {
    IFB_COUNT(struct ifb_count_args, limit, "num_sentences", "the threshold"),
    IFB_RELATION(struct ifb_count_args, relation, "relation"),
    { 0 }
};
static const struct ifb_field words_fields[] = {
    IFB_COUNT(struct ifb_count_args, limit, "num_words", "the threshold"),
    IFB_RELATION(struct ifb_count_args, relation, "relation"),
    { 0 }
};
static const struct ifb_example sentences_examples[] = {
    { "{\"num_sentences\":2,\"relation\":\"at least\"}", "It rains. We stay.", IFB_PASS },
    { "{\"num_sentences\":2,\"relation\":\"less than\"}", "It rains. We stay.", IFB_FAIL },
    { "{\"num_sentences\":2,\"relation\":\"at least\"}", "It rains\n\nWe stay", IFB_FAIL },
    { "{\"num_sentences\":-1,\"relation\":\"at least\"}", "It rains.", IFB_ERROR },
    { 0 }
};
static const struct ifb_example words_examples[] = {
    { "{\"num_words\":3,\"relation\":\"at least\"}", "one two three", IFB_PASS },
    { "{\"num_words\":3,\"relation\":\"at least\"}", "one two", IFB_FAIL },
    { "{\"num_words\":2,\"relation\":\"less than\"}", "don't", IFB_FAIL },  /* don and t */
    { "{\"num_words\":2,\"relation\":\"at least\"}", "\xc2\xbd \xe2\x91\xa0", IFB_PASS },
    { "{\"num_words\":2}", "no relation given", IFB_ERROR },
    { 0 }
};

/* ---- number_paragraphs ---- */

struct paragraphs_args {
    int64_t num_paragraphs;
};

/*
 * The next divider, upstream's \s?\*\*\*\s?, at or after `at`; false at the end.
 * White space before the stars belongs to it only where it is still free.
 */
static bool next_divider(ifb_str text, size_t at, size_t *from, size_t *to)
{
    size_t stars = ifb_str_find(text, IFB_STR("***"), at);
    const char *p;

    if (stars == SIZE_MAX)
        return false;
    p = text.ptr + stars;
    *from = stars;
    if (stars > at && ifb_is_space(ifb_utf8_prev(&p)))
        *from = (size_t)(p - text.ptr);
    p = text.ptr + stars + 3;
    *to = stars + 3;
    if (*to < text.len && ifb_is_space(ifb_utf8_next(&p)))
        *to = (size_t)(p - text.ptr);
    return true;
}

static enum ifb_outcome check_paragraphs(const void *args, struct ifb_probe *p)
{
    const struct paragraphs_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    size_t at = 0, from, to;
    int64_t n = 0;
    bool first = true;

    for (; next_divider(text, at, &from, &to); at = to, first = false) {
        bool blank = ifb_is_blank(ifb_str_part(text, at, from));

        if (blank && !first) {
            ifb_mark(p, ifb_str_part(text, from, to));
            ifb_why(p, "nothing between two dividers");
            return IFB_FAIL;
        }
        n += !blank;
    }
    n += !ifb_is_blank(ifb_str_from(text, at));
    ifb_why(p, "found %lld paragraphs, wanted %lld", (long long)n, (long long)a->num_paragraphs);
    return ifb_pass_if(n == a->num_paragraphs);
}

static const struct ifb_field paragraphs_fields[] = {
    IFB_COUNT(struct paragraphs_args, num_paragraphs, "num_paragraphs",
              "how many pieces *** divides the text into"),
    { 0 }
};
static const struct ifb_example paragraphs_examples[] = {
    { "{\"num_paragraphs\":2}", "One.\n\n***\n\nTwo.", IFB_PASS },
    { "{\"num_paragraphs\":2}", "One.\n\nTwo.", IFB_FAIL },
    { "{\"num_paragraphs\":2}", "***\nOne.\n***\nTwo.\n***", IFB_PASS },
    { "{\"num_paragraphs\":2}", "One. ****** Two.", IFB_FAIL },  /* an empty piece between */
    { "{\"num_paragraphs\":2}", "One.\n* * *\nTwo.", IFB_FAIL },
    { 0 }
};

/* ---- nth_paragraph_first_word ---- */

struct nth_args {
    int64_t num_paragraphs, nth;
    ifb_str first_word;  /* lowered by bind */
};

static enum ifb_code bind_nth(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct nth_args *a = args;

    if (a->nth <= 0 || a->nth > a->num_paragraphs)
        return ifb_fail(err, IFB_EINPUT, "nth_paragraph: %lld is not from 1 to %lld",
                        (long long)a->nth, (long long)a->num_paragraphs);
    a->first_word = ifb_lower(arena, a->first_word);
    return IFB_OK;
}

int64_t ifb_nth_piece(ifb_str text, int64_t nth, ifb_str *piece)
{
    int64_t n = 0, index = 0;
    size_t at = 0, end;

    do {
        ifb_str part;

        end = ifb_str_find(text, IFB_STR("\n\n"), at);
        part = ifb_str_part(text, at, end == SIZE_MAX ? text.len : end);
        n += !ifb_is_blank(part);
        if (++index == nth)
            *piece = ifb_strip(part);
        at = end + 2;
    } while (end != SIZE_MAX);
    return n;
}

/* The first token of a piece that is not blank, without the quotes before it. */
static ifb_str first_token(ifb_str piece)
{
    const char *p = piece.ptr, *end = p + piece.len, *stop = end;

    while (p < end) {
        const char *here = p;

        if (ifb_is_space(ifb_utf8_next(&p))) {
            stop = here;
            break;
        }
    }
    piece.len = (size_t)(stop - piece.ptr);
    while (piece.len && piece.ptr[0] == '\'')
        piece = ifb_str_from(piece, 1);
    while (piece.len && piece.ptr[0] == '"')
        piece = ifb_str_from(piece, 1);
    return piece;
}

/* Of one character, as upstream lowers them one by one: no final sigma. */
static size_t lower_one(uint32_t cp, char out[4])
{
    if (cp == 0x130) {
        memcpy(out, "i\xcc\x87", 3);
        return 3;
    }
    return ifb_utf8_put(out, ifb_lower_simple(cp));
}

/* Is `token` up to its first mark, lowered, equal to `wanted`? */
static bool begins_with_word(ifb_str token, ifb_str wanted)
{
    const char *p = token.ptr, *end = p + token.len;
    char one[4];

    while (p < end) {
        uint32_t cp = ifb_utf8_next(&p);
        size_t n;

        if (cp < 0x80 && cp && strchr(".,?!'\"", (int)cp))
            break;
        n = lower_one(cp, one);
        if (!ifb_str_starts(wanted, (ifb_str){ one, n }))
            return false;
        wanted = ifb_str_from(wanted, n);
    }
    return !wanted.len;
}

static enum ifb_outcome check_nth(const void *args, struct ifb_probe *p)
{
    const struct nth_args *a = args;
    ifb_str piece = { "", 0 }, token;
    int64_t n = ifb_nth_piece(ifb_text_raw(p->text), a->nth, &piece);

    if (n != a->num_paragraphs) {
        ifb_why(p, "found %lld paragraphs, wanted %lld", (long long)n,
                (long long)a->num_paragraphs);
        return IFB_FAIL;
    }
    if (!piece.len) {
        ifb_why(p, "paragraph %lld is blank", (long long)a->nth);
        return IFB_FAIL;
    }
    token = first_token(piece);
    ifb_mark(p, token);
    ifb_why(p, "paragraph %lld begins with '%.*s', wanted '%.*s'", (long long)a->nth,
            IFB_ARG(ifb_shown(token)), IFB_ARG(ifb_shown(a->first_word)));
    return ifb_pass_if(begins_with_word(token, a->first_word));
}

static const struct ifb_field nth_fields[] = {
    IFB_COUNT(struct nth_args, num_paragraphs, "num_paragraphs",
              "how many pieces two line breaks divide the text into"),
    IFB_FIELD(struct nth_args, nth, "nth_paragraph", .kind = IFB_INT, .required = true,
              .min = 1, .max = IFB_COUNT_MAX, .doc = "which of them, from 1"),
    IFB_TEXT(struct nth_args, first_word, "first_word", "what it begins with, in any case"),
    { 0 }
};
static const struct ifb_example nth_examples[] = {
    { "{\"num_paragraphs\":2,\"nth_paragraph\":2,\"first_word\":\"then\"}",
      "First we went.\n\n\"Then, we came back.", IFB_PASS },
    { "{\"num_paragraphs\":2,\"nth_paragraph\":2,\"first_word\":\"then\"}",
      "First we went.\n\nAnd then we came back.", IFB_FAIL },
    { "{\"num_paragraphs\":2,\"nth_paragraph\":2,\"first_word\":\"then\"}",
      "First we went.\n\n\n\nThen we came back.", IFB_FAIL },  /* the second piece is blank */
    { "{\"num_paragraphs\":1,\"nth_paragraph\":1,\"first_word\":\"don't\"}", "Don't go.",
      IFB_FAIL },  /* the word ends at its apostrophe */
    { "{\"num_paragraphs\":1,\"nth_paragraph\":2,\"first_word\":\"x\"}", "x", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_length_checks[] = {
    { .id = "length_constraints:number_sentences", .doc = "counts sentences as Punkt cuts them",
      .fields = sentences_fields, .args_size = sizeof(struct ifb_count_args),
      .needs = IFB_NEEDS_PUNKT, .run = check_sentences, .examples = sentences_examples },
    { .id = "length_constraints:number_words", .doc = "counts runs of word characters",
      .fields = words_fields, .args_size = sizeof(struct ifb_count_args), .run = ifb_words_check,
      .examples = words_examples },
    { .id = "length_constraints:number_paragraphs", .doc = "counts paragraphs divided by ***",
      .fields = paragraphs_fields, .args_size = sizeof(struct paragraphs_args),
      .run = check_paragraphs, .examples = paragraphs_examples },
    { .id = "length_constraints:nth_paragraph_first_word",
      .doc = "counts paragraphs divided by blank lines and looks at how one begins",
      .fields = nth_fields, .args_size = sizeof(struct nth_args), .bind = bind_nth,
      .run = check_nth, .examples = nth_examples },
    { 0 }
};
