//===- HtmlLocks.h - The lock web's part of the page ------------*- C++ -*-===//

#ifndef RUNNEL_TOOL_REPORT_HTMLLOCKS_H
#define RUNNEL_TOOL_REPORT_HTMLLOCKS_H

#include "tool/report/HtmlCode.h"

namespace runnel::tool {

/// The picture, the orders between locks with the code they come from, and the
/// locks themselves. Needs no graphviz: without it the picture alone is absent.
void writeLocksHtml(const LockPicture &P, HtmlCode &Code,
                    llvm::raw_ostream &OS);

/// Style and script of the page, embedded at build time.
llvm::StringRef pageStyle();
llvm::StringRef pageScript();

/// A page of its own, for `runnel graph`.
void writeLocksPage(const LockPicture &P, llvm::StringRef Root,
                    llvm::raw_ostream &OS);

/// What every page begins with, up to and with <body>; and its end.
void writePageHead(llvm::StringRef Title, llvm::raw_ostream &OS);
void writePageFoot(llvm::raw_ostream &OS);

} // namespace runnel::tool

#endif
