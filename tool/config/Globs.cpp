//===- Globs.cpp - Lists of check names, as clang-tidy writes them --------===//

#include "tool/config/Globs.h"

#include "checks/Check.h"
#include "tool/config/Nearest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace runnel::tool {

bool globMatches(llvm::StringRef Pattern, llvm::StringRef Text) {
  llvm::SmallVector<llvm::StringRef> Parts;
  Pattern.split(Parts, '*');
  if (Parts.size() == 1)
    return Pattern == Text;
  if (!Text.consume_front(Parts.front()) || !Text.consume_back(Parts.back()))
    return false;
  for (llvm::StringRef Part : llvm::ArrayRef(Parts).drop_front().drop_back()) {
    size_t At = Text.find(Part);
    if (At == llvm::StringRef::npos)
      return false;
    Text = Text.drop_front(At + Part.size());
  }
  return true;
}

std::vector<GlobItem> parseGlobs(llvm::StringRef List) {
  std::vector<GlobItem> Result;
  while (!List.empty()) {
    size_t End = List.find_first_of(",\n");
    llvm::StringRef Item = List.substr(0, End).trim();
    List = End == llvm::StringRef::npos ? "" : List.drop_front(End + 1);
    GlobItem G;
    G.Negative = Item.consume_front("-");
    G.Pattern = Item.trim().str();
    if (!G.Pattern.empty())
      Result.push_back(std::move(G));
  }
  return Result;
}

bool globsContain(const std::vector<GlobItem> &Items, llvm::StringRef Text) {
  for (const GlobItem &G : llvm::reverse(Items))
    if (globMatches(G.Pattern, Text))
      return !G.Negative;
  return false;
}

llvm::Error refuseUnknownChecks(const std::vector<GlobItem> &Items,
                                llvm::StringRef Where) {
  for (const GlobItem &G : Items) {
    if (!llvm::StringRef(G.Pattern).starts_with("runnel-"))
      continue;
    if (G.Pattern == "runnel-unused-suppression" ||
        llvm::any_of(allChecks(), [&](const CheckInfo &C) {
          return globMatches(G.Pattern, C.Name);
        }))
      continue;
    std::vector<llvm::StringRef> Names;
    for (const CheckInfo &C : allChecks())
      Names.push_back(C.Name);
    return llvm::createStringError(
        Where + ": " + (G.exact() ? "unknown check '" : "no check matches '") +
        G.Pattern + "'" + didYouMean(G.Pattern, Names) +
        " (`runnel list` names them all)");
  }
  return llvm::Error::success();
}

bool speaksOfRunnel(const std::vector<GlobItem> &Items) {
  return llvm::any_of(Items, [](const GlobItem &G) {
    return llvm::StringRef(G.Pattern).starts_with("runnel");
  });
}

} // namespace runnel::tool
