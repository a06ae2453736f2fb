/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libxml2, loaded when the first text of markup is read and not before. Linked in
 * the ordinary way it brings ICU and the C++ library, which made every command
 * start two milliseconds later, of five.
 *
 * Included by markup.c and markup_read.c alone; the names of libxml2 are calls
 * through `ifb_xml` behind it.
 */
#ifndef IFB_SCORERS_LIBXML_LAZY_H
#define IFB_SCORERS_LIBXML_LAZY_H

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>

#include <ifbench/types.h>

#define IFB_XML_FUNCTIONS(X) \
    X(__xmlGenericError) X(__xmlGenericErrorContext) X(htmlCtxtReadIO) X(htmlNewParserCtxt) \
    X(xmlBufferContent) X(xmlBufferCreate) X(xmlBufferFree) X(xmlBufferLength) \
    X(xmlCtxtReadMemory) X(xmlFreeDoc) X(xmlFreeEnumeration) X(xmlFreeParserCtxt) \
    X(xmlInitParser) X(xmlNewParserCtxt) X(xmlNodeBufGetContent) X(xmlSetGenericErrorFunc) \
    X(xmlStopParser) X(xmlXPathCompiledEval) X(xmlXPathCtxtCompile) X(xmlXPathFreeCompExpr) \
    X(xmlXPathFreeContext) X(xmlXPathFreeObject) X(xmlXPathNewContext)

struct ifb_xml {
#define X(name) __typeof__(name) *name;
    IFB_XML_FUNCTIONS(X)
#undef X
};

/* Written once, by ifb_xml_load; the functions must not be called before it succeeded. */
extern struct ifb_xml ifb_xml;

/* Loads and initialises libxml2, the first time, in any thread. NULL, or why it cannot be. */
const char *ifb_xml_load(void);

#ifndef IFB_XML_PLAIN_NAMES
#define __xmlGenericError ifb_xml.__xmlGenericError
#define __xmlGenericErrorContext ifb_xml.__xmlGenericErrorContext
#define htmlCtxtReadIO ifb_xml.htmlCtxtReadIO
#define htmlNewParserCtxt ifb_xml.htmlNewParserCtxt
#define xmlBufferContent ifb_xml.xmlBufferContent
#define xmlBufferCreate ifb_xml.xmlBufferCreate
#define xmlBufferFree ifb_xml.xmlBufferFree
#define xmlBufferLength ifb_xml.xmlBufferLength
#define xmlCtxtReadMemory ifb_xml.xmlCtxtReadMemory
#define xmlFreeDoc ifb_xml.xmlFreeDoc
#define xmlFreeEnumeration ifb_xml.xmlFreeEnumeration
#define xmlFreeParserCtxt ifb_xml.xmlFreeParserCtxt
#define xmlNewParserCtxt ifb_xml.xmlNewParserCtxt
#define xmlNodeBufGetContent ifb_xml.xmlNodeBufGetContent
#define xmlSetGenericErrorFunc ifb_xml.xmlSetGenericErrorFunc
#define xmlStopParser ifb_xml.xmlStopParser
#define xmlXPathCompiledEval ifb_xml.xmlXPathCompiledEval
#define xmlXPathCtxtCompile ifb_xml.xmlXPathCtxtCompile
#define xmlXPathFreeCompExpr ifb_xml.xmlXPathFreeCompExpr
#define xmlXPathFreeContext ifb_xml.xmlXPathFreeContext
#define xmlXPathFreeObject ifb_xml.xmlXPathFreeObject
#define xmlXPathNewContext ifb_xml.xmlXPathNewContext
#endif

#endif
