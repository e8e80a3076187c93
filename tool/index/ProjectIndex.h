//===- ProjectIndex.h - What a whole run leaves for editors -----*- C++ -*-===//
//
// An editor looks at one translation unit; some findings need two. `runnel
// check` of a whole project leaves them in the cache folder, one file a
// project, and the clang-tidy module and runnel-clangd show those that touch
// the file at hand.
//
// Invariants:
//  1. A finding that one translation unit shows by itself is marked as such
//     (NeedsProgram is false): where its code is all there, the fresh look
//     decides, and a finding that was mended is gone at once.
//  2. Staleness is judged place by place. A place whose file has changed is
//     looked for by the text of its line, nearest first; a finding of which one
//     place is gone is not shown. Its fixes are offered only while all files
//     they edit are unchanged.
//  3. The file is replaced as a whole (rename), and only where its content
//     changes.
//
// Rejected: keeping the linked program and analysing it again with the unit at
// hand (costs in proportion to the program at every keystroke); modification
// times (version control sets them); one index for all projects (a project that
// is removed would stay in it).
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_INDEX_PROJECTINDEX_H
#define RUNNEL_TOOL_INDEX_PROJECTINDEX_H

#include "tool/report/Report.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace runnel::tool {

struct IndexedFinding {
  Finding What;
  /// No single translation unit shows it.
  bool NeedsProgram = false;
  friend bool operator==(const IndexedFinding &,
                         const IndexedFinding &) = default;
};

class ProjectIndex {
public:
  struct File {
    std::string Hash;
    std::map<uint32_t, std::string> Lines; ///< those that findings name
  };

  /// Takes hashes and lines from \p Sources.
  static ProjectIndex of(std::vector<IndexedFinding> Findings,
                         std::set<ir::Name> MainFiles, SourceCache &Sources);

  std::string encode() const;
  static std::optional<ProjectIndex> decode(llvm::StringRef Bytes);

  /// The findings that touch \p File, at their places of now. \p
  /// WithHeaderBodies: the look at the unit saw the function bodies of its
  /// headers too, so that findings which need no other unit are its business.
  std::vector<Finding> touching(ir::Name File, bool WithHeaderBodies,
                                SourceCache &Sources) const;

  std::vector<IndexedFinding> Findings;
  std::set<ir::Name> MainFiles;
  std::map<ir::Name, File> Files;
};

/// The files \p F names: of its place and of its notes'.
std::set<ir::Name> filesOf(const Finding &F);

/// Where the index of the project at \p Root is.
std::string indexPath(llvm::StringRef CacheFolder, llvm::StringRef Root);
/// Does nothing where the file has this content already. False: could not.
bool writeIndex(const std::string &Path, const ProjectIndex &I);
std::optional<ProjectIndex> readIndex(const std::string &Path);

} // namespace runnel::tool

#endif
