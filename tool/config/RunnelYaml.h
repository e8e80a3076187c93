//===- RunnelYaml.h - .runnel.yaml ------------------------------*- C++ -*-===//
//
// What `.clang-tidy` cannot say: the project's own vocabulary of locks and
// blocking calls, the level, paths that are none of the project's business,
// and what a run may cost. One file a project, at its root; described in
// docs/how-to/configure.md.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_CONFIG_RUNNELYAML_H
#define RUNNEL_TOOL_CONFIG_RUNNELYAML_H

#include "checks/Finding.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace runnel::frontend {
class Vocabulary;
}

namespace runnel::tool {

struct RunnelYaml {
  std::string File; ///< absolute; empty: there is none
  std::optional<Level> At;
  std::vector<std::string> Exclude; ///< globs over spelled paths
  std::string BaselineFile;         ///< absolute
  std::optional<uint64_t> CacheMb;
  std::string CacheFolder; ///< absolute
  std::optional<unsigned> Seconds;
  std::optional<uint64_t> MemoryMb;
  std::optional<unsigned> Jobs;
  bool HasVocabulary = false;
  /// Of the text of `vocabulary:` alone: part of the cache's key.
  std::string VocabularyHash;

  bool excludes(llvm::StringRef Spelled) const;
};

std::optional<Level> parseLevel(llvm::StringRef Word);
llvm::StringRef levelName(Level L);

/// \p Folder/.runnel.yaml, or defaults where there is none.
llvm::Expected<RunnelYaml> loadRunnelYaml(llvm::StringRef Folder);
llvm::Expected<RunnelYaml> parseRunnelYaml(llvm::StringRef Text,
                                           llvm::StringRef File,
                                           frontend::Vocabulary *Into);

/// Vocabularies by file, each read once.
class VocabularyLoader {
public:
  VocabularyLoader();
  ~VocabularyLoader();
  /// \p File: a .runnel.yaml, or empty for the built-in vocabulary alone.
  llvm::Expected<const frontend::Vocabulary *> load(const std::string &File);

private:
  std::map<std::string, std::unique_ptr<frontend::Vocabulary>> Known;
};

} // namespace runnel::tool

#endif
