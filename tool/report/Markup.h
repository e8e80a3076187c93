//===- Markup.h - Text within HTML and XML ----------------------*- C++ -*-===//

#ifndef RUNNEL_TOOL_REPORT_MARKUP_H
#define RUNNEL_TOOL_REPORT_MARKUP_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace runnel::tool {

/// Line ends and tabs: readers of XML make blanks of those in attributes.
enum class Breaks { AsTheyAre, AsReferences };

/// For content and for attributes in double quotes. The result is UTF-8.
std::string escapeMarkup(llvm::StringRef Text, Breaks B);

} // namespace runnel::tool

#endif
