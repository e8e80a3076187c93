//===- Source.h - Where things stand in the source --------------*- C++ -*-===//
//
// Locations, ranges and suppressions. A location in a macro expansion is where
// the outermost macro is used, with InMacro set: findings may point there, but
// no fix may edit there.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_IR_SOURCE_H
#define RUNNEL_CHECKS_IR_SOURCE_H

#include "checks/ir/Name.h"

#include <tuple>
#include <vector>

namespace runnel::ir {

struct Location {
  Name File; ///< as the driver spells it: relative to the project root
             ///< where it lies below it, absolute elsewhere
  uint32_t Offset = 0; ///< bytes from the start of the file
  uint32_t Line = 0;   ///< from 1; 0: no location
  uint32_t Column = 0; ///< bytes, from 1

  bool valid() const { return Line != 0; }
  friend bool operator==(const Location &, const Location &) = default;
  friend bool operator<(const Location &A, const Location &B) {
    return std::tie(A.File, A.Offset, A.Line, A.Column) <
           std::tie(B.File, B.Offset, B.Line, B.Column);
  }
};

/// Half open: [Begin, Begin.Offset + Length).
struct Range {
  Location Begin;
  uint32_t Length = 0;
  bool InMacro = false;

  bool valid() const { return Begin.valid(); }
  /// A fix may replace this text.
  bool editable() const { return valid() && !InMacro; }
  uint32_t endOffset() const { return Begin.Offset + Length; }
  friend bool operator==(const Range &, const Range &) = default;
  friend bool operator<(const Range &A, const Range &B) {
    return std::tie(A.Begin, A.Length, A.InMacro) <
           std::tie(B.Begin, B.Length, B.InMacro);
  }
};

/// A comment or attribute by which the programmer accepts a finding.
struct Suppression {
  enum Kind : uint8_t {
    Line,     ///< // NOLINT(...)
    NextLine, ///< // NOLINTNEXTLINE(...), or lines between NOLINTBEGIN and END
    Region,
    Allow ///< RUNNEL_ALLOW("check", "why") on a declaration: its whole extent
  };
  Kind How = Line;
  Range Comment;          ///< where it is written
  uint32_t FirstLine = 0; ///< the lines it covers, both included
  uint32_t LastLine = 0;
  std::vector<Name> Globs; ///< checks it names; empty: all
  Name Reason;
  friend bool operator==(const Suppression &, const Suppression &) = default;
  friend bool operator<(const Suppression &A, const Suppression &B) {
    return std::tie(A.Comment, A.FirstLine, A.LastLine, A.How, A.Globs,
                    A.Reason) < std::tie(B.Comment, B.FirstLine, B.LastLine,
                                         B.How, B.Globs, B.Reason);
  }
};

} // namespace runnel::ir

#endif
