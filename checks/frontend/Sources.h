//===- Sources.h - From clang's locations to the IR's -----------*- C++ -*-===//
//
// A location in a macro becomes that of the outermost expansion. File names are
// made absolute, then relative to the project's root where they lie below it,
// so that they do not depend on the working directory.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FRONTEND_SOURCES_H
#define RUNNEL_CHECKS_FRONTEND_SOURCES_H

#include "checks/frontend/Clang.h"
#include "checks/ir/Source.h"

namespace runnel::frontend {

class Sources {
public:
  Sources(clang::ASTContext &Context, llvm::StringRef ProjectRoot);

  ir::Location location(clang::SourceLocation Loc);
  /// The one token at \p Loc.
  ir::Range token(clang::SourceLocation Loc);
  /// From the first token of \p R to the end of its last.
  ir::Range range(clang::SourceRange R);
  /// As range(), and the semicolon that follows, if one does.
  ir::Range statement(clang::SourceRange R);
  /// What \p R spells in its file; empty in macros.
  llvm::StringRef text(clang::SourceRange R);

  /// In a system's header, or in one of another project: what an -I leads to
  /// outside the folder that holds this one.
  bool isSystem(clang::SourceLocation Loc);
  bool isMain(clang::SourceLocation Loc);
  /// The file \p Loc is in, by the project's name for it.
  ir::Name file(clang::SourceLocation Loc);
  ir::Name file(clang::FileID Id);

  const clang::SourceManager &manager() const { return SM; }
  const clang::LangOptions &language() const { return Lang; }

private:
  clang::CharSourceRange chars(clang::SourceRange R, bool &InMacro);
  ir::Range make(clang::CharSourceRange R, bool InMacro);

  clang::SourceManager &SM;
  const clang::LangOptions &Lang;
  bool isForeign(clang::FileID Id);

  std::string Root;
  std::string Around; ///< the folder that holds the root; empty: no limit
  llvm::DenseMap<clang::FileID, ir::Name> Files;
  llvm::DenseMap<clang::FileID, bool> Foreign;
};

} // namespace runnel::frontend

#endif
