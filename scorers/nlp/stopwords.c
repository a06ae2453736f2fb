/* SPDX-License-Identifier: Apache-2.0 */
/* A word in a line, in the member "stopwords/english" of nltk's archive. */
#include "scorers/nlp/stopwords.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/base/utf8.h"
#include "harness/base/zip.h"
#include "scorers/nlp/lexicon.h"

#define LIST_MAX ((size_t)1 << 20)

struct ifb_stopwords {
    struct ifb_lexicon words;
};

enum ifb_code ifb_stopwords_load(ifb_str zip, struct ifb_arena *arena,
                                 const struct ifb_stopwords **out, struct ifb_error *err)
{
    struct ifb_stopwords *s = ifb_new(arena, struct ifb_stopwords, 1);
    struct ifb_arena *scratch = ifb_arena_new();
    ifb_str list, word;
    bool more = true;
    enum ifb_code code = ifb_zip_read(zip, "stopwords/english", LIST_MAX, scratch, &list, err);

    *out = NULL;
    if (!code && ifb_utf8_valid(list) != list.len)
        code = ifb_fail(err, IFB_EINPUT, "stopwords/english is not UTF-8");
    if (!code) {
        ifb_lexicon_open(&s->words, arena, 256, list.len);
        while (more) {
            more = ifb_str_chop(&list, '\n', &word);
            word = ifb_str_trim_ascii(more ? word : list);
            if (word.len)
                ifb_lexicon_add(&s->words, word, 1);
        }
        if (!s->words.n)
            code = ifb_fail(err, IFB_EINPUT, "stopwords/english has no words");
    }
    ifb_arena_close(scratch);
    if (!code)
        *out = s;
    return code;
}

bool ifb_stopwords_has(const struct ifb_stopwords *stopwords, ifb_str word)
{
    return ifb_lexicon_get(&stopwords->words, IFB_STR(""), word) != NULL;
}
