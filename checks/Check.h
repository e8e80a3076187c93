//===- Check.h - A check, its options and the registry ----------*- C++ -*-===//
//
// A check is a pass over the facts of a program. It includes no clang header,
// prints nothing and reads no file. One .cpp and one .md in checks/<family>/,
// and tests: nothing else knows of it.
//
//   static std::vector<Finding> run(const analysis::Facts &F, const Options
//   &O); static const CheckRegistration X("runnel-scope-join", Level::Default,
//   run);
//
// Thread safety: registration happens before main; run() of different checks
// may not be called at the same time on the same Facts, which computes lazily.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_CHECK_H
#define RUNNEL_CHECKS_CHECK_H

#include "checks/Finding.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

namespace runnel {

namespace analysis {
class Facts;
}

/// The CheckOptions of one check: `runnel-scope-too-wide.MinStatements: 3`.
class Options {
public:
  Options() = default;
  explicit Options(llvm::StringMap<std::string> Values)
      : Values(std::move(Values)) {}
  llvm::StringRef get(llvm::StringRef Key, llvm::StringRef Default) const;
  /// A value that is no number counts as absent: the tool has refused it
  /// before.
  long get(llvm::StringRef Key, long Default) const;
  bool get(llvm::StringRef Key, bool Default) const;

private:
  llvm::StringMap<std::string> Values;
};

using CheckFunction = std::vector<Finding> (*)(const analysis::Facts &,
                                               const Options &);

struct OptionInfo {
  const char *Key;
  const char *Default; ///< tells the type too: "true", "10", or text
  const char *Help;
};

struct CheckInfo {
  llvm::StringRef Name; ///< with its prefix
  Level At;
  CheckFunction Run;
  llvm::ArrayRef<OptionInfo> Options;
  bool WholeProgram; ///< says more when all of the program is there
};

/// All checks, sorted by name.
llvm::ArrayRef<CheckInfo> allChecks();
const CheckInfo *findCheck(llvm::StringRef Name);
/// The text of the check's page (its .md), embedded at build time.
llvm::StringRef checkPage(llvm::StringRef Name);

struct CheckRegistration {
  CheckRegistration(const char *Name, Level At, CheckFunction Run,
                    llvm::ArrayRef<OptionInfo> Options = {},
                    bool WholeProgram = false);
};

} // namespace runnel

#endif
