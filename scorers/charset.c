/* SPDX-License-Identifier: Apache-2.0 */
/* charset: which characters a text is made of, by class, by script or one by one. */
#include "scorers/families.h"

#include <unictype.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/ucd.h"
#include "harness/base/utf8.h"

/* A class: a test, or a script by name. */
struct class {
    bool (*is)(uint32_t cp);
    const uc_script_t *script;
};

struct charset_args {
    struct ifb_strs allow, forbid;
    ifb_str allow_chars, forbid_chars;
    struct class *allowed, *forbidden;
};

static bool is_ascii(uint32_t cp)
{
    return cp < 0x80;
}

/* Punctuation and symbols: general categories P and S. */
static bool is_mark(uint32_t cp)
{
    return uc_is_general_category_withtable(cp, UC_CATEGORY_MASK_P | UC_CATEGORY_MASK_S);
}

static bool is_emoji(uint32_t cp)
{
    return uc_is_property_extended_pictographic(cp) || uc_is_property_emoji_presentation(cp);
}

static const struct {
    const char *name;
    bool (*is)(uint32_t cp);
} classes[] = {
    { "ascii", is_ascii },       { "letters", ifb_is_alpha }, { "digits", ifb_is_decimal },
    { "upper", ifb_is_upper },   { "lower", ifb_is_lower },   { "punctuation", is_mark },
    { "whitespace", ifb_is_space }, { "emoji", is_emoji },
};

/* Unicode calls it Old_Persian, users write old_persian. */
static const uc_script_t *find_script(ifb_str name)
{
    char proper[40];
    bool start = true;

    if (!name.len || name.len >= sizeof(proper))
        return NULL;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        proper[i] = start && c >= 'a' && c <= 'z' ? (char)(c - 0x20) : c;
        start = c == '_';
    }
    proper[name.len] = '\0';
    return uc_script_byname(proper);
}

static enum ifb_code bind_classes(struct ifb_strs names, const char *field, struct class **out,
                                  struct ifb_arena *arena, struct ifb_error *err)
{
    struct class *at = ifb_new(arena, struct class, names.n);

    for (size_t i = 0; i < names.n; i++) {
        for (size_t k = 0; k < sizeof(classes) / sizeof(classes[0]); k++)
            if (ifb_str_is(names.at[i], classes[k].name))
                at[i].is = classes[k].is;
        at[i].script = at[i].is ? NULL : find_script(names.at[i]);
        if (!at[i].is && !at[i].script)
            return ifb_fail(err, IFB_EINPUT, "%s: wanted ascii, letters, digits, upper, lower, "
                            "punctuation, whitespace, emoji or a script such as latin, found "
                            "\"%.*s\"", field, IFB_ARG(ifb_shown(names.at[i])));
    }
    *out = at;
    return IFB_OK;
}

static enum ifb_code bind_charset(void *args, struct ifb_arena *arena, struct ifb_error *err)
{
    struct charset_args *a = args;
    enum ifb_code code;

    if (!a->allow.n && !a->forbid.n && !a->allow_chars.len && !a->forbid_chars.len)
        return ifb_fail(err, IFB_EINPUT, "wanted allow, forbid, allow_chars or forbid_chars");
    if (a->allow_chars.len > 4096 || a->forbid_chars.len > 4096)
        return ifb_fail(err, IFB_EINPUT, "wanted at most 4096 bytes of characters");
    code = bind_classes(a->allow, "allow", &a->allowed, arena, err);
    return code ? code : bind_classes(a->forbid, "forbid", &a->forbidden, arena, err);
}

static bool is_among(uint32_t cp, const struct class *at, size_t n, ifb_str chars)
{
    const char *p = chars.ptr;

    for (size_t i = 0; i < n; i++)
        if (at[i].is ? at[i].is(cp) : uc_is_script(cp, at[i].script))
            return true;
    while (chars.len && p < chars.ptr + chars.len)
        if (ifb_utf8_next(&p) == cp)
            return true;
    return false;
}

static bool is_fine(const struct charset_args *a, uint32_t cp)
{
    if ((a->allow.n || a->allow_chars.len) &&
        !is_among(cp, a->allowed, a->allow.n, a->allow_chars))
        return false;
    return !is_among(cp, a->forbidden, a->forbid.n, a->forbid_chars);
}

/* Neighbours that are wrong make one piece of evidence. */
static enum ifb_outcome check_charset(const void *args, struct ifb_probe *p)
{
    const struct charset_args *a = args;
    ifb_str text = ifb_text_raw(p->text);
    const char *at = text.ptr, *end = at + text.len, *from = NULL;
    size_t n = 0;
    ifb_str first = { NULL, 0 };

    while (at < end) {
        const char *here = at;
        bool fine = is_fine(a, ifb_utf8_next(&at));

        if (!fine && !n++)
            first = (ifb_str){ here, (size_t)(at - here) };
        if (!fine && !p->explain)
            return IFB_FAIL;
        if (!fine && !from)
            from = here;
        if (from && (fine || at == end)) {
            ifb_mark(p, (ifb_str){ from, (size_t)((fine ? here : at) - from) });
            from = NULL;
        }
    }
    if (n)
        ifb_why(p, "found '%.*s', %zu characters that may not be there", IFB_ARG(first), n);
    else
        ifb_why(p, "all characters may be there");
    return ifb_pass_if(!n);
}

static const struct ifb_field charset_fields[] = {
    IFB_FIELD(struct charset_args, allow, "allow", .kind = IFB_TEXTS,
              .doc = "classes that may occur: ascii, letters, digits, upper, lower, punctuation "
                     "(symbols too), whitespace, emoji, or a Unicode script: latin, han"),
    IFB_FIELD(struct charset_args, allow_chars, "allow_chars", .kind = IFB_STRING,
              .doc = "characters that may occur, beside allow"),
    IFB_FIELD(struct charset_args, forbid, "forbid", .kind = IFB_TEXTS,
              .doc = "classes that may not occur"),
    IFB_FIELD(struct charset_args, forbid_chars, "forbid_chars", .kind = IFB_STRING,
              .doc = "characters that may not occur, beside forbid"),
    { 0 }
};
static const struct ifb_example charset_examples[] = {
    { "{\"allow\":\"ascii\"}", "Plain text.", IFB_PASS },
    { "{\"allow\":\"ascii\"}", "Caf\xc3\xa9", IFB_FAIL },
    { "{\"allow\":[\"lower\",\"whitespace\"],\"allow_chars\":\".-\"}", "all lower - yes.",
      IFB_PASS },
    { "{\"forbid\":\"digits\",\"forbid_chars\":\"eE\"}", "Omit that fifth glyph.", IFB_PASS },
    { "{\"forbid\":\"digits\",\"forbid_chars\":\"eE\"}", "There.", IFB_FAIL },
    { "{\"allow\":[\"cyrillic\",\"whitespace\"]}", "\xd0\xb4\xd0\xb0 da", IFB_FAIL },
    { "{\"forbid\":\"emoji\"}", "Yes 1 # \xf0\x9f\x98\x80", IFB_FAIL },
    { "{\"forbid\":\"vowels\"}", "no such class", IFB_ERROR },
    { "{}", "nothing said", IFB_ERROR },
    { 0 }
};

const struct ifb_check ifb_charset_checks[] = {
    { .id = "charset", .doc = "made of allowed characters only", .fields = charset_fields,
      .args_size = sizeof(struct charset_args), .bind = bind_charset, .run = check_charset,
      .examples = charset_examples },
    { 0 }
};
