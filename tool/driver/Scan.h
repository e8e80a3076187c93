//===- Scan.h - A look at source text before it is parsed -------*- C++ -*-===//
//
// Decides which units need no parse: those of whose project files none
// mentions the vocabulary, and into which nothing that can hold a lock calls.
// The look is textual and errs towards parsing: conditional includes count as
// taken, an include through a macro counts as a mention. Every project file is
// read once however many units include it. docs/design/driver.md argues why
// findings cannot depend on it.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_DRIVER_SCAN_H
#define RUNNEL_TOOL_DRIVER_SCAN_H

#include "tool/cache/Dependencies.h"

#include "checks/ir/Module.h"

#include "llvm/ADT/StringSet.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace runnel::frontend {
class Vocabulary;
}

namespace runnel::tool {

struct Unit;

class Scanner {
public:
  explicit Scanner(std::string Root);
  ~Scanner();

  /// Whether the unit or a project header of it mentions \p V.
  bool mentions(const Unit &U, const frontend::Vocabulary &V);
  /// Whether the unit includes the file \p Header (absolute).
  bool includes(const Unit &U, const std::string &Header);
  /// Whether an identifier of the unit's project files is one of \p Names.
  bool names(const Unit &U, const llvm::StringSet<> &Names);
  /// What the answers about \p U rest on.
  std::vector<Dependency> dependencies(const Unit &U);

private:
  struct File;
  struct SearchPath;
  const std::set<std::string> &closure(const Unit &U);
  File &file(const std::string &Path);
  std::string resolve(const SearchPath &Path, llvm::StringRef Includer,
                      llvm::StringRef Name, bool Quoted);
  std::string Root;
  std::map<std::string, std::unique_ptr<File>> Files;
  struct Closure {
    std::set<std::string> Files;
    bool Unknown = false; ///< an include that text cannot resolve
  };
  std::map<const Unit *, Closure> Closures;
  std::map<std::string, bool> Exists;
};

/// Short names of functions without a body that code of \p M which can hold a
/// lock, or runs on a goroutine, may get to.
llvm::StringSet<> wantedNames(const ir::Module &M);

} // namespace runnel::tool

#endif
