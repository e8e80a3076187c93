//===- Finding.h - What a pass has to say -----------------------*- C++ -*-===//
//
// A finding is data: passes return it, tool/report makes text of it.
// Messages: lower case, no final stop, names from the user's program.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_FINDING_H
#define RUNNEL_CHECKS_FINDING_H

#include "checks/ir/Source.h"

#include <string>
#include <vector>

namespace runnel {

enum class Level : uint8_t { Default, Strict, Advice };
enum class Severity : uint8_t { Warning, Error };

struct Note {
  ir::Range Where;
  std::string Message;
  friend bool operator==(const Note &, const Note &) = default;
};

/// Replaces Where (an insertion if its length is 0) by Text.
struct Edit {
  ir::Range Where;
  std::string Text;
  friend bool operator==(const Edit &, const Edit &) = default;
};

/// The empty ranges just before and just behind one: to insert there.
inline ir::Range beforeOf(ir::Range R) {
  R.Length = 0;
  return R;
}
inline ir::Range behind(ir::Range R) {
  R.Begin.Offset += R.Length;
  R.Begin.Column += R.Length;
  R.Length = 0;
  return R;
}

/// Applied whole or not at all.
struct Fix {
  std::string Description; ///< imperative: "make mu private"
  std::vector<Edit> Edits;
  friend bool operator==(const Fix &, const Fix &) = default;
};

struct Finding {
  std::string Check; ///< "runnel-lock-exposed"
  Severity How = Severity::Warning;
  ir::Range Where;
  std::string Message;
  /// In reading order: where it comes from first, what instead last.
  std::vector<Note> Notes;
  /// Alternatives, the best first; --fix applies the first.
  std::vector<Fix> Fixes;
  /// The entity it is about (Store::mu): with Check and Message the identity
  /// that survives line moves.
  std::string Symbol;
  /// What else it is about, and the checks that say the same of it better: one
  /// mistake is one finding. It is left out if one of CoveredBy has a finding
  /// with a topic in common (dropCovered).
  std::vector<std::string> Topics;
  std::vector<std::string> CoveredBy;
  friend bool operator==(const Finding &, const Finding &) = default;
};

/// By place, message and check: the order of every report.
bool operator<(const Finding &A, const Finding &B);

/// Leaves out what is covered by others.
void dropCovered(std::vector<Finding> &Findings);

} // namespace runnel

#endif
