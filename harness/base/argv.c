/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/argv.h"

#include "harness/base/arena.h"
#include "harness/base/buf.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

#define WORD_MAX ((size_t)128 << 10)  /* what Linux takes as one argument */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes a quoted part, the opening quote already read; false when it does not end. */
static bool take_quoted(ifb_str *s, char quote, struct ifb_buf *word)
{
    while (s->len) {
        char c = s->ptr[0];

        *s = ifb_str_from(*s, 1);
        if (c == quote)
            return true;
        if (quote == '"' && c == '\\' && s->len && strchr("\"\\$`", s->ptr[0])) {
            c = s->ptr[0];
            *s = ifb_str_from(*s, 1);
        }
        ifb_buf_char(word, c);
    }
    return false;
}

static enum ifb_code take_word(ifb_str *s, struct ifb_buf *word, struct ifb_error *err)
{
    while (s->len && !is_space(s->ptr[0])) {
        char c = s->ptr[0];

        *s = ifb_str_from(*s, 1);
        if (c && strchr("|&;<>()$`", c))
            return ifb_fail(err, IFB_EUSAGE, "the command holds a '%c', and no shell reads it: "
                            "quote it, or write sh -c '...'", c);
        if (c == '\'' || c == '"') {
            if (!take_quoted(s, c, word))
                return ifb_fail(err, IFB_EUSAGE, "the command has a %c that is not closed", c);
            continue;
        }
        if (c == '\\' && s->len) {
            c = s->ptr[0];
            *s = ifb_str_from(*s, 1);
        }
        ifb_buf_char(word, c);
    }
    if (word->full || memchr(ifb_buf_view(word).ptr, '\0', word->len))
        return ifb_fail(err, IFB_EUSAGE, "a word of the command is too long or holds NUL");
    return IFB_OK;
}

enum ifb_code ifb_argv_split(ifb_str command, struct ifb_arena *arena, struct ifb_strs *out,
                             struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;
    struct ifb_buf word;
    ifb_str *at = NULL;
    size_t n = 0, cap = 0;

    ifb_buf_init(&word, WORD_MAX);
    for (;;) {
        while (command.len && is_space(command.ptr[0]))
            command = ifb_str_from(command, 1);
        if (!command.len || code)
            break;
        ifb_buf_clear(&word);
        code = take_word(&command, &word, err);
        at = ifb_grow(arena, at, &cap, n + 1, sizeof(*at));
        at[n++] = ifb_str_copy(arena, ifb_buf_view(&word));
        if (!code && n > IFB_ARGV_MAX)
            code = ifb_fail(err, IFB_EUSAGE, "the command has more than %d words", IFB_ARGV_MAX);
    }
    ifb_buf_close(&word);
    if (!code && !n)
        return ifb_fail(err, IFB_EUSAGE, "the command is empty");
    *out = (struct ifb_strs){ at, n };
    return code;
}

static char *replaced(ifb_str word, ifb_str from, ifb_str to, struct ifb_arena *arena)
{
    size_t n = ifb_str_count(word, from), at = 0, hit;
    char *out = ifb_alloc(arena, word.len + n * to.len + 1), *p = out;

    while (n && (hit = ifb_str_find(word, from, at)) != SIZE_MAX) {
        memcpy(p, word.ptr + at, hit - at);
        p += hit - at;
        memcpy(p, to.ptr, to.len);
        p += to.len;
        at = hit + from.len;
    }
    memcpy(p, word.ptr + at, word.len - at);
    return out;
}

char **ifb_argv_make(struct ifb_strs words, ifb_str from, ifb_str to, struct ifb_arena *arena)
{
    char **argv = ifb_new(arena, char *, words.n + 1);

    for (size_t i = 0; i < words.n; i++)
        argv[i] = replaced(words.at[i], from, to, arena);
    return argv;
}
