//===- Conditions.h - Who waits for what, and who says so -------*- C++ -*-===//
//
// The condition variables of a program: each wait with what its condition
// reads, and each notification. Things are named independently of the function
// that uses them: a field, a global, or a local of the function it is declared
// in, whatever lambda it was captured by.
//
// What a condition reads: of a wait with a predicate, what the predicate reads;
// else what decides the loop around the wait; in both cases through one call.
//
// Complexity: linear in events; for functions that wait, in their size besides.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_CONDITIONS_H
#define RUNNEL_CHECKS_ANALYSIS_CONDITIONS_H

#include "checks/analysis/Places.h"

#include <map>

namespace runnel::analysis {

/// A variable as such: the class of a lock names one, and of data no less.
using Entity = LockClass;

/// What parameters refer to, where all calls and starts of a function that are
/// seen agree.
class Arguments {
public:
  explicit Arguments(const ir::Program &P);
  /// Not known if nobody passes it, or several things are passed.
  Entity of(const ir::Function &F, uint32_t Param) const;

private:
  void pass(const ir::Program &P, const ir::Function &F, const ir::Event &E);
  std::map<std::pair<ir::Name, uint32_t>, Entity> Passed;
};

/// What \p Pl is or is part of: elements count as what holds them.
/// \p Pl is a place of \p F. What parameters refer to is known from \p Args.
Entity entityOf(const ir::Program &P, const ir::Function &F,
                const ir::Place &Pl, const Arguments *Args = nullptr);
/// Its type; null if it has none.
const ir::TypeRef *typeOf(const ir::Program &P, const Entity &E);
/// Where it is declared.
ir::Range whereIs(const ir::Program &P, const Entity &E);
/// Its short name.
std::string nameOf(const ir::Program &P, const Entity &E);

/// The blocks of the innermost loop around \p At, or none.
std::vector<ir::BlockId> innermostLoop(const ir::Function &F, ir::BlockId At);

struct Waiting {
  const ir::Function *In = nullptr;
  Point At;
  Entity Lock;
  bool Timed = false;
  bool Checked = false;      ///< by a predicate or a loop
  std::vector<Entity> Reads; ///< sorted, each once
  bool reads(const Entity &E) const;
};

struct Notifying {
  const ir::Function *In = nullptr;
  Point At;
  bool All = false;
};

struct ConditionVariable {
  std::vector<Waiting> Waits;
  std::vector<Notifying> Notifies;
  /// Handed to code that may do either.
  bool Escapes = false;
};

class Conditions {
public:
  explicit Conditions(const ir::Program &P);
  const std::map<Entity, ConditionVariable> &all() const { return Of; }
  const Arguments &arguments() const { return Args; }

private:
  Arguments Args;
  std::map<Entity, ConditionVariable> Of;
};

} // namespace runnel::analysis

#endif
