//===- Singletons.h - Classes of which there is one object ------*- C++ -*-===//
//
// A class with a static method that hands out a static local of the class, and
// no other object of it in the program: whatever its methods do to `this`, they
// do to that one. Anything else is not known to be the only one.
//
// Complexity: a class is looked for in all events once, when it is asked about.
//
//===----------------------------------------------------------------------===//

#ifndef RUNNEL_CHECKS_ANALYSIS_SINGLETONS_H
#define RUNNEL_CHECKS_ANALYSIS_SINGLETONS_H

#include "checks/ir/Program.h"

#include <map>

namespace runnel::analysis {

class Singletons {
public:
  explicit Singletons(const ir::Program &P) : P(P) {}

  /// \p Pl begins with `this` of \p F or with the only object of that class:
  /// the same place, beginning with the object. Any other place as it is.
  ir::Place resolved(const ir::Function &F, ir::Place Pl) const;

private:
  /// The only object of the class, or an empty name.
  ir::Name objectOf(ir::Name Record) const;
  ir::Name find(ir::Name Record) const;

  const ir::Program &P;
  mutable std::map<ir::Name, ir::Name> Known;
};

} // namespace runnel::analysis

#endif
