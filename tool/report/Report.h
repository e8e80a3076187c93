//===- Report.h - What a run has to say, and who writes it ------*- C++ -*-===//
//
// A Report is data, complete and sorted; a writer makes one format of it. The
// same Report goes to several writers (--format, several at once). A writer is
// one file of this folder that registers itself.
//
// Invariants:
//  1. Findings are sorted and without repeats; suppressed ones come along,
//     marked, for formats that have a place for them.
//  2. Files are spelled relative to Root where they lie below it. No writer
//     writes a time, a duration or an absolute path below Root: reports of
//     equal findings are equal bytes.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_TOOL_REPORT_REPORT_H
#define RUNNEL_TOOL_REPORT_REPORT_H

#include "checks/Finding.h"
#include "tool/report/Census.h"
#include "tool/report/LockPicture.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace runnel::tool {

/// Who silenced a finding.
enum class Silenced : uint8_t { No, InSource, Baseline };

struct ReportedFinding {
  Finding What;
  Silenced By = Silenced::No;
  std::string Reason; ///< what the programmer gave
  /// 32 hexadecimal digits from check, symbol, message and an ordinal among
  /// equals: survives line moves.
  std::string Fingerprint;
};

/// Something that could not be checked, or not all of it.
struct Problem {
  std::string File;    ///< spelled; empty: the run as a whole
  std::string Message; ///< "does not exist"
  std::vector<std::string> Details;
};

struct Report {
  std::string Root; ///< absolute
  std::vector<ReportedFinding> Findings;
  std::vector<Problem> Problems;
  std::vector<std::string> Checks; ///< that were run, sorted
  /// All locks and the orders between them; for formats that draw them.
  std::optional<LockPicture> Locks;
  /// Every mutex with a verdict; for the same formats.
  std::optional<Census> Mutexes;

  size_t shown() const; ///< findings nobody silenced
};

/// Fills in the fingerprints.
void addFingerprints(Report &R);

struct WriterOptions {
  bool Colour = false;
  /// How a path is shown: prefix of spelled paths, empty for as they are.
  bool ShowFixes = true;
};

using ReportWriter = void (*)(const Report &, const WriterOptions &,
                              llvm::raw_ostream &);

struct FormatInfo {
  llvm::StringRef Name;
  llvm::StringRef Help;
  ReportWriter Write;
  bool DrawsLocks = false; ///< wants Report::Locks
};
struct FormatRegistration {
  FormatRegistration(const char *Name, const char *Help, ReportWriter Write,
                     bool DrawsLocks = false);
};
/// Sorted by name.
llvm::ArrayRef<FormatInfo> allFormats();
const FormatInfo *findFormat(llvm::StringRef Name);

/// Source text for excerpts, each file read once.
class SourceCache {
public:
  explicit SourceCache(llvm::StringRef Root);
  ~SourceCache();
  /// The text an editor has of a file, in place of what is on disk. It must
  /// outlive this.
  void put(ir::Name File, llvm::StringRef Text);
  /// The file's whole text; empty if it cannot be read.
  llvm::StringRef text(ir::Name File);
  /// A line without its end, from 1.
  llvm::StringRef line(ir::Name File, uint32_t Line);

private:
  struct Impl;
  std::unique_ptr<Impl> P;
};

/// Line and column (bytes, from 1) of an offset of \p Text.
std::pair<uint32_t, uint32_t> lineAndColumn(llvm::StringRef Text,
                                            uint32_t Offset);

} // namespace runnel::tool

#endif
