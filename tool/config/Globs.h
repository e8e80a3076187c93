//===- Globs.h - Lists of check names, as clang-tidy writes them -*- C++
//-*-===//
//
// `-*,runnel-lock-*,-runnel-lock-exposed`: `*` stands for any text, `-` in
// front takes away, the last item that matches decides. Items end at commas
// and line breaks.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_CONFIG_GLOBS_H
#define RUNNEL_TOOL_CONFIG_GLOBS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace runnel::tool {

struct GlobItem {
  std::string Pattern;
  bool Negative = false;
  bool exact() const { return Pattern.find('*') == std::string::npos; }
};

/// `*` matches any text, everything else itself.
bool globMatches(llvm::StringRef Pattern, llvm::StringRef Text);
std::vector<GlobItem> parseGlobs(llvm::StringRef List);
/// The last item that matches decides; none: false.
bool globsContain(const std::vector<GlobItem> &Items, llvm::StringRef Text);

/// An item of ours ("runnel-…") must match a check; the error names the
/// nearest. \p Where opens the message.
llvm::Error refuseUnknownChecks(const std::vector<GlobItem> &Items,
                                llvm::StringRef Where);
/// Whether an item speaks of Runnel's checks by name. A list that does not is
/// meant for clang-tidy's own.
bool speaksOfRunnel(const std::vector<GlobItem> &Items);

} // namespace runnel::tool

#endif
