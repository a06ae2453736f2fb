/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Punctuation as the IFBench checks mean it: P, the 32 ASCII marks of Python's
 * string.punctuation. No other mark counts, so typographic quotes stay.
 */
#ifndef IFB_SCORERS_PUNCT_H
#define IFB_SCORERS_PUNCT_H

#include <ifbench/types.h>

/* True for the 32 marks 21-2F 3A-40 5B-60 7B-7E. */
static inline bool ifb_is_punct(char c)
{
    unsigned char u = (unsigned char)c;

    return u - 0x21u < 0x0fu || u - 0x3au < 7u || u - 0x5bu < 6u || u - 0x7bu < 4u;
}

/* Without the marks and U+0020 at both ends, the left or the right one; other white space stays. */
ifb_str ifb_trim_punct(ifb_str s);
ifb_str ifb_ltrim_punct(ifb_str s);
ifb_str ifb_rtrim_punct(ifb_str s);

/* Without any mark: `s` itself when it has none, else a copy in `arena`. */
ifb_str ifb_delete_punct(struct ifb_arena *arena, ifb_str s);

/* When words are lowered: a final sigma looks past marks that a deletion would take away. */
enum ifb_bare_case { IFB_BARE_AS_IS, IFB_BARE_LOWER_FIRST, IFB_BARE_LOWER_AFTER };

/* A word without its marks, and where it stands in the text. */
struct ifb_bare {
    ifb_str word;
    ifb_str raw;
};

struct ifb_bares {
    const struct ifb_bare *at;
    size_t n;
};

/*
 * The words (str.split) of a text from which all marks are deleted, made from
 * the text's own words (`fields`): deleting takes no white space away, so a
 * word of marks alone vanishes and the others stay apart. With IFB_BARE_LOWER_*
 * the text is lowered before or after the deletion. In `arena`.
 */
struct ifb_bares ifb_bare_words(struct ifb_arena *arena, struct ifb_strs fields,
                                enum ifb_bare_case mode);

#endif
