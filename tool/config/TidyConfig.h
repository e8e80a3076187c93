//===- TidyConfig.h - .clang-tidy, as clang-tidy reads it -------*- C++ -*-===//
//
// The nearest `.clang-tidy` above a file counts; with InheritParentConfig it
// adds to the next one above. Keys that mean nothing here are accepted where
// clang-tidy knows them; others are errors.
//
// One difference: a `Checks` list that names nothing of Runnel's is meant for
// clang-tidy's own checks and leaves ours as the level has them.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_CONFIG_TIDYCONFIG_H
#define RUNNEL_TOOL_CONFIG_TIDYCONFIG_H

#include "checks/Check.h"
#include "tool/config/Globs.h"

#include "llvm/Support/Error.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace runnel::tool {

struct TidyConfig {
  std::string File; ///< of the nearest; empty: there is none
  std::vector<GlobItem> Checks;
  std::vector<GlobItem> WarningsAsErrors;
  std::optional<std::string> HeaderFilterRegex, ExcludeHeaderFilterRegex;
  std::map<std::string, std::string> CheckOptions; ///< ours alone
  std::vector<std::string> ExtraArgs, ExtraArgsBefore;
  bool InheritParent = false;
};

llvm::Expected<TidyConfig> parseTidyConfig(llvm::StringRef Text,
                                           llvm::StringRef File);

/// Configurations by folder, each read once. References stay valid.
class TidyConfigs {
public:
  llvm::Expected<const TidyConfig *> forFolder(llvm::StringRef Folder);

private:
  std::map<std::string, std::unique_ptr<TidyConfig>> ByFolder;
};

/// Whether \p C is on in a folder with configuration \p T, at level \p L, with
/// \p CommandLine (--checks) said last.
bool isEnabled(const CheckInfo &C, const TidyConfig &T, Level L,
               const std::vector<GlobItem> &CommandLine);

} // namespace runnel::tool

#endif
