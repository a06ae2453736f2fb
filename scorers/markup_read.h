/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML and HTML read by libxml2, and what it must be kept from: files, networks,
 * entities, and work that is quadratic in a hostile text. For markup.c.
 *
 * XML is well-formed as XML 1.0 has it; prefixes need not be declared.
 * HTML is in order when libxml2's parser, which is one of HTML 4, reports no
 * error but for what HTML 5 allows (its new tags, an "&" that begins no
 * reference), when no element is left open whose end tag is not optional, and
 * when there is a tag at all. U+0000 is an error in both.
 */
#ifndef IFB_SCORERS_MARKUP_READ_H
#define IFB_SCORERS_MARKUP_READ_H

#include "scorers/libxml_lazy.h"

#define IFB_MARKUP_MAX ((size_t)4 << 20)  /* bytes of a text */
#define IFB_MARKUP_ATTRIBUTES 2000        /* of a tag; libxml2 compares each with all before it */

#if LIBXML_VERSION < 21200
typedef xmlErrorPtr ifb_xml_error;
#else
typedef const xmlError *ifb_xml_error;
#endif

/* `text` and `html` are set by the caller, the rest is zero. */
struct ifb_markup {
    ifb_str text;
    bool html;
    bool broken;   /* not in order, `why` and `line` tell */
    bool refused;  /* more than is read (size, depth, attributes, a DTD's declarations): not judged */
    char why[160];
    int line;      /* from 1; 0: of the whole text */
    /* The rest is private. */
    xmlSAXHandler base;     /* what the handlers go on to */
    size_t given;           /* HTML: bytes handed to the parser */
    size_t event;           /* HTML: its place when it last reported something */
    size_t counted, words;  /* HTML: up to where words were counted since then, and how many */
    size_t end_tag;         /* HTML: behind the last end tag that was written out */
};

/*
 * The document, to be closed with xmlFreeDoc, or NULL with broken or refused set.
 * An element's `_private` is the offset in the text of the end of its start tag.
 */
xmlDocPtr ifb_markup_read(struct ifb_markup *r);

/*
 * libxml2 prints some messages through a function that each thread has, whatever
 * else it is told: silent between the two calls.
 */
struct ifb_silence {
    xmlGenericErrorFunc print;
    void *user;
};
struct ifb_silence ifb_markup_silence(void);
void ifb_markup_speak(struct ifb_silence before);

#endif
