//===- Emit.h - A finding as clang's diagnostics ----------------*- C++ -*-===//

#ifndef RUNNEL_TOOL_TIDY_EMIT_H
#define RUNNEL_TOOL_TIDY_EMIT_H

#include "checks/Finding.h"

#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/SourceManager.h"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace runnel::tidy {

/// Says one diagnostic in the name of a check.
using Say = std::function<clang::DiagnosticBuilder(
    clang::SourceLocation, llvm::StringRef Format,
    clang::DiagnosticIDs::Level)>;

class Emitter {
public:
  /// \p InEditor: for clangd, which shows the main file alone, and offers a fix
  /// under the text of a note that carries it.
  Emitter(clang::SourceManager &SM, std::string Root, bool InEditor);

  /// The line it is said in; 0: nothing here can be said of it.
  unsigned emit(const Finding &F, const Say &S);

private:
  clang::FileID fileOf(ir::Name File);
  clang::SourceLocation at(ir::Name File, uint32_t Offset);
  clang::SourceLocation at(const ir::Range &R);
  std::optional<clang::CharSourceRange> rangeOf(const ir::Range &R);
  std::optional<std::vector<clang::FixItHint>> hintsOf(const Fix &F);
  void keepWhatFollows(Edit &E, const Edit *Next);

  clang::SourceManager &SM;
  const std::string Root;
  const bool InEditor;
  const ir::Name Main;
  std::map<ir::Name, clang::FileID> Files;
};

} // namespace runnel::tidy

#endif
