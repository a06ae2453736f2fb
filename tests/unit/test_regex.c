/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python's `re` against ours. What stands in the table is what CPython 3.11.7
 * finds; it pins where PCRE2's syntax, characters and case differ.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/buf.h"
#include "harness/base/regex.h"
#include "harness/base/rng.h"
#include "harness/base/str.h"

/* `spans` are the matches in bytes; NULL where Python raises re.error. */
static const struct {
    ifb_str pattern;
    unsigned flags; /* 1 IGNORECASE, 2 MULTILINE, 4 DOTALL */
    ifb_str text;
    const char *spans;
} rows[] = {
    { IFB_STR_INIT("\\z"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("\\h"), 0, IFB_STR_INIT(" "), NULL },
    { IFB_STR_INIT("a\\R"), 0, IFB_STR_INIT("a\x0a"), NULL },
    { IFB_STR_INIT("\\Qa.b\\E"), 0, IFB_STR_INIT("a.b"), NULL },
    { IFB_STR_INIT("a\\Kb"), 0, IFB_STR_INIT("ab"), NULL },
    { IFB_STR_INIT("\\G"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("a(\?i)b"), 0, IFB_STR_INIT("aB"), NULL },
    { IFB_STR_INIT("(\?i)B"), 0, IFB_STR_INIT("ab"), "1-2" },
    { IFB_STR_INIT("(\?<=a|bc)d"), 0, IFB_STR_INIT("bcd"), NULL },
    { IFB_STR_INIT("(\?<=ab|cd)e"), 0, IFB_STR_INIT("cde"), "2-3" },
    { IFB_STR_INIT("(*ACCEPT)a"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("\\u0041"), 0, IFB_STR_INIT("A"), "0-1" },
    { IFB_STR_INIT("\\U0001f600"), 0, IFB_STR_INIT("x\xf0\x9f\x98\x80"), "1-5" },
    { IFB_STR_INIT("a\\Z"), 0, IFB_STR_INIT("a\x0a"), "" },
    { IFB_STR_INIT("a$"), 0, IFB_STR_INIT("a\x0a"), "0-1" },
    { IFB_STR_INIT("a$"), 0, IFB_STR_INIT("a\x0a\x0a"), "" },
    { IFB_STR_INIT("\\v"), 0, IFB_STR_INIT("\x0b\x0a"), "0-1" },
    { IFB_STR_INIT("a{,3}"), 0, IFB_STR_INIT("aaaa"), "0-3 3-4 4-4" },
    { IFB_STR_INIT("x{,3}y"), 0, IFB_STR_INIT("xxxxy"), "1-5" },
    { IFB_STR_INIT("[[:alpha:]]"), 0, IFB_STR_INIT("a:]"), "1-3" },
    { IFB_STR_INIT("[[:alpha:]]"), 0, IFB_STR_INIT("x"), "" },
    { IFB_STR_INIT("a{"), 0, IFB_STR_INIT("a{"), "0-2" },
    { IFB_STR_INIT("a{1"), 0, IFB_STR_INIT("a{1"), "0-3" },
    { IFB_STR_INIT("a{1,2"), 0, IFB_STR_INIT("a{1,2"), "0-5" },
    { IFB_STR_INIT("a{2}"), 0, IFB_STR_INIT("aaa"), "0-2" },
    { IFB_STR_INIT("a{2,1}"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("{"), 0, IFB_STR_INIT("{"), "0-1" },
    { IFB_STR_INIT("}"), 0, IFB_STR_INIT("}"), "0-1" },
    { IFB_STR_INIT("]"), 0, IFB_STR_INIT("]"), "0-1" },
    { IFB_STR_INIT("("), 0, IFB_STR_INIT("("), NULL },
    { IFB_STR_INIT(")"), 0, IFB_STR_INIT(")"), NULL },
    { IFB_STR_INIT("["), 0, IFB_STR_INIT("["), NULL },
    { IFB_STR_INIT("[]"), 0, IFB_STR_INIT("]"), NULL },
    { IFB_STR_INIT("[]a]"), 0, IFB_STR_INIT("]a"), "0-1 1-2" },
    { IFB_STR_INIT("[^]a]"), 0, IFB_STR_INIT("]ab"), "2-3" },
    { IFB_STR_INIT("*"), 0, IFB_STR_INIT("*"), NULL },
    { IFB_STR_INIT("+a"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("\?"), 0, IFB_STR_INIT("\?"), NULL },
    { IFB_STR_INIT("a**"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("a*+"), 0, IFB_STR_INIT("aaa"), "0-3 3-3" },
    { IFB_STR_INIT("a++a"), 0, IFB_STR_INIT("aaa"), "" },
    { IFB_STR_INIT("a*\?"), 0, IFB_STR_INIT("aa"), "0-0 0-1 1-1 1-2 2-2" },
    { IFB_STR_INIT("a\?\?"), 0, IFB_STR_INIT("a"), "0-0 0-1 1-1" },
    { IFB_STR_INIT("c++"), 0, IFB_STR_INIT("cc c"), "0-2 3-4" },
    { IFB_STR_INIT("(\?>a+)b"), 0, IFB_STR_INIT("aab"), "0-3" },
    { IFB_STR_INIT("a|"), 0, IFB_STR_INIT("ba"), "0-0 1-2 2-2" },
    { IFB_STR_INIT("|a"), 0, IFB_STR_INIT("ba"), "0-0 1-1 1-2 2-2" },
    { IFB_STR_INIT("(a|b)*"), 0, IFB_STR_INIT("abc"), "0-2 2-2 3-3" },
    { IFB_STR_INIT("(a)\\1"), 0, IFB_STR_INIT("aa"), "0-2" },
    { IFB_STR_INIT("\\1(a)"), 0, IFB_STR_INIT("aa"), NULL },
    { IFB_STR_INIT("(\?P<n>a)(\?P=n)"), 0, IFB_STR_INIT("aa"), "0-2" },
    { IFB_STR_INIT("(\?P<n>a)(\?P<n>b)"), 0, IFB_STR_INIT("ab"), NULL },
    { IFB_STR_INIT("(\?P<1>a)"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("(a)\?(\?(1)b|c)"), 0, IFB_STR_INIT("ab c"), "0-2 3-4" },
    { IFB_STR_INIT("(\?(1)a)"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("(\?#x)a"), 0, IFB_STR_INIT("a"), "0-1" },
    { IFB_STR_INIT("(\?#x"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("(\?x)a b # c\x0a"), 0, IFB_STR_INIT("ab"), "0-2" },
    { IFB_STR_INIT("(\?x:a b)c d"), 0, IFB_STR_INIT("abc d"), "0-5" },
    { IFB_STR_INIT("(\?-i:a)b"), 1, IFB_STR_INIT("AB aB"), "3-5" },
    { IFB_STR_INIT("(\?i-s:A.)"), 4, IFB_STR_INIT("a\x0a" "ab"), "2-4" },
    { IFB_STR_INIT("(\?L)a"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("(\?u)\xc3\xa9"), 0, IFB_STR_INIT("\xc3\xa9"), "0-2" },
    { IFB_STR_INIT("(\?a)\\w"), 0, IFB_STR_INIT("\xc3\xa9" "a"), "2-3" },
    { IFB_STR_INIT("(\?au)a"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("\\N{BULLET}"), 0, IFB_STR_INIT("\xe2\x80\xa2"), "0-3" },
    { IFB_STR_INIT("\\N{NO SUCH NAME}"), 0, IFB_STR_INIT("x"), NULL },
    { IFB_STR_INIT("\\x4"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("\\x41"), 0, IFB_STR_INIT("A"), "0-1" },
    { IFB_STR_INIT("\\u12"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("\\101"), 0, IFB_STR_INIT("A"), "0-1" },
    { IFB_STR_INIT("\\0"), 0, IFB_STR_INIT("\x00"), "0-1" },
    { IFB_STR_INIT("\\08"), 0, IFB_STR_INIT("\x00" "8"), "0-2" },
    { IFB_STR_INIT("\\777"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("\\8"), 0, IFB_STR_INIT("8"), NULL },
    { IFB_STR_INIT("\\q"), 0, IFB_STR_INIT("q"), NULL },
    { IFB_STR_INIT("\\"), 0, IFB_STR_INIT("\\"), NULL },
    { IFB_STR_INIT("\\-"), 0, IFB_STR_INIT("-"), "0-1" },
    { IFB_STR_INIT("\\\xc3\xa9"), 0, IFB_STR_INIT("\xc3\xa9"), "0-2" },
    { IFB_STR_INIT("(\?=a)b"), 0, IFB_STR_INIT("ab"), "" },
    { IFB_STR_INIT("(\?!a)."), 0, IFB_STR_INIT("ab"), "1-2" },
    { IFB_STR_INIT("(\?<!a)b"), 0, IFB_STR_INIT("abb"), "2-3" },
    { IFB_STR_INIT("(\?<=a*)b"), 0, IFB_STR_INIT("aab"), NULL },
    { IFB_STR_INIT("(\?<=(a)(b))c"), 0, IFB_STR_INIT("abc"), "2-3" },
    { IFB_STR_INIT("(\?<a)b"), 0, IFB_STR_INIT("b"), NULL },
    { IFB_STR_INIT("(\?z)"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("(\?i"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT(""), 0, IFB_STR_INIT("ab"), "0-0 1-1 2-2" },
    { IFB_STR_INIT("a*"), 0, IFB_STR_INIT("baac"), "0-0 1-3 3-3 4-4" },
    { IFB_STR_INIT("x*"), 0, IFB_STR_INIT("axb"), "0-0 1-2 2-2 3-3" },
    { IFB_STR_INIT("^"), 2, IFB_STR_INIT("a\x0a" "b\x0a"), "0-0 2-2 4-4" },
    { IFB_STR_INIT("$"), 2, IFB_STR_INIT("a\x0a" "b\x0a"), "1-1 3-3 4-4" },
    { IFB_STR_INIT("$"), 0, IFB_STR_INIT("a\x0a"), "1-1 2-2" },
    { IFB_STR_INIT("^a"), 2, IFB_STR_INIT("a\x0a" "a\x0d" "a"), "0-1 2-3" },
    { IFB_STR_INIT("\\b"), 0, IFB_STR_INIT("a b"), "0-0 1-1 2-2 3-3" },
    { IFB_STR_INIT("\\B"), 0, IFB_STR_INIT("ab"), "1-1" },
    { IFB_STR_INIT("\\B"), 0, IFB_STR_INIT(""), "" },
    { IFB_STR_INIT("\\b"), 0, IFB_STR_INIT(""), "" },
    { IFB_STR_INIT("^$"), 2, IFB_STR_INIT("\x0a\x0a"), "0-0 1-1 2-2" },
    { IFB_STR_INIT("(\?:)"), 0, IFB_STR_INIT("\xc3\xa9"), "0-0 2-2" },
    { IFB_STR_INIT("\\s"), 0, IFB_STR_INIT(" \x09\x0a\x0b\x0c\x0d\x1c\x1f\xc2\x85\xc2\xa0\xe1\x9a\x80\xe1\xa0\x8e\xe2\x80\x80\xe2\x80\x8b\xe2\x80\xa8\xe2\x80\xaf\xe2\x81\x9f\xe3\x80\x80\xef\xbb\xbf"), "0-1 1-2 2-3 3-4 4-5 5-6 6-7 7-8 8-10 10-12 12-15 18-21 24-27 27-30 30-33 33-36" },
    { IFB_STR_INIT("\\S"), 0, IFB_STR_INIT("\x1c\xe1\xa0\x8e\xe2\x80\x8b"), "1-4 4-7" },
    { IFB_STR_INIT("[\\s]"), 0, IFB_STR_INIT("\x1d\xe1\xa0\x8e"), "0-1" },
    { IFB_STR_INIT("[^\\s]"), 0, IFB_STR_INIT("\x1d" "a"), "1-2" },
    { IFB_STR_INIT("\\d"), 0, IFB_STR_INIT("1\xd9\xa3\xc2\xb2\xc2\xbd\xe2\x85\xa7"), "0-1 1-3" },
    { IFB_STR_INIT("\\w"), 0, IFB_STR_INIT("\xc2\xb2\xc2\xbd\xe2\x91\xa0\xe2\x85\xa7_\xcc\x81\xc3\xa9\xe4\xb8\xad-"), "0-2 2-4 4-7 7-10 10-11 13-15 15-18" },
    { IFB_STR_INIT("\\W"), 0, IFB_STR_INIT("e\xcc\x81\xc2\xb2"), "1-3" },
    { IFB_STR_INIT("[\\d-x]"), 0, IFB_STR_INIT("1-x5"), NULL },
    { IFB_STR_INIT("."), 0, IFB_STR_INIT("a\x0a\x0d\xe2\x80\xa8\xc2\x85"), "0-1 2-3 3-6 6-8" },
    { IFB_STR_INIT("."), 4, IFB_STR_INIT("\x0a"), "0-1" },
    { IFB_STR_INIT("\\b\xc2\xb2\\b"), 0, IFB_STR_INIT("\xc2\xb2"), "0-2" },
    { IFB_STR_INIT("e\xcc\x81"), 0, IFB_STR_INIT("\xc3\xa9 e\xcc\x81"), "3-6" },
    { IFB_STR_INIT("\xc3\x9f"), 1, IFB_STR_INIT("\xe1\xba\x9e\xc3\x9fss"), "0-3 3-5" },
    { IFB_STR_INIT("ss"), 1, IFB_STR_INIT("\xc3\x9f\xc5\xbfSs"), "2-5" },
    { IFB_STR_INIT("k"), 1, IFB_STR_INIT("K\xe2\x84\xaa"), "0-1 1-4" },
    { IFB_STR_INIT("\xe2\x84\xaa"), 1, IFB_STR_INIT("kK"), "0-1 1-2" },
    { IFB_STR_INIT("i"), 1, IFB_STR_INIT("\xc4\xb0\xc4\xb1Ii"), "0-2 2-4 4-5 5-6" },
    { IFB_STR_INIT("\xc4\xb0"), 1, IFB_STR_INIT("iI\xc4\xb1\xc4\xb0"), "0-1 1-2 2-4 4-6" },
    { IFB_STR_INIT("\xc4\xb1"), 1, IFB_STR_INIT("iI\xc4\xb0"), "0-1 1-2 2-4" },
    { IFB_STR_INIT("s"), 1, IFB_STR_INIT("\xc5\xbfS"), "0-2 2-3" },
    { IFB_STR_INIT("\xc2\xb5"), 1, IFB_STR_INIT("\xce\xbc\xce\x9c"), "0-2 2-4" },
    { IFB_STR_INIT("\xcf\x83"), 1, IFB_STR_INIT("\xcf\x82\xce\xa3"), "0-2 2-4" },
    { IFB_STR_INIT("\xcf\x82"), 1, IFB_STR_INIT("\xcf\x83"), "0-2" },
    { IFB_STR_INIT("\xc3\xa5"), 1, IFB_STR_INIT("\xe2\x84\xab\xc3\x85"), "0-3 3-5" },
    { IFB_STR_INIT("\xcf\x89"), 1, IFB_STR_INIT("\xe2\x84\xa6\xce\xa9"), "0-3 3-5" },
    { IFB_STR_INIT("\xce\xb8"), 1, IFB_STR_INIT("\xcf\x91\xcf\xb4\xce\x98"), "0-2 2-4 4-6" },
    { IFB_STR_INIT("\xcd\x85"), 1, IFB_STR_INIT("\xce\xb9\xce\xb9\xe1\xbe\xbe"), "0-2 2-4 4-7" },
    { IFB_STR_INIT("\xef\xac\x85"), 1, IFB_STR_INIT("\xef\xac\x86"), "0-3" },
    { IFB_STR_INIT("\xc7\x86"), 1, IFB_STR_INIT("\xc7\x85\xc7\x84"), "0-2 2-4" },
    { IFB_STR_INIT("\xd1\x82"), 1, IFB_STR_INIT("\xe1\xb2\x84\xe1\xb2\x85\xd0\xa2"), "0-3 3-6 6-8" },
    { IFB_STR_INIT("\xe1\xb2\x88"), 1, IFB_STR_INIT("\xea\x99\x8b\xea\x99\x8a"), "0-3 3-6" },
    { IFB_STR_INIT("\xe1\xb9\xa1"), 1, IFB_STR_INIT("\xe1\xba\x9b"), "0-3" },
    { IFB_STR_INIT("\xea\xad\xb0"), 1, IFB_STR_INIT("\xe1\x8e\xa0"), "0-3" },
    { IFB_STR_INIT("[a-z]"), 1, IFB_STR_INIT("K\xc5\xbf\xc4\xb0\xc4\xb1" "A"), "0-1 1-3 3-5 5-7 7-8" },
    { IFB_STR_INIT("[^k]"), 1, IFB_STR_INIT("K\xe2\x84\xaakx"), "5-6" },
    { IFB_STR_INIT("[^k]"), 0, IFB_STR_INIT("Kk"), "0-1" },
    { IFB_STR_INIT("[K]"), 1, IFB_STR_INIT("k\xe2\x84\xaa"), "0-1 1-4" },
    { IFB_STR_INIT("[i-k]"), 1, IFB_STR_INIT("\xc4\xb0\xe2\x84\xaa"), "0-2 2-5" },
    { IFB_STR_INIT("(\?a)k"), 1, IFB_STR_INIT("K\xe2\x84\xaa"), "0-1" },
    { IFB_STR_INIT("\xc3\xa9"), 1, IFB_STR_INIT("\xc3\x89"), "0-2" },
    { IFB_STR_INIT("\xc3\x89+"), 1, IFB_STR_INIT("\xc3\xa9\xc3\x89"), "0-4" },
    { IFB_STR_INIT("straSSe"), 1, IFB_STR_INIT("strasse stra\xc5\xbf\xc5\xbf" "e stra\xc3\x9f" "e"), "0-7 8-17" },
    { IFB_STR_INIT("Kilo"), 1, IFB_STR_INIT("\xe2\x84\xaa\xc4\xb0LO \xe2\x84\xaa\xc4\xb1lo"), "0-7 8-15" },
    { IFB_STR_INIT("the"), 1, IFB_STR_INIT("The other THE"), "0-3 5-8 10-13" },
    { IFB_STR_INIT("a.b"), 0, IFB_STR_INIT("a\x0a" "b axb"), "4-7" },
    { IFB_STR_INIT("^The"), 0, IFB_STR_INIT("The\x0aThe"), "0-3" },
    { IFB_STR_INIT("a|b"), 1, IFB_STR_INIT("AB"), "0-1 1-2" },
    { IFB_STR_INIT("\\bcat\\b"), 1, IFB_STR_INIT("Cat concat cat_"), "0-3" },
    { IFB_STR_INIT("\xf0\x9f\x98\x80"), 0, IFB_STR_INIT("a\xf0\x9f\x98\x80\xf0\x9f\x98\x80"), "1-5 5-9" },
    { IFB_STR_INIT("\\b\xf0\x9f\x98\x80\\b"), 0, IFB_STR_INIT("a\xf0\x9f\x98\x80" "b \xf0\x9f\x98\x80"), "1-5" },
    { IFB_STR_INIT("don't"), 1, IFB_STR_INIT("DON'T don\xe2\x80\x99t"), "0-5" },
    { IFB_STR_INIT("P.S."), 0, IFB_STR_INIT("PxSx P.S."), "0-4 5-9" },
    { IFB_STR_INIT("[a-\\d]"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("[b-a]"), 0, IFB_STR_INIT("a"), NULL },
    { IFB_STR_INIT("[a-b-c]"), 0, IFB_STR_INIT("a-c"), "0-1 1-2 2-3" },
    { IFB_STR_INIT("[-a]"), 0, IFB_STR_INIT("-a"), "0-1 1-2" },
    { IFB_STR_INIT("[a-]"), 0, IFB_STR_INIT("-a"), "0-1 1-2" },
    { IFB_STR_INIT("[\\b]"), 0, IFB_STR_INIT("\x08"), "0-1" },
    { IFB_STR_INIT("[\\]]"), 0, IFB_STR_INIT("]"), "0-1" },
    { IFB_STR_INIT("[&&]"), 0, IFB_STR_INIT("&"), "0-1" },
    { IFB_STR_INIT("a{0}"), 0, IFB_STR_INIT("aa"), "0-0 1-1 2-2" },
    { IFB_STR_INIT("(a{0})*"), 0, IFB_STR_INIT("a"), "0-0 1-1" },
    { IFB_STR_INIT("a{1,2}{2}"), 0, IFB_STR_INIT("aaaa"), NULL },
    { IFB_STR_INIT("(\?:a{1,2}){2}"), 0, IFB_STR_INIT("aaaa"), "0-4" },
    { IFB_STR_INIT("(\?:a|aa){2}+a"), 0, IFB_STR_INIT("aaaa"), "0-3" },
    { IFB_STR_INIT("(\?<=\\b)a"), 0, IFB_STR_INIT("a ba"), "0-1" },
};

static enum ifb_match find_all(const struct ifb_regex *re, ifb_str text, struct ifb_buf *out)
{
    struct ifb_scan scan;
    size_t from, to;
    enum ifb_match m;

    ifb_scan_open(&scan, re, text);
    while ((m = ifb_scan_next(&scan, &from, &to)) == IFB_MATCH)
        ifb_buf_fmt(out, "%s%zu-%zu", out->len ? " " : "", from, to);
    ifb_scan_close(&scan);
    return m;
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct ifb_regex *re = NULL;
        struct ifb_error err = { 0 };
        struct ifb_buf found;
        enum ifb_code code = ifb_regex_new(rows[i].pattern, rows[i].flags, &re, &err);

        if (!code != (rows[i].spans != NULL))
            fail_msg("row %zu: %.*s: code %d (%s)", i, IFB_ARG(rows[i].pattern), code, err.msg);
        if (code) {
            assert_true(err.msg[0] != '\0');
            continue;
        }
        ifb_buf_init(&found, 4096);
        assert_int_equal(find_all(re, rows[i].text, &found), IFB_NO_MATCH);
        if (!ifb_str_is(ifb_buf_view(&found), rows[i].spans))
            fail_msg("row %zu: %.*s: found \"%.*s\", wanted \"%s\"", i, IFB_ARG(rows[i].pattern),
                     (int)found.len, found.ptr ? found.ptr : "", rows[i].spans);
        ifb_buf_close(&found);
        ifb_regex_close(re);
    }
}

/* A pattern that backtracks without end is an error, not a hang. */
/* Patterns that are quadratic or worse on a row of one letter, by ways that PCRE2 does not count. */
static void test_long_texts_are_bounded(void **state)
{
    static const char *const patterns[] = { "(?i)a.*b", "(?i)a\\w*-", "(?i)(a+)\\1b", "(a+)+b|c" };
    const size_t sizes[] = { 5000, 100000, 1 << 20 };
    char *text = malloc(1 << 20);

    (void)state;
    assert_non_null(text);
    memset(text, 'a', 1 << 20);
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        for (size_t k = 0; k < 3; k++) {
            struct ifb_regex *re;
            struct ifb_error err;
            enum ifb_match m;

            assert_int_equal(ifb_regex_new(ifb_str_of(patterns[i]), 0, &re, &err), IFB_OK);
            m = ifb_regex_search(re, (ifb_str){ text, sizes[k] }, NULL, NULL);
            assert_true(m == IFB_MATCH_LIMIT || (m == IFB_NO_MATCH && sizes[k] == 5000));
            ifb_regex_close(re);
        }
    free(text);
}

/* Counting every step, as on a long text, finds what an ordinary scan finds. */
static void test_long_texts_have_the_same_matches(void **state)
{
    static const char *const patterns[] = { "[a-z]+\\d", "(\\w)\\1 ", "(?m)^ab.*$", "\\b",
                                            "x*", "(?<=b)1", "(?i)B\\d B" };
    static const char unit[] = "ab11 Xb1\nbb2 \xc3\xa9 b\n";
    enum { UNITS = 2000 };
    char *text = malloc(UNITS * sizeof(unit));
    size_t len = 0;

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < UNITS; i++, len += sizeof(unit) - 1)
        memcpy(text + len, unit, sizeof(unit) - 1);
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        struct ifb_regex *re;
        struct ifb_error err;
        ifb_str one = { unit, sizeof(unit) - 1 };
        int64_t first, second;

        assert_int_equal(ifb_regex_new(ifb_str_of(patterns[i]), 0, &re, &err), IFB_OK);
        first = ifb_regex_count(re, one);
        second = ifb_regex_count(re, (ifb_str){ text, 2 * one.len }) - first;
        assert_int_equal(ifb_regex_count(re, (ifb_str){ text, len }), first + second * (UNITS - 1));
        ifb_regex_close(re);
    }
    free(text);
}

/* Scans that share a budget end together. */
static void test_a_budget_is_shared(void **state)
{
    struct ifb_regex *re;
    struct ifb_error err;
    struct ifb_scan scan;
    int64_t budget = 5000;
    char text[31];
    size_t from, to;
    int n = 0;

    (void)state;
    memset(text, 'a', sizeof(text));
    assert_int_equal(ifb_regex_new(IFB_STR("(a+)+b|c"), 0, &re, &err), IFB_OK);
    for (; n < 100; n++) {
        enum ifb_match m;

        ifb_scan_open(&scan, re, (ifb_str){ text, 12 });
        scan.budget = &budget;
        m = ifb_scan_next(&scan, &from, &to);
        ifb_scan_close(&scan);
        if (m == IFB_MATCH_LIMIT)
            break;
        assert_int_equal(m, IFB_NO_MATCH);
    }
    assert_true(n < 100 && budget < 0);
    ifb_regex_close(re);
}

static void test_limits(void **state)
{
    char text[41];
    struct ifb_regex *re;
    struct ifb_error err;
    char *deep = malloc(40000);

    (void)state;
    memset(text, 'a', 40);
    text[40] = '!';
    assert_int_equal(ifb_regex_new(IFB_STR("(?:a|a)*(?:a|a)*(?:a|a)*[bc]"), 0, &re, &err), IFB_OK);
    assert_int_equal(ifb_regex_search(re, (ifb_str){ text, 41 }, NULL, NULL), IFB_MATCH_LIMIT);
    assert_int_equal(ifb_regex_count(re, (ifb_str){ text, 41 }), -1);
    ifb_regex_close(re);
    assert_non_null(deep);
    memset(deep, '(', 40000);
    assert_true(ifb_regex_new((ifb_str){ deep, 40000 }, 0, &re, &err) != IFB_OK);
    memset(deep, '[', 40000);
    assert_true(ifb_regex_new((ifb_str){ deep, 40000 }, 0, &re, &err) != IFB_OK);
    free(deep);
}

/* The literal matcher and PCRE2 (the same pattern in a group) must agree. */
static void test_literals_agree_with_pcre2(void **state)
{
    static const char *const letters[] = { "a", "k", "K", "s", "S", "i", "I", "\xc5\xbf", "\xe2\x84\xaa",
                                           "\xc4\xb0", "\xc4\xb1", "\xc3\x9f", "\xcf\x83", "\xcf\x82", " ", "\xf0\x9f\x98\x80" };
    struct ifb_rng rng;
    int matched = 0;

    (void)state;
    ifb_rng_seed(&rng, 3);
    for (int round = 0; round < 3000; round++) {
        struct ifb_buf needle, group, text, a, b;
        struct ifb_regex *literal, *pattern;
        unsigned flags = round % 2 ? IFB_RE_IGNORECASE : 0;

        ifb_buf_init(&needle, 100);
        ifb_buf_init(&group, 100);
        ifb_buf_init(&text, 400);
        ifb_buf_init(&a, 4096);
        ifb_buf_init(&b, 4096);
        for (uint64_t n = 1 + ifb_rng_below(&rng, 2); n; n--)
            ifb_buf_cstr(&needle, letters[ifb_rng_below(&rng, 16)]);
        for (uint64_t n = ifb_rng_below(&rng, 30); n; n--)
            ifb_buf_cstr(&text, letters[ifb_rng_below(&rng, 16)]);
        ifb_buf_fmt(&group, "(?:%.*s)", (int)needle.len, needle.ptr);
        assert_int_equal(ifb_regex_new(ifb_buf_view(&needle), flags, &literal, NULL), IFB_OK);
        assert_int_equal(ifb_regex_new(ifb_buf_view(&group), flags, &pattern, NULL), IFB_OK);
        find_all(literal, ifb_buf_view(&text), &a);
        find_all(pattern, ifb_buf_view(&text), &b);
        if (!ifb_str_eq(ifb_buf_view(&a), ifb_buf_view(&b)))
            fail_msg("%.*s in %.*s: %.*s, %.*s", (int)needle.len, needle.ptr, (int)text.len,
                     text.ptr ? text.ptr : "", (int)a.len, a.ptr ? a.ptr : "", (int)b.len,
                     b.ptr ? b.ptr : "");
        matched += a.len > 0;
        ifb_regex_close(literal);
        ifb_regex_close(pattern);
        ifb_buf_close(&needle);
        ifb_buf_close(&group);
        ifb_buf_close(&text);
        ifb_buf_close(&a);
        ifb_buf_close(&b);
    }
    assert_in_range(matched, 500, 3000);
}

/* JIT finds the same. */
static void test_jit(void **state)
{
    struct ifb_regex *re;
    struct ifb_error err;

    (void)state;
    assert_int_equal(ifb_regex_new(IFB_STR("(\\w+) \\1"), 0, &re, &err), IFB_OK);
    assert_int_equal(ifb_regex_count(re, IFB_STR("a a b c c")), 2);
    ifb_regex_jit(re);
    assert_int_equal(ifb_regex_count(re, IFB_STR("a a b c c")), 2);
    ifb_regex_close(re);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_long_texts_are_bounded),
        cmocka_unit_test(test_long_texts_have_the_same_matches),
        cmocka_unit_test(test_a_budget_is_shared),
        cmocka_unit_test(test_literals_agree_with_pcre2),
        cmocka_unit_test(test_jit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
