//===- Baseline.h - Findings a project has decided to live with -*- C++ -*-===//
//
// A baseline is a JSON file, one finding an entry, matched by check, symbol and
// message and by how many there are, never by line: code may move. A ratchet:
// what is known is silent, what is fixed must leave the file (a stale entry is
// a finding), and nothing enters it unasked.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_REPORT_BASELINE_H
#define RUNNEL_TOOL_REPORT_BASELINE_H

#include "tool/report/Report.h"

#include "llvm/Support/Error.h"

#include <map>
#include <set>
#include <string>
#include <tuple>

namespace runnel::tool {

class Baseline {
public:
  /// Check, symbol, message.
  using Key = std::tuple<std::string, std::string, std::string>;
  struct Entry {
    std::string File; ///< where one of them was, for readers
    uint32_t Count = 0;
    uint32_t Line = 0; ///< of the entry in the baseline
  };

  static llvm::Expected<Baseline> parse(llvm::StringRef Text,
                                        llvm::StringRef FileName);
  static llvm::Expected<Baseline> read(llvm::StringRef Path);
  /// Of the findings nobody silenced.
  static Baseline of(const Report &R);
  void write(llvm::raw_ostream &OS) const;

  /// Marks known findings; returns how many of each entry were not there.
  std::map<Key, uint32_t> mark(std::vector<ReportedFinding> &Findings) const;
  /// Marks known findings. With \p JudgeStale, entries of checks that ran
  /// which nothing matches any more become findings of
  /// `runnel-stale-baseline` in \p FileName.
  void apply(Report &R, llvm::StringRef FileName, bool JudgeStale) const;

  /// What \p New has more of.
  uint32_t addedBy(const Baseline &New) const;
  /// No more of anything than \p Now has.
  void shrinkTo(const Baseline &Now);

  std::map<Key, Entry> Entries;
};

/// The lines a patch adds or changes, by file relative to the project root.
class ChangedLines {
public:
  /// A unified diff, as git writes it.
  static llvm::Expected<ChangedLines> parse(llvm::StringRef Patch);
  /// Makes the names a patch uses those of files below \p Root: a patch may
  /// name them from a folder further up, and with or without `b/`.
  void nameFrom(llvm::StringRef Root);
  /// Of the working tree since it left \p Ref, asked of git in \p Root; files
  /// git does not track yet count as new, unless it ignores them.
  static llvm::Expected<ChangedLines> since(llvm::StringRef Ref,
                                            llvm::StringRef Root);
  bool touches(const Finding &F) const;
  /// No file of the project was changed, as far as the names tell.
  bool foreignTo(llvm::StringRef Root) const;
  /// Keeps the findings of which a place, or that of a note, was changed.
  void filter(Report &R) const;

private:
  bool touches(const ir::Range &R) const;
  std::map<std::string, std::set<std::pair<uint32_t, uint32_t>>> Files;
};

} // namespace runnel::tool

#endif
