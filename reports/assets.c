/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The styles and scripts of pages, which stand as files in reports/page, and the
 * heads of pages, whose policy names them by their hashes.
 */
#include "reports/html.h"

#include "harness/base/arena.h"
#include "harness/base/base64.h"
#include "harness/base/sha256.h"

/* Paths are relative to the root of the tree, where make runs the compiler. */
#define INCLUDE(name, file) \
    __asm__(".pushsection .rodata\n" \
            ".global ifb_page_" #name ", ifb_page_" #name "_end\n" \
            ".hidden ifb_page_" #name ", ifb_page_" #name "_end\n" \
            "ifb_page_" #name ":\n" \
            ".incbin \"reports/page/" file "\"\n" \
            "ifb_page_" #name "_end:\n" \
            ".byte 0\n" \
            ".popsection\n"); \
    extern const char ifb_page_##name[] __attribute__((visibility("hidden"))); \
    extern const char ifb_page_##name##_end[] __attribute__((visibility("hidden")))

INCLUDE(style, "page.css");
INCLUDE(board_style, "board.css");
INCLUDE(theme, "theme.js");
INCLUDE(transcript, "transcript.js");
INCLUDE(list, "list.js");
INCLUDE(report, "report.js");
INCLUDE(diff, "diff.js");
INCLUDE(board, "board.js");

ifb_str ifb_html_asset(enum ifb_html_asset which)
{
    static const struct {
        const char *at, *end;
    } all[] = {
        [IFB_STYLE] = { ifb_page_style, ifb_page_style_end },
        [IFB_STYLE_BOARD] = { ifb_page_board_style, ifb_page_board_style_end },
        [IFB_SCRIPT_THEME] = { ifb_page_theme, ifb_page_theme_end },
        [IFB_SCRIPT_TRANSCRIPT] = { ifb_page_transcript, ifb_page_transcript_end },
        [IFB_SCRIPT_LIST] = { ifb_page_list, ifb_page_list_end },
        [IFB_SCRIPT_REPORT] = { ifb_page_report, ifb_page_report_end },
        [IFB_SCRIPT_DIFF] = { ifb_page_diff, ifb_page_diff_end },
        [IFB_SCRIPT_BOARD] = { ifb_page_board, ifb_page_board_end },
    };

    return (ifb_str){ all[which].at, (size_t)((uintptr_t)all[which].end -
                                              (uintptr_t)all[which].at) };
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void put_hash(struct ifb_pen *p, enum ifb_html_asset which, struct ifb_arena *arena)
{
    struct ifb_sha256 *sha = ifb_sha256_new();
    ifb_str content = ifb_html_asset(which);
    char hex[IFB_SHA256_HEX], bytes[32];

    ifb_sha256_add(sha, content.ptr, content.len);
    ifb_sha256_hex(sha, hex);
    ifb_sha256_close(sha);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    ifb_pen_cstr(p, " 'sha256-");
    ifb_pen_str(p, ifb_base64_write((ifb_str){ bytes, sizeof(bytes) }, arena));
    ifb_pen_cstr(p, "'");
}

static void put_policy(struct ifb_pen *p, const struct ifb_html_assets *a)
{
    struct ifb_arena *arena = ifb_arena_new();

    ifb_pen_cstr(p, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                 "style-src");
    for (size_t i = 0; i < a->nstyles; i++)
        put_hash(p, a->styles[i], arena);
    ifb_pen_cstr(p, "; script-src");
    put_hash(p, IFB_SCRIPT_THEME, arena);
    for (size_t i = 0; i < a->nscripts; i++)
        put_hash(p, a->scripts[i], arena);
    ifb_pen_cstr(p, "; base-uri 'none'; form-action 'none'; "
                 "img-src data:\">\n");
    ifb_arena_close(arena);
}

void ifb_html_open(struct ifb_pen *p, const struct ifb_html_assets *a)
{
    ifb_pen_cstr(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    put_policy(p, a);
    ifb_pen_cstr(p, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n"
                 "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
}

void ifb_html_begin(struct ifb_pen *p, const struct ifb_html_assets *a)
{
    ifb_pen_cstr(p, " \xe2\x80\x93 ifbench</title>\n");
    for (size_t i = 0; i < a->nstyles; i++) {
        ifb_pen_cstr(p, "<style>");
        ifb_pen_str(p, ifb_html_asset(a->styles[i]));
        ifb_pen_cstr(p, "</style>\n");
    }
    /* In the head, so that a page in the other theme does not flash. */
    ifb_pen_cstr(p, "<script>");
    ifb_pen_str(p, ifb_html_asset(IFB_SCRIPT_THEME));
    ifb_pen_cstr(p, "</script>\n</head>\n<body>\n");
}

void ifb_html_end(struct ifb_pen *p, const struct ifb_html_assets *a)
{
    for (size_t i = 0; i < a->nscripts; i++) {
        ifb_pen_cstr(p, "<script>");
        ifb_pen_str(p, ifb_html_asset(a->scripts[i]));
        ifb_pen_cstr(p, "</script>\n");
    }
    ifb_pen_cstr(p, "</body>\n</html>\n");
    ifb_pen_flush(p);
}
