//===- Project.h - What an editor knows around one file ---------*- C++ -*-===//
//
// The project a file belongs to, as `runnel check` would see it: its root, its
// .runnel.yaml, its vocabulary, its baseline, and the index that the last whole
// run left.
//
// Everything read is kept and read again only when its file has changed (one
// stat a file), because clangd asks at every keystroke.
//
// Thread safety: all functions may be called from any thread.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_TIDY_PROJECT_H
#define RUNNEL_TOOL_TIDY_PROJECT_H

#include "checks/Check.h"
#include "tool/config/RunnelYaml.h"
#include "tool/index/ProjectIndex.h"
#include "tool/report/Baseline.h"

namespace runnel::tidy {

struct Project {
  std::string Root; ///< absolute
  tool::RunnelYaml Config;
  const frontend::Vocabulary *Vocab = nullptr;
  std::shared_ptr<const tool::ProjectIndex> Index; ///< null: there is none
  std::shared_ptr<const tool::Baseline> Known;     ///< null: there is none
  /// What is wrong with .runnel.yaml or the baseline, which is then as if it
  /// were empty.
  std::string Trouble;

  Level level() const { return Config.At.value_or(Level::Default); }
  std::shared_ptr<const void> KeepsVocab;
};

/// \p File: absolute.
std::shared_ptr<const Project> projectOf(llvm::StringRef File);

/// Where findings of the baseline were last said in a file, for clangd: which
/// knows warnings and errors of a check, and nothing less.
using KnownLines = std::set<std::pair<unsigned, std::string>>; ///< with checks
void keepKnown(const std::string &File, KnownLines Lines);
bool isKnown(const std::string &File, unsigned Line, llvm::StringRef Check);

/// Whether \p C is on where clang-tidy's list of checks is \p Globs: as
/// `runnel check` has it, where `runnel-*` stands for the checks of the level
/// and a name for that check.
bool isOn(const CheckInfo &C, llvm::StringRef Globs, Level At);

} // namespace runnel::tidy

#endif
