/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes scorers/nlp/emoji_table.inc.h: the emoji that are a single code point.
 * They are the characters with Unicode's property Emoji, less those that become
 * one only in a sequence: the keycap bases # * 0-9 and the regional indicators.
 * Not part of the library; by hand, from the tree's root, with Debian's
 * unicode-data (Unicode 15) installed:
 *
 *   cc scorers/nlp/gen/emoji_gen.c -o /tmp/emoji_gen
 *   /tmp/emoji_gen < /usr/share/unicode/emoji/emoji-data.txt > scorers/nlp/emoji_table.inc.h
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LAST 0x1ffff

static bool emoji[LAST + 2];

/* Unicode 16.0 (2024), which the package is older than. */
static const unsigned newer[] = {
    0x1fa89,  /* harp */
    0x1fa8f,  /* shovel */
    0x1fabe,  /* leafless tree */
    0x1fac6,  /* fingerprint */
    0x1fadc,  /* root vegetable */
    0x1fadf,  /* splatter */
    0x1fae9,  /* face with bags under eyes */
};

static bool only_in_sequences(unsigned cp)
{
    return cp < 0x80 || (cp >= 0x1f1e6 && cp <= 0x1f1ff);
}

static void read_line(const char *line)
{
    unsigned from, to;
    char property[64];

    if (sscanf(line, "%x..%x ; %63[A-Za-z_]", &from, &to, property) != 3) {
        if (sscanf(line, "%x ; %63[A-Za-z_]", &from, property) != 2)
            return;
        to = from;
    }
    if (strcmp(property, "Emoji") != 0)
        return;
    for (unsigned cp = from; cp <= to && cp <= LAST; cp++)
        emoji[cp] = !only_in_sequences(cp);
}

int main(void)
{
    char line[512];

    while (fgets(line, sizeof(line), stdin))
        read_line(line);
    for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
        emoji[newer[i]] = true;
    printf("/* SPDX-License-Identifier: Apache-2.0 */\n"
           "/* Made by scorers/nlp/gen/emoji_gen.c: first and last code point of each run. */\n");
    for (unsigned cp = 0, n = 0; cp <= LAST; cp++) {
        unsigned from = cp;

        if (!emoji[cp])
            continue;
        while (emoji[cp + 1])
            cp++;
        printf("{ 0x%x, 0x%x },%s", from, cp, ++n % 4 ? " " : "\n");
    }
    printf("\n");
    return 0;
}
