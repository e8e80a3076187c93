//===- Check.cpp - The registry of checks ---------------------------------===//

#include "checks/Check.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace runnel {

static std::vector<CheckInfo> &registry() {
  static std::vector<CheckInfo> Checks;
  return Checks;
}

CheckRegistration::CheckRegistration(const char *Name, Level At,
                                     CheckFunction Run,
                                     llvm::ArrayRef<OptionInfo> Options,
                                     bool WholeProgram) {
  registry().push_back({Name, At, Run, Options, WholeProgram});
}

llvm::ArrayRef<CheckInfo> allChecks() {
  static const bool Sorted = [] {
    llvm::sort(registry(), [](const CheckInfo &A, const CheckInfo &B) {
      return A.Name < B.Name;
    });
    return true;
  }();
  (void)Sorted;
  return registry();
}

const CheckInfo *findCheck(llvm::StringRef Name) {
  for (const CheckInfo &C : allChecks())
    if (C.Name == Name)
      return &C;
  return nullptr;
}

llvm::StringRef Options::get(llvm::StringRef Key,
                             llvm::StringRef Default) const {
  auto It = Values.find(Key);
  return It == Values.end() ? Default : llvm::StringRef(It->second);
}

long Options::get(llvm::StringRef Key, long Default) const {
  auto It = Values.find(Key);
  long Value;
  if (It == Values.end() || llvm::StringRef(It->second).getAsInteger(10, Value))
    return Default;
  return Value;
}

bool Options::get(llvm::StringRef Key, bool Default) const {
  auto It = Values.find(Key);
  if (It == Values.end())
    return Default;
  return It->second == "true" || It->second == "1" || It->second == "yes";
}

bool operator<(const Finding &A, const Finding &B) {
  // As clang-tidy sorts, which knows of no order beyond the message.
  return std::tie(A.Where.Begin, A.Message, A.Check, A.Where) <
         std::tie(B.Where.Begin, B.Message, B.Check, B.Where);
}

void dropCovered(std::vector<Finding> &Findings) {
  std::set<std::pair<std::string, std::string>> Said;
  for (const Finding &F : Findings)
    for (const std::string &Topic : F.Topics)
      Said.insert({F.Check, Topic});
  llvm::erase_if(Findings, [&](const Finding &F) {
    return llvm::any_of(F.CoveredBy, [&](const std::string &Check) {
      return llvm::any_of(F.Topics, [&](const std::string &Topic) {
        return Said.count({Check, Topic}) != 0;
      });
    });
  });
}

} // namespace runnel
