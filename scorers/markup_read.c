/* SPDX-License-Identifier: Apache-2.0 */
/* The parser's side of `xml` and `html`: its handlers watch what it does and stop it in time. */
#include "scorers/markup_read.h"

#include <stdio.h>
#include <strings.h>

#include "harness/base/arena.h"
#include "harness/base/str.h"

#define PIECE 1024  /* bytes of HTML that the parser gets at a time */

static void say_nothing(void *user, const char *fmt, ...)
{
    (void)user, (void)fmt;
}

struct ifb_silence ifb_markup_silence(void)
{
    struct ifb_silence before = { xmlGenericError, xmlGenericErrorContext };

    xmlSetGenericErrorFunc(NULL, say_nothing);
    return before;
}

void ifb_markup_speak(struct ifb_silence before)
{
    xmlSetGenericErrorFunc(before.user, before.print);
}

static void note(struct ifb_markup *r, const char *what, int line)
{
    size_t len = strcspn(what, "\n");

    if (r->broken || r->refused)
        return;
    snprintf(r->why, sizeof(r->why), "%.*s", (int)(len < 150 ? len : 150), what);
    r->line = line;
}

static void refuse(xmlParserCtxtPtr ctxt, struct ifb_markup *r, const char *what)
{
    note(r, what, 0);
    r->refused = true;
    xmlStopParser(ctxt);
}

/* HTML 5: elements that have no end tag, and those whose end tag may be left out. */
static const char *const voids[] = { "area", "base", "br", "col", "embed", "hr", "img", "input",
                                     "link", "meta", "param", "source", "track", "wbr", NULL };
static const char *const open_ended[] = { "html", "head", "body", "p", "li", "dt", "dd", "option",
                                          "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot",
                                          "colgroup", "caption", "rt", "rp", NULL };

static bool is_among(const char *name, const char *const *list)
{
    while (*list && (!name || strcasecmp(name, *list) != 0))
        list++;
    return *list != NULL;
}

/* What HTML 5 allows and HTML 4 did not: new tags, and an "&" that begins no reference. */
static bool is_fine_today(ifb_xml_error e)
{
    return e->code == XML_HTML_UNKNOWN_TAG || e->code == XML_ERR_ENTITYREF_SEMICOL_MISSING ||
           (e->code == XML_ERR_NAME_REQUIRED && e->message &&
            !strncmp(e->message, "htmlParseEntityRef", 18)) ||
           (e->code == XML_ERR_TAG_NAME_MISMATCH && is_among(e->str2, voids));
}

static void on_error(void *user, ifb_xml_error e)
{
    xmlParserCtxtPtr ctxt = user;
    struct ifb_markup *r = ctxt->_private;

    if (e->code == XML_ERR_INTERNAL_ERROR || e->code == XML_ERR_NAME_TOO_LONG ||
        e->code == XML_ERR_NO_MEMORY) {
        refuse(ctxt, r, e->code == XML_ERR_INTERNAL_ERROR ? "nested too deeply" : "too large");
        return;
    }
    if (r->html ? e->level < XML_ERR_ERROR || is_fine_today(e) : e->level < XML_ERR_FATAL)
        return;
    note(r, e->message ? e->message : "not well-formed", e->line);
    r->broken = true;
    xmlStopParser(ctxt);  /* going on, it may be quadratic */
}

/* Where the parser is in the text. */
static size_t offset_of(const xmlParserCtxt *ctxt)
{
    return ctxt->input ? (size_t)ctxt->input->consumed +
                             (size_t)(ctxt->input->cur - ctxt->input->base)
                       : 0;
}

/* ---- XML ---- */

/* A node knows where its start tag ends; 0: it has none. */
static void remember_place(xmlParserCtxtPtr ctxt)
{
    if (ctxt->node)
        ctxt->node->_private = (void *)(uintptr_t)offset_of(ctxt);
}

static void xml_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                      int nspaces, const xmlChar **spaces, int n, int ndefault,
                      const xmlChar **attributes)
{
    struct ifb_markup *r = ((xmlParserCtxtPtr)user)->_private;

    r->base.startElementNs(user, name, prefix, uri, nspaces, spaces, n, ndefault, attributes);
    remember_place(user);
}

static const char declarations[] = "declarations in a DTD are not read";

/* Entities multiply without end, and so do the default attributes of a DTD. */
static void no_entity(void *user, const xmlChar *name, int type, const xmlChar *public_id,
                      const xmlChar *system_id, xmlChar *content)
{
    (void)name, (void)type, (void)public_id, (void)system_id, (void)content;
    refuse(user, ((xmlParserCtxtPtr)user)->_private, declarations);
}

static void no_attribute(void *user, const xmlChar *element, const xmlChar *name, int type,
                         int def, const xmlChar *value, xmlEnumerationPtr tree)
{
    (void)element, (void)name, (void)type, (void)def, (void)value;
    xmlFreeEnumeration(tree);
    refuse(user, ((xmlParserCtxtPtr)user)->_private, declarations);
}

/* No attribute holds a "<", so a tag has at most the "=" between two of them. */
static bool has_long_tag(ifb_str text)
{
    size_t at = 0, equals = 0;

    for (; at < text.len && equals <= IFB_MARKUP_ATTRIBUTES; at++)
        equals = text.ptr[at] == '<' ? 0 : equals + (text.ptr[at] == '=');
    return equals > IFB_MARKUP_ATTRIBUTES;
}

static xmlDocPtr read_xml(xmlParserCtxtPtr ctxt, struct ifb_markup *r)
{
    r->base = *ctxt->sax;
    ctxt->sax->serror = on_error;
    ctxt->sax->startElementNs = xml_start;
    ctxt->sax->entityDecl = no_entity;
    ctxt->sax->attributeDecl = no_attribute;
    if (has_long_tag(r->text)) {
        refuse(ctxt, r, "a tag of too many attributes");
        return NULL;
    }
    return xmlCtxtReadMemory(ctxt, r->text.ptr, (int)r->text.len, NULL, "UTF-8", XML_PARSE_NONET);
}

/* ---- HTML ---- */

static void html_event(xmlParserCtxtPtr ctxt, struct ifb_markup *r)
{
    r->event = offset_of(ctxt);
    r->counted = r->given;
    r->words = 0;
}

static void html_start(void *user, const xmlChar *name, const xmlChar **attributes)
{
    struct ifb_markup *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.startElement(user, name, attributes);
    remember_place(user);
}

/* Does the text up to `at` end in "</name>"? */
static bool ends_in_tag(ifb_str text, size_t at, const char *name)
{
    size_t len = strlen(name);

    if (at > text.len || !at || text.ptr[at - 1] != '>')
        return false;
    at--;
    while (at && strchr(" \t\r\n", text.ptr[at - 1]) && text.ptr[at - 1])
        at--;
    return at >= len + 2 && !strncasecmp(text.ptr + at - len, name, len) &&
           !memcmp(text.ptr + at - len - 2, "</", 2);
}

/* <x-new/>: libxml2 takes it for the whole element. */
static bool closes_itself(ifb_str text, size_t at)
{
    return at > 1 && text.ptr[at - 1] == '>' && text.ptr[at - 2] == '/';
}

/* libxml2 closes what the end of the text leaves open and does not complain. */
static void html_end(void *user, const xmlChar *xname)
{
    xmlParserCtxtPtr ctxt = user;
    struct ifb_markup *r = ctxt->_private;
    const char *name = (const char *)xname;
    size_t at = offset_of(ctxt);

    html_event(ctxt, r);
    r->base.endElement(user, xname);
    if (r->broken || r->refused || at > r->text.len)
        return;
    if (ends_in_tag(r->text, at, name) && at != r->end_tag) {
        r->end_tag = at;
        return;
    }
    if (is_among(name, voids) || is_among(name, open_ended) || closes_itself(r->text, at))
        return;
    snprintf(r->why, sizeof(r->why), "<%.60s> is not closed", name);
    r->line = ctxt->input ? ctxt->input->line : 0;
    r->broken = true;
}

static void html_characters(void *user, const xmlChar *text, int len)
{
    struct ifb_markup *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.characters(user, text, len);
}

static void html_raw(void *user, const xmlChar *text, int len)
{
    struct ifb_markup *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.cdataBlock(user, text, len);
}

static void html_comment(void *user, const xmlChar *text)
{
    struct ifb_markup *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.comment(user, text);
}

static void html_instruction(void *user, const xmlChar *target, const xmlChar *data)
{
    struct ifb_markup *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.processingInstruction(user, target, data);
}

static void html_doctype(void *user, const xmlChar *name, const xmlChar *external,
                         const xmlChar *system)
{
    struct ifb_markup *r = ((xmlParserCtxtPtr)user)->_private;

    html_event(user, r);
    r->base.internalSubset(user, name, external, system);
}

static bool parts_words(char c)
{
    return strchr(" \t\r\n'\"/", c) != NULL;
}

/*
 * More words than a tag may have, and nothing reported since? Text and scripts
 * are reported every thousand bytes, so it is a tag, unless a comment or the
 * like begins next.
 */
static bool in_long_tag(struct ifb_markup *r)
{
    size_t at = r->event;

    while (at < r->given && r->text.ptr[at] != '<')
        at++;
    if (at + 1 < r->given && strchr("!?", r->text.ptr[at + 1]))
        return false;
    for (at = r->counted; at < r->given; at++)
        r->words += parts_words(r->text.ptr[at]) && at && !parts_words(r->text.ptr[at - 1]);
    r->counted = r->given;
    return r->words > IFB_MARKUP_ATTRIBUTES;
}

/*
 * libxml2 compares each attribute with all before it. Where a tag ends only its
 * parser knows, which asks for the text piece by piece and reports what it found.
 */
static int give_piece(void *user, char *out, int room)
{
    struct ifb_markup *r = ((xmlParserCtxtPtr)user)->_private;
    size_t n = r->text.len - r->given;

    if (r->refused || r->broken)
        return 0;
    if (in_long_tag(r)) {
        /* The parser cannot be stopped while it reads: it finds the end instead. */
        note(r, "a tag of too many attributes", 0);
        r->refused = true;
        return 0;
    }
    n = n < PIECE ? n : PIECE;
    n = n < (size_t)room ? n : (size_t)room;
    memcpy(out, r->text.ptr + r->given, n);
    r->given += n;
    return (int)n;
}

static int end_pieces(void *user)
{
    (void)user;
    return 0;
}

static bool has_tag(ifb_str text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        char c = (char)(text.ptr[i + 1] | 0x20);

        if (text.ptr[i] == '<' && c >= 'a' && c <= 'z')
            return true;
    }
    return false;
}

static xmlDocPtr read_html(xmlParserCtxtPtr ctxt, struct ifb_markup *r)
{
    r->base = *ctxt->sax;
    ctxt->sax->initialized = XML_SAX2_MAGIC;  /* else serror is not asked */
    ctxt->sax->serror = on_error;
    ctxt->sax->startElement = html_start;
    ctxt->sax->endElement = html_end;
    ctxt->sax->characters = ctxt->sax->ignorableWhitespace = html_characters;
    ctxt->sax->cdataBlock = html_raw;
    ctxt->sax->comment = html_comment;
    ctxt->sax->processingInstruction = html_instruction;
    ctxt->sax->internalSubset = html_doctype;
    if (!has_tag(r->text)) {
        note(r, "no tag found", 0);
        r->broken = true;
        return NULL;
    }
    return htmlCtxtReadIO(ctxt, give_piece, end_pieces, ctxt, NULL, "UTF-8", HTML_PARSE_NONET);
}

static xmlDocPtr read_with(struct ifb_markup *r)
{
    xmlParserCtxtPtr ctxt = r->html ? htmlNewParserCtxt() : xmlNewParserCtxt();
    struct ifb_silence before;
    xmlDocPtr doc;

    if (!ctxt)
        ifb_out_of_memory();
    before = ifb_markup_silence();
    ctxt->_private = r;
    doc = r->html ? read_html(ctxt, r) : read_xml(ctxt, r);
    xmlFreeParserCtxt(ctxt);
    ifb_markup_speak(before);
    return doc;
}

xmlDocPtr ifb_markup_read(struct ifb_markup *r)
{
    const char *missing = ifb_xml_load();
    xmlDocPtr doc;

    if (missing || r->text.len > IFB_MARKUP_MAX) {
        note(r, missing ? missing : "a text of more than 4 MiB", 0);
        r->refused = true;
        return NULL;
    }
    if (memchr(r->text.ptr, 0, r->text.len)) {
        note(r, "U+0000 is not allowed", 0);  /* libxml2 would end there */
        r->broken = true;
        return NULL;
    }
    doc = read_with(r);
    if (doc && (r->broken || r->refused)) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    if (!doc && !r->broken && !r->refused) {
        note(r, "not well-formed", 0);
        r->broken = true;
    }
    return doc;
}
